//! `DELETE /admin/v1/people/{person}/grants/{grant}`: a role is taken away.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::{PersonError, not_own, of_one, power_refusals, seen};
use crate::api::Api;
use crate::api::access::{Access, carry_out};
use crate::api::openapi::form::text;
use crate::api::openapi::{Answer, Doc};
use crate::api::problem::Problem;
use crate::domain::governance::{Kind, Proposal, Wish};
use crate::domain::people::may_give;

/// Answers 204; 403, 404 or 409.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Path((person, grant)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let known = seen(&api, &access, &person).await?;
    let given =
        known.grants.iter().find(|given| given.id.as_str() == grant && access.sees(&given.grant.tenant));
    let given = given.ok_or_else(missing)?;
    not_own(&access, &known.person.id)?;
    may_give(&access.actor, &given.grant).map_err(PersonError::from)?;
    let proposal = Proposal {
        kind: Kind::Grant,
        tenant: given.grant.tenant.clone(),
        target: given.id.to_string(),
        wish: Wish::Remove,
        wanted: None,
    };
    let written = carry_out(&api, &access, &[proposal]).await?;
    Ok(written.answer(|_| StatusCode::NO_CONTENT.into_response()))
}

fn missing() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "Not Found",
        "unknown_grant",
        "You see no role of this name of this person.",
    )
}

/// Nobody would be left who may everything.
pub(super) fn last_operator() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "Conflict",
        "last_operator",
        "Somebody must remain who can sign in as an operator: name another one first.",
    )
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let name = text("^[0-9a-f]{32}$", "The name of a grant.", "00112233445566778899aabbccddeeff");
    of_one("takeGrant", "Take a role away")
        .path("grant", name, "The role.")
        .answers(StatusCode::NO_CONTENT, Answer::empty("It is taken away, for sessions under way too."))
        .refuses([missing(), last_operator()])
        .refuses(power_refusals())
}
