//! The parts of the bodies that all versions of the published contract share, field by field.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::field::{Field, Shape};
use crate::api::openapi::form::{
    Amount, Email, Instant, MaybeEmail, MaybeIban, MaybeInstitution, MaybeText16, MaybeText35, MaybeText70,
    MaybeText140, MaybeTwoCapitals, Sha256, StampKind, Text70, Text140, TransferNumber, TransferStatus,
    TwoCapitals,
};
use crate::domain::fiscal_code::{FiscalCode, PersonId, PersonKind};
use crate::domain::iban::Iban;
use crate::domain::taxonomy::TaxonomyCode;

impl Shape for DebtorRequest {
    const IS_OBJECT: bool = true;
}
impl Shape for TransferRequest {
    const IS_OBJECT: bool = true;
}
impl Shape for StampRequest {
    const IS_OBJECT: bool = true;
}
impl Shape for MetadataRequest {
    const IS_OBJECT: bool = true;
}

/// Who owes, as the caller writes it; the first version has these fields on the position itself.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DebtorRequest {
    /// Natural or legal person.
    #[serde(rename = "type", default)]
    #[schema(value_type = PersonKind, required)]
    pub(super) person_kind: Field<String>,
    /// Who owes.
    #[serde(default)]
    #[schema(value_type = PersonId, required)]
    pub(super) fiscal_code: Field<String>,
    /// Name and surname, or the name of the company.
    #[serde(default)]
    #[schema(value_type = Text70, required)]
    pub(super) full_name: Field<String>,
    /// Street.
    #[serde(default)]
    #[schema(value_type = MaybeText70)]
    pub(super) street_name: Field<String>,
    /// Number in the street.
    #[serde(default)]
    #[schema(value_type = MaybeText16)]
    pub(super) civic_number: Field<String>,
    /// Postal code.
    #[serde(default)]
    #[schema(value_type = MaybeText16)]
    pub(super) postal_code: Field<String>,
    /// Town.
    #[serde(default)]
    #[schema(value_type = MaybeText35)]
    pub(super) city: Field<String>,
    /// Province.
    #[serde(default)]
    #[schema(value_type = MaybeText35)]
    pub(super) province: Field<String>,
    /// Region.
    #[serde(default)]
    #[schema(value_type = MaybeText35)]
    pub(super) region: Field<String>,
    /// Country, by its ISO 3166 code.
    #[serde(default)]
    #[schema(value_type = MaybeTwoCapitals)]
    pub(super) country: Field<String>,
    /// E-mail address.
    #[serde(default)]
    #[schema(value_type = MaybeEmail)]
    pub(super) email: Field<String>,
    /// Telephone number.
    #[serde(default)]
    #[schema(value_type = MaybeText35)]
    pub(super) phone: Field<String>,
}

/// A transfer as the caller writes it (`TransferModel`).
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TransferRequest {
    /// Its number within the notice; the first is 1 and none is left out.
    #[serde(default)]
    #[schema(value_type = TransferNumber, required)]
    pub(super) id_transfer: Field<String>,
    /// How much of the notice it is; all together are the notice.
    #[serde(default)]
    #[schema(value_type = Amount, required)]
    pub(super) amount: Field<i64>,
    /// Who gets it; the creditor institution of the path if left out.
    #[serde(default)]
    #[schema(value_type = MaybeInstitution)]
    pub(super) organization_fiscal_code: Field<String>,
    /// What the beneficiary reads.
    #[serde(default)]
    #[schema(value_type = Text140, required)]
    pub(super) remittance_information: Field<String>,
    /// What it is for.
    #[serde(default)]
    #[schema(value_type = TaxonomyCode, required)]
    pub(super) category: Field<String>,
    /// The account it goes to, which must be one of the beneficiary; excludes stamp.
    #[serde(default)]
    #[schema(value_type = MaybeIban)]
    pub(super) iban: Field<String>,
    /// The postal account that can take the place of iban.
    #[serde(default)]
    #[schema(value_type = MaybeIban)]
    pub(super) postal_iban: Field<String>,
    /// The digital stamp that it buys; excludes iban.
    #[serde(default)]
    #[schema(value_type = Option<StampRequest>)]
    pub(super) stamp: Field<StampRequest>,
    /// Name of the beneficiary.
    #[serde(default)]
    #[schema(value_type = MaybeText140)]
    pub(super) company_name: Field<String>,
    /// Key-value pairs for the beneficiary.
    #[serde(default)]
    #[schema(value_type = Option<Vec<MetadataRequest>>, max_items = 10)]
    pub(super) transfer_metadata: Field<Vec<Field<MetadataRequest>>>,
}

/// A digital stamp as the caller writes it (`Stamp`).
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StampRequest {
    /// What is stamped.
    #[serde(default)]
    #[schema(value_type = Sha256, required)]
    pub(super) hash_document: Field<String>,
    /// Kind of stamp.
    #[serde(default)]
    #[schema(value_type = StampKind, required)]
    pub(super) stamp_type: Field<String>,
    /// Province where the payer lives.
    #[serde(default)]
    #[schema(value_type = TwoCapitals, required)]
    pub(super) provincial_residence: Field<String>,
}

/// A key and its value as the caller writes them.
#[derive(Clone, Default, Deserialize, ToSchema)]
pub struct MetadataRequest {
    /// Differs from all others of its list.
    #[serde(default)]
    #[schema(value_type = Text140, required)]
    pub(super) key: Field<String>,
    /// Its value.
    #[serde(default)]
    #[schema(value_type = Text140, required)]
    pub(super) value: Field<String>,
}

