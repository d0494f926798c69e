//! A station as callers write it.

use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::schema::{KnownFormat, Object, ObjectBuilder, SchemaFormat, Type};

use crate::api::apiconfig::reading::{Invalid, Reading};
use crate::api::openapi::form::{Identifier35, Maybe, form, text, words};
use crate::api::positions::field::{Field, Shape};
use crate::domain::ids::{BrokerCode, StationCode};
use crate::domain::party::PrimitiveVersion;
use crate::domain::registry::station::{THREADS, TIMEOUT, is_code_of};
use crate::domain::registry::{
    Address, Port, Protocol, Proxy, Redirect, Service, StationFacts, StationVersion, Target, Tuning, Visible,
};

/// 1 or 2.
pub(super) enum OneOrTwo {}
form!(OneOrTwo, "OneOrTwo", whole(1, 2, "1 or 2."));
/// A TCP port.
pub(super) enum PortNumber {}
form!(PortNumber, "PortNumber", whole(1, 65_535, "A TCP port."));
/// A number of requests.
pub(super) enum ThreadNumber {}
form!(ThreadNumber, "ThreadNumber", whole(*THREADS.start(), *THREADS.end(), "Requests at once."));
/// A time.
pub(super) enum TimeoutSeconds {}
form!(TimeoutSeconds, "TimeoutSeconds", whole(*TIMEOUT.start(), *TIMEOUT.end(), "Seconds."));
/// How an address is spoken to.
pub(super) enum ProtocolWord {}
form!(ProtocolWord, "Protocol", words(Protocol::ALL.map(Protocol::name), "In clear or with TLS."));
/// Nothing at all.
pub(super) enum Nothing {}
form!(Nothing, "Nothing", text("^\\s*$", "Left out or blank.", ""));
/// A host or user name.
pub(super) enum Host {}
form!(Host, "Host", text("^\\s*[!-~]{1,100}\\s*$", "1 to 100 visible ASCII characters.", "ente.example.it"));
/// A path, or a longer host.
pub(super) enum Long {}
form!(Long, "LongAddress", text("^\\s*[!-~]{1,255}\\s*$", "1 to 255 visible ASCII characters.", "/pagopa"));
/// The URL of a service.
pub(super) enum ServiceUrl {}
form!(
    ServiceUrl,
    "ServiceUrl",
    text("^\\s*https?://[!-~]{1,240}\\s*$", "A URL of http or https.", "https://ente.example.it/rest")
);

type MaybeHost = Maybe<Host>;
type MaybePath = Maybe<Host>;
type MaybeLong = Maybe<Long>;
type MaybeProtocol = Maybe<ProtocolWord>;
type MaybeUrl = Maybe<ServiceUrl>;

fn whole(least: i64, most: i64, about: &str) -> Object {
    let number = ObjectBuilder::new().schema_type(Type::Integer);
    let number = number.format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)));
    number.minimum(Some(least)).maximum(Some(most)).description(Some(about)).build()
}

