//! `POST /creditorinstitutions/cbill`: the codes by which home banking finds institutions.
//!
//! `incremental=false` makes the file the whole truth: institutions that it does not name lose their code.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::rows::{self, Column};
use super::{Plan, Step, Upload, answer, documented, run};
use crate::api::Api;
use crate::api::access::{Access, Needs, Of};
use crate::api::apiconfig::{HEADING, institutions, refusal::failed};
use crate::api::openapi::{Doc, Method, Routes, form};
use crate::api::positions::query::BadQuery;
use crate::api::problem::Problem;
use crate::domain::access::{Permission, Tenant};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::governance::Wish;
use crate::domain::registry::{CbillCode, Census, InstitutionFacts};
use crate::store::Wanted;

const COLUMNS: &[Column] = &[("CF", true), ("SIA", true), ("RAGIONESOCIALE", false)];

pub(super) fn routes() -> Routes {
    Routes::default().guarded(
        Needs::new(Permission::InstitutionWrite, Of::Body),
        (Method::Post, (HEADING.0, "/creditorinstitutions/cbill")),
        handler,
        doc(),
    )
}

/// Answers 200 with what was changed, or 400 with everything that is wrong.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    headers: HeaderMap,
    upload: Upload,
) -> Response {
    answer(carried(&api, &access, &upload).await, &headers, StatusCode::OK)
}

async fn carried(api: &Api, access: &Access, upload: &Upload) -> Result<super::Outcome, Problem> {
    let wrong = BadQuery("The query parameter incremental must be true or false.");
    let whole = !upload.params.flag("incremental", wrong)?.unwrap_or(true);
    let census = api.store.census().await.map_err(failed)?;
    let mut plan = Plan::default();
    let codes = read(&upload.bytes, &census, &mut plan);
    for (row, facts, code) in changes(&codes, &census, whole, access) {
        let wanted = InstitutionFacts { cbill: code, ..facts.clone() };
        let proposal = institutions::proposal(&facts.ec, Wish::Replace, Some(wanted.wanted()));
        plan.steps.push(Step { row, field: "SIA", proposal });
    }
    run(api, access, plan, upload).await
}

/// The codes of a file with their lines, by institution.
fn read(bytes: &[u8], census: &Census, plan: &mut Plan) -> BTreeMap<FiscalCode, (u64, CbillCode)> {
    let mut codes: BTreeMap<FiscalCode, (u64, CbillCode)> = BTreeMap::new();
    let mut given: BTreeSet<CbillCode> = BTreeSet::new();
    for row in rows::read(bytes, COLUMNS, plan) {
        let ec = FiscalCode::new(row.cell("CF"));
        let code = CbillCode::new(row.cell("SIA"));
        if let Err(error) = &ec {
            plan.wrong(row.line, "CF", "fiscal_code_form", error.to_string());
        }
        if let Err(error) = &code {
            plan.wrong(row.line, "SIA", "cbill_form", error.to_string());
        }
        plan.tenants.extend(ec.as_ref().ok().map(|ec| Tenant::Institution(ec.clone())));
        let (Ok(ec), Ok(code)) = (ec, code) else { continue };
        if !census.institutions.contains_key(&ec) {
            plan.wrong(row.line, "CF", "unknown_creditor_institution", "is not registered here");
        } else if !given.insert(code.clone()) {
            plan.wrong(row.line, "SIA", "given_twice", "is given twice in the file");
        } else if codes.insert(ec, (row.line, code)).is_some() {
            plan.wrong(row.line, "CF", "given_twice", "is there twice in the file");
        }
    }
    codes
}

/// The institutions whose code changes, each with the line that says so; the first line if none does.
fn changes<'c>(
    codes: &'c BTreeMap<FiscalCode, (u64, CbillCode)>,
    census: &'c Census,
    whole: bool,
    access: &'c Access,
) -> impl Iterator<Item = (u64, &'c InstitutionFacts, Option<CbillCode>)> {
    census.institutions.values().filter_map(move |facts| {
        let own = || access.sees(&Tenant::Institution(facts.ec.clone()));
        let (row, code) = match codes.get(&facts.ec) {
            Some((row, code)) => (*row, Some(code.clone())),
            None if whole && own() => (1, None),
            None => return None,
        };
        (facts.cbill != code).then_some((row, facts, code))
    })
}

/// What is said of it.
fn doc() -> Doc {
    let doc = Doc::new("massiveUploadCbillCsv", "Load the CBILL codes of institutions")
        .about("A table with the columns CF, SIA and RAGIONESOCIALE; all of it is carried out, or nothing.")
        .query(
            "incremental",
            form::flag(),
            "Whether institutions that the file does not name keep their code; true if left out.",
        );
    documented(doc, StatusCode::OK)
}
