//! paGetPayment (SANP 3.10), first version: what is needed to pay this notice?

use crate::domain::payability::PayableNotice;
use crate::domain::position::{Destination, Transfer as Share};
use crate::wire::common::{OrganizationCode, Outcome as Word, TransferChannel};
use crate::wire::pa_for_node::{
    PaymentAnswer, PaymentData, PaymentRequest, Response, Transfer, TransferList,
};
use crate::wire::{Bounded, FacetError, Text};

use super::checks::Address;
use super::fault::{PaaCode, Refused};
use super::{Outcome, Primitives, payable, payment};

/// Answers an activation. The amount of the request is informational: the notice's own is answered.
pub async fn handle(primitives: &Primitives, request: &PaymentRequest) -> Outcome {
    let address = Address {
        id_pa: &request.id_pa,
        id_broker_pa: &request.id_broker_pa,
        id_station: &request.id_station,
    };
    let tell = |found: &PayableNotice| match data(found, request.transfer_type) {
        Ok(Some(data)) => Ok(data),
        Ok(None) => Err(stamp_needs_version_2(&address)),
        Err(error) => {
            tracing::error!(%error, "a stored position does not fit the contract");
            Err(address.refused(PaaCode::SystemError, "the position does not fit the contract"))
        }
    };
    let data = payable::activate(primitives, &address, &request.qr_code, tell).await?;
    Ok(Response::PaGetPayment(PaymentAnswer { outcome: Word::Ok, fault: None, data: Some(data) }))
}

/// The first version has no place for a digital stamp.
fn stamp_needs_version_2(address: &Address<'_>) -> Refused {
    address.refused(PaaCode::Semantica, "a notice with a digital stamp is served by paGetPaymentV2 only")
}

/// `None` if a transfer is a digital stamp.
fn data(found: &PayableNotice, channel: Option<TransferChannel>) -> Result<Option<PaymentData>, FacetError> {
    let notice = &found.notice;
    let transfers =
        notice.transfers.iter().map(|share| transfer(share, channel)).collect::<Result<_, _>>()?;
    let Some(transfers): Option<Vec<Transfer>> = transfers else { return Ok(None) };
    Ok(Some(PaymentData {
        creditor_reference_id: Text::new(notice.iuv.as_str())?,
        payment_amount: payment::amount(notice.amount)?,
        due_date: payment::due_date(notice)?,
        retention_date: payment::retention_date(notice)?,
        last_payment: None,
        description: payment::text(&notice.description)?,
        company_name: Some(payment::text(&found.company_name)?),
        office_name: found.office_name.as_ref().map(payment::text).transpose()?,
        debtor: payment::debtor(&found.debtor)?,
        transfer_list: TransferList { transfer: Bounded::new(transfers)? },
        metadata: payment::metadata_with_fee(notice)?,
    }))
}

fn transfer(share: &Share, channel: Option<TransferChannel>) -> Result<Option<Transfer>, FacetError> {
    let Destination::Account { iban, .. } = &share.destination else { return Ok(None) };
    Ok(Some(Transfer {
        id_transfer: payment::transfer_number(share)?,
        transfer_amount: payment::amount(share.amount)?,
        fiscal_code_pa: OrganizationCode::new(share.beneficiary.as_str())?,
        iban: Text::new(payment::account(iban, share.destination.postal_iban(), channel).as_str())?,
        remittance_information: payment::text(&share.remittance_information)?,
        transfer_category: payment::text(&share.category)?,
        metadata: payment::metadata(&share.metadata)?,
    }))
}
