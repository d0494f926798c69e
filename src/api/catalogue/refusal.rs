//! Why something is not quoted or no notice is made of it.

use axum::http::StatusCode;

use super::Missing;
use crate::api::auth::AuthError;
use crate::api::problem::{Problem, Violation};
use crate::catalogue::desk::DeskError;
use crate::catalogue::price::{self, PriceError};
use crate::domain::catalogue::form::FormError;
use crate::domain::catalogue::offering::Closed;

/// Why not.
#[derive(Debug, thiserror::Error)]
pub(in crate::api) enum Refusal {
    #[error("the body is wrong in {} places", .0.len())]
    Body(Vec<Violation>),
    #[error("nothing of that name can be asked for now")]
    Missing,
    #[error(transparent)]
    Auth(#[from] AuthError),
    #[error(transparent)]
    Desk(#[from] DeskError),
}

impl From<Missing> for Refusal {
    fn from(_: Missing) -> Self {
        Refusal::Missing
    }
}

/// What is wrong with what was filled in, with places in the body.
pub(super) fn violations(errors: &[FormError]) -> Vec<Violation> {
    errors.iter().map(|error| violation("/inputs", error)).collect()
}

/// One of them, below a place of the body.
fn violation(at: &str, error: &FormError) -> Violation {
    let pointer = match &error.field {
        Some(field) => format!("{at}/{field}"),
        None => at.to_owned(),
    };
    Violation { pointer, code: error.code, message: error.message.clone() }
}

fn wrong_body(violations: Vec<Violation>) -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "Bad Request",
        "invalid_inputs",
        "What was filled in is wrong; the violations name every place.",
    )
    .with_violations(violations)
}

/// What the endpoints can answer, as examples.
pub(super) fn problems() -> Vec<Problem> {
    let message = "must be filled in".to_owned();
    let wrong = Violation { pointer: "/inputs/amount".into(), code: "required", message };
    let refused = price::Refusal::NoPrice;
    vec![
        wrong_body(vec![wrong]),
        not_open(Closed::Suspended),
        refused_price(&refused),
        unavailable(),
        wrong_price(),
        nowhere(),
    ]
}

fn not_open(closed: Closed) -> Problem {
    let detail = match closed {
        Closed::Draft | Closed::Ended => "The service is not provided any more.",
        Closed::NotYet => "The service is not provided yet.",
        Closed::Suspended => "The service is suspended for now.",
    };
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "Unprocessable Entity", "service_not_open", detail)
}

fn refused_price(refusal: &price::Refusal) -> Problem {
    let problem = Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "Unprocessable Entity",
        "no_price",
        format!("There is no price for what was filled in: {refusal}."),
    );
    let price::Refusal::Limits { field, .. } = refusal else { return problem };
    let (pointer, message) = (format!("/inputs/{field}"), refusal.to_string());
    problem.with_violations(vec![Violation { pointer, code: "amount_limits", message }])
}

fn unavailable() -> Problem {
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "Service Unavailable",
        "price_unavailable",
        "The creditor institution did not say what it costs: try again later. Nothing was created.",
    )
}

fn wrong_price() -> Problem {
    Problem::new(
        StatusCode::BAD_GATEWAY,
        "Bad Gateway",
        "price_wrong",
        "What the creditor institution says it costs cannot be charged. Nothing was created.",
    )
}

fn nowhere() -> Problem {
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "Unprocessable Entity",
        "no_station",
        "No station of the creditor institution serves the notices of the service, or none that your API key \
         may use.",
    )
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Body(violations) => wrong_body(violations),
            Refusal::Missing => Missing.into(),
            Refusal::Auth(error) => error.into(),
            Refusal::Desk(error) => error.into(),
        }
    }
}

impl From<DeskError> for Problem {
    fn from(error: DeskError) -> Self {
        match error {
            // What is a draft is nobody's business.
            DeskError::Unknown | DeskError::NotOpen(Closed::Draft) => Missing.into(),
            DeskError::NotOpen(closed) => not_open(closed),
            DeskError::Inputs(errors) => wrong_body(violations(&errors)),
            DeskError::Price(PriceError::Refused(refusal)) => refused_price(&refusal),
            DeskError::Price(PriceError::Unavailable(error)) => {
                tracing::info!(%error, "no price");
                unavailable()
            }
            DeskError::Price(error @ PriceError::Wrong(_)) => {
                tracing::warn!(%error, "no price");
                wrong_price()
            }
            DeskError::Order(error) => {
                tracing::warn!(%error, "no price");
                wrong_price()
            }
            DeskError::NoLink(_) => nowhere(),
            DeskError::Unnumbered => Problem::internal("INTERNAL SERVER ERROR", &error),
            DeskError::Store(error) => Problem::internal("INTERNAL SERVER ERROR", &error),
        }
    }
}
