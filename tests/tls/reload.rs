//! Certificates change while requests are in flight.

use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;
use varco::config::{AllowedClients, ClientNames};
use varco::tls::{CallerSettings, Reload, TlsSettings};

use super::support::{
    Authority, Gateway, Identity, PATIENCE, call, client, closed_cleanly, install, post, read_reply,
};

fn shown(stream: &TlsStream<TcpStream>) -> CertificateDer<'static> {
    stream.get_ref().1.peer_certificates().unwrap()[0].clone().into_owned()
}

fn der(identity: &Identity) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(identity.certificate.as_bytes()).unwrap()
}

#[tokio::test]
async fn a_renewed_certificate_is_shown_and_old_connections_stay() {
    let gateway = Gateway::start("").await;
    let mut old = gateway.caller().await;
    assert_eq!(call(&mut old, &post("x")).await.status, 200);

    let renewed = gateway.ca.issue_until("gateway", 2998);
    install(gateway.folder.path(), &renewed);
    assert_eq!(gateway.tls.reload().unwrap(), Reload::CertificateRenewed);
    assert_eq!(gateway.tls.reload().unwrap(), Reload::Unchanged);

    assert_eq!(shown(&gateway.caller().await), der(&renewed));
    assert_ne!(shown(&old), der(&renewed));
    assert_eq!(call(&mut old, &post("x")).await.status, 200);
    assert!(gateway.tls.days_left() > 300_000);
}

#[tokio::test]
async fn files_are_watched() {
    let gateway = Gateway::start("").await;
    tokio::spawn(Arc::clone(&gateway.tls).watch(gateway.shutdown.soft()));
    let renewed = gateway.ca.issue("gateway");
    install(gateway.folder.path(), &renewed);
    let seen = async {
        while shown(&gateway.caller().await) != der(&renewed) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, seen).await.expect("the new certificate is shown");
}

#[tokio::test]
async fn files_that_cannot_be_used_change_nothing_and_are_named() {
    let gateway = Gateway::start("").await;
    let before = shown(&gateway.caller().await);
    let folder = gateway.folder.path();
    let ca = std::fs::read(folder.join("ca.pem")).unwrap();
    let other = gateway.ca.issue("gateway");
    let spoils = [
        (
            "server.pem",
            other.certificate.as_str(),
            "soap.tls.certificate and soap.tls.key can't be used together",
        ),
        ("server.pem", "noise", "soap.tls.certificate: "),
        ("server.key", "noise", "soap.tls.key: "),
        ("ca.pem", "noise", "soap.tls.client_ca: "),
    ];
    for (file, content, message) in spoils {
        let good = std::fs::read(folder.join(file)).unwrap();
        std::fs::write(folder.join(file), content).unwrap();
        let error = gateway.tls.reload().unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
        assert_eq!(shown(&gateway.caller().await), before);
        std::fs::write(folder.join(file), good).unwrap();
    }
    std::fs::remove_file(folder.join("ca.pem")).unwrap();
    let error = gateway.tls.reload().unwrap_err().to_string();
    assert!(error.starts_with("soap.tls.client_ca: can't read ") && error.contains("ca.pem"), "{error}");
    std::fs::write(folder.join("ca.pem"), ca).unwrap();
    assert_eq!(gateway.tls.reload().unwrap(), Reload::Unchanged);
    assert_eq!(gateway.tls.current().number, 1);
}

/// The gateway's settings with another list of callers.
fn callers(gateway: &Gateway, subject: &str) -> TlsSettings {
    let names = ClientNames { subject: subject.to_owned(), issuer: gateway.ca.name.clone() };
    let path = |file: &str| gateway.folder.path().join(file);
    TlsSettings {
        section: "soap.tls",
        certificate: path("server.pem"),
        key: path("server.key"),
        callers: Some(CallerSettings {
            client_ca: vec![path("ca.pem")],
            allowed: AllowedClients::Listed(vec![names]),
        }),
        reload_interval: PATIENCE,
    }
}

