//! `DELETE /admin/v1/profiles/{profile}`: nobody is handed it any more.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::{conflict, of_one, seen};
use crate::api::Api;
use crate::api::access::{Access, carry_out};
use crate::api::admin::people::PersonError;
use crate::api::openapi::{Answer, Doc};
use crate::api::problem::Problem;
use crate::domain::governance::{Kind, Proposal, Wish};
use crate::domain::people::{GivingError, may_shape};

/// Answers 204; 403, 404 or 409.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Path(profile): Path<String>,
) -> Result<Response, Problem> {
    let known = seen(&api, &access, &profile).await?;
    may_shape(&access.actor, &known).map_err(PersonError::from)?;
    let (tenant, target) = (known.tenant, known.id.to_string());
    let proposal = Proposal { kind: Kind::Profile, tenant, target, wish: Wish::Remove, wanted: None };
    let written = carry_out(&api, &access, &[proposal]).await?;
    Ok(written.answer(|_| StatusCode::NO_CONTENT.into_response()))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    of_one("deleteProfile", "Take a profile away")
        .answers(StatusCode::NO_CONTENT, Answer::empty("It is gone."))
        .refuses([
            conflict("profile_in_use", "Somebody has this profile: take it away from them first."),
            PersonError::Giving(GivingError::TooWide).into(),
        ])
}
