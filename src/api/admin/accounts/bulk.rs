//! `POST …/ibans/bulk`: many changes of accounts, all or none, each reason with its place.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa::openapi::schema::Type;
use utoipa::openapi::{ArrayBuilder, ObjectBuilder, Ref};

use super::model::AccountRequest;
use super::one::account;
use super::terms::{self, Invalid, OURS, Place, Standard, StillNamed, Wanted, known_institution};
use super::{doc as doc_of, failed};
use crate::api::Api;
use crate::api::access::{Access, WritesError, carry_out};
use crate::api::apiconfig::ibans::{proposal, removal, waits};
use crate::api::body::JsonBody;
use crate::api::openapi::form::form;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::field::{Field, Shape};
use crate::api::positions::parse::report::{Pointer, Report};
use crate::api::problem::{Problem, Violation};
use crate::domain::account::Account;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::governance::{Proposal, Wish};
use crate::domain::iban::Iban;
use crate::store::{AccountFilter, WriteError, WriteFailure};

/// The most changes of one request.
const MOST: usize = 500;

/// A change of an account. All fields but the account are ignored where it is to go.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = AccountOperation)]
struct OperationRequest {
    /// What is to be done.
    #[serde(default)]
    #[schema(value_type = OperationWord, required)]
    operation: Field<String>,
    /// The account.
    #[serde(flatten)]
    account: AccountRequest,
}

impl Shape for OperationRequest {
    const IS_OBJECT: bool = true;
}

/// What is to be done with an account.
enum OperationWord {}
form!(
    OperationWord,
    "AccountOperationWord",
    crate::api::openapi::form::words(
        ["CREATE", "UPDATE", "DELETE"],
        "CREATE: it is registered; UPDATE: what is said of it changes; DELETE: it goes.",
    )
);

/// Changes of accounts.
enum BulkRequest {}
form!(
    BulkRequest,
    "AccountOperations",
    ObjectBuilder::new()
        .schema_type(Type::Object)
        .property(
            "operations",
            ArrayBuilder::new()
                .items(Ref::from_schema_name("AccountOperation"))
                .min_items(Some(1))
                .max_items(Some(MOST))
                .description(Some("One for each account."))
        )
        .required("operations")
);

/// What became of each change.
#[derive(Serialize, ToSchema)]
#[schema(as = AccountOperationsDone)]
struct Done {
    /// How many were registered.
    created: usize,
    /// Of how many something else is said.
    updated: usize,
    /// How many are gone.
    deleted: usize,
}

/// A change with its place in the body.
struct Operation {
    index: usize,
    proposal: Proposal,
}

/// Answers 200 with how many were changed, 202 if that waits for a second person; 400, 404, 409 or 422.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Path(code): Path<String>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let ec = known_institution(&access, &code)?;
    let purposes = api.store.purposes().await.map_err(failed)?;
    let known = api.store.accounts_of(&ec, &AccountFilter::default()).await.map_err(failed)?;
    let known: Vec<Account> = known.into_iter().map(|known| known.account).collect();
    let standard = Standard { purposes: &purposes, now: access.now };
    let mut operations = read(body, (&ec, &known), &standard)?;
    still_named(&api, &access, &operations).await?;
    // What is new comes before what goes: a creditor may replace the only account that it has.
    operations.sort_by_key(|operation| operation.proposal.wish == Wish::Remove);
    let proposals: Vec<Proposal> = operations.iter().map(|one| one.proposal.clone()).collect();
    let written = carry_out(&api, &access, &proposals).await;
    let written = written.map_err(|error| refusal(error, &operations))?;
    let count = |wish| proposals.iter().filter(|one| one.wish == wish).count();
    let (created, updated, deleted) = (count(Wish::Create), count(Wish::Replace), count(Wish::Remove));
    Ok(written.answer(|_| Json(Done { created, updated, deleted }).into_response()))
}

/// Reads the changes, each held against the account that it is about.
fn read(
    body: Value,
    (ec, known): (&FiscalCode, &[Account]),
    standard: &Standard<'_>,
) -> Result<Vec<Operation>, Invalid> {
    let (mut report, at) = (Report::default(), Pointer::root().field("operations"));
    let Some(rows) = body.get("operations").and_then(Value::as_array) else {
        report.add(&at, "required", "must be a list of changes");
        return Err(Invalid(report.into_violations()));
    };
    if rows.is_empty() || rows.len() > MOST {
        report.add(&at, "too_many", format_args!("must have 1 to {MOST} elements"));
        return Err(Invalid(report.into_violations()));
    }
    let (mut operations, mut named) = (Vec::with_capacity(rows.len()), BTreeSet::new());
    for (index, row) in rows.iter().enumerate() {
        let at = at.item(index);
        let field = Field::<OperationRequest>::deserialize(row).unwrap_or(Field::WrongType);
        let Some(request) = report.required(field, &at) else { continue };
        let Some((iban, proposal)) = operation(request, (ec, known), (&at, standard), &mut report) else {
            continue;
        };
        if named.insert(iban) {
            operations.push(Operation { index, proposal });
        } else {
            report.add(&at.field("iban"), "duplicate_iban", "is in another change of the request");
        }
    }
    if report.is_clean() { Ok(operations) } else { Err(Invalid(report.into_violations())) }
}