/// A station as callers write it.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[schema(as = StationEdit)]
pub(super) struct StationRequest {
    /// Its code: that of its broker, `_` and two digits.
    #[serde(default)]
    #[schema(value_type = Identifier35, required)]
    pub(super) station_code: Field<String>,
    /// Who runs it. It cannot be changed.
    #[serde(default)]
    #[schema(value_type = Identifier35, required)]
    pub(super) broker_code: Field<String>,
    /// Whether payments pass through it.
    #[serde(default)]
    #[schema(value_type = bool, required)]
    pub(super) enabled: Field<bool>,
    /// Which generation of stations it is of.
    #[serde(default)]
    #[schema(value_type = OneOrTwo, required)]
    pub(super) version: Field<i64>,
    /// Which version of get and receipt the node uses on it.
    #[serde(default)]
    #[schema(value_type = OneOrTwo, required)]
    pub(super) primitive_version: Field<i64>,
    /// Taken and forgotten: callers are known by certificates and keys.
    #[serde(default)]
    #[schema(value_type = String)]
    pub(super) password: Field<String>,
    /// How the node calls.
    #[serde(default)]
    #[schema(value_type = ProtocolWord, required)]
    pub(super) protocol: Field<String>,
    /// Where the node calls: the host.
    #[serde(default)]
    #[schema(value_type = MaybeHost)]
    pub(super) ip: Field<String>,
    /// The port.
    #[serde(default)]
    #[schema(value_type = PortNumber, required)]
    pub(super) port: Field<i64>,
    /// The path for receipts of the first model.
    #[serde(default)]
    #[schema(value_type = MaybePath)]
    pub(super) service: Field<String>,
    /// The path for paForNode.
    #[serde(default)]
    #[schema(value_type = MaybePath)]
    pub(super) pof_service: Field<String>,
    /// Where the institution really listens for receipts of the first model.
    #[serde(default)]
    #[schema(value_type = MaybeLong)]
    pub(super) target_host: Field<String>,
    /// The port.
    #[serde(default)]
    #[schema(value_type = PortNumber)]
    pub(super) target_port: Field<i64>,
    /// The path.
    #[serde(default)]
    #[schema(value_type = MaybeLong)]
    pub(super) target_path: Field<String>,
    /// Where it really listens for paForNode.
    #[serde(default)]
    #[schema(value_type = MaybeLong)]
    pub(super) target_host_pof: Field<String>,
    /// The port.
    #[serde(default)]
    #[schema(value_type = PortNumber)]
    pub(super) target_port_pof: Field<i64>,
    /// The path.
    #[serde(default)]
    #[schema(value_type = MaybeLong)]
    pub(super) target_path_pof: Field<String>,
    /// How payers come back.
    #[serde(default)]
    #[schema(value_type = MaybeProtocol)]
    pub(super) redirect_protocol: Field<String>,
    /// The host that payers come back to.
    #[serde(default)]
    #[schema(value_type = MaybeHost)]
    pub(super) redirect_ip: Field<String>,
    /// The port.
    #[serde(default)]
    #[schema(value_type = PortNumber)]
    pub(super) redirect_port: Field<i64>,
    /// The path.
    #[serde(default)]
    #[schema(value_type = MaybePath)]
    pub(super) redirect_path: Field<String>,
    /// What stands behind the question mark.
    #[serde(default)]
    #[schema(value_type = MaybeLong)]
    pub(super) redirect_query_string: Field<String>,
    /// How spontaneous payments are asked for.
    #[serde(default)]
    #[schema(value_type = MaybeProtocol)]
    pub(super) protocol_4mod: Field<String>,
    /// The host.
    #[serde(default)]
    #[schema(value_type = MaybeHost)]
    pub(super) ip_4mod: Field<String>,
    /// The port.
    #[serde(default)]
    #[schema(value_type = PortNumber)]
    pub(super) port_4mod: Field<i64>,
    /// The path.
    #[serde(default)]
    #[schema(value_type = MaybePath)]
    pub(super) service_4mod: Field<String>,
    /// Whether the node goes through a proxy.
    #[serde(default)]
    #[schema(value_type = bool)]
    pub(super) proxy_enabled: Field<bool>,
    /// The host of the proxy.
    #[serde(default)]
    #[schema(value_type = MaybeHost)]
    pub(super) proxy_host: Field<String>,
    /// Its port.
    #[serde(default)]
    #[schema(value_type = PortNumber)]
    pub(super) proxy_port: Field<i64>,
    /// Who the node says it is there.
    #[serde(default)]
    #[schema(value_type = MaybeHost)]
    pub(super) proxy_username: Field<String>,
    /// Refused: it is not kept here.
    #[serde(default)]
    #[schema(value_type = Nothing)]
    pub(super) proxy_password: Field<String>,
    /// How many requests at once.
    #[serde(default)]
    #[schema(value_type = ThreadNumber, required)]
    pub(super) thread_number: Field<i64>,
    /// How long the node waits for the station to be reached, in seconds.
    #[serde(default)]
    #[schema(value_type = TimeoutSeconds, required)]
    pub(super) timeout_a: Field<i64>,
    /// How long it waits for an answer, in seconds.
    #[serde(default)]
    #[schema(value_type = TimeoutSeconds, required)]
    pub(super) timeout_b: Field<i64>,
    /// How long it waits for the end of a conversation, in seconds.
    #[serde(default)]
    #[schema(value_type = TimeoutSeconds, required)]
    pub(super) timeout_c: Field<i64>,
    /// Whether it is asked while the payer waits.
    #[serde(default)]
    #[schema(value_type = bool)]
    pub(super) flag_online: Field<bool>,
    /// Whether receipts are sent at once.
    #[serde(default)]
    #[schema(value_type = bool)]
    pub(super) invio_rt_istantaneo: Field<bool>,
    /// Whether the node may answer in its place.
    #[serde(default)]
    #[schema(value_type = bool, required)]
    pub(super) flag_standin: Field<bool>,
    /// Whether payment options are asked of it.
    #[serde(default)]
    #[schema(value_type = bool)]
    pub(super) is_payment_options_enabled: Field<bool>,
    /// Where its REST services are.
    #[serde(default)]
    #[schema(value_type = MaybeUrl)]
    pub(super) rest_endpoint: Field<String>,
}

