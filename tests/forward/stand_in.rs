//! We answer in the place of a partner, where the institution loaded the position here too.

use std::time::Duration;

use varco::wire::pa_for_node::NoticeAnswer;

use crate::scene::{Scene, eventually, on_both_scenes};
use crate::support::messages::{about, paid};
use crate::support::partner::modern::Does;

fn amount(answer: NoticeAnswer) -> i64 {
    answer.payment_list.unwrap().payment_option_description.amount.cents().get()
}

async fn stood_in(scene: &Scene) -> String {
    let (_, metrics) = scene.gateway.api("/metrics").await;
    let line = metrics.lines().find(|line| line.starts_with("varco_partner_stand_ins_total"));
    line.unwrap().split(' ').nth(1).unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_partner_is_not_waited_for_where_the_position_is_here() {
    on_both_scenes(async |scene| {
        let partner = scene.partner();
        partner.owes(1, 1000);
        scene.gateway.owe(1, 2500).await;
        assert_eq!(amount(scene.verify(&about(1)).await), 1000, "the partner comes first");
        assert_eq!(stood_in(scene).await, "0");
        partner.does(|_| Does::Slow(Duration::from_millis(900)));
        assert_eq!(amount(scene.verify(&about(1)).await), 2500);
        let data = scene.gateway.get_v2(&about(1)).await.data.unwrap();
        assert_eq!(data.payment_amount.cents().get(), 2500);
        assert_eq!(stood_in(scene).await, "2");
        let told = scene.is_told("varco.partner.stood_in", 1).await;
        let facts =
            format!("\"partnerId\":\"uno\",\"noticeNumber\":\"{}\",\"reason\":\"late\"", about(1).notice);
        assert!(told[0].body.contains(&facts), "{}", told[0].body);

        // One that is not here is waited for.
        partner.owes(2, 700);
        assert_eq!(amount(scene.verify(&about(2)).await), 700);
        assert_eq!(stood_in(scene).await, "2");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_we_answered_for_a_partner_is_paid_here_and_told_to_the_partner() {
    on_both_scenes(async |scene| {
        let partner = scene.partner();
        scene.gateway.owe(1, 2500).await;
        partner.goes_down();
        assert_eq!(scene.gateway.codes(&about(1)).await, ["OK", "OK", "OK"]);
        scene.gateway.settle(&paid("r1", 1, 2500)).await;
        assert_eq!(scene.gateway.classes(1).await, [("r1".to_owned(), "matched".to_owned())]);
        let codes = scene.gateway.codes(&about(1)).await;
        assert_eq!(codes, ["PAA_PAGAMENTO_DUPLICATO"; 3], "that it is paid is known here");
        partner.comes_back().await;
        scene.hours_pass(1);
        scene.has_receipts(&["r1"]).await;
        eventually("the mark", async || scene.letters().await[0].stood_in_at.is_some()).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partner_that_says_no_is_believed() {
    on_both_scenes(async |scene| {
        scene.gateway.owe(1, 2500).await;
        assert_eq!(scene.gateway.codes(&about(1)).await, ["PAA_PAGAMENTO_SCONOSCIUTO"; 3]);
        assert_eq!(stood_in(scene).await, "0");
    })
    .await;
}
