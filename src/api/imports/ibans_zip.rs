//! `POST /creditorinstitutions/ibans`: new accounts, as JSON files in a ZIP archive, one institution each.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;

use super::accounts::{Act, Asked, Known, Names, plan};
use super::archive::{self, Entry};
use super::ibans_csv::registered;
use super::report::Finding;
use super::{DAY_FORM, Outcome, Plan, ROWS_MAX, Upload, answer, day, documented, run};
use crate::api::Api;
use crate::api::access::{Access, Needs, Of};
use crate::api::apiconfig::HEADING;
use crate::api::openapi::{Doc, Method, Routes};
use crate::api::positions::parse::report::Coded;
use crate::api::problem::Problem;
use crate::domain::access::{Permission, Tenant};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::iban::Iban;
use crate::domain::text::Text;

const NAMES: Names =
    Names { ec: "creditor_institution_code", iban: "iban", from: "validity_date", due: "due_date" };

pub(super) fn routes() -> Routes {
    Routes::default().guarded(
        Needs::new(Permission::IbanWrite, Of::Body),
        (Method::Post, (HEADING.0, "/creditorinstitutions/ibans")),
        handler,
        doc(),
    )
}

/// The accounts of one institution.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InstitutionFile {
    creditor_institution_code: String,
    description: Option<String>,
    ibans: Vec<AccountFile>,
}

/// An account.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AccountFile {
    iban: String,
    description: Option<String>,
    validity_date: String,
    due_date: Option<String>,
    is_active: Option<bool>,
}

/// Answers 201 with what was made, or 400 with everything that is wrong. Rows are counted through all files of
/// the archive, in their order.
async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    headers: HeaderMap,
    upload: Upload,
) -> Response {
    answer(carried(&api, &access, &upload).await, &headers, StatusCode::CREATED)
}

async fn carried(api: &Api, access: &Access, upload: &Upload) -> Result<Outcome, Problem> {
    let mut whole = Plan::default();
    let mut asked = Vec::new();
    match archive::unpack(&upload.bytes, "json") {
        Ok(entries) => entries.iter().for_each(|entry| read(entry, &mut whole, &mut asked)),
        Err(error) => {
            whole.findings.push(Finding {
                row: None,
                field: "",
                code: error.code(),
                message: error.to_string(),
            });
        }
    }
    let asked = registered(access, &mut whole, asked);
    let institutions: BTreeSet<FiscalCode> = asked.iter().map(|one| one.ec.clone()).collect();
    let known = Known::of(api, &institutions).await?;
    plan(&mut whole, asked, &known, (NAMES, access.now));
    run(api, access, whole, upload).await
}

fn read(entry: &Entry, plan: &mut Plan, asked: &mut Vec<Asked>) {
    let about = |code, message: String| Finding { row: None, field: "", code, message };
    let file: InstitutionFile = match serde_json::from_slice(&entry.bytes) {
        Ok(file) => file,
        Err(error) => {
            let (line, column) = (error.line(), error.column());
            let code = if error.is_data() { "invalid_file" } else { "malformed_json" };
            let message = format!("a file of the archive cannot be read: line {line}, column {column}");
            return plan.findings.push(about(code, message));
        }
    };
    if plan.rows + file.ibans.len() > ROWS_MAX {
        return plan.findings.push(about("too_many_rows", format!("the file has more than {ROWS_MAX} rows")));
    }
    let first = plan.rows as u64 + 1;
    plan.rows += file.ibans.len();
    let ec = match FiscalCode::new(&file.creditor_institution_code) {
        Ok(ec) => ec,
        Err(error) => return plan.wrong(first, NAMES.ec, "fiscal_code_form", error.to_string()),
    };
    plan.tenants.insert(Tenant::Institution(ec.clone()));
    let rows = (first..).zip(&file.ibans);
    asked.extend(rows.filter_map(|(row, one)| account((row, &ec), one, file.description.as_deref(), plan)));
}

fn account(
    (row, ec): (u64, &FiscalCode),
    one: &AccountFile,
    description: Option<&str>,
    plan: &mut Plan,
) -> Option<Asked> {
    let iban = Iban::new(&one.iban);
    if let Err(error) = &iban {
        plan.wrong(row, NAMES.iban, error.code(), error.to_string());
    }
    let description = one.description.as_deref().or(description).map(Text::new).transpose();
    if let Err(error) = &description {
        plan.wrong(row, "description", error.code(), error.to_string());
    }
    let mut date = |text: &str, field| {
        // A moment of the day is the day: `2026-12-01T00:00:00`.
        let read = day(text.split_once('T').map_or(text, |(day, _)| day));
        if read.is_none() {
            plan.wrong(row, field, "date_form", DAY_FORM);
        }
        read
    };
    let from = date(&one.validity_date, NAMES.from);
    let due = one.due_date.as_deref().map(|text| date(text, NAMES.due));
    Some(Asked {
        row,
        ec: ec.clone(),
        iban: iban.ok()?,
        act: Act::Create,
        company_name: None,
        description: description.ok()?,
        active: one.is_active,
        from: Some(from?),
        due: due.map_or(Some(None), |due| due.map(Some))?,
    })
}

/// What is said of it.
fn doc() -> Doc {
    let doc = Doc::new("massiveCreateIbans", "Load new accounts from an archive").about(
        "A ZIP archive of 1 to 10 JSON files, together at most 10 MiB unpacked, each with \
         creditor_institution_code, description, and ibans, a list of iban, description, validity_date, due_date \
         (none if left out) and is_active; all of it is carried out, or nothing.",
    );
    documented(doc, StatusCode::CREATED)
}
