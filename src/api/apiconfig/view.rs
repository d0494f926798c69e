//! `GET /creditorinstitutions/view`: institutions, brokers and stations in one flat list.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::HEADING;
use super::paging::{PageInfo, Paging, has};
use super::refusal::failed;
use crate::api::Api;
use crate::api::access::{Access, Needs, Of};
use crate::api::inbox::params::Params;
use crate::api::openapi::{Answer, Doc, Method, Routes, form};
use crate::api::positions::query::{BadQuery, number};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::access::{Permission, Tenant};
use crate::domain::notice_number::{AuxDigit, TwoDigits};
use crate::domain::registry::{RegisteredStation, Relation};

pub(super) fn routes() -> Routes {
    let place = (Method::Get, (HEADING.0, "/creditorinstitutions/view"));
    Routes::default().guarded(Needs::new(Permission::StationRead, Of::Own), place, handler, doc())
}

/// An institution on a station.
#[derive(Serialize, ToSchema)]
#[schema(as = CreditorInstitutionView)]
struct Row {
    /// The institution.
    creditor_institution_code: String,
    /// The broker of the station.
    broker_code: String,
    /// The station.
    station_code: String,
    /// The first digit of the notices; left out where the station serves several.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64)]
    aux_digit: Option<i64>,
    /// The application code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64)]
    application_code: Option<i64>,
    /// The segregation code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64)]
    segregation_code: Option<i64>,
    /// Whether spontaneous payments of the fourth model are made.
    mod4: bool,
    /// Whether payments pass through the station.
    station_enabled: bool,
}

impl Row {
    fn new(relation: &Relation, station: &RegisteredStation) -> Self {
        Row {
            creditor_institution_code: relation.ec.to_string(),
            broker_code: station.facts.broker.to_string(),
            station_code: relation.station.to_string(),
            aux_digit: relation.codes.aux_digit().map(AuxDigit::number),
            application_code: relation.codes.application().map(TwoDigits::number),
            segregation_code: relation.codes.segregation().map(TwoDigits::number),
            mod4: relation.flags.mod4,
            station_enabled: station.facts.enabled,
        }
    }
}

/// A page of the view.
#[derive(Serialize, ToSchema)]
#[schema(as = CreditorInstitutionsView)]
struct ViewPage {
    /// The rows of the page.
    creditor_institutions: Vec<Row>,
    /// Where the page stands.
    page_info: PageInfo,
}

/// Which rows are asked for.
struct Filter<'a> {
    ec: Option<&'a str>,
    broker: Option<&'a str>,
    station: Option<&'a str>,
    enabled: Option<bool>,
    mod4: Option<bool>,
    aux_digit: Option<u32>,
    application: Option<u32>,
    segregation: Option<u32>,
}

impl<'a> Filter<'a> {
    fn read(params: &'a Params) -> Result<Self, BadQuery> {
        let flag = BadQuery("The query parameters enabled and mod4 must be true or false.");
        let wrong = BadQuery("Aux digits in the query are numbers from 0 to 3, codes from 0 to 99.");
        let within = |name, most| -> Result<Option<u32>, BadQuery> {
            let Some(text) = params.one(name)? else { return Ok(None) };
            number(Some(text), 0, 0..=most, wrong).map(Some)
        };
        Ok(Filter {
            ec: params.one("creditorInstitutionCode")?,
            broker: params.one("paBrokerCode")?,
            station: params.one("stationCode")?,
            enabled: params.flag("enabled", flag)?,
            mod4: params.flag("mod4", flag)?,
            aux_digit: within("auxDigit", 3)?,
            application: within("applicationCode", 99)?,
            segregation: within("segregationCode", 99)?,
        })
    }

    fn takes(&self, relation: &Relation, station: &RegisteredStation) -> bool {
        let is = |wanted: Option<u32>, digit: AuxDigit| {
            let of = |link: crate::domain::registry::LinkCode| {
                link.aux_digit() == digit && link.code().map(TwoDigits::number) == wanted.map(i64::from)
            };
            wanted.is_none() || relation.codes.links().any(of)
        };
        let aux =
            |digit: u32| relation.codes.links().any(|link| link.aux_digit().number() == i64::from(digit));
        has(relation.ec.as_str(), self.ec)
            && has(station.facts.broker.as_str(), self.broker)
            && has(relation.station.as_str(), self.station)
            && self.enabled.is_none_or(|enabled| station.facts.enabled == enabled)
            && self.mod4.is_none_or(|mod4| relation.flags.mod4 == mod4)
            && self.aux_digit.is_none_or(aux)
            && is(self.application, AuxDigit::Zero)
            && is(self.segregation, AuxDigit::Three)
    }
}

/// Answers 200 with a page of rows: those of institutions and of brokers that the caller acts for.
async fn handler(State(api): State<Arc<Api>>, access: Access, uri: Uri) -> Result<Response, Problem> {
    let params = Params::read(&uri)?;
    let (paging, filter) = (Paging::read(&params)?, Filter::read(&params)?);
    let census = api.store.census().await.map_err(failed)?;
    let sees = |relation: &Relation, station: &RegisteredStation| {
        access.sees(&Tenant::Institution(relation.ec.clone()))
            || access.sees(&Tenant::Broker(station.facts.broker.clone()))
    };
    let rows = census
        .served()
        .filter(|(relation, station, _)| filter.takes(relation, station) && sees(relation, station));
    let rows = rows.map(|(relation, station, _)| Row::new(relation, station)).collect();
    let (creditor_institutions, page_info) = paging.of(rows);
    Ok(unkept(Json(ViewPage { creditor_institutions, page_info }).into_response()))
}

fn doc() -> Doc {
    let example = json!({
        "creditor_institutions": [{
            "creditor_institution_code": "99000010019", "broker_code": "99000020018",
            "station_code": "99000020018_01", "aux_digit": 3, "segregation_code": 2, "mod4": false,
            "station_enabled": true,
        }],
        "page_info": { "page": 0, "limit": 50, "items_found": 1, "total_pages": 1, "total_items": 1 },
    });
    let part = || form::example_text("990000");
    let doc = Doc::new("getCreditorInstitutionsView", "List institutions with their brokers and stations");
    Paging::documented(doc)
        .query("creditorInstitutionCode", part(), "Only institutions with this in their code.")
        .query("paBrokerCode", part(), "Only brokers with this in their code.")
        .query("stationCode", part(), "Only stations with this in their code.")
        .query("enabled", form::flag(), "Only stations that are enabled, or only the others.")
        .query("auxDigit", form::whole(0..=3), "Only with notices of this aux digit.")
        .query("applicationCode", form::whole(0..=99), "Only with this application code.")
        .query("segregationCode", form::whole(0..=99), "Only with this segregation code.")
        .query("mod4", form::flag(), "Only with or only without payments of the fourth model.")
        .answers(StatusCode::OK, Answer::json::<ViewPage>("The page.", example))
}
