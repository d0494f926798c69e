//! Trying a handshake: real servers, each with one fault, and what is said of it.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use hyper::{Method, StatusCode};
use openssl::ssl::{SslAcceptor, SslMethod, SslVerifyMode, SslVersion};
use openssl::x509::store::X509StoreBuilder;
use secrecy::SecretString;
use serde_json::json;
use varco::admin::certificates::{CertificateSettings, Certificates, Report, Target};
use varco::domain::certificate::Environment;
use varco::outbox::{Guard, Lookup};
use varco::store::Store;

use super::office::{Office, server};
use super::paper::{Paper, Wanted, wanted};
use crate::support::{TestDatabase, samples, world};

/// What a server asks of who calls it.
#[derive(Clone, Copy)]
enum Asks<'a> {
    Nothing,
    For(&'a Paper),
}

/// A server that shows this chain, at an address of this machine.
fn serve(chain: &[&Paper], asks: Asks<'_>, newest: SslVersion) -> SocketAddr {
    let mut acceptor = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls()).unwrap();
    acceptor.set_min_proto_version(None).unwrap();
    acceptor.set_max_proto_version(Some(newest)).unwrap();
    acceptor.set_cipher_list("DEFAULT:@SECLEVEL=0").unwrap();
    acceptor.set_private_key(&chain[0].key).unwrap();
    acceptor.set_certificate(&chain[0].certificate).unwrap();
    for above in &chain[1..] {
        acceptor.add_extra_chain_cert(above.certificate.clone()).unwrap();
    }
    if let Asks::For(root) = asks {
        let mut store = X509StoreBuilder::new().unwrap();
        store.add_cert(root.certificate.clone()).unwrap();
        acceptor.set_verify_cert_store(store.build()).unwrap();
        acceptor.add_client_ca(&root.certificate).unwrap();
        acceptor.set_verify(SslVerifyMode::PEER | SslVerifyMode::FAIL_IF_NO_PEER_CERT);
    }
    let acceptor = acceptor.build();
    answer(move |stream| {
        let Ok(mut stream) = acceptor.accept(stream) else { return };
        let _ = stream.read(&mut [0; 512]);
        let _ = stream.write_all(b"HTTP/1.1 405 Method Not Allowed\r\ncontent-length: 0\r\n\r\n");
        let _ = stream.shutdown();
    })
}

/// A server that does this with each connection.
fn answer(each: impl Fn(std::net::TcpStream) + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || listener.incoming().flatten().for_each(each));
    address
}

/// What tries, knowing this authority, allowed to reach these networks.
async fn desk(database: &TestDatabase, known: &Paper, networks: &[&str]) -> Certificates {
    let store: Store = database.store().await;
    let settings = CertificateSettings {
        environment: Environment::Production,
        soap_hosts: Vec::new(),
        api_hosts: Vec::new(),
        authorities: Some(known.pem().into_bytes()),
        guard: Guard::new(networks.iter().map(|network| network.parse().unwrap()).collect()),
        lookup: Lookup::new(|name| {
            Box::pin(async move {
                let known = name == "station.example" || name == "localhost";
                let found = std::net::IpAddr::from([127, 0, 0, 1]);
                if known { Ok(vec![found]) } else { Err(std::io::ErrorKind::NotFound.into()) }
            })
        }),
        patience: Duration::from_millis(800),
    };
    Certificates::new(store, None, settings)
}

async fn tried(desk: &Certificates, host: &str, address: SocketAddr, client: Option<&Paper>) -> Report {
    let client = client.map(|paper| (paper.pem(), SecretString::from(paper.key_pem())));
    let target = Target::Registered { host: host.to_owned(), port: address.port() };
    desk.handshake(&target, client, samples::now()).await
}

