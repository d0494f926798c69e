//! `POST /admin/v1/session/local`: in by a password and a second factor.

use std::sync::Arc;

use axum::extract::{FromRequest, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{Arrived, NewSession, begin, failed, request_id, store_failed, welcome};
use crate::admin::people::{Code, Credentials, SignInError};
use crate::api::Api;
use crate::api::access::{NoDoor, client_address, door, same_origin};
use crate::api::auth::AuthError;
use crate::api::body::JsonBody;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::field::{Field, Shape};
use crate::api::positions::parse::report::{Pointer, Report};
use crate::api::problem::{Problem, Violation};
use crate::domain::access::Tenant;
use crate::domain::governance::Author;
use crate::domain::people::Means;

/// What somebody shows.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = LocalSignIn)]
struct SignIn {
    /// The address of the account.
    #[serde(default)]
    #[schema(value_type = String, required)]
    email: Field<String>,
    /// Its password.
    #[serde(default)]
    #[schema(value_type = String, required)]
    password: Field<String>,
    /// The code that the device shows.
    #[serde(default)]
    #[schema(value_type = String)]
    code: Field<String>,
    /// One of the recovery codes, instead.
    #[serde(default)]
    #[schema(value_type = String)]
    recovery_code: Field<String>,
}

impl Shape for SignIn {
    const IS_OBJECT: bool = true;
}

/// Why somebody does not come in.
#[derive(Debug, thiserror::Error)]
pub(super) enum LocalError {
    #[error("the body cannot be read")]
    Invalid(Vec<Violation>),
    #[error("people sign in by the provider here")]
    Off,
    #[error("something is wrong")]
    Refused,
    #[error("too many attempts")]
    TooEarly { until: Timestamp, seconds: i64 },
}

/// Answers 201 with the token of the new session; 400, 401, 403, 409, 429 or 503.
pub(super) async fn handler(State(api): State<Arc<Api>>, request: Request) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let JsonBody(body) = JsonBody::from_request(Request::from_parts(parts.clone(), body), &api).await?;
    let credentials = read(body)?;
    let door = door(&api)?;
    if !door.settings().local_accounts {
        return Err(LocalError::Off.into());
    }
    if same_origin(&parts.headers, door.settings()) == Some(false) {
        return Err(AuthError::NotOwn.into());
    }
    let now = api.clock.now();
    let address = client_address(&parts, door.settings());
    let person = door.sign_in(credentials, &address, now).await.map_err(|error| match error {
        SignInError::Refused => LocalError::Refused.into(),
        SignInError::TooEarly(until) => {
            let seconds = until.duration_since(now).as_secs().max(1);
            LocalError::TooEarly { until, seconds }.into()
        }
        SignInError::Failed(error) => failed(error),
    })?;
    let arrived = Arrived { person: &person.id, means: Means::Local, claimed: &[], id_token: None };
    let begun = begin(door, &parts, arrived, now).await?;
    let author = Author {
        actor: person.id.to_string(),
        name: person.name.to_string(),
        request: request_id(&parts.headers),
        ..Author::gateway("local", now)
    };
    let noted = api.store.note(&author, "session.begin", (&Tenant::Gateway, begun.1.id.as_str())).await;
    noted.map_err(store_failed)?;
    Ok(welcome(begun))
}

fn read(body: Value) -> Result<Credentials, LocalError> {
    let mut report = Report::default();
    let root = Pointer::root();
    let field = Field::<SignIn>::deserialize(body).unwrap_or(Field::WrongType);
    let request = report.required(field, &root).unwrap_or_default();
    let email = report.required(request.email, &root.field("email"));
    let password = report.required(request.password, &root.field("password"));
    let code = report.optional_string(request.code, &root.field("code"));
    let recovery = report.optional_string(request.recovery_code, &root.field("recoveryCode"));
    let code = match (code, recovery) {
        (Some(code), None) => Some(Code::Device(code)),
        (None, Some(code)) => Some(Code::Recovery(code)),
        _ => {
            report.add(&root.field("code"), "required", "is required, or recoveryCode instead");
            None
        }
    };
    match (email, password, code, report.is_clean()) {
        (Some(email), Some(password), Some(code), true) => Ok(Credentials { email, password, code }),
        _ => Err(LocalError::Invalid(report.into_violations())),
    }
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let body = json!({ "email": "anna.bianchi@comune.example", "password": "tre civette sul comò", "code": "123456" });
    let answer = Answer::json::<NewSession>(
        "The session has begun; its cookie is set.",
        json!({ "csrfToken": "sTqfVg", "endsAt": "2026-11-22T19:00:00Z" }),
    );
    let example = Violation { pointer: "/password".into(), code: "required", message: "is required".into() };
    Doc::new("signInLocally", "Sign in by a local account")
        .about(
            "For installations without a provider of sign-ins. What was wrong is not told, and each failure after \
             a few makes the next attempt wait longer. A code is taken once.",
        )
        .takes::<SignIn>(body)
        .answers(StatusCode::CREATED, answer)
        .refuses([
            LocalError::Invalid(vec![example]).into(),
            LocalError::Refused.into(),
            AuthError::NotOwn.into(),
            LocalError::Off.into(),
            LocalError::TooEarly { until: Timestamp::UNIX_EPOCH, seconds: 60 }.into(),
            NoDoor.into(),
        ])
}

impl From<LocalError> for Problem {
    fn from(error: LocalError) -> Self {
        match error {
            LocalError::Invalid(violations) => Problem::new(
                StatusCode::BAD_REQUEST,
                "Bad Request",
                "invalid_body",
                "The body cannot be carried out.",
            )
            .with_violations(violations),
            LocalError::Off => Problem::new(
                StatusCode::CONFLICT,
                "Conflict",
                "local_accounts_off",
                "People sign in by the provider here: go to /admin/v1/session/login.",
            ),
            LocalError::Refused => Problem::new(
                StatusCode::UNAUTHORIZED,
                "Unauthorized",
                "sign_in_refused",
                "The address, the password or the code is wrong, or the code was used before.",
            ),
            LocalError::TooEarly { until, seconds } => Problem::new(
                StatusCode::TOO_MANY_REQUESTS,
                "Too Many Requests",
                "too_many_attempts",
                "Too many attempts failed: try again later.",
            )
            .with_hold(until, seconds),
        }
    }
}
