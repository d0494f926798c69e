//! What an old system asks of the gateway as it used to ask the node.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::scene::{PASSWORD, amount, get_v2, iuv, on_both_scenes, owed};
use crate::support::partner::legacy::{SendsRpt, calling_as, post};
use crate::support::partner::legacy_words::{Caller, tag, tags};
use crate::support::samples::EC;

fn is(xml: &str, name: &str, value: &str) {
    assert_eq!(tag(xml, name).as_deref(), Some(value), "{name} in {xml}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_certificate_and_a_wrong_password_are_refused_alike() {
    on_both_scenes(async |scene| {
        let caller = scene.partner.caller();
        let stranger = calling_as(scene.gateway.folder(), "stranger");
        let with_certificate = post(scene.gateway.legacy_addr(), &stranger, caller.pending(None, 10)).await;
        let wrong = Caller { password: "un-altro-segret".to_owned(), ..caller.clone() };
        let with_password = scene.partner.call(wrong.pending(None, 10)).await;
        is(&with_password, "faultCode", "PPT_AUTENTICAZIONE");
        assert_eq!(with_certificate, with_password);
        assert!(!with_password.contains(PASSWORD));
        is(&scene.partner.call(caller.pending(None, 10)).await, "totRestituiti", "0");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_named_must_be_known_and_the_partners() {
    on_both_scenes(async |scene| {
        let caller = scene.partner.caller();
        let refused = async |caller: Caller| {
            tag(&scene.partner.call(caller.pending(None, 10)).await, "faultCode").unwrap()
        };
        let broker = Caller { broker: "00000000000".to_owned(), ..caller.clone() };
        assert_eq!(refused(broker).await, "PPT_INTERMEDIARIO_PA_SCONOSCIUTO");
        let station = Caller { station: "55555555555_01".to_owned(), ..caller.clone() };
        assert_eq!(refused(station).await, "PPT_STAZIONE_INT_PA_SCONOSCIUTA");
        // An institution of ours that another answers for.
        let debt = crate::support::partner::legacy_words::debt("66666666666", &iuv(1), "5.00");
        is(&scene.partner.sends(&debt, "ABC").await, "faultCode", "PPT_AUTORIZZAZIONE");
        let debt = crate::support::partner::legacy_words::debt("12345678903", &iuv(1), "5.00");
        is(&scene.partner.sends(&debt, "ABC").await, "faultCode", "PPT_DOMINIO_SCONOSCIUTO");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_rpt_again_is_taken_and_another_under_its_name_is_not() {
    on_both_scenes(async |scene| {
        scene.partner.owes(owed(1, "12.34"));
        scene.partner.behaves(|habits| habits.rpt = SendsRpt::Twice);
        scene.ask(&get_v2(1, &amount("12.34"))).await;
        let answered = scene.partner.was_answered(2).await;
        answered.iter().for_each(|answer| is(answer, "esito", "OK"));
        let ccp = scene.partner.came("paaAttivaRPT")[0].tag("codiceContestoPagamento");
        let mut other = owed(1, "12.34");
        other.debtor.1 = "Anna Bianchi".to_owned();
        is(&scene.partner.sends(&other, &ccp).await, "faultCode", "PPT_RPT_DUPLICATA");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_rpt_for_another_amount_than_was_activated_is_refused() {
    on_both_scenes(async |scene| {
        scene.partner.owes(owed(1, "12.34"));
        scene.partner.behaves(|habits| habits.rpt = SendsRpt::OtherAmount);
        is(&scene.ask(&get_v2(1, &amount("12.34"))).await, "fullName", "ANONIMO");
        is(&scene.partner.was_answered(1).await[0], "faultCode", "PPT_SEMANTICA");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_rpt_that_is_not_what_its_header_says_or_no_rpt_at_all_is_refused() {
    on_both_scenes(async |scene| {
        let caller = scene.partner.caller();
        let rpt = scene.partner.rpts(&owed(1, "12.34"), "ABC").remove(0);
        let other = scene.partner.rpts(&owed(1, "12.34"), "ABD").remove(0);
        let contradicts = caller.send_rpt(&rpt, &STANDARD.encode(other.xml()));
        is(&scene.partner.call(contradicts).await, "faultCode", "PPT_SEMANTICA");
        let nonsense = caller.send_rpt(&rpt, &STANDARD.encode("<RPT/>"));
        is(&scene.partner.call(nonsense).await, "faultCode", "PPT_SINTASSI_XSD");
        let signed = caller.send_rpt(&rpt, &STANDARD.encode(rpt.xml()));
        let signed = signed.replace("<tipoFirma></tipoFirma>", "<tipoFirma>3</tipoFirma>");
        is(&scene.partner.call(signed).await, "faultCode", "PPT_TIPOFIRMA_SCONOSCIUTO");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_its_rt_is_listed() {
    on_both_scenes(async |scene| {
        for base in [1, 2, 3] {
            scene.partner.owes(owed(base, "12.34"));
            scene.ask(&get_v2(base, &amount("12.34"))).await;
        }
        scene.partner.was_answered(3).await;
        let caller = scene.partner.caller();
        let all = scene.partner.call(caller.pending(None, 10)).await;
        is(&all, "totRestituiti", "3");
        assert_eq!(tags(&all, "identificativoUnivocoVersamento"), [iuv(1), iuv(2), iuv(3)]);
        assert_eq!(tags(&all, "stato"), ["RPT_ACCETTATA_NODO"; 3]);
        is(&scene.partner.call(caller.pending(Some(EC), 2)).await, "totRestituiti", "2");
        is(&scene.partner.call(caller.pending(Some("66666666666"), 10)).await, "totRestituiti", "0");
        let ccp = tags(&all, "codiceContestoPagamento").remove(0);
        is(&scene.copy(EC, 1, &ccp).await, "faultCode", "PPT_RT_NONDISPONIBILE");
        is(&scene.copy(EC, 1, "ALTRO").await, "faultCode", "PPT_RT_SCONOSCIUTA");
        is(&scene.state("ALTRO", 1).await, "faultCode", "PPT_RPT_SCONOSCIUTA");
    })
    .await;
}
