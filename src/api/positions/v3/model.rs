//! The bodies of the third version of the published contract (GPD v3), field by field.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::field::{Field, Shape};
use super::super::model::{
    DebtorModel, DebtorRequest, MetadataModel, MetadataRequest, NoticeHistory, PageInfo, TransferModel,
    TransferRequest,
};
use super::PositionWord;
use crate::api::openapi::form::{
    Amount, Fee, Instant, MaybeIuv, MaybeMoment, MaybeNoticeNumber, MaybeText140, Moment, Text140,
};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::ids::Iupd;
use crate::domain::notice_number::{Iuv, NoticeNumber};
use crate::domain::status::InstalmentStatus;

impl Shape for PositionRequest {
    const IS_OBJECT: bool = true;
}
impl Shape for OptionRequest {
    const IS_OBJECT: bool = true;
}
impl Shape for InstalmentRequest {
    const IS_OBJECT: bool = true;
}

/// A position as the caller writes it (`PaymentPositionModelV3`).
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = v3::PositionRequest)]
pub struct PositionRequest {
    /// Its name, which the creditor chooses.
    #[serde(default)]
    #[schema(value_type = Iupd, required)]
    pub(super) iupd: Field<String>,
    /// Whether the node may answer for us while we cannot; true if left out.
    #[serde(default)]
    #[schema(value_type = Option<bool>)]
    pub(super) pay_stand_in: Field<bool>,
    /// Name of the creditor institution, as payers read it.
    #[serde(default)]
    #[schema(value_type = Text140, required)]
    pub(super) company_name: Field<String>,
    /// Its office.
    #[serde(default)]
    #[schema(value_type = MaybeText140)]
    pub(super) office_name: Field<String>,
    /// Ways to pay: using one closes the others.
    #[serde(default)]
    #[schema(value_type = Vec<OptionRequest>, min_items = 1, max_items = 100, required)]
    pub(super) payment_option: Field<Vec<Field<OptionRequest>>>,
}

/// A payment option as the caller writes it (`PaymentOptionModelV3`).
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = v3::PaymentOptionRequest)]
pub struct OptionRequest {
    /// What payers read of the option.
    #[serde(default)]
    #[schema(value_type = MaybeText140)]
    pub(super) description: Field<String>,
    /// From when it can be paid; at once if left out.
    #[serde(default)]
    #[schema(value_type = MaybeMoment)]
    pub(super) validity_date: Field<String>,
    /// Until when it is kept, not before the last due date.
    #[serde(default)]
    #[schema(value_type = MaybeMoment)]
    pub(super) retention_date: Field<String>,
    /// Whether it expires at the due date; otherwise it stays payable.
    #[serde(default)]
    #[schema(value_type = bool, required)]
    pub(super) switch_to_expired: Field<bool>,
    /// Who owes.
    #[serde(default)]
    #[schema(value_type = DebtorRequest, required)]
    pub(super) debtor: Field<DebtorRequest>,
    /// One for a whole payment, several for a plan.
    #[serde(default)]
    #[schema(value_type = Vec<InstalmentRequest>, min_items = 1, max_items = 100, required)]
    pub(super) installments: Field<Vec<Field<InstalmentRequest>>>,
}

/// A notice as the caller writes it (`InstallmentModel`).
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = v3::InstalmentRequest)]
pub struct InstalmentRequest {
    /// Notice number; left out, it follows from iuv.
    #[serde(default)]
    #[schema(value_type = MaybeNoticeNumber)]
    pub(super) nav: Field<String>,
    /// IUV; where nav is left out too, both are generated.
    #[serde(default)]
    #[schema(value_type = MaybeIuv)]
    pub(super) iuv: Field<String>,
    /// What is to be paid: the sum of the transfers.
    #[serde(default)]
    #[schema(value_type = Amount, required)]
    pub(super) amount: Field<i64>,
    /// What the payer reads.
    #[serde(default)]
    #[schema(value_type = Text140, required)]
    pub(super) description: Field<String>,
    /// Until when it should be paid.
    #[serde(default)]
    #[schema(value_type = Moment, required)]
    pub(super) due_date: Field<String>,
    /// Who gets the money.
    #[serde(default)]
    #[schema(value_type = Vec<TransferRequest>, min_items = 1, max_items = 5, required)]
    pub(super) transfer: Field<Vec<Field<TransferRequest>>>,
    /// Key-value pairs for the payer's bank.
    #[serde(default)]
    #[schema(value_type = Option<Vec<MetadataRequest>>, max_items = 10)]
    pub(super) installment_metadata: Field<Vec<Field<MetadataRequest>>>,
    /// Only in an update, and as it was read: the amounts then include it, as they do where they are read.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 0)]
    pub(super) notification_fee: Field<i64>,
}

