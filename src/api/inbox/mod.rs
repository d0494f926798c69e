//! The inbox: every receipt as it came, and what did not fit, for the people of the back office. Ours.
//!
//! What belongs to an institution is below its code; messages that name no institution of this installation
//! are below `gateway`, for keys that open every institution and every notice.

use super::auth::AuthError;
use super::openapi::{Doc, Heading, Method, Routes};
use super::problem::unknown_path;

mod act;
mod anomalies;
mod anomaly;
mod anomaly_message;
mod desk;
mod message;
mod model;
mod note;
mod page;
pub(super) mod params;
mod receipt;
mod receipts;
mod reopening;
mod resolution;

pub(super) use params::Params;

/// Its heading in the documentation.
pub(super) const HEADING: Heading =
    ("Inbox", "Every receipt with its class, and what did not fit: to find, print, note and resolve.");

/// The parameter of paths that names the institution.
const ORGANIZATION: &str = "organizationfiscalcode";

/// Whose anomalies an endpoint is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Institution,
    Gateway,
}

pub(super) fn routes() -> Routes {
    let all = "/organizations/{organizationfiscalcode}/receipts";
    let one = format!("{all}/{{receiptId}}");
    let message = format!("{one}/message");
    let routes = Routes::default()
        .on(Method::Get, (HEADING.0, all), receipts::handler, receipts::doc())
        .on(Method::Get, (HEADING.0, &one), receipt::handler, receipt::doc())
        .on(Method::Get, (HEADING.0, &message), message::handler, message::doc());
    let routes = anomalies_at(routes, "/organizations/{organizationfiscalcode}/anomalies", Side::Institution);
    anomalies_at(routes, "/gateway/anomalies", Side::Gateway)
}

fn anomalies_at(routes: Routes, all: &str, side: Side) -> Routes {
    let one = format!("{all}/{{anomalyId}}");
    let below = |name: &str| format!("{one}/{name}");
    routes
        .on(Method::Get, (HEADING.0, all), anomalies::handler, anomalies::doc(side))
        .on(Method::Get, (HEADING.0, &one), anomaly::handler, anomaly::doc(side))
        .on(Method::Get, (HEADING.0, &below("message")), anomaly_message::handler, anomaly_message::doc(side))
        .on(Method::Post, (HEADING.0, &below("notes")), note::handler, note::doc(side))
        .on(Method::Post, (HEADING.0, &below("resolution")), resolution::handler, resolution::doc(side))
        .on(Method::Post, (HEADING.0, &below("reopening")), reopening::handler, reopening::doc(side))
}

/// Begins what is said of an endpoint for anomalies.
fn doc_of(side: Side, id: &str, summary: &str) -> Doc {
    match side {
        Side::Institution => Doc::new(id, summary).organization(ORGANIZATION),
        Side::Gateway => {
            let summary = format!("{summary} that belongs to no institution");
            Doc::new(format!("{id}OfGateway"), &summary).refuses([
                AuthError::NoKey.into(),
                AuthError::UnknownKey.into(),
                AuthError::Forbidden.into(),
                unknown_path(),
            ])
        }
    }
}
