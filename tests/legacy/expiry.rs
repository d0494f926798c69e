//! RPTs that nobody paid in time.

use jiff::{Timestamp, ToSpan};
use varco::domain::amount::Cents;
use varco::domain::ids::{BrokerCode, StationCode};
use varco::domain::routing::PartnerId;
use varco::domain::routing::attempt::Ccp;
use varco::store::{Asked, AttemptName, KeptRpts, NewRpt, RptName};

use super::scene::{
    FIRST, Scene, VALIDITY, amount, eventually, get_v2, iuv, on_both_scenes, owed, receipt, whole,
};
use crate::support::partner::legacy_words::{tag, tags};
use crate::support::samples::{self, BROKER, EC, STATION, notice_number};

fn is(xml: &str, name: &str, value: &str) {
    assert_eq!(tag(xml, name).as_deref(), Some(value), "{name} in {xml}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_system_is_told_that_nobody_paid_and_a_later_payment_has_a_name_of_its_own() {
    on_both_scenes(async |scene| {
        scene.partner.owes(owed(1, "12.34"));
        scene.ask(&get_v2(1, &amount("12.34"))).await;
        scene.partner.was_answered(1).await;
        let ccp = scene.partner.came("paaAttivaRPT")[0].tag("codiceContestoPagamento");
        scene.minutes_pass(VALIDITY - 1);
        is(&scene.state(&ccp, 1).await, "stato", "RPT_ACCETTATA_NODO");
        scene.minutes_pass(2);

        let came = scene.partner.waits_for("paaInviaRT", 1).await.remove(0);
        assert_eq!(came.tag("codiceContestoPagamento"), ccp);
        let rt = came.rt();
        is(&rt, "codiceEsitoPagamento", "3");
        is(&rt, "importoTotalePagato", "0.00");
        is(&rt, "singoloImportoPagato", "0.00");
        is(&rt, "identificativoUnivocoRiscossione", "0");
        is(&rt, "CodiceContestoPagamento", &ccp);
        is(&rt, "riferimentoMessaggioRichiesta", "MSG-1");
        is(&rt, "causaleVersamento", "Mensa scolastica");
        eventually("the negative RT is taken", async || {
            tags(&scene.state(&ccp, 1).await, "stato")[0] == "RT_ACCETTATA_PA"
        })
        .await;
        assert!(tags(&scene.state(&ccp, 1).await, "stato").contains(&"RPT_DECORSI_TERMINI".to_owned()));
        is(&scene.partner.call(scene.partner.caller().pending(Some(EC), 9)).await, "totRestituiti", "0");

        scene.settle(&receipt("tardi", notice_number(1).as_str(), &whole(1234))).await;
        let late = scene.partner.waits_for("paaInviaRT", 2).await.remove(1);
        assert_eq!(late.tag("codiceContestoPagamento"), format!("{ccp}-v2"));
        is(&late.rt(), "CodiceContestoPagamento", &format!("{ccp}-v2"));
        is(&late.rt(), "codiceEsitoPagamento", "0");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_activated_again_after_its_end_is_a_new_attempt() {
    on_both_scenes(async |scene| {
        scene.partner.owes(owed(1, "12.34"));
        scene.ask(&get_v2(1, &amount("12.34"))).await;
        scene.partner.was_answered(1).await;
        scene.minutes_pass(VALIDITY + 1);
        scene.partner.waits_for("paaInviaRT", 1).await;
        scene.ask(&get_v2(1, &amount("12.34"))).await;
        is(&scene.partner.was_answered(2).await[1], "esito", "OK");
        let ccps: Vec<String> = scene
            .partner
            .came("paaAttivaRPT")
            .iter()
            .map(|came| came.tag("codiceContestoPagamento"))
            .collect();
        assert_ne!(ccps[0], ccps[1]);
        scene.settle(&receipt("r1", notice_number(1).as_str(), &whole(1234))).await;
        let came = scene.partner.waits_for("paaInviaRT", 2).await.remove(1);
        assert_eq!(came.tag("codiceContestoPagamento"), ccps[1]);
        assert_eq!(came.tag("identificativoUnivocoVersamento"), iuv(1));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn that_nobody_paid_is_told_before_a_payment_that_was_received_while_it_was_found_out() {
    on_both_scenes(async |scene| {
        scene.partner.owes(owed(1, "12.34"));
        scene.ask(&get_v2(1, &amount("12.34"))).await;
        scene.partner.was_answered(1).await;
        let ccp = scene.partner.came("paaAttivaRPT")[0].tag("codiceContestoPagamento");
        scene.partner.behaves(|habits| habits.down = true);
        scene.minutes_pass(VALIDITY + 1);
        eventually("the negative RT is made", async || {
            tags(&scene.state(&ccp, 1).await, "stato")[0] == "RT_ACCETTATA_NODO"
        })
        .await;
        // It was received before, by another instance, and is booked only now.
        scene.minutes_pass(-1);
        scene.settle(&receipt("tardi", notice_number(1).as_str(), &whole(1234))).await;
        scene.partner.behaves(|habits| habits.down = false);
        for _ in 0..8 {
            scene.minutes_pass(15);
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        let came = scene.partner.waits_for("paaInviaRT", 2).await;
        let mut ccps: Vec<String> = came.iter().map(|came| came.tag("codiceContestoPagamento")).collect();
        // Where the clock jumps while one is under way its lease runs out, and the same one is sent again.
        ccps.dedup();
        assert_eq!(ccps, [ccp.clone(), format!("{ccp}-v2")]);
        is(&came[came.len() - 1].rt(), "codiceEsitoPagamento", "0");
    })
    .await;
}

/// An RPT that came then, of an activation that was last asked for then.
async fn is_kept(scene: &Scene, base: u64, (came, asked): (Timestamp, Timestamp)) {
    let attempt = AttemptName { ec: samples::ec(), iuv: iuv(base), number: 1 };
    let activation = Asked {
        name: attempt.clone(),
        ccp: Ccp::new("CONTESTO").unwrap(),
        notice: notice_number(base),
        partner: PartnerId::new(FIRST).unwrap(),
        through: (BrokerCode::new(BROKER).unwrap(), StationCode::new(STATION).unwrap()),
        amount: Cents::new(500).unwrap(),
        at: asked,
    };
    let store = scene.gateway.store();
    store.begin_attempt(&activation).await.unwrap();
    let rpt = NewRpt {
        name: RptName { ec: samples::ec(), iuv: iuv(base), ccp: "CONTESTO".to_owned() },
        partner: activation.partner,
        cart: None,
        amount: activation.amount,
        body: scene.partner.rpts(&owed(base, "5.00"), "CONTESTO")[0].xml().into_bytes(),
    };
    assert_eq!(store.keep_rpts(&attempt, &[rpt], came).await.unwrap(), KeptRpts::Now);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_expired_is_found_behind_any_number_that_has_not() {
    on_both_scenes(async |scene| {
        let now = samples::now();
        for base in 1..=201 {
            is_kept(scene, base, (now - 2.hours(), now)).await;
        }
        is_kept(scene, 300, (now - 1.hours(), now - 1.hours())).await;
        let came = scene.partner.waits_for("paaInviaRT", 1).await.remove(0);
        assert_eq!(came.tag("identificativoUnivocoVersamento"), iuv(300));
        is(&came.rt(), "codiceEsitoPagamento", "3");
    })
    .await;
}