impl Shape for StationRequest {
    const IS_OBJECT: bool = true;
}

/// Which codes a station may have.
#[derive(Clone, Copy, Debug)]
pub(super) enum Named<'a> {
    /// One that its broker gives it.
    New,
    /// The one that it has, of the broker that it has.
    Known(&'a StationCode, &'a BrokerCode),
}

/// Reads a station.
pub(super) fn read(body: Value, named: Named<'_>) -> Result<StationFacts, Invalid> {
    let (mut reading, mut request) = Reading::of::<StationRequest>(body);
    let identity = identity(&mut reading, &mut request, named);
    let service = service(&mut reading, &mut request);
    let (target, target_pof) = targets(&mut reading, &mut request);
    let redirect = redirect(&mut reading, &mut request);
    let fourth_model = fourth_model(&mut reading, &mut request);
    let proxy = proxy(&mut reading, &mut request);
    let tuning = tuning(&mut reading, &mut request);
    reading.maybe("password", request.password);
    let enabled = reading.needed("enabled", request.enabled);
    let online = reading.maybe("flag_online", request.flag_online);
    let instant_receipts = reading.maybe("invio_rt_istantaneo", request.invio_rt_istantaneo);
    let stand_in = reading.needed("flag_standin", request.flag_standin);
    let payment_options = reading.maybe("is_payment_options_enabled", request.is_payment_options_enabled);
    let rest_endpoint = reading.visible("rest_endpoint", request.rest_endpoint);
    if rest_endpoint.as_ref().is_some_and(|url: &Visible<255>| !is_url(url.as_str())) {
        reading.wrong("rest_endpoint", "url_form", "must be a URL of http or https");
    }
    let facts = || {
        let (code, broker, version, primitives) = identity?;
        Some(StationFacts {
            code,
            broker,
            enabled: enabled?,
            version,
            primitives,
            service: service?,
            target,
            target_pof,
            redirect,
            fourth_model,
            proxy,
            tuning: tuning?,
            online,
            instant_receipts,
            stand_in: stand_in?,
            payment_options,
            rest_endpoint,
        })
    };
    let facts = facts();
    reading.end(facts)
}

fn is_url(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
}

type Identity = (StationCode, BrokerCode, StationVersion, PrimitiveVersion);

fn identity(reading: &mut Reading, request: &mut StationRequest, named: Named<'_>) -> Option<Identity> {
    let code = reading.parsed("station_code", take(&mut request.station_code), StationCode::new);
    let broker = reading.parsed("broker_code", take(&mut request.broker_code), BrokerCode::new);
    match named {
        Named::New => {
            let foreign =
                code.as_ref().zip(broker.as_ref()).is_some_and(|(code, broker)| !is_code_of(code, broker));
            if foreign {
                reading.wrong(
                    "station_code",
                    "station_code_form",
                    "must be the broker's code, _ and two digits",
                );
            }
        }
        Named::Known(known, of) => {
            reading.same_as_path("station_code", code.as_ref(), Some(known));
            if broker.as_ref().is_some_and(|broker| broker != of) {
                reading.wrong(
                    "broker_code",
                    "fixed",
                    "is another than the station has, which cannot be changed",
                );
            }
        }
    }
    let version = reading.number("version", take(&mut request.version), 1..=2);
    let version = version.and_then(StationVersion::from_number);
    let primitives = reading.number("primitive_version", take(&mut request.primitive_version), 1..=2);
    let primitives =
        primitives.map(|number| if number == 1 { PrimitiveVersion::V1 } else { PrimitiveVersion::V2 });
    Some((code?, broker?, version?, primitives?))
}

/// What of a field was not read yet.
fn take<T>(field: &mut Field<T>) -> Field<T> {
    std::mem::take(field)
}

/// A word that is none of those of the contract.
static PROTOCOLS: LazyLock<String> =
    LazyLock::new(|| format!("must be one of {}", Protocol::ALL.map(Protocol::name).join(", ")));

