//! Coming in and going out: by the provider, by a local account, and the sessions that follow.

use axum::Json;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum_extra::extract::cookie::CookieJar;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::HEADING;
use crate::admin::people::{Begun, Door, DoorError, Newcomer};
use crate::api::access::{Needs, SESSION_COOKIE, client_address, cookie, kept, user_agent};
use crate::api::openapi::form::Instant;
use crate::api::openapi::{Method, Routes};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::access::Grant;
use crate::domain::people::{Means, UserId};
use crate::store::{Sessions, SignedInFrom, StoreError};

mod callback;
mod enrol;
mod enrolling;
mod list;
mod local;
mod login;
mod logout;
mod me;
mod revoke;
mod token;

pub(super) fn routes() -> Routes {
    let heading = HEADING.0;
    let known = Needs::known();
    Routes::default()
        .open((Method::Get, (heading, "/session/login")), login::handler, login::doc())
        .open((Method::Get, (heading, "/session/callback")), callback::handler, callback::doc())
        .open((Method::Post, (heading, "/session/local")), local::handler, local::doc())
        .open((Method::Post, (heading, "/session/enrolment/look")), enrolling::handler, enrolling::doc())
        .open((Method::Post, (heading, "/session/enrolment")), enrol::handler, enrol::doc())
        .guarded(known, (Method::Delete, (heading, "/session")), logout::handler, logout::doc())
        .guarded(known, (Method::Post, (heading, "/session/token")), token::handler, token::doc())
        .guarded(known, (Method::Get, (heading, "/sessions")), list::handler, list::doc())
        .guarded(known, (Method::Delete, (heading, "/sessions/{session}")), revoke::handler, revoke::doc())
        .guarded(known, (Method::Get, (heading, "/me")), me::handler, me::doc())
}

/// What a page needs to know of its session.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = NewSession)]
struct NewSession {
    /// What requests by cookie that change something repeat in the header X-Varco-CSRF.
    csrf_token: String,
    /// When the session ends in any case.
    #[schema(value_type = Instant)]
    ends_at: String,
}

/// Somebody who has shown who it is.
struct Arrived<'a> {
    person: &'a UserId,
    means: Means,
    claimed: &'a [Grant],
    id_token: Option<&'a str>,
}

/// Begins a session for who has just shown who it is, always a new one: a session that the browser had ends,
/// so that nobody goes on in one that somebody else began.
async fn begin(
    door: &Door,
    parts: &Parts,
    arrived: Arrived<'_>,
    now: Timestamp,
) -> Result<(CookieJar, Begun), Problem> {
    let settings = door.settings();
    if let Some(before) = cookie(&parts.headers, settings, SESSION_COOKIE) {
        let before = door.session_of(&before, now).await.map_err(store_failed)?;
        if let Some(before) = before.map(|signed| signed.session) {
            let which = Sessions::One(&before.person.id, &before.id);
            door.end(which, now).await.map_err(store_failed)?;
        }
    }
    let from = SignedInFrom { address: client_address(parts, settings), agent: user_agent(&parts.headers) };
    let Arrived { person, means, claimed, id_token } = arrived;
    let begun = door.begin(Newcomer { person, means, claimed, id_token, from }, now).await.map_err(failed)?;
    let jar = CookieJar::new().add(kept(&parts.headers, settings, (SESSION_COOKIE, &begun.token)));
    Ok((jar, begun))
}

/// The answer to who has come in.
fn welcome((jar, begun): (CookieJar, Begun)) -> Response {
    let body = NewSession { csrf_token: begun.csrf, ends_at: begun.times.ends_at.to_string() };
    unkept((StatusCode::CREATED, jar, Json(body)).into_response())
}

/// The id of the request, for the audit.
pub(super) fn request_id(headers: &HeaderMap) -> String {
    headers.get("x-request-id").and_then(|id| id.to_str().ok()).unwrap_or_default().to_owned()
}

fn store_failed(error: StoreError) -> Problem {
    Problem::internal("Internal Server Error", &error)
}

pub(super) fn failed(error: DoorError) -> Problem {
    Problem::internal("Internal Server Error", &error)
}
