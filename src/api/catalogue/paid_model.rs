//! The bodies of quotes and payments, field by field.

use serde::Serialize;
use utoipa::ToSchema;

use crate::api::openapi::form::{Amount, Text140};
use crate::domain::catalogue::charge::Share;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::iban::Iban;
use crate::domain::notice_number::{Iuv, NoticeNumber};
use crate::domain::position::Destination;

/// What something would cost.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ChannelQuote)]
pub(super) struct QuoteModel {
    /// What is to be paid: cents.
    #[schema(value_type = Amount)]
    pub amount: i64,
    /// What the notice would say.
    #[schema(value_type = Text140)]
    pub description: String,
    /// Until when it could be paid, a day in Italy.
    #[schema(format = Date)]
    pub due_date: String,
    /// Who gets how much.
    pub shares: Vec<ShareModel>,
}

/// What one beneficiary gets.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ChannelShare)]
pub(super) struct ShareModel {
    /// Who gets it.
    #[schema(value_type = FiscalCode)]
    organization_fiscal_code: String,
    /// Its name, if it is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Text140, required = false)]
    company_name: Option<String>,
    /// How much: cents.
    #[schema(value_type = Amount)]
    amount: i64,
    /// The account; none for a digital stamp.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Iban, required = false)]
    iban: Option<String>,
    /// Whether a digital stamp is bought.
    is_stamp: bool,
}

impl ShareModel {
    pub fn new(share: &Share) -> Self {
        let iban = match &share.destination {
            Destination::Account { iban, .. } => Some(iban.as_str().to_owned()),
            Destination::Stamp(_) => None,
        };
        ShareModel {
            organization_fiscal_code: share.beneficiary.to_string(),
            company_name: share.company_name.as_ref().map(ToString::to_string),
            amount: share.amount.get(),
            is_stamp: iban.is_none(),
            iban,
        }
    }
}

/// A notice that was asked for.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ChannelPayment)]
pub(super) struct PaymentModel {
    /// Number of the notice.
    #[schema(value_type = NoticeNumber)]
    pub notice_number: String,
    /// The creditor's reference inside it.
    #[schema(value_type = Iuv)]
    pub iuv: String,
    /// Name of its debt position.
    #[schema(examples("od-20261122-5f1d7a84db2d4a8c"))]
    pub iupd: String,
    /// The creditor institution.
    #[schema(value_type = FiscalCode)]
    pub organization_fiscal_code: String,
    /// Its name.
    #[schema(value_type = Text140)]
    pub company_name: String,
    /// Its office.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Text140, required = false)]
    pub office_name: Option<String>,
    /// What is to be paid: cents.
    #[schema(value_type = Amount)]
    pub amount: i64,
    /// What the payer reads.
    #[schema(value_type = Text140)]
    pub description: String,
    /// The last day on which it can be paid, in Italy.
    #[schema(format = Date)]
    pub due_date: String,
    /// What the QR code of the notice says.
    #[schema(examples("PAGOPA|002|302000000000100091|99000010019|12345"))]
    pub qr_code: String,
    /// Whether the same was asked for before, and this is the notice that was made then.
    pub repeated: bool,
    /// Where to go on.
    pub links: PaymentLinks,
}

/// Where to go on from a notice.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ChannelPaymentLinks)]
pub(super) struct PaymentLinks {
    /// Its debt position, for keys with the scope positions.
    pub position: String,
    /// Its page for people, where pages are served.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub page: Option<String>,
}
