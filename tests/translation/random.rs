//! Random messages, made from the schemas: what is valid on one side becomes valid on the other, and sums hold.

use crate::sample::Sampler;
use jiff::civil::date;
use varco::domain::amount::Cents;
use varco::domain::fiscal_code::FiscalCode;
use varco::domain::routing::Invention;
use varco::legacy::translate::*;
use varco::soap::{self, Limits};
use varco::wire::common::{Amount, OrganizationCode, Outcome, PositiveAmount, Text35};
use varco::wire::pa_for_node::{
    NoticeVerification, Operation, PaymentAnswer, PaymentAnswerV2, PaymentRequest, ReceiptV2, Request,
    Response,
};
use varco::wire::pagamenti::{Rpt, Rt};
use varco::wire::pagamenti_telematici_ccp::{self, Response as Old};
use varco::wire::ppt::TermsOutcome;
use varco::wire::{Bounds, PlainText, Reader, Text, read_document};

const CASES: usize = 300;
const EC: &str = "77777777777";
const OTHERS: [&str; 2] = ["88888888888", "99999999999"];
const NAV: &str = "301000000000000012";

fn node_request(sampler: &mut Sampler, root: &str) -> Request {
    let payload = sampler.payload(root);
    let operation = Operation::ALL.into_iter().find(|one| one.request_root().local == root).unwrap();
    let mut reader = Reader::new(payload.as_bytes(), Bounds::default()).unwrap();
    Request::read(operation, &mut reader).unwrap()
}

/// A valid answer of an old system that says OK, whatever else it says.
fn outcome(sampler: &mut Sampler) -> TermsOutcome {
    let operation = pagamenti_telematici_ccp::Operation::PaaAttivaRPT;
    let payload = sampler.payload(operation.response_root().local);
    let mut reader = Reader::new(payload.as_bytes(), Bounds::default()).unwrap();
    let Ok(Old::PaaAttivaRPT(answer)) = Old::read(operation, &mut reader) else { panic!("{payload}") };
    let mut outcome = answer.paa_attiva_rpt_risposta;
    outcome.esito = PlainText::new("OK").unwrap();
    outcome.fault = None;
    if let Some(body) = outcome.dati_pagamento_pa.as_mut().and_then(|terms| terms.ente_beneficiario.as_mut())
    {
        body.identificativo_univoco_beneficiario.codice_identificativo_univoco = Text::new(EC).unwrap();
    }
    outcome
}

/// A valid RPT whose shares add up.
fn rpt(sampler: &mut Sampler) -> Rpt {
    let mut rpt: Rpt = read_document(sampler.payload("RPT").as_bytes(), Bounds::default()).unwrap();
    let shares = rpt.dati_versamento.dati_singolo_versamento.clone().into_vec();
    let small = shares.into_iter().map(|mut share| {
        let cents = share.importo_singolo_versamento.cents().get() % 1_000_000 + 1;
        share.importo_singolo_versamento = PositiveAmount::new(Cents::new(cents).unwrap()).unwrap();
        share
    });
    let shares: Vec<_> = small.collect();
    let sum =
        Cents::checked_sum(shares.iter().map(|share| share.importo_singolo_versamento.cents())).unwrap();
    rpt.dati_versamento.importo_totale_da_versare = PositiveAmount::new(sum).unwrap();
    rpt.dati_versamento.dati_singolo_versamento = shares.try_into().unwrap();
    rpt.dati_versamento.identificativo_univoco_versamento = Text::new(&NAV[1..]).unwrap();
    rpt.dominio.identificativo_dominio = Text::new(EC).unwrap();
    rpt
}

fn told(response: Response, operation: Operation) {
    let written = soap::write_response(&response);
    let read = soap::read_response(&written, operation, &Limits::default());
    assert_eq!(read, Ok(response));
}

#[test]
fn any_valid_answer_becomes_a_valid_answer_and_its_sums_hold() {
    let mut node = Sampler::new(31);
    let mut old = Sampler::of_legacy("PagamentiTelematiciCCP", "http://ws.pagamenti.telematici.gov/", 32);
    let mut documents =
        Sampler::of_legacy("documents", "http://www.digitpa.gov.it/schemas/2011/Pagamenti/", 33);
    let (ec, invention) = (FiscalCode::new(EC).unwrap(), Invention::usual());
    let answering =
        Answering { ec: &ec, ec_name: "Comune di Borgo", invention: &invention, today: date(2026, 11, 22) };
    let (mut payable, mut first_versions) = (0, 0);
    for at in 0..CASES {
        let Request::PaGetPayment(mut asked) = node_request(&mut node, "paGetPaymentReq") else { panic!() };
        asked.qr_code.notice_number = Text::new(NAV).unwrap();
        let outcome = outcome(&mut old);
        verified(&outcome, &asked, &answering);
        let rpts: Vec<Rpt> = if at % 2 == 0 { Vec::new() } else { vec![rpt(&mut documents)] };
        let found = match activate_answer(&outcome, &asked, &rpts, &answering) {
            Ok(Activated::Payable(found)) => found,
            Ok(Activated::Refused(fault)) => panic!("{fault:?}"),
            Err(Unusable::NoTerms | Unusable::Zero | Unusable::NoAccount) => continue,
            Err(unusable) => panic!("{unusable}"),
        };
        payable += 1;
        let sum = found.data.transfer_list.transfer.iter().map(|one| one.transfer_amount.cents());
        assert_eq!(Cents::checked_sum(sum), Some(found.data.payment_amount.cents()));
        match found.first_version() {
            Ok(data) => {
                first_versions += 1;
                let answer = PaymentAnswer { outcome: Outcome::Ok, fault: None, data: Some(data) };
                told(Response::PaGetPayment(answer), Operation::PaGetPayment);
            }
            Err(unusable) => assert_eq!(unusable, Unusable::Stamp),
        }
        let answer = PaymentAnswerV2 { outcome: Outcome::Ok, fault: None, data: Some(found.data) };
        told(Response::PaGetPaymentV2(answer), Operation::PaGetPaymentV2);
    }
    assert!(payable * 4 > CASES && first_versions * 6 > CASES, "{payable} payable, {first_versions} in V1");
}