fn codes(report: &Report) -> Vec<&'static str> {
    report.findings.iter().map(|finding| finding.code).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_fault_of_a_server_is_told_by_its_name() {
    let database = TestDatabase::sqlite();
    let root = Paper::root("Radice");
    let between = root.below("Intermedia");
    let desk = desk(&database, &root, &["127.0.0.0/8"]).await;
    let host = Wanted { hosts: vec!["station.example"], ..wanted("stazione") };
    let good = between.issue(&host);
    let ended = between.issue(&Wanted { days: (-30, -1), ..host.clone() });
    let other_name = between.issue(&wanted("altro"));
    let alone = Paper::self_signed(&host);
    let strange = Paper::root("Sconosciuta");
    let stranger = strange.issue(&host);
    let newest = SslVersion::TLS1_3;
    let table: Vec<(&str, Vec<&Paper>, Vec<&str>)> = vec![
        ("nothing is wrong", vec![&good, &between], vec![]),
        ("the root is shown too", vec![&good, &between, &root], vec![]),
        ("the middle is missing", vec![&good], vec!["chain_incomplete"]),
        ("it has ended", vec![&ended, &between], vec!["expired"]),
        ("it is for another host", vec![&other_name, &between], vec!["name_missing"]),
        ("it signed itself", vec![&alone], vec!["self_signed"]),
        ("nobody knows its authority", vec![&stranger, &strange], vec!["unknown_authority"]),
    ];
    for (what, chain, expected) in table {
        let address = serve(&chain, Asks::Nothing, newest);
        let report = tried(&desk, "station.example", address, None).await;
        assert_eq!(codes(&report), expected, "{what}: {:?}", report.findings);
        assert_eq!((report.protocol, report.status), (Some("TLS 1.3"), Some(405)), "{what}");
        assert_eq!(report.chain.len(), chain.len(), "{what}: what was shown is told");
    }
    let plain = answer(|mut stream| {
        let _ = stream.read(&mut [0; 512]);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
    });
    let silent = answer(|stream| {
        std::thread::sleep(Duration::from_secs(if stream.peer_addr().is_ok() { 3 } else { 0 }))
    });
    let curt = answer(drop);
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let old = serve(&[&good, &between], Asks::Nothing, SslVersion::TLS1_1);
    for (what, host, address, expected) in [
        ("plain HTTP", "station.example", plain, "not_tls"),
        ("it says nothing", "station.example", silent, "handshake_timeout"),
        ("it hangs up", "station.example", curt, "closed"),
        ("nobody listens", "station.example", nobody, "connection_refused"),
        ("its TLS is old", "station.example", old, "protocol"),
        ("its name is unknown", "altrove.example", plain, "name_not_resolved"),
    ] {
        let report = tried(&desk, host, address, None).await;
        assert_eq!(codes(&report), [expected], "{what}: {:?}", report.findings);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_of_ours_that_is_wanted_accepted_or_refused_is_told() {
    let database = TestDatabase::sqlite();
    let root = Paper::root("Radice");
    let desk = desk(&database, &root, &["127.0.0.0/8"]).await;
    let good = root.issue(&Wanted { hosts: vec!["station.example"], ..wanted("stazione") });
    let theirs = Paper::root("Chiamanti");
    let (known, unknown) = (theirs.issue(&wanted("noi")), Paper::root("Altri").issue(&wanted("noi")));
    for newest in [SslVersion::TLS1_3, SslVersion::TLS1_2] {
        let strict = serve(&[&good], Asks::For(&theirs), newest);
        let report = tried(&desk, "station.example", strict, Some(&known)).await;
        assert_eq!(codes(&report), Vec::<&str>::new(), "{:?}", report.findings);
        assert_eq!(report.asked.as_deref(), Some(&["CN=Chiamanti".to_owned()][..]));
        let report = tried(&desk, "station.example", strict, None).await;
        assert_eq!(codes(&report), ["client_certificate_required"], "{:?}", report.findings);
        let report = tried(&desk, "station.example", strict, Some(&unknown)).await;
        assert_eq!(codes(&report), ["client_certificate_refused"], "{:?}", report.findings);
        let open = serve(&[&good], Asks::Nothing, newest);
        let report = tried(&desk, "station.example", open, Some(&known)).await;
        assert_eq!(codes(&report), ["client_certificate_not_asked"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_inner_address_is_reached_that_the_configuration_does_not_allow() {
    let database = TestDatabase::sqlite();
    let root = Paper::root("Radice");
    let desk = desk(&database, &root, &[]).await;
    let touched = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let touch = std::sync::Arc::clone(&touched);
    let address = answer(move |_| touch.store(true, std::sync::atomic::Ordering::SeqCst));
    for host in ["station.example", "127.0.0.1", "::1", "169.254.169.254", "10.0.0.1"] {
        let report = tried(&desk, host, address, None).await;
        assert_eq!(codes(&report), ["address_forbidden"], "{host}");
    }
    assert!(!touched.load(std::sync::atomic::Ordering::SeqCst));
}

#[tokio::test(flavor = "multi_thread")]
async fn our_own_listener_and_a_registered_station_can_be_tried_and_nothing_else() {
    let office = Office::open(TestDatabase::sqlite(), &[]).await;
    let root = Paper::root("Radice");
    let id = office.bring(&server(&root.issue(&wanted("gateway")), &[&root])).await;
    office.activate(&id).await;
    let path = "/certificates/handshake";
    let own = office.ask(Method::POST, path, Some(&json!({ "target": "soap" }))).await;
    assert_eq!(own.status, StatusCode::OK, "{}", own.body);
    let found: Vec<_> = own.body["findings"].as_array().unwrap().iter().map(|one| &one["code"]).collect();
    assert_eq!(found, ["client_certificate_required", "unknown_authority"], "{}", own.body);
    assert_eq!(
        (&own.body["certificateAsked"], &own.body["chain"][0]["subject"]),
        (&json!(true), &json!("CN=gateway"))
    );
    let api = office.ask(Method::POST, path, Some(&json!({ "target": "api" }))).await;
    assert_eq!(api.body["findings"][0]["code"], "not_tls", "{}", api.body);
    for (body, status, code) in [
        (json!({ "target": "http://127.0.0.1" }), 400, "invalid_request"),
        (json!({ "target": "station" }), 400, "invalid_request"),
        (json!({ "target": "station", "station": "11111111111_01" }), 404, "unknown_station"),
        (json!({ "target": "station", "station": samples::STATION }), 409, "no_address"),
    ] {
        let refused = office.ask(Method::POST, path, Some(&body)).await;
        assert_eq!(
            (refused.status.as_u16(), &refused.body["code"]),
            (status, &json!(code)),
            "{body} {}",
            refused.body
        );
    }
    let stranger =
        office.ask_as(world::API_KEY, Method::POST, path, Some(&json!({ "target": "soap" }))).await;
    assert_eq!(stranger.status.as_u16(), 403);
    office.gateway.end().await;
}
