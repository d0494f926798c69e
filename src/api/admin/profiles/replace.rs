//! `PUT /admin/v1/profiles/{profile}`: another part of the role, at once for everybody who has the profile.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::{NewProfile, ProfileModel, body_example, conflict, example, of_one, read, seen, writing};
use crate::api::Api;
use crate::api::access::{Access, carry_out};
use crate::api::admin::people::PersonError;
use crate::api::body::JsonBody;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::governance::{Kind, Proposal, Wish};
use crate::domain::people::may_shape;
use crate::store::profile_form;

/// Answers 200; 400, 403, 404, 409 or 422.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Path(profile): Path<String>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let known = seen(&api, &access, &profile).await?;
    let wanted = read(body, known.id.clone())?;
    if (wanted.role, &wanted.tenant) != (known.role, &known.tenant) {
        return Err(fixed());
    }
    for profile in [&known, &wanted] {
        may_shape(&access.actor, profile).map_err(PersonError::from)?;
    }
    let proposal = Proposal {
        kind: Kind::Profile,
        tenant: wanted.tenant.clone(),
        target: wanted.id.to_string(),
        wish: Wish::Replace,
        wanted: Some(profile_form(&wanted)),
    };
    let written = carry_out(&api, &access, &[proposal]).await?;
    Ok(written.answer(|_| unkept(Json(ProfileModel::from(&wanted)).into_response())))
}

fn fixed() -> Problem {
    conflict("profile_fixed", "The role and the tenant of a profile stay as they are: make another one.")
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer = Answer::json::<ProfileModel>("The profile, as it is for everybody who has it.", example());
    writing(of_one("replaceProfile", "Change a profile"))
        .takes::<NewProfile>(body_example())
        .answers(StatusCode::OK, answer)
        .refuses([fixed()])
}
