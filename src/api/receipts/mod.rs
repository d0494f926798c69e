//! Receipts for creditor institutions to read (published contract "Payments receipts", GPD payments 0.12).
//!
//! An institution reads its own copies: those of its notices, and those it got as a secondary beneficiary.

use super::openapi::{Heading, Method, Routes};

pub(super) mod cursor;
pub(super) mod detail;
pub(super) mod list;
pub(super) mod model;

/// Its heading in the documentation.
pub(super) const HEADING: Heading = ("Receipts", "Receipts of payments (GPD payments receipts service).");

/// The parameter of paths that names the institution.
const ORGANIZATION: &str = "organizationfiscalcode";

pub(super) fn routes() -> Routes {
    let all = "/payments/{organizationfiscalcode}/receipts";
    let one = format!("{all}/{{iuv}}");
    Routes::default().on(Method::Get, (HEADING.0, all), list::handler, list::doc()).on(
        Method::Get,
        (HEADING.0, &one),
        detail::handler,
        detail::doc(),
    )
}

/// The status word of the published contract: a receipt that says that nothing was paid is only there.
const fn status(executed: bool) -> &'static str {
    if executed { "PAID" } else { "CREATED" }
}
