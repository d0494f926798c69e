//! The bodies of the first version of the published contract (GPD v1), field by field.

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

/// A position as the caller writes it (`PaymentPositionModel`).
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PositionRequest {
    pub(super) iupd: Field<String>,
    #[serde(flatten)]
    pub(super) debtor: DebtorRequest,
    pub(super) pay_stand_in: Field<bool>,
    pub(super) switch_to_expired: Field<bool>,
    pub(super) company_name: Field<String>,
    pub(super) office_name: Field<String>,
    pub(super) validity_date: Field<String>,
    pub(super) payment_option: Field<Vec<Field<OptionRequest>>>,
}

/// A notice as the caller writes it (`PaymentOptionModel`).
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct OptionRequest {
    pub(super) nav: Field<String>,
    pub(super) iuv: Field<String>,
    pub(super) amount: Field<i64>,
    pub(super) description: Field<String>,
    pub(super) is_partial_payment: Field<bool>,
    pub(super) due_date: Field<String>,
    pub(super) retention_date: Field<String>,
    pub(super) transfer: Field<Vec<Field<TransferRequest>>>,
    pub(super) payment_option_metadata: Field<Vec<Field<MetadataRequest>>>,
}

/// A position as create, publish and invalidate answer it (`PaymentPositionModel`).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PositionModel<'a> {
    pub(super) iupd: &'a str,
    #[serde(flatten)]
    pub(super) debtor: Option<DebtorModel<'a>>,
    pub(super) pay_stand_in: bool,
    pub(super) switch_to_expired: bool,
    pub(super) company_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) office_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) validity_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) payment_date: Option<String>,
    pub(super) status: &'static str,
    pub(super) payment_option: Vec<OptionModel<'a>>,
}

/// Many positions (`MultiplePaymentPositionModel`, GPD v2).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PositionsModel<'a> {
    pub(super) payment_positions: Vec<PositionModel<'a>>,
}

/// A position as reading answers it (`PaymentPositionModelBaseResponse`): without its debtor.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PositionResponse<'a> {
    pub(super) iupd: &'a str,
    pub(super) organization_fiscal_code: &'a str,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub(super) person_kind: Option<&'static str>,
    pub(super) company_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) office_name: Option<&'a str>,
    pub(super) inserted_date: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) publish_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) validity_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) payment_date: Option<String>,
    pub(super) status: &'static str,
    pub(super) last_updated_date: String,
    pub(super) payment_option: Vec<OptionResponse<'a>>,
}

/// A page of positions (`PaymentPositionsInfo`), in the contract's own spelling.
#[derive(Serialize)]
pub struct PositionsPage<'a> {
    pub(super) payment_position_list: Vec<PositionResponse<'a>>,
    pub(super) page_info: PageInfo,
}

/// A notice with what has happened to it (`PaymentOptionModelResponse`).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OptionResponse<'a> {
    pub(super) organization_fiscal_code: &'a str,
    #[serde(flatten)]
    pub(super) option: OptionModel<'a>,
    pub(super) inserted_date: String,
    pub(super) status: &'static str,
    #[serde(flatten)]
    pub(super) history: NoticeHistory<'a>,
}

/// A notice (`PaymentOptionModel`).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OptionModel<'a> {
    pub(super) nav: &'a str,
    pub(super) iuv: &'a str,
    pub(super) amount: i64,
    pub(super) description: &'a str,
    pub(super) is_partial_payment: bool,
    pub(super) due_date: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) retention_date: Option<String>,
    pub(super) fee: i64,
    pub(super) notification_fee: i64,
    pub(super) payment_option_metadata: Vec<MetadataModel<'a>>,
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
