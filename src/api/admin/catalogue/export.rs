//! `GET …/catalogue/CatalogoServizi.xml`: what payment service providers see of the catalogue.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use super::refusal::failed;
use crate::api::Api;
use crate::api::access::Access;
use crate::api::admin::accounts::terms::{UnknownInstitution, known_institution};
use crate::api::inbox::params::Params;
use crate::api::openapi::{Answer, Doc, form};
use crate::api::positions::query::BadQuery;
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::catalogue::listing::listed;
use crate::catalogue::view::Offered;
use crate::documents::{Unwritable, Version, write_services};
use crate::domain::access::Tenant;

/// Why there is no document.
#[derive(Debug, thiserror::Error)]
enum ExportError {
    /// Nothing is published, and the version has no document for that.
    #[error("nothing is listed")]
    Nothing,
    /// A fact does not fit.
    #[error(transparent)]
    NoRoom(#[from] Unwritable),
}

const WRONG_VERSION: BadQuery = BadQuery("The query parameter version must be 2.0.0 or 1.");

/// Answers 200 with the document; 400 or 404.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    uri: Uri,
) -> Result<Response, Problem> {
    let params = Params::read(&uri)?;
    let version = params.word("version", Version::named, WRONG_VERSION)?.unwrap_or_default();
    let only = params.one("organization")?.map(|code| known_institution(&access, code)).transpose()?;
    let catalogue = api.catalogue.refresh(&api.store).await.map_err(failed)?;
    let takes = |offered: &Offered| {
        let ec = &offered.offering.ec;
        only.as_ref().is_none_or(|only| only == ec) && access.sees(&Tenant::Institution(ec.clone()))
    };
    let document = write_services(&listed(&catalogue, takes, access.now), version);
    let document = document.map_err(ExportError::from)?.ok_or(ExportError::Nothing)?;
    Ok(xml(document))
}

/// A document as an answer.
pub(super) fn xml(document: Vec<u8>) -> Response {
    let kind = [(header::CONTENT_TYPE, HeaderValue::from_static("application/xml"))];
    unkept((kind, document).into_response())
}

impl From<ExportError> for Problem {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Nothing => Problem::new(
                StatusCode::NOT_FOUND,
                "Not Found",
                "nothing_listed",
                "No offering is published that the node knows by name, and version 2.0.0 has no empty document.",
            ),
            ExportError::NoRoom(_) => Problem::new(
                StatusCode::CONFLICT,
                "Conflict",
                "no_room",
                "Something in the catalogue is longer than the document can say.",
            ),
        }
    }
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer = Answer::empty("The document.").or_text("application/xml", "<listaCatalogoServizi/>");
    Doc::new("exportServiceCatalogue", "Read the catalogue as payment service providers see it")
        .about(
            "CatalogoServizi with the published offerings that have an idSoggettoServizio, of services whose name \
             is an idServizio. One whose first day is to come is in it; what is suspended or over is not.",
        )
        .query("version", form::words(["2.0.0", "1"], "Which document; 2.0.0 if left out."), "The version.")
        .query("organization", form::or_empty(form::institution()), "Only what this institution offers.")
        .answers(StatusCode::OK, answer)
        .refuses([WRONG_VERSION.into(), UnknownInstitution.into(), ExportError::Nothing.into()])
}
