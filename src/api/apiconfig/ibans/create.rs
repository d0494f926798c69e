//! `POST …/ibans`: a creditor institution registers an account.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize as _;
use serde_json::Value;

use super::model::{IbanModel, IbanRequest};
use super::{AlreadyAssociated, carried, doc as doc_of, example, example_of_request, proposal, waits};
use crate::api::Api;
use crate::api::access::Access;
use crate::api::admin::accounts::failed;
use crate::api::admin::accounts::terms::{self, Invalid, PUBLISHED, Place, Standard, known_institution};
use crate::api::body::JsonBody;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::field::Field;
use crate::api::positions::parse::report::{Pointer, Report};
use crate::api::problem::Problem;
use crate::domain::account::Account;
use crate::domain::governance::Wish;

/// Answers 201 with the account, 202 if the change waits for a second person; 400, 404, 409 or 422.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Path(code): Path<String>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let ec = known_institution(&access, &code)?;
    let purposes = api.store.purposes().await.map_err(failed)?;
    let standard = Standard { purposes: &purposes, now: access.now };
    let wanted = read(body, None, &standard)?;
    carried(&api, &access, proposal(&ec, &wanted, Wish::Create), async |_| {
        let known = api.store.account(&ec, &wanted.iban).await.map_err(failed)?;
        let model = known.as_ref().map(|known| IbanModel::new(known, &purposes));
        Ok((StatusCode::CREATED, Json(model)).into_response())
    })
    .await
}

/// Reads an account, to be made or to take the place of what is said of it.
pub(super) fn read(
    body: Value,
    before: Option<&Account>,
    standard: &Standard<'_>,
) -> Result<terms::Wanted, Invalid> {
    let (mut report, root) = (Report::default(), Pointer::root());
    let field = Field::<IbanRequest>::deserialize(body).unwrap_or(Field::WrongType);
    let request = report.required(field, &root).unwrap_or_default();
    let (asked, labels) = request.asked(&root);
    report.optional(labels, &root.field("labels"));
    let place = Place { at: &root, names: &PUBLISHED };
    let wanted = terms::read(asked, &place, standard, &mut report);
    if let Some(wanted) = &wanted {
        terms::judge(wanted, before, &place, standard, &mut report);
    }
    match wanted {
        Some(wanted) if report.is_clean() => Ok(wanted),
        _ => Err(Invalid(report.into_violations())),
    }
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    doc_of("createCreditorInstitutionsIbans", "Register an account")
        .about(
            "It can be named by debts from its first day on. An account at the post office is of one creditor \
             institution only, and gets the code of its slips with it.",
        )
        .takes::<IbanRequest>(example_of_request())
        .answers(StatusCode::CREATED, Answer::json::<IbanModel>("The account.", example()))
        .answers(StatusCode::ACCEPTED, waits())
        .refuses([
            Invalid::example("/validity_date").into(),
            Invalid::example_of_iban().into(),
            AlreadyAssociated.into(),
        ])
}
