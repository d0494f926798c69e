//! `POST /routing/partners/{partner}/password`: another password for an old system. It is in this answer and nowhere
//! else.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::refusal::conflict;
use super::{doc_of_partner, held_partner, model};
use crate::admin::NoRandomness;
use crate::api::Api;
use crate::api::access::{Access, WritesError, Written, carry_out};
use crate::api::apiconfig::names::Named;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::governance::{Kind, Proposal, Wish};
use crate::domain::routing::{PASSWORD_LENGTH, PasswordHash, Speaks, password_text};
use crate::store::{NewPassword, partner_form};

/// The password of a partner.
#[derive(Serialize, ToSchema)]
#[schema(as = PartnerPassword)]
struct PasswordModel {
    /// Whose it is.
    #[schema(value_type = model::PartnerName)]
    partner: String,
    /// What it writes into its messages.
    #[schema(min_length = 15, max_length = 15)]
    password: String,
}

/// Why there is no password.
#[derive(Clone, Copy, Debug, thiserror::Error)]
enum PasswordError {
    #[error("only old systems have a password")]
    NotLegacy,
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
}

/// Answers 200 with the password, or 202 with it if a second person is asked; 404 or 409.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Named(id): Named<String>,
) -> Result<Response, Problem> {
    let partner = held_partner(&api.store, &access, &id).await?.partner;
    if partner.speaks != Speaks::Legacy {
        return Err(PasswordError::NotLegacy.into());
    }
    let drawn = api.admin.secrets.draw::<PASSWORD_LENGTH>().map_err(PasswordError::from)?;
    let password = password_text(&drawn);
    let hash: PasswordHash = api.hasher.of_password(&password);
    let form = partner_form(&partner, NewPassword::Is(hash));
    let (tenant, target) = (partner.owner, id.clone());
    let proposal = Proposal { kind: Kind::Partner, tenant, target, wish: Wish::Replace, wanted: Some(form) };
    let status = match carry_out(&api, &access, &[proposal]).await? {
        Written::Done(_) => StatusCode::OK,
        // It is shown now or never; it works from when somebody agrees.
        Written::Waiting(_) => StatusCode::ACCEPTED,
    };
    Ok(unkept((status, Json(PasswordModel { partner: id, password })).into_response()))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let example = json!({ "partner": model::PARTNER, "password": password_text(&[7; PASSWORD_LENGTH]) });
    let answer = |about| Answer::json::<PasswordModel>(about, example.clone());
    doc_of_partner("makePartnerPassword", "Give an old system another password")
        .about("The one before works no more from now on; on other instances within five seconds.")
        .answers(StatusCode::OK, answer("The password, which is shown this once."))
        .answers(StatusCode::ACCEPTED, answer("The same: it works when a second person has agreed."))
        .refuses([PasswordError::NotLegacy.into()])
}

impl From<PasswordError> for Problem {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::NotLegacy => conflict(
                "partner_has_no_password",
                "Only a partner that speaks the old primitives has a password.",
            ),
            PasswordError::NoRandomness(error) => WritesError::from(error).into(),
        }
    }
}
