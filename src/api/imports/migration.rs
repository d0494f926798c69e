//! `POST /batchoperation/creditorinstitution-station/migration`: institutions move from one station to another
//! with their codes.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::relations::{flag, parties, proposal, takes_copies};
use super::rows::{self, Column, Row};
use super::{Plan, Step, Upload, answer, documented, run};
use crate::api::Api;
use crate::api::access::{Access, Needs, Of};
use crate::api::apiconfig::{HEADING, refusal::failed};
use crate::api::openapi::{Doc, Method, Routes};
use crate::api::problem::Problem;
use crate::domain::access::Permission;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::governance::Wish;
use crate::domain::ids::StationCode;
use crate::domain::registry::{Census, Relation, RelationFlags};
use crate::store::Wanted;

const FROM: &str = "idstazione_provenienza";
const TO: &str = "idstazione_destinazione";
const COLUMNS: &[Column] = &[("cf", true), (FROM, true), (TO, true), ("broadcast", false)];

pub(super) fn routes() -> Routes {
    Routes::default().guarded(
        Needs::new(Permission::RelationWrite, Of::Body),
        (Method::Post, (HEADING.0, "/batchoperation/creditorinstitution-station/migration")),
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
    let mut seen = BTreeSet::new();
    for row in rows::read(&upload.bytes, COLUMNS, &mut plan) {
        read(&row, &census, &mut plan, &mut seen);
    }
    run(api, access, plan, upload).await
}

fn read(row: &Row, census: &Census, plan: &mut Plan, seen: &mut BTreeSet<(FiscalCode, StationCode)>) {
    let from = parties(row, ("cf", FROM), census, plan);
    let to = parties(row, ("cf", TO), census, plan);
    let broadcast = row.given("broadcast").map(|_| flag(row, "broadcast", plan));
    let (Some((ec, from)), Some((_, to))) = (from, to) else { return };
    if from == to {
        return plan.wrong(row.line, TO, "same_station", "must be another station");
    }
    if broadcast == Some(true) && !takes_copies(&to, census) {
        let why = "copies of receipts need a station of version 2";
        return plan.wrong(row.line, "broadcast", "station_version", why);
    }
    if !seen.insert((ec.clone(), from.clone())) {
        return plan.wrong(row.line, FROM, "given_twice", "is there twice for the institution");
    }
    let relation = census.relations.iter().find(|one| one.ec == ec && one.station == from);
    let Some(relation) = relation else {
        return plan.wrong(row.line, FROM, "unknown_relation", "does not serve the institution");
    };
    let flags = RelationFlags { broadcast: broadcast.unwrap_or(relation.flags.broadcast), ..relation.flags };
    let moved = Relation { station: to.clone(), flags, ..relation.clone() };
    // What the station had is free before the other takes it.
    let leave = proposal(&ec, &from, Wish::Remove, None);
    let arrive = proposal(&ec, &to, Wish::Create, Some(moved.wanted()));
    plan.steps.push(Step { row: row.line, field: FROM, proposal: leave });
    plan.steps.push(Step { row: row.line, field: TO, proposal: arrive });
}

/// What is said of it.
fn doc() -> Doc {
    let doc = Doc::new("massiveMigration", "Move institutions from one station to another").about(
        "A table with the columns cf, idstazione_provenienza, idstazione_destinazione and broadcast (as before if \
         left empty; S needs a station of version 2). The codes move along; all of it is carried out, or nothing.",
    );
    documented(doc, StatusCode::CREATED)
}
