//! Files that change the register: read whole, judged row by row, and carried out in one commit or not at all.
//!
//! A file becomes a [`Plan`]: what each row asks for, and what is wrong with it. A dry run takes the same way
//! and is rolled back at its end, so that it tells what the real run would.

use std::collections::BTreeSet;

use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;

use super::Api;
use super::access::{Access, Every, Written, carry_out_every};
use super::openapi::{Doc, Routes, form};
use super::problem::Problem;
use crate::domain::access::Tenant;
use crate::domain::governance::{Proposal, Wish};
use crate::store::{WriteError, WriteMode};

mod accounts;
pub(super) mod archive;
mod cbill;
mod ibans_csv;
mod ibans_zip;
mod migration;
mod relations;
mod report;
mod rows;
mod services;
pub(super) mod upload;

use report::{Finding, Outcome};
use upload::Upload;

/// The largest file, packed or unpacked, in bytes. The listener may take less.
const FILE_MAX: usize = 10 * 1024 * 1024;

/// The most rows of a file: they are one commit.
const ROWS_MAX: usize = 10_000;

/// What a file asks for.
#[derive(Debug, Default)]
struct Plan {
    /// How many rows it has.
    rows: usize,
    /// What is to be done.
    steps: Vec<Step>,
    /// What is wrong with it.
    findings: Vec<Finding>,
    /// Whom its rows are about: the caller must be allowed to change each.
    tenants: BTreeSet<Tenant>,
}

/// What one row asks for.
#[derive(Debug)]
struct Step {
    /// The line of the row.
    row: u64,
    /// The cell that is named if it cannot be done.
    field: &'static str,
    proposal: Proposal,
}

impl Plan {
    fn wrong(&mut self, row: u64, field: &'static str, code: &'static str, message: impl Into<String>) {
        self.findings.push(Finding { row: Some(row), field, code, message: message.into() });
    }
}

/// Carries a plan out, or tells what stands against it.
async fn run(api: &Api, access: &Access, plan: Plan, upload: &Upload) -> Result<Outcome, Problem> {
    let Plan { rows, steps, mut findings, tenants } = plan;
    for tenant in &tenants {
        access.about(tenant)?;
    }
    let mode = if upload.dry_run || !findings.is_empty() { WriteMode::DryRun } else { WriteMode::Commit };
    let (proposals, places): (Vec<Proposal>, Vec<(u64, &'static str)>) =
        steps.into_iter().map(|step| (step.proposal, (step.row, step.field))).unzip();
    let done = carry_out_every(api, access, &proposals, mode).await?;
    if let Every::Refused(refused) = &done {
        let told = refused.iter().filter_map(|(index, error)| Some((places.get(*index)?, error)));
        findings.extend(told.map(|((row, field), error)| finding(*row, field, error)));
    }
    if !findings.is_empty() {
        findings.sort_by_key(|finding| finding.row);
        return Ok(Outcome::Refused { rows, findings });
    }
    let count = |wishes: &[Wish]| proposals.iter().filter(|one| wishes.contains(&one.wish)).count();
    Ok(match done {
        Every::Written(Written::Waiting(id)) => Outcome::Waiting(id),
        _ => Outcome::Done {
            dry_run: upload.dry_run,
            rows,
            created: count(&[Wish::Create]),
            changed: count(&[Wish::Replace, Wish::Put]),
            removed: count(&[Wish::Remove]),
        },
    })
}

/// A day as files write it: 2026-12-31, 31/12/2026 or 31-12-2026.
fn day(text: &str) -> Option<Date> {
    ["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y"].iter().find_map(|form| Date::strptime(form, text).ok())
}

/// What is said of a cell that is no day.
const DAY_FORM: &str = "must be a day such as 2026-12-31 or 31/12/2026";

fn finding(row: u64, field: &'static str, error: &WriteError) -> Finding {
    let (code, message) = match error {
        WriteError::Missing => ("unknown_target", "there is no such thing".to_owned()),
        WriteError::Exists => ("exists", "it is there already".to_owned()),
        WriteError::Conflict(conflict) => (conflict.code, conflict.message.to_string()),
        WriteError::Store(_) => ("internal_error", "the row could not be judged".to_owned()),
    };
    Finding { row: Some(row), field, code, message }
}

/// The answer to a file, in the form that the caller likes.
fn answer(outcome: Result<Outcome, Problem>, headers: &HeaderMap, done: StatusCode) -> Response {
    match outcome {
        Ok(outcome) => outcome.answer(headers, done),
        Err(problem) => problem.into_response(),
    }
}

/// What is said of every import.
fn documented(doc: Doc, done: StatusCode) -> Doc {
    let doc = doc.query(
        "dryRun",
        form::flag(),
        "Whether only to tell what would become of the file; false if left out. Ours.",
    );
    report::documented(upload::documented(doc), done)
}

/// The imports of the published contract.
pub(super) fn published() -> Routes {
    Routes::default()
        .beside(cbill::routes())
        .beside(ibans_csv::routes())
        .beside(ibans_zip::routes())
        .beside(migration::routes())
        .beside(relations::routes())
}

/// Ours.
pub(super) fn ours() -> Routes {
    ibans_csv::routes_of_portal().beside(services::routes())
}
