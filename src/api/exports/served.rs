//! `GET /stations/{stationcode}/creditorinstitutions/csv`: the institutions that a station serves.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::{documented, flag, table};
use crate::api::Api;
use crate::api::access::{Needs, Of};
use crate::api::apiconfig::HEADING;
use crate::api::apiconfig::names::Named;
use crate::api::apiconfig::refusal::{Thing, failed};
use crate::api::openapi::{Doc, Method, Routes, form};
use crate::api::problem::Problem;
use crate::domain::access::Permission;
use crate::domain::ids::StationCode;
use crate::domain::notice_number::TwoDigits;
use crate::domain::registry::{InstitutionFacts, Relation};

const HEADS: [&str; 7] = [
    "name",
    "creditorInstitutionCode",
    "enabled",
    "auxDigit",
    "applicationCode",
    "segregationCode",
    "broadcast",
];

pub(super) fn routes() -> Routes {
    let needs = Needs::new(Permission::Export, Of::Station("stationcode"));
    let place = (Method::Get, (HEADING.0, "/stations/{stationcode}/creditorinstitutions/csv"));
    Routes::default().guarded(needs, place, handler, doc())
}

async fn handler(State(api): State<Arc<Api>>, Named(code): Named<String>) -> Result<Response, Problem> {
    let station = StationCode::new(&code).map_err(|_| Thing::Station.missing())?;
    let census = api.store.census().await.map_err(failed)?;
    if !census.stations.contains_key(&station) {
        return Err(Thing::Station.missing());
    }
    let served = census.served().filter(|(relation, ..)| relation.station == station);
    let records = served.map(|(relation, _, facts)| cells(relation, facts)).collect();
    Ok(table("attachment; filename=\"creditor-institutions.csv\"", HEADS, records))
}

fn cells(relation: &Relation, facts: &InstitutionFacts) -> [String; 7] {
    [
        facts.name.to_string(),
        facts.ec.to_string(),
        flag(facts.enabled),
        relation.codes.aux_digits(),
        code(relation.codes.application()),
        code(relation.codes.segregation()),
        flag(relation.flags.broadcast),
    ]
}

/// Two digits, or nothing.
pub(super) fn code(code: Option<TwoDigits>) -> String {
    code.map_or_else(String::new, |code| code.to_string())
}

fn doc() -> Doc {
    let doc = Doc::new(
        "getStationCreditorInstitutionsCSV",
        "Take the institutions that a station serves away as a table",
    );
    let doc = doc.path("stationcode", form::example_text("99000020018_01"), "Code of the station.");
    documented(doc.refuses([Thing::Station.missing()]), &HEADS)
}
