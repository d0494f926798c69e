//! Delegations: what a creditor institution hands to a broker, seen from either side.

use super::ADMIN;
use crate::api::access::{Needs, Of};
use crate::api::openapi::{Doc, Method, Routes, form};
use crate::api::problem::Problem;
use crate::domain::access::{Mandate, Permission, Tenant};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::ids::BrokerCode;
use crate::store::{Store, StoreError};

mod act;
mod body;
mod list;
mod model;
mod offer;
mod read;

/// From which side a delegation is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Institution,
    Broker,
}

const INSTITUTION: &str = "ec";
const BROKER: &str = "broker";

impl Side {
    /// What its paths begin with.
    fn path(self) -> String {
        match self {
            Side::Institution => format!("/creditor-institutions/{{{INSTITUTION}}}/delegations"),
            Side::Broker => format!("/brokers/{{{BROKER}}}/delegations"),
        }
    }

    /// Whose the path says it is.
    const fn of(self) -> Of {
        match self {
            Side::Institution => Of::Institution(INSTITUTION),
            Side::Broker => Of::Broker(BROKER),
        }
    }

    /// What the names of its operations end in.
    const fn suffix(self) -> &'static str {
        match self {
            Side::Institution => "",
            Side::Broker => "OfBroker",
        }
    }

    /// What somebody needs who changes something from this side.
    const fn changes(self) -> Permission {
        match self {
            Side::Institution => Permission::DelegationWrite,
            Side::Broker => Permission::DelegationAnswer,
        }
    }

    /// The tenant of a path; none if it cannot be read, and then nothing is its.
    fn tenant(self, code: &str) -> Option<Tenant> {
        match self {
            Side::Institution => FiscalCode::new(code).ok().map(Tenant::Institution),
            Side::Broker => BrokerCode::new(code).ok().map(Tenant::Broker),
        }
    }
}

/// The endpoints, below `/admin/v1`.
pub(super) fn routes() -> Routes {
    let [institution, broker] = [Side::Institution, Side::Broker].map(of_side);
    let write = Needs::new(Permission::DelegationWrite, Side::Institution.of());
    let answer = Needs::new(Permission::DelegationAnswer, Side::Broker.of());
    let (all, one) = (Side::Institution.path(), format!("{}/{{delegation}}", Side::Broker.path()));
    let below = |word: &str| format!("{one}/{word}");
    institution
        .beside(broker)
        .guarded(write, (Method::Post, (ADMIN, &all)), offer::handler, offer::doc())
        .guarded(answer, (Method::Post, (ADMIN, &below("accept"))), act::accept, act::doc_of_accept())
        .guarded(answer, (Method::Post, (ADMIN, &below("refuse"))), act::refuse, act::doc_of_refuse())
}

fn of_side(side: Side) -> Routes {
    let all = side.path();
    let one = format!("{all}/{{delegation}}");
    let revoke = format!("{one}/revoke");
    let (reads, writes) =
        (Needs::new(Permission::DelegationRead, side.of()), Needs::new(side.changes(), side.of()));
    let routes = Routes::default();
    match side {
        Side::Institution => routes
            .guarded(reads, (Method::Get, (ADMIN, &all)), list::of_institution, list::doc(side))
            .guarded(reads, (Method::Get, (ADMIN, &one)), read::of_institution, read::doc(side))
            .guarded(writes, (Method::Post, (ADMIN, &revoke)), act::revoke, act::doc_of_revoke(side)),
        Side::Broker => routes
            .guarded(reads, (Method::Get, (ADMIN, &all)), list::of_broker, list::doc(side))
            .guarded(reads, (Method::Get, (ADMIN, &one)), read::of_broker, read::doc(side))
            .guarded(writes, (Method::Post, (ADMIN, &revoke)), act::give_back, act::doc_of_revoke(side)),
    }
}

/// Why a delegation is not shown.
#[derive(Debug, thiserror::Error)]
pub(super) enum DelegationError {
    #[error("no such delegation of the tenant of the path")]
    Unknown,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The delegation that a path names, if it is of the tenant of the path.
async fn held(store: &Store, side: Side, (code, id): (&str, &str)) -> Result<Mandate, DelegationError> {
    let tenant = side.tenant(code).ok_or(DelegationError::Unknown)?;
    let found = store.delegation(id).await?;
    let of_tenant = |one: &Mandate| match &tenant {
        Tenant::Institution(ec) => one.terms.ec == *ec,
        Tenant::Broker(broker) => one.terms.broker == *broker,
        Tenant::Gateway => false,
    };
    found.filter(of_tenant).ok_or(DelegationError::Unknown)
}

/// An endpoint of one side.
fn doc_of(side: Side, (id, summary): (&str, &str)) -> Doc {
    let doc = Doc::new(format!("{id}{}", side.suffix()), summary);
    match side {
        Side::Institution => {
            doc.path(INSTITUTION, form::institution(), "Fiscal code of the creditor institution.")
        }
        Side::Broker => doc.path(BROKER, form::example_text("99000040017"), "Code of the broker."),
    }
}

/// An endpoint for one delegation.
fn doc_of_one(side: Side, name: (&str, &str)) -> Doc {
    doc_of(side, name)
        .path("delegation", form::example_text(model::ID), "The delegation.")
        .refuses([DelegationError::Unknown.into()])
}

/// The delegations of a tenant.
async fn all_of(store: &Store, side: Side, code: &str) -> Result<Vec<Mandate>, DelegationError> {
    match side.tenant(code) {
        Some(tenant) => Ok(store.delegations_of(&tenant).await?),
        None => Ok(Vec::new()),
    }
}

impl From<DelegationError> for Problem {
    fn from(error: DelegationError) -> Self {
        match error {
            DelegationError::Unknown => Problem::new(
                axum::http::StatusCode::NOT_FOUND,
                "Not Found",
                "unknown_delegation",
                "There is no delegation of that id.",
            ),
            DelegationError::Store(error) => Problem::internal("Internal Server Error", &error),
        }
    }
}
