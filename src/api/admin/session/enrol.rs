//! `POST /admin/v1/session/enrolment`: a local account is set up by the link of an invitation.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::failed;
use crate::admin::people::{EnrolError, FirstOperator};
use crate::api::Api;
use crate::api::access::{NoDoor, door};
use crate::api::body::JsonBody;
use crate::api::openapi::form::Text140;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::field::{Field, Shape};
use crate::api::positions::parse::report::{Coded, Pointer, Report};
use crate::api::positions::render::unkept;
use crate::api::problem::{Problem, Violation};
use crate::domain::people::{Email, EmailError, PasswordError};
use crate::domain::text::Text;

/// An account that is set up.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = NewLocalAccount)]
struct Enrol {
    /// The code that came with the invitation.
    #[serde(default)]
    #[schema(value_type = String, required)]
    link: Field<String>,
    /// The password: at least twelve characters, and none that is common.
    #[serde(default)]
    #[schema(value_type = String, required)]
    password: Field<String>,
    /// The code that the device shows.
    #[serde(default)]
    #[schema(value_type = String, required)]
    code: Field<String>,
    /// What people call the first operator; others are known by their invitation.
    #[serde(default)]
    #[schema(value_type = Text140)]
    name: Field<String>,
    /// The address of the first operator.
    #[serde(default)]
    #[schema(value_type = String)]
    email: Field<String>,
}

impl Shape for Enrol {
    const IS_OBJECT: bool = true;
}

/// An account that was set up.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = LocalAccount)]
struct EnrolledModel {
    /// The name of the person in this API.
    person: String,
    /// Codes that stand in for a lost device, each once. They are shown this once.
    recovery_codes: Vec<String>,
}

/// Why no account is set up.
#[derive(Debug, thiserror::Error)]
pub(super) enum EnrolProblem {
    #[error("the body cannot be carried out")]
    Invalid(Vec<Violation>),
    #[error("the link is not good")]
    NoLink,
    #[error("the address is another person's")]
    Taken,
    #[error("people sign in by the provider here")]
    Off,
}

impl EnrolProblem {
    pub fn example() -> Self {
        EnrolProblem::Invalid(vec![Violation {
            pointer: "/password".into(),
            code: "password_too_short",
            message: PasswordError::TooShort.to_string(),
        }])
    }

    fn at(field: &str, code: &'static str, message: &str) -> Self {
        let pointer = format!("/{field}");
        EnrolProblem::Invalid(vec![Violation { pointer, code, message: message.to_owned() }])
    }
}

struct Asked {
    link: String,
    password: String,
    code: String,
    first: Option<FirstOperator>,
}

/// Answers 201 with the recovery codes; 400, 404, 409 or 503.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let asked = read(body)?;
    let door = door(&api)?;
    if !door.settings().local_accounts {
        return Err(EnrolProblem::Off.into());
    }
    let shown = (asked.password.as_str(), asked.code.as_str());
    let enrolled =
        door.enrol(&asked.link, shown, asked.first.as_ref(), api.clock.now()).await.map_err(refused)?;
    let model = EnrolledModel { person: enrolled.person.to_string(), recovery_codes: enrolled.recovery };
    Ok(unkept((StatusCode::CREATED, Json(model)).into_response()))
}

fn read(body: Value) -> Result<Asked, EnrolProblem> {
    let mut report = Report::default();
    let root = Pointer::root();
    let field = Field::<Enrol>::deserialize(body).unwrap_or(Field::WrongType);
    let request = report.required(field, &root).unwrap_or_default();
    let link = report.required(request.link, &root.field("link"));
    let password = report.required(request.password, &root.field("password"));
    let code = report.required(request.code, &root.field("code"));
    let name: Option<Text<140>> = report.optional_text(request.name, &root.field("name"));
    let at = root.field("email");
    let email =
        report.optional_string(request.email, &at).and_then(|email| report.read(&at, Email::new(&email)));
    let first = name.zip(email).map(|(name, email)| FirstOperator { name, email });
    match (link, password, code, report.is_clean()) {
        (Some(link), Some(password), Some(code), true) => Ok(Asked { link, password, code, first }),
        _ => Err(EnrolProblem::Invalid(report.into_violations())),
    }
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let body = json!({ "link": "sTqfVg", "password": "tre civette sul comò", "code": "123456" });
    let answer = Answer::json::<EnrolledModel>(
        "The account is set up; other sessions and links of the person have ended.",
        json!({ "person": "0f1e2d3c4b5a69788796a5b4c3d2e1f0", "recoveryCodes": ["abcde-fghij-klmnop"] }),
    );
    Doc::new("enrol", "Set a local account up")
        .about("The link is used up by it. The first operator also says its name and address.")
        .takes::<Enrol>(body)
        .answers(StatusCode::CREATED, answer)
        .refuses([
            EnrolProblem::example().into(),
            EnrolProblem::NoLink.into(),
            EnrolProblem::Taken.into(),
            EnrolProblem::Off.into(),
            NoDoor.into(),
        ])
}

/// A refusal of the door as a problem.
pub(super) fn refused(error: EnrolError) -> Problem {
    match error {
        EnrolError::NoLink => EnrolProblem::NoLink,
        EnrolError::WrongCode => {
            EnrolProblem::at("code", "wrong_code", "is not what the device shows for the secret")
        }
        EnrolError::Password(error) => EnrolProblem::at("password", error.code(), &error.to_string()),
        EnrolError::Nameless => {
            EnrolProblem::at("email", "required", "is required, and name, of the first operator")
        }
        EnrolError::Taken => EnrolProblem::Taken,
        EnrolError::Failed(error) => return failed(error),
    }
    .into()
}

impl Coded for PasswordError {
    fn code(&self) -> &'static str {
        match self {
            PasswordError::TooShort => "password_too_short",
            PasswordError::TooLong => "password_too_long",
            PasswordError::Common => "password_common",
            PasswordError::Own => "password_of_address",
        }
    }
}

impl Coded for EmailError {
    fn code(&self) -> &'static str {
        "email_form"
    }
}

impl From<EnrolProblem> for Problem {
    fn from(error: EnrolProblem) -> Self {
        match error {
            EnrolProblem::Invalid(violations) => Problem::new(
                StatusCode::BAD_REQUEST,
                "Bad Request",
                "invalid_body",
                "The body cannot be carried out.",
            )
            .with_violations(violations),
            EnrolProblem::NoLink => Problem::new(
                StatusCode::NOT_FOUND,
                "Not Found",
                "unknown_link",
                "The link was used, has ended or never was: ask for another one.",
            ),
            EnrolProblem::Taken => Problem::new(
                StatusCode::CONFLICT,
                "Conflict",
                "person_exists",
                "Another person has this e-mail address.",
            ),
            EnrolProblem::Off => Problem::new(
                StatusCode::CONFLICT,
                "Conflict",
                "local_accounts_off",
                "People sign in by the provider here: go to /admin/v1/session/login.",
            ),
        }
    }
}