fn operation(
    request: OperationRequest,
    (ec, known): (&FiscalCode, &[Account]),
    (at, standard): (&Pointer, &Standard<'_>),
    report: &mut Report,
) -> Option<(Iban, Proposal)> {
    let before = |iban: &Iban| known.iter().find(|known| known.iban == *iban);
    let word = report.required(request.operation, &at.field("operation"))?;
    let wish = match word.as_str() {
        "CREATE" => Wish::Create,
        "UPDATE" => Wish::Replace,
        "DELETE" => Wish::Remove,
        _ => {
            report.add(&at.field("operation"), "unknown_word", "must be CREATE, UPDATE or DELETE");
            return None;
        }
    };
    if wish == Wish::Remove {
        let at = at.field("iban");
        let text = report.required(request.account.iban, &at)?;
        let iban = report.read(&at, Iban::kept(&text))?;
        return Some((iban.clone(), removal(ec, &iban)));
    }
    let wanted: Wanted = account(request.account, at, standard, report)?;
    let before = before(&wanted.iban).filter(|_| wish == Wish::Replace);
    if wish == Wish::Create || before.is_some() {
        terms::judge(&wanted, before, &Place { at, names: &OURS }, standard, report);
    }
    Some((wanted.iban.clone(), proposal(ec, &wanted, wish)))
}

/// That nothing can be paid any more to those that go.
async fn still_named(api: &Api, access: &Access, operations: &[Operation]) -> Result<(), Problem> {
    let mut violations = Vec::new();
    for Operation { index, proposal } in operations.iter().filter(|one| one.proposal.wish == Wish::Remove) {
        let (ec, iban) = proposal.target.split_once('/').unwrap_or_default();
        let (Ok(ec), Ok(iban)) = (FiscalCode::new(ec), Iban::kept(iban)) else { continue };
        if api.store.is_account_named(&ec, &iban, access.now).await.map_err(failed)? {
            violations.push(place(*index, StillNamed::CODE, StillNamed::WHY.to_owned()));
        }
    }
    if violations.is_empty() { Ok(()) } else { Err(conflict(violations)) }
}

fn place(index: usize, code: &'static str, message: String) -> Violation {
    Violation { pointer: format!("/operations/{index}"), code, message }
}

fn conflict(violations: Vec<Violation>) -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "Conflict",
        "account_conflict",
        "Nothing was changed, for the reasons that violations gives.",
    )
    .with_violations(violations)
}

/// Why one of them could not be carried out, with its place.
fn refusal(error: WritesError, operations: &[Operation]) -> Problem {
    let WritesError::Refused(WriteFailure { index, error }) = error else { return error.into() };
    let index = operations.get(index).map_or(0, |operation| operation.index);
    match error {
        WriteError::Missing => {
            conflict(vec![place(index, "unknown_iban", "There is no such account.".into())])
        }
        WriteError::Exists => {
            let code = "iban_already_associated";
            conflict(vec![place(index, code, "The account is registered already.".into())])
        }
        WriteError::Conflict(why) => conflict(vec![place(index, why.code, why.message.into_owned())]),
        WriteError::Store(error) => failed(error),
    }
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let request = json!({ "operations": [
        {
            "operation": "CREATE", "iban": "IT80Z0599903600000000001001", "validFrom": "2026-12-01",
            "description": "Riscossione tributi",
        },
        { "operation": "DELETE", "iban": "IT52Z0760103600000001002003" },
    ] });
    let answer = json!({ "created": 1, "updated": 0, "deleted": 1 });
    doc_of("changeAccounts", "Change many accounts, all or none")
        .about("Registrations come before deletions, so that the only account can be replaced by another.")
        .names::<OperationRequest>()
        .takes::<BulkRequest>(request)
        .answers(StatusCode::OK, Answer::json::<Done>("How many were changed.", answer))
        .answers(StatusCode::ACCEPTED, waits())
        .refuses([
            Invalid::example("/operations/0/validFrom").into(),
            Invalid::example_of_iban().into(),
            conflict(vec![place(1, StillNamed::CODE, StillNamed::WHY.to_owned())]),
        ])
}
