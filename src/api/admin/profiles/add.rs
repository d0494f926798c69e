//! `POST /admin/v1/profiles`: a part of a role, to be handed on.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::{NewProfile, ProfileModel, body_example, example, read, writing};
use crate::admin::people::DoorError;
use crate::api::Api;
use crate::api::access::{Access, carry_out};
use crate::api::admin::people::PersonError;
use crate::api::admin::session::failed;
use crate::api::body::JsonBody;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::governance::{Kind, Proposal, Wish};
use crate::domain::people::{ProfileId, may_shape};
use crate::store::profile_form;

/// Answers 201; 400, 403, 409 or 422.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let id = api.admin.secrets.id().map_err(|error| failed(error.into()))?;
    let id = ProfileId::new(&id).map_err(|_| failed(DoorError::Failed("the name of a profile")))?;
    let profile = read(body, id)?;
    may_shape(&access.actor, &profile).map_err(PersonError::from)?;
    let proposal = Proposal {
        kind: Kind::Profile,
        tenant: profile.tenant.clone(),
        target: profile.id.to_string(),
        wish: Wish::Create,
        wanted: Some(profile_form(&profile)),
    };
    let written = carry_out(&api, &access, &[proposal]).await?;
    Ok(written.answer(|_| unkept((StatusCode::CREATED, Json(ProfileModel::from(&profile))).into_response())))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer = Answer::json::<ProfileModel>("The profile.", example());
    writing(Doc::new("createProfile", "Make a profile"))
        .about("It narrows a role and never widens it.")
        .takes::<NewProfile>(body_example())
        .answers(StatusCode::CREATED, answer)
}
