//! The rows of the tables of the translation, one test for each.

use super::samples::fault;
use super::samples::*;
use super::*;
use crate::domain::notice_number::NoticeNumber;
use crate::domain::routing::Invention;
use crate::domain::text::Text as DomainText;
use crate::wire::common::{OrganizationCode, Outcome, Text35, TransferChannel};
use crate::wire::pa_for_node::{IbanOrRichiestaMarcaDaBollo, NoticeDemand, PaymentTransfer};
use crate::wire::pagamenti::{AttachmentKind, AttestantKind, PaymentOutcome, Rt};
use crate::wire::ppt::{
    CausaleVersamentoOrSpezzoniCausaleVersamento as Reason, NoticeNumberParts, NoticeOutcome,
    PaymentTermsOfNotice, PricedReason, ReasonPieces,
    SpezzoneCausaleVersamentoOrSpezzoneStrutturatoCausaleVersamento as Piece,
};
use crate::wire::{Base64, Bounded, Date, PlainText, pagamenti_telematici_ccp, richiesta_avvisi};
use jiff::Timestamp;
use jiff::civil::date;

fn ccp() -> Text35 {
    text("ccp-1")
}

fn now() -> Timestamp {
    "2026-11-22T22:30:00Z".parse().unwrap()
}

fn activated(terms: crate::wire::ppt::PaymentTerms, rpts: &[crate::wire::pagamenti::Rpt]) -> Payment {
    through(terms, rpts, None)
}

fn through(
    terms: crate::wire::ppt::PaymentTerms,
    rpts: &[crate::wire::pagamenti::Rpt],
    channel: Option<TransferChannel>,
) -> Payment {
    let (ec, invention) = (ec(), Invention::usual());
    match activate_answer(&ok(terms), &payment_request(channel), rpts, &answering(&ec, &invention)).unwrap() {
        Activated::Payable(payment) => *payment,
        Activated::Refused(fault) => panic!("{fault:?}"),
    }
}

fn iban(transfer: &PaymentTransfer) -> &str {
    match &transfer.iban_or_richiesta_marca_da_bollo {
        IbanOrRichiestaMarcaDaBollo::Iban(iban) => iban.as_str(),
        IbanOrRichiestaMarcaDaBollo::RichiestaMarcaDaBollo(_) => panic!("a stamp"),
    }
}

#[test]
fn the_addresses_the_reference_and_the_attempt_go_into_the_header() {
    let request = verify_request(&verification(), &ccp()).unwrap();
    let pagamenti_telematici_ccp::Request::PaaVerificaRPT(header, body) = request else { panic!() };
    assert_eq!(header.identificativo_dominio, EC);
    assert_eq!(header.identificativo_intermediario_pa, "12345678901");
    assert_eq!(header.identificativo_stazione_intermediario_pa, "12345678901_01");
    assert_eq!(header.identificativo_univoco_versamento, IUV);
    assert_eq!(header.codice_contesto_pagamento, "ccp-1");
    assert_eq!(body.identificativo_psp, caller::PSP);

    let request = activate_request(&payment_request(None), cents(12_34), &ccp()).unwrap();
    let pagamenti_telematici_ccp::Request::PaaAttivaRPT(same, body) = request else { panic!() };
    assert_eq!(same, header, "verify and activate of one attempt have one header");
    assert_eq!(body.dati_pagamento_psp.importo_singolo_versamento.cents(), cents(12_34));
    assert_eq!(body.identificativo_intermediario_psp, caller::BROKER);
    assert_eq!(body.identificativo_canale_psp, caller::CHANNEL);
}

