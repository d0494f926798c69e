//! `PUT /routing/partners/{partner}`: a system behind the gateway comes, or changes.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::model::{PartnerModel, partner_example};
use super::partner_body::{PartnerRequest, read};
use super::refusal::{Invalid, Missing, conflict};
use super::{model, partner};
use crate::api::Api;
use crate::api::access::{Access, Written, carry_out};
use crate::api::apiconfig::names::Named;
use crate::api::body::JsonBody;
use crate::api::openapi::{Answer, Doc, form};
use crate::api::problem::Problem;
use crate::domain::governance::{Kind, Proposal, Wish};
use crate::store::{NewPassword, partner_form};

/// Answers 201 or 200 with the partner, or 202 if a second person is asked; 400, 403 or 409.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Named(id): Named<String>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let wanted = read(body, &id)?;
    let known = api.store.partner_record(&wanted.id).await.map_err(Missing::from)?;
    if known.as_ref().is_some_and(|known| !access.sees(&known.partner.owner)) {
        access.about(&wanted.owner)?;
        return Err(taken());
    }
    let (tenant, wish, done) = match known {
        Some(known) => (known.partner.owner, Wish::Replace, StatusCode::OK),
        None => (wanted.owner.clone(), Wish::Create, StatusCode::CREATED),
    };
    let form = partner_form(&wanted, NewPassword::None);
    let proposal = Proposal { kind: Kind::Partner, tenant, target: id.clone(), wish, wanted: Some(form) };
    let written = carry_out(&api, &access, &[proposal]).await?;
    if matches!(written, Written::Waiting(_)) {
        return Ok(written.answer(|_| done.into_response()));
    }
    partner::answer(&api, &access, done, &id).await
}

/// Names are of the whole installation: that one is taken is all that others learn of it.
fn taken() -> Problem {
    conflict("partner_name_taken", "A partner of somebody else has that name; choose another.")
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let body = json!({
        "owner": "ec:99000010019", "name": "Gestionale del Comune", "speaks": "legacy",
        "url": "https://pagamenti.comune.example/PagamentiTelematiciCCP",
        "rtUrl": "https://pagamenti.comune.example/PagamentiTelematiciRT",
        "caller": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "invention": { "dueDays": 5, "debtorName": "Cittadino" },
    });
    let answer = |about| Answer::json::<PartnerModel<'static>>(about, partner_example());
    Doc::new("putPartner", "Add or change a system behind the gateway")
        .about(
            "It is an institution's, or a broker's for the institutions that it serves. What is left out is as it \
             usually is; its password stays. Whose it is never changes, nor what it speaks once a route names it.",
        )
        .path("partner", form::example_text(model::PARTNER), "The partner.")
        .takes::<PartnerRequest>(body)
        .answers(StatusCode::OK, answer("The partner as it is now."))
        .answers(StatusCode::CREATED, answer("The partner, which is new."))
        .answers(StatusCode::ACCEPTED, Answer::empty("It waits for a second person."))
        .refuses([Invalid::example("/url").into(), taken()])
}
