//! paSendRTV2 (SANP 3.10): here is the receipt of a payment, with the digital stamps that were bought.

use bytes::Bytes;

use crate::domain::receipt::ReceiptTransfer;
use crate::wire::pa_for_node::{
    IbanOrMbdAttachment, Operation, ReceiptDeliveryV2, ReceiptTransfer as Share, Response,
};

use super::checks::Address;
use super::receipt::{self, NotStored, receipt_facts};
use super::{Outcome, Primitives};

/// Stores a receipt. Only a wrong address is refused; a receipt that disagrees with our data is booked.
pub async fn handle(
    primitives: &Primitives,
    request: &ReceiptDeliveryV2,
    message: Bytes,
) -> Result<Outcome, NotStored> {
    let address = Address {
        id_pa: &request.id_pa,
        id_broker_pa: &request.id_broker_pa,
        id_station: &request.id_station,
    };
    let known = match receipt::addressee(primitives, &address).await? {
        Ok(known) => known,
        Err(refused) => return Ok(Err(refused)),
    };
    let transfers = request.receipt.transfer_list.transfer.iter().map(transfer);
    let facts = receipt_facts!(known, request.receipt, transfers.collect::<Result<_, _>>()?);
    let stored = receipt::store(primitives, Operation::PaSendRTV2, facts, message).await?;
    Ok(Ok(Response::PaSendRTV2(stored)))
}

fn transfer(share: &Share) -> Result<ReceiptTransfer, NotStored> {
    let (iban, stamp) = match &share.iban_or_mbd_attachment {
        IbanOrMbdAttachment::Iban(iban) => (Some(iban.as_str().to_owned()), None),
        IbanOrMbdAttachment::MbdAttachment(stamp) => (None, Some(stamp.decode())),
    };
    Ok(ReceiptTransfer {
        id: i64::from(share.id_transfer.number()),
        amount: share.transfer_amount.cents(),
        beneficiary: receipt::fiscal_code(&share.fiscal_code_pa)?,
        iban,
        stamp,
        category: share.transfer_category.as_str().to_owned(),
        remittance_information: share.remittance_information.as_str().to_owned(),
    })
}
