//! `POST …/quote`: what something would cost, without making anything of it.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::asked::{self, DemandRequest};
use super::caller::Caller;
use super::paid_model::{QuoteModel, ShareModel};
use super::refusal::{self, Refusal};
use super::{examples, of_offering};
use crate::api::Api;
use crate::api::body::JsonBody;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::catalogue::desk::Quoted;
use crate::domain::rome;
use crate::domain::segregation::Segregation;

/// Answers 200 with amount and shares; 400 with everything that is wrong, 404, 422, 502 or 503.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    _: Caller,
    Path((ec, service)): Path<(String, String)>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let asked = asked::read(&api, (&ec, &service), Segregation::Every, &body)?;
    let quoted = api.desk.quote(&asked, api.clock.now()).await.map_err(Refusal::from)?;
    Ok(unkept(Json(model(&quoted)).into_response()))
}

fn model(quoted: &Quoted) -> QuoteModel {
    QuoteModel {
        amount: quoted.charge.amount().get(),
        description: quoted.description.to_string(),
        due_date: rome::day(quoted.due).to_string(),
        shares: quoted.charge.shares().iter().map(ShareModel::new).collect(),
    }
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer = Answer::json::<QuoteModel>("What it would cost.", examples::quote());
    of_offering(Doc::new("quoteCatalogueService", "Ask what a service would cost"))
        .about("Judges what was filled in as a payment does. Nothing is kept of it.")
        .takes::<DemandRequest>(examples::demand())
        .answers(StatusCode::OK, answer)
        .refuses(refusal::problems())
}
