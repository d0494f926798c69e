//! The bodies of the third version of the published contract (GPD v3), field by field.

use serde::{Deserialize, Serialize};

use super::super::field::{Field, Shape};
use super::super::model::{
    DebtorModel, DebtorRequest, MetadataModel, MetadataRequest, NoticeHistory, PageInfo, TransferModel,
    TransferRequest,
};

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
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PositionRequest {
    pub(super) iupd: Field<String>,
    pub(super) pay_stand_in: Field<bool>,
    pub(super) company_name: Field<String>,
    pub(super) office_name: Field<String>,
    pub(super) payment_option: Field<Vec<Field<OptionRequest>>>,
}

/// A payment option as the caller writes it (`PaymentOptionModelV3`).
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct OptionRequest {
    pub(super) description: Field<String>,
    pub(super) validity_date: Field<String>,
    pub(super) retention_date: Field<String>,
    pub(super) switch_to_expired: Field<bool>,
    pub(super) debtor: Field<DebtorRequest>,
    pub(super) installments: Field<Vec<Field<InstalmentRequest>>>,
}

/// A notice as the caller writes it (`InstallmentModel`).
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct InstalmentRequest {
    pub(super) nav: Field<String>,
    pub(super) iuv: Field<String>,
    pub(super) amount: Field<i64>,
    pub(super) description: Field<String>,
    pub(super) due_date: Field<String>,
    pub(super) transfer: Field<Vec<Field<TransferRequest>>>,
    pub(super) installment_metadata: Field<Vec<Field<MetadataRequest>>>,
}

/// A position as create, update, publish and invalidate answer it (`PaymentPositionModelV3`).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PositionModel<'a> {
    pub(super) iupd: &'a str,
    pub(super) pay_stand_in: bool,
    pub(super) company_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) office_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) payment_date: Option<String>,
    pub(super) status: &'static str,
    pub(super) payment_option: Vec<OptionModel<'a>>,
}

/// A position as reading answers it (`PaymentPositionModelResponseV3`).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PositionResponse<'a> {
    pub(super) iupd: &'a str,
    pub(super) organization_fiscal_code: &'a str,
    pub(super) company_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) office_name: Option<&'a str>,
    pub(super) inserted_date: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) publish_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) payment_date: Option<String>,
    pub(super) status: &'static str,
    pub(super) last_updated_date: String,
    pub(super) payment_option: Vec<OptionModel<'a>>,
}

/// A page of positions (`PaymentPositionsInfoV3`), in the contract's own spelling.
#[derive(Serialize)]
pub struct PositionsPage<'a> {
    pub(super) payment_position_list: Vec<PositionResponse<'a>>,
    pub(super) page_info: PageInfo,
}

/// A payment option (`PaymentOptionModelV3`, and with its history `PaymentOptionModelResponseV3`). Its
/// description is write-only in the contract.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OptionModel<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) validity_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) retention_date: Option<String>,
    pub(super) switch_to_expired: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) inserted_date: Option<String>,
    pub(super) debtor: DebtorModel<'a>,
    pub(super) installments: Vec<InstalmentModel<'a>>,
}

/// A notice (`InstallmentModel`, and with its history `InstallmentModelResponse`).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InstalmentModel<'a> {
    pub(super) nav: &'a str,
    pub(super) iuv: &'a str,
    pub(super) amount: i64,
    pub(super) description: &'a str,
    pub(super) due_date: String,
    pub(super) fee: i64,
    pub(super) notification_fee: i64,
    pub(super) status: &'static str,
    pub(super) installment_metadata: Vec<MetadataModel<'a>>,
    pub(super) transfer: Vec<TransferModel<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) organization_fiscal_code: Option<&'a str>,
    #[serde(flatten)]
    pub(super) history: Option<NoticeHistory<'a>>,
}
