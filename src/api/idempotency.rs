//! `Idempotency-Key`: a creation that is sent again, because its answer was lost, is not done again.
//!
//! The key belongs to the caller (the API key), the creditor institution and the operation. The same
//! request with it gets the first answer again, with `Idempotency-Replayed: true`; another request is
//! refused. Only answers to what was done are kept: a refused body may be corrected and sent again with
//! the same key. Published GPD has nothing of this.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequestParts, MatchedPath};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use axum::response::Response;
use jiff::Timestamp;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::Api;
use super::access::Public;
use super::auth::{self, KEY_PARAMETER};
use super::openapi::{AnswerHeader, Doc, form};
use super::problem::Problem;
use crate::domain::fiscal_code::FiscalCode;
use crate::store::{Before, GivenAnswer, OnceRequest, Outcome, Store, StoreError};

/// The header that carries the key.
const KEY_HEADER: &str = "idempotency-key";

/// The header of an answer that was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// The longest key.
const LONGEST: usize = 255;

/// Who asks without an API key, where none is needed. No key has this id.
const PUBLIC: &str = "(public)";

/// Why a request with a key is not carried out.
#[derive(Debug, thiserror::Error)]
pub(super) enum IdempotencyError {
    #[error("the key is not 1 to 255 visible characters of ASCII")]
    KeyForm,
    #[error("the key was used for another request")]
    Reused,
    #[error("the answer cannot be read")]
    Unreadable,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The key of a request, if it has one, with all that the head of the request says of it.
pub(super) struct IdempotencyKey(Option<Presented>);

struct Presented {
    caller: String,
    operation: String,
    key: [u8; 32],
    /// What has been digested so far of what makes the request the same.
    request: Sha256,
}

/// How a request goes on.
pub(super) enum Begun {
    /// It was answered before, and this is the answer.
    Answered(Response),
    /// It is to be carried out; once, if it has a key.
    Anew(Option<OnceRequest>),
}

impl FromRequestParts<Arc<Api>> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Api>) -> Result<Self, Problem> {
        let Some(key) = presented_key(&parts.headers)? else { return Ok(IdempotencyKey(None)) };
        let caller = match parts.extensions.get::<Public>() {
            Some(Public) => PUBLIC.to_owned(),
            None => auth::caller(parts)?.id.clone(),
        };
        let operation = parts.extensions.get::<MatchedPath>().map(MatchedPath::as_str);
        let operation = format!("{} {}", parts.method, operation.unwrap_or_default());
        let request = Sha256::new().chain_update(target(&parts.uri)).chain_update([0]);
        Ok(IdempotencyKey(Some(Presented { caller, operation, key, request })))
    }
}

impl IdempotencyKey {
    /// Looks whether the request was answered before. Bodies are the same that are the same JSON value,
    /// however it is written down.
    pub(super) async fn begin(
        self,
        store: &Store,
        ec: &FiscalCode,
        body: &Value,
        now: Timestamp,
    ) -> Result<Begun, IdempotencyError> {
        let Some(request) = self.request(ec, body.to_string(), now) else { return Ok(Begun::Anew(None)) };
        Ok(match store.answered_before(&request).await? {
            Some(before) => Begun::Answered(replay(before)?),
            None => Begun::Anew(Some(request)),
        })
    }

    /// The request as the store knows it, if it has a key. `body` is what makes two bodies the same.
    pub(super) fn request(
        self,
        ec: &FiscalCode,
        body: impl AsRef<[u8]>,
        now: Timestamp,
    ) -> Option<OnceRequest> {
        let Presented { caller, operation, key, request } = self.0?;
        let digest = request.chain_update(body).finalize().into();
        Some(OnceRequest { ec: ec.clone(), caller, operation, key, digest, at: now })
    }
}

/// The answer to a request that was to be carried out once.
pub(super) fn answer(outcome: Outcome) -> Result<Response, IdempotencyError> {
    match outcome {
        Outcome::Now(given) => response(given).ok_or(IdempotencyError::Unreadable),
        Outcome::Before(before) => replay(before),
    }
}

/// An answer as it can be kept; none if it is not in memory, or has headers that are not text.
pub(super) fn given(response: Response) -> Option<GivenAnswer> {
    let (parts, body) = response.into_parts();
    let header = |(name, value): (&HeaderName, &HeaderValue)| {
        Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
    };
    let headers = parts.headers.iter().map(header).collect::<Option<_>>()?;
    // What is in memory is there at the first asking, and the transaction must wait for nothing else.
    let mut whole = pin!(to_bytes(body, usize::MAX));
    match whole.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(bytes)) => {
            Some(GivenAnswer { status: parts.status.as_u16(), headers, body: bytes.into() })
        }
        Poll::Ready(Err(_)) | Poll::Pending => None,
    }
}

fn replay(before: Before) -> Result<Response, IdempotencyError> {
    let Before::Same(given) = before else { return Err(IdempotencyError::Reused) };
    let mut response = response(given).ok_or(IdempotencyError::Unreadable)?;
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    Ok(response)
}

