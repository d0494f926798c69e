//! `POST /keys/{key}/{slot}/regenerate`: another secret in one of the two places.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::body::{self, Invalid, RegenerateRequest};
use super::model::{self, SecretsModel};
use super::{KeyError, doc_of_one, held};
use crate::admin::{KeyHasher, NoRandomness};
use crate::api::Api;
use crate::api::access::{Access, Written, carry_out};
use crate::api::body::OptionalJsonBody;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::access::{Slot, key_text};
use crate::domain::governance::{Kind, Proposal, Wish};
use crate::store::{KeyWish, NewSecret, StoreError};

/// The system gave nothing to make a secret of.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error(transparent)]
pub(super) struct NoSecret(#[from] NoRandomness);

/// Secrets that were made: as they are shown this once, and as they are kept.
pub(super) struct Made {
    pub shown: Vec<(Slot, String)>,
    pub kept: Vec<NewSecret>,
}

/// Draws a secret for each of these places; those before them work until that instant, if any.
pub(super) fn drawn(api: &Api, slots: &[Slot], overlap: Option<Timestamp>) -> Result<Made, NoSecret> {
    let mut made = Made { shown: Vec::new(), kept: Vec::new() };
    for slot in slots {
        let secret = key_text(&api.admin.secrets.draw()?);
        let digest = KeyHasher::digest(&secret);
        let code = api.hasher.code(&digest);
        let (hash, keyed) = (code.unwrap_or(digest), code.is_some());
        made.kept.push(NewSecret { slot: *slot, hash, keyed, overlap });
        made.shown.push((*slot, secret));
    }
    Ok(made)
}

/// Answers 200 with the secret, or 202 with it if a second person is asked; 400, 404 or 409.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Path((id, slot)): Path<(String, String)>,
    OptionalJsonBody(body): OptionalJsonBody,
) -> Result<Response, Problem> {
    let record = held(&api.store, &access, &id).await?;
    let slot = Slot::named(&slot).ok_or(KeyError::Unknown)?;
    let hours = body::overlap(body)?;
    super::limits::within(&api, &access, &record.key).await?;
    let overlap = SignedDuration::from_hours(hours);
    let overlap = (hours > 0).then(|| access.now.checked_add(overlap).unwrap_or(access.now));
    let Made { shown, kept } = drawn(&api, &[slot], overlap)?;
    let tenant = record.key.rights.owner.clone();
    let wish = KeyWish { secrets: kept, ..KeyWish::of(record) };
    let wanted = Some(wish.into_json().map_err(KeyError::from)?);
    let proposal = Proposal { kind: Kind::Key, tenant, target: id.clone(), wish: Wish::Replace, wanted };
    let status = match carry_out(&api, &access, &[proposal]).await? {
        Written::Done(_) => StatusCode::OK,
        Written::Waiting(_) => StatusCode::ACCEPTED,
    };
    Ok(unkept((status, Json(SecretsModel::new(&id, shown))).into_response()))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer = |about| Answer::json::<SecretsModel>(about, model::example_of_secrets());
    doc_of_one("regenerateApiKey", "Give an API key another secret")
        .path("slot", super::slot_words(), "Which of the two is replaced; the other works on.")
        .about(
            "The one before stops at once, unless hours of overlap are given: then it works for so long. To \
             change without an interruption, move your systems to the other secret first.",
        )
        .may_take::<RegenerateRequest>(json!({ "overlapHours": 24 }))
        .answers(StatusCode::OK, answer("The secret, which is shown this once."))
        .answers(StatusCode::ACCEPTED, answer("The same: it works when a second person has agreed."))
        .refuses([Invalid::example().into(), super::limits::TooWide.into(), super::change::revoked()])
}

impl From<NoSecret> for Problem {
    fn from(_: NoSecret) -> Self {
        Problem::internal("Internal Server Error", &StoreError::Closed)
    }
}
