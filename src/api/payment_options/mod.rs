//! Payment options: from one notice, every way to pay its debt (Payment Options for Organizations 0.7).

use super::openapi::{Heading, Method, Routes};

mod fault;
mod model;
mod verify;

/// Its heading in the documentation.
pub(super) const HEADING: Heading = ("Payment options", "Every way to pay the debt of a notice.");

/// The published file says POST and the node's manual says GET: both are answered.
pub(super) fn routes() -> Routes {
    let one = (HEADING.0, "/organizations/{organization-fiscal-code}/notices/{notice-number}");
    Routes::default().on(Method::Get, one, verify::handler, verify::doc("readPaymentOptions")).on(
        Method::Post,
        one,
        verify::handler,
        verify::doc("verifyPaymentOptions"),
    )
}
