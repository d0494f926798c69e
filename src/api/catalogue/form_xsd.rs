//! `GET …/form.xsd`: the schema of the documents in which the node hands over what the payer filled in.

use axum::http::StatusCode;
use axum::response::Response;

use super::shown::{self, Shown};
use super::{Missing, of_offering};
use crate::api::apiconfig::names::Named;
use crate::api::openapi::{Answer, Doc};
use crate::api::problem::Problem;

/// Answers 200 with the schema; 404 if the offering cannot be asked for now.
pub(super) async fn handler(
    Named((ec, service)): Named<(String, String)>,
    shown: Shown,
) -> Result<Response, Problem> {
    let offered = shown.offered(&ec, &service)?;
    let xsd = shown.shelf.xsd_of(&offered.listed.service).ok_or(Missing)?;
    Ok(shown.file("application/xml", xsd.as_bytes().to_vec()))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer =
        Answer::empty("The schema of datiSpecificiServizio.").or_text("application/xml", "<xs:schema>…");
    shown::doc(of_offering(Doc::new("readCatalogueFormXsd", "Read the form of a service as a schema of XML")))
        .answers(StatusCode::OK, shown::told(answer))
}
