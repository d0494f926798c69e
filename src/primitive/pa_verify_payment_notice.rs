//! paVerifyPaymentNotice (SANP 3.10): can this notice be paid, and how much is it?

use crate::domain::payability::PayableNotice;
use crate::wire::FacetError;
use crate::wire::common::{OrganizationCode, Outcome as Word};
use crate::wire::pa_for_node::{NoticeAnswer, NoticeVerification, Response};

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
    Ok(NoticeAnswer {
        outcome: Word::Ok,
        fault: None,
        payment_list: Some(payment::listed(notice)?),
        payment_description: Some(payment::text(&notice.description)?),
        fiscal_code_pa: Some(OrganizationCode::new(found.ec.as_str())?),
        company_name: Some(payment::text(&found.company_name)?),
        office_name: found.office_name.as_ref().map(payment::text).transpose()?,
    })
}
