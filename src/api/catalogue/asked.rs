//! The body of a quote or a payment: what was filled in, and who owes.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::Missing;
use super::refusal::{self, Refusal};
use crate::api::Api;
use crate::api::positions::field::{Field, Shape};
use crate::api::positions::model::DebtorRequest;
use crate::api::positions::parse::debtor::debtor;
use crate::api::positions::parse::report::{Pointer, Report};
use crate::catalogue::desk::{Asked, Issue};
use crate::catalogue::render;
use crate::domain::catalogue::ids::ServiceId;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::segregation::Segregation;

/// What is asked for.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ChannelDemand)]
pub(super) struct DemandRequest {
    /// What was filled in, as the schema of the form has it.
    #[serde(default)]
    #[schema(value_type = Object, required)]
    inputs: Field<Map<String, Value>>,
    /// Who owes, if the form does not ask for it.
    #[serde(default)]
    #[schema(value_type = Option<DebtorRequest>)]
    debtor: Field<DebtorRequest>,
}

impl Shape for DemandRequest {
    const IS_OBJECT: bool = true;
}
impl Shape for Map<String, Value> {
    const IS_OBJECT: bool = true;
}

/// Reads what is asked for of an offering.
pub(super) fn read(
    api: &Arc<Api>,
    (ec, service): (&str, &str),
    segregation: Segregation,
    body: &Value,
) -> Result<Asked, Refusal> {
    let (ec, service) = FiscalCode::new(ec).ok().zip(ServiceId::new(service).ok()).ok_or(Missing)?;
    let catalogue = api.catalogue.current();
    let offered = catalogue.offered(&ec, &service).ok_or(Missing)?;
    let issue = Issue::Within(segregation);
    // What its form asks is told of nothing that the caller could not ask for.
    api.desk.check_open(&offered, &issue, api.clock.now())?;
    let mut report = Report::default();
    let field = Field::<DemandRequest>::deserialize(body).unwrap_or(Field::WrongType);
    let request = report.required(field, &Pointer::root()).unwrap_or_default();
    let object = report.required(request.inputs, &Pointer::root().field("inputs"));
    let at = Pointer::root().field("debtor");
    let debtor = report.optional(request.debtor, &at).and_then(|request| debtor(request, &at, &mut report));
    let mut violations = report.into_violations();
    let read = object.map(|object| render::inputs_of_json(&offered.service().form, &object));
    match read {
        Some(Ok(inputs)) if violations.is_empty() => Ok(Asked { ec, service, inputs, debtor, issue }),
        Some(Err(errors)) => {
            violations.extend(refusal::violations(&errors));
            Err(Refusal::Body(violations))
        }
        _ => Err(Refusal::Body(violations)),
    }
}
