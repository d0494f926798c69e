//! A server with tenants of every kind, and calls of it.

use std::net::SocketAddr;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::SendRequest;
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;
use varco::domain::fiscal_code::FiscalCode;
use varco::domain::ids::{BrokerCode, StationCode};
use varco::domain::party::{Broker, CreditorInstitution, PrimitiveVersion, Station};

use crate::support::api::{self, Gateway};
use crate::support::trouble::Intruder;
use crate::support::{TestDatabase, samples};

/// The institution of the referents.
pub const OWN: &str = api::EC;
/// One that has nothing to do with any of them.
pub const FOREIGN: &str = api::OTHER_EC;
/// A fiscal code that nobody here has.
pub const NOBODY: &str = "12345678903";
/// Institutions that delegate one product each to the partner.
pub const DELEGATING: [(&str, &str); 4] = [
    ("11111111101", "stations"),
    ("11111111102", "positions"),
    ("11111111103", "catalogue"),
    ("11111111104", "receipts"),
];
/// One whose delegation has ended, one whose begins tomorrow, and one that revoked its own.
pub const NOT_NOW: [&str; 3] = ["11111111105", "11111111106", "11111111107"];
/// The partner, another one, and one that is not there.
pub const PARTNER: &str = samples::BROKER;
pub const OTHER_PARTNER: &str = "55555555555";
pub const NO_PARTNER: &str = "44444444444";

/// A running server.
pub struct Server {
    pub gateway: Gateway,
    pub address: SocketAddr,
    pub database: TestDatabase,
}

impl Server {
    pub async fn start(database: TestDatabase) -> Server {
        let behind = TestDatabase::of(database.engine, database.url.clone());
        let gateway = Gateway::start(database).await;
        let server = Server { address: gateway.address, gateway, database: behind };
        server.seed().await;
        server
    }

    async fn seed(&self) {
        let store = &self.gateway.store;
        let delegating = DELEGATING.iter().map(|(ec, _)| *ec);
        for ec in delegating.chain(NOT_NOW) {
            let ec = FiscalCode::new(ec).unwrap();
            let name = samples::text("Comune delegante");
            store.put_creditor_institution(&CreditorInstitution { ec, name }).await.unwrap();
        }
        // The institution of the referents is its own broker too.
        for code in [OTHER_PARTNER, OWN] {
            let broker = BrokerCode::new(code).unwrap();
            let name = samples::text("Altro intermediario");
            store.put_broker(&Broker { code: broker.clone(), name }).await.unwrap();
            let code = StationCode::new(&format!("{code}_01")).unwrap();
            let station = Station { code, broker, primitives: PrimitiveVersion::V2 };
            store.put_station(&station).await.unwrap();
        }
        let mut intruder = Intruder::enter(&self.database).await;
        let now = samples::now().as_microsecond();
        let day = 86_400_000_000;
        for (ec, product) in DELEGATING {
            intruder.run(&delegation(ec, product, (now - day, None), None)).await;
        }
        for (ec, span, revoked) in [
            (NOT_NOW[0], (now - 2 * day, Some(now - day)), None),
            (NOT_NOW[1], (now + day, None), None),
            (NOT_NOW[2], (now - day, None), Some(now - day / 2)),
        ] {
            intruder.run(&delegation(ec, "catalogue positions receipts stations", span, revoked)).await;
        }
        self.gateway.refresh().await;
    }

    /// The document of the API.
    pub async fn document(&self) -> Value {
        let mut caller = Caller::new(self.address);
        let (status, body) = caller.call(&Method::GET, "/openapi.json", None).await;
        assert_eq!(status, 200);
        serde_json::from_str(&body).unwrap()
    }
}

/// A delegation that the partner accepted.
fn delegation(ec: &str, products: &str, (from, until): (i64, Option<i64>), revoked: Option<i64>) -> String {
    let or_null = |at: Option<i64>| at.map_or("NULL".to_owned(), |at| at.to_string());
    let (until, revoked_at) = (or_null(until), or_null(revoked));
    let revoked_by = if revoked.is_some() { "'x'" } else { "NULL" };
    format!(
        "INSERT INTO delegation (id, ec, broker, products, from_at, until_at, offered_at, offered_by, accepted_at, \
         accepted_by, revoked_at, revoked_by) VALUES ('d{ec}', '{ec}', '{PARTNER}', '{products}', {from}, {until}, \
         {from}, 'x', {from}, 'x', {revoked_at}, {revoked_by})"
    )
}

/// A connection that is kept, with what it sends along.
pub struct Caller {
    address: SocketAddr,
    sender: Option<SendRequest<Full<Bytes>>>,
}

impl Caller {
    pub fn new(address: SocketAddr) -> Self {
        Caller { address, sender: None }
    }

    async fn sender(&mut self) -> &mut SendRequest<Full<Bytes>> {
        let usable = match &mut self.sender {
            Some(sender) => !sender.is_closed() && sender.ready().await.is_ok(),
            None => false,
        };
        if !usable {
            let stream = TcpStream::connect(self.address).await.unwrap();
            let (sender, connection) =
                hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
            tokio::spawn(connection);
            self.sender = Some(sender);
        }
        self.sender.as_mut().unwrap()
    }

    /// Status and body of the answer. Whoever waits too long gets status 0.
    pub async fn call(&mut self, method: &Method, path: &str, header: Option<(&str, &str)>) -> (u16, String) {
        self.send(method, path, header, "{}").await
    }

    /// The same with a body of JSON, where the method has one.
    pub async fn send(
        &mut self,
        method: &Method,
        path: &str,
        header: Option<(&str, &str)>,
        body: &str,
    ) -> (u16, String) {
        let mut request = Request::builder().method(method).uri(path).header("host", "localhost");
        if let Some((name, value)) = header {
            request = request.header(name, value);
        }
        let body = if [Method::GET, Method::DELETE].contains(method) { "" } else { body };
        if !body.is_empty() {
            request = request.header("content-type", "application/json");
        }
        let request = request.body(Full::from(body.to_owned())).unwrap();
        let response = self.sender().await.send_request(request).await.unwrap();
        let status = response.status().as_u16();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8_lossy(&bytes).into_owned())
    }
}