#[test]
fn what_is_owed_becomes_the_one_option_of_a_verification() {
    let (ec, invention) = (ec(), Invention { due_days: 3, ..Invention::usual() });
    let answering = answering(&ec, &invention);
    let (answer, invented) = verify_answer(&ok(terms(10_00, BANK)), &verification(), &answering).unwrap();
    assert_eq!((answer.outcome, answer.fault), (Outcome::Ok, None));
    let option = answer.payment_list.unwrap().payment_option_description;
    assert_eq!(option.amount.cents(), cents(10_00));
    assert_eq!(option.options.as_str(), "EQ");
    assert_eq!(option.due_date, Some(Date::new(date(2026, 11, 25)).unwrap()));
    assert!(!option.all_ccp);
    assert_eq!(answer.payment_description.unwrap(), "TARI 2026");
    assert_eq!(answer.fiscal_code_pa.unwrap(), EC);
    assert_eq!(answer.company_name.unwrap(), "Ente 77777777777");
    assert_eq!(answer.office_name.unwrap(), "Ufficio tributi");
    assert_eq!(invented, [Invented::DueDate]);

    let (postal, _) = verify_answer(&ok(terms(10_00, POST)), &verification(), &answering).unwrap();
    assert!(postal.payment_list.unwrap().payment_option_description.all_ccp);
}

#[test]
fn the_pieces_of_a_reason_are_joined() {
    let pieces = vec![
        Piece::SpezzoneCausaleVersamento(text("TARI 2026")),
        Piece::SpezzoneStrutturatoCausaleVersamento(PricedReason {
            causale_spezzone: text("mensa"),
            importo_spezzone: crate::wire::common::PositiveAmount::new(cents(2_50)).unwrap(),
        }),
        Piece::SpezzoneCausaleVersamento(text("rata 2")),
    ];
    let pieces = ReasonPieces {
        spezzone_causale_versamento_or_spezzone_strutturato_causale_versamento: Bounded::new(pieces).unwrap(),
    };
    let mut found = terms(10_00, BANK);
    found.causale_versamento_or_spezzoni_causale_versamento = Reason::SpezzoniCausaleVersamento(pieces);
    assert_eq!(activated(found, &[]).data.description, "TARI 2026 mensa 2.50 rata 2");

    let long = vec![Piece::SpezzoneCausaleVersamento(text(&"x".repeat(35))); 6];
    let pieces = ReasonPieces {
        spezzone_causale_versamento_or_spezzone_strutturato_causale_versamento: Bounded::new(long).unwrap(),
    };
    let mut found = terms(10_00, BANK);
    found.causale_versamento_or_spezzoni_causale_versamento = Reason::SpezzoniCausaleVersamento(pieces);
    assert_eq!(activated(found, &[]).data.description.as_str().chars().count(), 140);
}

#[test]
fn what_the_answer_leaves_out_is_made_up_and_noted() {
    let mut found = terms(10_00, BANK);
    found.ente_beneficiario = None;
    found.causale_versamento_or_spezzoni_causale_versamento = reason(" ");
    let payment = activated(found, &[]);
    assert_eq!(payment.data.company_name, "Comune di Borgo");
    assert_eq!(payment.data.description, format!("Avviso {IUV}").as_str());
    let mut all = Invented::ALL;
    all.sort_unstable();
    assert_eq!(payment.invented, all);
    for one in Invented::ALL {
        assert_eq!(Invented::from_word(one.word()), Some(one));
    }
}

#[test]
fn an_answer_that_contradicts_itself_is_of_no_use() {
    let (ec, invention) = (ec(), Invention::usual());
    let judge = |outcome| verify_answer(&outcome, &verification(), &answering(&ec, &invention)).unwrap_err();
    let esito = |word: &str| PlainText::new(word).unwrap();
    let good = || ok(terms(10_00, BANK));
    let with = |change: &dyn Fn(&mut crate::wire::ppt::TermsOutcome)| {
        let mut outcome = good();
        change(&mut outcome);
        judge(outcome)
    };
    assert_eq!(with(&|one| one.esito = esito("ok")), Unusable::Outcome);
    assert_eq!(with(&|one| one.esito = esito("KO")), Unusable::NoFault);
    assert_eq!(with(&|one| one.fault = Some(fault("X"))), Unusable::Fault);
    assert_eq!(with(&|one| one.dati_pagamento_pa = None), Unusable::NoTerms);
    assert_eq!(judge(ok(terms(0, BANK))), Unusable::Zero);
    let mut other = terms(10_00, BANK);
    other.ente_beneficiario = Some(beneficiary(OTHER));
    assert_eq!(judge(ok(other)), Unusable::Beneficiary);
}

