//! The accounts of creditor institutions, where api-config falls short: why nothing can be paid to one, many at
//! once, and which are to go on a day. And the end of a maintenance before its time.

use crate::api::Api;
use crate::api::access::{Access, Needs, Of};
use crate::api::openapi::{Doc, Method, Routes, form};
use crate::api::problem::Problem;
use crate::domain::access::Permission;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::iban::Iban;
use crate::store::{NamedAccount, StoreError};

mod bulk;
mod deletions;
mod finish;
mod labels;
mod list;
mod model;
mod one;
pub(in crate::api) mod terms;

use terms::{MissingAccount, StillNamed, UnknownInstitution};

/// The parameters of paths that name the creditor institution, the account, the broker and the others.
const INSTITUTION: &str = "ec";
const IBAN: &str = "iban";
const BROKER: &str = "broker";

pub(super) fn routes(heading: &'static str) -> Routes {
    let of = Of::Institution(INSTITUTION);
    let (reads, writes) = (Needs::new(Permission::IbanRead, of), Needs::new(Permission::IbanWrite, of));
    let ends = Needs::new(Permission::MaintenanceWrite, Of::Broker(BROKER));
    let below = |rest: &str| format!("/creditor-institutions/{{{INSTITUTION}}}/{rest}");
    let (all, many, one) = (below("ibans"), below("ibans/bulk"), below("ibans/{iban}"));
    let (requests, request) = (below("iban-deletion-requests"), below("iban-deletion-requests/{request}"));
    let finish = format!("/brokers/{{{BROKER}}}/station-maintenances/{{maintenance}}/finish");
    Routes::default()
        .guarded(Needs::known(), (Method::Get, (heading, "/iban-labels")), labels::handler, labels::doc())
        .guarded(reads, (Method::Get, (heading, &all)), list::handler, list::doc())
        .guarded(writes, (Method::Post, (heading, &many)), bulk::handler, bulk::doc())
        .guarded(reads, (Method::Get, (heading, &one)), one::read, one::doc_of_read())
        .guarded(writes, (Method::Put, (heading, &one)), one::put, one::doc_of_put())
        .guarded(writes, (Method::Delete, (heading, &one)), one::delete, one::doc_of_delete())
        .guarded(reads, (Method::Get, (heading, &requests)), deletions::list, deletions::doc_of_list())
        .guarded(writes, (Method::Post, (heading, &requests)), deletions::create, deletions::doc_of_create())
        .guarded(writes, (Method::Delete, (heading, &request)), deletions::cancel, deletions::doc_of_cancel())
        .guarded(ends, (Method::Post, (heading, &finish)), finish::handler, finish::doc())
}

/// A failure of the store.
pub(in crate::api) fn failed(error: StoreError) -> Problem {
    Problem::internal("Internal Server Error", &error)
}

/// The account of a path, if the creditor institution has it.
pub(in crate::api) async fn found(api: &Api, ec: &FiscalCode, iban: &str) -> Result<NamedAccount, Problem> {
    let iban = Iban::kept(iban).map_err(|_| MissingAccount)?;
    let known = api.store.account(ec, &iban).await.map_err(failed)?;
    Ok(known.ok_or(MissingAccount)?)
}

/// That nothing can be paid any more that names an account, before it goes.
pub(in crate::api) async fn unnamed(
    api: &Api,
    access: &Access,
    (ec, iban): (&FiscalCode, &Iban),
) -> Result<(), Problem> {
    let named = api.store.is_account_named(ec, iban, access.now).await.map_err(failed)?;
    if named { Err(StillNamed.into()) } else { Ok(()) }
}

/// An endpoint for the accounts of a creditor institution.
fn doc(id: &str, summary: &str) -> Doc {
    Doc::new(id, summary)
        .path(INSTITUTION, form::institution(), "Fiscal code of the creditor institution.")
        .refuses([UnknownInstitution.into()])
}

/// An endpoint for one of them.
fn doc_of_one(id: &str, summary: &str) -> Doc {
    doc(id, summary)
        .path(IBAN, form::example_text("IT80Z0599903600000000001001"), "The account.")
        .refuses([MissingAccount.into()])
}
