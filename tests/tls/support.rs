//! An authority, a gateway and a caller, for the tests of the transport.

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, mpsc};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use varco::config::{Config, Soap};
use varco::domain::clock::Clock;
use varco::observe::{Metrics, Outcome};
use varco::serve::{
    BoxFuture, Contract, Interface, Listener, ListenerSettings, RequestIds, Shutdown, SoapCall, SoapHandler,
    SoapReply, SoapSettings, Stack, soap_endpoint,
};
use varco::tls::{TlsReloader, TlsSettings};

/// Long enough for a loaded machine, shorter than any default time-out of the gateway: a test that
/// ends in time has seen the time-out it set.
pub const PATIENCE: Duration = Duration::from_secs(8);

pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    pub name: String,
}

/// A certificate with its key, in PEM form.
#[derive(Clone)]
pub struct Identity {
    pub certificate: String,
    pub key: String,
}

impl Authority {
    pub fn new(name: &str) -> Self {
        let issuer = CertifiedIssuer::self_signed(ca_params(name), KeyPair::generate().unwrap()).unwrap();
        Self { issuer, name: format!("CN={name}") }
    }

    pub fn intermediate(&self, name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let issuer = CertifiedIssuer::signed_by(ca_params(name), key, &self.issuer).unwrap();
        Self { issuer, name: format!("CN={name}") }
    }

    pub fn pem(&self) -> String {
        self.issuer.pem()
    }

    pub fn issue(&self, name: &str) -> Identity {
        self.issue_until(name, 2999)
    }

    pub fn issue_until(&self, name: &str, year: i32) -> Identity {
        let mut params = leaf_params(name);
        params.not_after = date_time_ymd(year, 1, 1);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Identity { certificate: certificate.pem(), key: key.serialize_pem() }
    }
}

fn ca_params(name: &str) -> CertificateParams {
    let mut params = leaf_params(name);
    params.subject_alt_names.clear();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
}

fn leaf_params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

pub fn self_signed(name: &str) -> Identity {
    let key = KeyPair::generate().unwrap();
    let certificate = leaf_params(name).self_signed(&key).unwrap();
    Identity { certificate: certificate.pem(), key: key.serialize_pem() }
}

/// Answers with the length of the body; `wait` waits to be released, `panic` panics, `later` is 503.
struct Handler {
    started: mpsc::UnboundedSender<SoapCall>,
    release: Arc<Semaphore>,
}

impl SoapHandler for Handler {
    fn call(&self, call: SoapCall) -> BoxFuture<SoapReply> {
        let release = Arc::clone(&self.release);
        let _ = self.started.send(call.clone());
        Box::pin(async move {
            let text = format!("{} bytes", call.body.len());
            let (status, outcome) = match &call.body[..] {
                b"later" => (StatusCode::SERVICE_UNAVAILABLE, Outcome::Unavailable),
                b"panic" => panic!("asked for"),
                b"wait" => {
                    release.acquire().await.unwrap().forget();
                    (StatusCode::OK, Outcome::Ok)
                }
                _ => (StatusCode::OK, Outcome::Ok),
            };
            SoapReply { status, body: text.into(), primitive: "paVerifyPaymentNotice", outcome }
        })
    }
}

