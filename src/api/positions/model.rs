//! The bodies of the published contract (GPD v1), field by field.
//!
//! Fields that the contract does not name are ignored, as the published service does. A field of the
//! wrong type does not end the reading: it becomes [`Field::WrongType`], so that the caller learns of
//! everything that is wrong at once.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// The most elements of a list. The published contract bounds none but the metadata; its third version
/// has this bound. Without one, a small body of empty objects would fill the memory.
pub const LIST_MAX: usize = 100;

/// A field of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Field<T> {
    /// Left out, or `null`.
    #[default]
    Absent,
    /// Of another type than the contract says.
    WrongType,
    /// A list of more than [`LIST_MAX`] elements, which is not read further.
    TooMany,
    /// Given.
    Given(T),
}

/// What a field may hold.
pub trait Shape: DeserializeOwned {
    /// Whether it is a JSON object: serde would also read one from an array, by position.
    const IS_OBJECT: bool = false;
}

impl Shape for String {}
impl Shape for bool {}
impl Shape for i64 {}
impl<T: Shape> Shape for Vec<Field<T>> {}
impl Shape for PositionRequest {
    const IS_OBJECT: bool = true;
}
impl Shape for OptionRequest {
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
impl Shape for PaidElsewhereRequest {
    const IS_OBJECT: bool = true;
}
impl Shape for MetadataRequest {
    const IS_OBJECT: bool = true;
}

impl<'de, T: Shape> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        if value.is_null() {
            return Ok(Field::Absent);
        }
        if T::IS_OBJECT && !value.is_object() {
            return Ok(Field::WrongType);
        }
        if value.as_array().is_some_and(|list| list.len() > LIST_MAX) {
            return Ok(Field::TooMany);
        }
        Ok(T::deserialize(value).map_or(Field::WrongType, Field::Given))
    }
}

/// A position as the caller writes it (`PaymentPositionModel`).
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PositionRequest {
    pub(super) iupd: Field<String>,
    #[serde(rename = "type")]
    pub(super) person_kind: Field<String>,
    pub(super) pay_stand_in: Field<bool>,
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

/// Where a page stands among the others (`PageInfo`).
#[derive(Serialize)]
pub struct PageInfo {
    pub(super) page: u32,
    pub(super) limit: u32,
    /// How many positions this page has, as the published service counts.
    pub(super) items_found: usize,
    pub(super) total_pages: u64,
    /// How many positions all pages have; ours.
    pub(super) total_items: u64,
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

/// When a notice was paid elsewhere (`AlreadyPaidPaymentOptionModel`).
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PaidElsewhereRequest {
    pub(super) payment_date: Field<String>,
}

/// A notice with what has happened to it (`PaymentOptionModelResponse`).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OptionResponse<'a> {
    pub(super) organization_fiscal_code: &'a str,
    #[serde(flatten)]
    pub(super) option: OptionModel<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) payment_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reporting_date: Option<String>,
    pub(super) inserted_date: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) payment_method: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) psp_company: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id_receipt: Option<&'a str>,
    pub(super) status: &'static str,
    pub(super) last_updated_date: String,
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