#[test]
fn a_refusal_of_an_old_system_is_the_refusal_that_the_node_gets() {
    let (ec, invention) = (ec(), Invention::usual());
    let answering = answering(&ec, &invention);
    let (answer, invented) =
        verify_answer(&ko("PAA_PAGAMENTO_SCADUTO"), &verification(), &answering).unwrap();
    assert_eq!((answer.outcome, answer.fault), (Outcome::Ko, Some(fault("PAA_PAGAMENTO_SCADUTO"))));
    assert!(invented.is_empty());
    let refused = activate_answer(&ko("PAA_PAGAMENTO_DUPLICATO"), &payment_request(None), &[], &answering);
    assert_eq!(refused, Ok(Activated::Refused(fault("PAA_PAGAMENTO_DUPLICATO"))));
}

#[test]
fn without_an_rpt_an_activation_is_one_transfer_of_what_the_answer_says() {
    let payment = activated(terms(10_00, "it60x0542811101000000123456"), &[]);
    let data = &payment.data;
    assert_eq!(data.creditor_reference_id, IUV);
    assert_eq!(data.payment_amount.cents(), cents(10_00));
    assert_eq!(data.due_date, Date::new(date(2026, 11, 23)).unwrap());
    assert_eq!(data.debtor.full_name, "ANONIMO");
    assert_eq!(data.debtor.unique_identifier.entity_unique_identifier_value, "ANONIMO");
    let [transfer] = &data.transfer_list.transfer[..] else { panic!() };
    assert_eq!(iban(transfer), BANK);
    assert_eq!(transfer.transfer_amount, data.payment_amount);
    assert_eq!(transfer.fiscal_code_pa, EC);
    assert_eq!(transfer.remittance_information, "TARI 2026");
    assert_eq!(transfer.transfer_category, "9/0101108TS/");
    assert_eq!(payment.invented, [Invented::DueDate, Invented::Debtor, Invented::Category]);

    let (ec, mut invention) = (ec(), Invention::usual());
    invention.debtor_name = Some(DomainText::new("Cittadino").unwrap());
    invention.category = Some(DomainText::new("9/0101100IM/").unwrap());
    let chosen =
        activate_answer(&ok(terms(10_00, BANK)), &payment_request(None), &[], &answering(&ec, &invention));
    let Ok(Activated::Payable(chosen)) = chosen else { panic!() };
    assert_eq!(chosen.data.debtor.full_name, "Cittadino");
    assert_eq!(chosen.data.transfer_list.transfer[0].transfer_category, "9/0101100IM/");
}

#[test]
fn the_rpt_says_debtor_transfers_and_their_sum() {
    let payment = activated(terms(10_00, BANK), &[rpt(EC, vec![share(10_00), share(5_00)])]);
    let data = &payment.data;
    assert_eq!(data.payment_amount.cents(), cents(15_00));
    assert_eq!(data.debtor, person("RSSMRA80A01H501U", "Maria Rossi"));
    assert_eq!(data.description, "TARI 2026");
    let [first, second] = &data.transfer_list.transfer[..] else { panic!() };
    assert_eq!((first.id_transfer.number(), second.id_transfer.number()), (1, 2));
    assert_eq!(first.transfer_amount.cents(), cents(10_00));
    assert_eq!(second.transfer_amount.cents(), cents(5_00));
    assert_eq!(first.remittance_information, "/RFB/01000000000000012/10.00/TXT/TARI");
    assert_eq!(first.transfer_category, "9/0101108TS/", "the text behind the code stays with the gateway");
    assert_eq!(first.company_name.as_ref().unwrap(), "Ente 77777777777");
    assert_eq!(first.fiscal_code_pa, EC);
    assert_eq!(iban(first), BANK);
    let metadata = &first.metadata.as_ref().unwrap().map_entry;
    assert_eq!((metadata[0].key.as_str(), metadata[0].value.as_str()), ("IBANAPPOGGIO", POST));
    assert_eq!(payment.invented, [Invented::DueDate]);
}

