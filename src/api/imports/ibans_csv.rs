//! `POST /creditorinstitutions/ibans/csv` and `POST /admin/v1/creditor-institutions/{ec}/ibans/csv`: tables of
//! accounts, in the dialect of api-config and in that of the portal.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::accounts::{Act, Asked, Known, Names, plan};
use super::rows::{self, Column, Row};
use super::{DAY_FORM, Outcome, Plan, Upload, answer, day, documented, run};
use crate::api::Api;
use crate::api::access::{Access, Needs, Of};
use crate::api::admin;
use crate::api::apiconfig::HEADING;
use crate::api::apiconfig::names::Named;
use crate::api::openapi::{Doc, Method, Routes, form};
use crate::api::positions::parse::report::Coded;
use crate::api::problem::Problem;
use crate::domain::access::{Permission, Tenant};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::iban::Iban;
use crate::domain::text::Text;

const OF_API_CONFIG: &[Column] = &[
    ("iddominio", true),
    ("ragionesociale", false),
    ("descrizione", false),
    ("iban", true),
    ("dataattivazioneiban", false),
    ("operazione", true),
];

const OF_PORTAL: &[Column] =
    &[("descrizione", true), ("iban", true), ("dataattivazioneiban", true), ("operazione", true)];

const NAMES: Names =
    Names { ec: "iddominio", iban: "iban", from: "dataattivazioneiban", due: "dataattivazioneiban" };

pub(super) fn routes() -> Routes {
    Routes::default().guarded(
        Needs::new(Permission::IbanWrite, Of::Body),
        (Method::Post, (HEADING.0, "/creditorinstitutions/ibans/csv")),
        published,
        published_doc(),
    )
}

pub(super) fn routes_of_portal() -> Routes {
    Routes::default().guarded(
        Needs::new(Permission::IbanWrite, Of::Institution("ec")),
        (Method::Post, (admin::HEADING.0, "/creditor-institutions/{ec}/ibans/csv")),
        portal,
        portal_doc(),
    )
}

/// Answers 200 with what was changed, or 400 with everything that is wrong.
async fn published(
    State(api): State<Arc<Api>>,
    access: Access,
    headers: HeaderMap,
    upload: Upload,
) -> Response {
    let mut plan = Plan::default();
    let rows = rows::read(&upload.bytes, OF_API_CONFIG, &mut plan);
    let asked = rows.iter().filter_map(|row| of_api_config(row, &mut plan)).collect();
    answer(carried(&api, &access, (plan, asked), &upload).await, &headers, StatusCode::OK)
}

/// The same in the dialect of the portal, about the institution of the path.
async fn portal(
    State(api): State<Arc<Api>>,
    access: Access,
    Named(ec): Named<String>,
    (headers, upload): (HeaderMap, Upload),
) -> Result<Response, Problem> {
    let ec = FiscalCode::new(&ec).map_err(|_| crate::api::problem::unknown_path())?;
    let mut plan = Plan::default();
    let rows = rows::read(&upload.bytes, OF_PORTAL, &mut plan);
    let asked = rows.iter().filter_map(|row| of_portal(row, &ec, &mut plan)).collect();
    Ok(answer(carried(&api, &access, (plan, asked), &upload).await, &headers, StatusCode::OK))
}

async fn carried(
    api: &Api,
    access: &Access,
    (mut plan_of_file, asked): (Plan, Vec<Asked>),
    upload: &Upload,
) -> Result<Outcome, Problem> {
    let asked = registered(access, &mut plan_of_file, asked);
    let institutions: BTreeSet<FiscalCode> = asked.iter().map(|one| one.ec.clone()).collect();
    let known = Known::of(api, &institutions).await?;
    plan(&mut plan_of_file, asked, &known, (NAMES, access.now));
    run(api, access, plan_of_file, upload).await
}

/// Leaves out rows about institutions that are not registered, and says so.
pub(super) fn registered(access: &Access, plan: &mut Plan, asked: Vec<Asked>) -> Vec<Asked> {
    let (known, unknown): (Vec<Asked>, Vec<Asked>) =
        asked.into_iter().partition(|one| access.registry.institution(&one.ec).is_some());
    for one in unknown {
        plan.wrong(one.row, NAMES.ec, "unknown_creditor_institution", "is not registered here");
    }
    known
}

