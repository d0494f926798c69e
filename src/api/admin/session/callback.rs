//! `GET /admin/v1/session/callback`: back from the provider.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::login::{UnderWay, no_provider, provider};
use super::{Arrived, begin, failed, request_id, store_failed};
use crate::admin::people::AdmissionError;
use crate::admin::signin::ProviderError;
use crate::api::Api;
use crate::api::access::{LOGIN_COOKIE, NoDoor, away, cookie, door, dropped, provider_away};
use crate::api::openapi::{Answer, AnswerHeader, Doc, form};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::access::Tenant;
use crate::domain::governance::Author;
use crate::domain::people::Means;

/// What the provider sends the browser back with.
#[derive(Default, Deserialize)]
pub(super) struct Params {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
    /// Who sends it back, where the provider says so (RFC 9207).
    iss: Option<String>,
}

/// Why somebody who comes back does not come in.
#[derive(Clone, Copy, Debug, thiserror::Error)]
pub(super) enum CallbackError {
    #[error("the sign-in did not begin in this browser, or too long ago")]
    NotUnderWay,
    #[error("the sign-in came back before")]
    Replayed,
    #[error("the provider let nobody in")]
    Declined,
    #[error("the provider does not take its code")]
    CodeRefused,
    #[error("the provider's token is not good")]
    BadToken,
    #[error("the person is not known here")]
    Unknown,
    #[error("the person is suspended")]
    Suspended,
}

/// Answers 303 to where the sign-in was to end; 400, 403, 404, 502 or 503.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    params: Result<Query<Params>, QueryRejection>,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, _) = request.into_parts();
    let params = params.map(|Query(params)| params).unwrap_or_default();
    let door = door(&api)?;
    let provider = provider(door)?;
    let now = api.clock.now();
    let under_way = cookie(&parts.headers, door.settings(), LOGIN_COOKIE)
        .and_then(|cookie| UnderWay::opened(&cookie, door, now))
        .filter(|under_way| params.state.as_deref().is_some_and(|state| door.same(state, &under_way.state)))
        .filter(|_| params.iss.as_deref().is_none_or(|issuer| issuer == provider.issuer()))
        .ok_or(CallbackError::NotUnderWay)?;
    let hash: [u8; 32] = Sha256::digest(under_way.state.as_bytes()).into();
    let first = api.store.note_login_return(&hash, (now, under_way.ends_at())).await.map_err(store_failed)?;
    if !first {
        return Err(CallbackError::Replayed.into());
    }
    let code = params.code.filter(|_| params.error.is_none()).ok_or(CallbackError::Declined)?;
    let signed_in = provider.finish(&under_way.attempt(), &code, now).await.map_err(judged)?;
    let person = door.admit(provider, &signed_in.claimed, now).await.map_err(admitted)?;
    let arrived = Arrived {
        person: &person.id,
        means: Means::Provider,
        claimed: &signed_in.claimed.grants,
        id_token: Some(&signed_in.id_token),
    };
    let (jar, begun) = begin(door, &parts, arrived, now).await?;
    let author = Author {
        actor: person.id.to_string(),
        name: person.name.to_string(),
        request: request_id(&parts.headers),
        ..Author::gateway("provider", now)
    };
    let noted = api.store.note(&author, "session.begin", (&Tenant::Gateway, begun.id.as_str())).await;
    noted.map_err(store_failed)?;
    let jar = jar.add(dropped(&parts.headers, door.settings(), LOGIN_COOKIE));
    let place = HeaderValue::try_from(under_way.next).unwrap_or(HeaderValue::from_static("/"));
    Ok(unkept((StatusCode::SEE_OTHER, jar, [(header::LOCATION, place)]).into_response()))
}

fn judged(error: ProviderError) -> Problem {
    match &error {
        ProviderError::Unusable(_) | ProviderError::Unavailable(_) => provider_away(&error),
        ProviderError::CodeRefused => CallbackError::CodeRefused.into(),
        ProviderError::BadToken(_) | ProviderError::Lacks(_) => {
            tracing::warn!(%error, "a sign-in is refused");
            CallbackError::BadToken.into()
        }
    }
}

fn admitted(error: AdmissionError) -> Problem {
    match error {
        AdmissionError::Unknown => CallbackError::Unknown.into(),
        AdmissionError::Suspended => CallbackError::Suspended.into(),
        AdmissionError::Failed(error) => failed(error),
    }
}

const LOCATION: AnswerHeader =
    AnswerHeader { name: "Location", about: "Where the sign-in was to end.", example: "/admin" };

/// What is said of it.
pub(super) fn doc() -> Doc {
    let errors = [
        CallbackError::NotUnderWay,
        CallbackError::Replayed,
        CallbackError::Declined,
        CallbackError::CodeRefused,
        CallbackError::BadToken,
        CallbackError::Unknown,
        CallbackError::Suspended,
    ];
    Doc::new("endSignIn", "Come back from the provider")
        .about("The provider sends browsers here; nobody else calls it.")
        .query(
            "code",
            form::example_text("SplxlOBeZQQYbYS6WxSbIA"),
            "What the provider gives for a token, once.",
        )
        .query("state", form::example_text("af0ifjsldkj"), "The sign-in that it belongs to.")
        .query("error", form::example_text("access_denied"), "Why there is no code.")
        .query("iss", form::example_text("https://login.example"), "The provider.")
        .answers(
            StatusCode::SEE_OTHER,
            Answer::empty("The session has begun; its cookie is set.").with(LOCATION),
        )
        .refuses(errors.map(Problem::from))
        .refuses([no_provider(), away(), NoDoor.into()])
}

impl From<CallbackError> for Problem {
    fn from(error: CallbackError) -> Self {
        let bad = |code, detail| Problem::new(StatusCode::BAD_REQUEST, "Bad Request", code, detail);
        let forbidden = |code, detail| Problem::new(StatusCode::FORBIDDEN, "Forbidden", code, detail);
        match error {
            CallbackError::NotUnderWay => bad(
                "sign_in_not_under_way",
                "This sign-in did not begin in this browser, or more than ten minutes ago: begin again at \
                 /admin/v1/session/login.",
            ),
            CallbackError::Replayed => bad(
                "sign_in_replayed",
                "This sign-in came back before: begin again at /admin/v1/session/login.",
            ),
            CallbackError::Declined => bad(
                "sign_in_declined",
                "The provider let nobody in: begin again at /admin/v1/session/login, or ask who runs the provider.",
            ),
            CallbackError::CodeRefused => bad(
                "code_refused",
                "The provider does not take its code (any more): begin again at /admin/v1/session/login.",
            ),
            CallbackError::BadToken => forbidden(
                "token_refused",
                "What the provider says of you cannot be trusted: ask who runs this installation; the log has the \
                 reason.",
            ),
            CallbackError::Unknown => forbidden(
                "unknown_person",
                "You are known to the provider, but nobody has invited you here: ask a referent of your \
                 organization.",
            ),
            CallbackError::Suspended => forbidden(
                "suspended",
                "You may not sign in here any more: ask a referent of your organization.",
            ),
        }
    }
}