#[test]
fn accounts_follow_the_channel() {
    let postal = through(terms(10_00, BANK), &[rpt(EC, vec![share(1)])], Some(TransferChannel::Postal));
    assert_eq!(iban(&postal.data.transfer_list.transfer[0]), POST);
    assert_eq!(postal.data.transfer_list.transfer[0].metadata, None);
    let pagopa = through(terms(10_00, BANK), &[rpt(EC, vec![share(1)])], Some(TransferChannel::Pagopa));
    assert_eq!(iban(&pagopa.data.transfer_list.transfer[0]), BANK);
    assert!(pagopa.data.transfer_list.transfer[0].metadata.is_some());
    let mut only_postal = share(1);
    only_postal.iban_accredito = None;
    let found = through(terms(10_00, POST), &[rpt(EC, vec![only_postal])], Some(TransferChannel::Pagopa));
    assert_eq!(iban(&found.data.transfer_list.transfer[0]), POST);
}

#[test]
fn a_debt_of_two_bodies_becomes_one_payment() {
    let payment = activated(terms(17_50, BANK), &basket());
    let data = &payment.data;
    assert_eq!(data.payment_amount.cents(), cents(17_50));
    let found: Vec<(i32, &str, i64)> = data
        .transfer_list
        .transfer
        .iter()
        .map(|one| (one.id_transfer.number(), one.fiscal_code_pa.as_str(), one.transfer_amount.cents().get()))
        .collect();
    assert_eq!(found, [(1, EC, 10_00), (2, EC, 5_00), (3, OTHER, 2_50)]);
    assert_eq!(payment.first_version().unwrap().transfer_list.transfer.len(), 3);
}

#[test]
fn a_stamp_is_for_the_second_version_only() {
    let payment = activated(terms(16_00, BANK), &[rpt(EC, vec![stamp_share(16_00)])]);
    let IbanOrRichiestaMarcaDaBollo::RichiestaMarcaDaBollo(stamp) =
        &payment.data.transfer_list.transfer[0].iban_or_richiesta_marca_da_bollo
    else {
        panic!()
    };
    assert_eq!(stamp.hash_documento.decode(), [7; 32]);
    assert_eq!((stamp.tipo_bollo.as_str(), stamp.provincia_residenza.as_str()), ("01", "RM"));
    assert_eq!(payment.first_version(), Err(Unusable::Stamp));
}

#[test]
fn an_rpt_that_does_not_fit_is_of_no_use() {
    let mut sum = rpt(EC, vec![share(10_00)]);
    sum.dati_versamento.importo_totale_da_versare =
        crate::wire::common::PositiveAmount::new(cents(9_00)).unwrap();
    assert_eq!(requested(&[sum], None), Err(Unusable::Sum));
    let mut nowhere = share(10_00);
    (nowhere.iban_accredito, nowhere.iban_appoggio) = (None, None);
    assert_eq!(requested(&[rpt(EC, vec![nowhere])], None), Err(Unusable::NoAccount));
    let six = [rpt(EC, vec![share(1); 5]), rpt(OTHER, vec![share(1)])];
    assert_eq!(requested(&six, None), Err(Unusable::Shares));
    let (ec, invention) = (ec(), Invention::usual());
    let judge = |rpt| {
        let request = payment_request(None);
        activate_answer(&ok(terms(10_00, BANK)), &request, &[rpt], &answering(&ec, &invention)).unwrap_err()
    };
    assert_eq!(judge(rpt(OTHER, vec![share(10_00)])), Unusable::Beneficiary);
    let mut other = rpt(EC, vec![share(10_00)]);
    other.dati_versamento.identificativo_univoco_versamento = text("01000000000000099");
    assert_eq!(judge(other), Unusable::OtherDebt);
    assert!(matches!(read_rpt(&Base64::encode(b"<RPT/>").unwrap()), Err(Unusable::Document(_))));
}

