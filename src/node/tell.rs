//! An exchange in words and as JSON, for reports.

use serde_json::{Value, json};

use super::Exchange;
use super::expected::Expected;
use super::judge::Finding;
use super::payment::paid_data;
use crate::wire::common::NoticeCode;
use crate::wire::pa_for_node::{
    IbanOrRichiestaMarcaDaBollo, Outcome, PaymentDataV2, PaymentOptionList, Response,
};

/// What an answer says, one line for each thing that a person wants to know. It may hold personal data.
pub fn summary(answer: &Response) -> Vec<String> {
    let mut lines = Vec::new();
    match answer {
        Response::PaVerifyPaymentNotice(answer) => {
            let what = answer.payment_description.as_ref().map(|text| text.as_str());
            let who = answer.company_name.as_ref().map(|text| text.as_str());
            lines.extend(sum(answer.payment_list.as_ref(), what));
            lines.extend(who.map(str::to_owned));
        }
        Response::PaDemandPaymentNotice(answer) => {
            let what = answer.payment_description.as_ref().map(|text| text.as_str());
            lines.extend(answer.qr_code.as_ref().map(|code: &NoticeCode| {
                format!("notice {} of {}", code.notice_number.as_str(), code.fiscal_code.as_str())
            }));
            lines.extend(sum(answer.payment_list.as_ref(), what));
        }
        Response::PaGetPayment(_) | Response::PaGetPaymentV2(_) => {
            lines.extend(paid_data(answer, "").iter().flat_map(payment));
        }
        Response::PaSendRT(_) | Response::PaSendRTV2(_) => {}
    }
    let (outcome, fault) = super::judge::parts(answer);
    if let (Outcome::Ko, Some(fault)) = (outcome, fault) {
        lines.push(fault.fault_string.as_str().to_owned());
        lines.extend(fault.description.as_ref().map(|text| text.as_str().to_owned()));
    }
    lines
}

fn sum(list: Option<&PaymentOptionList>, what: Option<&str>) -> Option<String> {
    let option = &list?.payment_option_description;
    let due = option.due_date.map_or_else(String::new, |due| format!(", due {}", due.day()));
    Some(format!("{} euro{due}: {}", option.amount.cents(), what.unwrap_or_default()))
}

fn payment(data: &PaymentDataV2) -> Vec<String> {
    let mut lines = vec![format!(
        "{} euro, due {}: {}",
        data.payment_amount.cents(),
        data.due_date.day(),
        data.description.as_str()
    )];
    for transfer in data.transfer_list.transfer.iter() {
        let to = match &transfer.iban_or_richiesta_marca_da_bollo {
            IbanOrRichiestaMarcaDaBollo::Iban(iban) => iban.as_str(),
            IbanOrRichiestaMarcaDaBollo::RichiestaMarcaDaBollo(_) => "a digital stamp",
        };
        let (amount, ec) = (transfer.transfer_amount.cents(), transfer.fiscal_code_pa.as_str());
        lines.push(format!("{}. {amount} euro to {ec} on {to}", transfer.id_transfer.number()));
    }
    lines
}

/// An exchange, and whether the answer is right and the one expected. Messages are there as they went.
pub fn json(exchange: &Exchange, expected: &Expected) -> Value {
    let verdict = &exchange.verdict;
    let received = exchange.received.as_ref();
    let fault = verdict.fault();
    json!({
        "operation": exchange.operation().name(),
        "institution": exchange.asked.ec,
        "notice": exchange.asked.notice,
        "right": expected.is_met_by(verdict),
        "sentAt": exchange.sent_at.to_string(),
        "tookMillis": exchange.took.as_secs_f64() * 1e3,
        "httpStatus": received.map(|received| received.status),
        "contentType": received.map(|received| received.content_type.as_str()),
        "error": exchange.error,
        "outcome": verdict.outcome().map(Outcome::as_str),
        "faultCode": fault.map(|fault| fault.fault_code.as_str()),
        "seenByPsp": verdict.seen_by_psp.map(|code| code.name()),
        "findings": verdict.findings.iter().map(finding).collect::<Vec<_>>(),
        "request": String::from_utf8_lossy(&exchange.sent),
        "response": received.map(|received| String::from_utf8_lossy(&received.body)),
    })
}

/// A finding.
pub fn finding(finding: &Finding) -> Value {
    json!({
        "rule": finding.rule.id,
        "severity": finding.rule.severity.word(),
        "path": finding.path,
        "message": finding.message,
        "explanation": finding.rule.explanation,
    })
}
