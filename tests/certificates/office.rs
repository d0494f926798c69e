//! A whole gateway whose certificates are managed, and somebody who may manage them.

use std::net::SocketAddr;
use std::sync::Arc;

use http_body_util::{BodyExt, Full};
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use serde_json::{Value, json};
use sqlx::Connection as _;
use tokio::net::TcpStream;
use varco::api::auth::hash_key;
use varco::config::Config;
use varco::domain::clock::Clock;
use varco::domain::segregation::Segregation;
use varco::gateway::Gateway;
use varco::store::{ApiKey, ApiScope, KeyRights, Store};

use super::paper::Paper;
use crate::support::TestDatabase;
use crate::support::gateway::TestGateway;
use crate::support::messages::about;
use crate::support::node::{Lost, Node};
use crate::support::{pki, samples};

pub const OPERATOR: &str = "operator-of-the-tests";
pub const MASTER: &str = "a master key of the tests, long enough";

/// Nobody else has to agree: approval has tests of its own.
pub const OWN: [(&str, &str); 4] = [
    ("VARCO__VAULT__MASTER_KEY", MASTER),
    ("VARCO__CERTIFICATES__SOAP_HOSTS", "localhost"),
    ("VARCO__APPROVAL__CERTIFICATES", "none"),
    ("VARCO__APPROVAL__REVOCATION_LISTS", "none"),
];

pub struct Office {
    pub gateway: TestGateway,
}

/// What the API answered.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub bytes: Vec<u8>,
    pub body: Value,
}

/// Runs a test on an office over each engine.
pub async fn on_both_offices(test: impl AsyncFn(&Office)) {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        let office = Office::open(database, &[]).await;
        test(&office).await;
        office.gateway.end().await;
    }
}

impl Office {
    pub async fn open(database: TestDatabase, settings: &[(&str, &str)]) -> Office {
        Office::start(database, &[&OWN[..], settings].concat()).await
    }

    pub async fn open_without_vault(database: TestDatabase) -> Office {
        Office::start(database, &OWN[2..]).await
    }

    /// Stops, and starts again on the same database.
    pub async fn restart(self) -> Office {
        Office { gateway: self.gateway.restart_with(&OWN).await }
    }

    async fn start(database: TestDatabase, settings: &[(&str, &str)]) -> Office {
        let url = database.url.clone();
        let gateway = TestGateway::start_through(database, &url, settings).await;
        operator(gateway.store()).await;
        Office { gateway }
    }

    pub async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        ask_at(self.gateway.api_addr(), method, path, body).await.unwrap()
    }

    pub async fn ask_as(&self, key: &str, method: Method, path: &str, body: Option<&Value>) -> Answer {
        ask_with((self.gateway.api_addr(), key), method, path, body).await.unwrap()
    }

    /// Brings a certificate that must be taken in; returns its id.
    pub async fn bring(&self, body: &Value) -> String {
        let answer = self.ask(Method::POST, "/certificates", Some(body)).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
        answer.body["id"].as_str().unwrap().to_owned()
    }

    /// Does something with a certificate that must succeed.
    pub async fn act(&self, id: &str, act: &str, body: Value) -> Value {
        let answer = self.ask(Method::POST, &format!("/certificates/{id}/{act}"), Some(&body)).await;
        assert_eq!(answer.status, StatusCode::OK, "{act}: {}", answer.body);
        answer.body
    }

    pub async fn activate(&self, id: &str) -> Value {
        self.act(id, "activate", json!({})).await
    }

    pub async fn read(&self, id: &str) -> Value {
        self.ask(Method::GET, &format!("/certificates/{id}"), None).await.body
    }

    /// The certificate that the SOAP listener shows.
    pub async fn shown(&self) -> Vec<u8> {
        shown_at(self.gateway.soap_addr()).await
    }

    /// Another instance on the same database.
    pub async fn beside(&self) -> Gateway {
        let settings = OWN.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        let file = pki::write_config(self.gateway.folder(), &self.gateway.database.url);
        let config = Config::load(&file, settings).unwrap();
        Gateway::start(config, Clock::manual(samples::now()).0).await.unwrap()
    }

    /// Whether a caller with that certificate gets an answer, on a new connection.
    pub async fn lets_in(&self, caller: &Paper, trusted: &[&str]) -> bool {
        let node = Node::new(self.gateway.soap_addr(), client(caller, trusted));
        node.post(&about(1).verify()).await.is_ok_and(|reply| reply.status == 200)
    }
}