#[test]
fn an_rpt_becomes_a_position() {
    let asked = requested(&basket(), None).unwrap();
    assert_eq!((asked.ccp.as_str(), asked.station.as_ref().unwrap().as_str()), ("ccp-1", "12345678901_01"));
    assert_eq!(asked.payer, Some(person("VRDLGI70A01H501K", "Luigi Verdi")));
    let loaded = || Loaded {
        iupd: crate::domain::ids::Iupd::new("rpt-1").unwrap(),
        notice: NoticeNumber::new(NAV).unwrap(),
        company_name: DomainText::new("Comune di Borgo").unwrap(),
        now: now(),
    };
    let made = position(&asked, loaded()).unwrap();
    let option = &made.options[0];
    assert_eq!(option.debtor.full_name.as_str(), "Maria Rossi");
    let notice = &option.notices[0];
    assert_eq!((notice.iuv.as_str(), notice.amount), (IUV, cents(17_50)));
    assert_eq!(crate::domain::rome::day(notice.due), date(2026, 12, 1));
    assert_eq!(notice.transfers.len(), 3);
    assert_eq!(notice.transfers[2].beneficiary.as_str(), OTHER);
    assert_eq!(notice.transfers[0].destination.postal_iban().unwrap().as_str(), POST);
    let other = NoticeNumber::new("301000000000000099").unwrap();
    assert_eq!(position(&asked, Loaded { notice: other, ..loaded() }), Err(Unusable::OtherDebt));
}

#[test]
fn a_demand_is_asked_and_answered_with_a_new_notice() {
    let asked = NoticeDemand {
        id_pa: text(EC),
        id_broker_pa: text("12345678901"),
        id_station: text("12345678901_01"),
        id_servizio: text("00001"),
        id_soggetto_servizio: text("00002"),
        dati_specifici_servizio_request: Base64::encode(b"<targa/>").unwrap(),
    };
    let richiesta_avvisi::Request::PaaChiediNumeroAvviso(header, body) = demand_request(&asked).unwrap();
    assert_eq!(header.identificativo_dominio, EC);
    assert_eq!(header.identificativo_intermediario_pa, "12345678901");
    assert_eq!(header.identificativo_stazione_intermediario_pa, "12345678901_01");
    assert_eq!(body.dati_specifici_servizio.decode(), b"<targa/>");

    let found = terms(10_00, POST);
    let outcome = NoticeOutcome {
        fault: None,
        esito: PlainText::new("OK").unwrap(),
        numero_avviso: Some(NoticeNumberParts {
            aux_digit: text("3"),
            application_code: None,
            iuv: text(IUV),
        }),
        dati_pagamento_pa: Some(PaymentTermsOfNotice {
            importo_singolo_versamento: found.importo_singolo_versamento,
            iban_accredito: found.iban_accredito,
            bic_accredito: None,
            ente_beneficiario: None,
            credenziali_pagatore: None,
            payment_terms_of_notice_causale_versamento_or_spezzoni_causale_versamento:
                crate::wire::ppt::PaymentTermsOfNoticeCausaleVersamentoOrSpezzoniCausaleVersamento::CausaleVersamento(
                    text("bollo auto"),
                ),
        }),
    };
    let (ec, invention) = (ec(), Invention::usual());
    let answering = answering(&ec, &invention);
    let made = demand_answer(&outcome, &answering).unwrap();
    assert_eq!(made.notice.unwrap().as_str(), NAV);
    assert_eq!(made.answer.qr_code.unwrap(), notice_code());
    assert_eq!(made.answer.payment_description.unwrap(), "bollo auto");
    assert_eq!(made.answer.company_name.unwrap(), "Comune di Borgo");
    assert!(made.answer.payment_list.unwrap().payment_option_description.all_ccp);
    assert_eq!(made.invented, [Invented::CompanyName, Invented::DueDate]);
    let none = NoticeOutcome { numero_avviso: None, ..outcome.clone() };
    assert_eq!(demand_answer(&none, &answering), Err(Unusable::NoNotice));
    let none = NoticeOutcome { dati_pagamento_pa: None, ..outcome };
    assert_eq!(demand_answer(&none, &answering), Err(Unusable::NoTerms));
}

fn rts(receipt: &crate::wire::pa_for_node::ReceiptV2, rpts: &[crate::wire::pagamenti::Rpt]) -> Vec<Rt> {
    let (ccp, station) = (ccp(), text("12345678901_01"));
    let attempt = Attempt { ccp: Some(&ccp), station: &station, rpts, received_at: now() };
    receipt_rts(&receipt.into(), &attempt).unwrap().into_iter().map(|one| one.rt).collect()
}

