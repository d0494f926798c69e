//! `POST /creditorinstitutions/{creditorinstitutioncode}/stations`: a station serves an institution from now on.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::model::{RelationModel, RelationRequest, example, read};
use super::{may_use, proposal};
use crate::api::Api;
use crate::api::access::Access;
use crate::api::apiconfig::institutions::doc_of;
use crate::api::apiconfig::names::Named;
use crate::api::apiconfig::reading::Invalid;
use crate::api::apiconfig::refusal::Thing;
use crate::api::body::JsonBody;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::governance::Wish;
use crate::store::Wanted;

/// Answers 201 with the relation, 400, 404 or 409.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Named(code): Named<String>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let ec = FiscalCode::new(&code).map_err(|_| Thing::Institution.missing())?;
    let relation = read(body, &ec, None)?;
    may_use(&api.store, &access, &relation.station).await?;
    let proposals = [proposal(&ec, &relation.station, Wish::Create, Some(relation.wanted()))];
    let written = Thing::Relation.change(&api, &access, &proposals).await?;
    let created = || (StatusCode::CREATED, Json(RelationModel::from(&relation))).into_response();
    Ok(unkept(written.answer(|_| created())))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer = Answer::json::<RelationModel>("The relation.", example());
    doc_of("createCreditorInstitutionStation", "Have a station serve a creditor institution")
        .about(
            "Each segregation code and each application code of an institution belongs to one station. Segregation \
             codes are 0 to 49 without 47. The caller must be allowed to do so for the institution and for the \
             broker of the station.",
        )
        .takes::<RelationRequest>(example())
        .answers(StatusCode::CREATED, answer)
        .answers(StatusCode::ACCEPTED, Answer::waiting())
        .refuses([
            Invalid::example("/segregation_code").into(),
            Thing::Station.missing(),
            Thing::Relation.exists(),
        ])
}
