//! The row of a station, which is its form too: names are those of the published contract.

use serde::{Deserialize, Serialize};

use crate::domain::ids::{BrokerCode, StationCode};
use crate::domain::party::PrimitiveVersion;
use crate::domain::registry::{
    Address, Port, Protocol, Proxy, Redirect, Service, StationFacts, StationVersion, Target, Tuning, Visible,
};
use crate::store::StoreError;
use crate::store::rows::read;

/// The columns of [`StationRow`].
macro_rules! station_columns {
    () => {
        "s.station AS station_code, s.broker AS broker_code, s.primitive_version, s.enabled, \
         s.version, s.protocol, s.ip, s.port, s.service, s.pof_service, s.target_host, \
         s.target_port, s.target_path, s.target_host_pof, s.target_port_pof, s.target_path_pof, \
         s.redirect_protocol, s.redirect_ip, s.redirect_port, s.redirect_path, \
         s.redirect_query_string, s.protocol_4mod, s.ip_4mod, s.port_4mod, s.service_4mod, \
         s.proxy_enabled, s.proxy_host, s.proxy_port, s.proxy_username, s.thread_number, \
         s.timeout_a, s.timeout_b, s.timeout_c, s.flag_online, s.invio_rt_istantaneo, \
         s.flag_standin, s.is_payment_options_enabled, s.rest_endpoint"
    };
}
pub(in crate::store::registry) use station_columns;

/// Changes a station; the first time that it is enabled is kept.
pub(super) const UPDATE: &str = "UPDATE station SET broker = $2, primitive_version = $3, enabled = $4, version = $5, protocol = $6, ip = $7, \
    port = $8, service = $9, pof_service = $10, target_host = $11, target_port = $12, \
    target_path = $13, target_host_pof = $14, target_port_pof = $15, target_path_pof = $16, \
    redirect_protocol = $17, redirect_ip = $18, redirect_port = $19, redirect_path = $20, \
    redirect_query_string = $21, protocol_4mod = $22, ip_4mod = $23, port_4mod = $24, \
    service_4mod = $25, proxy_enabled = $26, proxy_host = $27, proxy_port = $28, proxy_username \
    = $29, thread_number = $30, timeout_a = $31, timeout_b = $32, timeout_c = $33, flag_online = \
    $34, invio_rt_istantaneo = $35, flag_standin = $36, is_payment_options_enabled = $37, \
    rest_endpoint = $38, \
    changed_at = $39, activated_at = COALESCE(activated_at, CASE WHEN $4 THEN CAST($39 AS BIGINT) END) \
    WHERE station = $1";

/// Adds a station.
pub(super) const INSERT: &str = "INSERT INTO station (station, broker, primitive_version, enabled, version, protocol, ip, port, service, \
    pof_service, target_host, target_port, target_path, target_host_pof, target_port_pof, \
    target_path_pof, redirect_protocol, redirect_ip, redirect_port, redirect_path, \
    redirect_query_string, protocol_4mod, ip_4mod, port_4mod, service_4mod, proxy_enabled, \
    proxy_host, proxy_port, proxy_username, thread_number, timeout_a, timeout_b, timeout_c, \
    flag_online, invio_rt_istantaneo, flag_standin, is_payment_options_enabled, rest_endpoint, \
    created_at, changed_at, activated_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, \
    $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, \
    $39, $39, CASE WHEN $4 THEN CAST($39 AS BIGINT) END)";

#[derive(Debug, Serialize, Deserialize, sqlx::FromRow)]
pub(in crate::store::registry) struct StationRow {
    pub(super) station_code: String,
    pub(super) broker_code: String,
    pub(super) primitive_version: i64,
    pub(super) enabled: bool,
    pub(super) version: i64,
    pub(super) protocol: String,
    pub(super) ip: Option<String>,
    pub(super) port: i64,
    pub(super) service: Option<String>,
    pub(super) pof_service: Option<String>,
    pub(super) target_host: Option<String>,
    pub(super) target_port: Option<i64>,
    pub(super) target_path: Option<String>,
    pub(super) target_host_pof: Option<String>,
    pub(super) target_port_pof: Option<i64>,
    pub(super) target_path_pof: Option<String>,
    pub(super) redirect_protocol: Option<String>,
    pub(super) redirect_ip: Option<String>,
    pub(super) redirect_port: Option<i64>,
    pub(super) redirect_path: Option<String>,
    pub(super) redirect_query_string: Option<String>,
    pub(super) protocol_4mod: Option<String>,
    pub(super) ip_4mod: Option<String>,
    pub(super) port_4mod: Option<i64>,
    pub(super) service_4mod: Option<String>,
    pub(super) proxy_enabled: Option<bool>,
    pub(super) proxy_host: Option<String>,
    pub(super) proxy_port: Option<i64>,
    pub(super) proxy_username: Option<String>,
    pub(super) thread_number: i64,
    pub(super) timeout_a: i64,
    pub(super) timeout_b: i64,
    pub(super) timeout_c: i64,
    pub(super) flag_online: Option<bool>,
    pub(super) invio_rt_istantaneo: Option<bool>,
    pub(super) flag_standin: bool,
    pub(super) is_payment_options_enabled: Option<bool>,
    pub(super) rest_endpoint: Option<String>,
}

fn corrupt(what: &'static str) -> StoreError {
    StoreError::Corrupt { what }
}

fn visible<const MAX: usize>(value: &Option<String>) -> Result<Option<Visible<MAX>>, StoreError> {
    value.as_deref().map(|value| read(Visible::new(value), "address")).transpose()
}

