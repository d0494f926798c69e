//! A partner that keeps failing is left alone for a while.

use crate::scene::{forwarded, with};
use crate::support::messages::about;
use crate::support::partner::modern::Does;

#[tokio::test(flavor = "multi_thread")]
async fn a_partner_that_keeps_failing_is_left_alone_and_tried_again() {
    let settings = [("VARCO__PARTNERS__FAILURES", "3"), ("VARCO__PARTNERS__PAUSE", "1h")];
    with(&settings, &["uno"], &[forwarded("uno")], async |scene| {
        let partner = scene.partner();
        partner.owes(1, 1000);
        partner.does(|_| Does::Says(500, "text/plain", String::new()));
        for _ in 0..3 {
            let (_, why) = scene.refused(&about(1)).await;
            assert!(why.contains("HTTP status 500"), "{why}");
        }
        let told = scene.is_told("varco.partner.failed", 1).await;
        assert!(told[0].body.contains("\"partnerId\":\"uno\",\"reason\":\"status\""), "{}", told[0].body);
        for _ in 0..3 {
            let (_, why) = scene.refused(&about(1)).await;
            assert!(why.contains("failed lately"), "{why}");
        }
        assert_eq!(partner.seen().len(), 3, "it is left alone");
        let (_, metrics) = scene.gateway.api("/metrics").await;
        assert!(metrics.contains("varco_partners_broken{state=\"open\"} 1"), "{metrics}");

        scene.hours_pass(1);
        let (_, why) = scene.refused(&about(1)).await;
        assert!(why.contains("HTTP status 500"), "{why}");
        assert_eq!(partner.seen().len(), 4, "one request tries whether it is back");
        let (_, why) = scene.refused(&about(1)).await;
        assert!(why.contains("failed lately"), "{why}");

        partner.recovers();
        scene.hours_pass(1);
        assert_eq!(scene.gateway.codes(&about(1)).await, ["OK", "OK", "OK"]);
        scene.is_told("varco.partner.recovered", 1).await;
        assert_eq!(scene.told("varco.partner.failed").await.len(), 1, "told once");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partner_that_says_what_cannot_be_true_is_asked_again_all_the_same() {
    with(&[("VARCO__PARTNERS__FAILURES", "2")], &["uno"], &[forwarded("uno")], async |scene| {
        scene.partner().owes(1, 1000);
        scene.partner().does(|_| Does::Instead("<outcome>OK</outcome>", "<outcome>KO</outcome>"));
        for _ in 0..5 {
            assert!(scene.refused(&about(1)).await.1.contains("KO comes without a fault"));
        }
        scene.partner().owes(2, 1000);
        scene.partner().recovers();
        assert_eq!(
            scene.gateway.codes(&about(2)).await,
            ["OK", "OK", "OK"],
            "other notices have nothing to do with it"
        );
    })
    .await;
}
