//! While the way of notices changes, both ways work.

use crate::scene::{Way, forwarded, with};
use crate::support::messages::{Question, about, paid};
use crate::support::samples::STATION;
use crate::support::world::SECOND_STATION;

#[tokio::test(flavor = "multi_thread")]
async fn what_the_new_one_does_not_know_is_asked_of_the_one_before() {
    let new = Way { partner: Some("due"), from: -1, overlap_until: Some(10), ..forwarded("uno") };
    with(&[], &["uno", "due"], &[forwarded("uno"), new], async |scene| {
        let [uno, due] = &scene.partners[..] else { panic!() };
        uno.owes(1, 100);
        due.owes(2, 200);
        assert_eq!(scene.gateway.codes(&about(1)).await, ["OK", "OK", "OK"]);
        assert_eq!(scene.gateway.codes(&about(2)).await, ["OK", "OK", "OK"]);
        assert_eq!(scene.gateway.codes(&about(3)).await, ["PAA_PAGAMENTO_SCONOSCIUTO"; 3]);
        assert_eq!((uno.seen().len(), due.seen().len()), (6, 9));

        // The receipt goes to who answered for the notice.
        scene.gateway.settle(&paid("of-uno", 1, 100)).await;
        scene.gateway.settle(&paid("of-due", 2, 200)).await;
        scene.gateway.settle(&paid("of-none", 4, 200)).await;
        scene.has_receipts(&["of-uno"]).await;
        crate::scene::eventually("the others", async || {
            let mut ids = due.receipts();
            ids.sort();
            ids == ["of-due", "of-none"]
        })
        .await;

        scene.hours_pass(10);
        assert_eq!(
            scene.gateway.codes(&about(1)).await,
            ["PAA_PAGAMENTO_SCONOSCIUTO"; 3],
            "the overlap is over"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_we_managed_before_is_paid_here_while_the_overlap_lasts() {
    let new = Way { overlap_until: Some(10), ..forwarded("uno") };
    with(&[], &["uno"], &[new], async |scene| {
        scene.gateway.owe(1, 2500).await;
        assert_eq!(scene.gateway.codes(&about(1)).await, ["OK", "OK", "OK"]);
        scene.gateway.settle(&paid("r1", 1, 2500)).await;
        assert_eq!(scene.gateway.classes(1).await, [("r1".to_owned(), "matched".to_owned())]);
        assert_eq!(scene.letters().await, [], "it is ours: the partner gets nothing");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn notices_that_move_come_through_both_stations_for_a_while() {
    let moved = Way {
        station: SECOND_STATION,
        partner: Some("uno"),
        from: -1,
        overlap_until: Some(10),
        moved_from: Some(STATION),
        ..forwarded("uno")
    };
    with(&[], &["uno"], &[moved], async |scene| {
        scene.partner().owes(1, 100);
        scene.gateway.owe(2, 2500).await;
        // The registry says the old station still: the new one is asked for what the old one does not know.
        assert_eq!(scene.gateway.codes(&about(1)).await, ["OK", "OK", "OK"]);
        assert_eq!(scene.gateway.codes(&about(2)).await, ["OK", "OK", "OK"]);
        let new = Question { station: SECOND_STATION.to_owned(), ..about(1) };
        assert_eq!(scene.refused(&new).await.0, "PAA_STAZIONE_INT_ERRATA", "the link is not moved yet");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_receipt_goes_to_who_answered_last_though_that_was_somebody_else_before() {
    let back = Way { partner: None, from: 1, ..forwarded("uno") };
    with(&[], &["uno"], &[forwarded("uno"), back], async |scene| {
        scene.partner().owes(1, 2500);
        assert_eq!(scene.gateway.codes(&about(1)).await, ["OK", "OK", "OK"]);
        scene.partner().owes(2, 100);
        assert_eq!(scene.gateway.codes(&about(2)).await, ["OK", "OK", "OK"]);
        scene.hours_pass(2);
        // Nobody paid that; it is ours now.
        scene.gateway.owe(1, 2500).await;
        assert_eq!(scene.gateway.codes(&about(1)).await, ["OK", "OK", "OK"]);
        scene.gateway.settle(&paid("r1", 1, 2500)).await;
        assert_eq!(scene.gateway.classes(1).await, [("r1".to_owned(), "matched".to_owned())]);
        assert_eq!(scene.letters().await, [], "the partner that had it before gets nothing");
        // What the partner answered last is the partner's still.
        scene.gateway.settle(&paid("r2", 2, 100)).await;
        scene.has_receipts(&["r2"]).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_activated_here_is_paid_here_though_the_notices_are_a_partners_by_then() {
    let new = Way { from: 1, ..forwarded("uno") };
    with(&[], &["uno"], &[new], async |scene| {
        scene.gateway.owe(1, 2500).await;
        assert_eq!(scene.gateway.codes(&about(1)).await, ["OK", "OK", "OK"]);
        scene.hours_pass(2);
        scene.gateway.settle(&paid("r1", 1, 2500)).await;
        assert_eq!(scene.gateway.classes(1).await, [("r1".to_owned(), "matched".to_owned())]);
        assert_eq!(scene.letters().await, [], "the partner knows nothing of it");
    })
    .await;
}