fn port(number: i64) -> Result<Port, StoreError> {
    Port::new(number).ok_or(corrupt("port"))
}

fn optional_port(number: Option<i64>) -> Result<Option<Port>, StoreError> {
    number.map(port).transpose()
}

fn protocol(name: &str) -> Result<Protocol, StoreError> {
    Protocol::from_name(name).ok_or(corrupt("protocol"))
}

fn optional_protocol(name: &Option<String>) -> Result<Option<Protocol>, StoreError> {
    name.as_deref().map(protocol).transpose()
}

impl StationRow {
    pub(in crate::store::registry) fn facts(&self) -> Result<StationFacts, StoreError> {
        let primitives = match self.primitive_version {
            1 => PrimitiveVersion::V1,
            2 => PrimitiveVersion::V2,
            _ => return Err(corrupt("primitive version")),
        };
        Ok(StationFacts {
            code: read(StationCode::new(&self.station_code), "station code")?,
            broker: read(BrokerCode::new(&self.broker_code), "broker code")?,
            enabled: self.enabled,
            version: StationVersion::from_number(self.version).ok_or(corrupt("version of a station"))?,
            primitives,
            service: Service {
                protocol: protocol(&self.protocol)?,
                host: visible(&self.ip)?,
                port: port(self.port)?,
                path: visible(&self.service)?,
                pof_path: visible(&self.pof_service)?,
            },
            target: Target {
                host: visible(&self.target_host)?,
                port: optional_port(self.target_port)?,
                path: visible(&self.target_path)?,
            },
            target_pof: Target {
                host: visible(&self.target_host_pof)?,
                port: optional_port(self.target_port_pof)?,
                path: visible(&self.target_path_pof)?,
            },
            redirect: self.redirect()?,
            fourth_model: Address {
                protocol: optional_protocol(&self.protocol_4mod)?,
                host: visible(&self.ip_4mod)?,
                port: optional_port(self.port_4mod)?,
                path: visible(&self.service_4mod)?,
            },
            proxy: Proxy {
                enabled: self.proxy_enabled,
                host: visible(&self.proxy_host)?,
                port: optional_port(self.proxy_port)?,
                username: visible(&self.proxy_username)?,
            },
            tuning: self.tuning(),
            online: self.flag_online,
            instant_receipts: self.invio_rt_istantaneo,
            stand_in: self.flag_standin,
            payment_options: self.is_payment_options_enabled,
            rest_endpoint: visible(&self.rest_endpoint)?,
        })
    }

    fn redirect(&self) -> Result<Redirect, StoreError> {
        let address = Address {
            protocol: optional_protocol(&self.redirect_protocol)?,
            host: visible(&self.redirect_ip)?,
            port: optional_port(self.redirect_port)?,
            path: visible(&self.redirect_path)?,
        };
        Ok(Redirect { address, query: visible(&self.redirect_query_string)? })
    }

    fn tuning(&self) -> Tuning {
        Tuning {
            threads: self.thread_number,
            timeout_a: self.timeout_a,
            timeout_b: self.timeout_b,
            timeout_c: self.timeout_c,
        }
    }
}

fn written<const MAX: usize>(value: &Option<Visible<MAX>>) -> Option<String> {
    value.as_ref().map(ToString::to_string)
}

fn named(protocol: Option<Protocol>) -> Option<String> {
    protocol.map(|protocol| protocol.name().to_owned())
}

impl From<&StationFacts> for StationRow {
    fn from(facts: &StationFacts) -> Self {
        let (redirect, tuning) = (&facts.redirect, facts.tuning);
        StationRow {
            station_code: facts.code.to_string(),
            broker_code: facts.broker.to_string(),
            primitive_version: match facts.primitives {
                PrimitiveVersion::V1 => 1,
                PrimitiveVersion::V2 => 2,
            },
            enabled: facts.enabled,
            version: facts.version.number(),
            protocol: facts.service.protocol.name().to_owned(),
            ip: written(&facts.service.host),
            port: facts.service.port.number(),
            service: written(&facts.service.path),
            pof_service: written(&facts.service.pof_path),
            target_host: written(&facts.target.host),
            target_port: facts.target.port.map(Port::number),
            target_path: written(&facts.target.path),
            target_host_pof: written(&facts.target_pof.host),
            target_port_pof: facts.target_pof.port.map(Port::number),
            target_path_pof: written(&facts.target_pof.path),
            redirect_protocol: named(redirect.address.protocol),
            redirect_ip: written(&redirect.address.host),
            redirect_port: redirect.address.port.map(Port::number),
            redirect_path: written(&redirect.address.path),
            redirect_query_string: written(&redirect.query),
            protocol_4mod: named(facts.fourth_model.protocol),
            ip_4mod: written(&facts.fourth_model.host),
            port_4mod: facts.fourth_model.port.map(Port::number),
            service_4mod: written(&facts.fourth_model.path),
            proxy_enabled: facts.proxy.enabled,
            proxy_host: written(&facts.proxy.host),
            proxy_port: facts.proxy.port.map(Port::number),
            proxy_username: written(&facts.proxy.username),
            thread_number: tuning.threads,
            timeout_a: tuning.timeout_a,
            timeout_b: tuning.timeout_b,
            timeout_c: tuning.timeout_c,
            flag_online: facts.online,
            invio_rt_istantaneo: facts.instant_receipts,
            flag_standin: facts.stand_in,
            is_payment_options_enabled: facts.payment_options,
            rest_endpoint: written(&facts.rest_endpoint),
        }
    }
}