/// Asks whoever is at an address, as the operator.
pub async fn ask_at(
    address: SocketAddr,
    method: Method,
    path: &str,
    body: Option<&Value>,
) -> Result<Answer, Lost> {
    ask_with((address, OPERATOR), method, path, body).await
}

async fn ask_with(
    (address, key): (SocketAddr, &str),
    method: Method,
    path: &str,
    body: Option<&Value>,
) -> Result<Answer, Lost> {
    let stream = TcpStream::connect(address).await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let request = Request::builder()
        .method(method)
        .uri(format!("/admin/v1{path}"))
        .header("host", "localhost")
        .header("content-type", "application/json")
        .header("x-varco-reason", "a test")
        .header("ocp-apim-subscription-key", key);
    let body = body.map(Value::to_string).unwrap_or_default();
    let response = sender.send_request(request.body(Full::<bytes::Bytes>::from(body))?).await?;
    let status = response.status();
    let bytes = response.into_body().collect().await?.to_bytes().to_vec();
    Ok(Answer { status, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null), bytes })
}

/// Lets the operator in.
pub async fn operator(store: &Store) {
    let key = ApiKey {
        id: "operator".into(),
        label: "operator".into(),
        institutions: ApiScope::Every,
        segregation: Segregation::Every,
        rights: KeyRights::operator(),
    };
    store.add_api_key(&key, &hash_key(OPERATOR)).await.unwrap();
}

/// The certificate that is shown at an address.
pub async fn shown_at(address: SocketAddr) -> Vec<u8> {
    let connector = openssl::ssl::SslConnector::builder(openssl::ssl::SslMethod::tls()).unwrap();
    tokio::task::spawn_blocking(move || {
        let mut configuration = connector.build().configure().unwrap();
        configuration.set_verify(openssl::ssl::SslVerifyMode::NONE);
        let stream = std::net::TcpStream::connect(address).unwrap();
        let stream = configuration.verify_hostname(false).connect("localhost", stream).unwrap();
        stream.ssl().peer_certificate().unwrap().to_der().unwrap()
    })
    .await
    .unwrap()
}

/// A caller that shows a certificate and trusts these authorities, in PEM form.
pub fn client(caller: &Paper, trusted: &[&str]) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    for pem in trusted {
        for one in CertificateDer::pem_slice_iter(pem.as_bytes()) {
            roots.add(one.unwrap()).unwrap();
        }
    }
    let chain = vec![CertificateDer::from(caller.certificate.to_der().unwrap())];
    let key = PrivateKeyDer::from_pem_slice(caller.key_pem().as_bytes()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let time = Arc::new(Now);
    let builder = ClientConfig::builder_with_details(provider, time).with_safe_default_protocol_versions();
    let builder = builder.unwrap().with_root_certificates(roots);
    Arc::new(builder.with_client_auth_cert(chain, key).unwrap())
}

/// The instant of the tests.
#[derive(Debug)]
struct Now;

impl rustls::time_provider::TimeProvider for Now {
    fn current_time(&self) -> Option<rustls::pki_types::UnixTime> {
        let seconds = u64::try_from(samples::now().as_second()).ok()?;
        Some(rustls::pki_types::UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds)))
    }
}

/// A server certificate as it is brought, with these behind it.
pub fn server(paper: &Paper, above: &[&Paper]) -> Value {
    let chain: String = std::iter::once(paper).chain(above.iter().copied()).map(Paper::pem).collect();
    json!({ "role": "soap_server", "label": "Nodo", "certificates": chain, "key": paper.key_pem() })
}

pub fn authority(paper: &Paper) -> Value {
    json!({ "role": "node_authority", "label": "Autorità del nodo", "certificates": paper.pem() })
}

pub fn caller(paper: &Paper) -> Value {
    json!({ "role": "node_caller", "label": "Nodo", "certificates": paper.pem() })
}

/// One column of one statement, from the database of an office.
pub async fn column(office: &Office, statement: &'static str) -> Vec<String> {
    let url = &office.gateway.database.url;
    match office.gateway.engine {
        "sqlite" => {
            let mut database = sqlx::SqliteConnection::connect(url).await.unwrap();
            sqlx::query_scalar(statement).fetch_all(&mut database).await.unwrap()
        }
        _ => {
            let mut database = sqlx::PgConnection::connect(url).await.unwrap();
            sqlx::query_scalar(statement).fetch_all(&mut database).await.unwrap()
        }
    }
}

/// What was done, as the audit has it.
pub async fn audited(office: &Office) -> Vec<String> {
    column(office, "SELECT action FROM audit ORDER BY seq").await
}