fn protocol(reading: &mut Reading, name: &str, word: Option<String>) -> Option<Protocol> {
    let word = word.filter(|word| !word.trim().is_empty())?;
    let known = Protocol::from_name(&word);
    if known.is_none() {
        reading.wrong(name, "unknown_word", &PROTOCOLS);
    }
    known
}

fn maybe_protocol(reading: &mut Reading, name: &str, field: Field<String>) -> Option<Protocol> {
    let word = reading.maybe(name, field);
    protocol(reading, name, word)
}

fn maybe_port(reading: &mut Reading, name: &str, field: Field<i64>) -> Option<Port> {
    reading.maybe_number(name, field, 1..=65_535).and_then(Port::new)
}

fn service(reading: &mut Reading, request: &mut StationRequest) -> Option<Service> {
    let word = reading.needed("protocol", take(&mut request.protocol));
    let blank = word.as_ref().is_some_and(|word| word.trim().is_empty());
    if blank {
        reading.wrong("protocol", "unknown_word", &PROTOCOLS);
    }
    let protocol = protocol(reading, "protocol", word);
    let port = reading.number("port", take(&mut request.port), 1..=65_535).and_then(Port::new);
    let host = reading.visible("ip", take(&mut request.ip));
    let path = reading.visible("service", take(&mut request.service));
    let pof_path = reading.visible("pof_service", take(&mut request.pof_service));
    Some(Service { protocol: protocol?, host, port: port?, path, pof_path })
}

fn targets(reading: &mut Reading, request: &mut StationRequest) -> (Target, Target) {
    let first = Target {
        host: reading.visible("target_host", take(&mut request.target_host)),
        port: maybe_port(reading, "target_port", take(&mut request.target_port)),
        path: reading.visible("target_path", take(&mut request.target_path)),
    };
    let pof = Target {
        host: reading.visible("target_host_pof", take(&mut request.target_host_pof)),
        port: maybe_port(reading, "target_port_pof", take(&mut request.target_port_pof)),
        path: reading.visible("target_path_pof", take(&mut request.target_path_pof)),
    };
    (first, pof)
}

fn redirect(reading: &mut Reading, request: &mut StationRequest) -> Redirect {
    let address = Address {
        protocol: maybe_protocol(reading, "redirect_protocol", take(&mut request.redirect_protocol)),
        host: reading.visible("redirect_ip", take(&mut request.redirect_ip)),
        port: maybe_port(reading, "redirect_port", take(&mut request.redirect_port)),
        path: reading.visible("redirect_path", take(&mut request.redirect_path)),
    };
    Redirect {
        address,
        query: reading.visible("redirect_query_string", take(&mut request.redirect_query_string)),
    }
}

fn fourth_model(reading: &mut Reading, request: &mut StationRequest) -> Address {
    Address {
        protocol: maybe_protocol(reading, "protocol_4mod", take(&mut request.protocol_4mod)),
        host: reading.visible("ip_4mod", take(&mut request.ip_4mod)),
        port: maybe_port(reading, "port_4mod", take(&mut request.port_4mod)),
        path: reading.visible("service_4mod", take(&mut request.service_4mod)),
    }
}

fn proxy(reading: &mut Reading, request: &mut StationRequest) -> Proxy {
    let password = reading.maybe("proxy_password", take(&mut request.proxy_password));
    if password.is_some_and(|password| !password.trim().is_empty()) {
        reading.wrong("proxy_password", "not_kept", "is not kept here: leave it out");
    }
    Proxy {
        enabled: reading.maybe("proxy_enabled", take(&mut request.proxy_enabled)),
        host: reading.visible("proxy_host", take(&mut request.proxy_host)),
        port: maybe_port(reading, "proxy_port", take(&mut request.proxy_port)),
        username: reading.visible("proxy_username", take(&mut request.proxy_username)),
    }
}

fn tuning(reading: &mut Reading, request: &mut StationRequest) -> Option<Tuning> {
    let threads = reading.number("thread_number", take(&mut request.thread_number), THREADS);
    let timeout_a = reading.number("timeout_a", take(&mut request.timeout_a), TIMEOUT);
    let timeout_b = reading.number("timeout_b", take(&mut request.timeout_b), TIMEOUT);
    let timeout_c = reading.number("timeout_c", take(&mut request.timeout_c), TIMEOUT);
    Some(Tuning { threads: threads?, timeout_a: timeout_a?, timeout_b: timeout_b?, timeout_c: timeout_c? })
}
