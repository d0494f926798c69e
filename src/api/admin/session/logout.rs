//! `DELETE /admin/v1/session`: out.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum_extra::extract::cookie::CookieJar;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::store_failed;
use crate::api::Api;
use crate::api::access::{NoDoor, SESSION_COOKIE, SignedIn, door, dropped};
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::store::Sessions;

/// The end of a session.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = EndedSession)]
struct Ended {
    /// Where to send the browser so that the session at the provider ends too.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    end_session_url: Option<String>,
}

/// Answers 200.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    SignedIn(signed): SignedIn,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let door = door(&api)?;
    let session = &signed.session;
    let now = api.clock.now();
    // The session ends here in any case: the provider may be away, or its token sealed by another key.
    let end_session_url = door.logout_url(&session.id, now).await.unwrap_or_else(|error| {
        tracing::warn!(%error, "the session is not ended at the provider");
        None
    });
    let which = Sessions::One(&session.person.id, &session.id);
    door.end(which, now).await.map_err(store_failed)?;
    let jar = CookieJar::new().add(dropped(&headers, door.settings(), SESSION_COOKIE));
    Ok(unkept((jar, Json(Ended { end_session_url })).into_response()))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer = Answer::json::<Ended>(
        "The session has ended.",
        json!({ "endSessionUrl": "https://login.example/session/end?client_id=varco" }),
    );
    Doc::new("signOut", "Sign out")
        .answers(StatusCode::OK, answer)
        .refuses([SignedIn::missing(), NoDoor.into()])
}