fn verified(outcome: &TermsOutcome, asked: &PaymentRequest, answering: &Answering<'_>) {
    let PaymentRequest { id_pa, id_broker_pa, id_station, qr_code, .. } = asked.clone();
    let asked = NoticeVerification { id_pa, id_broker_pa, id_station, qr_code };
    match verify_answer(outcome, &asked, answering) {
        Ok((answer, _)) => {
            told(Response::PaVerifyPaymentNotice(answer), Operation::PaVerifyPaymentNotice);
        }
        Err(unusable) => assert!(matches!(unusable, Unusable::NoTerms | Unusable::Zero), "{unusable}"),
    }
}

fn receipt(sampler: &mut Sampler, at: usize) -> ReceiptV2 {
    let Request::PaSendRTV2(delivery) = node_request(sampler, "paSendRTV2Request") else { panic!() };
    let mut receipt = delivery.receipt;
    let transfers = receipt.transfer_list.transfer.clone().into_vec().into_iter().enumerate();
    let mixed = transfers.map(|(number, mut one)| {
        let body = [EC, OTHERS[0], OTHERS[1]][(number + at) % 3];
        one.fiscal_code_pa = OrganizationCode::new(body).unwrap();
        let cents = one.transfer_amount.cents().get() % 1_000_000 + 1;
        one.transfer_amount = PositiveAmount::new(Cents::new(cents).unwrap()).unwrap();
        one
    });
    receipt.transfer_list.transfer = mixed.collect::<Vec<_>>().try_into().unwrap();
    let sum = receipt.transfer_list.transfer.iter().map(|one| one.transfer_amount.cents());
    receipt.payment_amount = Amount::new(Cents::checked_sum(sum).unwrap()).unwrap();
    receipt.fiscal_code = OrganizationCode::new(EC).unwrap();
    receipt
}

#[test]
fn any_receipt_becomes_receipts_that_can_be_read_and_whose_totals_add_up() {
    let mut sampler = Sampler::new(41);
    let (ccp, station): (Text35, Text35) = (Text::new("ccp-1").unwrap(), Text::new("1_01").unwrap());
    for at in 0..CASES {
        let receipt = receipt(&mut sampler, at);
        if receipt.receipt_id.as_str().is_empty() {
            continue;
        }
        let received_at = "2026-11-22T12:00:00Z".parse().unwrap();
        let attempt = Attempt { ccp: Some(&ccp), station: &station, rpts: &[], received_at };
        let made = receipt_rts(&(&receipt).into(), &attempt).unwrap();
        let mut total = Cents::ZERO;
        for Recipient { ec, rt } in &made {
            let read: Rt = read_document(&document(rt).unwrap().decode(), Bounds::default()).unwrap();
            assert_eq!(read, *rt);
            let own = receipt.transfer_list.transfer.iter().filter(|one| one.fiscal_code_pa == *ec);
            let sum = Cents::checked_sum(own.map(|one| one.transfer_amount.cents())).unwrap();
            let paid = &rt.dati_pagamento;
            assert_eq!(paid.importo_totale_pagato.cents(), sum);
            let shares = paid.dati_singolo_pagamento.iter().map(|one| one.singolo_importo_pagato.cents());
            assert_eq!(Cents::checked_sum(shares), Some(sum));
            total = total.checked_add(sum).unwrap();
        }
        assert_eq!(total, receipt.payment_amount.cents());
    }
}

#[test]
fn any_rpt_becomes_a_negative_receipt_that_can_be_read() {
    let mut documents =
        Sampler::of_legacy("documents", "http://www.digitpa.gov.it/schemas/2011/Pagamenti/", 51);
    for _ in 0..CASES {
        let asked = rpt(&mut documents);
        let now = "2026-11-22T12:00:00Z".parse().unwrap();
        let made = negative_rt(&asked, NotPaid::Expired, "RT-1", now).unwrap();
        let read: Rt = read_document(&document(&made).unwrap().decode(), Bounds::default()).unwrap();
        assert_eq!(read, made);
    }
}
