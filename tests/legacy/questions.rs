//! What an old system is asked, and what the node is told of its answers.

use std::time::Duration;

use super::scene::{Scene, amount, get, get_v2, on_both_scenes, owed, receipt, whole};
use crate::support::TestDatabase;
use crate::support::messages::about;
use crate::support::partner::legacy::SendsRpt;
use crate::support::partner::legacy_words::tag;
use crate::support::samples::notice_number;
use crate::support::world::POSTAL_IBAN;

fn is(xml: &str, name: &str, value: &str) {
    assert_eq!(tag(xml, name).as_deref(), Some(value), "{name} in {xml}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_old_system_refuses_is_told_as_it_says_it() {
    on_both_scenes(async |scene| {
        let told = scene.verified(&about(1)).await;
        is(&told, "outcome", "KO");
        is(&told, "faultCode", "PAA_PAGAMENTO_SCONOSCIUTO");
        is(&told, "faultString", "Rifiutato dal sistema dell'ente");
        is(&told, "description", "Spiegazione dell'ente");
        scene.partner.behaves(|habits| {
            habits.refuses.insert("paaAttivaRPT", "PAA_PAGAMENTO_SCADUTO");
        });
        is(&scene.ask(&get(1, &amount("1.00"))).await, "faultCode", "PAA_PAGAMENTO_SCADUTO");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_amount_than_the_payer_saw_is_asked_for_again_with_the_right_one() {
    on_both_scenes(async |scene| {
        scene.partner.owes(owed(1, "20.00"));
        let told = scene.ask(&get_v2(1, &amount("19.99"))).await;
        is(&told, "paymentAmount", "20.00");
        let asked: Vec<String> = scene
            .partner
            .came("paaAttivaRPT")
            .iter()
            .map(|came| came.tag("importoSingoloVersamento"))
            .collect();
        assert_eq!(asked, ["19.99", "20.00"]);
        let ccps: Vec<String> = scene
            .partner
            .came("paaAttivaRPT")
            .iter()
            .map(|came| came.tag("codiceContestoPagamento"))
            .collect();
        assert_eq!(ccps[0], ccps[1], "what was refused has begun nothing");
        scene.partner.was_answered(1).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_amount_it_is_verified_first_and_the_account_must_be_the_same() {
    on_both_scenes(async |scene| {
        scene.partner.owes(owed(1, "20.00"));
        is(&scene.ask(&get_v2(1, "")).await, "paymentAmount", "20.00");
        assert_eq!(scene.partner.came("paaVerificaRPT").len(), 1);
        scene.partner.was_answered(1).await;
        scene.partner.behaves(|habits| habits.other_iban = Some(POSTAL_IBAN.to_owned()));
        is(&scene.ask(&get_v2(1, "")).await, "faultCode", "PAA_SYSTEM_ERROR");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_amount_that_stays_refused_is_a_contradiction() {
    on_both_scenes(async |scene| {
        scene.partner.owes(owed(1, "20.00"));
        let code = "PAA_ATTIVA_RPT_IMPORTO_NON_VALIDO";
        scene.partner.behaves(|habits| {
            habits.refuses.insert("paaAttivaRPT", code);
        });
        let told = scene.ask(&get(1, &amount("19.99"))).await;
        is(&told, "faultCode", "PAA_SEMANTICA");
        is(&told, "originalFaultCode", code);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postal_account_and_pieces_of_a_reason_are_told() {
    on_both_scenes(async |scene| {
        let mut debt = owed(1, "20.00");
        debt.iban = POSTAL_IBAN.to_owned();
        debt.reason = vec!["Mensa".to_owned(), "scolastica".to_owned()];
        scene.partner.owes(debt);
        let told = scene.verified(&about(1)).await;
        is(&told, "allCCP", "true");
        is(&told, "paymentDescription", "Mensa scolastica");
        let mut question = about(1);
        question.transfer_type = Some("PAGOPA");
        let told = scene.ask(&question.get_v2().replace("<amount>1.00</amount>", &amount("20.00"))).await;
        is(&told, "IBAN", POSTAL_IBAN);
        is(&told, "key", "IBANAPPOGGIO");
        is(&told, "value", POSTAL_IBAN);
        scene.partner.was_answered(1).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_rpt_that_does_not_come_in_time_is_made_up_and_completes_the_rt_later() {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        let scene = Scene::start(database, 100).await;
        scene.partner.owes(owed(1, "12.34"));
        scene.partner.behaves(|habits| habits.rpt = SendsRpt::After(Duration::from_millis(800)));
        let told = scene.ask(&get_v2(1, &amount("12.34"))).await;
        is(&told, "entityUniqueIdentifierValue", "ANONIMO");
        is(&told, "fullName", "ANONIMO");
        is(&told, "transferCategory", "9/0101108TS/");
        is(&told, "dueDate", "2026-11-25");
        let attempt = scene.attempts().await.remove(0);
        let mut invented = attempt.invented.clone();
        invented.sort();
        assert_eq!(invented, ["category", "debtor", "due_date"]);
        is(&scene.state(attempt.ccp.as_str(), 1).await, "faultCode", "PPT_RPT_SCONOSCIUTA");
        is(&scene.partner.was_answered(1).await[0], "esito", "OK");
        scene.settle(&receipt("r1", notice_number(1).as_str(), &whole(1234))).await;
        let rt = scene.partner.waits_for("paaInviaRT", 1).await.remove(0).rt();
        is(&rt, "riferimentoMessaggioRichiesta", "MSG-1");
        scene.gateway.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_whose_rpt_never_came_has_an_rt_all_the_same() {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        let scene = Scene::start(database, 0).await;
        scene.partner.owes(owed(1, "12.34"));
        scene.partner.behaves(|habits| habits.rpt = SendsRpt::Never);
        is(&scene.ask(&get_v2(1, &amount("12.34"))).await, "outcome", "OK");
        scene.settle(&receipt("r1", notice_number(1).as_str(), &whole(1234))).await;
        let came = scene.partner.waits_for("paaInviaRT", 1).await.remove(0);
        assert_eq!(came.tag("codiceContestoPagamento"), scene.attempts().await[0].ccp.as_str());
        is(&came.rt(), "riferimentoMessaggioRichiesta", "r1");
        scene.gateway.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_that_nothing_was_seen_of_has_an_rt_under_the_name_of_its_receipt() {
    on_both_scenes(async |scene| {
        scene.settle(&receipt("mai-vista", notice_number(1).as_str(), &whole(1234))).await;
        let came = scene.partner.waits_for("paaInviaRT", 1).await.remove(0);
        assert_eq!(came.tag("codiceContestoPagamento"), "mai-vista");
        is(&came.rt(), "CodiceContestoPagamento", "mai-vista");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_rpt_may_come_before_the_answer_to_its_activation() {
    on_both_scenes(async |scene| {
        scene.partner.owes(owed(1, "12.34"));
        scene.partner.behaves(|habits| habits.rpt = SendsRpt::First);
        let told = scene.ask(&get_v2(1, &amount("12.34"))).await;
        is(&told, "fullName", "Maria Rossi");
        is(&scene.partner.was_answered(1).await[0], "esito", "OK");
    })
    .await;
}
