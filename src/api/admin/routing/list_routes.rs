//! `GET /routing/routes`: who answers, answered and will answer for the notices of the caller's institutions.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::model::{self, RouteModel, RoutesModel, Stands, StateWord, route_example};
use super::owner;
use super::refusal::Missing;
use crate::api::Api;
use crate::api::access::Access;
use crate::api::inbox::params::Params;
use crate::api::openapi::{Answer, Doc, form};
use crate::api::positions::query::BadQuery;
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::ids::StationCode;
use crate::domain::routing::{PartnerId, RouteState};
use crate::store::RouteRecord;
use utoipa::PartialSchema;

/// Which routes are asked for.
#[derive(Default)]
struct Asked {
    ec: Option<FiscalCode>,
    station: Option<StationCode>,
    partner: Option<PartnerId>,
    state: Option<RouteState>,
}

impl Asked {
    fn read(uri: &Uri) -> Result<Self, BadQuery> {
        let params = Params::read(uri)?;
        let ec = BadQuery("The query parameter ec must be the fiscal code of a creditor institution.");
        let station = BadQuery("The query parameter station must be the code of a station.");
        let partner = BadQuery("The query parameter partner must be the name of a partner.");
        let state = BadQuery("The query parameter state must be planned, overlap, in_force or past.");
        Ok(Asked {
            ec: params.word("ec", |text| FiscalCode::new(text).ok(), ec)?,
            station: params.word("station", |text| StationCode::new(text).ok(), station)?,
            partner: params.word("partner", |text| PartnerId::new(text).ok(), partner)?,
            state: params.word("state", RouteState::from_word, state)?,
        })
    }

    fn takes(&self, record: &RouteRecord, state: RouteState) -> bool {
        let route = &record.route;
        self.ec.as_ref().is_none_or(|ec| *ec == route.ec)
            && self.station.as_ref().is_none_or(|station| *station == route.station)
            && self.partner.as_ref().is_none_or(|partner| route.handler.partner() == Some(partner))
            && self.state.is_none_or(|wanted| wanted == state)
    }
}

/// Answers 200 with all that the caller may see and asks for; 400 if a parameter is wrong.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    uri: Uri,
) -> Result<Response, Problem> {
    let asked = Asked::read(&uri)?;
    let mut records = api.store.route_records().await.map_err(Missing::from)?;
    records.retain(|record| access.sees(&owner(record)));
    let stands = Stands::of(&records, access.now);
    let shown = records.iter().filter(|record| asked.takes(record, stands.of_route(record)));
    let routes = shown.map(|record| RouteModel::new(record, &stands)).collect();
    Ok(unkept(Json(RoutesModel { routes }).into_response()))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer = Answer::json::<RoutesModel<'static>>(
        "The routes of the caller's institutions.",
        json!({ "routes": [route_example()] }),
    );
    Doc::new("listRoutes", "List who answers for which notices")
        .about("For notices of which no route says otherwise the gateway answers itself.")
        .query("ec", form::institution(), "Only those of this institution.")
        .query("station", form::example_text("99000040017_01"), "Only those of this station.")
        .query("partner", form::example_text(model::PARTNER), "Only those by which this partner answers.")
        .query("state", form::or_empty(StateWord::schema()), "Only those that stand there.")
        .answers(StatusCode::OK, answer)
        .refuses([BadQuery("The query parameter state must be planned, overlap, in_force or past.").into()])
}
