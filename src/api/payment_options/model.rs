//! The options in the words of the contract. Amounts are cents, dates are UTC. Nobody is named: options of
//! other debtors of the position are shown too.

use jiff::Timestamp;
use serde::Serialize;

use crate::domain::payment_options::{OfferedInstalment, OfferedOption, PostalAccounts, Reason};
use crate::domain::position::{Position, StandIn};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PaymentOptionsResponse<'a> {
    organization_fiscal_code: &'a str,
    company_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    office_name: Option<&'a str>,
    standin: bool,
    payment_options: Vec<PaymentOptionModel<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PaymentOptionModel<'a> {
    description: &'a str,
    number_of_installments: usize,
    amount: i64,
    due_date: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_from: Option<String>,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_reason: Option<&'static str>,
    #[serde(rename = "allCCP")]
    all_ccp: bool,
    installments: Vec<InstallmentModel<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct InstallmentModel<'a> {
    nav: &'a str,
    iuv: &'a str,
    amount: i64,
    description: &'a str,
    due_date: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_from: Option<String>,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_reason: Option<&'static str>,
}

impl<'a> PaymentOptionsResponse<'a> {
    pub(super) fn new(position: &'a Position, options: &'a [OfferedOption<'a>]) -> Self {
        PaymentOptionsResponse {
            organization_fiscal_code: position.ec.as_str(),
            company_name: position.company_name.as_str(),
            office_name: position.office_name.as_ref().map(|name| name.as_str()),
            standin: position.stand_in == StandIn::Allowed,
            payment_options: options.iter().map(option).collect(),
        }
    }
}

fn option<'a>(offered: &'a OfferedOption<'a>) -> PaymentOptionModel<'a> {
    let own = offered.option.description.as_ref().map(|text| text.as_str());
    // An option of the first version of the contract has no words of its own.
    let first = offered.instalments.first().map(|instalment| instalment.notice.description.as_str());
    let valid_from = offered.option.valid_from;
    PaymentOptionModel {
        description: own.or(first).unwrap_or_default(),
        number_of_installments: offered.instalments.len(),
        amount: offered.instalments.iter().map(|instalment| instalment.notice.amount.get()).sum(),
        due_date: offered.due.to_string(),
        valid_from: valid_from.map(|from| from.to_string()),
        status: offered.status.word(),
        status_reason: offered.reason.map(words),
        all_ccp: offered.postal == PostalAccounts::All,
        installments: offered.instalments.iter().map(|one| installment(one, valid_from)).collect(),
    }
}

fn installment<'a>(offered: &OfferedInstalment<'a>, valid_from: Option<Timestamp>) -> InstallmentModel<'a> {
    let notice = offered.notice;
    InstallmentModel {
        nav: notice.number.as_str(),
        iuv: notice.iuv.as_str(),
        amount: notice.amount.get(),
        description: notice.description.as_str(),
        due_date: notice.due.to_string(),
        valid_from: valid_from.map(|from| from.to_string()),
        status: offered.status.word(),
        status_reason: offered.reason.map(words),
    }
}

/// In Italian, because payers may read it.
const fn words(reason: Reason) -> &'static str {
    match reason {
        Reason::Cancelled => "La posizione è stata annullata dall'ente",
        Reason::PositionExpired => "La posizione è scaduta e non è più pagabile",
        Reason::AnotherOptionUsed => "È già stata pagata un'altra opzione della stessa posizione",
        Reason::NotYetPayable => "Sarà pagabile dalla data di inizio validità",
        Reason::PastDue => "È scaduta e non è più pagabile",
        Reason::LatePaymentAccepted => "È scaduta ma è ancora pagabile",
    }
}
