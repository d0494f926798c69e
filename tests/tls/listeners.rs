//! The REST listener: the same loop and layers, without a caller's certificate.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Path;
use axum::routing::{get, post};
use rustls::pki_types::ServerName;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use varco::config::{Config, HumanDuration};
use varco::domain::clock::Clock;
use varco::observe::Metrics;
use varco::serve::{
    Health, Interface, Listener, ListenerSettings, RequestIds, ServeError, Shutdown, Stack, health,
};
use varco::tls::{TlsReloader, TlsSettings};

use super::support::{Authority, PATIENCE, Reply, client, install, read_reply, request};

struct Api {
    addr: SocketAddr,
    metrics: Arc<Metrics>,
    shutdown: Shutdown,
    ca: Authority,
    folder: TempDir,
}

async fn start(api: &str) -> Result<Api, ServeError> {
    let ca = Authority::new("CA");
    let folder = tempfile::tempdir().unwrap();
    install(folder.path(), &ca.issue("gateway"));
    let path = folder.path().join("varco.toml");
    let tls = "[soap.tls]\ncertificate='x'\nkey='x'\nclient_ca=['x']\nany_client_of_ca=true\n";
    std::fs::write(&path, format!("{tls}[api]\n{api}")).unwrap();
    let config = Config::load(&path, []).unwrap();
    let interval: HumanDuration = config.soap.tls.reload_interval;
    let tls = config.api.tls.as_ref().map(|tls| TlsSettings::for_api(tls, interval));
    let tls = tls.map(|tls| Arc::new(TlsReloader::load(tls, Clock::system()).unwrap()));

    let metrics = Arc::new(Metrics::new(|_| {}));
    let shutdown = Shutdown::new();
    let health = Health { checks: Vec::new(), stopping: shutdown.soft(), metrics: Arc::clone(&metrics) };
    let router = Router::new()
        .route("/positions/{id}", get(|Path(id): Path<String>| async move { id }))
        .route("/length", post(|body: String| async move { body.len().to_string() }))
        .route("/panic", get(panics))
        .route("/big", get(|| async { vec![0_u8; 64 << 20] }))
        .merge(health::routes(health));
    let stack = Stack {
        interface: Interface::Api { max_body: config.api.max_body.get() },
        timeout: config.api.request_timeout.get(),
        ids: Arc::new(RequestIds::new(7)),
        metrics: Arc::clone(&metrics),
    };
    let listener = Listener::bind(ListenerSettings::from(&config.api), tls, Arc::clone(&metrics)).await?;
    let addr = listener.local_addr();
    tokio::spawn(listener.serve(stack.around(router), shutdown.clone()));
    Ok(Api { addr, metrics, shutdown, ca, folder })
}

async fn panics() -> &'static str {
    panic!("asked for")
}

impl Api {
    async fn ask(&self, request: &str) -> Reply {
        let mut stream = TcpStream::connect(self.addr).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        read_reply(&mut stream).await.unwrap()
    }
}

const ANY_PORT: &str = "listen = '127.0.0.1:0'";

#[tokio::test]
async fn plain_requests_are_answered_and_counted_by_route() {
    let api = start(ANY_PORT).await.unwrap();
    let reply = api.ask(&request("GET /positions/77", "X-Request-Id: me\r\n", "")).await;
    assert_eq!((reply.status, reply.body.as_str()), (200, "77"));
    assert_eq!(reply.header("x-request-id"), Some("me"));
    assert_eq!(api.ask(&request("BREW /x", "", "")).await.status, 404);
    assert_eq!(api.ask(&request("GET /panic", "", "")).await.status, 500);
    let text = api.ask(&request("GET /metrics", "", "")).await.body;
    for line in [
        r#"varco_api_requests_total{method="GET",route="/positions/{id}",status="200"} 1"#,
        r#"varco_api_requests_total{method="other",route="none",status="404"} 1"#,
        r#"varco_api_requests_total{method="GET",route="/panic",status="500"} 1"#,
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
}

#[tokio::test]
async fn the_configured_size_is_the_bound() {
    let api = start(&format!("{ANY_PORT}\nmax_body = '3MiB'")).await.unwrap();
    let three = "x".repeat(3 << 20);
    assert_eq!(api.ask(&request("POST /length", "", &three)).await.body, three.len().to_string());
    let declared = "POST /length HTTP/1.1\r\nHost: h\r\nContent-Length: 3145729\r\n\r\n";
    assert_eq!(api.ask(declared).await.status, 413);
}

#[tokio::test]
async fn tls_asks_for_no_certificate_here() {
    let tls = format!("{ANY_PORT}\ncertificate = 'server.pem'\nkey = 'server.key'");
    let api = start(&tls).await.unwrap();
    let stream = TcpStream::connect(api.addr).await.unwrap();
    let connector = TlsConnector::from(client(&[&api.ca], None, rustls::ALL_VERSIONS));
    let mut stream = connector.connect(ServerName::try_from("localhost").unwrap(), stream).await.unwrap();
    stream.write_all(request("GET /health/live", "", "").as_bytes()).await.unwrap();
    assert_eq!(read_reply(&mut stream).await.unwrap().status, 200);
    assert!(api.folder.path().exists());
}

#[tokio::test]
async fn readiness_is_red_at_once_on_a_stop() {
    let api = start(ANY_PORT).await.unwrap();
    let mut stream = TcpStream::connect(api.addr).await.unwrap();
    stream.write_all(request("GET /health/ready", "", "").as_bytes()).await.unwrap();
    assert_eq!(read_reply(&mut stream).await.unwrap().status, 200);
    let mut late = TcpStream::connect(api.addr).await.unwrap();
    // The second connection must be accepted before the stop to be answered during it.
    while !api.metrics.render().unwrap().contains(r#"varco_connections{listener="api"} 2"#) {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    api.shutdown.begin();
    late.write_all(request("GET /health/ready", "", "").as_bytes()).await.unwrap();
    let reply = read_reply(&mut late).await.unwrap();
    assert_eq!(reply.status, 503);
    assert!(reply.body.contains("stopping"), "{}", reply.body);
}

#[tokio::test]
async fn a_caller_that_does_not_read_its_answer_is_let_go() {
    let api = start(&format!("{ANY_PORT}\nrequest_timeout = '200ms'")).await.unwrap();
    let mut stream = TcpStream::connect(api.addr).await.unwrap();
    stream.write_all(request("GET /big", "", "").as_bytes()).await.unwrap();
    // The answer has begun; from here on nothing is read.
    stream.readable().await.unwrap();
    let let_go = async {
        while !api.metrics.render().unwrap().contains(r#"varco_connections{listener="api"} 0"#) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, let_go).await.expect("the connection is let go");
}

#[tokio::test]
async fn a_taken_address_names_the_setting() {
    let first = start(ANY_PORT).await.unwrap();
    let error = start(&format!("listen = '{}'", first.addr)).await.map(|_| ()).unwrap_err().to_string();
    assert!(error.starts_with(&format!("api.listen: can't listen on {}", first.addr)), "{error}");
}
