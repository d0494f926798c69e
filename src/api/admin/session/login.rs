//! `GET /admin/v1/session/login`: to the provider.
//!
//! What must be known again when the browser comes back goes with the browser, sealed: whoever only knocks
//! writes nothing here, any instance can go on, and nobody can go on in a browser in which it did not begin.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum_extra::extract::cookie::CookieJar;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::failed;
use crate::admin::people::{Door, DoorError};
use crate::admin::signin::{Attempt, Provider};
use crate::api::Api;
use crate::api::access::{LOGIN_COOKIE, NoDoor, away, door, kept, provider_away};
use crate::api::openapi::{Answer, AnswerHeader, Doc, form};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;

/// How long somebody may take at the provider.
const LASTS: SignedDuration = SignedDuration::from_mins(10);

/// For what a sign-in under way is sealed.
const PURPOSE: &str = "people login";

/// A sign-in under way.
#[derive(Serialize, Deserialize)]
pub(super) struct UnderWay {
    pub state: String,
    nonce: String,
    verifier: String,
    /// Where to go then: a path of ours.
    pub next: String,
    /// When it is too late, in microseconds.
    ends_at: i64,
}

/// The parameters.
#[derive(Deserialize)]
pub(super) struct Params {
    next: Option<String>,
}

/// Answers 302; 404, 502 or 503.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    headers: HeaderMap,
    params: Result<Query<Params>, QueryRejection>,
) -> Result<Response, Problem> {
    let door = door(&api)?;
    let provider = provider(door)?;
    let now = api.clock.now();
    let next = params.ok().and_then(|Query(params)| params.next).filter(|next| is_own_path(next));
    let drawn = || door.token().map_err(|error| failed(error.into()));
    let attempt = Attempt { state: drawn()?, nonce: drawn()?, verifier: drawn()? };
    let url = provider.begin(&attempt, now).await.map_err(|error| provider_away(&error))?;
    let ends_at = now.checked_add(LASTS).unwrap_or(Timestamp::MAX);
    let Attempt { state, nonce, verifier } = attempt;
    let under_way = UnderWay {
        state,
        nonce,
        verifier,
        next: next.unwrap_or_else(|| "/".to_owned()),
        ends_at: ends_at.as_microsecond(),
    };
    let sealed = under_way.sealed(door).map_err(failed)?;
    let jar = CookieJar::new().add(kept(&headers, door.settings(), (LOGIN_COOKIE, &sealed)));
    let place =
        HeaderValue::try_from(url).map_err(|error| Problem::internal("Internal Server Error", &error))?;
    Ok(unkept((StatusCode::FOUND, jar, [(header::LOCATION, place)]).into_response()))
}

impl UnderWay {
    fn sealed(&self, door: &Door) -> Result<String, DoorError> {
        let plain = serde_json::to_vec(self).map_err(|_| DoorError::Failed("the form of a sign-in"))?;
        Ok(URL_SAFE_NO_PAD.encode(door.seal(PURPOSE, &plain)?))
    }

    /// What a browser brought back, if it is ours and not too late.
    pub fn opened(cookie: &str, door: &Door, now: Timestamp) -> Option<Self> {
        let plain = door.open(PURPOSE, URL_SAFE_NO_PAD.decode(cookie).ok()?).ok()?;
        let under_way: UnderWay = serde_json::from_slice(&plain).ok()?;
        (now.as_microsecond() < under_way.ends_at).then_some(under_way)
    }

    pub fn attempt(&self) -> Attempt {
        let (state, nonce, verifier) = (self.state.clone(), self.nonce.clone(), self.verifier.clone());
        Attempt { state, nonce, verifier }
    }

    /// Until when its state must not come back again.
    pub fn ends_at(&self) -> Timestamp {
        Timestamp::from_microsecond(self.ends_at).unwrap_or(Timestamp::MAX)
    }
}

/// The provider, if there is one.
pub(super) fn provider(door: &Door) -> Result<&Provider, Problem> {
    door.settings().provider.as_ref().ok_or_else(no_provider)
}

pub(super) fn no_provider() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "Not Found",
        "no_provider",
        "No provider of sign-ins is configured here: sign in by a local account.",
    )
}

/// A path of this site: whoever follows it stays here.
fn is_own_path(next: &str) -> bool {
    let plain = |c: char| c.is_ascii_graphic() && c != '\\';
    next.starts_with('/') && !next.starts_with("//") && next.len() <= 500 && next.chars().all(plain)
}

const LOCATION: AnswerHeader = AnswerHeader {
    name: "Location",
    about: "Where to go.",
    example: "https://login.example/auth?client_id=varco",
};

/// What is said of it.
pub(super) fn doc() -> Doc {
    let next = form::example_text("/admin");
    Doc::new("beginSignIn", "Sign in by the provider")
        .about("For browsers. It takes ten minutes at most, and ends where `next` says, a path of this site.")
        .query("next", next, "Where to go when it is done.")
        .answers(StatusCode::FOUND, Answer::empty("To the provider.").with(LOCATION))
        .refuses([no_provider(), away(), NoDoor.into()])
}

#[cfg(test)]
mod tests {
    use super::is_own_path;

    #[test]
    fn nobody_is_led_elsewhere() {
        assert!(is_own_path("/") && is_own_path("/admin/people?page=2#top"));
        for wrong in
            ["", "admin", "//evil.example", "/\\evil.example", "https://evil.example", "/a\r\nb", "/à"]
        {
            assert!(!is_own_path(wrong), "{wrong:?}");
        }
    }
}
