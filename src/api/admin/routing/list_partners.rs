//! `GET /routing/partners`: the systems behind the gateway of the caller's tenants.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::model::{PartnerModel, PartnersModel, partner_example};
use super::refusal::Missing;
use crate::api::Api;
use crate::api::access::Access;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;

/// Answers 200 with all that the caller may see.
pub(super) async fn handler(State(api): State<Arc<Api>>, access: Access) -> Result<Response, Problem> {
    let mut records = api.store.partner_records().await.map_err(Missing::from)?;
    records.retain(|record| access.sees(&record.partner.owner));
    let routes = api.store.route_records().await.map_err(Missing::from)?;
    let partners = records.iter().map(|record| PartnerModel::new(record, &routes, access.now)).collect();
    Ok(unkept(Json(PartnersModel { partners }).into_response()))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer = Answer::json::<PartnersModel<'static>>(
        "The partners of the caller's tenants, without any password.",
        json!({ "partners": [partner_example()] }),
    );
    Doc::new("listPartners", "List the systems behind the gateway").answers(StatusCode::OK, answer)
}
