//! `POST …/subscriptions/{subscription}/rotate`: another secret signs.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::create::{CreateError, secret};
use super::holder::{Family, Held, MissingSubscription, failed};
use super::model::WithSecret;
use super::terms::Invalid;
use super::{doc_of_one, examples};
use crate::api::Api;
use crate::api::body::OptionalJsonBody;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::field::{Field, Shape};
use crate::api::positions::parse::report::{Pointer, Report};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;

/// For how many hours the secret before signs too, unless the caller says otherwise, and at most.
const OVERLAP: i64 = 24;
const OVERLAP_MAX: i64 = 168;

/// How a secret gives way to the next.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Rotation)]
pub(super) struct RotateRequest {
    /// For how many hours the secret before signs too; 0 for not at all.
    #[serde(default)]
    #[schema(value_type = i64, minimum = 0, maximum = 168, default = 24)]
    overlap_hours: Field<i64>,
}

impl Shape for RotateRequest {
    const IS_OBJECT: bool = true;
}

/// Answers 200 with the subscription and its new secret; 400, 404 or 503.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    Held(one): Held,
    OptionalJsonBody(body): OptionalJsonBody,
) -> Result<Response, Problem> {
    let hours = overlap(body)?;
    let secret = secret(&api)?;
    let now = api.clock.now();
    let until = (hours > 0).then(|| now.checked_add(SignedDuration::from_hours(hours)).unwrap_or(now));
    let rotated = api.store.rotate_secret(&one.id, until, now).await.map_err(failed)?;
    let rotated = rotated.ok_or(MissingSubscription)?;
    let shown = secret(&rotated.id, rotated.secret_no);
    Ok(unkept(Json(WithSecret::new(shown, &rotated, now)).into_response()))
}

fn overlap(body: Option<Value>) -> Result<i64, Invalid> {
    let Some(body) = body else { return Ok(OVERLAP) };
    let mut report = Report::default();
    let (root, at) = (Pointer::root(), Pointer::root().field("overlapHours"));
    let field = Field::<RotateRequest>::deserialize(body).unwrap_or(Field::WrongType);
    let request = report.optional(field, &root).unwrap_or_default();
    let hours = report.optional(request.overlap_hours, &at).unwrap_or(OVERLAP);
    if !(0..=OVERLAP_MAX).contains(&hours) {
        report.add(&at, "overlap_out_of_range", format_args!("must lie between 0 and {OVERLAP_MAX}"));
    }
    if report.is_clean() { Ok(hours) } else { Err(Invalid(report.into_violations())) }
}

/// What is said of it.
pub(super) fn doc(family: Family) -> Doc {
    let answer = Answer::json::<WithSecret<'static>>(
        "The subscription, with its new secret, which is shown this once.",
        examples::with_secret(),
    );
    doc_of_one(family, ("rotateSubscriptionSecret", "Give a subscription another secret"))
        .about("For a while both secrets sign, so that the endpoint can change over when it likes.")
        .may_take::<RotateRequest>(json!({ "overlapHours": 24 }))
        .answers(StatusCode::OK, answer)
        .refuses([Invalid::example().into(), CreateError::NoMasterKey.into()])
}