#[test]
fn each_beneficiary_gets_its_own_receipt() {
    let receipt =
        receipt(vec![transfer(1, 10_00, EC), transfer(2, 2_50, OTHER), stamp_transfer(3, 16_00, EC)]);
    let found = rts(&receipt, &[]);
    let [first, second] = &found[..] else { panic!() };
    assert_eq!(first.dominio.identificativo_dominio, EC);
    assert_eq!(first.dominio.identificativo_stazione_richiedente.as_ref().unwrap(), "12345678901_01");
    assert_eq!(second.dominio.identificativo_dominio, OTHER);
    let paid = &first.dati_pagamento;
    assert_eq!(paid.codice_esito_pagamento, PaymentOutcome::N0);
    assert_eq!(paid.importo_totale_pagato.cents(), cents(26_00));
    assert_eq!(second.dati_pagamento.importo_totale_pagato.cents(), cents(2_50));
    assert_eq!(paid.identificativo_univoco_versamento, IUV);
    assert_eq!(paid.codice_contesto_pagamento, "ccp-1");
    let share = &paid.dati_singolo_pagamento[0];
    assert_eq!(share.singolo_importo_pagato.cents(), cents(10_00));
    assert_eq!(share.esito_singolo_pagamento.as_ref().unwrap(), "ESEGUITO");
    assert_eq!(share.data_esito_singolo_pagamento, Date::new(date(2026, 11, 22)).unwrap());
    assert_eq!(share.identificativo_univoco_riscossione, "c0ffee00c0ffee00c0ffee00c0ffee00");
    assert_eq!(share.causale_versamento, "causale 1");
    assert_eq!(share.dati_specifici_riscossione, "9/0101108TS/");
    assert_eq!(share.allegato_ricevuta, None);
}

#[test]
fn a_receipt_names_who_attests_owes_and_pays() {
    let receipt = receipt(vec![transfer(1, 10_00, EC)]);
    let rt = rts(&receipt, &[]).remove(0);
    let attestant = &rt.istituto_attestante;
    assert_eq!(attestant.identificativo_univoco_attestante.codice_identificativo_univoco, "BPPIITRRXXX");
    assert_eq!(attestant.identificativo_univoco_attestante.tipo_identificativo_univoco, AttestantKind::B);
    assert_eq!(attestant.denominazione_attestante, "Poste");
    assert_eq!(super::person::debtor(&rt.soggetto_pagatore), receipt.debtor);
    assert_eq!(rt.soggetto_versante.as_ref().map(super::person::payer), receipt.payer);
    assert_eq!(rt.identificativo_messaggio_ricevuta, "c0ffee00c0ffee00c0ffee00c0ffee00");
    assert_eq!(rt.data_ora_messaggio_ricevuta.moment(), date(2026, 11, 22).at(23, 10, 5, 0));
    assert_eq!(rt.ente_beneficiario.denominazione_beneficiario.as_str().chars().count(), 70);
    assert_eq!(rt.ente_beneficiario.denom_unit_oper_beneficiario.unwrap(), "Ufficio tributi");
}

#[test]
fn a_stamp_is_attached_and_bears_no_commission() {
    let receipt = receipt(vec![stamp_transfer(1, 16_00, EC), transfer(2, 10_00, EC), transfer(3, 1, OTHER)]);
    let found = rts(&receipt, &[]);
    let shares = &found[0].dati_pagamento.dati_singolo_pagamento;
    let attached = shares[0].allegato_ricevuta.as_ref().unwrap();
    assert_eq!(attached.tipo_allegato_ricevuta, AttachmentKind::Bd);
    assert_eq!(attached.testo_allegato.decode(), b"<marcaDaBollo/>");
    assert_eq!((shares[0].commissioni_applicate_psp, shares[0].commissioni_applicate_pa), (None, None));
    assert_eq!(shares[1].commissioni_applicate_psp.unwrap().cents(), cents(1_50));
    assert_eq!(shares[1].commissioni_applicate_pa.unwrap().cents(), cents(20));
    let other = &found[1].dati_pagamento.dati_singolo_pagamento[0];
    assert_eq!(other.commissioni_applicate_psp, None, "the fee is told once");
}

