//! The parts of the bodies that all versions of the published contract share, field by field.

use serde::{Deserialize, Serialize};

use super::field::{Field, Shape};

impl Shape for DebtorRequest {
    const IS_OBJECT: bool = true;
}
impl Shape for TransferRequest {
    const IS_OBJECT: bool = true;
}
impl Shape for StampRequest {
    const IS_OBJECT: bool = true;
}
impl Shape for IbanUpdateRequest {
    const IS_OBJECT: bool = true;
}
impl Shape for NotificationFeeRequest {
    const IS_OBJECT: bool = true;
}
impl Shape for PaidElsewhereRequest {
    const IS_OBJECT: bool = true;
}
impl Shape for MetadataRequest {
    const IS_OBJECT: bool = true;
}

/// Who owes, as the caller writes it; the first version has these fields on the position itself.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DebtorRequest {
    #[serde(rename = "type")]
    pub(super) person_kind: Field<String>,
    pub(super) fiscal_code: Field<String>,
    pub(super) full_name: Field<String>,
    pub(super) street_name: Field<String>,
    pub(super) civic_number: Field<String>,
    pub(super) postal_code: Field<String>,
    pub(super) city: Field<String>,
    pub(super) province: Field<String>,
    pub(super) region: Field<String>,
    pub(super) country: Field<String>,
    pub(super) email: Field<String>,
    pub(super) phone: Field<String>,
}

/// A transfer as the caller writes it (`TransferModel`).
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TransferRequest {
    pub(super) id_transfer: Field<String>,
    pub(super) amount: Field<i64>,
    pub(super) organization_fiscal_code: Field<String>,
    pub(super) remittance_information: Field<String>,
    pub(super) category: Field<String>,
    pub(super) iban: Field<String>,
    pub(super) postal_iban: Field<String>,
    pub(super) stamp: Field<StampRequest>,
    pub(super) company_name: Field<String>,
    pub(super) transfer_metadata: Field<Vec<Field<MetadataRequest>>>,
}

/// A digital stamp as the caller writes it (`Stamp`).
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct StampRequest {
    pub(super) hash_document: Field<String>,
    pub(super) stamp_type: Field<String>,
    pub(super) provincial_residence: Field<String>,
}

/// A key and its value as the caller writes them.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct MetadataRequest {
    pub(super) key: Field<String>,
    pub(super) value: Field<String>,
}

/// Who owes, in the answers that carry it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DebtorModel<'a> {
    #[serde(rename = "type")]
    pub(super) person_kind: &'static str,
    pub(super) fiscal_code: &'a str,
    pub(super) full_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) street_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) civic_number: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) postal_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) city: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) province: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) region: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) country: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) phone: Option<&'a str>,
}

/// Where a page stands among the others (`PageInfo`).
#[derive(Serialize)]
pub struct PageInfo {
    pub(super) page: u32,
    pub(super) limit: u32,
    /// How many positions this page has, as the published service counts.
    pub(super) items_found: usize,
    pub(super) total_pages: u64,
    /// How many positions all pages have, if they were counted; ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) total_items: Option<u64>,
    /// The parameter `cursor` of the next page, if there is one; ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next_cursor: Option<String>,
}

/// What has happened to a notice (part of `PaymentOptionModelResponse` and `InstallmentModelResponse`).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NoticeHistory<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) payment_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reporting_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) payment_method: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) psp_company: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id_receipt: Option<&'a str>,
    pub(super) last_updated_date: String,
    /// Until when a payment may be under way, in UTC; ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) payment_in_progress_until: Option<String>,
}

/// A transfer (`TransferModel`), with its history when reading.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TransferModel<'a> {
    pub(super) organization_fiscal_code: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) company_name: Option<&'a str>,
    pub(super) id_transfer: String,
    pub(super) amount: i64,
    pub(super) remittance_information: &'a str,
    pub(super) category: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) iban: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) postal_iban: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) stamp: Option<StampModel<'a>>,
    pub(super) transfer_metadata: Vec<MetadataModel<'a>>,
    #[serde(flatten)]
    pub(super) history: Option<TransferHistory>,
}

/// What has happened to a transfer (the rest of `TransferModelResponse`).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TransferHistory {
    pub(super) inserted_date: String,
    pub(super) status: &'static str,
    pub(super) last_updated_date: String,
}

/// A digital stamp (`Stamp`).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StampModel<'a> {
    pub(super) hash_document: &'a str,
    pub(super) stamp_type: &'a str,
    pub(super) provincial_residence: &'a str,
}

/// A key and its value.
#[derive(Serialize)]
pub struct MetadataModel<'a> {
    pub(super) key: &'a str,
    pub(super) value: &'a str,
}

/// How many transfers have another account now (`UpdateTransferIbanMassiveResponse`).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IbanUpdateResponse {
    pub(super) description: &'static str,
    pub(super) updated_transfers: usize,
}

/// The account that takes the place of another (`UpdateTransferIbanMassiveModel`).
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct IbanUpdateRequest {
    pub(super) new_iban: Field<String>,
}

/// What the notification of a notice costs, in cents (`NotificationFeeUpdateModel`).
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NotificationFeeRequest {
    pub(super) notification_fee: Field<i64>,
}

/// When a notice was paid elsewhere (`AlreadyPaidPaymentOptionModel`).
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PaidElsewhereRequest {
    pub(super) payment_date: Field<String>,
}
