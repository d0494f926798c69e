//! `PUT …/ibans/{ibanId}`: a creditor institution says something else of an account.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::create::read;
use super::model::{IbanModel, IbanRequest};
use super::{IBAN, carried, doc as doc_of, example, example_of_request, proposal, waits};
use crate::api::Api;
use crate::api::access::Access;
use crate::api::admin::accounts::terms::{
    Invalid, MissingAccount, Standard, known_institution, with_rest_of,
};
use crate::api::admin::accounts::{failed, found};
use crate::api::body::JsonBody;
use crate::api::openapi::{Answer, Doc, form};
use crate::api::problem::{Problem, Violation};
use crate::domain::governance::Wish;

/// Answers 201 with the account, as the contract says, 202 if the change waits for a second person; 400, 404,
/// 409 or 422.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Path((code, iban)): Path<(String, String)>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let ec = known_institution(&access, &code)?;
    let before = found(&api, &ec, &iban).await?.account;
    let purposes = api.store.purposes().await.map_err(failed)?;
    let standard = Standard { purposes: &purposes, now: access.now };
    let wanted = read(body, Some(&before), &standard)?;
    if wanted.iban != before.iban {
        return Err(another_account().into());
    }
    let wanted = with_rest_of(wanted, &before);
    carried(&api, &access, proposal(&ec, &wanted, Wish::Replace), async |_| {
        let known = api.store.account(&ec, &wanted.iban).await.map_err(failed)?;
        let model = known.as_ref().map(|known| IbanModel::new(known, &purposes));
        Ok((StatusCode::CREATED, Json(model)).into_response())
    })
    .await
}

fn another_account() -> Invalid {
    let message = "must be the account of the path".to_owned();
    Invalid(vec![Violation { pointer: "/iban".to_owned(), code: "another_iban", message }])
}

/// How it is refused that another creditor institution was faster.
fn changed_meanwhile() -> Problem {
    let why = "Until when the account lasts is for the creditor institution to say that registered it first.";
    Problem::new(StatusCode::CONFLICT, "Conflict", "due_date_of_owner", why)
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    doc_of("updateCreditorInstitutionsIbans", "Change what is said of an account")
        .path(IBAN, form::example_text("IT80Z0599903600000000001001"), "The account.")
        .about(
            "The first day is looked at only if it changes, and then it is tomorrow or later; the last day is \
             for the creditor institution to say that registered the account first. Labels that are left out \
             are taken from it.",
        )
        .takes::<IbanRequest>(example_of_request())
        .answers(StatusCode::CREATED, Answer::json::<IbanModel>("The account.", example()))
        .answers(StatusCode::ACCEPTED, waits())
        .refuses([
            Invalid::example("/validity_date").into(),
            Invalid::example_of_iban().into(),
            another_account().into(),
            MissingAccount.into(),
            changed_meanwhile(),
        ])
}
