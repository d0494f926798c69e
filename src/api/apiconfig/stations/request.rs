//! A station that callers describe: read, or everything that is wrong with it.

use std::sync::LazyLock;

use serde_json::Value;

use super::body::StationRequest;
use crate::api::apiconfig::reading::{Invalid, Reading};
use crate::api::positions::field::Field;
use crate::domain::ids::{BrokerCode, StationCode};
use crate::domain::party::PrimitiveVersion;
use crate::domain::registry::station::{THREADS, TIMEOUT, is_code_of};
use crate::domain::registry::{
    Address, Port, Protocol, Proxy, Redirect, Service, StationFacts, StationVersion, Target, Tuning, Visible,
};

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
