//! The refusal of what has to wait for a payment that may be under way.

use axum::http::StatusCode;
use jiff::Timestamp;

use crate::api::problem::Problem;
use crate::domain::hold::PaymentInProgress;

/// 409 with the title of the endpoint's conflicts, and when to ask again.
pub fn problem(title: &'static str, reason: PaymentInProgress) -> Problem {
    let detail = format!("The position stays as it is: {reason} (UTC).");
    Problem::new(StatusCode::CONFLICT, title, "payment_in_progress", detail)
        .with_hold(reason.until, reason.seconds)
}

/// Such a reason, to show how it is refused.
pub fn example() -> PaymentInProgress {
    let thirty_minutes = 30 * 60;
    let until = Timestamp::from_second(EXAMPLE + thirty_minutes).unwrap_or_default();
    PaymentInProgress { until, seconds: thirty_minutes }
}

/// 22 November 2026 at 10:20 in UTC.
const EXAMPLE: i64 = 1_795_342_800;
