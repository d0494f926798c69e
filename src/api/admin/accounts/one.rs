//! `GET`, `PUT` and `DELETE …/ibans/{iban}`: one account.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize as _;
use serde_json::Value;

use super::model::{AccountModel, AccountRequest, example, example_of_request};
use super::terms::{self, Invalid, OURS, Place, Standard, StillNamed, Wanted, known_institution};
use super::{IBAN, doc as doc_of, doc_of_one, failed, found, unnamed};
use crate::api::Api;
use crate::api::access::Access;
use crate::api::apiconfig::ibans::{carried, proposal, removal, waits};
use crate::api::body::JsonBody;
use crate::api::openapi::{Answer, Doc, form};
use crate::api::positions::field::Field;
use crate::api::positions::parse::report::{Pointer, Report};
use crate::api::problem::{Problem, Violation};
use crate::domain::account::Account;
use crate::domain::governance::Wish;
use crate::domain::iban::Iban;
use crate::domain::rome;

type Named = Path<(String, String)>;

/// Answers 200 with the account; 404.
pub(super) async fn read(
    State(api): State<Arc<Api>>,
    access: Access,
    Path((code, iban)): Named,
) -> Result<Json<AccountModel>, Problem> {
    let ec = known_institution(&access, &code)?;
    let known = found(&api, &ec, &iban).await?;
    Ok(Json(AccountModel::new(&known, rome::day(access.now))))
}

/// Answers 201 if the account was registered, 200 if what is said of it was changed, 202 if that waits for a
/// second person; 400, 404, 409 or 422.
pub(super) async fn put(
    State(api): State<Arc<Api>>,
    access: Access,
    Path((code, iban)): Named,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let ec = known_institution(&access, &code)?;
    let before = match Iban::kept(&iban) {
        Ok(iban) => api.store.account(&ec, &iban).await.map_err(failed)?.map(|known| known.account),
        Err(_) => None,
    };
    let purposes = api.store.purposes().await.map_err(failed)?;
    let standard = Standard { purposes: &purposes, now: access.now };
    let wanted = wanted(body, before.as_ref(), &standard)?;
    if !wanted.iban.as_str().eq_ignore_ascii_case(&iban) {
        return Err(another_account().into());
    }
    let (wish, status) = match before {
        None => (Wish::Create, StatusCode::CREATED),
        Some(_) => (Wish::Replace, StatusCode::OK),
    };
    carried(&api, &access, proposal(&ec, &wanted, wish), async |_| {
        let known = api.store.account(&ec, &wanted.iban).await.map_err(failed)?;
        let model = known.as_ref().map(|known| AccountModel::new(known, rome::day(access.now)));
        Ok((status, Json(model)).into_response())
    })
    .await
}

fn wanted(body: Value, before: Option<&Account>, standard: &Standard<'_>) -> Result<Wanted, Invalid> {
    let (mut report, root) = (Report::default(), Pointer::root());
    let field = Field::<AccountRequest>::deserialize(body).unwrap_or(Field::WrongType);
    let request = report.required(field, &root).unwrap_or_default();
    let wanted = account(request, &root, standard, &mut report);
    if let Some(wanted) = &wanted {
        terms::judge(wanted, before, &Place { at: &root, names: &OURS }, standard, &mut report);
    }
    match wanted {
        Some(wanted) if report.is_clean() => Ok(wanted),
        _ => Err(Invalid(report.into_violations())),
    }
}

/// Reads an account at a place of a body.
pub(super) fn account(
    request: AccountRequest,
    at: &Pointer,
    standard: &Standard<'_>,
    report: &mut Report,
) -> Option<Wanted> {
    let (asked, labels) = request.asked(at);
    report.optional(labels, &at.field("labels"));
    terms::read(asked, &Place { at, names: &OURS }, standard, report)
}

/// Answers 204, 202 if the change waits for a second person; 404 or 409.
pub(super) async fn delete(
    State(api): State<Arc<Api>>,
    access: Access,
    Path((code, iban)): Named,
) -> Result<Response, Problem> {
    let ec = known_institution(&access, &code)?;
    let iban = found(&api, &ec, &iban).await?.account.iban;
    unnamed(&api, &access, (&ec, &iban)).await?;
    let gone = async |_| Ok(StatusCode::NO_CONTENT.into_response());
    carried(&api, &access, removal(&ec, &iban), gone).await
}

fn another_account() -> Invalid {
    let message = "must be the account of the path".to_owned();
    Invalid(vec![Violation { pointer: "/iban".to_owned(), code: "another_iban", message }])
}

/// What is said of the reading.
pub(super) fn doc_of_read() -> Doc {
    doc_of_one("readAccount", "Read an account")
        .answers(StatusCode::OK, Answer::json::<AccountModel>("The account.", example()))
}

/// What is said of the writing.
pub(super) fn doc_of_put() -> Doc {
    let account = |about| Answer::json::<AccountModel>(about, example());
    doc_of("putAccount", "Register an account, or change what is said of it")
        .path(IBAN, form::example_text("IT80Z0599903600000000001001"), "The account.")
        .about("As in api-config, but an account may last without end, and have a name among the creditor's own.")
        .takes::<AccountRequest>(example_of_request())
        .answers(StatusCode::CREATED, account("The account, which is registered now."))
        .answers(StatusCode::OK, account("The account, of which something else is said now."))
        .answers(StatusCode::ACCEPTED, waits())
        .refuses([
            Invalid::example("/validFrom").into(),
            Invalid::example_of_iban().into(),
            another_account().into(),
        ])
}

/// What is said of the deletion.
pub(super) fn doc_of_delete() -> Doc {
    doc_of_one("deleteAccount", "Take an account away")
        .about(
            "Neither the only account of a creditor institution goes nor one that notices name which can still \
             be paid. One that is to go on a day is for a deletion request.",
        )
        .answers(StatusCode::NO_CONTENT, Answer::empty("It is gone."))
        .answers(StatusCode::ACCEPTED, waits())
        .refuses([StillNamed.into()])
}