#[tokio::test]
async fn a_caller_no_longer_allowed_finishes_its_request_and_is_let_go() {
    let mut gateway = Gateway::start("").await;
    let mut busy = gateway.caller().await;
    let mut idle = gateway.caller().await;
    assert_eq!(call(&mut idle, &post("x")).await.status, 200);
    gateway.started().await;
    busy.write_all(post("wait").as_bytes()).await.unwrap();
    gateway.started().await;

    let settings = callers(&gateway, "CN=successor");
    assert_eq!(gateway.tls.replace(settings).unwrap(), Reload::CallersChanged);
    closed_cleanly(&mut idle).await;
    gateway.release.add_permits(1);
    let reply = read_reply(&mut busy).await.unwrap();
    assert_eq!((reply.status, reply.header("connection")), (200, Some("close")));
    closed_cleanly(&mut busy).await;

    let exchange = |name: &str| {
        gateway.exchange(client(&[&gateway.ca], Some(&gateway.ca.issue(name)), rustls::ALL_VERSIONS))
    };
    assert!(exchange("node").await.is_err());
    assert_eq!(exchange("successor").await.unwrap().status, 200);
}

#[tokio::test]
async fn a_request_whose_header_has_begun_is_answered_after_the_change() {
    let gateway = Gateway::start("").await;
    let mut stream = gateway.caller().await;
    assert_eq!(call(&mut stream, &post("x")).await.status, 200);
    let (first, second) = ("POST / HTTP/1.1\r\nHost: h\r\n", "Content-Length: 0\r\n\r\n");
    stream.write_all(first.as_bytes()).await.unwrap();
    stream.flush().await.unwrap();
    // The server must have read the half header before the change for the test to mean anything.
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    gateway.tls.replace(callers(&gateway, "CN=successor")).unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    stream.write_all(second.as_bytes()).await.unwrap();
    assert_eq!(read_reply(&mut stream).await.unwrap().status, 200);
    closed_cleanly(&mut stream).await;
}

#[tokio::test]
async fn a_session_from_before_the_change_is_not_resumed() {
    for version in rustls::ALL_VERSIONS {
        let gateway = Gateway::start("").await;
        let node = client(&[&gateway.ca], Some(&gateway.ca.issue("node")), &[version]);
        assert_eq!(gateway.exchange(Arc::clone(&node)).await.unwrap().status, 200);
        let resumed = gateway.connect_with(Arc::clone(&node)).await.unwrap();
        assert_eq!(resumed.get_ref().1.handshake_kind(), Some(rustls::HandshakeKind::Resumed));
        gateway.tls.replace(callers(&gateway, "CN=successor")).unwrap();
        assert!(gateway.exchange(node).await.is_err(), "{version:?}");
    }
}

#[tokio::test]
async fn a_wrong_list_keeps_the_old_one() {
    let gateway = Gateway::start("").await;
    let error = gateway.tls.replace(callers(&gateway, "node")).unwrap_err().to_string();
    let expected =
        "soap.tls.allowed_clients, entry 1, subject: \"node\" has the part \"node\" without a type";
    assert!(error.starts_with(expected), "{error}");
    assert_eq!(call(&mut gateway.caller().await, &post("x")).await.status, 200);
    assert_eq!(gateway.tls.reload().unwrap(), Reload::Unchanged);
}

#[tokio::test]
async fn callers_of_another_authority_are_let_in_by_its_file() {
    let gateway = Gateway::start_with("", |_| "any_client_of_ca = true".to_owned()).await;
    let other = Authority::new("Other");
    let node = client(&[&gateway.ca], Some(&other.issue("node")), rustls::ALL_VERSIONS);
    assert!(gateway.exchange(Arc::clone(&node)).await.is_err());
    let both = format!("{}{}", gateway.ca.pem(), other.pem());
    std::fs::write(gateway.folder.path().join("ca.pem"), both).unwrap();
    assert_eq!(gateway.tls.reload().unwrap(), Reload::CallersChanged);
    assert_eq!(gateway.exchange(node).await.unwrap().status, 200);
}
