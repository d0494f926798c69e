//! What the API answers when it refuses: RFC 9457 problem details.
//!
//! `title`, `status` and `detail` are those of the published contract; `code` and `violations` are
//! ours, for programs, and so is `holdUntil`. No text here repeats a value of the request: it may be personal data.

use std::borrow::Cow;
use std::fmt;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::openapi::form::Instant;

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    status: StatusCode,
    title: &'static str,
    code: &'static str,
    detail: Cow<'static, str>,
    violations: Vec<Violation>,
    hold: Option<(Timestamp, i64)>,
}

/// One thing that is wrong with the body of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Violation {
    /// Where: a JSON pointer (RFC 6901) into the body.
    #[schema(examples("/paymentOption/0/dueDate"))]
    pub pointer: String,
    /// What, for programs.
    #[schema(value_type = String, examples("required"))]
    pub code: &'static str,
    /// What, for people.
    pub message: String,
}

/// A refusal (RFC 9457).
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(super) struct ProblemBody<'a> {
    /// What kind of refusal, in the words of the published contract.
    #[schema(value_type = String)]
    title: &'a str,
    /// The status of the answer.
    #[schema(value_type = i32, minimum = 400, maximum = 599)]
    status: u16,
    /// What is wrong, in a sentence for people. It repeats no value of the request.
    #[schema(value_type = String)]
    detail: &'a str,
    /// What is wrong, in a word for programs.
    #[schema(value_type = String)]
    code: &'a str,
    /// Everything that is wrong with the body.
    #[schema(value_type = Vec<Violation>)]
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    violations: &'a [Violation],
    /// When it is worth asking again: a payment may be under way until then. Ours.
    #[serde(rename = "holdUntil", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant)]
    hold_until: Option<String>,
    /// What the published gateway writes instead of a problem when it forbids.
    #[serde(flatten)]
    #[schema(value_type = GatewayBody)]
    forbidden: Option<GatewayBody<'a>>,
}

/// What the published gateway writes when it forbids; only there with status 403.
#[derive(Serialize, ToSchema)]
#[schema(as = Forbidden)]
#[serde(rename_all = "camelCase")]
struct GatewayBody<'a> {
    /// The status again.
    #[schema(value_type = i32, required = false)]
    status_code: u16,
    /// The detail again.
    #[schema(value_type = String, required = false)]
    message: &'a str,
}

impl Problem {
    /// A refusal with the title of the published contract, a word for programs and a sentence.
    pub fn new(
        status: StatusCode,
        title: &'static str,
        code: &'static str,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        Problem { status, title, code, detail: detail.into(), violations: Vec::new(), hold: None }
    }

    /// The same, naming what is wrong in the body.
    pub fn with_violations(self, violations: Vec<Violation>) -> Self {
        Problem { violations, ..self }
    }

    /// The same, to be asked again at an instant that many seconds from now.
    pub fn with_hold(self, until: Timestamp, seconds: i64) -> Self {
        Problem { hold: Some((until, seconds)), ..self }
    }

    /// The same of a body that holds this one at a place: every pointer begins there.
    pub(super) fn within(mut self, place: &str) -> Self {
        for violation in &mut self.violations {
            violation.pointer.insert_str(0, place);
        }
        self
    }

    /// The status that it is answered with.
    pub(super) fn status(&self) -> StatusCode {
        self.status
    }

    /// The title of the published contract.
    pub(super) fn title(&self) -> &'static str {
        self.title
    }

    /// The word for programs.
    pub(super) fn code(&self) -> &'static str {
        self.code
    }

    /// The sentence for people.
    pub(super) fn detail(&self) -> &str {
        &self.detail
    }

    /// What is wrong in the body.
    pub(super) fn violations(&self) -> &[Violation] {
        &self.violations
    }

    /// A failure of ours. What happened goes to the log; the caller only learns that it did.
    pub fn internal(title: &'static str, error: &dyn fmt::Display) -> Self {
        tracing::error!(%error, "{title}");
        Problem::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            title,
            "internal_error",
            "The request could not be carried out because of a failure on our side; it can be repeated.",
        )
    }

    /// The body of the answer, to show what it looks like.
    pub(super) fn example(&self) -> Value {
        serde_json::to_value(self.body()).unwrap_or_default()
    }

    /// Whether it can be asked again, at an instant that the answer names.
    pub(super) fn can_wait(&self) -> bool {
        self.hold.is_some()
    }

    fn body(&self) -> ProblemBody<'_> {
        let status = self.status.as_u16();
        let forbidden = self.status == StatusCode::FORBIDDEN;
        ProblemBody {
            title: self.title,
            status,
            detail: &self.detail,
            code: self.code,
            violations: &self.violations,
            hold_until: self.hold.map(|(until, _)| until.to_string()),
            forbidden: forbidden.then_some(GatewayBody { status_code: status, message: &self.detail }),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status, axum::Json(self.body())).into_response();
        let form = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, form);
        if let Some((_, seconds)) = self.hold {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// What unknown paths get.
pub(super) fn unknown_path() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "Not Found", "unknown_path", "The API has no such path.")
}

/// What known paths get with a method that they do not have; `Allow` names those they have.
pub(super) fn unknown_method() -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "Method Not Allowed",
        "method_not_allowed",
        "The path does not have this method; the Allow header names the methods it has.",
    )
}
