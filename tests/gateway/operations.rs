//! What an operator sees: figures, ids of requests, readiness, and a stop that loses nothing.

use std::sync::Arc;
use std::time::Duration;

use crate::support::gateway::{TestGateway, on_both_gateways};
use crate::support::messages::{Question, about, paid};
use crate::support::samples::STATION;
use crate::support::trouble::Intruder;
use crate::support::{TestDatabase, pki};

#[tokio::test]
async fn outcomes_are_counted_by_primitive() {
    on_both_gateways(async |gateway| {
        gateway.owe(1, 100).await;
        gateway.codes(&about(1)).await;
        gateway.codes(&about(9)).await;
        gateway.codes(&about(9)).await;
        gateway.settle(&paid("r1", 1, 100)).await;
        gateway.settle(&paid("r1", 1, 100)).await;
        gateway.send_rt(&paid("r1", 1, 100)).await;
        gateway.post("<x/>").await.unwrap();
        let (status, figures) = gateway.api("/metrics").await;
        assert_eq!(status, 200);
        for line in [
            r#"varco_requests_total{primitive="paVerifyPaymentNotice",outcome="ok"} 1"#,
            r#"varco_requests_total{primitive="paVerifyPaymentNotice",outcome="ko"} 2"#,
            r#"varco_requests_total{primitive="paGetPayment",outcome="ok"} 1"#,
            r#"varco_requests_total{primitive="paGetPaymentV2",outcome="ko"} 2"#,
            r#"varco_requests_total{primitive="paSendRTV2",outcome="ok"} 2"#,
            r#"varco_requests_total{primitive="paSendRT",outcome="ok"} 1"#,
            r#"varco_requests_total{primitive="none",outcome="fault"} 1"#,
            r#"varco_requests_within_2s_ratio{primitive="paSendRTV2"} "#,
            r#"varco_request_duration_seconds_count{primitive="paSendRTV2"} 2"#,
            r#"varco_certificate_days_left{certificate="soap"} "#,
        ] {
            assert!(figures.contains(line), "{line} is not in\n{figures}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_request_keeps_the_id_it_came_with_or_gets_one() {
    on_both_gateways(async |gateway| {
        let message = about(1).verify();
        let own = "0199a9c8-7d3e-7c50-9b1f-3f1f0a2b4c5d";
        let reply = gateway.node.post_with(&message, &[("x-request-id", own)]).await.unwrap();
        assert_eq!(reply.headers["x-request-id"], own);
        let made = gateway.post(&message).await.unwrap().headers["x-request-id"].clone();
        let next = gateway.post(&message).await.unwrap().headers["x-request-id"].clone();
        assert_ne!(made, next);
    })
    .await;
}

#[tokio::test]
async fn it_is_alive_and_ready() {
    on_both_gateways(async |gateway| {
        assert_eq!(gateway.api("/health/live").await.0, 200);
        assert_eq!(gateway.api("/health/ready").await, (200, r#"{"status":"ready"}"#.to_owned()));
    })
    .await;
}

#[tokio::test]
async fn what_is_no_message_of_ours_is_a_soap_fault() {
    on_both_gateways(async |gateway| {
        for message in ["", "hello", "<x/>", &about(1).verify().replace("paVerify", "paOther")] {
            let reply = gateway.post(message).await.unwrap();
            let text = String::from_utf8_lossy(&reply.body);
            assert_eq!(reply.status, 500, "{text}");
            assert!(text.contains("Fault>"), "{text}");
        }
        let demand = Question { station: STATION.to_owned(), ..about(1) }.verify();
        let demand = demand.replace("paVerifyPaymentNoticeReq", "paDemandPaymentNoticeRequest");
        let start = demand.find("<qrCode>").unwrap();
        let end = demand.find("</qrCode>").unwrap() + "</qrCode>".len();
        let service = "<idServizio>00001</idServizio><idSoggettoServizio>00001</idSoggettoServizio>\
                       <datiSpecificiServizioRequest>PHgvPg==</datiSpecificiServizioRequest>";
        let demand = format!("{}{service}{}", &demand[..start], &demand[end..]);
        let reply = gateway.post(&demand).await.unwrap();
        assert_eq!(reply.status, 200);
        assert!(
            String::from_utf8_lossy(&reply.body).contains("PAA_PAGAMENTO_SCONOSCIUTO"),
            "nothing is offered here"
        );
    })
    .await;
}

/// A stop while receipts come in: each is either answered OK and kept, or not answered.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_stop_answers_what_is_in_flight_and_loses_nothing() {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        let gateway = TestGateway::start(database).await;
        let node = Arc::new(crate::support::node::Node::new(gateway.soap_addr(), gateway.tls()));
        let senders: Vec<_> = (0..8)
            .map(|sender| {
                let node = Arc::clone(&node);
                tokio::spawn(async move {
                    let mut answered = Vec::new();
                    for base in (0..).map(|n| sender * 1_000 + n) {
                        let id = format!("r{base}");
                        match node.post(&paid(&id, base, 100).v2()).await {
                            Ok(reply) if reply.status == 200 => answered.push((base, id)),
                            Ok(reply) => panic!("a stopping gateway answered {}", reply.status),
                            Err(_) => break,
                        }
                    }
                    answered
                })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(100)).await;
        let gateway = gateway.restart().await;
        let mut kept = 0;
        for sender in senders {
            for (base, id) in sender.await.unwrap() {
                assert_eq!(gateway.classes(base).await, [(id, "unknown_notice".to_owned())]);
                kept += 1;
            }
        }
        assert!(kept > 0, "nothing was sent");
        gateway.end().await;
    }
}

#[tokio::test]
async fn the_ledger_can_be_audited_from_the_command_line() {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        let folder = tempfile::tempdir().unwrap();
        pki::issue(folder.path());
        let config = pki::write_config(folder.path(), &database.url);
        let gateway = TestGateway::start(database).await;
        gateway.owe(1, 100).await;
        gateway.settle(&paid("r1", 1, 100)).await;
        let audit = async || {
            let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_varco"));
            let output = command.args(["ledger", "check", "--config"]).arg(&config).output().unwrap();
            (output.status.code(), String::from_utf8(output.stdout).unwrap())
        };
        assert_eq!(audit().await, (Some(0), "The ledger is consistent.\n".to_owned()));
        let mut intruder = Intruder::enter(&gateway.database).await;
        intruder.run("UPDATE notice SET paid_receipt = 'r2'").await;
        let (status, told) = audit().await;
        assert_eq!(status, Some(1), "{told}");
        assert!(told.contains("77777777777 receipt r1"), "{told}");
        intruder.run("UPDATE notice SET paid_receipt = 'r1'").await;
        gateway.end().await;
    }
}
