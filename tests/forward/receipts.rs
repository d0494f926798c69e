//! Receipts are on our disk before the node is answered, and reach their partner whatever happens.

use varco::store::LetterState;

use crate::scene::{Scene, eventually, forwarded, on_both_scenes};
use crate::support::TestDatabase;
use crate::support::messages::{Paid, paid};
use crate::support::partner::modern::{Does, refused};
use crate::support::samples;
use crate::support::trouble::Intruder;

#[tokio::test(flavor = "multi_thread")]
async fn receipts_are_handed_on_as_they_came_once_each() {
    on_both_scenes(async |scene| {
        let (first, second) = (paid("r1", 1, 100), paid("r2", 2, 200));
        scene.gateway.send_rt(&first).await;
        scene.has_receipts(&["r1"]).await;
        scene.gateway.settle(&second).await;
        scene.has_receipts(&["r1", "r2"]).await;
        let bodies: Vec<String> = scene.partner().seen().into_iter().map(|seen| seen.body).collect();
        assert_eq!(bodies, [first.v1(), second.v2()]);
        scene.gateway.send_rt(&first).await;
        scene.gateway.settle(&second).await;
        assert_eq!(scene.letters().await.len(), 2, "a repeated receipt is not handed on again");
        assert_eq!(scene.gateway.classes(1).await, [("r1".to_owned(), "partner".to_owned())]);
        assert_eq!(scene.told("varco.anomaly.opened").await, [], "nobody has to look at it");
        eventually("both are delivered", async || {
            scene.letters().await.iter().all(|letter| letter.state == LetterState::Delivered)
        })
        .await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_for_another_beneficiary_goes_to_its_own_partner() {
    on_both_scenes(async |scene| {
        let copy = Paid { issuer: "66666666666".to_owned(), ..paid("copy", 1, 100) };
        scene.gateway.settle(&copy).await;
        scene.has_receipts(&["copy"]).await;
        assert_eq!(scene.gateway.receipts(samples::EC, &copy.notice).await[0].class, "secondary_beneficiary");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partner_that_is_down_for_long_gets_all_its_receipts_in_order() {
    on_both_scenes(async |scene| {
        scene.partner().goes_down();
        // Three of one notice, and one of another.
        for (id, base) in [("a1", 1), ("a2", 1), ("b1", 2), ("a3", 1)] {
            scene.gateway.settle(&paid(id, base, 100)).await;
            scene.gateway.clock.advance(jiff::SignedDuration::from_secs(1));
        }
        eventually("it was tried", async || scene.letters().await.iter().any(|letter| letter.attempts > 0))
            .await;
        for _ in 0..3 {
            scene.hours_pass(1);
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        }
        assert!(scene.letters().await.iter().all(|letter| letter.state == LetterState::Pending));
        scene.partner().comes_back().await;
        scene.hours_pass(1);
        eventually("all four", async || scene.partner().receipts().len() == 4).await;
        let of_one: Vec<String> =
            scene.partner().receipts().into_iter().filter(|id| id.starts_with('a')).collect();
        assert_eq!(of_one, ["a1", "a2", "a3"]);
        eventually("all are done", async || {
            scene.letters().await.iter().all(|letter| letter.state == LetterState::Delivered)
        })
        .await;
        assert_eq!(scene.partner().calls("paSendRTV2"), 4, "each arrived once");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_between_booking_and_delivery_loses_nothing() {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        let scene = Scene::start(database, &[], &["uno"], &[forwarded("uno")]).await;
        scene.partner().does(|_| Does::Hangs);
        scene.gateway.settle(&paid("r1", 1, 100)).await;
        eventually("it is under way", async || scene.partner().calls("paSendRTV2") > 0).await;
        let Scene { gateway, partners } = scene;
        partners[0].recovers();
        let gateway = gateway.restart_with(&crate::scene::SETTINGS).await;
        let scene = Scene { gateway, partners };
        scene.hours_pass(1);
        scene.has_receipts(&["r1"]).await;
        scene.gateway.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_partner_has_from_before_counts_as_taken() {
    on_both_scenes(async |scene| {
        // It takes the receipt, and nobody hears of it.
        scene.partner().does(|_| Does::ResetsMidway);
        scene.gateway.settle(&paid("r1", 1, 100)).await;
        scene.has_receipts(&["r1"]).await;
        scene.partner().recovers();
        scene.hours_pass(1);
        eventually("it is delivered", async || scene.letters().await[0].state == LetterState::Delivered)
            .await;
        assert_eq!(scene.partner().receipts(), ["r1"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_that_is_refused_is_told_and_tried_slowly() {
    on_both_scenes(async |scene| {
        let no = || Does::SaysXml(refused("paSendRTV2Response", "PAA_SEMANTICA", "Maria Rossi non mi piace"));
        scene.partner().does(move |_| no());
        scene.gateway.settle(&paid("r1", 1, 100)).await;
        let told = scene.is_told("varco.partner.undelivered", 1).await;
        assert!(told[0].body.contains("\"reason\":\"PAA_SEMANTICA\""), "{}", told[0].body);
        assert!(!told[0].body.contains("Rossi"), "{}", told[0].body);
        let letter = scene.letters().await.remove(0);
        assert_eq!(letter.state, LetterState::Refused);
        assert_eq!(letter.last_error.as_deref(), Some("refused with PAA_SEMANTICA"));
        // Others do not wait for it, not even of the same notice.
        scene.partner().does(|seen| {
            let refuses = seen.body.contains("<receiptId>r1<");
            if refuses {
                Does::SaysXml(refused("paSendRTV2Response", "PAA_SEMANTICA", "x"))
            } else {
                Does::Answers
            }
        });
        scene.gateway.settle(&paid("r2", 1, 100)).await;
        scene.has_receipts(&["r2"]).await;
        scene.partner().recovers();
        scene.hours_pass(1);
        scene.has_receipts(&["r2", "r1"]).await;
        assert_eq!(scene.told("varco.partner.undelivered").await.len(), 1, "told once");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_that_does_not_arrive_in_a_day_is_told() {
    on_both_scenes(async |scene| {
        scene.partner().goes_down();
        scene.gateway.settle(&paid("r1", 1, 100)).await;
        eventually("it was tried", async || scene.letters().await[0].attempts > 0).await;
        assert_eq!(scene.told("varco.partner.undelivered").await, []);
        scene.hours_pass(25);
        let told = scene.is_told("varco.partner.undelivered", 1).await;
        assert!(told[0].body.contains("\"reason\":\"late\""), "{}", told[0].body);
        assert!(scene.letters().await[0].told_at.is_some());
        scene.partner().comes_back().await;
        scene.hours_pass(1);
        scene.has_receipts(&["r1"]).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_of_a_partner_that_is_not_on_its_way_is_found() {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        let scene = Scene::start(database, &[], &["uno"], &[forwarded("uno")]).await;
        scene.gateway.settle(&paid("r1", 1, 100)).await;
        scene.has_receipts(&["r1"]).await;
        Intruder::enter(&scene.gateway.database).await.run("DELETE FROM partner_delivery").await;
        let mut broken = Vec::new();
        let found = &mut |violation: varco::domain::invariants::Violation| broken.push(violation.to_string());
        scene.gateway.store().verify(found).await.unwrap();
        assert_eq!(
            broken,
            ["the receipt of a partner's notice is handed on to a partner: 77777777777 receipt r1"]
        );
    }
}
