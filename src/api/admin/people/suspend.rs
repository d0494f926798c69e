//! `POST /admin/v1/people/{person}/suspend` and `/resume`: somebody may not sign in for a while.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;

use super::model::PersonModel;
use super::{PersonError, governed, of_one, power_refusals, take};
use crate::api::Api;
use crate::api::access::{Access, Written, carry_out};
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::governance::{Kind, Proposal, Wish};
use crate::domain::people::Person;
use crate::store::{PersonKey, person_form};

/// Answers 200; 403, 404 or 409.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Path(person): Path<String>,
) -> Result<Response, Problem> {
    let now = access.now;
    change(&api, &access, &person, Some(now)).await
}

/// Answers 200; 403 or 404.
pub(super) async fn resume(
    State(api): State<Arc<Api>>,
    access: Access,
    Path(person): Path<String>,
) -> Result<Response, Problem> {
    change(&api, &access, &person, None).await
}

async fn change(
    api: &Api,
    access: &Access,
    person: &str,
    suspended_at: Option<Timestamp>,
) -> Result<Response, Problem> {
    let (known, tenant) = governed(api, access, person).await?;
    if known.person.suspended_at.is_some() != suspended_at.is_some() {
        let person = Person { suspended_at, ..known.person.clone() };
        let target = person.id.to_string();
        let wanted = Some(person_form(&person));
        let proposal = Proposal { kind: Kind::Person, tenant, target, wish: Wish::Replace, wanted };
        let written = carry_out(api, access, &[proposal]).await?;
        if matches!(written, Written::Waiting(_)) {
            return Ok(written.answer(|_| StatusCode::ACCEPTED.into_response()));
        }
    }
    let known = api.store.person(PersonKey::Id(&known.person.id)).await.map_err(PersonError::from)?;
    let known = known.ok_or(PersonError::Missing)?;
    Ok(unkept(Json(PersonModel::new(&known, access)).into_response()))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer = Answer::json::<PersonModel>(
        "The person, whose sessions and links have ended.",
        super::read::example(),
    );
    of_one("suspendPerson", "Suspend somebody")
        .about("Only who could give all that the person was given may do it.")
        .answers(StatusCode::OK, answer)
        .refuses([take::last_operator()])
        .refuses(power_refusals())
}

/// What is said of the other way.
pub(super) fn doc_of_resume() -> Doc {
    let answer = Answer::json::<PersonModel>("The person, who may sign in again.", super::read::example());
    of_one("resumePerson", "Let somebody sign in again")
        .answers(StatusCode::OK, answer)
        .refuses(power_refusals())
}
