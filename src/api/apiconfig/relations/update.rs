//! `PUT /creditorinstitutions/{creditorinstitutioncode}/stations/{stationcode}`: a relation is described anew.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::model::{RelationModel, RelationRequest, example, read};
use super::{doc_of_one, may_use, proposal};
use crate::api::Api;
use crate::api::access::Access;
use crate::api::apiconfig::names::Named;
use crate::api::apiconfig::reading::Invalid;
use crate::api::apiconfig::refusal::{Thing, failed};
use crate::api::body::JsonBody;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::governance::Wish;
use crate::domain::ids::StationCode;
use crate::store::Wanted;

/// The relation has more codes than the body could say: they would be lost.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the relation has several codes of one kind")]
struct MoreCodes;

/// Answers 200 with the relation, 400, 404 or 409.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Named((code, station)): Named<(String, String)>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let missing = || Thing::Relation.missing();
    let ec = FiscalCode::new(&code).map_err(|_| missing())?;
    let station = StationCode::new(&station).map_err(|_| missing())?;
    let relation = read(body, &ec, Some(&station))?;
    may_use(&api.store, &access, &station).await?;
    let before = api.store.relation(&ec, &station).await.map_err(failed)?.ok_or_else(missing)?;
    if !before.codes.fit_the_contract() {
        return Err(MoreCodes.into());
    }
    let proposals = [proposal(&ec, &station, Wish::Replace, Some(relation.wanted()))];
    let written = Thing::Relation.change(&api, &access, &proposals).await?;
    Ok(unkept(written.answer(|_| Json(RelationModel::from(&relation)).into_response())))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer = Answer::json::<RelationModel>("The relation.", example());
    doc_of_one("updateCreditorInstitutionStation", "Change how a station serves a creditor institution")
        .takes::<RelationRequest>(example())
        .answers(StatusCode::OK, answer)
        .answers(StatusCode::ACCEPTED, Answer::waiting())
        .refuses([Invalid::example("/segregation_code").into(), MoreCodes.into()])
}

impl From<MoreCodes> for Problem {
    fn from(_: MoreCodes) -> Self {
        Problem::new(
            StatusCode::CONFLICT,
            "Relation-Station conflict",
            "relation_has_more_codes",
            "The station serves several codes of one kind, which this contract cannot say: remove it and add it anew.",
        )
    }
}