fn of_api_config(row: &Row, plan: &mut Plan) -> Option<Asked> {
    let ec = FiscalCode::new(row.cell("iddominio"));
    if let Err(error) = &ec {
        plan.wrong(row.line, "iddominio", "fiscal_code_form", error.to_string());
    }
    plan.tenants.extend(ec.as_ref().ok().map(|ec| Tenant::Institution(ec.clone())));
    let act = match row.cell("operazione") {
        "I" => Some(Act::Create),
        "U" | "M" => Some(Act::Update),
        "D" | "C" => Some(Act::Delete),
        _ => {
            let why = "must be I (insert), U or M (update), or D or C (delete)";
            plan.wrong(row.line, "operazione", "unknown_word", why);
            None
        }
    };
    let company_name = text::<100>(row, "ragionesociale", plan);
    let asked = account(row, ec.ok(), act, plan)?;
    Some(Asked { company_name, ..asked })
}

fn of_portal(row: &Row, ec: &FiscalCode, plan: &mut Plan) -> Option<Asked> {
    plan.tenants.insert(Tenant::Institution(ec.clone()));
    let act = match row.cell("operazione") {
        "CREATE" => Some(Act::Create),
        "UPDATE" => Some(Act::Update),
        "DELETE" => Some(Act::Delete),
        _ => {
            plan.wrong(row.line, "operazione", "unknown_word", "must be CREATE, UPDATE or DELETE");
            None
        }
    };
    let described = row.given("descrizione").is_some();
    match act {
        Some(Act::Delete) if described => {
            plan.wrong(row.line, "descrizione", "not_allowed", "must be empty where an account is deleted");
        }
        Some(Act::Create | Act::Update) if !described => {
            plan.wrong(row.line, "descrizione", "required", "is required");
        }
        _ => {}
    }
    if act.is_some_and(|act| act != Act::Create) && row.given("dataattivazioneiban").is_some() {
        let why = "must be empty where an account is not created";
        plan.wrong(row.line, "dataattivazioneiban", "not_allowed", why);
        return None;
    }
    account(row, Some(ec.clone()), act, plan)
}

/// What both dialects say of an account.
fn account(row: &Row, ec: Option<FiscalCode>, act: Option<Act>, plan: &mut Plan) -> Option<Asked> {
    let before = plan.findings.len();
    let iban = Iban::new(row.cell("iban"));
    if let Err(error) = &iban {
        plan.wrong(row.line, "iban", error.code(), error.to_string());
    }
    let description = text::<300>(row, "descrizione", plan);
    let from = row.given("dataattivazioneiban");
    let date = from.and_then(day);
    if from.is_some() && date.is_none() {
        plan.wrong(row.line, "dataattivazioneiban", "date_form", DAY_FORM);
    }
    if act == Some(Act::Create) && from.is_none() {
        plan.wrong(row.line, "dataattivazioneiban", "required", "is required");
    }
    if plan.findings.len() > before {
        return None;
    }
    Some(Asked {
        row: row.line,
        ec: ec?,
        iban: iban.ok()?,
        act: act?,
        company_name: None,
        description,
        active: None,
        from: date,
        due: None,
    })
}

fn text<const MAX: usize>(row: &Row, column: &'static str, plan: &mut Plan) -> Option<Text<MAX>> {
    match row.given(column).map(Text::new).transpose() {
        Ok(text) => text,
        Err(error) => {
            plan.wrong(row.line, column, error.code(), error.to_string());
            None
        }
    }
}

/// What is said of the dialect of api-config.
fn published_doc() -> Doc {
    let doc = Doc::new("massiveCreateIbansCsv", "Load accounts from a table").about(
        "A table with the columns iddominio, ragionesociale, descrizione, iban, dataattivazioneiban and operazione \
         (I inserts, U and M update, D and C delete); all of it is carried out, or nothing. No last day is made \
         up: an account lasts until somebody says otherwise.",
    );
    documented(doc, StatusCode::OK)
}

/// What is said of the dialect of the portal.
fn portal_doc() -> Doc {
    let doc = Doc::new("loadAccounts", "Load accounts of an institution from a table")
        .path("ec", form::institution(), "Fiscal code of the creditor institution.")
        .about(
            "A table with the columns descrizione, iban, dataattivazioneiban and operazione (CREATE, UPDATE, \
             DELETE), as the portal of pagoPA takes it; all of it is carried out, or nothing.",
        );
    documented(doc, StatusCode::OK)
}
