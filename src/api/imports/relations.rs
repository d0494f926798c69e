//! `POST /batchoperation/creditorinstitution-station/loading`: which stations serve which institutions.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::civil::Date;

use super::rows::{self, Column, Row};
use super::{Plan, Step, Upload, answer, documented, run};
use crate::api::Api;
use crate::api::access::{Access, Needs, Of};
use crate::api::apiconfig::{HEADING, refusal::failed};
use crate::api::openapi::{Doc, Method, Routes};
use crate::api::problem::Problem;
use crate::domain::access::{Permission, Tenant};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::governance::{Kind, Proposal, Wish};
use crate::domain::ids::StationCode;
use crate::domain::notice_number::{AuxDigit, TwoDigits};
use crate::domain::registry::{Census, Codes, CodesError, Relation, RelationFlags, StationVersion};
use crate::domain::rome;
use crate::store::{Wanted, relation_target};

const COLUMNS: &[Column] = &[
    ("cf", true),
    ("idstazione", true),
    ("ambiente", false),
    ("broadcast", false),
    ("auxdigit", false),
    ("codicesegregazione", false),
    ("applicationcode", false),
    ("datavalidita", false),
    ("operazione", true),
    ("aca", false),
    ("standIn", false),
];

pub(super) fn routes() -> Routes {
    Routes::default().guarded(
        Needs::new(Permission::RelationWrite, Of::Body),
        (Method::Post, (HEADING.0, "/batchoperation/creditorinstitution-station/loading")),
        handler,
        doc(),
    )
}

/// Answers 201 with what was changed, or 400 with everything that is wrong.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    headers: HeaderMap,
    upload: Upload,
) -> Response {
    answer(carried(&api, &access, &upload).await, &headers, StatusCode::CREATED)
}

async fn carried(api: &Api, access: &Access, upload: &Upload) -> Result<super::Outcome, Problem> {
    let census = api.store.census().await.map_err(failed)?;
    let mut plan = Plan::default();
    let rows = rows::read(&upload.bytes, COLUMNS, &mut plan);
    let mut loading = Loading { census: &census, today: rome::day(access.now), plan, seen: BTreeSet::new() };
    let first = rows.iter().find_map(|row| row.given("ambiente"));
    for row in &rows {
        loading.environment(row, first);
        loading.row(row);
    }
    run(api, access, loading.plan, upload).await
}

struct Loading<'c> {
    census: &'c Census,
    today: Date,
    plan: Plan,
    /// The institutions and stations of the rows before.
    seen: BTreeSet<(FiscalCode, StationCode)>,
}

impl Loading<'_> {
    /// A file is for one environment, whichever it is: this installation has one.
    fn environment(&mut self, row: &Row, first: Option<&str>) {
        let said = row.given("ambiente");
        if said.is_some_and(|said| said != "ESER" && said != "COLL") {
            self.plan.wrong(row.line, "ambiente", "unknown_word", "must be ESER or COLL");
        } else if said.is_some() && said != first {
            self.plan.wrong(
                row.line,
                "ambiente",
                "mixed_environment",
                "is another than that of the first row",
            );
        }
    }

    fn row(&mut self, row: &Row) {
        let parties = parties(row, ("cf", "idstazione"), self.census, &mut self.plan);
        let adds = match row.cell("operazione") {
            "A" => Some(true),
            "C" => Some(false),
            _ => {
                self.plan.wrong(row.line, "operazione", "unknown_word", "must be A (add) or C (cancel)");
                None
            }
        };
        let relation = if adds == Some(true) { self.terms(row) } else { None };
        let Some((ec, station)) = parties else { return };
        if !self.seen.insert((ec.clone(), station.clone())) {
            self.plan.wrong(row.line, "idstazione", "given_twice", "is there twice for the institution");
            return;
        }
        let wanted = match (adds, relation) {
            (Some(true), Some((codes, flags))) => {
                Some(Relation { ec: ec.clone(), station: station.clone(), codes, flags }.wanted())
            }
            (Some(false), _) => None,
            _ => return,
        };
        let wish = if wanted.is_some() { Wish::Create } else { Wish::Remove };
        let proposal = proposal(&ec, &station, wish, wanted);
        self.plan.steps.push(Step { row: row.line, field: "idstazione", proposal });
    }

    /// For which notices and with what allowed, or everything that is wrong with it.
    fn terms(&mut self, row: &Row) -> Option<(Codes, RelationFlags)> {
        let before = self.plan.findings.len();
        self.begins(row);
        let mut flag = |column| flag(row, column, &mut self.plan);
        let (broadcast, aca, stand_in) = (flag("broadcast"), flag("aca"), flag("standIn"));
        let aux_digit = aux_digit(row, &mut self.plan);
        let application = code(row, "applicationcode", &mut self.plan);
        let segregation = code(row, "codicesegregazione", &mut self.plan);
        if self.plan.findings.len() > before {
            return None;
        }
        let flags = RelationFlags { broadcast, aca, stand_in, ..RelationFlags::default() };
        match Codes::read(aux_digit, application, segregation) {
            Ok(codes) => Some((codes, flags)),
            Err(errors) => {
                for error in errors {
                    let (field, code) = place(error);
                    self.plan.wrong(row.line, field, code, error.to_string());
                }
                None
            }
        }
    }

    /// A relation holds as soon as it is loaded.
    fn begins(&mut self, row: &Row) {
        let Some(text) = row.given("datavalidita") else { return };
        match super::day(text) {
            None => self.plan.wrong(row.line, "datavalidita", "date_form", super::DAY_FORM),
            Some(day) if day > self.today => {
                let why = "must not lie ahead: a relation holds as soon as it is loaded";
                self.plan.wrong(row.line, "datavalidita", "date_ahead", why);
            }
            Some(_) => {}
        }
    }
}