/// Who owes, in the answers that carry it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DebtorModel<'a> {
    /// Natural or legal person.
    #[serde(rename = "type")]
    #[schema(value_type = PersonKind)]
    pub(super) person_kind: &'static str,
    /// Who owes.
    #[schema(value_type = PersonId)]
    pub(super) fiscal_code: &'a str,
    /// Name and surname, or the name of the company.
    #[schema(value_type = Text70)]
    pub(super) full_name: &'a str,
    /// Street.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    pub(super) street_name: Option<&'a str>,
    /// Number in the street.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    pub(super) civic_number: Option<&'a str>,
    /// Postal code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    pub(super) postal_code: Option<&'a str>,
    /// Town.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    pub(super) city: Option<&'a str>,
    /// Province.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    pub(super) province: Option<&'a str>,
    /// Region.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    pub(super) region: Option<&'a str>,
    /// Country, by its ISO 3166 code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = TwoCapitals)]
    pub(super) country: Option<&'a str>,
    /// E-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Email)]
    pub(super) email: Option<&'a str>,
    /// Telephone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    pub(super) phone: Option<&'a str>,
}

/// Where a page stands among the others (`PageInfo`).
#[derive(Serialize, ToSchema)]
pub struct PageInfo {
    /// Its number, from 0.
    #[schema(value_type = u32)]
    pub(super) page: u32,
    /// How many positions it could have.
    #[schema(value_type = u32)]
    pub(super) limit: u32,
    /// How many positions this page has, as the published service counts.
    #[schema(value_type = u32)]
    pub(super) items_found: usize,
    /// How many pages there are.
    #[schema(value_type = u64)]
    pub(super) total_pages: u64,
    /// How many positions all pages have, if they were counted; ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u64)]
    pub(super) total_items: Option<u64>,
    /// The parameter `cursor` of the next page, if there is one; ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    pub(super) next_cursor: Option<String>,
}

/// What has happened to a notice (part of `PaymentOptionModelResponse` and `InstallmentModelResponse`).
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NoticeHistory<'a> {
    /// When it was paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant)]
    pub(super) payment_date: Option<String>,
    /// When the last of its transfers was accounted for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant)]
    pub(super) reporting_date: Option<String>,
    /// How it was paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    pub(super) payment_method: Option<&'a str>,
    /// Who took the money.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    pub(super) psp_company: Option<&'a str>,
    /// Id of its receipt.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    pub(super) id_receipt: Option<&'a str>,
    /// When its position changed last.
    #[schema(value_type = Instant, required = false)]
    pub(super) last_updated_date: String,
    /// Until when a payment may be under way, in UTC; ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant)]
    pub(super) payment_in_progress_until: Option<String>,
}

/// A transfer (`TransferModel`), with its history when reading.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TransferModel<'a> {
    /// Who gets it.
    #[schema(value_type = FiscalCode)]
    pub(super) organization_fiscal_code: &'a str,
    /// Name of the beneficiary.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Text140)]
    pub(super) company_name: Option<&'a str>,
    /// Its number within the notice.
    #[schema(value_type = TransferNumber)]
    pub(super) id_transfer: String,
    /// How much of the notice it is.
    #[schema(value_type = Amount)]
    pub(super) amount: i64,
    /// What the beneficiary reads.
    #[schema(value_type = Text140)]
    pub(super) remittance_information: &'a str,
    /// What it is for.
    #[schema(value_type = TaxonomyCode)]
    pub(super) category: &'a str,
    /// The account it goes to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Iban)]
    pub(super) iban: Option<&'a str>,
    /// The postal account that can take the place of iban.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Iban)]
    pub(super) postal_iban: Option<&'a str>,
    /// The digital stamp that it buys.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = StampModel<'static>)]
    pub(super) stamp: Option<StampModel<'a>>,
    /// Key-value pairs for the beneficiary.
    #[schema(value_type = Vec<MetadataModel<'static>>)]
    pub(super) transfer_metadata: Vec<MetadataModel<'a>>,
    #[serde(flatten)]
    #[schema(value_type = TransferHistory)]
    pub(super) history: Option<TransferHistory>,
}

/// What has happened to a transfer (the rest of `TransferModelResponse`).
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TransferHistory {
    /// When it was made; only there when reading.
    #[schema(value_type = Instant, required = false)]
    pub(super) inserted_date: String,
    /// Whether it is accounted for; only there when reading.
    #[schema(value_type = TransferStatus, required = false)]
    pub(super) status: &'static str,
    /// When it changed last; only there when reading.
    #[schema(value_type = Instant, required = false)]
    pub(super) last_updated_date: String,
}

/// A digital stamp (`Stamp`).
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Stamp)]
pub struct StampModel<'a> {
    /// What is stamped.
    #[schema(value_type = Sha256)]
    pub(super) hash_document: &'a str,
    /// Kind of stamp.
    #[schema(value_type = StampKind)]
    pub(super) stamp_type: &'a str,
    /// Province where the payer lives.
    #[schema(value_type = TwoCapitals)]
    pub(super) provincial_residence: &'a str,
}

/// A key and its value.
#[derive(Serialize, ToSchema)]
#[schema(as = Metadata)]
pub struct MetadataModel<'a> {
    /// Differs from all others of its list.
    #[schema(value_type = Text140)]
    pub(super) key: &'a str,
    /// Its value.
    #[schema(value_type = Text140)]
    pub(super) value: &'a str,
}
