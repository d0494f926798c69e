//! `POST …/payments`: what was filled in becomes a notice that can be paid everywhere.
//!
//! The same demand within the time that the installation says gives the same notice, whoever sends it again and
//! why. An `Idempotency-Key` besides gives the same answer for as long as answers are kept.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::asked::{self, DemandRequest};
use super::caller::Caller;
use super::paid_model::{PaymentLinks, PaymentModel};
use super::refusal::{self, Refusal};
use super::{Missing, examples, of_offering};
use crate::api::Api;
use crate::api::auth::AuthError;
use crate::api::body::JsonBody;
use crate::api::idempotency::{self, Begun, IdempotencyError, IdempotencyKey, given};
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::catalogue::desk::Demanded;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::notice_code::qr_text;
use crate::domain::rome;

/// Answers 201 with the notice; 400 with everything that is wrong, 403, 404, 422, 502 or 503.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Path((ec, service)): Path<(String, String)>,
    key: IdempotencyKey,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let now = api.clock.now();
    let ec = FiscalCode::new(&ec).map_err(|_| Missing)?;
    let segregation = caller.reach(&ec, &api)?;
    let once = match key.begin(&api.store, &ec, &body, now).await? {
        Begun::Answered(response) => return Ok(response),
        Begun::Anew(once) => once,
    };
    let asked = asked::read(&api, (ec.as_str(), &service), segregation, &body)?;
    let demanded = api.desk.demand(&asked, now).await.map_err(Refusal::from)?;
    let response = answer(&api, &demanded).ok_or_else(no_notice)?;
    let Some(request) = once else { return Ok(response) };
    // The notice is made once by itself, so its answer may be kept after it.
    let kept = given(response).ok_or_else(no_notice)?;
    let outcome = api.store.keep_answer_of(&request, kept).await.map_err(IdempotencyError::from)?;
    Ok(idempotency::answer(outcome)?)
}

fn no_notice() -> Problem {
    Problem::internal("INTERNAL SERVER ERROR", &"the position of a demand has no notice")
}

fn answer(api: &Api, demanded: &Demanded) -> Option<Response> {
    let position = &demanded.position;
    let notice = position.notices().next()?;
    let (ec, iupd) = (&position.ec, &position.iupd);
    let here = format!("/gpd/debt-positions-service/v1/organizations/{ec}/debtpositions/{}", iupd.as_str());
    let model = PaymentModel {
        notice_number: notice.number.to_string(),
        iuv: notice.iuv.to_string(),
        iupd: iupd.as_str().to_owned(),
        organization_fiscal_code: ec.to_string(),
        company_name: position.company_name.to_string(),
        office_name: position.office_name.as_ref().map(ToString::to_string),
        amount: notice.amount.get(),
        description: notice.description.to_string(),
        due_date: rome::day(notice.due).to_string(),
        qr_code: qr_text(ec, &notice.number, notice.amount),
        repeated: demanded.before,
        links: PaymentLinks {
            position: here,
            page: api.notice_pages.map(|pages| format!("{pages}/{ec}/{}", iupd.as_str())),
        },
    };
    let mut response = unkept((StatusCode::CREATED, Json(&model)).into_response());
    if let Ok(location) = HeaderValue::try_from(&model.links.position) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Some(response)
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer = Answer::json::<PaymentModel>("The notice, which can be paid at once.", examples::payment());
    let doc = of_offering(Doc::new("payCatalogueService", "Get a notice for a service"));
    idempotency::doc(doc)
        .about(
            "The same demand gives the same notice for a while, as the installation says, as long as that notice can \
             be paid; repeated is true then. A key is given notices of its own creditor institutions.",
        )
        .takes::<DemandRequest>(examples::demand())
        .answers(StatusCode::CREATED, answer.with(idempotency::TOLD_BEFORE))
        .refuses([AuthError::Forbidden.into()])
        .refuses(refusal::problems())
}
