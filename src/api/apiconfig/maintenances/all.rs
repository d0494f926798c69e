//! `GET /brokers/station-maintenances`: a page of what all brokers announced.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::Uri;

use super::list::{listed, said};
use super::model::ListModel;
use crate::api::Api;
use crate::api::access::Access;
use crate::api::openapi::Doc;
use crate::api::problem::Problem;

/// Answers 200 with the page; 400.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    uri: Uri,
) -> Result<Json<ListModel>, Problem> {
    listed(&api, &access, None, &uri).await
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    said(Doc::new("getAllStationsMaintenances", "List the maintenances of all stations"))
}
