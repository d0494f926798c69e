//! Messages that the node sent and that were answered without being booked.

use serde_json::Value;
use varco::domain::event::Feed;

use crate::each;
use crate::support::gateway::{TestGateway, on_both_gateways};
use crate::support::messages::{Paid, paid};
use crate::support::samples::EC;
use crate::support::world::{API_KEY, OTHER_BROKER};

async fn get(gateway: &TestGateway, path: &str) -> (u16, String) {
    let joint = if path.contains('?') { '&' } else { '?' };
    gateway.api(&format!("{}/{path}{joint}subscription-key={API_KEY}", crate::BASE)).await
}

async fn list(gateway: &TestGateway, path: &str) -> Value {
    let (status, text) = get(gateway, path).await;
    assert_eq!(status, 200, "{text}");
    serde_json::from_str::<Value>(&text).unwrap()["anomalies"].clone()
}

#[tokio::test]
async fn a_refused_message_is_kept_for_the_institution_that_it_names_or_for_the_gateway() {
    on_both_gateways(async |gateway| {
        let ours = Paid { broker: OTHER_BROKER.to_owned(), ..paid("ours", 1, 100) }.v2();
        let nobody = Paid { recipient: "11111111111".to_owned(), ..paid("nobodys", 2, 100) }.v1();
        let broken =
            paid("broken", 3, 100).v2().replace("<channelDescription>", "<odd/><channelDescription>");
        for message in [&ours, &nobody, &broken] {
            for _ in 0..2 {
                assert_eq!(gateway.post(message).await.unwrap().status, 200);
            }
        }
        let of_ec = list(gateway, &format!("organizations/{EC}/anomalies")).await;
        assert_eq!(each(&of_ec, "kind"), ["unbooked_message"; 2], "each message once: {}", gateway.engine);
        let of_nobody = list(gateway, "gateway/anomalies").await;
        assert_eq!(each(&of_nobody, "receiptId"), ["nobodys"]);
        assert_eq!(of_nobody[0]["message"]["reason"], "PAA_ID_DOMINIO_ERRATO");
        assert_eq!(of_nobody[0]["message"]["primitive"], "paSendRT");
        let whole = |one: &Value| {
            let reason = one["message"]["reason"].as_str().unwrap();
            if reason == "PAA_STAZIONE_INT_ERRATA" {
                (reason.to_owned(), &ours)
            } else {
                (reason.to_owned(), &broken)
            }
        };
        for one in of_ec.as_array().unwrap() {
            let (reason, message) = whole(one);
            let id = one["anomalyId"].as_str().unwrap();
            let (status, text) = get(gateway, &format!("organizations/{EC}/anomalies/{id}/message")).await;
            assert_eq!((status, &text), (200, message), "{reason}");
        }
        let id = of_nobody[0]["anomalyId"].as_str().unwrap();
        let (status, text) = get(gateway, &format!("gateway/anomalies/{id}/message")).await;
        assert_eq!((status, text), (200, nobody));
        let by_receipt = list(gateway, &format!("organizations/{EC}/anomalies?receiptId=ours")).await;
        assert_eq!(by_receipt.as_array().unwrap().len(), 1, "it is found by the receipt that it names");
        let told = crate::told_of(gateway.store(), &Feed::Gateway).await;
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].1["data"]["messageDigest"], id);
    })
    .await;
}

#[tokio::test]
async fn receipts_are_counted_by_class_and_what_is_not_new_apart() {
    on_both_gateways(async |gateway| {
        gateway.owe(1, 100).await;
        for message in [paid("r1", 1, 100), paid("r1", 1, 100), paid("r2", 1, 100), paid("r3", 9, 100)] {
            gateway.settle(&message).await;
        }
        gateway.settle(&paid("r1", 2, 200)).await;
        gateway.send_rt(&Paid { recipient: "11111111111".to_owned(), ..paid("r4", 2, 100) }).await;
        let (_, text) = gateway.api("/metrics").await;
        for line in [
            r#"varco_receipts_total{class="matched"} 1"#,
            r#"varco_receipts_total{class="over_payment"} 1"#,
            r#"varco_receipts_total{class="unknown_notice"} 1"#,
            r#"varco_receipts_not_booked_total{reason="known"} 1"#,
            r#"varco_receipts_not_booked_total{reason="conflicting"} 1"#,
            r#"varco_receipts_not_booked_total{reason="refused"} 1"#,
        ] {
            assert!(text.contains(line), "{line} is not in\n{text}");
        }
    })
    .await;
}
