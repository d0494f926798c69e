//! `GET /brokers/{brokerCode}/creditor_institutions`: which institutions a broker's stations serve, and how.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::{Page, PageInfo, doc as doc_of};
use crate::api::Api;
use crate::api::access::Access;
use crate::api::admin::accounts::failed;
use crate::api::apiconfig::ibans::model::{LocalInstant, local};
use crate::api::apiconfig::maintenances::known_broker;
use crate::api::openapi::form::{form, words};
use crate::api::openapi::{Answer, Doc};
use crate::api::problem::Problem;
use crate::domain::ids::BrokerCode;
use crate::domain::party::PrimitiveVersion;
use crate::domain::registry::{
    Address, BrokerFacts, Census, InstitutionFacts, Redirect, RegisteredStation, Relation, Target, Visible,
};

/// Whether a station is switched on.
enum StationWord {}
form!(
    StationWord,
    "ExternalStationState",
    words(["enabled", "disabled"], "Whether the node may come through it.")
);

/// An institution, served by a station.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ExternalInstitution)]
struct InstitutionModel {
    /// Name of the institution.
    company_name: String,
    /// Its fiscal code.
    tax_code: String,
    /// Whether its broker is another.
    intermediated: bool,
    /// Name of the broker.
    broker_company_name: String,
    /// Code of the broker.
    broker_tax_code: String,
    /// 4 where spontaneous payments of the fourth model are allowed, else 3.
    model: i32,
    /// The layouts of its notices: 0, 1, 2, 3 or 0/3.
    aux_digit: String,
    /// The segregation code of its notices.
    #[serde(skip_serializing_if = "Option::is_none")]
    segregation_code: Option<String>,
    /// The application code of its notices.
    #[serde(skip_serializing_if = "Option::is_none")]
    application_code: Option<String>,
    /// The code by which home banking finds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    cbill_code: Option<String>,
    /// The station.
    station_id: String,
    /// Whether the station is switched on.
    #[schema(value_type = StationWord)]
    station_state: &'static str,
    /// When the station was first switched on; left out if that was before anybody looked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = LocalInstant)]
    activation_date: Option<String>,
    /// Which generation of stations it is of.
    version: String,
    /// Whether copies of receipts come here that are another station's.
    broadcast: bool,
    /// Whether it can be paid at payment service providers.
    psp_payment: bool,
    /// Where it listens for receipts of the first model.
    #[serde(rename = "endpointRT", skip_serializing_if = "Option::is_none")]
    endpoint_rt: Option<String>,
    /// Where payers come back to.
    #[serde(skip_serializing_if = "Option::is_none")]
    endpoint_redirect: Option<String>,
    /// Where it listens for the questions and receipts of notices.
    #[serde(rename = "endpointMU", skip_serializing_if = "Option::is_none")]
    endpoint_mu: Option<String>,
    /// Which version of get and receipt the node uses.
    primitive_version: i32,
    /// Whether the institution is switched on.
    ci_status: bool,
}

/// A page of institutions.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ExternalInstitutions)]
pub(super) struct InstitutionsModel {
    /// Each of them, once for each station.
    creditor_institutions: Vec<InstitutionModel>,
    /// Where the page is.
    page_info: PageInfo,
}

/// Answers 200 with the page; 400 or 404.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Path(code): Path<String>,
    uri: Uri,
) -> Result<Json<InstitutionsModel>, Problem> {
    let broker = known_broker(&access, &code)?;
    let page = Page::read(&uri)?;
    let census = api.store.census().await.map_err(failed)?;
    let served = served(&census, &broker);
    let total = u64::try_from(served.len()).unwrap_or(u64::MAX);
    let (skipped, most) = (usize::try_from(page.offset()), usize::try_from(page.limit));
    let (skipped, most) = (skipped.unwrap_or(usize::MAX), most.unwrap_or(usize::MAX));
    let shown = served.into_iter().skip(skipped).take(most);
    let creditor_institutions = shown.map(|(facts, row)| InstitutionModel::new(facts, row)).collect();
    Ok(Json(InstitutionsModel { creditor_institutions, page_info: page.info(total) }))
}

type Row<'a> = (&'a Relation, &'a RegisteredStation, &'a InstitutionFacts);

/// What a broker's stations serve, by institution and station.
fn served<'a>(census: &'a Census, broker: &BrokerCode) -> Vec<(&'a BrokerFacts, Row<'a>)> {
    let own = census.served().filter(|(_, station, _)| station.facts.broker == *broker);
    let mut rows: Vec<_> = own.filter_map(|row| Some((census.broker_of(&row.1.facts)?, row))).collect();
    rows.sort_by(|(_, (one, ..)), (_, (other, ..))| {
        (&one.ec, &one.station).cmp(&(&other.ec, &other.station))
    });
    rows
}

