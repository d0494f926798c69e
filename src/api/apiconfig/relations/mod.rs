//! Which stations serve an institution (`/creditorinstitutions/{code}/stations`).

use crate::api::access::{Access, Needs, Of};
use crate::api::openapi::{Doc, Method, Routes};
use crate::api::problem::Problem;
use crate::domain::access::{Permission, Tenant};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::governance::{Kind, Proposal, Wish};
use crate::domain::ids::StationCode;
use crate::store::{Store, relation_target};

use super::HEADING;
use super::institutions::{INSTITUTION, doc_of};
use super::refusal::{Thing, failed};

mod create;
mod delete;
mod list;
pub(super) mod model;
mod update;

/// The parameter of paths that names the station.
const STATION: &str = "stationcode";

pub(super) fn routes() -> Routes {
    let own = Of::Institution(INSTITUTION);
    let (read, write) =
        (Needs::new(Permission::StationRead, own), Needs::new(Permission::RelationWrite, own));
    let all = |method| (method, (HEADING.0, "/creditorinstitutions/{creditorinstitutioncode}/stations"));
    let one = "/creditorinstitutions/{creditorinstitutioncode}/stations/{stationcode}";
    Routes::default()
        .guarded(read, all(Method::Get), list::handler, list::doc())
        .guarded(write, all(Method::Post), create::handler, create::doc())
        .guarded(write, (Method::Put, (HEADING.0, one)), update::handler, update::doc())
        .guarded(write, (Method::Delete, (HEADING.0, one)), delete::handler, delete::doc())
}

/// Begins what is said of an endpoint for one relation.
fn doc_of_one(id: &str, summary: &str) -> Doc {
    let code = crate::api::openapi::form::example_text("99000020018_01");
    doc_of(id, summary).path(STATION, code, "Code of the station.").refuses([Thing::Relation.missing()])
}

/// What is to be done with a relation.
fn proposal(ec: &FiscalCode, station: &StationCode, wish: Wish, wanted: Option<String>) -> Proposal {
    Proposal {
        kind: Kind::Relation,
        tenant: Tenant::Institution(ec.clone()),
        target: relation_target(ec, station),
        wish,
        wanted,
    }
}

/// Whether the caller may say what a station serves: nobody puts notices on a station of somebody else.
async fn may_use(store: &Store, access: &Access, station: &StationCode) -> Result<(), Problem> {
    let found = store.registered_station(station).await.map_err(failed)?;
    let found = found.ok_or_else(|| Thing::Station.missing())?;
    access.about(&Tenant::Broker(found.facts.broker))?;
    Ok(())
}