#[test]
fn what_the_rpt_said_comes_back_in_the_receipt() {
    let receipt = receipt(vec![transfer(1, 10_00, EC), transfer(2, 5_00, EC), transfer(3, 2_50, OTHER)]);
    let found = rts(&receipt, &basket());
    assert_eq!(found[0].riferimento_messaggio_richiesta, "RPT-77777777777");
    assert_eq!(found[1].riferimento_messaggio_richiesta, "RPT-88888888888");
    assert_eq!(found[0].riferimento_data_richiesta, Date::new(date(2026, 11, 21)).unwrap());
    assert_eq!(found[1].ente_beneficiario, beneficiary(OTHER));
    for share in found.iter().flat_map(|rt| &rt.dati_pagamento.dati_singolo_pagamento) {
        assert_eq!(share.causale_versamento, "/RFB/01000000000000012/10.00/TXT/TARI");
        assert_eq!(share.dati_specifici_riscossione, "9/0101108TS/tari-2026");
    }
}

#[test]
fn without_the_moment_of_payment_the_arrival_stands_for_it() {
    let mut receipt = receipt(vec![transfer(1, 10_00, EC)]);
    receipt.payment_date_time = None;
    let rt = rts(&receipt, &[]).remove(0);
    assert_eq!(rt.data_ora_messaggio_ricevuta.moment(), date(2026, 11, 22).at(23, 30, 0, 0), "in Italy");
    let share = &rt.dati_pagamento.dati_singolo_pagamento[0];
    assert_eq!(share.data_esito_singolo_pagamento.day(), date(2026, 11, 23), "the day of application");
    let station: Text35 = text("12345678901_01");
    let attempt = Attempt { ccp: None, station: &station, rpts: &[], received_at: now() };
    let alone = receipt_rts(&(&receipt).into(), &attempt).unwrap();
    assert_eq!(alone[0].ec, OrganizationCode::new(EC).unwrap());
    assert_eq!(alone[0].rt.dati_pagamento.codice_contesto_pagamento, "c0ffee00c0ffee00c0ffee00c0ffee00");
    assert_eq!(alone[0].rt.riferimento_messaggio_richiesta, "c0ffee00c0ffee00c0ffee00c0ffee00");
}

#[test]
fn a_negative_receipt_says_why_and_gives_the_request_back() {
    let asked = rpt(EC, vec![share(10_00), stamp_share(16_00)]);
    for (why, code, words) in [
        (NotPaid::Expired, PaymentOutcome::N3, "SCADUTO"),
        (NotPaid::NotExecuted, PaymentOutcome::N1, "NON ESEGUITO"),
    ] {
        let rt = negative_rt(&asked, why, "RT-1", now()).unwrap();
        assert_eq!(rt.dominio, asked.dominio);
        assert_eq!(rt.riferimento_messaggio_richiesta, asked.identificativo_messaggio_richiesta);
        assert_eq!(rt.riferimento_data_richiesta.day(), date(2026, 11, 21));
        assert_eq!(
            (&rt.soggetto_pagatore, &rt.soggetto_versante),
            (&asked.soggetto_pagatore, &asked.soggetto_versante)
        );
        assert_eq!(rt.ente_beneficiario, asked.ente_beneficiario);
        let paid = &rt.dati_pagamento;
        assert_eq!(paid.codice_esito_pagamento, code);
        assert_eq!(paid.importo_totale_pagato.cents(), Cents::ZERO);
        assert_eq!(
            (paid.identificativo_univoco_versamento.as_str(), paid.codice_contesto_pagamento.as_str()),
            (IUV, "ccp-1")
        );
        assert_eq!(paid.dati_singolo_pagamento.len(), 2);
        for share in &paid.dati_singolo_pagamento {
            assert_eq!(share.singolo_importo_pagato.cents(), Cents::ZERO);
            assert_eq!(share.identificativo_univoco_riscossione, "0");
            assert_eq!(share.esito_singolo_pagamento.as_ref().unwrap(), words);
            assert_eq!(share.data_esito_singolo_pagamento.day(), date(2026, 11, 22));
            assert_eq!(share.dati_specifici_riscossione, "9/0101108TS/tari-2026");
            assert_eq!(share.allegato_ricevuta, None);
        }
        let read = crate::wire::read_document::<Rt>(&document(&rt).unwrap().decode(), Default::default());
        assert_eq!(read, Ok(rt));
    }
}
