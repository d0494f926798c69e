//! Our own gateway, asked over mutual TLS by the node simulator: nothing is found.

use std::time::Duration;

use varco::domain::clock::Clock;
use varco::node::client::{Client, TlsFiles};
use varco::node::expected::Expected;
use varco::node::judge::Expectations;
use varco::node::receipt::{Payment, ReceiptPlan, Spread, plan};
use varco::node::{Activation, Exchange, Node, Parties, Version, paid_data};
use varco::wire::common::TransferChannel;

use super::broken::{text, told};
use super::support::gateway::{TestGateway, on_both_gateways};
use super::support::samples::{self, BROKER, EC, IBAN, STATION};
use super::support::world::{OTHER_EC, POSTAL_IBAN};

fn node(gateway: &TestGateway) -> Node {
    let file = |name: &str| gateway.folder().join(name);
    let files = TlsFiles { ca: Some(file("ca.pem")), identity: Some((file("node.pem"), file("node.key"))) };
    let url = format!("https://localhost:{}/paForNode", gateway.soap_addr().port());
    let client = Client::new(&url, &files, Duration::from_secs(60)).unwrap();
    let parties = Parties { pa: EC.to_owned(), broker: BROKER.to_owned(), station: STATION.to_owned() };
    let set = |texts: &[&str]| Some(texts.iter().map(|text| (*text).to_owned()).collect());
    let known = Expectations {
        known_ecs: set(&[EC, OTHER_EC]),
        ibans: set(&[IBAN, POSTAL_IBAN]),
        ..Expectations::default()
    };
    // The machine that runs the tests is slower than a service may be.
    Node::new(client, parties, Clock::system()).knowing(known).waiting(Duration::from_secs(60))
}

#[track_caller]
fn clean(exchange: &Exchange, expected: &str) {
    let found: Vec<String> = told(exchange).into_iter().filter(|found| !found.contains(" slow ")).collect();
    assert_eq!(found, [""; 0], "{}", text(exchange));
    let expected: Expected = expected.parse().unwrap();
    assert!(expected.is_met_by(&exchange.verdict), "{}", text(exchange));
}

fn receipt(activated: &Exchange, version: Version, id: &str) -> ReceiptPlan {
    let data = paid_data(activated.verdict.answer.as_ref().unwrap(), EC).unwrap();
    let notice = activated.asked.notice.clone().unwrap();
    plan(&Payment { version, ..Payment::of(EC, &notice, id, samples::now()) }, &data).unwrap()
}

#[tokio::test]
async fn a_payment_in_either_version_and_over_either_channel_is_right_from_end_to_end() {
    on_both_gateways(async |gateway| {
        let mut node = node(gateway);
        let channels = [None, Some(TransferChannel::Postal), Some(TransferChannel::Pagopa)];
        for (base, channel) in (700..).zip(channels) {
            for (base, version) in [(base, Version::V1), (base + 50, Version::V2)] {
                gateway.owe(base, 12_000).await;
                let notice = samples::notice_number(base).to_string();
                let verified = node.verify(&notice).await;
                clean(&verified, "OK");
                let activation = Activation { channel, ..Activation::of(version, &notice) };
                let activated = node.activate(&activation).await;
                // The notice has no postal account, which is advice about the question rather than the answer.
                let postal = channel == Some(TransferChannel::Postal);
                if postal {
                    assert_eq!(activated.verdict.findings.len(), 1, "{}", text(&activated));
                    assert_eq!(activated.verdict.findings[0].rule.id, "postal-account");
                } else {
                    clean(&activated, "OK");
                }
                assert_eq!(Node::compare(&verified, &activated), []);
                let plan = receipt(&activated, version, &format!("r{base}"));
                let twice = Spread { again: 1, ..Spread::default() };
                for recipient in plan.deliveries(twice) {
                    clean(&node.receipt(&plan, recipient).await, "OK");
                }
                clean(&node.verify(&notice).await, "PAA_PAGAMENTO_DUPLICATO");
                clean(&node.activate(&activation).await, "PAA_PAGAMENTO_DUPLICATO");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn the_probe_and_every_refusal_are_right() {
    on_both_gateways(async |gateway| {
        let mut node = node(gateway);
        clean(&node.probe().await, "PAA_PAGAMENTO_SCONOSCIUTO");
        clean(&node.verify(samples::notice_number(4_999).as_str()).await, "PAA_PAGAMENTO_SCONOSCIUTO");
        clean(&node.verify("12").await, "PAA_SINTASSI_EXTRAXSD");
        let right = node.parties().clone();
        for (parties, code) in [
            (Parties { broker: "00000000000".to_owned(), ..right.clone() }, "PAA_ID_INTERMEDIARIO_ERRATO"),
            (Parties { station: "nowhere".to_owned(), ..right.clone() }, "PAA_STAZIONE_INT_ERRATA"),
            (Parties { pa: "00000000000".to_owned(), ..right.clone() }, "PAA_ID_DOMINIO_ERRATO"),
        ] {
            node.address(parties);
            clean(&node.verify(samples::notice_number(1).as_str()).await, code);
        }
    })
    .await;
}

#[tokio::test]
async fn receipts_of_payments_that_it_never_saw_are_taken_in_any_order() {
    on_both_gateways(async |gateway| {
        let mut node = node(gateway);
        gateway.owe(800, 12_000).await;
        let notice = samples::notice_number(800).to_string();
        let activated = node.activate(&Activation::of(Version::V2, &notice)).await;
        let data = paid_data(activated.verdict.answer.as_ref().unwrap(), EC).unwrap();
        let of = |id: &str| Payment::of(EC, &notice, id, samples::now());
        let payer = Some(("VRCGNN80A01H501H".to_owned(), "Gianna Varchi".to_owned()));
        let late = samples::now() - jiff::SignedDuration::from_hours(72);
        for payment in [
            Payment { stand_in: true, ..of("stand-in") },
            Payment { payer, fee: None, ..of("somebody-else") },
            Payment { paid_at: late, version: Version::V1, ..of("late") },
        ] {
            let plan = plan(&payment, &data).unwrap();
            clean(&node.receipt(&plan, EC).await, "OK");
        }
    })
    .await;
}
