//! `POST /cdis/check`: the catalogue of a payment service provider (catalogo dati informativi), checked and not
//! kept: it is not for institutions to hand in.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::model::{CheckModel, checks_example, schema_item};
use crate::api::access::Needs;
use crate::api::apiconfig::HEADING;
use crate::api::imports::upload::{self, Upload};
use crate::api::openapi::{Answer, Doc, Method, Routes};
use crate::api::positions::render::unkept;
use crate::documents::read_catalogues;
use crate::domain::document::check_catalogue;

pub(super) fn routes() -> Routes {
    let place = (Method::Post, (HEADING.0, "/cdis/check"));
    Routes::default().guarded(Needs::known(), place, handler, doc())
}

/// Answers 200 with everything that the catalogue says, and whether it can stand.
async fn handler(upload: Upload) -> Response {
    let items: Vec<CheckModel> = match read_catalogues(&upload.bytes) {
        Err(refused) => vec![schema_item(Some(&refused))],
        Ok(catalogues) => {
            let items = catalogues.iter().flat_map(check_catalogue).map(CheckModel::from);
            std::iter::once(schema_item(None)).chain(items).collect()
        }
    };
    unkept(Json(items).into_response())
}

fn doc() -> Doc {
    upload::documented(Doc::new("verifyCdi", "Check the catalogue of a payment service provider"))
        .about("Against its schema, and whether its name, provider and days agree; nothing is kept.")
        .answers(StatusCode::OK, Answer::list::<CheckModel>("What it says.", checks_example()))
}
