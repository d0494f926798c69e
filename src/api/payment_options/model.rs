//! The options in the words of the contract. Amounts are cents, dates are UTC. Nobody is named: options of
//! other debtors of the position are shown too.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::api::openapi::form::{Amount, Instant, form, words as one_of};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::notice_number::{Iuv, NoticeNumber};
use crate::domain::payment_options::{OfferedInstalment, OfferedOption, PostalAccounts, Reason};
use crate::domain::position::{Position, StandIn};

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PaymentOptions)]
pub(super) struct PaymentOptionsResponse<'a> {
    /// Whose notice it is.
    #[schema(value_type = FiscalCode)]
    organization_fiscal_code: &'a str,
    /// Name of the creditor institution.
    #[schema(value_type = String)]
    company_name: &'a str,
    /// Its office.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    office_name: Option<&'a str>,
    /// Whether the node may answer for us while we cannot.
    #[schema(value_type = bool)]
    standin: bool,
    /// Every way to pay.
    #[schema(value_type = Vec<PaymentOptionModel<'static>>)]
    payment_options: Vec<PaymentOptionModel<'a>>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OfferedPaymentOption)]
struct PaymentOptionModel<'a> {
    /// What payers read of it.
    #[schema(value_type = String)]
    description: &'a str,
    /// How many instalments it has.
    #[schema(value_type = u32)]
    number_of_installments: usize,
    /// All of them together.
    #[schema(value_type = Amount)]
    amount: i64,
    /// Until when it should be paid.
    #[schema(value_type = Instant)]
    due_date: String,
    /// From when it can be paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant)]
    valid_from: Option<String>,
    /// What it is now.
    #[schema(value_type = OptionStatus)]
    status: &'static str,
    /// Why, in Italian.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    status_reason: Option<&'static str>,
    /// Whether all of it can go to postal accounts.
    #[serde(rename = "allCCP")]
    #[schema(value_type = bool)]
    all_ccp: bool,
    /// What is paid.
    #[schema(value_type = Vec<InstallmentModel<'static>>)]
    installments: Vec<InstallmentModel<'a>>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OfferedInstalment)]
struct InstallmentModel<'a> {
    /// Notice number.
    #[schema(value_type = NoticeNumber)]
    nav: &'a str,
    /// IUV.
    #[schema(value_type = Iuv)]
    iuv: &'a str,
    /// What is to be paid.
    #[schema(value_type = Amount)]
    amount: i64,
    /// What the payer reads.
    #[schema(value_type = String)]
    description: &'a str,
    /// Until when it should be paid.
    #[schema(value_type = Instant)]
    due_date: String,
    /// From when it can be paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant)]
    valid_from: Option<String>,
    /// What it is now.
    #[schema(value_type = InstalmentStatus)]
    status: &'static str,
    /// Why, in Italian.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
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

/// The words of the contract for what an option is, in the documentation.
enum OptionStatus {}
form!(
    OptionStatus,
    "OfferedPaymentOptionStatus",
    one_of(
        [
            "PO_UNPAID",
            "PO_PAID",
            "PO_PARTIALLY_PAID",
            "PO_EXPIRED_NOT_PAYABLE",
            "PO_EXPIRED_UNPAID",
            "PO_INVALID",
        ],
        "What an option is now.",
    )
);

/// The same for an instalment.
enum InstalmentStatus {}
form!(
    InstalmentStatus,
    "OfferedInstalmentStatus",
    one_of(
        ["POI_UNPAID", "POI_PAID", "POI_EXPIRED_NOT_PAYABLE", "POI_EXPIRED_UNPAID", "POI_INVALID"],
        "What an instalment is now.",
    )
);

/// The options of a notice in the documentation.
pub(super) fn example() -> Value {
    let due = "2030-12-31T22:59:59Z";
    json!({
        "organizationFiscalCode": "99000010019", "companyName": "Comune di Borgo Varco",
        "officeName": "Ufficio scuola", "standin": true,
        "paymentOptions": [{
            "description": "In un'unica soluzione", "numberOfInstallments": 1, "amount": 10_000,
            "dueDate": due, "status": "PO_UNPAID", "allCCP": false,
            "installments": [{
                "nav": "302000000000100055", "iuv": "02000000000100055", "amount": 10_000,
                "description": "Mensa scolastica, novembre", "dueDate": due, "status": "POI_UNPAID",
            }],
        }],
    })
}
