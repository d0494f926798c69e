//! paVerifyPaymentNotice (SANP 3.10): can this notice be paid, and how much is it?

use crate::domain::payability::PayableNotice;
use crate::wire::FacetError;
use crate::wire::common::{AmountOption, OrganizationCode, Outcome as Word};
use crate::wire::pa_for_node::{
    NoticeAnswer, NoticeVerification, PaymentOption, PaymentOptionList, Response,
};

use super::checks::Address;
use super::fault::PaaCode;
use super::{Outcome, Primitives, payable, payment};

/// Answers the verification of a notice. Nothing is locked and nothing is written.
pub async fn handle(primitives: &Primitives, request: &NoticeVerification) -> Outcome {
    let address = Address {
        id_pa: &request.id_pa,
        id_broker_pa: &request.id_broker_pa,
        id_station: &request.id_station,
    };
    let found = payable::find(primitives, &address, &request.qr_code).await?;
    answer(&found).map(Response::PaVerifyPaymentNotice).map_err(|error| {
        tracing::error!(%error, "a stored position does not fit the contract");
        address.refused(PaaCode::SystemError, "the position does not fit the contract")
    })
}

fn answer(found: &PayableNotice) -> Result<NoticeAnswer, FacetError> {
    let notice = &found.notice;
    let postal = notice.transfers.iter().all(|transfer| transfer.destination.postal_iban().is_some());
    let option = PaymentOption {
        amount: payment::amount(notice.amount)?,
        options: AmountOption::Eq,
        due_date: Some(payment::due_date(notice)?),
        detail_description: Some(payment::text(&notice.description)?),
        all_ccp: postal,
    };
    Ok(NoticeAnswer {
        outcome: Word::Ok,
        fault: None,
        payment_list: Some(PaymentOptionList { payment_option_description: option }),
        payment_description: Some(payment::text(&notice.description)?),
        fiscal_code_pa: Some(OrganizationCode::new(found.ec.as_str())?),
        company_name: Some(payment::text(&found.company_name)?),
        office_name: found.office_name.as_ref().map(payment::text).transpose()?,
    })
}
