//! `[api]`: the REST listener, with health and metrics.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use toml::Table;

use super::source::Section;
use super::table;
use super::values::{ByteSize, Count, HumanDuration, Setting};

/// The REST listener and its bounds.
#[derive(Debug, Clone)]
pub struct Api {
    /// Address and port to listen on; port 0 takes any free one.
    pub listen: SocketAddr,
    /// Present: TLS. Absent: plain HTTP, right behind a proxy or on the loopback address.
    pub tls: Option<ApiTls>,
    /// Largest request body.
    pub max_body: ByteSize,
    /// The whole request, body and answer.
    pub request_timeout: HumanDuration,
    /// Connections served at once; more wait in the system's backlog.
    pub max_connections: Count,
    /// Callers that may wait for events at once, each with a connection of its own.
    pub max_streams: Count,
}

/// Our certificate on the REST listener; callers show an API key, not a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiTls {
    /// PEM file: our certificate and its chain.
    pub certificate: PathBuf,
    /// PEM file of its private key.
    pub key: PathBuf,
}

impl Api {
    pub(super) fn read(section: &mut Section<'_>) -> Self {
        Self {
            listen: section.or("listen", SocketAddr::from((Ipv4Addr::LOCALHOST, 8080))),
            tls: read_tls(section),
            max_body: section.or("max_body", ByteSize::from_mebibytes(4)),
            request_timeout: section.or("request_timeout", HumanDuration::from_secs(30)),
            max_connections: section.or("max_connections", Count::new(1024)),
            max_streams: section.or("max_streams", Count::new(256)),
        }
    }

    pub(super) fn to_table(&self) -> Table {
        let mut entries = table([
            ("listen", self.listen.to_value()),
            ("max_body", self.max_body.to_value()),
            ("request_timeout", self.request_timeout.to_value()),
            ("max_connections", self.max_connections.to_value()),
            ("max_streams", self.max_streams.to_value()),
        ]);
        if let Some(tls) = &self.tls {
            entries.extend(table([("certificate", tls.certificate.to_value()), ("key", tls.key.to_value())]));
        }
        entries
    }
}

fn read_tls(section: &mut Section<'_>) -> Option<ApiTls> {
    let certificate = section.optional::<PathBuf>("certificate");
    let key = section.optional::<PathBuf>("key");
    match (certificate, key) {
        (None, None) => None,
        (Some(certificate), Some(key)) => {
            Some(ApiTls { certificate: section.in_folder(&certificate), key: section.in_folder(&key) })
        }
        (Some(_), None) => {
            section.refuse("key", "is missing: api.certificate needs its private key".to_owned());
            None
        }
        (None, Some(_)) => {
            section.refuse("certificate", "is missing: api.key alone serves no TLS".to_owned());
            None
        }
    }
}
