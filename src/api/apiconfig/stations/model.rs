//! Stations as JSON.

use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::body::ProtocolWord;
use crate::api::apiconfig::paging::PageInfo;
use crate::domain::party::PrimitiveVersion;
use crate::domain::registry::{BrokerFacts, Port, Protocol, StationFacts, Visible};

/// A station.
#[derive(Serialize, ToSchema)]
#[schema(as = StationDetails)]
pub(super) struct StationModel {
    /// The name of its broker.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    broker_description: Option<String>,
    /// Whether the institution is asked while the payer waits.
    is_connection_sync: bool,
    /// Its code.
    station_code: String,
    /// Who runs it.
    broker_code: String,
    /// Whether payments pass through it.
    enabled: bool,
    /// Which generation of stations it is of.
    version: i64,
    /// Which version of get and receipt the node uses on it.
    primitive_version: i64,
    /// How the node calls.
    #[schema(value_type = ProtocolWord)]
    protocol: &'static str,
    /// Where the node calls: the host.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    ip: Option<String>,
    /// The port.
    port: i64,
    /// The path for receipts of the first model.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    service: Option<String>,
    /// The path for paForNode.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    pof_service: Option<String>,
    /// Where the institution really listens for receipts of the first model.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    target_host: Option<String>,
    /// The port.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64)]
    target_port: Option<i64>,
    /// The path.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    target_path: Option<String>,
    /// Where it really listens for paForNode.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    target_host_pof: Option<String>,
    /// The port.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64)]
    target_port_pof: Option<i64>,
    /// The path.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    target_path_pof: Option<String>,
    /// How payers come back.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = ProtocolWord)]
    redirect_protocol: Option<&'static str>,
    /// The host that payers come back to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    redirect_ip: Option<String>,
    /// The port.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64)]
    redirect_port: Option<i64>,
    /// The path.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    redirect_path: Option<String>,
    /// What stands behind the question mark.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    redirect_query_string: Option<String>,
    /// How spontaneous payments are asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = ProtocolWord)]
    protocol_4mod: Option<&'static str>,
    /// The host.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    ip_4mod: Option<String>,
    /// The port.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64)]
    port_4mod: Option<i64>,
    /// The path.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    service_4mod: Option<String>,
    /// Whether the node goes through a proxy.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = bool)]
    proxy_enabled: Option<bool>,
    /// The host of the proxy.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    proxy_host: Option<String>,
    /// Its port.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64)]
    proxy_port: Option<i64>,
    /// Who the node says it is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    proxy_username: Option<String>,
    /// How many requests at once.
    thread_number: i64,
    /// How long the node waits for the station to be reached, in seconds.
    timeout_a: i64,
    /// How long it waits for an answer, in seconds.
    timeout_b: i64,
    /// How long it waits for the end of a conversation, in seconds.
    timeout_c: i64,
    /// Whether it is asked while the payer waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = bool)]
    flag_online: Option<bool>,
    /// Whether receipts are sent at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = bool)]
    invio_rt_istantaneo: Option<bool>,
    /// Whether the node may answer in its place.
    flag_standin: bool,
    /// Whether payment options are asked of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = bool)]
    is_payment_options_enabled: Option<bool>,
    /// Where its REST services are.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    rest_endpoint: Option<String>,
}

fn text<const MAX: usize>(value: &Option<Visible<MAX>>) -> Option<String> {
    value.as_ref().map(ToString::to_string)
}

fn number(port: Option<Port>) -> Option<i64> {
    port.map(Port::number)
}

