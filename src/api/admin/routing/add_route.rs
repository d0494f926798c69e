//! `POST /routing/routes`: from an instant on somebody else answers for some notices.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::held_route;
use super::model::{self, RouteModel, route_example};
use super::refusal::{Invalid, conflict};
use super::route;
use super::route_body::{RouteRequest, read};
use crate::api::Api;
use crate::api::access::{Access, WritesError, Written, carry_out};
use crate::api::body::JsonBody;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::access::Tenant;
use crate::domain::governance::{Kind, Proposal, Wish};
use crate::store::route_form;

/// Answers 201 with the route, or 202 if a second person is asked; 400, 403 or 409.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let wanted = read(body, access.now)?;
    let id = api.admin.secrets.id().map_err(WritesError::from)?;
    let tenant = Tenant::Institution(wanted.ec.clone());
    let (target, form) = (id.clone(), Some(route_form(&wanted)));
    let proposal = Proposal { kind: Kind::Route, tenant, target, wish: Wish::Create, wanted: form };
    let written = carry_out(&api, &access, &[proposal]).await?;
    if matches!(written, Written::Waiting(_)) {
        return Ok(written.answer(|_| StatusCode::CREATED.into_response()));
    }
    let record = held_route(&api.store, &access, &id).await?;
    let place = HeaderValue::try_from(format!("/admin/v1/routing/routes/{id}"));
    let place = place.unwrap_or_else(|_| HeaderValue::from_static("/admin/v1/routing/routes"));
    let shown = route::shown(&api, &access, &record).await?;
    Ok(unkept((StatusCode::CREATED, [(header::LOCATION, place)], shown).into_response()))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let body = json!({
        "organization": "99000010019", "station": "99000040017_01", "auxDigit": 3, "code": "02",
        "handler": "legacy", "partner": model::PARTNER, "from": "2026-12-01T00:00:00Z",
        "overlapUntil": "2026-12-15T00:00:00Z",
    });
    let answer = Answer::json::<RouteModel<'static>>("The route.", route_example());
    let detail = "No relation of the institution and the station has the code.";
    Doc::new("addRoute", "Say who answers for some notices from an instant on")
        .about(
            "It holds until the next route of the same notices, and is never changed. While the overlap lasts, who \
             answered before is asked for what the new one does not know; and notices that move from another \
             station come through both. For a move, the route is written before the relations are.",
        )
        .takes::<RouteRequest>(body)
        .answers(StatusCode::CREATED, answer)
        .answers(StatusCode::ACCEPTED, Answer::empty("It waits for a second person."))
        .refuses([Invalid::example("/station").into(), conflict("code_not_served", detail)])
}
