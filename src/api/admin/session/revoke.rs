//! `DELETE /admin/v1/sessions/{session}`: one of one's sessions ends.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;

use super::store_failed;
use crate::api::Api;
use crate::api::access::{NoDoor, SignedIn, door};
use crate::api::openapi::{Answer, Doc, form};
use crate::api::problem::Problem;
use crate::domain::people::SessionId;
use crate::store::Sessions;

/// Answers 204; 404 for a session of somebody else, as for one that does not stand.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    SignedIn(signed): SignedIn,
    Path(session): Path<String>,
) -> Result<StatusCode, Problem> {
    let door = door(&api)?;
    let id = SessionId::new(&session).map_err(|_| missing())?;
    let which = Sessions::One(&signed.session.person.id, &id);
    let ended = door.end(which, api.clock.now()).await.map_err(store_failed)?;
    if ended == 1 { Ok(StatusCode::NO_CONTENT) } else { Err(missing()) }
}

fn missing() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "Not Found",
        "unknown_session",
        "You have no session of this name, or no longer.",
    )
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let name = form::text("^[0-9a-f]{32}$", "The name of a session.", "00112233445566778899aabbccddeeff");
    Doc::new("endSession", "End one of one's sessions")
        .path("session", name, "The session.")
        .answers(StatusCode::NO_CONTENT, Answer::empty("It has ended."))
        .refuses([SignedIn::missing(), missing(), NoDoor.into()])
}
