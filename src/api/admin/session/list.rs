//! `GET /admin/v1/sessions`: where one is signed in.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::store_failed;
use crate::api::Api;
use crate::api::access::{NoDoor, SignedIn, door};
use crate::api::openapi::form::Instant;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;

/// The sessions of a person.
#[derive(Serialize, ToSchema)]
#[schema(as = Sessions)]
struct SessionsModel {
    /// Those that stand, the youngest first.
    sessions: Vec<SessionModel>,
}

/// A session that stands.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Session)]
struct SessionModel {
    /// Its name. It opens nothing.
    id: String,
    /// Whether it is the one that asks.
    current: bool,
    /// By what it was begun: local or provider.
    #[schema(value_type = String)]
    means: &'static str,
    /// The address that it was begun from; empty if nobody knows.
    address: String,
    /// What the program called itself.
    agent: String,
    /// When it began.
    #[schema(value_type = Instant)]
    began_at: String,
    /// When it was last used, to a minute.
    #[schema(value_type = Instant)]
    seen_at: String,
    /// When it ends in any case.
    #[schema(value_type = Instant)]
    ends_at: String,
}

/// Answers 200 with the sessions of who asks.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    SignedIn(signed): SignedIn,
) -> Result<Response, Problem> {
    let door = door(&api)?;
    let (now, span) = (api.clock.now(), door.settings().span);
    let found = door.sessions_of(&signed.session.person.id).await.map_err(store_failed)?;
    let standing = found.into_iter().filter(|session| session.times.stands(now, span));
    let sessions = standing.map(|session| SessionModel {
        current: session.id == signed.session.id,
        id: session.id.to_string(),
        means: session.means.word(),
        address: session.from.address,
        agent: session.from.agent,
        began_at: session.times.began_at.to_string(),
        seen_at: session.times.seen_at.to_string(),
        ends_at: session.times.ends_at.to_string(),
    });
    Ok(unkept(Json(SessionsModel { sessions: sessions.collect() }).into_response()))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer = Answer::json::<SessionsModel>(
        "The sessions of who asks.",
        json!({ "sessions": [{
            "id": "00112233445566778899aabbccddeeff", "current": true, "means": "local", "address": "192.0.2.7",
            "agent": "Mozilla/5.0", "beganAt": "2026-11-22T11:00:00Z", "seenAt": "2026-11-22T11:10:00Z",
            "endsAt": "2026-11-22T19:00:00Z",
        }] }),
    );
    Doc::new("listSessions", "List one's sessions")
        .answers(StatusCode::OK, answer)
        .refuses([SignedIn::missing(), NoDoor.into()])
}
