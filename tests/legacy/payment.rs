//! Whole payments: each field of the mapping tables, from the first question to the copy of the RT.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use varco::domain::routing::attempt::AttemptState;

use super::scene::{
    Scene, amount, eventually, get, get_v2, iuv, on_both_scenes, owed, receipt, shared, whole,
};
use crate::support::messages::about;
use crate::support::partner::legacy_words::{debt, tag, tags};
use crate::support::samples::{BROKER, EC, IBAN, STATION, notice_number};
use crate::support::world::OTHER_EC;

fn is(xml: &str, name: &str, value: &str) {
    assert_eq!(tag(xml, name).as_deref(), Some(value), "{name} in {xml}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unmodified_old_system_completes_a_payment() {
    on_both_scenes(async |scene| {
        scene.partner.owes(owed(1, "12.34"));

        let ccp = a_verification_is_told(scene).await;
        what_is_to_be_paid_is_told(scene).await;
        the_activation_is_as_the_table_says(scene, &ccp).await;

        scene.settle(&receipt("ricevuta-1", notice_number(1).as_str(), &whole(1234))).await;
        let came = scene.partner.waits_for("paaInviaRT", 1).await.remove(0);
        assert_eq!((&*came.action, &*came.path), ("paaInviaRT", "/rt"));
        assert_eq!(came.tag("identificativoIntermediarioPA"), BROKER);
        assert_eq!(came.tag("identificativoStazioneIntermediarioPA"), STATION);
        assert_eq!(came.tag("identificativoDominio"), EC);
        assert_eq!(came.tag("identificativoUnivocoVersamento"), iuv(1));
        assert_eq!(came.tag("codiceContestoPagamento"), ccp);
        assert_eq!(came.tag("tipoFirma"), "");
        the_rt_says_it_all(&came.rt(), &ccp);

        it_is_known_what_became_of_it(scene, &came.rt(), &ccp).await;
    })
    .await;
}

/// The name of the attempt.
async fn a_verification_is_told(scene: &Scene) -> String {
    let verified = scene.verified(&about(1)).await;
    is(&verified, "outcome", "OK");
    is(&verified, "amount", "12.34");
    is(&verified, "options", "EQ");
    is(&verified, "dueDate", "2026-11-25");
    is(&verified, "allCCP", "false");
    is(&verified, "paymentDescription", "Mensa scolastica");
    is(&verified, "fiscalCodePA", EC);
    is(&verified, "companyName", "Comune di Borgo");
    let asked = scene.partner.came("paaVerificaRPT").remove(0);
    assert_eq!((&*asked.action, &*asked.path), ("paaVerificaRPT", "/ccp"));
    asked.tag("codiceContestoPagamento")
}

async fn what_is_to_be_paid_is_told(scene: &Scene) {
    let told = scene.ask(&get_v2(1, &amount("12.34"))).await;
    is(&told, "outcome", "OK");
    is(&told, "creditorReferenceId", &iuv(1));
    is(&told, "paymentAmount", "12.34");
    is(&told, "dueDate", "2026-11-25");
    is(&told, "description", "Mensa scolastica");
    is(&told, "companyName", "Comune di Borgo");
    is(&told, "entityUniqueIdentifierType", "F");
    is(&told, "entityUniqueIdentifierValue", "RSSMRA80A01H501U");
    is(&told, "fullName", "Maria Rossi");
    is(&told, "postalCode", "00100");
    is(&told, "city", "Borgo");
    is(&told, "country", "IT");
    assert_eq!(tags(&told, "idTransfer"), ["1"]);
    is(&told, "transferAmount", "12.34");
    is(&told, "fiscalCodePA", EC);
    is(&told, "IBAN", IBAN);
    is(&told, "remittanceInformation", "Mensa scolastica");
    is(&told, "transferCategory", "9/0101002IM/");
}

async fn the_activation_is_as_the_table_says(scene: &Scene, ccp: &str) {
    let asked = scene.partner.came("paaAttivaRPT").remove(0);
    assert_eq!((&*asked.action, &*asked.path), ("paaAttivaRPT", "/ccp"));
    assert_eq!(asked.tag("identificativoIntermediarioPA"), BROKER);
    assert_eq!(asked.tag("identificativoStazioneIntermediarioPA"), STATION);
    assert_eq!(asked.tag("identificativoDominio"), EC);
    assert_eq!(asked.tag("identificativoUnivocoVersamento"), iuv(1));
    assert_eq!(asked.tag("codiceContestoPagamento"), ccp, "one name for the whole attempt");
    assert_eq!(asked.tag("importoSingoloVersamento"), "12.34");
    let answered = scene.partner.was_answered(1).await;
    is(&answered[0], "esito", "OK");
    is(&answered[0], "redirect", "0");
    is(&scene.state(ccp, 1).await, "stato", "RPT_ACCETTATA_NODO");
}

async fn it_is_known_what_became_of_it(scene: &Scene, rt: &str, ccp: &str) {
    eventually("the RT is taken", async || {
        scene.state(ccp, 1).await.contains("<stato>RT_ACCETTATA_PA</stato>")
    })
    .await;
    let history = tags(&scene.state(ccp, 1).await, "stato");
    assert_eq!(history[0], "RT_ACCETTATA_PA", "as it stands now");
    assert_eq!(
        history[1..],
        [
            "RPT_RICEVUTA_NODO",
            "RPT_ACCETTATA_NODO",
            "RT_RICEVUTA_NODO",
            "RT_ACCETTATA_NODO",
            "RT_ACCETTATA_PA"
        ]
    );
    let copy = scene.copy(EC, 1, ccp).await;
    assert_eq!(tag(&copy, "rt").map(|copy| STANDARD.decode(copy).unwrap()), Some(rt.as_bytes().to_vec()));
    let pending = scene.partner.call(scene.partner.caller().pending(None, 10)).await;
    is(&pending, "totRestituiti", "0");

    let attempt = scene.attempts().await.remove(0);
    assert_eq!(attempt.invented, ["due_date"], "all else the RPT said");
    let now = crate::support::samples::now();
    assert_eq!(attempt.facts.state(jiff::SignedDuration::from_mins(30), now), AttemptState::RtTaken);
    let class = scene.gateway.classes(1).await.remove(0).1;
    assert_eq!(class, "partner", "no position is managed here");
}

fn the_rt_says_it_all(rt: &str, ccp: &str) {
    is(rt, "versioneOggetto", "6.2.0");
    is(rt, "identificativoDominio", EC);
    is(rt, "identificativoStazioneRichiedente", STATION);
    is(rt, "identificativoMessaggioRicevuta", "ricevuta-1");
    is(rt, "dataOraMessaggioRicevuta", "2026-11-22T11:05:06");
    is(rt, "riferimentoMessaggioRichiesta", "MSG-1");
    is(rt, "riferimentoDataRichiesta", "2026-11-22");
    let attestant = tag(rt, "istitutoAttestante").unwrap();
    is(&attestant, "tipoIdentificativoUnivoco", "G");
    is(&attestant, "codiceIdentificativoUnivoco", "15376371009");
    is(&attestant, "denominazioneAttestante", "Banca di Prova");
    is(&tag(rt, "enteBeneficiario").unwrap(), "codiceIdentificativoUnivoco", EC);
    is(rt, "denominazioneBeneficiario", "Comune di Borgo");
    is(&tag(rt, "soggettoVersante").unwrap(), "codiceIdentificativoUnivoco", "VRDLGU75B02H501X");
    is(rt, "anagraficaVersante", "Luigi Verdi");
    is(&tag(rt, "soggettoPagatore").unwrap(), "codiceIdentificativoUnivoco", "RSSMRA80A01H501U");
    is(rt, "anagraficaPagatore", "Maria Rossi");
    is(rt, "codiceEsitoPagamento", "0");
    is(rt, "importoTotalePagato", "12.34");
    is(rt, "identificativoUnivocoVersamento", &iuv(1));
    is(rt, "CodiceContestoPagamento", ccp);
    is(rt, "singoloImportoPagato", "12.34");
    is(rt, "esitoSingoloPagamento", "ESEGUITO");
    is(rt, "dataEsitoSingoloPagamento", "2026-11-22");
    is(rt, "identificativoUnivocoRiscossione", "ricevuta-1");
    is(rt, "causaleVersamento", "Mensa scolastica");
    is(rt, "datiSpecificiRiscossione", "9/0101002IM/");
    is(rt, "commissioniApplicatePSP", "1.50");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_without_a_notice_is_made_by_the_old_system_and_paid_like_any_other() {
    on_both_scenes(async |scene| {
        scene.partner.makes("3", debt(EC, &iuv(7), "30.00"));
        let demanded = scene.demand().await;
        assert_eq!(demanded.fault, None);
        let notice = demanded.qr_code.unwrap();
        assert_eq!(notice.notice_number.as_str(), notice_number(7).as_str());
        assert_eq!(notice.fiscal_code.as_str(), EC);
        let option = demanded.payment_list.unwrap().payment_option_description;
        assert_eq!(option.amount.cents().get(), 3000);
        let asked = scene.partner.came("paaChiediNumeroAvviso").remove(0);
        assert_eq!((&*asked.action, &*asked.path), ("paaChiediNumeroAvviso", "/avvisi"));
        assert_eq!(asked.tag("datiSpecificiServizio"), "PGEvPg==");
        assert!(!asked.xml.contains("codiceContestoPagamento"), "its header names no debt");

        is(&scene.verified(&about(7)).await, "amount", "30.00");
        is(&scene.ask(&get_v2(7, &amount("30.00"))).await, "outcome", "OK");
        scene.settle(&receipt("r7", notice_number(7).as_str(), &whole(3000))).await;
        let rt = scene.partner.waits_for("paaInviaRT", 1).await.remove(0).rt();
        is(&rt, "importoTotalePagato", "30.00");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_of_two_beneficiaries_has_its_rt() {
    on_both_scenes(async |scene| {
        let other = Some((OTHER_EC.to_owned(), "4.34".to_owned(), IBAN.to_owned()));
        scene.partner.owes(crate::support::partner::legacy_words::Debt { other, ..owed(2, "12.34") });
        let told = scene.ask(&get_v2(2, &amount("12.34"))).await;
        is(&told, "paymentAmount", "12.34");
        assert_eq!(tags(&told, "idTransfer"), ["1", "2"]);
        assert_eq!(tags(&told, "transferAmount"), ["8.00", "4.34"]);
        assert_eq!(tags(&told, "fiscalCodePA"), [EC, OTHER_EC]);
        let answered = scene.partner.was_answered(1).await;
        is(&answered[0], "esitoComplessivoOperazione", "OK");

        scene.settle(&receipt("r2", notice_number(2).as_str(), &shared(800, 434))).await;
        let mut came = scene.partner.waits_for("paaInviaRT", 2).await;
        came.sort_by_key(|came| came.tag("identificativoDominio") != EC);
        let ccp = came[0].tag("codiceContestoPagamento");
        for (came, (ec, total, message)) in
            came.iter().zip([(EC, "8.00", "MSG-1"), (OTHER_EC, "4.34", "MSG-2")])
        {
            assert_eq!(came.tag("identificativoDominio"), ec);
            assert_eq!(came.tag("codiceContestoPagamento"), ccp);
            let rt = came.rt();
            is(&rt, "identificativoDominio", ec);
            is(&rt, "importoTotalePagato", total);
            assert_eq!(tags(&rt, "singoloImportoPagato"), [total]);
            is(&rt, "riferimentoMessaggioRichiesta", message);
            is(&rt, "identificativoUnivocoRiscossione", "r2");
        }
        assert!(scene.copy(OTHER_EC, 2, &ccp).await.contains("<rt>"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn both_versions_are_one_attempt() {
    on_both_scenes(async |scene| {
        scene.partner.owes(owed(3, "5.00"));
        let first = scene.ask(&get(3, &amount("5.00"))).await;
        let second = scene.ask(&get_v2(3, &amount("5.00"))).await;
        is(&first, "outcome", "OK");
        is(&second, "outcome", "OK");
        assert_eq!(tag(&first, "transferList"), {
            let named = tag(&second, "transferList").unwrap();
            Some(named.replace("<companyName>Comune di Borgo</companyName>", ""))
        });
        let ccps: Vec<String> = scene
            .partner
            .came("paaAttivaRPT")
            .iter()
            .map(|came| came.tag("codiceContestoPagamento"))
            .collect();
        assert_eq!(ccps[0], ccps[1]);
        let answered = scene.partner.was_answered(2).await;
        answered.iter().for_each(|answer| is(answer, "esito", "OK"));
        assert_eq!(scene.attempts().await.len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stamp_is_served_by_the_second_version_only_and_comes_back_in_the_rt() {
    on_both_scenes(async |scene| {
        let hash = STANDARD.encode([7_u8; 32]);
        let mut debt = owed(4, "16.00");
        debt.stamp = Some((hash.clone(), "RM".to_owned()));
        scene.partner.owes(debt);
        let told = scene.ask(&get_v2(4, &amount("16.00"))).await;
        is(&told, "hashDocumento", &hash);
        is(&told, "tipoBollo", "01");
        is(&told, "provinciaResidenza", "RM");
        assert!(!told.contains("<IBAN>"));
        let refused = scene.ask(&get(4, &amount("16.00"))).await;
        is(&refused, "faultCode", "PAA_SEMANTICA");

        let stamp = super::scene::Share { ec: EC, cents: 1600, to: Err("PG1hcmNhLz4=") };
        scene.settle(&receipt("r4", notice_number(4).as_str(), &[stamp])).await;
        let rt = scene.partner.waits_for("paaInviaRT", 1).await.remove(0).rt();
        is(&rt, "tipoAllegatoRicevuta", "BD");
        is(&rt, "testoAllegato", "PG1hcmNhLz4=");
        assert!(!rt.contains("commissioniApplicatePSP"), "no fee on a stamp");
    })
    .await;
}
