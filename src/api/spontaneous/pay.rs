//! `POST /organizations/{organizationfiscalcode}/spontaneouspayments`: what somebody filled in becomes a debt
//! position that is on offer at once.
//!
//! The contract's checks come in its order: institution, service, enrolment, whether both are enabled, properties.
//! The same request within the time that the installation says gives the same position.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::api::Api;
use crate::api::auth::Organization;
use crate::api::body::JsonBody;
use crate::api::idempotency::{self, Begun, IdempotencyError, IdempotencyKey, given};
use crate::api::openapi::form::{Amount, Fee, Instant, Text140};
use crate::api::openapi::{Answer, Doc, Method, Routes};
use crate::api::positions::field::{Field, Shape};
use crate::api::positions::model::{DebtorModel, DebtorRequest, TransferModel};
use crate::api::positions::parse::debtor::debtor;
use crate::api::positions::parse::report::{Pointer, Report};
use crate::api::positions::render::{self, unkept};
use crate::api::problem::{Problem, Violation};
use crate::catalogue::desk::{Asked, DeskError, Demanded, Issue};
use crate::catalogue::price::{PriceError, Refusal};
use crate::domain::catalogue::form::{FieldName, Form, FormError, Inputs};
use crate::domain::catalogue::ids::ServiceId;
use crate::domain::catalogue::offering::Closed;
use crate::domain::dates::write;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::ids::Iupd;
use crate::domain::notice_number::{Iuv, NoticeNumber};
use crate::domain::position::{AfterDue, Debtor, Notice, Position};
use crate::domain::segregation::Segregation;
use crate::domain::status::{Status, status};

/// Its path.
const PATH: &str = "/organizations/{organizationfiscalcode}/spontaneouspayments";

/// The endpoint under a heading of the document.
pub(in crate::api) fn routes(heading: &'static str) -> Routes {
    Routes::default().on(Method::Post, (heading, PATH), handler, doc())
}

/// What the contract asks for (`SpontaneousPaymentModel`).
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = GpsPayment)]
struct PaymentRequest {
    /// Who owes.
    #[serde(default)]
    #[schema(value_type = DebtorRequest, required)]
    debtor: Field<DebtorRequest>,
    /// What for.
    #[serde(default)]
    #[schema(value_type = ServiceRequest, required)]
    service: Field<ServiceRequest>,
}

/// What is paid for (`ServiceModel`).
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = GpsPaidService)]
struct ServiceRequest {
    /// The service.
    #[serde(default)]
    #[schema(value_type = String, required)]
    id: Field<String>,
    /// What was filled in.
    #[serde(default)]
    #[schema(value_type = Vec<PropertyRequest>, max_items = 100, required)]
    properties: Field<Vec<Field<PropertyRequest>>>,
}

/// What was filled in of one field (`ServicePropertyModel`).
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = GpsPaidProperty)]
struct PropertyRequest {
    /// The field.
    #[serde(default)]
    #[schema(value_type = String, required)]
    name: Field<String>,
    /// What was written there.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    value: Field<String>,
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
struct PositionModel<'a> {
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
struct OptionModel<'a> {
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

/// Why no position is made.
#[derive(Debug, thiserror::Error)]
enum PayError {
    #[error("the body is wrong")]
    Body(Vec<Violation>),
    #[error("a property is missing or wrong")]
    Properties(Vec<Violation>),
    #[error("no such service")]
    UnknownService,
    #[error(transparent)]
    Desk(#[from] DeskError),
    #[error("the position has no notice")]
    NoNotice,
}

/// Answers 201 with the position; 400, 403, 404, 422, 502 or 503.
async fn handler(
    State(api): State<Arc<Api>>,
    Organization(ec, scope): Organization,
    key: IdempotencyKey,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let now = api.clock.now();
    let once = match key.begin(&api.store, &ec, &body, now).await? {
        Begun::Answered(response) => return Ok(response),
        Begun::Anew(once) => once,
    };
    let (asked, places) = read(&api, (ec, scope), &body)?;
    let demanded = api.desk.demand(&asked, now).await.map_err(|error| places.told(error))?;
    let response = answer(&demanded, now);
    let Some(request) = once else { return Ok(response) };
    let kept = given(response).ok_or(PayError::NoNotice)?;
    let outcome = api.store.keep_answer_of(&request, kept).await.map_err(IdempotencyError::from)?;
    Ok(idempotency::answer(outcome)?)
}

/// Where the body has each property.
struct Places(Vec<(FieldName, String)>);

impl Places {
    /// The error of the desk, with places in the body.
    fn told(&self, error: DeskError) -> PayError {
        match error {
            DeskError::Inputs(errors) => {
                PayError::Properties(errors.iter().map(|error| self.violation(error)).collect())
            }
            DeskError::Price(PriceError::Refused(Refusal::Limits { field, min, max })) => {
                let message = Refusal::Limits { field: field.clone(), min, max }.to_string();
                PayError::Properties(vec![Violation {
                    pointer: self.of(Some(&field)),
                    code: "amount_limits",
                    message,
                }])
            }
            error => PayError::Desk(error),
        }
    }

