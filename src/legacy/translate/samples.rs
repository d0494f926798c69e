//! Messages for the tests of this room: with every field that the tables name.

use super::*;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::routing::Invention;
use crate::wire::common::*;
use crate::wire::pa_for_node::*;
use crate::wire::pagamenti::*;
use crate::wire::ppt::*;
use crate::wire::{Base64, Bounded, Date, DateTime, PlainText, Text, TextKind};
use jiff::civil::{self, date};

pub const EC: &str = "77777777777";
pub const OTHER: &str = "88888888888";
pub const NAV: &str = "301000000000000012";
pub const IUV: &str = "01000000000000012";
pub const BANK: &str = "IT60X0542811101000000123456";
pub const POST: &str = "IT57N0760114800000011050036";
pub const TODAY: civil::Date = date(2026, 11, 22);

pub fn text<K: TextKind>(text: &str) -> Text<K> {
    Text::new(text).unwrap()
}

pub fn cents(cents: i64) -> Cents {
    Cents::new(cents).unwrap()
}

pub fn ec() -> FiscalCode {
    FiscalCode::new(EC).unwrap()
}

pub fn answering<'a>(ec: &'a FiscalCode, invention: &'a Invention) -> Answering<'a> {
    Answering { ec, ec_name: "Comune di Borgo", invention, today: TODAY }
}

pub fn notice_code() -> NoticeCode {
    NoticeCode { fiscal_code: text(EC), notice_number: text(NAV) }
}

pub fn verification() -> NoticeVerification {
    NoticeVerification {
        id_pa: text(EC),
        id_broker_pa: text("12345678901"),
        id_station: text("12345678901_01"),
        qr_code: notice_code(),
    }
}

pub fn payment_request(channel: Option<TransferChannel>) -> PaymentRequest {
    PaymentRequest {
        id_pa: text(EC),
        id_broker_pa: text("12345678901"),
        id_station: text("12345678901_01"),
        qr_code: notice_code(),
        amount: Some(Amount::new(cents(10_00)).unwrap()),
        payment_note: Some(text("carrello 7")),
        transfer_type: channel,
        due_date: None,
    }
}

pub fn fault(code: &str) -> Fault {
    let text = |text: &str| PlainText::new(text).unwrap();
    Fault {
        fault_code: text(code),
        fault_string: text("Frase dell'ente"),
        id: text(EC),
        description: Some(text("dettaglio")),
        serial: Some(2),
        original_fault_code: None,
        original_fault_string: None,
        original_description: None,
    }
}

pub fn reason(text: &str) -> CausaleVersamentoOrSpezzoniCausaleVersamento {
    CausaleVersamentoOrSpezzoniCausaleVersamento::CausaleVersamento(Text::new(text).unwrap())
}

pub fn beneficiary(code: &str) -> Beneficiary {
    Beneficiary {
        identificativo_univoco_beneficiario: CompanyCode {
            tipo_identificativo_univoco: CompanyKind::G,
            codice_identificativo_univoco: text(code),
        },
        denominazione_beneficiario: text(&format!("Ente {code}")),
        codice_unit_oper_beneficiario: Some(text("U1")),
        denom_unit_oper_beneficiario: Some(text("Ufficio tributi")),
        indirizzo_beneficiario: Some(text("Piazza")),
        civico_beneficiario: Some(text("1")),
        cap_beneficiario: Some(text("00100")),
        localita_beneficiario: Some(text("Borgo")),
        provincia_beneficiario: Some(text("RM")),
        nazione_beneficiario: Some(text("IT")),
    }
}

pub fn terms(amount: i64, account: &str) -> PaymentTerms {
    PaymentTerms {
        importo_singolo_versamento: Amount::new(cents(amount)).unwrap(),
        iban_accredito: text(account),
        bic_accredito: Some(text("BPPIITRR")),
        ente_beneficiario: Some(beneficiary(EC)),
        credenziali_pagatore: Some(text("segreto")),
        causale_versamento_or_spezzoni_causale_versamento: reason("TARI 2026"),
    }
}

pub fn ok(terms: PaymentTerms) -> TermsOutcome {
    TermsOutcome { fault: None, esito: PlainText::new("OK").unwrap(), dati_pagamento_pa: Some(terms) }
}

pub fn ko(code: &str) -> TermsOutcome {
    let esito = PlainText::new("KO").unwrap();
    TermsOutcome { fault: Some(fault(code)), esito, dati_pagamento_pa: None }
}

pub fn person(code: &str, name: &str) -> Subject {
    Subject {
        unique_identifier: SubjectIdentifier {
            entity_unique_identifier_type: SubjectKind::F,
            entity_unique_identifier_value: text(code),
        },
        full_name: text(name),
        street_name: Some(text("Via Roma")),
        civic_number: Some(text("7")),
        postal_code: Some(text("00100")),
        city: Some(text("Borgo")),
        state_province_region: Some(text("RM")),
        country: Some(text("IT")),
        e_mail: Some(text("m@example.org")),
    }
}

pub fn share(amount: i64) -> RptShare {
    RptShare {
        importo_singolo_versamento: PositiveAmount::new(cents(amount)).unwrap(),
        commissione_carico_pa: None,
        iban_accredito: Some(text(BANK)),
        bic_accredito: None,
        iban_appoggio: Some(text(POST)),
        bic_appoggio: None,
        credenziali_pagatore: None,
        causale_versamento: text("/RFB/01000000000000012/10.00/TXT/TARI"),
        dati_specifici_riscossione: text("9/0101108TS/tari-2026"),
        dati_marca_bollo_digitale: None,
    }
}

