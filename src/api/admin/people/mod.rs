//! People who administer: invited, named to roles, suspended.

use axum::http::StatusCode;

use super::HEADING;
use crate::api::Api;
use crate::api::access::{Access, Needs, Of};
use crate::api::openapi::form::text;
use crate::api::openapi::{Doc, Method, Routes};
use crate::api::problem::{Problem, Violation};
use crate::domain::access::{Grant, Permission, Tenant};
use crate::domain::people::{GivingError, UserId, may_give};
use crate::store::{KnownPerson, PersonKey, StoreError};

mod give;
mod invite;
mod link;
mod list;
pub(in crate::api) mod model;
mod read;
mod sign_out;
mod suspend;
mod take;

pub(super) fn routes() -> Routes {
    let heading = HEADING.0;
    let reading = |of| Needs::new(Permission::PersonRead, of);
    let writing = Needs::new(Permission::PersonWrite, Of::Body);
    let one = "/people/{person}";
    let below = |word: &str| format!("{one}/{word}");
    Routes::default()
        .guarded(reading(Of::Own), (Method::Get, (heading, "/people")), list::handler, list::doc())
        .guarded(writing, (Method::Post, (heading, "/people")), invite::handler, invite::doc())
        .guarded(reading(Of::Body), (Method::Get, (heading, one)), read::handler, read::doc())
        .guarded(writing, (Method::Post, (heading, &below("suspend"))), suspend::handler, suspend::doc())
        .guarded(
            writing,
            (Method::Post, (heading, &below("resume"))),
            suspend::resume,
            suspend::doc_of_resume(),
        )
        .guarded(writing, (Method::Post, (heading, &below("link"))), link::handler, link::doc())
        .guarded(writing, (Method::Delete, (heading, &below("sessions"))), sign_out::handler, sign_out::doc())
        .guarded(writing, (Method::Post, (heading, &below("grants"))), give::handler, give::doc())
        .guarded(writing, (Method::Delete, (heading, &below("grants/{grant}"))), take::handler, take::doc())
}

/// Why somebody is not changed.
#[derive(Debug, thiserror::Error)]
pub(super) enum PersonError {
    #[error("the body cannot be carried out")]
    Invalid(Vec<Violation>),
    #[error("the caller sees no such person")]
    Missing,
    #[error("somebody of other tenants has that address")]
    KnownElsewhere,
    #[error("there is no such profile for that")]
    NoProfile,
    #[error("it is about the caller")]
    Own,
    #[error(transparent)]
    Giving(#[from] GivingError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Somebody whom the caller may see.
async fn seen(api: &Api, access: &Access, person: &str) -> Result<KnownPerson, PersonError> {
    let id = UserId::new(person).map_err(|_| PersonError::Missing)?;
    let known = api.store.person(PersonKey::Id(&id)).await?.ok_or(PersonError::Missing)?;
    if sees(access, &known) { Ok(known) } else { Err(PersonError::Missing) }
}

/// Whether the caller may see somebody: who has a role for a tenant that the caller sees.
fn sees(access: &Access, known: &KnownPerson) -> bool {
    let mut tenants = known.grants.iter().map(|given| &given.grant.tenant);
    access.sees(&Tenant::Gateway) || tenants.any(|tenant| access.sees(tenant))
}

/// Somebody over whom the caller has power: what it was given, the caller could give. Returns the tenant on
/// whose behalf.
async fn governed(api: &Api, access: &Access, person: &str) -> Result<(KnownPerson, Tenant), PersonError> {
    let known = seen(api, access, person).await?;
    not_own(access, &known.person.id)?;
    for given in &known.grants {
        may_give(&access.actor, &given.grant)?;
    }
    let tenant = known.grants.first().map_or(Tenant::Gateway, |given| given.grant.tenant.clone());
    if access.about(&tenant).is_err() {
        return Err(GivingError::TooWide.into());
    }
    Ok((known, tenant))
}

/// Nobody changes what they themselves may do.
pub(super) fn not_own(access: &Access, person: &UserId) -> Result<(), PersonError> {
    if access.actor.id == person.as_str() { Err(PersonError::Own) } else { Ok(()) }
}

/// What is to be given, with the permissions of its profile.
async fn narrowed(api: &Api, wanted: &model::Wanted) -> Result<Grant, PersonError> {
    let only = match &wanted.profile {
        None => None,
        Some(id) => {
            let profile = api.store.profile(id).await?.ok_or(PersonError::NoProfile)?;
            let fits = profile.role == wanted.role
                && (profile.tenant == wanted.tenant || profile.tenant == Tenant::Gateway);
            Some(profile.permissions)
                .filter(|_| fits)
                .map_or(Err(PersonError::NoProfile), |some| Ok(Some(some)))?
        }
    };
    Ok(Grant { tenant: wanted.tenant.clone(), role: wanted.role, only })
}

/// An endpoint about one person.
fn of_one(id: &str, summary: &str) -> Doc {
    let name = text("^[0-9a-f]{32}$", "The name of a person.", "0f1e2d3c4b5a69788796a5b4c3d2e1f0");
    Doc::new(id, summary).path("person", name, "The person.").refuses([PersonError::Missing.into()])
}

/// What an endpoint refuses that gives or takes rights.
fn power_refusals() -> [Problem; 2] {
    [PersonError::Own.into(), PersonError::Giving(GivingError::TooWide).into()]
}

impl From<PersonError> for Problem {
    fn from(error: PersonError) -> Self {
        let unprocessable = |code, detail| {
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "Unprocessable Content", code, detail)
        };
        match error {
            PersonError::Invalid(violations) => Problem::new(
                StatusCode::BAD_REQUEST,
                "Bad Request",
                "invalid_body",
                "The body cannot be carried out.",
            )
            .with_violations(violations),
            PersonError::Missing => Problem::new(
                StatusCode::NOT_FOUND,
                "Not Found",
                "unknown_person",
                "You see no person of this name.",
            ),
            PersonError::KnownElsewhere => Problem::new(
                StatusCode::CONFLICT,
                "Conflict",
                "known_elsewhere",
                "Somebody with this address has roles elsewhere: an operator of the gateway gives them this one.",
            ),
            PersonError::NoProfile => {
                unprocessable("unknown_profile", "There is no such profile for this role and this tenant.")
            }
            PersonError::Own => Problem::new(
                StatusCode::FORBIDDEN,
                "Forbidden",
                "own_rights",
                "Nobody changes what they themselves may do: ask somebody else.",
            ),
            PersonError::Giving(GivingError::Unsound) => unprocessable(
                "role_of_tenant",
                "Operators are of the gateway, payments and technical referents of an institution, partner's \
                 referents of a broker.",
            ),
            PersonError::Giving(GivingError::NotOfRole) => {
                unprocessable("permission_of_role", "A profile has permissions that the role does not have.")
            }
            PersonError::Giving(GivingError::TooWide) => Problem::new(
                StatusCode::FORBIDDEN,
                "Forbidden",
                "not_yours_to_give",
                "You may not give that, nor take it: it is more than yours, or of another tenant.",
            ),
            PersonError::Store(error) => Problem::internal("Internal Server Error", &error),
        }
    }
}
