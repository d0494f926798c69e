//! `GET /admin/v1/brokers/{broker}/export/creditor-institutions.csv`: whom a broker serves, and how. The columns
//! are those of the back office.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::served::code;
use super::{documented, flag, table};
use crate::api::Api;
use crate::api::access::{Needs, Of};
use crate::api::admin::HEADING;
use crate::api::apiconfig::names::Named;
use crate::api::apiconfig::refusal::{Thing, failed};
use crate::api::openapi::{Doc, Method, Routes, form};
use crate::api::problem::Problem;
use crate::domain::access::Permission;
use crate::domain::ids::BrokerCode;
use crate::domain::party::PrimitiveVersion;
use crate::domain::registry::{BrokerFacts, InstitutionFacts, RegisteredStation, Relation, Target};

const HEADS: [&str; 21] = [
    "companyName",
    "taxCode",
    "intermediated",
    "brokerCompanyName",
    "brokerTaxCode",
    "model",
    "auxDigit",
    "segregationCode",
    "applicationCode",
    "cbillCode",
    "stationId",
    "stationState",
    "activationDate",
    "version",
    "broadcast",
    "pspPayment",
    "endpointRT",
    "endpointRedirect",
    "endpointMU",
    "primitiveVersion",
    "ciStatus",
];

pub(super) fn routes() -> Routes {
    let needs = Needs::new(Permission::Export, Of::Broker("broker"));
    let place = (Method::Get, (HEADING.0, "/brokers/{broker}/export/creditor-institutions.csv"));
    Routes::default().guarded(needs, place, handler, doc())
}

async fn handler(State(api): State<Arc<Api>>, Named(code): Named<String>) -> Result<Response, Problem> {
    let code = BrokerCode::new(&code).map_err(|_| Thing::Broker.missing())?;
    let census = api.store.census().await.map_err(failed)?;
    let broker = census.brokers.get(&code).ok_or_else(|| Thing::Broker.missing())?;
    let served = census.served().filter(|(_, station, _)| station.facts.broker == code);
    let records = served.map(|(relation, station, facts)| cells(broker, relation, station, facts)).collect();
    Ok(table("attachment; filename=\"creditor-institutions.csv\"", HEADS, records))
}

fn cells(
    broker: &BrokerFacts,
    relation: &Relation,
    station: &RegisteredStation,
    institution: &InstitutionFacts,
) -> [String; 21] {
    let facts = &station.facts;
    let own = broker.code.as_str() == institution.ec.as_str();
    let primitives = if facts.primitives == PrimitiveVersion::V1 { "1" } else { "2" };
    [
        institution.name.to_string(),
        institution.ec.to_string(),
        flag(!own),
        broker.description.to_string(),
        broker.code.to_string(),
        if facts.is_synchronous() { "SYNC" } else { "ASYNC" }.to_owned(),
        relation.codes.aux_digits(),
        code(relation.codes.segregation()),
        code(relation.codes.application()),
        institution.cbill.as_ref().map_or_else(String::new, ToString::to_string),
        facts.code.to_string(),
        state(facts.enabled),
        station.activated_at.map_or_else(String::new, |at| at.to_string()),
        facts.version.number().to_string(),
        flag(relation.flags.broadcast),
        flag(institution.psp_payment),
        target(&facts.target),
        facts.redirect.address.host.as_ref().map_or_else(String::new, ToString::to_string),
        target(&facts.target_pof),
        primitives.to_owned(),
        state(institution.enabled),
    ]
}

fn state(enabled: bool) -> String {
    if enabled { "ENABLED" } else { "DISABLED" }.to_owned()
}

/// Where a system listens; empty if no host is known.
fn target(target: &Target) -> String {
    let Some(host) = &target.host else { return String::new() };
    let port = target.port.map_or_else(String::new, |port| format!(":{}", port.number()));
    let path = target.path.as_ref().map_or("", |path| path.as_str());
    let slash = if path.is_empty() || path.starts_with('/') { "" } else { "/" };
    format!("{host}{port}{slash}{path}")
}

fn doc() -> Doc {
    let doc =
        Doc::new("exportBrokerInstitutions", "Take the institutions that a broker serves away as a table")
            .path("broker", form::example_text("99000020018"), "Code of the broker.")
            .about("A line for each institution and station, as the register is now.")
            .refuses([Thing::Broker.missing()]);
    documented(doc, &HEADS)
}
