//! What every answer begins with: OK or KO, and a fault or none.

use super::rules::{
    FAULT_CODE, FAULT_EMPTY, FAULT_ID, KO_WITH_DATA, KO_WITHOUT_FAULT, OK_WITH_FAULT, PROBE,
    RECEIPT_DUPLICATE, RECEIPT_REFUSED,
};
use super::{Asked, Finding, parts};
use crate::domain::notice_number::NoticeNumber;
use crate::wire::pa_for_node::{Fault, Operation, Outcome, Response};

/// The codes of the contract for a creditor (SANP 3.10, codes PAA), and those that are in use beside them.
pub(super) const CODES: [&str; 24] = [
    "PAA_SINTASSI_XSD",
    "PAA_SINTASSI_EXTRAXSD",
    "PAA_SEMANTICA",
    "PAA_SYSTEM_ERROR",
    "PAA_ID_DOMINIO_ERRATO",
    "PAA_ID_INTERMEDIARIO_ERRATO",
    "PAA_STAZIONE_INT_ERRATA",
    "PAA_PAGAMENTO_SCONOSCIUTO",
    "PAA_PAGAMENTO_ANNULLATO",
    "PAA_PAGAMENTO_SCADUTO",
    "PAA_PAGAMENTO_DUPLICATO",
    "PAA_PAGAMENTO_IN_CORSO",
    "PAA_ATTIVA_RPT_IMPORTO_NON_VALIDO",
    "PAA_RECEIPT_DUPLICATA",
    "PAA_RPT_SCONOSCIUTA",
    "PAA_RT_DUPLICATA",
    "PAA_RT_SCONOSCIUTA",
    "PAA_ER_DUPLICATA",
    "PAA_TIPOFIRMA_SCONOSCIUTO",
    "PAA_ERRORE_FORMATO_BUSTA_FIRMATA",
    "PAA_FIRMA_ERRATA",
    "PAA_FIRMA_INDISPONIBILE",
    "PAA_SEMANTICA_EXTRAXSD",
    "PAA_PAGAMENTO_MULTIBENEFICIARIO_NON_CONSENTITO",
];

pub(super) fn check(asked: &Asked, answer: &Response) -> Vec<Finding> {
    let root = asked.operation.response_root().local;
    let mut found = Vec::new();
    let (outcome, fault) = parts(answer);
    match (outcome, fault) {
        (Outcome::Ok, None) => {}
        (Outcome::Ok, Some(_)) => {
            found.push(Finding::new(&OK_WITH_FAULT, format!("/{root}/fault"), "an OK carries a fault"));
        }
        (Outcome::Ko, None) => {
            found.push(Finding::new(&KO_WITHOUT_FAULT, format!("/{root}/fault"), "a KO carries no fault"));
        }
        (Outcome::Ko, Some(fault)) => {
            check_fault(asked, fault, &format!("/{root}/fault"), &mut found);
            if has_data(answer) {
                found.push(Finding::new(
                    &KO_WITH_DATA,
                    format!("/{root}"),
                    "a KO carries more than its fault",
                ));
            }
        }
    }
    let probe = asked.operation == Operation::PaVerifyPaymentNotice
        && asked.notice.as_deref() == Some(NoticeNumber::PROBE.as_str());
    let unknown = fault.is_some_and(|fault| fault.fault_code.as_str() == "PAA_PAGAMENTO_SCONOSCIUTO");
    if probe && (outcome, unknown) != (Outcome::Ko, true) {
        let said = "the probe was not answered KO PAA_PAGAMENTO_SCONOSCIUTO";
        found.push(Finding::new(&PROBE, format!("/{root}/outcome"), said));
    }
    found
}

fn check_fault(asked: &Asked, fault: &Fault, path: &str, found: &mut Vec<Finding>) {
    let mut empty = false;
    for (name, text) in
        [("faultCode", &fault.fault_code), ("faultString", &fault.fault_string), ("id", &fault.id)]
    {
        if text.as_str().trim().is_empty() {
            empty = true;
            found.push(Finding::new(&FAULT_EMPTY, format!("{path}/{name}"), "the element is empty"));
        }
    }
    if empty {
        return;
    }
    let code = fault.fault_code.as_str();
    if !CODES.contains(&code) {
        found.push(Finding::new(
            &FAULT_CODE,
            format!("{path}/faultCode"),
            "the code is none of the contract's",
        ));
    }
    if fault.id.as_str() != asked.ec {
        let said = "the id is not the institution that was asked";
        found.push(Finding::new(&FAULT_ID, format!("{path}/id"), said));
    }
    if matches!(asked.operation, Operation::PaSendRT | Operation::PaSendRTV2) {
        let rule = if code == "PAA_RECEIPT_DUPLICATA" { &RECEIPT_DUPLICATE } else { &RECEIPT_REFUSED };
        found.push(Finding::new(rule, format!("{path}/faultCode"), "the receipt is refused"));
    }
}

/// Whether an answer carries anything besides outcome and fault.
fn has_data(answer: &Response) -> bool {
    match answer {
        Response::PaVerifyPaymentNotice(answer) => {
            answer.payment_list.is_some()
                || answer.payment_description.is_some()
                || answer.fiscal_code_pa.is_some()
                || answer.company_name.is_some()
                || answer.office_name.is_some()
        }
        Response::PaDemandPaymentNotice(answer) => {
            answer.qr_code.is_some()
                || answer.payment_list.is_some()
                || answer.payment_description.is_some()
                || answer.fiscal_code_pa.is_some()
                || answer.company_name.is_some()
                || answer.office_name.is_some()
        }
        Response::PaGetPayment(answer) => answer.data.is_some(),
        Response::PaGetPaymentV2(answer) => answer.data.is_some(),
        Response::PaSendRT(_) | Response::PaSendRTV2(_) => false,
    }
}
