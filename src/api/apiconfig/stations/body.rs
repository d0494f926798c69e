//! The body of a station, as callers write it.

use serde::Deserialize;
use utoipa::ToSchema;
use utoipa::openapi::schema::{KnownFormat, Object, ObjectBuilder, SchemaFormat, Type};

use crate::api::openapi::form::{Identifier35, Maybe, form, text, words};
use crate::api::positions::field::{Field, Shape};
use crate::domain::registry::Protocol;
use crate::domain::registry::station::{THREADS, TIMEOUT};

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
