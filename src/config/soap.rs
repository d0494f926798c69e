//! `[soap]`: the listener the node calls.

use std::net::{Ipv4Addr, SocketAddr};

use toml::{Table, Value};

use super::source::{Section, Source};
use super::values::{ByteSize, Count, HumanDuration, Setting};
use super::{SoapTls, table};

/// The node stops waiting for verify, get and demand after 7 s.
const NODE_WAITS: HumanDuration = HumanDuration::from_secs(7);
/// The node stops waiting for a receipt's answer after 15 s.
const NODE_WAITS_RECEIPT: HumanDuration = HumanDuration::from_secs(15);

/// The SOAP listener and its bounds.
#[derive(Debug, Clone)]
pub struct Soap {
    /// Address and port to listen on; port 0 takes any free one.
    pub listen: SocketAddr,
    /// The address written in the WSDL served on `?wsdl`; without it, the request's own host.
    pub public_url: Option<String>,
    /// Largest message body, refused before it is held in memory.
    pub max_message: ByteSize,
    /// Connections served at once; more wait in the system's backlog.
    pub max_connections: Count,
    /// From the TCP connection to the end of the TLS handshake.
    pub handshake_timeout: HumanDuration,
    /// From the first byte of a request to the end of its headers.
    pub header_timeout: HumanDuration,
    /// The whole request, body and answer; a client that drips its body gets 408.
    pub body_timeout: HumanDuration,
    /// How long an idle connection is kept: a handshake costs as much as 30 to 90 requests.
    pub idle_timeout: HumanDuration,
    /// How long a stop waits for requests in flight.
    pub shutdown_grace: HumanDuration,
    /// To answer verify, get and demand; below the 7 s after which the node gives up.
    pub verify_deadline: HumanDuration,
    /// To answer a receipt; below the 15 s after which the node gives up.
    pub receipt_deadline: HumanDuration,
    /// Our certificate and the callers let in.
    pub tls: SoapTls,
}

impl Soap {
    pub(super) fn read(source: &mut Source) -> Self {
        let tls = SoapTls::read(&mut source.section("soap.tls"));
        let mut section = source.section("soap");
        let soap = Self {
            listen: section.or("listen", SocketAddr::from((Ipv4Addr::UNSPECIFIED, 8443))),
            public_url: read_public_url(&mut section),
            max_message: section.or("max_message", ByteSize::from_mebibytes(2)),
            max_connections: section.or("max_connections", Count::new(1024)),
            handshake_timeout: section.or("handshake_timeout", HumanDuration::from_secs(10)),
            header_timeout: section.or("header_timeout", HumanDuration::from_secs(15)),
            body_timeout: section.or("body_timeout", HumanDuration::from_secs(15)),
            idle_timeout: section.or("idle_timeout", HumanDuration::from_secs(75)),
            shutdown_grace: section.or("shutdown_grace", HumanDuration::from_secs(20)),
            verify_deadline: section.or("verify_deadline", HumanDuration::from_secs(5)),
            receipt_deadline: section.or("receipt_deadline", HumanDuration::from_secs(12)),
            tls,
        };
        soap.check_deadlines(&mut section);
        soap
    }

    /// An answer after the node hung up, or after our own 408, is work thrown away.
    fn check_deadlines(&self, section: &mut Section<'_>) {
        let deadlines = [
            ("verify_deadline", self.verify_deadline, NODE_WAITS),
            ("receipt_deadline", self.receipt_deadline, NODE_WAITS_RECEIPT),
        ];
        for (key, deadline, node_waits) in deadlines {
            if deadline >= node_waits {
                section.refuse(key, format!("{deadline} is too long: the node gives up after {node_waits}"));
            } else if deadline >= self.body_timeout {
                let whole = self.body_timeout;
                section.refuse(key, format!("{deadline} is not below soap.body_timeout ({whole})"));
            }
        }
    }

    pub(super) fn to_table(&self) -> Table {
        let mut entries = table([
            ("listen", self.listen.to_value()),
            ("max_message", self.max_message.to_value()),
            ("max_connections", self.max_connections.to_value()),
            ("handshake_timeout", self.handshake_timeout.to_value()),
            ("header_timeout", self.header_timeout.to_value()),
            ("body_timeout", self.body_timeout.to_value()),
            ("idle_timeout", self.idle_timeout.to_value()),
            ("shutdown_grace", self.shutdown_grace.to_value()),
            ("verify_deadline", self.verify_deadline.to_value()),
            ("receipt_deadline", self.receipt_deadline.to_value()),
            ("tls", Value::Table(self.tls.to_table())),
        ]);
        if let Some(url) = &self.public_url {
            entries.insert("public_url".to_owned(), Value::String(url.clone()));
        }
        entries
    }
}

fn read_public_url(section: &mut Section<'_>) -> Option<String> {
    section.optional::<PublicUrl>("public_url").map(|url| url.0)
}

struct PublicUrl(String);

impl Setting for PublicUrl {
    const EXPECTED: &'static str = "a URL such as https://pagopa.comune.example/paForNode";

    fn from_text(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
        let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '\'' | '<' | '>' | '&' | '#' | '?');
        (!rest.is_empty() && rest.chars().all(plain)).then(|| Self(text.to_owned()))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}
