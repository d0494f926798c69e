//! `POST /admin/v1/people/{person}/link`: another link, for who has lost the first, the password or the device.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::invite::{LinkModel, new_link};
use super::{PersonError, governed, of_one, power_refusals};
use crate::api::Api;
use crate::api::access::{Access, NoDoor, door};
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;

/// Answers 201; 403, 404, 409 or 503.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Path(person): Path<String>,
) -> Result<Response, Problem> {
    let (known, tenant) = governed(&api, &access, &person).await?;
    if !door(&api)?.settings().local_accounts || known.person.suspended_at.is_some() {
        return Err(pointless());
    }
    let author = access.author();
    let noted = api.store.note(&author, "person.link", (&tenant, known.person.id.as_str())).await;
    noted.map_err(PersonError::from)?;
    let link = new_link(&api, &known.person.id).await?;
    Ok(unkept((StatusCode::CREATED, Json(link)).into_response()))
}

fn pointless() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "Conflict",
        "link_opens_nothing",
        "The person is suspended, or people sign in by the provider here.",
    )
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer = Answer::json::<LinkModel>(
        "The code, which is shown this once; those before are no longer good.",
        json!({ "link": "sTqfVg", "endsAt": "2026-11-25T11:00:00Z" }),
    );
    of_one("renewLink", "Give somebody another link")
        .about("Only who could give all that the person was given may do it. The account stays until the link is used.")
        .answers(StatusCode::CREATED, answer)
        .refuses([pointless(), NoDoor.into()])
        .refuses(power_refusals())
}
