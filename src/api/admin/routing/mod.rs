//! Systems behind the gateway, and who answers for which notices from when on.

use super::ADMIN;
use crate::api::access::{Access, Needs, Of};
use crate::api::openapi::{Doc, Method, Routes, form};
use crate::domain::access::{Permission, Tenant};
use crate::domain::routing::PartnerId;
use crate::store::{PartnerRecord, RouteRecord, Store};

mod add_route;
mod list_partners;
mod list_routes;
mod model;
mod partner;
mod partner_body;
mod password;
mod put_partner;
mod refusal;
mod remove_partner;
mod route;
mod route_body;
mod withdraw_route;

use refusal::Missing;

/// The endpoints, below `/admin/v1`.
pub(super) fn routes() -> Routes {
    let all = Needs::new(Permission::RoutingRead, Of::Own);
    let one = Needs::new(Permission::RoutingRead, Of::Body);
    let writes = Needs::new(Permission::RoutingWrite, Of::Body);
    let (partners, partner) = ("/routing/partners", "/routing/partners/{partner}");
    let password = "/routing/partners/{partner}/password";
    let (routes, route) = ("/routing/routes", "/routing/routes/{route}");
    Routes::default()
        .guarded(all, (Method::Get, (ADMIN, partners)), list_partners::handler, list_partners::doc())
        .guarded(one, (Method::Get, (ADMIN, partner)), partner::handler, partner::doc())
        .guarded(writes, (Method::Put, (ADMIN, partner)), put_partner::handler, put_partner::doc())
        .guarded(writes, (Method::Delete, (ADMIN, partner)), remove_partner::handler, remove_partner::doc())
        .guarded(writes, (Method::Post, (ADMIN, password)), password::handler, password::doc())
        .guarded(all, (Method::Get, (ADMIN, routes)), list_routes::handler, list_routes::doc())
        .guarded(writes, (Method::Post, (ADMIN, routes)), add_route::handler, add_route::doc())
        .guarded(one, (Method::Get, (ADMIN, route)), route::handler, route::doc())
        .guarded(writes, (Method::Delete, (ADMIN, route)), withdraw_route::handler, withdraw_route::doc())
}

/// The partner of that name, if the caller may do to it what the endpoint is for. To others it is not there.
async fn held_partner(store: &Store, access: &Access, id: &str) -> Result<PartnerRecord, Missing> {
    let id = PartnerId::new(id).map_err(|_| Missing::Partner)?;
    let found = store.partner_record(&id).await?;
    found.filter(|record| access.sees(&record.partner.owner)).ok_or(Missing::Partner)
}

/// The same of a route, which is its institution's.
async fn held_route(store: &Store, access: &Access, id: &str) -> Result<RouteRecord, Missing> {
    let found = store.route_record(id).await?;
    found.filter(|record| access.sees(&owner(record))).ok_or(Missing::Route)
}

/// Whose a route is.
fn owner(record: &RouteRecord) -> Tenant {
    Tenant::Institution(record.route.ec.clone())
}

/// An endpoint for one partner.
fn doc_of_partner(id: &str, summary: &str) -> Doc {
    Doc::new(id, summary)
        .path("partner", form::example_text(model::PARTNER), "The partner.")
        .refuses([Missing::Partner.into()])
}

/// An endpoint for one route.
fn doc_of_route(id: &str, summary: &str) -> Doc {
    Doc::new(id, summary)
        .path("route", form::example_text(model::ROUTE), "The route.")
        .refuses([Missing::Route.into()])
}
