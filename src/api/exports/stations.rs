//! `GET /stations/csv`: the stations of the brokers that the caller acts for.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::{documented, flag, table};
use crate::api::Api;
use crate::api::access::{Access, Needs, Of};
use crate::api::apiconfig::{HEADING, refusal::failed};
use crate::api::openapi::{Doc, Method, Routes};
use crate::api::problem::Problem;
use crate::domain::access::{Permission, Tenant};
use crate::domain::registry::StationFacts;

const HEADS: [&str; 5] = ["broker", "station", "enabled", "version", "url"];

pub(super) fn routes() -> Routes {
    let needs = Needs::new(Permission::Export, Of::Own);
    Routes::default().guarded(needs, (Method::Get, (HEADING.0, "/stations/csv")), handler, doc())
}

async fn handler(State(api): State<Arc<Api>>, access: Access) -> Result<Response, Problem> {
    let census = api.store.census().await.map_err(failed)?;
    let stations = census.stations.values().map(|known| &known.facts);
    let own = stations.filter(|facts| access.sees(&Tenant::Broker(facts.broker.clone())));
    Ok(table("attachment; filename=\"stations.csv\"", HEADS, own.map(cells).collect()))
}

fn cells(facts: &StationFacts) -> [String; 5] {
    [
        facts.broker.to_string(),
        facts.code.to_string(),
        flag(facts.enabled),
        facts.version.number().to_string(),
        url(facts),
    ]
}

/// Where the node calls; empty if no host is known.
fn url(facts: &StationFacts) -> String {
    let service = &facts.service;
    let Some(host) = &service.host else { return String::new() };
    let path = service.pof_path.as_ref().or(service.path.as_ref()).map_or("", |path| path.as_str());
    let slash = if path.is_empty() || path.starts_with('/') { "" } else { "/" };
    let scheme = service.protocol.name().to_ascii_lowercase();
    format!("{scheme}://{host}:{}{slash}{path}", service.port.number())
}

fn doc() -> Doc {
    documented(
        Doc::new("getStationsCSV", "Take the stations that the caller acts for away as a table"),
        &HEADS,
    )
}
