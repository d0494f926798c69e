//! The bodies of the first version of the published contract (GPD v1), field by field.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::field::{Field, Shape};
use super::super::model::{
    DebtorModel, DebtorRequest, MetadataModel, MetadataRequest, NoticeHistory, PageInfo, TransferModel,
    TransferRequest,
};
use crate::api::openapi::form::{
    Amount, Fee, Instant, MaybeIuv, MaybeMoment, MaybeNoticeNumber, MaybeText140, Moment, Text140,
};
use crate::domain::fiscal_code::{FiscalCode, PersonKind};
use crate::domain::ids::Iupd;
use crate::domain::notice_number::{Iuv, NoticeNumber};
use crate::domain::status::{NoticeStatus, Status};

impl Shape for PositionRequest {
    const IS_OBJECT: bool = true;
}
impl Shape for OptionRequest {
    const IS_OBJECT: bool = true;
}

/// A position as the caller writes it (`PaymentPositionModel`).
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = v1::PositionRequest)]
pub struct PositionRequest {
    /// Its name, which the creditor chooses.
    #[serde(default)]
    #[schema(value_type = Iupd, required)]
    pub(super) iupd: Field<String>,
    #[serde(flatten)]
    pub(super) debtor: DebtorRequest,
    /// Whether the node may answer for us while we cannot; true if left out.
    #[serde(default)]
    #[schema(value_type = Option<bool>)]
    pub(super) pay_stand_in: Field<bool>,
    /// Whether it expires at the due date; otherwise it stays payable.
    #[serde(default)]
    #[schema(value_type = bool, required)]
    pub(super) switch_to_expired: Field<bool>,
    /// Name of the creditor institution, as payers read it.
    #[serde(default)]
    #[schema(value_type = Text140, required)]
    pub(super) company_name: Field<String>,
    /// Its office.
    #[serde(default)]
    #[schema(value_type = MaybeText140)]
    pub(super) office_name: Field<String>,
    /// From when it can be paid; at once if left out.
    #[serde(default)]
    #[schema(value_type = MaybeMoment)]
    pub(super) validity_date: Field<String>,
    /// What can be paid: whole payments, of which one is enough, and the instalments of one plan.
    #[serde(default)]
    #[schema(value_type = Vec<OptionRequest>, min_items = 1, max_items = 100, required)]
    pub(super) payment_option: Field<Vec<Field<OptionRequest>>>,
}

/// A notice as the caller writes it (`PaymentOptionModel`).
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = v1::PaymentOptionRequest)]
pub struct OptionRequest {
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
    /// Whether it is an instalment of the plan.
    #[serde(default)]
    #[schema(value_type = bool, required)]
    pub(super) is_partial_payment: Field<bool>,
    /// Until when it should be paid.
    #[serde(default)]
    #[schema(value_type = Moment, required)]
    pub(super) due_date: Field<String>,
    /// Until when it is kept, not before the due date.
    #[serde(default)]
    #[schema(value_type = MaybeMoment)]
    pub(super) retention_date: Field<String>,
    /// Who gets the money.
    #[serde(default)]
    #[schema(value_type = Vec<TransferRequest>, min_items = 1, max_items = 5, required)]
    pub(super) transfer: Field<Vec<Field<TransferRequest>>>,
    /// Key-value pairs for the payer's bank.
    #[serde(default)]
    #[schema(value_type = Option<Vec<MetadataRequest>>, max_items = 10)]
    pub(super) payment_option_metadata: Field<Vec<Field<MetadataRequest>>>,
    /// Only in an update, and as it was read: the amounts then include it, as they do where they are read.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 0)]
    pub(super) notification_fee: Field<i64>,
}

/// A position as create, publish and invalidate answer it (`PaymentPositionModel`).
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = v1::Position)]
pub struct PositionModel<'a> {
    /// Its name.
    #[schema(value_type = Iupd)]
    pub(super) iupd: &'a str,
    #[serde(flatten)]
    #[schema(value_type = DebtorModel<'static>)]
    pub(super) debtor: Option<DebtorModel<'a>>,
    /// Whether the node may answer for us while we cannot.
    #[schema(value_type = bool)]
    pub(super) pay_stand_in: bool,
    /// Whether it expires at the due date.
    #[schema(value_type = bool)]
    pub(super) switch_to_expired: bool,
    /// Name of the creditor institution.
    #[schema(value_type = Text140)]
    pub(super) company_name: &'a str,
    /// Its office.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Text140)]
    pub(super) office_name: Option<&'a str>,
    /// From when it can be paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant)]
    pub(super) validity_date: Option<String>,
    /// When it was wholly paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant)]
    pub(super) payment_date: Option<String>,
    /// What it is now.
    #[schema(value_type = Status)]
    pub(super) status: &'static str,
    /// What can be paid.
    #[schema(value_type = Vec<OptionModel<'static>>)]
    pub(super) payment_option: Vec<OptionModel<'a>>,
}

