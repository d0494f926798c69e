//! `POST /keys`: a new key. Its two secrets are in this answer and nowhere else.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::KeyError;
use super::body::{self, CreateRequest, Invalid, NewKey};
use super::limits::{self, TooWide};
use super::model::{self, SecretsModel};
use super::regenerate::{Made, drawn};
use crate::api::Api;
use crate::api::access::{Access, Written, carry_out};
use crate::api::body::JsonBody;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::access::Slot;
use crate::domain::governance::{Kind, Proposal, Wish};
use crate::store::KeyWish;

/// Answers 201 with the secrets, or 202 with them if a second person is asked; 400 or 403.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let id = api.admin.secrets.id().map_err(super::regenerate::NoSecret::from)?;
    let NewKey { key, until } = body::creation(body, id, &access)?;
    let tenant = key.rights.owner.clone();
    access.about(&tenant)?;
    limits::within(&api, &access, &key).await?;
    let Made { shown, kept } = drawn(&api, &Slot::ALL, None)?;
    let target = key.id.clone();
    let (created_by, revoked_by) = (access.actor.id.clone(), None);
    let wish = KeyWish { key, until, created_by, revoked_by, secrets: kept };
    let wanted = Some(wish.into_json().map_err(KeyError::from)?);
    let proposal = Proposal { kind: Kind::Key, tenant, target: target.clone(), wish: Wish::Create, wanted };
    let written = carry_out(&api, &access, &[proposal]).await?;
    let (status, place) = match written {
        Written::Done(_) => (StatusCode::CREATED, format!("/admin/v1/keys/{target}")),
        // The secrets are shown now or never; they work from when somebody agrees.
        Written::Waiting(change) => (StatusCode::ACCEPTED, format!("/admin/v1/changes/{change}")),
    };
    let place = HeaderValue::try_from(place).unwrap_or_else(|_| HeaderValue::from_static("/admin/v1/keys"));
    let secrets = Json(SecretsModel::new(&target, shown));
    Ok(unkept((status, [(header::LOCATION, place)], secrets).into_response()))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let body = json!({
        "label": "Ragioneria", "owner": "ec:99000010019", "scopes": ["positions", "receipts"],
        "expiresAt": "2031-12-31T23:00:00Z",
    });
    let answer = |about| Answer::json::<SecretsModel>(about, model::example_of_secrets());
    Doc::new("createApiKey", "Make an API key")
        .about(
            "It has two secrets, either of which works: systems move from one to the other while the one is \
             replaced. They are shown this once and kept nowhere. A key is never for more than who makes it.",
        )
        .takes::<CreateRequest>(body)
        .answers(StatusCode::CREATED, answer("The id of the key and its secrets."))
        .answers(StatusCode::ACCEPTED, answer("The same: they work when a second person has agreed."))
        .refuses([Invalid::example().into(), TooWide.into()])
}
