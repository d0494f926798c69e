//! How the body of a request is read: its type, its size, its syntax. What it means is the endpoint's.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use serde_json::Value;

use super::problem::Problem;

/// A body that is well-formed JSON.
pub(super) struct JsonBody(pub Value);

/// Why a body cannot be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum BodyError {
    #[error("the content type is not JSON")]
    NotJson,
    #[error("the body is too large")]
    TooLarge,
    #[error("the body could not be received")]
    Broken,
    #[error("the body is not well-formed JSON at line {line}, column {column}")]
    Malformed { line: usize, column: usize },
}

impl<S: Send + Sync> FromRequest<S> for JsonBody {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !says_json(request.headers()) {
            return Err(BodyError::NotJson.into());
        }
        Ok(JsonBody(json(&bytes(request, state).await?)?))
    }
}

/// A body that is well-formed JSON, or none.
pub(super) struct OptionalJsonBody(pub Option<Value>);

impl<S: Send + Sync> FromRequest<S> for OptionalJsonBody {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let says_json = says_json(request.headers());
        let bytes = bytes(request, state).await?;
        match (bytes.is_empty(), says_json) {
            (true, _) => Ok(OptionalJsonBody(None)),
            (false, true) => Ok(OptionalJsonBody(Some(json(&bytes)?))),
            (false, false) => Err(BodyError::NotJson.into()),
        }
    }
}

async fn bytes<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, BodyError> {
    Bytes::from_request(request, state).await.map_err(|rejection| refusal(&rejection))
}

fn json(bytes: &Bytes) -> Result<Value, BodyError> {
    let malformed =
        |error: serde_json::Error| BodyError::Malformed { line: error.line(), column: error.column() };
    serde_json::from_slice(bytes).map_err(malformed)
}

fn refusal(rejection: &BytesRejection) -> BodyError {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE { BodyError::TooLarge } else { BodyError::Broken }
}

/// `application/json`, whatever the parameters, and types made of it such as `application/ld+json`.
fn says_json(headers: &HeaderMap) -> bool {
    let Some(text) = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    let essence = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || essence.starts_with("application/") && essence.ends_with("+json")
}

impl From<BodyError> for Problem {
    fn from(error: BodyError) -> Self {
        let (status, title, code) = match error {
            BodyError::NotJson => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "Unsupported Media Type", "unsupported_media_type")
            }
            BodyError::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "Payload Too Large", "body_too_large"),
            BodyError::Broken => (StatusCode::BAD_REQUEST, "BAD REQUEST", "body_not_received"),
            BodyError::Malformed { .. } => (StatusCode::BAD_REQUEST, "BAD REQUEST", "malformed_json"),
        };
        let detail = match error {
            BodyError::NotJson => "The body must be JSON, with the content type application/json.".into(),
            BodyError::TooLarge => "The body exceeds the largest size that is accepted.".into(),
            BodyError::Broken => "The body could not be received whole.".into(),
            BodyError::Malformed { line, column } => {
                format!("The body is not well-formed JSON: line {line}, column {column}.")
            }
        };
        Problem::new(status, title, code, detail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_of_the_content_type_do_not_matter() {
        let says = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, text.parse().unwrap());
            says_json(&headers)
        };
        assert!(says("application/json"));
        assert!(says("Application/JSON; charset=utf-8"));
        assert!(says("application/ld+json"));
        assert!(!says("text/json+x") && !says("text/plain") && !says("application/xml"));
        assert!(!says_json(&HeaderMap::new()));
    }
}