    fn violation(&self, error: &FormError) -> Violation {
        let message = match &error.field {
            // Where it is missing there is no place to point to.
            Some(field) => format!("{field} {}", error.message),
            None => error.message.clone(),
        };
        Violation { pointer: self.of(error.field.as_ref()), code: error.code, message }
    }

    fn of(&self, field: Option<&FieldName>) -> String {
        let found = self.0.iter().find(|(name, _)| Some(name) == field);
        found.map_or_else(|| "/service/properties".to_owned(), |(_, pointer)| format!("{pointer}/value"))
    }
}

fn read(
    api: &Api,
    (ec, scope): (FiscalCode, Segregation),
    body: &Value,
) -> Result<(Asked, Places), PayError> {
    let mut report = Report::default();
    let at = |name: &str| Pointer::root().field(name);
    let field = Field::<PaymentRequest>::deserialize(body).unwrap_or(Field::WrongType);
    let request = report.required(field, &Pointer::root()).unwrap_or_default();
    let who = report.required(request.debtor, &at("debtor"));
    let who: Option<Debtor> = who.and_then(|who| debtor(who, &at("debtor"), &mut report));
    let service = report.required(request.service, &at("service")).unwrap_or_default();
    let id = report.required(service.id, &at("service").field("id"));
    let list_at = at("service").field("properties");
    let list = report.required(service.properties, &list_at).unwrap_or_default();
    let mut properties = Vec::new();
    for (index, property) in list.into_iter().enumerate() {
        let at = list_at.item(index);
        let Some(property) = report.required(property, &at) else { continue };
        let name = report.required(property.name, &at.field("name"));
        let value = report.optional(property.value, &at.field("value"));
        properties.extend(name.map(|name| (name, value, at.to_string())));
    }
    let violations = report.into_violations();
    let (Some(debtor), Some(id), true) = (who, id, violations.is_empty()) else {
        return Err(PayError::Body(violations));
    };
    let service = ServiceId::new(&id).map_err(|_| PayError::UnknownService)?;
    let catalogue = api.catalogue.current();
    let listed = catalogue.service(&service).ok_or(PayError::UnknownService)?;
    let (inputs, places) = inputs(&listed.service.form, properties)?;
    let issue = Issue::Within(scope);
    Ok((Asked { ec, service, inputs, debtor: Some(debtor), issue }, places))
}

/// What was filled in. A property without a value is one that was left out.
fn inputs(
    form: &Form,
    properties: Vec<(String, Option<String>, String)>,
) -> Result<(Inputs, Places), PayError> {
    let (mut inputs, mut places, mut wrong) = (Inputs::new(), Vec::new(), Vec::new());
    for (name, value, pointer) in properties {
        let field = FieldName::new(&name).ok().filter(|name| form.field(name).is_some());
        let Some(field) = field else {
            let message = "the service has no such property".to_owned();
            wrong.push(Violation { pointer: format!("{pointer}/name"), code: "unknown_field", message });
            continue;
        };
        if places.iter().any(|(known, _)| *known == field) {
            let message = "is there twice".to_owned();
            wrong.push(Violation { pointer: format!("{pointer}/name"), code: "duplicate_field", message });
            continue;
        }
        if let Some(value) = value {
            inputs.insert(field.clone(), value);
        }
        places.push((field, pointer));
    }
    if wrong.is_empty() { Ok((inputs, Places(places))) } else { Err(PayError::Properties(wrong)) }
}

fn answer(demanded: &Demanded, now: Timestamp) -> Response {
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

/// What is said of it.
fn doc() -> Doc {
    let request = json!({
        "debtor": { "type": "F", "fiscalCode": "RSSMRA80A01H501U", "fullName": "Mario Rossi" },
        "service": { "id": "mensa-scolastica", "properties": [{ "name": "amount", "value": "25.00" }] },
    });
    let answer = json!({
        "iupd": "od-20261122-5f1d7a84db2d4a8c", "type": "F", "fiscalCode": "RSSMRA80A01H501U",
        "fullName": "Mario Rossi", "companyName": "Comune di Borgo", "switchToExpired": true,
        "validityDate": "2026-11-22T11:00:00", "status": "VALID",
        "paymentOption": [{
            "nav": "302000000000100091", "iuv": "02000000000100091", "organizationFiscalCode": "99000010019",
            "amount": 2_500, "description": "Mensa", "isPartialPayment": false,
            "dueDate": "2026-12-22T23:59:59", "fee": 0,
            "transfer": [{
                "organizationFiscalCode": "99000010019", "idTransfer": "1", "amount": 2_500,
                "remittanceInformation": "Mensa", "category": "9/0101002IM/",
                "iban": "IT80Z0599903600000000001001", "transferMetadata": [],
            }],
        }],
    });
    let answer = Answer::json::<PositionModel<'static>>("The position, which can be paid at once.", answer);
    let property = Violation {
        pointer: "/service/properties".to_owned(),
        code: "required",
        message: "amount must be filled in".to_owned(),
    };
    let doc = Doc::new("createSpontaneousPayment", "Get a debt position for a service");
    idempotency::doc(doc)
        .about(
            "The position is published. The same request gives the same position for a while, as the installation \
             says, as long as it can be paid.",
        )
        .organization("organizationfiscalcode")
        .takes::<PaymentRequest>(request)
        .answers(StatusCode::CREATED, answer.with(idempotency::TOLD_BEFORE))
        .refuses([
            PayError::Body(vec![property.clone()]).into(),
            PayError::Properties(vec![property]).into(),
            PayError::UnknownService.into(),
            PayError::Desk(DeskError::Unknown).into(),
            PayError::Desk(DeskError::NotOpen(Closed::Suspended)).into(),
            PayError::Desk(DeskError::Price(PriceError::Refused(Refusal::NoPrice))).into(),
        ])
}

impl From<PayError> for Problem {
    fn from(error: PayError) -> Self {
        match error {
            PayError::Body(violations) => {
                let detail = "The request cannot be carried out, for the reasons that violations gives.";
                Problem::new(StatusCode::BAD_REQUEST, "BAD REQUEST", "invalid_body", detail)
                    .with_violations(violations)
            }
            PayError::Properties(violations) => Problem::new(
                StatusCode::BAD_REQUEST,
                "Property missing or wrong",
                "property_missing_or_wrong",
                "A property of the service is missing or wrong; the violations name every place.",
            )
            .with_violations(violations),
            PayError::UnknownService => Problem::new(
                StatusCode::NOT_FOUND,
                "Service not found",
                "unknown_service",
                "There is no such service.",
            ),
            // A draft is nobody's business, and neither is what is over.
            PayError::Desk(DeskError::Unknown | DeskError::NotOpen(Closed::Draft)) => Problem::new(
                StatusCode::NOT_FOUND,
                "Enrollment to service not found",
                "unknown_enrollment",
                "The creditor institution does not provide a service of this name.",
            ),
            PayError::Desk(error) => error.into(),
            PayError::NoNotice => Problem::internal("INTERNAL SERVER ERROR", &PayError::NoNotice),
        }
    }
}
