//! `POST /organizations/{organizationfiscalcode}/spontaneouspayments`: what somebody filled in becomes a debt
//! position that is on offer at once.
//!
//! The contract's checks come in its order: institution, service, enrolment, whether both are enabled, properties.
//! The same request within the time that the installation says gives the same position.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Holder;
use super::convert::seen;
use super::pay_model::{PaymentRequest, PositionModel, answer};
use crate::api::Api;
use crate::api::auth::Organization;
use crate::api::body::JsonBody;
use crate::api::idempotency::{self, Begun, IdempotencyError, IdempotencyKey, given};
use crate::api::openapi::{Answer, Doc, Method, Routes};
use crate::api::positions::field::Field;
use crate::api::positions::parse::debtor::debtor;
use crate::api::positions::parse::report::{Pointer, Report};
use crate::api::problem::{Problem, Violation};
use crate::catalogue::desk::{Asked, DeskError, Issue};
use crate::catalogue::price::{PriceError, Refusal};
use crate::domain::catalogue::form::{FieldName, Form, FormError, Inputs};
use crate::domain::catalogue::offering::Closed;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::position::Debtor;
use crate::domain::segregation::Segregation;

/// Its path.
const PATH: &str = "/organizations/{organizationfiscalcode}/spontaneouspayments";

/// The endpoint under a heading of the document.
pub(in crate::api) fn routes(heading: &'static str) -> Routes {
    Routes::default().on(Method::Post, (heading, PATH), handler, doc())
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
    holder: Holder,
    key: IdempotencyKey,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let now = api.clock.now();
    let once = match key.begin(&api.store, &ec, &body, now).await? {
        Begun::Answered(response) => return Ok(response),
        Begun::Anew(once) => once,
    };
    let (asked, places) = read(&holder, (ec, scope), &body)?;
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
    holder: &Holder,
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
    let catalogue = holder.api.catalogue.current();
    let service = seen(&catalogue, holder, &id).map_err(|_| PayError::UnknownService)?.id.clone();
    let offered = catalogue.offered(&ec, &service).ok_or(DeskError::Unknown)?;
    let issue = Issue::Within(scope);
    // Which properties there are is told of nothing that the caller could not pay.
    holder.api.desk.check_open(&offered, &issue, holder.api.clock.now())?;
    let (inputs, places) = inputs(&offered.service().form, properties)?;
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
