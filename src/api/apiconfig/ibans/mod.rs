//! The accounts of creditor institutions, as api-config manages them.
//!
//! Stricter than the published service: every account is held against the length of its country and its check
//! digits, the last account of a creditor stays, and so does one that notices name which can still be paid.

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

use crate::api::Api;
use crate::api::access::WritesError;
use crate::api::access::{Access, Needs, Of, Written, carry_out};
use crate::api::admin::accounts::terms::{UnknownInstitution, Wanted};
use crate::api::openapi::{Answer, Doc, Method, Routes, form};
use crate::api::problem::Problem;
use crate::domain::access::{Permission, Tenant};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::governance::{Carried, Kind, Proposal, Wish};
use crate::domain::iban::Iban;
use crate::store::{WriteError, account_form, account_target};

mod all;
mod create;
mod delete;
mod labels;
mod list;
mod lookup;
pub(in crate::api) mod model;
pub(in crate::api) mod page;
mod update;

/// The parameters of paths that name the creditor institution and the account.
const INSTITUTION: &str = "creditorinstitutioncode";
const IBAN: &str = "ibanId";

pub(super) fn routes(heading: &'static str) -> Routes {
    let of = Of::Institution(INSTITUTION);
    let (reads, writes) = (Needs::new(Permission::IbanRead, of), Needs::new(Permission::IbanWrite, of));
    let names_labels = Needs::new(Permission::IbanWrite, Of::Gateway);
    let looks_up = Needs::new(Permission::IbanRead, Of::Own);
    let all = format!("/creditorinstitutions/{{{INSTITUTION}}}/ibans");
    let (list, one) = (format!("{all}/list"), format!("{all}/{{{IBAN}}}"));
    Routes::default()
        .guarded(reads, (Method::Get, (heading, &all)), all::handler, all::doc())
        .guarded(writes, (Method::Post, (heading, &all)), create::handler, create::doc())
        .guarded(reads, (Method::Get, (heading, &list)), list::handler, list::doc())
        .guarded(writes, (Method::Put, (heading, &one)), update::handler, update::doc())
        .guarded(writes, (Method::Delete, (heading, &one)), delete::handler, delete::doc())
        .guarded(
            names_labels,
            (Method::Post, (heading, "/creditorinstitutions/ibans/labels")),
            labels::handler,
            labels::doc(),
        )
        .guarded(looks_up, (Method::Get, (heading, "/ibans/{iban}")), lookup::handler, lookup::doc())
}

/// How an account is proposed to be made or changed.
pub(in crate::api) fn proposal(ec: &FiscalCode, wanted: &Wanted, wish: Wish) -> Proposal {
    Proposal {
        kind: Kind::Iban,
        tenant: Tenant::Institution(ec.clone()),
        target: account_target(ec, &wanted.iban),
        wish,
        wanted: Some(account_form(ec, &wanted.iban, &wanted.terms)),
    }
}

/// How an account is proposed to be taken away.
pub(in crate::api) fn removal(ec: &FiscalCode, iban: &Iban) -> Proposal {
    Proposal {
        kind: Kind::Iban,
        tenant: Tenant::Institution(ec.clone()),
        target: account_target(ec, iban),
        wish: Wish::Remove,
        wanted: None,
    }
}

/// Carries a proposal out or keeps it; what is there already is told in the words of the contract.
pub(in crate::api) async fn carried(
    api: &Api,
    access: &Access,
    proposal: Proposal,
    done: impl AsyncFnOnce(Carried) -> Result<Response, Problem>,
) -> Result<Response, Problem> {
    match carry_out(api, access, &[proposal]).await {
        Ok(Written::Done(carried)) => {
            let one = carried.into_iter().next().unwrap_or(Carried { before: None, after: None });
            done(one).await
        }
        Ok(waiting) => Ok(waiting.answer(|_| Response::default())),
        Err(WritesError::Refused(failure)) if matches!(failure.error, WriteError::Exists) => {
            Err(AlreadyAssociated.into())
        }
        Err(error) => Err(error.into()),
    }
}

/// The creditor institution has the account already.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the creditor institution has the account already")]
pub(in crate::api) struct AlreadyAssociated;

impl From<AlreadyAssociated> for Problem {
    fn from(_: AlreadyAssociated) -> Self {
        Problem::new(
            StatusCode::CONFLICT,
            "Iban already associated",
            "iban_already_associated",
            "The creditor institution has registered the account already.",
        )
    }
}

/// An endpoint for the accounts of a creditor institution.
fn doc(id: &str, summary: &str) -> Doc {
    Doc::new(id, summary)
        .path(INSTITUTION, form::institution(), "Fiscal code of the creditor institution.")
        .refuses([UnknownInstitution.into()])
}

/// That a change waits for a second person.
pub(in crate::api) fn waits() -> Answer {
    Answer::empty("The change waits for a second person; the header Location says where to look.")
}

fn example() -> Value {
    json!({
        "iban": "IT80Z0599903600000000001001", "ci_owner": "99000010019", "company_name": "Comune di Borgo",
        "description": "Riscossione tributi", "is_active": true, "active": true,
        "validity_date": "2026-12-01T00:00:00+01:00", "publication_date": "2026-11-22T11:00:00+01:00",
        "due_date": "2027-12-31T23:59:59+01:00",
        "labels": [{ "name": "ACA", "description": "The account of payments in stand-in" }],
    })
}

fn example_of_request() -> Value {
    json!({
        "iban": "IT80Z0599903600000000001001", "description": "Riscossione tributi", "is_active": true,
        "validity_date": "2026-12-01", "due_date": "2027-12-31",
        "labels": [{ "name": "ACA", "description": "The account of payments in stand-in" }],
    })
}