/// Many positions (`MultiplePaymentPositionModel`, GPD v2).
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = v2::Positions)]
pub struct PositionsModel<'a> {
    /// The positions, in the order of the request.
    #[schema(value_type = Vec<PositionModel<'static>>)]
    pub(super) payment_positions: Vec<PositionModel<'a>>,
}

/// A position as reading answers it (`PaymentPositionModelBaseResponse`): without its debtor.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = v1::PositionWithHistory)]
pub struct PositionResponse<'a> {
    /// Its name.
    #[schema(value_type = Iupd)]
    pub(super) iupd: &'a str,
    /// Whose it is.
    #[schema(value_type = FiscalCode)]
    pub(super) organization_fiscal_code: &'a str,
    /// Whether a natural or a legal person owes.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = PersonKind)]
    pub(super) person_kind: Option<&'static str>,
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
    /// From when it can be paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant)]
    pub(super) validity_date: Option<String>,
    /// When it was wholly paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant)]
    pub(super) payment_date: Option<String>,
    /// What it is now.
    #[schema(value_type = Status)]
    pub(super) status: &'static str,
    /// When it changed last.
    #[schema(value_type = Instant)]
    pub(super) last_updated_date: String,
    /// What can be paid, and what has happened to it.
    #[schema(value_type = Vec<OptionResponse<'static>>)]
    pub(super) payment_option: Vec<OptionResponse<'a>>,
}

/// A page of positions (`PaymentPositionsInfo`), in the contract's own spelling.
#[derive(Serialize, ToSchema)]
#[schema(as = v1::PositionsPage)]
pub struct PositionsPage<'a> {
    /// The positions of this page.
    #[schema(value_type = Vec<PositionResponse<'static>>)]
    pub(super) payment_position_list: Vec<PositionResponse<'a>>,
    /// Where this page stands.
    #[schema(value_type = PageInfo)]
    pub(super) page_info: PageInfo,
}

/// A notice with what has happened to it (`PaymentOptionModelResponse`).
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = v1::PaymentOptionWithHistory)]
pub struct OptionResponse<'a> {
    /// Whose it is.
    #[schema(value_type = FiscalCode)]
    pub(super) organization_fiscal_code: &'a str,
    #[serde(flatten)]
    #[schema(value_type = OptionModel<'static>)]
    pub(super) option: OptionModel<'a>,
    /// When its position was made.
    #[schema(value_type = Instant)]
    pub(super) inserted_date: String,
    /// What it is.
    #[schema(value_type = NoticeStatus)]
    pub(super) status: &'static str,
    #[serde(flatten)]
    #[schema(value_type = NoticeHistory<'static>)]
    pub(super) history: NoticeHistory<'a>,
}

/// A notice (`PaymentOptionModel`).
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = v1::PaymentOption)]
pub struct OptionModel<'a> {
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
    /// Whether it is an instalment of the plan.
    #[schema(value_type = bool)]
    pub(super) is_partial_payment: bool,
    /// Until when it should be paid.
    #[schema(value_type = Instant)]
    pub(super) due_date: String,
    /// Until when it is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant)]
    pub(super) retention_date: Option<String>,
    /// What the payer gave the bank for its service.
    #[schema(value_type = Fee)]
    pub(super) fee: i64,
    /// Part of the amount that pays for the postal notification.
    #[schema(value_type = Fee)]
    pub(super) notification_fee: i64,
    /// Key-value pairs for the payer's bank.
    #[schema(value_type = Vec<MetadataModel<'static>>)]
    pub(super) payment_option_metadata: Vec<MetadataModel<'a>>,
    /// Who gets the money.
    #[schema(value_type = Vec<TransferModel<'static>>)]
    pub(super) transfer: Vec<TransferModel<'a>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_absent_given_or_of_the_wrong_type() {
        let body =
            r#"{"iuv": 5, "amount": 100, "description": null, "transfer": [{}, "no", []], "unknown": 1}"#;
        let Ok(Field::Given(option)) = serde_json::from_str::<Field<OptionRequest>>(body) else {
            panic!("an object with unknown fields is read");
        };
        assert_eq!(option.iuv, Field::WrongType);
        assert_eq!(option.amount, Field::Given(100));
        assert_eq!(option.description, Field::Absent);
        let Field::Given(transfers) = option.transfer else { panic!("a list of anything is a list") };
        assert!(matches!(transfers.as_slice(), [Field::Given(_), Field::WrongType, Field::WrongType]));
    }
}
