//! Stations (`/stations`).

use crate::api::access::{Needs, Of};
use crate::api::openapi::{Doc, Method, Routes, form};
use crate::domain::access::{Permission, Tenant};
use crate::domain::governance::{Kind, Proposal, Wish};
use crate::domain::ids::{BrokerCode, StationCode};

use super::HEADING;
use super::refusal::Thing;

mod body;
mod create;
mod delete;
mod list;
mod model;
mod read;
mod request;
mod served;
mod served_one;
mod update;

/// The parameter of paths that names the station.
const STATION: &str = "stationcode";

pub(super) fn routes() -> Routes {
    let all = |method| (method, (HEADING.0, "/stations"));
    let one = |method| (method, (HEADING.0, "/stations/{stationcode}"));
    let served = (Method::Get, (HEADING.0, "/stations/{stationcode}/creditorinstitutions"));
    let of_one = "/stations/{stationcode}/creditorinstitutions/{creditorinstitutioncode}";
    let read = |of| Needs::new(Permission::StationRead, of);
    let write = |of| Needs::new(Permission::StationWrite, of);
    let own = Of::Station(STATION);
    Routes::default()
        .guarded(read(Of::Own), all(Method::Get), list::handler, list::doc())
        .guarded(write(Of::Body), all(Method::Post), create::handler, create::doc())
        .guarded(read(own), one(Method::Get), read::handler, read::doc())
        .guarded(write(own), one(Method::Put), update::handler, update::doc())
        .guarded(write(own), one(Method::Delete), delete::handler, delete::doc())
        .guarded(read(own), served, served::handler, served::doc())
        .guarded(read(own), (Method::Get, (HEADING.0, of_one)), served_one::handler, served_one::doc())
}

/// Begins what is said of an endpoint for one station.
fn doc_of(id: &str, summary: &str) -> Doc {
    let code = form::example_text("99000020018_01");
    Doc::new(id, summary).path(STATION, code, "Code of the station.").refuses([Thing::Station.missing()])
}

/// What is to be done with a station of a broker.
fn proposal(code: &StationCode, broker: &BrokerCode, wish: Wish, wanted: Option<String>) -> Proposal {
    Proposal {
        kind: Kind::Station,
        tenant: Tenant::Broker(broker.clone()),
        target: code.to_string(),
        wish,
        wanted,
    }
}