impl InstitutionModel {
    fn new(broker: &BrokerFacts, (relation, registered, institution): Row<'_>) -> Self {
        let station = &registered.facts;
        InstitutionModel {
            company_name: institution.name.to_string(),
            tax_code: institution.ec.to_string(),
            intermediated: station.broker.as_str() != institution.ec.as_str(),
            broker_company_name: broker.description.to_string(),
            broker_tax_code: broker.code.to_string(),
            model: if relation.flags.mod4 { 4 } else { 3 },
            aux_digit: relation.codes.aux_digits(),
            segregation_code: relation.codes.segregation().map(|code| code.to_string()),
            application_code: relation.codes.application().map(|code| code.to_string()),
            cbill_code: institution.cbill.as_ref().map(|code| code.as_str().to_owned()),
            station_id: station.code.to_string(),
            station_state: if station.enabled { "enabled" } else { "disabled" },
            activation_date: registered.activated_at.map(local),
            version: station.version.number().to_string(),
            broadcast: relation.flags.broadcast,
            psp_payment: institution.psp_payment,
            endpoint_rt: target(&station.target),
            endpoint_redirect: redirect(&station.redirect),
            endpoint_mu: target(&station.target_pof),
            primitive_version: match station.primitives {
                PrimitiveVersion::V1 => 1,
                PrimitiveVersion::V2 => 2,
            },
            ci_status: institution.enabled,
        }
    }
}

/// Where a system listens, as a URL. The host may be the whole beginning of one.
fn target(target: &Target) -> Option<String> {
    let host = target.host.as_ref()?.as_str();
    let scheme = if host.contains("://") { "" } else { "https://" };
    let port = target.port.map(|port| format!(":{}", port.number())).unwrap_or_default();
    Some(format!("{scheme}{host}{port}{}", path(target.path.as_ref().map(Visible::as_str))))
}

/// Where payers come back to, as a URL.
fn redirect(redirect: &Redirect) -> Option<String> {
    let Address { protocol, host, port, path: page } = &redirect.address;
    let scheme = protocol.map_or("https", |protocol| match protocol.name() {
        "HTTP" => "http",
        _ => "https",
    });
    let port = port.map(|port| format!(":{}", port.number())).unwrap_or_default();
    let query = redirect.query.as_ref().map(|query| format!("?{}", query.as_str())).unwrap_or_default();
    let page = path(page.as_ref().map(Visible::as_str));
    Some(format!("{scheme}://{}{port}{page}{query}", host.as_ref()?.as_str()))
}

fn path(path: Option<&str>) -> String {
    path.map(|path| format!("/{}", path.trim_start_matches('/'))).unwrap_or_default()
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer = json!({
        "creditorInstitutions": [{
            "companyName": "Comune di Borgo", "taxCode": "99000010019", "intermediated": true,
            "brokerCompanyName": "Regione", "brokerTaxCode": "99000040017", "model": 3, "auxDigit": "3",
            "segregationCode": "02", "stationId": "99000040017_01", "stationState": "enabled",
            "activationDate": "2026-11-22T11:00:00+01:00", "version": "2", "broadcast": false,
            "pspPayment": true, "endpointMU": "https://pay.example.it:443/pof", "primitiveVersion": 2,
            "ciStatus": true,
        }],
        "pageInfo": { "page": 0, "limit": 10, "totalElements": 1, "totalPages": 1 },
    });
    doc_of("getBrokerInstitutions", "List the institutions that a broker serves").answers(
        StatusCode::OK,
        Answer::json::<InstitutionsModel>("As they are now, by institution and station.", answer),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::registry::{Port, Protocol};

    fn visible<const MAX: usize>(text: &str) -> Option<Visible<MAX>> {
        Visible::new(text).ok()
    }

    #[test]
    fn an_endpoint_is_written_as_a_url_however_it_was_registered() {
        let at =
            |host, port, path| Target { host: visible(host), port: Port::new(port), path: visible(path) };
        assert_eq!(target(&at("pay.example.it", 8443, "pof")).unwrap(), "https://pay.example.it:8443/pof");
        assert_eq!(target(&at("http://pay.example.it", 0, "/pof")).unwrap(), "http://pay.example.it/pof");
        assert_eq!(target(&Target::default()), None);
        let (protocol, port) = (Some(Protocol::Http), Port::new(80));
        let address = Address { protocol, host: visible("pay.example.it"), port, path: visible("back") };
        let back = Redirect { address, query: visible("a=b") };
        assert_eq!(redirect(&back).unwrap(), "http://pay.example.it:80/back?a=b");
        assert_eq!(redirect(&Redirect::default()), None);
    }
}
