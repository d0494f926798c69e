//! The bodies of a payment under the published contract, field by field.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::openapi::form::{Amount, Fee, Instant, Text140};
use crate::api::positions::field::{Field, Shape};
use crate::api::positions::model::{DebtorModel, DebtorRequest, TransferModel};
use crate::api::positions::render::{self, unkept};
use crate::catalogue::desk::Demanded;
use crate::domain::dates::write;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::ids::Iupd;
use crate::domain::notice_number::{Iuv, NoticeNumber};
use crate::domain::position::{AfterDue, Notice, Position};
use crate::domain::status::{Status, status};

/// What the contract asks for (`SpontaneousPaymentModel`).
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = GpsPayment)]
pub(super) struct PaymentRequest {
    /// Who owes.
    #[serde(default)]
    #[schema(value_type = DebtorRequest, required)]
    pub(super) debtor: Field<DebtorRequest>,
    /// What for.
    #[serde(default)]
    #[schema(value_type = ServiceRequest, required)]
    pub(super) service: Field<ServiceRequest>,
}

/// What is paid for (`ServiceModel`).
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = GpsPaidService)]
pub(super) struct ServiceRequest {
    /// The service.
    #[serde(default)]
    #[schema(value_type = String, required)]
    pub(super) id: Field<String>,
    /// What was filled in.
    #[serde(default)]
    #[schema(value_type = Vec<PropertyRequest>, max_items = 100, required)]
    pub(super) properties: Field<Vec<Field<PropertyRequest>>>,
}

/// What was filled in of one field (`ServicePropertyModel`).
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = GpsPaidProperty)]
pub(super) struct PropertyRequest {
    /// The field.
    #[serde(default)]
    #[schema(value_type = String, required)]
    pub(super) name: Field<String>,
    /// What was written there.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(super) value: Field<String>,
}

impl Shape for PaymentRequest {
    const IS_OBJECT: bool = true;
}
impl Shape for ServiceRequest {
    const IS_OBJECT: bool = true;
}
impl Shape for PropertyRequest {
    const IS_OBJECT: bool = true;
}

/// The position (`PaymentPositionModel`).
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = GpsPosition)]
pub(super) struct PositionModel<'a> {
    /// Its name.
    #[schema(value_type = Iupd)]
    iupd: &'a str,
    #[serde(flatten)]
    #[schema(value_type = DebtorModel<'static>)]
    debtor: Option<DebtorModel<'a>>,
    /// Name of the creditor institution.
    #[schema(value_type = Text140)]
    company_name: &'a str,
    /// Its office.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Text140, required = false)]
    office_name: Option<&'a str>,
    /// Whether it expires at the due date.
    switch_to_expired: bool,
    /// From when it can be paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant, required = false)]
    validity_date: Option<String>,
    /// What it is now.
    #[schema(value_type = Status)]
    status: &'static str,
    /// What can be paid.
    #[schema(value_type = Vec<OptionModel<'static>>)]
    payment_option: Vec<OptionModel<'a>>,
}

/// Its notice (`PaymentOptionModel`).
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = GpsPaymentOption)]
pub(super) struct OptionModel<'a> {
    /// Notice number.
    #[schema(value_type = NoticeNumber)]
    nav: &'a str,
    /// IUV.
    #[schema(value_type = Iuv)]
    iuv: &'a str,
    /// Whose it is.
    #[schema(value_type = FiscalCode)]
    organization_fiscal_code: &'a str,
    /// What is to be paid: cents.
    #[schema(value_type = Amount)]
    amount: i64,
    /// What the payer reads.
    #[schema(value_type = Text140)]
    description: &'a str,
    /// Whether it is an instalment: never.
    is_partial_payment: bool,
    /// Until when it can be paid.
    #[schema(value_type = Instant)]
    due_date: String,
    /// Until when it is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant, required = false)]
    retention_date: Option<String>,
    /// What the payer gave the bank for its service.
    #[schema(value_type = Fee)]
    fee: i64,
    /// Who gets the money.
    #[schema(value_type = Vec<TransferModel<'static>>)]
    transfer: Vec<TransferModel<'a>>,
}

/// The answer with the position that was made, or was there.
pub(super) fn answer(demanded: &Demanded, now: Timestamp) -> Response {
    let position = &demanded.position;
    let first = position.options.first();
    let model = PositionModel {
        iupd: position.iupd.as_str(),
        debtor: first.map(|option| render::debtor(&option.debtor)),
        company_name: position.company_name.as_str(),
        office_name: position.office_name.as_ref().map(|name| name.as_str()),
        switch_to_expired: first.is_some_and(|option| option.after_due == AfterDue::Expires),
        validity_date: position.valid_from().map(write),
        status: status(position, now).word(),
        payment_option: position.notices().map(|notice| option(position, notice)).collect(),
    };
    unkept((StatusCode::CREATED, Json(model)).into_response())
}

fn option<'a>(position: &'a Position, notice: &'a Notice) -> OptionModel<'a> {
    OptionModel {
        nav: notice.number.as_str(),
        iuv: notice.iuv.as_str(),
        organization_fiscal_code: position.ec.as_str(),
        amount: notice.amount.get(),
        description: notice.description.as_str(),
        is_partial_payment: false,
        due_date: write(notice.due),
        retention_date: notice.retention.map(write),
        fee: render::fee(notice),
        transfer: notice.transfers.iter().map(|transfer| render::transfer(transfer, None)).collect(),
    }
}
