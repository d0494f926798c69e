//! When stations are not there, as their brokers announce it to api-config.
//!
//! Stricter than the published service: a maintenance is its broker's, whoever knows its number; hours count
//! in the year in which they lie; and what has begun is ended, never deleted, so that its hours stay counted.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::api::Api;
use crate::api::access::{Access, Needs, Of, carry_out};
use crate::api::admin::accounts::failed;
use crate::api::apiconfig::refusal::Thing;
use crate::api::openapi::{Doc, Method, Routes, form};
use crate::api::problem::Problem;
use crate::domain::access::{Permission, Tenant};
use crate::domain::governance::{Kind, Proposal, Wish};
use crate::domain::ids::BrokerCode;
use crate::domain::maintenance::Maintenance;
use crate::store::{maintenance_form, maintenance_of_form, maintenance_target};

mod all;
mod create;
mod delete;
mod list;
pub(in crate::api) mod model;
mod read;
mod summary;
mod terms;
mod update;

/// The parameters of paths that name the broker and the maintenance.
const BROKER: &str = "brokercode";
const MAINTENANCE: &str = "maintenanceid";

pub(super) fn routes(heading: &'static str) -> Routes {
    let of = Of::Broker(BROKER);
    let reads = Needs::new(Permission::MaintenanceRead, of);
    let writes = Needs::new(Permission::MaintenanceWrite, of);
    let reads_all = Needs::new(Permission::MaintenanceRead, Of::Gateway);
    let of_broker = format!("/brokers/{{{BROKER}}}/station-maintenances");
    let (one, sum) = (format!("{of_broker}/{{{MAINTENANCE}}}"), format!("{of_broker}/summary"));
    Routes::default()
        .guarded(
            reads_all,
            (Method::Get, (heading, "/brokers/station-maintenances")),
            all::handler,
            all::doc(),
        )
        .guarded(reads, (Method::Get, (heading, &of_broker)), list::handler, list::doc())
        .guarded(writes, (Method::Post, (heading, &of_broker)), create::handler, create::doc())
        .guarded(reads, (Method::Get, (heading, &sum)), summary::handler, summary::doc())
        .guarded(reads, (Method::Get, (heading, &one)), read::handler, read::doc())
        .guarded(writes, (Method::Put, (heading, &one)), update::handler, update::doc())
        .guarded(writes, (Method::Delete, (heading, &one)), delete::handler, delete::doc())
}

/// Carries out that a maintenance becomes so, and answers it; whether the node stands in may have been decided
/// by the hours of the year.
pub(in crate::api) async fn put(
    api: &Api,
    access: &Access,
    (wanted, wish): (&Maintenance, Wish),
    done: impl FnOnce(&Maintenance) -> Response,
) -> Result<Response, Problem> {
    let proposal = Proposal {
        kind: Kind::Maintenance,
        tenant: Tenant::Broker(wanted.broker.clone()),
        target: maintenance_target(&wanted.broker, wanted.id),
        wish,
        wanted: Some(maintenance_form(wanted)),
    };
    let written = carry_out(api, access, &[proposal]).await?;
    let mut failure = None;
    let answer = written.answer(|carried| {
        let json = carried.first().and_then(|one| one.after.as_deref()).unwrap_or_default();
        match maintenance_of_form(json) {
            Ok(known) => done(&known),
            Err(error) => {
                failure = Some(error);
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    });
    failure.map_or(Ok(answer), |error| Err(failed(error)))
}

/// There is no such broker.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("no such broker")]
pub(in crate::api) struct UnknownBroker;

/// The broker of a path, if it is registered.
pub(in crate::api) fn known_broker(access: &Access, code: &str) -> Result<BrokerCode, UnknownBroker> {
    let code = BrokerCode::new(code).ok();
    code.filter(|code| access.registry.broker(code).is_some()).ok_or(UnknownBroker)
}

/// There is no such maintenance of the broker.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("no such maintenance")]
pub(in crate::api) struct MissingMaintenance;

/// The maintenance of a path, if it is the broker's.
pub(in crate::api) async fn found(api: &Api, broker: &BrokerCode, id: &str) -> Result<Maintenance, Problem> {
    let id: i64 = id.parse().map_err(|_| MissingMaintenance)?;
    let known = api.store.maintenance(broker, id).await.map_err(failed)?;
    Ok(known.ok_or(MissingMaintenance)?)
}

/// An endpoint for the maintenances of a broker.
fn doc(id: &str, summary: &str) -> Doc {
    Doc::new(id, summary)
        .path(BROKER, form::example_text("99000040017"), "Code of the broker.")
        .refuses([UnknownBroker.into()])
}

/// An endpoint for one of them.
fn doc_of_one(id: &str, summary: &str) -> Doc {
    doc(id, summary)
        .path(MAINTENANCE, form::text("^[0-9]{1,19}$", "A number.", "4711"), "Number of the maintenance.")
        .refuses([MissingMaintenance.into()])
}

impl From<UnknownBroker> for Problem {
    fn from(_: UnknownBroker) -> Self {
        Thing::Broker.missing()
    }
}

impl From<MissingMaintenance> for Problem {
    fn from(_: MissingMaintenance) -> Self {
        Problem::new(
            StatusCode::NOT_FOUND,
            "Not Found",
            "unknown_maintenance",
            "The broker has no maintenance of that number.",
        )
    }
}
