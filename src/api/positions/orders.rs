//! The bodies of what is asked beside whole positions, field by field.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::field::{Field, Shape};
use crate::api::openapi::form::{Fee, MaybeMoment};
use crate::domain::iban::Iban;

impl Shape for IbanUpdateRequest {
    const IS_OBJECT: bool = true;
}
impl Shape for PaidElsewhereRequest {
    const IS_OBJECT: bool = true;
}
impl Shape for NotificationFeeRequest {
    const IS_OBJECT: bool = true;
}

/// How many transfers have another account now (`UpdateTransferIbanMassiveResponse`).
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct IbanUpdateResponse {
    /// What was done.
    #[schema(value_type = String)]
    pub(super) description: &'static str,
    /// How many transfers go to the new account.
    #[schema(value_type = u32)]
    pub(super) updated_transfers: usize,
}

/// The account that takes the place of another (`UpdateTransferIbanMassiveModel`).
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct IbanUpdateRequest {
    /// The new account, which must be one of the creditor institution.
    #[serde(default)]
    #[schema(value_type = Iban, required)]
    pub(super) new_iban: Field<String>,
}

/// What the notification of a notice costs, in cents (`NotificationFeeUpdateModel`).
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NotificationFeeRequest {
    /// The fee, which becomes a part of the amount.
    #[serde(default)]
    #[schema(value_type = Fee, required)]
    pub(super) notification_fee: Field<i64>,
}

/// When a notice was paid elsewhere (`AlreadyPaidPaymentOptionModel`).
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PaidElsewhereRequest {
    /// When it was paid, not in the future; now if left out.
    #[serde(default)]
    #[schema(value_type = MaybeMoment)]
    pub(super) payment_date: Field<String>,
}
