//! `GET /stations/{stationcode}/creditorinstitutions/{creditorinstitutioncode}`: how a station serves one of
//! its institutions.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::doc_of;
use super::served::{Served, ServedPage, example_page, of_station};
use crate::api::Api;
use crate::api::apiconfig::institutions::INSTITUTION;
use crate::api::apiconfig::names::Named;
use crate::api::apiconfig::paging::Paging;
use crate::api::apiconfig::refusal::{Thing, failed};
use crate::api::openapi::{Answer, Doc, form};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;

/// Answers 200 with the institution, or 404.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    Named((station, code)): Named<(String, String)>,
) -> Result<Response, Problem> {
    let census = api.store.census().await.map_err(failed)?;
    let mut served = of_station(&census, &station)?;
    let found = served.find(|(relation, _)| relation.ec.as_str() == code);
    let (relation, institution) = found.ok_or_else(|| Thing::Relation.missing())?;
    let (creditor_institutions, page_info) = Paging::ONE.of(vec![Served::new(relation, institution)]);
    Ok(unkept(Json(ServedPage { creditor_institutions, page_info }).into_response()))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let about = "Fiscal code of the creditor institution.";
    doc_of("getStationCreditorInstitution", "Read how a station serves an institution")
        .path(INSTITUTION, form::institution(), about)
        .answers(
            StatusCode::OK,
            Answer::json::<ServedPage>("A page with the institution, and how it is served.", example_page()),
        )
        .refuses([Thing::Relation.missing()])
}