fn response(given: GivenAnswer) -> Option<Response> {
    let mut response = Response::new(Body::from(given.body));
    *response.status_mut() = StatusCode::from_u16(given.status).ok()?;
    for (name, value) in given.headers {
        let (name, value) = (HeaderName::try_from(name).ok()?, HeaderValue::try_from(value).ok()?);
        response.headers_mut().append(name, value);
    }
    Some(response)
}

/// The SHA-256 of the key, which is all of it that is ever kept.
fn presented_key(headers: &HeaderMap) -> Result<Option<[u8; 32]>, IdempotencyError> {
    let mut keys = headers.get_all(KEY_HEADER).iter();
    let (Some(key), second) = (keys.next(), keys.next()) else { return Ok(None) };
    let key = key.as_bytes();
    let is_key = (1..=LONGEST).contains(&key.len()) && key.iter().all(u8::is_ascii_graphic);
    if !is_key || second.is_some() {
        return Err(IdempotencyError::KeyForm);
    }
    Ok(Some(Sha256::digest(key).into()))
}

/// The path with its query, the parameters in one order and without the secret of the API key, which may
/// change between two attempts.
fn target(uri: &Uri) -> String {
    let query = uri.query().unwrap_or_default().split('&');
    let is_secret = |part: &str| part.split('=').next() == Some(KEY_PARAMETER);
    let mut parameters: Vec<&str> = query.filter(|part| !part.is_empty() && !is_secret(part)).collect();
    parameters.sort_unstable();
    format!("{}?{}", uri.path(), parameters.join("&"))
}

/// Says of an endpoint that it takes a key.
pub(super) fn doc(doc: Doc) -> Doc {
    let key = form::text(
        "^[!-~]{1,255}$",
        "1 to 255 visible characters of ASCII.",
        "b1f6a0c2-7d3e-4f5a-9b8c-0d1e2f3a4b5c",
    );
    let about = "Names the request: sent again with it, the request is answered as before and not carried out again. Ours.";
    doc.header("Idempotency-Key", key, about)
        .refuses([IdempotencyError::KeyForm.into(), IdempotencyError::Reused.into()])
}

/// What an answer says that was given before.
pub(super) const TOLD_BEFORE: AnswerHeader = AnswerHeader {
    name: "Idempotency-Replayed",
    about: "There, and true, on an answer that was given before.",
    example: "true",
};

impl From<IdempotencyError> for Problem {
    fn from(error: IdempotencyError) -> Self {
        match error {
            IdempotencyError::KeyForm => Problem::new(
                StatusCode::BAD_REQUEST,
                "BAD REQUEST",
                "idempotency_key_form",
                "The header Idempotency-Key must come once and have 1 to 255 visible characters of ASCII.",
            ),
            IdempotencyError::Reused => Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "Unprocessable Entity",
                "idempotency_key_reused",
                "The Idempotency-Key was used for a request with another body or query: a new request needs \
                 a new key.",
            ),
            IdempotencyError::Unreadable => {
                Problem::internal("INTERNAL SERVER ERROR", &StoreError::Corrupt { what: "answer" })
            }
            IdempotencyError::Store(error) => Problem::internal("INTERNAL SERVER ERROR", &error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Json;
    use axum::response::IntoResponse;

    fn key(values: &[&[u8]]) -> Result<Option<[u8; 32]>, IdempotencyError> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(KEY_HEADER, HeaderValue::from_bytes(value).unwrap());
        }
        presented_key(&headers)
    }

    #[test]
    fn a_key_is_one_to_255_visible_characters_and_comes_once() {
        assert!(matches!(key(&[]), Ok(None)));
        assert!(matches!(key(&[b"!"]), Ok(Some(_))));
        assert!(matches!(key(&[&[b'~'; 255]]), Ok(Some(_))));
        for wrong in [&[][..], &[b'a'; 256], b"two words", "città".as_bytes()] {
            assert!(matches!(key(&[wrong]), Err(IdempotencyError::KeyForm)), "{wrong:?}");
        }
        assert!(matches!(key(&[b"a", b"a"]), Err(IdempotencyError::KeyForm)));
    }

    #[test]
    fn neither_the_order_of_parameters_nor_the_secret_makes_a_request_another() {
        let of = |text: &str| target(&text.parse().unwrap());
        assert_eq!(of("/x?b=1&a=2&subscription-key=s"), of("/x?a=2&b=1"));
        assert_eq!(of("/x?"), of("/x"));
        assert_ne!(of("/x?a=2"), of("/x?a=1"));
        assert_ne!(of("/x?a=2"), of("/y?a=2"));
    }

    #[tokio::test]
    async fn an_answer_comes_back_as_it_was() {
        let mut first = (StatusCode::CREATED, Json(["à"])).into_response();
        first.headers_mut().insert("etag", HeaderValue::from_static("\"1\""));
        let kept = given(first).unwrap();
        assert_eq!(kept.body, "[\"à\"]".as_bytes());
        assert_eq!(given(response(kept.clone()).unwrap()), Some(kept));
    }
}