impl StationModel {
    pub(super) fn new(facts: &StationFacts, broker: Option<&BrokerFacts>) -> Self {
        let (redirect, fourth) = (&facts.redirect.address, &facts.fourth_model);
        StationModel {
            broker_description: broker.map(|broker| broker.description.to_string()),
            is_connection_sync: facts.is_synchronous(),
            station_code: facts.code.to_string(),
            broker_code: facts.broker.to_string(),
            enabled: facts.enabled,
            version: facts.version.number(),
            primitive_version: match facts.primitives {
                PrimitiveVersion::V1 => 1,
                PrimitiveVersion::V2 => 2,
            },
            protocol: facts.service.protocol.name(),
            ip: text(&facts.service.host),
            port: facts.service.port.number(),
            service: text(&facts.service.path),
            pof_service: text(&facts.service.pof_path),
            target_host: text(&facts.target.host),
            target_port: number(facts.target.port),
            target_path: text(&facts.target.path),
            target_host_pof: text(&facts.target_pof.host),
            target_port_pof: number(facts.target_pof.port),
            target_path_pof: text(&facts.target_pof.path),
            redirect_protocol: redirect.protocol.map(Protocol::name),
            redirect_ip: text(&redirect.host),
            redirect_port: number(redirect.port),
            redirect_path: text(&redirect.path),
            redirect_query_string: text(&facts.redirect.query),
            protocol_4mod: fourth.protocol.map(Protocol::name),
            ip_4mod: text(&fourth.host),
            port_4mod: number(fourth.port),
            service_4mod: text(&fourth.path),
            proxy_enabled: facts.proxy.enabled,
            proxy_host: text(&facts.proxy.host),
            proxy_port: number(facts.proxy.port),
            proxy_username: text(&facts.proxy.username),
            thread_number: facts.tuning.threads,
            timeout_a: facts.tuning.timeout_a,
            timeout_b: facts.tuning.timeout_b,
            timeout_c: facts.tuning.timeout_c,
            flag_online: facts.online,
            invio_rt_istantaneo: facts.instant_receipts,
            flag_standin: facts.stand_in,
            is_payment_options_enabled: facts.payment_options,
            rest_endpoint: text(&facts.rest_endpoint),
        }
    }
}

/// A station in a list.
#[derive(Serialize, ToSchema)]
#[schema(as = Station)]
pub(super) struct ListedStation {
    /// Its code.
    station_code: String,
    /// Whether payments pass through it.
    enabled: bool,
    /// The name of its broker.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    broker_description: Option<String>,
    /// Which generation of stations it is of.
    version: i64,
    /// Whether the institution is asked while the payer waits.
    is_connection_sync: bool,
}

impl ListedStation {
    pub(super) fn new(facts: &StationFacts, broker: Option<&BrokerFacts>) -> Self {
        ListedStation {
            station_code: facts.code.to_string(),
            enabled: facts.enabled,
            broker_description: broker.map(|broker| broker.description.to_string()),
            version: facts.version.number(),
            is_connection_sync: facts.is_synchronous(),
        }
    }
}

/// A page of stations.
#[derive(Serialize, ToSchema)]
#[schema(as = Stations)]
pub(super) struct StationsPage {
    /// Those of the page.
    pub stations: Vec<ListedStation>,
    /// Where the page stands.
    pub page_info: PageInfo,
}

/// What a station looks like.
pub(super) fn example() -> Value {
    json!({
        "station_code": "99000020018_01", "broker_code": "99000020018", "enabled": true, "version": 2,
        "primitive_version": 2, "protocol": "HTTPS", "ip": "ente.example.it", "port": 443,
        "pof_service": "/pagopa", "target_host_pof": "https://ente.example.it", "target_port_pof": 443,
        "target_path_pof": "/pagopa", "thread_number": 1, "timeout_a": 7, "timeout_b": 30, "timeout_c": 120,
        "flag_standin": true, "is_payment_options_enabled": false,
    })
}

/// What a station that was read looks like.
pub(super) fn example_read() -> Value {
    let mut example = example();
    if let Some(fields) = example.as_object_mut() {
        fields.insert("broker_description".into(), json!("Varco demo"));
        fields.insert("is_connection_sync".into(), json!(true));
    }
    example
}
