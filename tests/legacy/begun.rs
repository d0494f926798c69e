//! Payments that the institution begins itself, by an RPT that nobody asked for.

use jiff::ToSpan;

use super::scene::{Scene, amount, get_v2, iuv, on_both_scenes, owed, receipt, shared, whole};
use crate::support::TestDatabase;
use crate::support::messages::about;
use crate::support::partner::legacy_words::{Debt, debt, tag, tags};
use crate::support::samples::{self, EC, IBAN, STATION, notice_number};
use crate::support::trouble::Intruder;
use crate::support::world::OTHER_EC;

fn is(xml: &str, name: &str, value: &str) {
    assert_eq!(tag(xml, name).as_deref(), Some(value), "{name} in {xml}");
}

#[tokio::test(flavor = "multi_thread")]
async fn its_debt_becomes_a_position_that_is_paid_here() {
    on_both_scenes(async |scene| {
        let answered = scene.partner.sends(&owed(1, "12.34"), "CONTESTO-1").await;
        is(&answered, "esito", "OK");
        is(&answered, "redirect", "1");
        is(&answered, "url", "https://pagamenti.example.it/vai");
        is(&scene.state("CONTESTO-1", 1).await, "stato", "RPT_ACCETTATA_NODO");

        let told = scene.ask(&get_v2(1, &amount("12.34"))).await;
        is(&told, "paymentAmount", "12.34");
        is(&told, "fullName", "Maria Rossi");
        is(&told, "dueDate", "2026-12-31");
        is(&told, "IBAN", IBAN);
        is(&told, "remittanceInformation", "Mensa scolastica");
        is(&told, "transferCategory", "9/0101002IM/");
        assert_eq!(scene.partner.came("paaAttivaRPT").len(), 0, "the position is here");

        scene.settle(&receipt("r1", notice_number(1).as_str(), &whole(1234))).await;
        let came = scene.partner.waits_for("paaInviaRT", 1).await.remove(0);
        assert_eq!(came.tag("codiceContestoPagamento"), "CONTESTO-1");
        is(&came.rt(), "CodiceContestoPagamento", "CONTESTO-1");
        is(&came.rt(), "riferimentoMessaggioRichiesta", "MSG-1");
        assert_eq!(scene.gateway.classes(1).await[0].1, "matched");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_rpt_again_changes_nothing() {
    on_both_scenes(async |scene| {
        for _ in 0..2 {
            is(&scene.partner.sends(&owed(1, "12.34"), "CONTESTO-1").await, "esito", "OK");
        }
        assert_eq!(scene.attempts().await.len(), 1);
        is(&scene.partner.sends(&owed(1, "12.35"), "CONTESTO-1").await, "faultCode", "PPT_RPT_DUPLICATA");
        is(&scene.verified(&about(1)).await, "amount", "12.34");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_further_rpt_of_the_same_debt_brings_it_up_to_date() {
    on_both_scenes(async |scene| {
        is(&scene.partner.sends(&owed(1, "12.34"), "CONTESTO-1").await, "esito", "OK");
        is(&scene.partner.sends(&owed(1, "13.00"), "CONTESTO-2").await, "esito", "OK");
        is(&scene.verified(&about(1)).await, "amount", "13.00");
        scene.settle(&receipt("r1", notice_number(1).as_str(), &whole(1300))).await;
        let came = scene.partner.waits_for("paaInviaRT", 1).await.remove(0);
        assert_eq!(came.tag("codiceContestoPagamento"), "CONTESTO-2");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cart_of_two_institutions_is_one_notice_with_an_rt_for_each() {
    on_both_scenes(async |scene| {
        let other = Some((OTHER_EC.to_owned(), "4.34".to_owned(), IBAN.to_owned()));
        let debt = Debt { other, ..owed(1, "12.34") };
        is(&scene.partner.sends(&debt, "CARRELLO").await, "esitoComplessivoOperazione", "OK");
        let told = scene.ask(&get_v2(1, &amount("12.34"))).await;
        assert_eq!(tags(&told, "fiscalCodePA"), [EC, OTHER_EC]);
        scene.settle(&receipt("r1", notice_number(1).as_str(), &shared(800, 434))).await;
        let mut totals: Vec<(String, String)> = Vec::new();
        for came in scene.partner.waits_for("paaInviaRT", 2).await {
            totals.push((came.tag("identificativoDominio"), tag(&came.rt(), "importoTotalePagato").unwrap()));
        }
        totals.sort();
        assert_eq!(totals, [(OTHER_EC.to_owned(), "4.34".to_owned()), (EC.to_owned(), "8.00".to_owned())]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reference_without_a_notice_gets_one_and_keeps_its_own_in_the_rt() {
    on_both_scenes(async |scene| {
        let reference = "RF18539007547034";
        is(&scene.partner.sends(&debt(EC, reference, "12.34"), "CONTESTO-1").await, "esito", "OK");
        let attempt = scene.attempts().await.remove(0);
        assert_eq!(attempt.name.iuv, reference);
        let notice = attempt.notice.as_str();
        assert_ne!(notice, notice_number(1).as_str());
        scene.settle(&receipt("r1", notice, &whole(1234))).await;
        let came = scene.partner.waits_for("paaInviaRT", 1).await.remove(0);
        assert_eq!(came.tag("identificativoUnivocoVersamento"), reference);
        is(&came.rt(), "identificativoUnivocoVersamento", reference);
        assert_ne!(iuv(1), reference);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cart_for_a_notice_that_another_answers_for_is_refused() {
    on_both_scenes(async |scene| {
        // Code 01 of the same institution is ours.
        let other = Some((OTHER_EC.to_owned(), "4.34".to_owned(), IBAN.to_owned()));
        let foreign = Debt { other, ..debt(EC, "01000000000000153", "12.34") };
        is(&scene.partner.sends(&foreign, "CARRELLO").await, "faultCode", "PPT_SEMANTICA");
        assert_eq!(scene.attempts().await, []);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cart_that_holds_more_than_was_taken_before_is_refused() {
    on_both_scenes(async |scene| {
        is(&scene.partner.sends(&owed(1, "8.00"), "CONTESTO-1").await, "esito", "OK");
        let other = Some((OTHER_EC.to_owned(), "4.34".to_owned(), IBAN.to_owned()));
        let more = Debt { other, ..owed(1, "12.34") };
        let answered = scene.partner.sends(&more, "CONTESTO-1").await;
        is(&answered, "faultCode", "PPT_RPT_DUPLICATA");
        is(&scene.verified(&about(1)).await, "amount", "8.00");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_answered_before_begins_payments_as_long_as_the_overlap_lasts() {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        let scene = Scene::start(database, 1000).await;
        let [from, until] = [-1, 10].map(|hours| (samples::now() + hours.hours()).as_microsecond());
        let managed = format!(
            "INSERT INTO route (ec, station, aux_digit, code, from_at, id, handler, overlap_until, made_at) \
             VALUES ('{EC}', '{STATION}', 3, '02', {from}, 'poi', 'managed', {until}, 0)"
        );
        Intruder::enter(&scene.gateway.database).await.run(&managed).await;
        let scene = scene.restart().await;
        is(&scene.partner.sends(&owed(1, "12.34"), "CONTESTO-1").await, "esito", "OK");
        is(&scene.ask(&get_v2(1, &amount("12.34"))).await, "paymentAmount", "12.34");
        scene.settle(&receipt("r1", notice_number(1).as_str(), &whole(1234))).await;
        let came = scene.partner.waits_for("paaInviaRT", 1).await.remove(0);
        assert_eq!(came.tag("codiceContestoPagamento"), "CONTESTO-1");
        scene.minutes_pass(10 * 60);
        is(&scene.partner.sends(&owed(2, "12.34"), "CONTESTO-2").await, "faultCode", "PPT_AUTORIZZAZIONE");
        scene.gateway.end().await;
    }
}
