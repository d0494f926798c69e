//! Old systems that are down, and gateways that stop in between.

use varco::domain::amount::Cents;
use varco::domain::ids::{BrokerCode, StationCode};
use varco::domain::routing::PartnerId;
use varco::domain::routing::attempt::Ccp;
use varco::store::{Asked, AttemptName};

use super::scene::{FIRST, Scene, amount, eventually, get_v2, iuv, on_both_scenes, owed, receipt, whole};
use crate::support::TestDatabase;
use crate::support::messages::about;
use crate::support::partner::legacy::SendsRpt;
use crate::support::partner::legacy_words::tag;
use crate::support::samples::{self, BROKER, STATION, notice_number};

fn is(xml: &str, name: &str, value: &str) {
    assert_eq!(tag(xml, name).as_deref(), Some(value), "{name} in {xml}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_system_that_is_down_is_an_error_of_the_creditor_and_its_receipts_wait_for_it() {
    on_both_scenes(async |scene| {
        scene.partner.owes(owed(1, "12.34"));
        scene.ask(&get_v2(1, &amount("12.34"))).await;
        scene.partner.was_answered(1).await;
        scene.partner.behaves(|habits| habits.down = true);
        is(&scene.verified(&about(1)).await, "faultCode", "PAA_SYSTEM_ERROR");
        scene.settle(&receipt("r1", notice_number(1).as_str(), &whole(1234))).await;
        assert_eq!(scene.partner.came("paaInviaRT").len(), 0);
        scene.partner.behaves(|habits| habits.down = false);
        // The waits between tries are of the clock, which is the test's.
        for _ in 0..40 {
            scene.minutes_pass(1);
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        let came = scene.partner.waits_for("paaInviaRT", 1).await;
        is(&came[0].rt(), "codiceEsitoPagamento", "0");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_rt_that_is_refused_is_sent_again_and_one_that_it_has_is_taken() {
    on_both_scenes(async |scene| {
        scene.partner.behaves(|habits| {
            habits.refuses.insert("paaInviaRT", "PAA_SYSTEM_ERROR");
        });
        scene.settle(&receipt("r1", notice_number(1).as_str(), &whole(1234))).await;
        let first = scene.partner.waits_for("paaInviaRT", 1).await.remove(0);
        // Its answer is on its way.
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        scene.partner.behaves(|habits| {
            habits.refuses.insert("paaInviaRT", "PAA_RT_DUPLICATA");
        });
        for _ in 0..8 {
            if scene.partner.came("paaInviaRT").len() > 1 {
                break;
            }
            scene.minutes_pass(15);
            tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        }
        let came = scene.partner.waits_for("paaInviaRT", 2).await;
        assert_eq!(came[1].rt(), first.rt(), "what is sent is what is kept");
        assert_eq!(came.len(), 2, "it has it, and is left in peace");
        eventually("the RT is taken", async || {
            scene.attempts().await.remove(0).facts.rts[0].taken_at.is_some()
        })
        .await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_when_the_gateway_stops_between_receipt_and_rt() {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        let scene = Scene::start(database, 1000).await;
        scene.partner.owes(owed(1, "12.34"));
        scene.ask(&get_v2(1, &amount("12.34"))).await;
        scene.partner.was_answered(1).await;
        scene.partner.behaves(|habits| habits.down = true);
        scene.settle(&receipt("r1", notice_number(1).as_str(), &whole(1234))).await;
        let scene = scene.restart().await;
        scene.partner.behaves(|habits| habits.down = false);
        scene.minutes_pass(120);
        let came = scene.partner.waits_for("paaInviaRT", 1).await;
        is(&came[0].rt(), "importoTotalePagato", "12.34");
        scene.gateway.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_rpt_that_comes_behind_its_own_rt_waits_for_nothing() {
    on_both_scenes(async |scene| {
        let debt = owed(1, "12.34");
        scene.partner.owes(debt.clone());
        scene.partner.behaves(|habits| habits.rpt = SendsRpt::Never);
        scene.ask(&get_v2(1, &amount("12.34"))).await;
        scene.settle(&receipt("r1", notice_number(1).as_str(), &whole(1234))).await;
        let ccp = scene.partner.waits_for("paaInviaRT", 1).await[0].tag("codiceContestoPagamento");
        eventually("the RT is taken", async || {
            scene.attempts().await.iter().any(|one| one.facts.rts.iter().any(|rt| rt.taken_at.is_some()))
        })
        .await;
        is(&scene.partner.sends(&debt, &ccp).await, "esito", "OK");
        is(&scene.partner.call(scene.partner.caller().pending(None, 10)).await, "totRestituiti", "0");
        scene.minutes_pass(120);
        is(&scene.state(&ccp, 1).await, "stato", "RT_ACCETTATA_PA");
        assert_eq!(scene.partner.came("paaInviaRT").len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_without_an_attempt_stays_with_its_own_though_the_notice_is_activated_meanwhile() {
    on_both_scenes(async |scene| {
        let store = scene.gateway.store();
        let asked = |number: i64, ccp: &str| Asked {
            name: AttemptName { ec: samples::ec(), iuv: iuv(1), number },
            ccp: Ccp::new(ccp).unwrap(),
            notice: notice_number(1),
            partner: PartnerId::new(FIRST).unwrap(),
            through: (BrokerCode::new(BROKER).unwrap(), StationCode::new(STATION).unwrap()),
            amount: Cents::new(1234).unwrap(),
            at: samples::now(),
        };
        let first = store.begin_by_receipt(&asked(1, "ricevuta")).await.unwrap();
        store.begin_attempt(&asked(2, "attivazione")).await.unwrap();
        let again = store.begin_by_receipt(&asked(3, "ricevuta")).await.unwrap();
        assert_eq!(again, first, "its RT is kept under that");
    })
    .await;
}
