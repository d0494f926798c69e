//! `POST …/delegations/{delegation}/{accept|refuse|revoke}`: a delegation is answered, or taken back by either.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::model::{self, DelegationModel};
use super::{DelegationError, Side, doc_of_one, held};
use crate::api::Api;
use crate::api::access::{Access, Written, carry_out};
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::access::{Act, Deed, MandateStatus, WrongStatus};
use crate::domain::governance::{Kind, Proposal, Wish};
use crate::store::delegation_json;

/// A delegation does not stand where that can be done.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error(transparent)]
pub(super) struct ActError(#[from] WrongStatus);

type Named = Path<(String, String)>;

/// The broker accepts: 200 with the delegation, or 202 if a second person is asked; 404 or 409.
pub(super) async fn accept(
    State(api): State<Arc<Api>>,
    access: Access,
    Path((broker, id)): Named,
) -> Result<Response, Problem> {
    done(&api, &access, Act::Accept, (Side::Broker, &broker, &id)).await
}

/// The broker refuses.
pub(super) async fn refuse(
    State(api): State<Arc<Api>>,
    access: Access,
    Path((broker, id)): Named,
) -> Result<Response, Problem> {
    done(&api, &access, Act::Refuse, (Side::Broker, &broker, &id)).await
}

/// The institution revokes.
pub(super) async fn revoke(
    State(api): State<Arc<Api>>,
    access: Access,
    Path((ec, id)): Named,
) -> Result<Response, Problem> {
    done(&api, &access, Act::Revoke, (Side::Institution, &ec, &id)).await
}

/// The broker gives it back.
pub(super) async fn give_back(
    State(api): State<Arc<Api>>,
    access: Access,
    Path((broker, id)): Named,
) -> Result<Response, Problem> {
    done(&api, &access, Act::Revoke, (Side::Broker, &broker, &id)).await
}

async fn done(
    api: &Api,
    access: &Access,
    act: Act,
    (side, code, id): (Side, &str, &str),
) -> Result<Response, Problem> {
    let known = held(&api.store, side, (code, id)).await?;
    let tenant = side.tenant(code).ok_or(DelegationError::Unknown)?;
    let deed = Deed { at: access.now, by: access.actor.id.clone() };
    let next = known.after(act, deed).map_err(ActError::from)?;
    let wanted = Some(delegation_json(&next).map_err(DelegationError::from)?);
    let target = id.to_owned();
    let proposal = Proposal { kind: Kind::Delegation, tenant, target, wish: Wish::Replace, wanted };
    let written = carry_out(api, access, &[proposal]).await?;
    if matches!(written, Written::Waiting(_)) {
        return Ok(written.answer(|_| StatusCode::OK.into_response()));
    }
    let after = held(&api.store, side, (code, id)).await?;
    Ok(unkept(Json(DelegationModel::new(&after, access.now)).into_response()))
}

/// What is said of the acceptance.
pub(super) fn doc_of_accept() -> Doc {
    let about = "The keys and people of the broker may then do for the institution what is delegated.";
    doc(Side::Broker, ("acceptDelegation", "Accept a delegation")).about(about)
}

/// What is said of the refusal.
pub(super) fn doc_of_refuse() -> Doc {
    doc(Side::Broker, ("refuseDelegation", "Refuse a delegation"))
}

/// What is said of the revocation.
pub(super) fn doc_of_revoke(side: Side) -> Doc {
    let about =
        "It holds no more from now on; on other instances within five seconds. An offer is withdrawn.";
    doc(side, ("revokeDelegation", "Revoke a delegation")).about(about)
}

fn doc(side: Side, name: (&str, &str)) -> Doc {
    let answer = Answer::json::<DelegationModel<'static>>("The delegation as it is now.", model::example());
    doc_of_one(side, name)
        .answers(StatusCode::OK, answer)
        .answers(StatusCode::ACCEPTED, Answer::empty("It waits for a second person."))
        .refuses([ActError(WrongStatus(MandateStatus::Revoked)).into()])
}

impl From<ActError> for Problem {
    fn from(ActError(WrongStatus(status)): ActError) -> Self {
        let detail = format!("The delegation is {}: that cannot be done to it any more.", status.name());
        Problem::new(StatusCode::CONFLICT, "Conflict", "delegation_status", detail)
    }
}