/// A position as create, update, publish and invalidate answer it (`PaymentPositionModelV3`).
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = v3::Position)]
pub struct PositionModel<'a> {
    /// Its name.
    #[schema(value_type = Iupd)]
    pub(super) iupd: &'a str,
    /// Whether the node may answer for us while we cannot.
    #[schema(value_type = bool)]
    pub(super) pay_stand_in: bool,
    /// Name of the creditor institution.
    #[schema(value_type = Text140)]
    pub(super) company_name: &'a str,
    /// Its office.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Text140)]
    pub(super) office_name: Option<&'a str>,
    /// When it was wholly paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant)]
    pub(super) payment_date: Option<String>,
    /// What it is now.
    #[schema(value_type = PositionWord)]
    pub(super) status: &'static str,
    /// Ways to pay.
    #[schema(value_type = Vec<OptionModel<'static>>)]
    pub(super) payment_option: Vec<OptionModel<'a>>,
}

/// A position as reading answers it (`PaymentPositionModelResponseV3`).
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = v3::PositionWithHistory)]
pub struct PositionResponse<'a> {
    /// Its name.
    #[schema(value_type = Iupd)]
    pub(super) iupd: &'a str,
    /// Whose it is.
    #[schema(value_type = FiscalCode)]
    pub(super) organization_fiscal_code: &'a str,
    /// Name of the creditor institution.
    #[schema(value_type = Text140)]
    pub(super) company_name: &'a str,
    /// Its office.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Text140)]
    pub(super) office_name: Option<&'a str>,
    /// When it was made.
    #[schema(value_type = Instant)]
    pub(super) inserted_date: String,
    /// When it was published.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant)]
    pub(super) publish_date: Option<String>,
    /// When it was wholly paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant)]
    pub(super) payment_date: Option<String>,
    /// What it is now.
    #[schema(value_type = PositionWord)]
    pub(super) status: &'static str,
    /// When it changed last.
    #[schema(value_type = Instant)]
    pub(super) last_updated_date: String,
    /// Ways to pay, and what has happened to them.
    #[schema(value_type = Vec<OptionModel<'static>>)]
    pub(super) payment_option: Vec<OptionModel<'a>>,
}

/// A page of positions (`PaymentPositionsInfoV3`), in the contract's own spelling.
#[derive(Serialize, ToSchema)]
#[schema(as = v3::PositionsPage)]
pub struct PositionsPage<'a> {
    /// The positions of this page.
    #[schema(value_type = Vec<PositionResponse<'static>>)]
    pub(super) payment_position_list: Vec<PositionResponse<'a>>,
    /// Where this page stands.
    #[schema(value_type = PageInfo)]
    pub(super) page_info: PageInfo,
}

/// A payment option (`PaymentOptionModelV3`, and with its history `PaymentOptionModelResponseV3`). Its
/// description is write-only in the contract.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = v3::PaymentOption)]
pub struct OptionModel<'a> {
    /// From when it can be paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant)]
    pub(super) validity_date: Option<String>,
    /// Until when it is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant)]
    pub(super) retention_date: Option<String>,
    /// Whether it expires at the due date.
    #[schema(value_type = bool)]
    pub(super) switch_to_expired: bool,
    /// When it was made; only there when reading.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant)]
    pub(super) inserted_date: Option<String>,
    /// Who owes.
    #[schema(value_type = DebtorModel<'static>)]
    pub(super) debtor: DebtorModel<'a>,
    /// One for a whole payment, several for a plan.
    #[schema(value_type = Vec<InstalmentModel<'static>>)]
    pub(super) installments: Vec<InstalmentModel<'a>>,
}

/// A notice (`InstallmentModel`, and with its history `InstallmentModelResponse`).
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = v3::Instalment)]
pub struct InstalmentModel<'a> {
    /// Notice number.
    #[schema(value_type = NoticeNumber)]
    pub(super) nav: &'a str,
    /// IUV.
    #[schema(value_type = Iuv)]
    pub(super) iuv: &'a str,
    /// What is to be paid.
    #[schema(value_type = Amount)]
    pub(super) amount: i64,
    /// What the payer reads.
    #[schema(value_type = Text140)]
    pub(super) description: &'a str,
    /// Until when it should be paid.
    #[schema(value_type = Instant)]
    pub(super) due_date: String,
    /// What the payer gave the bank for its service.
    #[schema(value_type = Fee)]
    pub(super) fee: i64,
    /// Part of the amount that pays for the postal notification.
    #[schema(value_type = Fee)]
    pub(super) notification_fee: i64,
    /// What it is now.
    #[schema(value_type = InstalmentStatus)]
    pub(super) status: &'static str,
    /// Key-value pairs for the payer's bank.
    #[schema(value_type = Vec<MetadataModel<'static>>)]
    pub(super) installment_metadata: Vec<MetadataModel<'a>>,
    /// Who gets the money.
    #[schema(value_type = Vec<TransferModel<'static>>)]
    pub(super) transfer: Vec<TransferModel<'a>>,
    /// Whose it is; only there when reading.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = FiscalCode)]
    pub(super) organization_fiscal_code: Option<&'a str>,
    #[serde(flatten)]
    #[schema(value_type = NoticeHistory<'static>)]
    pub(super) history: Option<NoticeHistory<'a>>,
}
