//! Whatever a partner does, the node has a valid answer in time. The node's own limit is its patience here.

use std::time::Duration;

use varco::wire::pa_for_node::{Operation, Response};

use crate::scene::{Scene, fault, forwarded, on_both_scenes, with};
use crate::support::messages::about;
use crate::support::partner::modern::{Does, envelope};

/// What the node bears with.
const NODE_WAITS: Duration = Duration::from_secs(7);

/// Asks all three questions about a notice that is not here; each must be refused for that reason, in time.
async fn all_refused(scene: &Scene, why: &str) {
    let question = about(1);
    let questions = [
        (question.verify(), Operation::PaVerifyPaymentNotice),
        (question.get(), Operation::PaGetPayment),
        (question.get_v2(), Operation::PaGetPaymentV2),
    ];
    for (message, operation) in questions {
        let answer = tokio::time::timeout(NODE_WAITS, scene.gateway.post(&message)).await;
        let answer = answer.unwrap_or_else(|_| panic!("{why}: no answer to {}", operation.name()));
        let (code, description) = fault(&answer.unwrap().response(operation));
        assert_eq!(code, "PAA_SYSTEM_ERROR", "{why}");
        assert!(description.contains(why), "{description:?} does not say {why:?}");
        assert!(!description.contains("RSSMRA"), "{description}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_node_has_its_answer_whatever_becomes_of_the_exchange() {
    on_both_scenes(async |scene| {
        let partner = scene.partner();
        partner.owes(1, 1000);
        let html = || Does::Says(200, "text/html", "<html>Il servizio non è disponibile</html>".to_owned());
        let json = || Does::Says(200, "application/json", "{}".to_owned());
        let faults: Vec<(Does, &str)> = vec![
            (Does::Hangs, "did not answer in time"),
            (Does::Slow(Duration::from_secs(3)), "did not answer in time"),
            (Does::Drips, "did not answer in time"),
            (Does::Babbles, "answered with more than is read"),
            (Does::HangsUp, "broke off"),
            (Does::ResetsMidway, "broke off"),
            (Does::Redirects, "HTTP status 307"),
            (Does::Says(500, "text/xml", String::new()), "HTTP status 500"),
            (Does::Says(404, "text/plain", "no".to_owned()), "HTTP status 404"),
            (html(), "something else than XML"),
            (json(), "something else than XML"),
            (Does::SaysXml("not even XML".to_owned()), "did not answer with the response"),
            (Does::SaysXml(String::new()), "did not answer with the response"),
            (Does::SaysXml("<html/>".to_owned()), "did not answer with the response"),
            (
                Does::SaysXml(envelope("paOtherRes", "<outcome>OK</outcome>")),
                "did not answer with the response",
            ),
        ];
        for (does, why) in faults {
            let done = does.clone();
            partner.does(move |_| done.clone());
            all_refused(scene, why).await;
        }
        partner.half_open();
        partner.goes_down();
        partner.comes_back().await;
        // Until no connection stands, or until there is no time left for another.
        all_refused(scene, "").await;
        partner.goes_down();
        all_refused(scene, "cannot be reached").await;
        partner.recovers();
        partner.comes_back().await;
        assert_eq!(scene.gateway.codes(&about(1)).await, ["OK", "OK", "OK"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_node_would_refuse_is_not_told() {
    on_both_scenes(async |scene| {
        let partner = scene.partner();
        partner.owes(1, 1000);
        let verify = [
            ("<outcome>OK", "<outcome>SI", "broke the schema"),
            ("<amount>10.00", "<amount>10,00", "broke the schema"),
            ("2026-12-31", "31-12-2026", "broke the schema"),
            ("<companyName>Comune di Borgo (partner)</companyName>", "<companyName></companyName>", "broke the schema"),
            ("<companyName>Comune di Borgo (partner)</companyName>", "", "without companyName"),
            ("<paymentDescription>Tassa del partner</paymentDescription>", "", "without paymentDescription"),
            ("<fiscalCodePA>77777777777", "<fiscalCodePA>66666666666", "fiscalCodePA differs from idPA"),
            ("<outcome>OK</outcome>", "<outcome>KO</outcome>", "KO comes without a fault"),
            (
                "<outcome>OK</outcome>",
                "<outcome>OK</outcome><fault><faultCode>A</faultCode><faultString>b</faultString><id>c</id></fault>",
                "OK comes with a fault",
            ),
        ];
        for (part, other, why) in verify {
            partner.does(move |_| Does::Instead(part, other));
            let (code, description) = scene.refused(&about(1)).await;
            assert_eq!(code, "PAA_SYSTEM_ERROR", "{why}");
            assert!(description.contains(why), "{description:?} does not say {why:?}");
        }
        let get = [
            ("<transferAmount>10.00", "<transferAmount>9.99", "do not sum"),
            ("<transferAmount>10.00", "<transferAmount>0.00", "broke the schema"),
            ("<idTransfer>1", "<idTransfer>6", "broke the schema"),
            ("IT60X0542811101000000123456", "IT61X0542811101000000123456", "wrong check digits"),
            ("<IBAN>", "<IBAN>IT60X0542811101000000123456", "broke the schema"),
            ("<entityUniqueIdentifierType>F", "<entityUniqueIdentifierType>X", "broke the schema"),
        ];
        for (part, other, why) in get {
            partner.does(move |_| Does::Instead(part, other));
            let answers = [
                Response::PaGetPayment(scene.gateway.get(&about(1)).await),
                Response::PaGetPaymentV2(scene.gateway.get_v2(&about(1)).await),
            ];
            for answer in answers {
                let (code, description) = fault(&answer);
                assert_eq!(code, "PAA_SYSTEM_ERROR", "{why}");
                assert!(description.contains(why), "{description:?} does not say {why:?}");
            }
        }
        let (_, metrics) = scene.gateway.api("/metrics").await;
        assert!(metrics.contains("varco_partner_answers_invalid_total{speaks=\"pa_for_node\"} 21"), "{metrics}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verify_is_sent_again_if_it_broke_off_and_a_get_is_not() {
    on_both_scenes(async |scene| {
        let partner = scene.partner();
        partner.owes(1, 1000);
        partner.does(|_| Does::HangsUp);
        scene.gateway.codes(&about(1)).await;
        let calls =
            ["paVerifyPaymentNotice", "paGetPayment", "paGetPaymentV2"].map(|name| partner.calls(name));
        assert_eq!(calls, [2, 1, 1]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_allowed_is_not_reached() {
    let nowhere = [("VARCO__PARTNERS__ALLOW_NETWORKS", "10.0.0.0/8")];
    with(&nowhere, &["uno"], &[forwarded("uno")], async |scene| {
        all_refused(scene, "may not be reached").await;
        assert_eq!(scene.partner().seen().len(), 0);
    })
    .await;
}
