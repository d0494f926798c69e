//! Who is let in.

use std::sync::Arc;

use rustls::version::{TLS12, TLS13};
use varco::domain::clock::Clock;

use super::support::{Authority, Gateway, Identity, client, pair, self_signed};

/// Whether the gateway answers this caller, on each TLS version; both must agree.
async fn answered(gateway: &Gateway, identity: Option<&Identity>) -> bool {
    let mut answers = Vec::new();
    for version in [&TLS12, &TLS13] {
        let reply = gateway.exchange(client(&[&gateway.ca], identity, &[version])).await;
        answers.push(reply.is_ok_and(|reply| reply.status == 200));
    }
    assert_eq!(answers[0], answers[1], "TLS 1.2 and 1.3 disagree");
    answers[0]
}

#[tokio::test]
async fn the_listed_caller_is_answered_and_known_to_the_handler() {
    let mut gateway = Gateway::start("").await;
    assert!(answered(&gateway, Some(&gateway.ca.issue("node"))).await);
    let call = gateway.started().await;
    let certificate = call.peer.certificate.as_ref().unwrap();
    assert_eq!(
        (certificate.subject.to_string(), certificate.issuer.to_string()),
        ("CN=node".into(), "CN=CA".into())
    );
    assert!(call.peer.addr.ip().is_loopback());
}

#[tokio::test]
async fn everyone_else_is_refused() {
    let gateway = Gateway::start("").await;
    let other_ca = Authority::new("CA");
    assert!(!answered(&gateway, None).await, "no certificate");
    assert!(!answered(&gateway, Some(&gateway.ca.issue("other"))).await, "not on the list");
    assert!(!answered(&gateway, Some(&other_ca.issue("node"))).await, "another authority of the same name");
    assert!(!answered(&gateway, Some(&self_signed("node"))).await, "self-signed");
    assert!(!answered(&gateway, Some(&gateway.ca.issue_until("node", 2020))).await, "expired");
}

#[tokio::test]
async fn a_session_ends_with_the_certificate_that_opened_it() {
    for version in [&TLS12, &TLS13] {
        let (clock, hand) = Clock::manual("2029-12-31T23:00:00Z".parse().unwrap());
        let gateway = Gateway::start_at(clock, "", |_| "any_client_of_ca = true".to_owned()).await;
        let node = client(&[&gateway.ca], Some(&gateway.ca.issue_until("node", 2030)), &[version]);
        assert_eq!(gateway.exchange(Arc::clone(&node)).await.unwrap().status, 200);
        assert_eq!(gateway.exchange(Arc::clone(&node)).await.unwrap().status, 200);
        hand.advance(jiff::SignedDuration::from_hours(2));
        assert!(gateway.exchange(node).await.is_err(), "{version:?}");
    }
}

#[tokio::test]
async fn two_callers_at_once_so_that_a_renewal_under_another_name_has_no_gap() {
    let gateway = Gateway::start_with("", |ca| {
        format!("allowed_clients = [{}, {}]", pair("CN=node", &ca.name), pair("CN=node 2", &ca.name))
    })
    .await;
    assert!(answered(&gateway, Some(&gateway.ca.issue("node"))).await);
    assert!(answered(&gateway, Some(&gateway.ca.issue("Node  2"))).await);
    assert!(!answered(&gateway, Some(&gateway.ca.issue("node 3"))).await);
}

#[tokio::test]
async fn any_caller_of_the_authority_when_said_so() {
    let gateway = Gateway::start_with("", |_| "any_client_of_ca = true".to_owned()).await;
    assert!(answered(&gateway, Some(&gateway.ca.issue("whoever"))).await);
    assert!(!answered(&gateway, Some(&Authority::new("CA").issue("whoever"))).await);
}

#[tokio::test]
async fn an_intermediate_as_anchor_serves_a_caller_that_sends_its_leaf_only() {
    let root = Authority::new("Root");
    let intermediate = root.intermediate("Intermediate");
    let gateway =
        Gateway::start_with("", |_| format!("allowed_clients = [{}]", pair("CN=node", "CN=Intermediate")))
            .await;
    let node = intermediate.issue("node");
    assert!(!answered(&gateway, Some(&node)).await, "its authority is not configured yet");
    std::fs::write(gateway.folder.path().join("ca.pem"), intermediate.pem()).unwrap();
    gateway.tls.reload().unwrap();
    assert!(answered(&gateway, Some(&node)).await);
    assert!(!answered(&gateway, Some(&root.issue("node"))).await, "the root is no anchor");
}
