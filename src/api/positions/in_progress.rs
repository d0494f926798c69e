//! The refusal of what has to wait for a payment that may be under way.

use axum::http::StatusCode;

use crate::api::problem::Problem;
use crate::domain::hold::PaymentInProgress;

/// 409 with the title of the endpoint's conflicts, and when to ask again.
pub fn problem(title: &'static str, reason: PaymentInProgress) -> Problem {
    let detail = format!("The position stays as it is: {reason} (UTC).");
    Problem::new(StatusCode::CONFLICT, title, "payment_in_progress", detail)
        .with_hold(reason.until, reason.seconds)
}