pub fn stamp_share(amount: i64) -> RptShare {
    let stamp = LegacyStampRequest {
        tipo_bollo: StampKind::N01,
        hash_documento: StampHash::encode(&[7; 32]).unwrap(),
        provincia_residenza: text("RM"),
    };
    RptShare {
        iban_accredito: None,
        iban_appoggio: None,
        dati_marca_bollo_digitale: Some(stamp),
        ..share(amount)
    }
}

pub fn rpt(body: &str, shares: Vec<RptShare>) -> Rpt {
    let total: i64 = shares.iter().map(|share| share.importo_singolo_versamento.cents().get()).sum();
    Rpt {
        versione_oggetto: text("6.2.0"),
        dominio: Domain {
            identificativo_dominio: text(body),
            identificativo_stazione_richiedente: Some(text("12345678901_01")),
        },
        identificativo_messaggio_richiesta: text(&format!("RPT-{body}")),
        data_ora_messaggio_richiesta: DateTime::new(date(2026, 11, 21).at(9, 30, 0, 0)).unwrap(),
        autenticazione_soggetto: Authentication::NA,
        soggetto_versante: Some(super::person::soggetto_versante(&person("VRDLGI70A01H501K", "Luigi Verdi"))),
        soggetto_pagatore: super::person::soggetto_pagatore(&person("RSSMRA80A01H501U", "Maria Rossi")),
        ente_beneficiario: beneficiary(body),
        dati_versamento: RptPayment {
            data_esecuzione_pagamento: Date::new(date(2026, 12, 1)).unwrap(),
            importo_totale_da_versare: PositiveAmount::new(cents(total)).unwrap(),
            tipo_versamento: PaymentMeans::Po,
            identificativo_univoco_versamento: text(IUV),
            codice_contesto_pagamento: text("ccp-1"),
            iban_addebito: None,
            bic_addebito: None,
            firma_ricevuta: Signature::N0,
            dati_singolo_versamento: Bounded::new(shares).unwrap(),
        },
    }
}

/// One debt of two bodies: 10.00 and 5.00 for the first, 2.50 for the second.
pub fn basket() -> Vec<Rpt> {
    vec![rpt(EC, vec![share(10_00), share(5_00)]), rpt(OTHER, vec![share(2_50)])]
}

pub fn transfer(number: i32, amount: i64, body: &str) -> ReceiptTransfer {
    ReceiptTransfer {
        id_transfer: TransferNumber::try_from(number).unwrap(),
        transfer_amount: PositiveAmount::new(cents(amount)).unwrap(),
        fiscal_code_pa: text(body),
        company_name: Some(text(&format!("Comune {body} {}", "x".repeat(80)))),
        iban_or_mbd_attachment: IbanOrMbdAttachment::Iban(text(BANK)),
        remittance_information: text(&format!("causale {number}")),
        transfer_category: text("9/0101108TS/"),
        metadata: None,
    }
}

pub fn stamp_transfer(number: i32, amount: i64, body: &str) -> ReceiptTransfer {
    let stamp = Base64::encode(b"<marcaDaBollo/>").unwrap();
    ReceiptTransfer {
        iban_or_mbd_attachment: IbanOrMbdAttachment::MbdAttachment(stamp),
        ..transfer(number, amount, body)
    }
}

pub fn receipt(transfers: Vec<ReceiptTransfer>) -> ReceiptV2 {
    let total: i64 = transfers.iter().map(|one| one.transfer_amount.cents().get()).sum();
    ReceiptV2 {
        receipt_id: PlainText::new("c0ffee00c0ffee00c0ffee00c0ffee00").unwrap(),
        notice_number: text(NAV),
        fiscal_code: text(EC),
        outcome: Outcome::Ok,
        creditor_reference_id: text(IUV),
        payment_amount: Amount::new(cents(total)).unwrap(),
        description: text("TARI 2026"),
        company_name: text(&"Comune di Borgo ".repeat(8)),
        office_name: Some(text("Ufficio tributi")),
        debtor: person("RSSMRA80A01H501U", "Maria Rossi"),
        transfer_list: ReceiptTransferList { transfer: Bounded::new(transfers).unwrap() },
        id_psp: text("BPPIITRRXXX"),
        psp_fiscal_code: Some(text("06874351007")),
        psp_partita_iva: None,
        psp_company_name: text("Poste"),
        id_channel: text("06874351007_01"),
        channel_description: text("app"),
        payer: Some(person("VRDLGI70A01H501K", "Luigi Verdi")),
        payment_method: Some(text("creditCard")),
        payment_note: None,
        fee: Some(Amount::new(cents(1_50)).unwrap()),
        primary_ci_incurred_fee: Some(Amount::new(cents(20)).unwrap()),
        id_bundle: None,
        id_ci_bundle: None,
        payment_date_time: Some(DateTime::new(date(2026, 11, 22).at(23, 10, 5, 250_000_000)).unwrap()),
        application_date: Some(Date::new(date(2026, 11, 23)).unwrap()),
        transfer_date: Some(Date::new(date(2026, 11, 24)).unwrap()),
        metadata: None,
        stand_in: None,
    }
}
