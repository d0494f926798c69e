//! `POST /admin/v1/session/enrolment/look`: what a link of an invitation is for.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::enrol::{EnrolProblem, refused};
use crate::admin::people::Enrolling;
use crate::api::Api;
use crate::api::access::{NoDoor, door};
use crate::api::body::JsonBody;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::field::{Field, Shape};
use crate::api::positions::parse::report::{Pointer, Report};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;

/// The code of a link.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = EnrolmentLink)]
struct Look {
    /// The code that came with the invitation.
    #[serde(default)]
    #[schema(value_type = String, required)]
    link: Field<String>,
}

impl Shape for Look {
    const IS_OBJECT: bool = true;
}

/// What a link is for.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Enrolment)]
struct EnrolmentModel<'a> {
    /// The person's name; not there for the first operator, who says who it is.
    #[schema(value_type = String, required = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    /// Its address.
    #[schema(value_type = String, required = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    /// The secret that the device is given, to be typed.
    #[schema(value_type = String)]
    secret: &'a str,
    /// The same as an address, to be shown as a QR code.
    #[schema(value_type = String)]
    uri: &'a str,
}

/// Answers 200; 400, 404 or 503.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let mut report = Report::default();
    let root = Pointer::root();
    let field = Field::<Look>::deserialize(body).unwrap_or(Field::WrongType);
    let request = report.required(field, &root).unwrap_or_default();
    let link = report.required(request.link, &root.field("link"));
    let link = link.ok_or_else(|| EnrolProblem::Invalid(report.into_violations()))?;
    let found = door(&api)?.enrolling(&link, api.clock.now()).await.map_err(refused)?;
    let Enrolling { person, secret, uri } = &found;
    let model = EnrolmentModel {
        name: person.as_ref().map(|person| person.name.as_str()),
        email: person.as_ref().map(|person| person.email.as_str()),
        secret,
        uri,
    };
    Ok(unkept(Json(model).into_response()))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer = Answer::json::<EnrolmentModel<'static>>(
        "Who the link is for, and what to give an authenticator.",
        json!({
            "name": "Anna Bianchi", "email": "anna.bianchi@comune.example", "secret": "JBSWY3DPEHPK3PXP",
            "uri": "otpauth://totp/Varco:anna.bianchi@comune.example?secret=JBSWY3DPEHPK3PXP&issuer=Varco",
        }),
    );
    Doc::new("lookAtEnrolment", "Look at an invitation")
        .about("The secret follows from the link, so that looking changes nothing.")
        .takes::<Look>(json!({ "link": "sTqfVg" }))
        .answers(StatusCode::OK, answer)
        .refuses([EnrolProblem::example().into(), EnrolProblem::NoLink.into(), NoDoor.into()])
}
