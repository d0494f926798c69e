//! Brokers (`/brokers`).

use crate::api::access::{Needs, Of};
use crate::api::openapi::{Doc, Method, Routes, form};
use crate::domain::access::{Permission, Tenant};
use crate::domain::governance::{Kind, Proposal, Wish};
use crate::domain::ids::BrokerCode;

use super::HEADING;
use super::refusal::Thing;

mod create;
mod delete;
mod list;
pub(in crate::api) mod model;
mod read;
mod update;

/// The parameter of paths that names the broker.
const BROKER: &str = "brokercode";

pub(super) fn routes() -> Routes {
    const READ: Permission = Permission::InstitutionRead;
    let all = |method| (method, (HEADING.0, "/brokers"));
    let one = |method| (method, (HEADING.0, "/brokers/{brokercode}"));
    Routes::default()
        .guarded(Needs::new(READ, Of::Own), all(Method::Get), list::handler, list::doc())
        .guarded(
            Needs::new(Permission::RegistryManage, Of::Gateway),
            all(Method::Post),
            create::handler,
            create::doc(),
        )
        .guarded(Needs::new(READ, Of::Broker(BROKER)), one(Method::Get), read::handler, read::doc())
        .guarded(
            Needs::new(Permission::InstitutionWrite, Of::Broker(BROKER)),
            one(Method::Put),
            update::handler,
            update::doc(),
        )
        .guarded(
            Needs::new(Permission::RegistryManage, Of::Broker(BROKER)),
            one(Method::Delete),
            delete::handler,
            delete::doc(),
        )
}

/// Begins what is said of an endpoint for one broker.
fn doc_of(id: &str, summary: &str) -> Doc {
    let code = form::example_text("99000020018");
    Doc::new(id, summary).path(BROKER, code, "Code of the broker.").refuses([Thing::Broker.missing()])
}

/// What is to be done with a broker.
pub(in crate::api) fn proposal(code: &BrokerCode, wish: Wish, wanted: Option<String>) -> Proposal {
    Proposal {
        kind: Kind::Broker,
        tenant: Tenant::Broker(code.clone()),
        target: code.to_string(),
        wish,
        wanted,
    }
}
