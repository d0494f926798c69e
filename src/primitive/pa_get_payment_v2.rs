//! paGetPaymentV2 (SANP 3.10): what is needed to pay this notice? Digital stamps included.

use crate::domain::payability::PayableNotice;
use crate::domain::position::{Destination, Stamp, Transfer as Share};
use crate::wire::common::{
    DocumentHash, OrganizationCode, Outcome as Word, ProvinceCode, StampKind, TransferChannel,
};
use crate::wire::pa_for_node::{
    IbanOrRichiestaMarcaDaBollo, PaymentAnswerV2, PaymentDataV2, PaymentRequest, PaymentTransfer,
    PaymentTransferList, Response, StampRequest,
};
use crate::wire::{Bounded, FacetError, Text};

use super::checks::Address;
use super::fault::PaaCode;
use super::{Outcome, Primitives, payable, payment};

/// Answers an activation. The amount of the request is informational: the notice's own is answered.
pub async fn handle(primitives: &Primitives, request: &PaymentRequest) -> Outcome {
    let address = Address {
        id_pa: &request.id_pa,
        id_broker_pa: &request.id_broker_pa,
        id_station: &request.id_station,
    };
    let tell = |found: &PayableNotice| {
        data(found, request.transfer_type).map_err(|error| {
            tracing::error!(%error, "a stored position does not fit the contract");
            address.refused(PaaCode::SystemError, "the position does not fit the contract")
        })
    };
    let data = payable::activate(primitives, &address, &request.qr_code, tell).await?;
    Ok(Response::PaGetPaymentV2(PaymentAnswerV2 { outcome: Word::Ok, fault: None, data: Some(data) }))
}

fn data(found: &PayableNotice, channel: Option<TransferChannel>) -> Result<PaymentDataV2, FacetError> {
    let notice = &found.notice;
    let transfers =
        notice.transfers.iter().map(|share| transfer(share, channel)).collect::<Result<_, _>>()?;
    Ok(PaymentDataV2 {
        creditor_reference_id: Text::new(notice.iuv.as_str())?,
        payment_amount: payment::amount(notice.amount)?,
        due_date: payment::due_date(notice)?,
        retention_date: payment::retention_date(notice)?,
        last_payment: None,
        description: payment::text(&notice.description)?,
        company_name: payment::text(&found.company_name)?,
        office_name: found.office_name.as_ref().map(payment::text).transpose()?,
        debtor: payment::debtor(&found.debtor)?,
        transfer_list: PaymentTransferList { transfer: Bounded::new(transfers)? },
        metadata: payment::metadata_with_fee(notice)?,
    })
}

fn transfer(share: &Share, channel: Option<TransferChannel>) -> Result<PaymentTransfer, FacetError> {
    let postal = share.destination.postal_iban();
    let destination = match &share.destination {
        Destination::Account { iban, .. } => {
            IbanOrRichiestaMarcaDaBollo::Iban(Text::new(payment::account(iban, postal, channel).as_str())?)
        }
        Destination::Stamp(wanted) => IbanOrRichiestaMarcaDaBollo::RichiestaMarcaDaBollo(stamp(wanted)?),
    };
    let metadata = match channel {
        Some(TransferChannel::Pagopa) => payment::metadata_with_account(&share.metadata, postal)?,
        Some(TransferChannel::Postal) | None => payment::metadata(&share.metadata)?,
    };
    Ok(PaymentTransfer {
        id_transfer: payment::transfer_number(share)?,
        transfer_amount: payment::amount(share.amount)?,
        fiscal_code_pa: OrganizationCode::new(share.beneficiary.as_str())?,
        company_name: share.company_name.as_ref().map(payment::text).transpose()?,
        iban_or_richiesta_marca_da_bollo: destination,
        remittance_information: payment::text(&share.remittance_information)?,
        transfer_category: payment::text(&share.category)?,
        metadata,
    })
}

fn stamp(wanted: &Stamp) -> Result<StampRequest, FacetError> {
    Ok(StampRequest {
        hash_documento: DocumentHash::new(wanted.document_hash.as_str())?,
        tipo_bollo: StampKind::N01,
        provincia_residenza: ProvinceCode::new(wanted.province.as_str())?,
    })
}