/// What is to be done with a relation.
pub(super) fn proposal(
    ec: &FiscalCode,
    station: &StationCode,
    wish: Wish,
    wanted: Option<String>,
) -> Proposal {
    let tenant = Tenant::Institution(ec.clone());
    Proposal { kind: Kind::Relation, tenant, target: relation_target(ec, station), wish, wanted }
}

/// The institution and the station of a row, both registered; the caller must be allowed to change both.
pub(super) fn parties(
    row: &Row,
    (of_ec, of_station): (&'static str, &'static str),
    census: &Census,
    plan: &mut Plan,
) -> Option<(FiscalCode, StationCode)> {
    let ec = FiscalCode::new(row.cell(of_ec));
    if let Err(error) = &ec {
        plan.wrong(row.line, of_ec, "fiscal_code_form", error.to_string());
    }
    let station = StationCode::new(row.cell(of_station));
    if let Err(error) = &station {
        plan.wrong(row.line, of_station, "station_code_form", error.to_string());
    }
    if let Ok(ec) = &ec {
        plan.tenants.insert(Tenant::Institution(ec.clone()));
        if !census.institutions.contains_key(ec) {
            plan.wrong(row.line, of_ec, "unknown_creditor_institution", "is not registered here");
        }
    }
    let known = station.as_ref().ok().and_then(|station| census.stations.get(station));
    match (known, &station) {
        (Some(known), _) => drop(plan.tenants.insert(Tenant::Broker(known.facts.broker.clone()))),
        (None, Ok(_)) => plan.wrong(row.line, of_station, "unknown_station", "is not registered here"),
        (None, Err(_)) => {}
    }
    let ec = ec.ok().filter(|ec| census.institutions.contains_key(ec))?;
    Some((ec, known?.facts.code.clone()))
}

/// Whether a cell says S; an empty one says N.
pub(super) fn flag(row: &Row, column: &'static str, plan: &mut Plan) -> bool {
    match row.cell(column) {
        "S" | "s" => true,
        "N" | "n" | "" => false,
        _ => {
            plan.wrong(row.line, column, "unknown_word", "must be S or N");
            false
        }
    }
}

/// Whether copies of receipts can go to a station: the contract wants one of the second version.
pub(super) fn takes_copies(station: &StationCode, census: &Census) -> bool {
    census.stations.get(station).is_some_and(|known| known.facts.version == StationVersion::V2)
}

fn aux_digit(row: &Row, plan: &mut Plan) -> Option<AuxDigit> {
    let text = row.given("auxdigit").filter(|text| *text != "0/3")?;
    let read = text.parse().ok().and_then(AuxDigit::from_number);
    if read.is_none() {
        plan.wrong(row.line, "auxdigit", "unknown_word", "must be 0, 1, 2, 3 or 0/3");
    }
    read
}

/// A code of one or two digits.
fn code(row: &Row, column: &'static str, plan: &mut Plan) -> Option<TwoDigits> {
    let text = row.given(column)?;
    let padded = if text.len() == 1 { format!("0{text}") } else { text.to_owned() };
    let read = TwoDigits::new(&padded).ok();
    if read.is_none() {
        plan.wrong(row.line, column, "code_form", "must be one or two digits");
    }
    read
}

/// The cell that an error of codes is about, and its code.
fn place(error: CodesError) -> (&'static str, &'static str) {
    match error {
        CodesError::ApplicationMissing => ("applicationcode", "required"),
        CodesError::SegregationMissing => ("codicesegregazione", "required"),
        CodesError::AuxDigitMissing => ("auxdigit", "required"),
        CodesError::ApplicationNotAllowed => ("applicationcode", "not_allowed"),
        CodesError::SegregationNotAllowed => ("codicesegregazione", "not_allowed"),
        CodesError::SegregationRange => ("codicesegregazione", "out_of_range"),
        CodesError::SegregationReserved => ("codicesegregazione", "segregation_code_reserved"),
    }
}

/// What is said of it.
fn doc() -> Doc {
    let doc = Doc::new("manageCIStationRelationship", "Load which stations serve which institutions").about(
        "A table with the columns cf, idstazione, ambiente (ESER or COLL, one for the whole file), broadcast, \
         auxdigit, codicesegregazione, applicationcode, datavalidita (not ahead: what is loaded holds at once), \
         operazione (A adds, C cancels), aca, standIn; all of it is carried out, or nothing.",
    );
    documented(doc, StatusCode::CREATED)
}