const CONTRACT: Contract = Contract {
    wsdl: r#"<import schemaLocation="../xsd/a.xsd"/><soap:address location="http://x"/>"#,
    schemas: &[("a.xsd", r#"<include schemaLocation="b.xsd"/>"#), ("b.xsd", "<schema/>")],
};

pub struct Gateway {
    pub folder: TempDir,
    pub addr: SocketAddr,
    pub tls: Arc<TlsReloader>,
    pub shutdown: Shutdown,
    pub metrics: Arc<Metrics>,
    pub ca: Authority,
    pub release: Arc<Semaphore>,
    pub started: mpsc::UnboundedReceiver<SoapCall>,
}

impl Gateway {
    /// A gateway with its own authority `CA`, which lets in `CN=node` and what `soap` adds.
    pub async fn start(soap: &str) -> Self {
        Self::start_with(soap, |ca| format!("allowed_clients = [{}]", pair("CN=node", &ca.name))).await
    }

    pub async fn start_with(soap: &str, callers: impl FnOnce(&Authority) -> String) -> Self {
        Self::start_at(Clock::system(), soap, callers).await
    }

    pub async fn start_at(clock: Clock, soap: &str, callers: impl FnOnce(&Authority) -> String) -> Self {
        let ca = Authority::new("CA");
        let folder = tempfile::tempdir().unwrap();
        install(folder.path(), &ca.issue("gateway"));
        std::fs::write(folder.path().join("ca.pem"), ca.pem()).unwrap();
        let callers = callers(&ca);
        let toml = format!(
            "[soap]\nlisten = '127.0.0.1:0'\n{soap}\n[soap.tls]\ncertificate = 'server.pem'\n\
             key = 'server.key'\nclient_ca = ['ca.pem']\nreload_interval = '20ms'\n{callers}\n"
        );
        let path = folder.path().join("varco.toml");
        std::fs::write(&path, toml).unwrap();
        let soap = Config::load(&path, []).unwrap().soap;
        Self::run(folder, ca, soap, clock).await
    }

    async fn run(folder: TempDir, ca: Authority, soap: Soap, clock: Clock) -> Self {
        let tls = Arc::new(TlsReloader::load(TlsSettings::from(&soap.tls), clock).unwrap());
        let metrics = Arc::new(Metrics::new(|_| {}));
        let shutdown = Shutdown::new();
        let (sender, started) = mpsc::unbounded_channel();
        let release = Arc::new(Semaphore::new(0));
        let handler = Arc::new(Handler { started: sender, release: Arc::clone(&release) });
        let settings = SoapSettings {
            max_message: soap.max_message.get(),
            public_url: soap.public_url.clone(),
            contract: CONTRACT,
        };
        let stack = Stack {
            interface: Interface::Soap,
            timeout: soap.body_timeout.get(),
            ids: Arc::new(RequestIds::new(7)),
            metrics: Arc::clone(&metrics),
        };
        let router = stack.around(soap_endpoint::routes(settings, handler));
        let listener =
            Listener::bind(ListenerSettings::from(&soap), Some(Arc::clone(&tls)), Arc::clone(&metrics));
        let listener = listener.await.unwrap();
        let addr = listener.local_addr();
        tokio::spawn(listener.serve(router, shutdown.clone()));
        Self { folder, addr, tls, shutdown, metrics, ca, release, started }
    }

    /// A connection as the allowed caller.
    pub async fn caller(&self) -> TlsStream<TcpStream> {
        self.connect(Some(&self.ca.issue("node"))).await.unwrap()
    }

    pub async fn connect(&self, identity: Option<&Identity>) -> io::Result<TlsStream<TcpStream>> {
        self.connect_with(client(&[&self.ca], identity, rustls::ALL_VERSIONS)).await
    }

    pub async fn connect_with(&self, config: Arc<ClientConfig>) -> io::Result<TlsStream<TcpStream>> {
        let stream = TcpStream::connect(self.addr).await?;
        let name = ServerName::try_from("localhost").unwrap();
        TlsConnector::from(config).connect(name, stream).await
    }

    /// Connects and makes one call: the whole exchange a caller sees.
    pub async fn exchange(&self, config: Arc<ClientConfig>) -> io::Result<Reply> {
        let mut stream = self.connect_with(config).await?;
        stream.write_all(post("hello").as_bytes()).await?;
        read_reply(&mut stream).await
    }

    /// Waits until a request has reached the handler.
    pub async fn started(&mut self) -> SoapCall {
        tokio::time::timeout(PATIENCE, self.started.recv()).await.unwrap().unwrap()
    }
}

pub fn install(folder: &Path, identity: &Identity) {
    std::fs::write(folder.join("server.pem"), &identity.certificate).unwrap();
    std::fs::write(folder.join("server.key"), &identity.key).unwrap();
}

pub fn pair(subject: &str, issuer: &str) -> String {
    format!("{{ subject = '{subject}', issuer = '{issuer}' }}")
}

pub fn client(
    trust: &[&Authority],
    identity: Option<&Identity>,
    versions: &[&'static SupportedProtocolVersion],
) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    for ca in trust {
        roots.add(CertificateDer::from_pem_slice(ca.pem().as_bytes()).unwrap()).unwrap();
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots);
    let config = match identity {
        None => builder.with_no_client_auth(),
        Some(identity) => {
            let chain = CertificateDer::pem_slice_iter(identity.certificate.as_bytes());
            let key = PrivateKeyDer::from_pem_slice(identity.key.as_bytes()).unwrap();
            builder.with_client_auth_cert(chain.map(Result::unwrap).collect(), key).unwrap()
        }
    };
    Arc::new(config)
}

/// A POST of `body` with its length declared.
pub fn post(body: &str) -> String {
    request("POST /paForNode", "Content-Type: text/xml\r\n", body)
}

pub fn request(line: &str, headers: &str, body: &str) -> String {
    format!("{line} HTTP/1.1\r\nHost: ec.example\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len())
}

#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    /// In lower case.
    pub head: String,
    pub body: String,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")))
    }
}

/// Reads one answer, as long as its Content-Length says.
pub async fn read_reply(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Reply> {
    let read = async {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await?);
        }
        let head = String::from_utf8(head).unwrap().to_lowercase();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let mut reply = Reply { status, head, body: String::new() };
        let length = reply.header("content-length").map_or(0, |length| length.parse().unwrap());
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await?;
        reply.body = String::from_utf8(body).unwrap();
        Ok(reply)
    };
    tokio::time::timeout(PATIENCE, read).await.expect("an answer in time")
}

/// One call on an open connection.
pub async fn call(stream: &mut TlsStream<TcpStream>, request: &str) -> Reply {
    stream.write_all(request.as_bytes()).await.unwrap();
    read_reply(stream).await.unwrap()
}

/// Waits until the other end closes, and returns what it sent before.
pub async fn closed(stream: &mut (impl AsyncRead + Unpin)) -> Vec<u8> {
    let mut rest = Vec::new();
    let ended = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut rest)).await;
    // A reset is a close too; only staying open is not.
    let _ = ended.expect("the connection is closed in time");
    rest
}

/// As [`closed`], but with the TLS end-of-stream: nothing was cut.
pub async fn closed_cleanly(stream: &mut TlsStream<TcpStream>) {
    let mut rest = Vec::new();
    let ended = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut rest)).await;
    assert_eq!(ended.expect("closed in time").expect("closed with close_notify"), 0);
}
