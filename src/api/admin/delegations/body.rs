//! What an institution says of a delegation: read, or everything that is wrong with it.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::model::{CodeText, DomainText, ProductWord};
use crate::api::access::Access;
use crate::api::admin::keys::{code_list, moment};
use crate::api::openapi::form::Instant;
use crate::api::positions::field::{Field, Shape};
use crate::api::positions::parse::report::{Pointer, Report};
use crate::api::problem::{Problem, Violation};
use crate::domain::access::{Delegation, Product, TaxonomyDomain};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::ids::BrokerCode;
use crate::domain::segregation::Segregation;
use crate::registry::Registry;

/// A delegation that is offered.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = NewDelegation)]
pub(super) struct OfferRequest {
    /// To whom: the code of a broker.
    #[serde(default)]
    #[schema(value_type = String, required)]
    broker: Field<String>,
    /// What.
    #[serde(default)]
    #[schema(value_type = Vec<ProductWord>, required, min_items = 1, max_items = 4)]
    products: Field<Vec<Field<String>>>,
    /// Only for notices of these codes; for all if left out.
    #[serde(default)]
    #[schema(value_type = Vec<CodeText>, max_items = 100)]
    segregation_codes: Field<Vec<Field<String>>>,
    /// Only for services of these parts of the taxonomy; for all if left out.
    #[serde(default)]
    #[schema(value_type = Vec<DomainText>, max_items = 100)]
    domains: Field<Vec<Field<String>>>,
    /// Its first instant; now if left out.
    #[serde(default)]
    #[schema(value_type = Instant)]
    valid_from: Field<String>,
    /// Its end; it has none if left out.
    #[serde(default)]
    #[schema(value_type = Instant)]
    valid_until: Field<String>,
}

impl Shape for OfferRequest {
    const IS_OBJECT: bool = true;
}

/// What is wrong with a body.
#[derive(Debug, thiserror::Error)]
#[error("the body cannot be carried out")]
pub(super) struct Invalid(Vec<Violation>);

/// Reads the body of an offer, for the delegation of that id by that institution.
pub(super) fn offer(
    body: Value,
    (id, ec): (String, FiscalCode),
    access: &Access,
) -> Result<Delegation, Invalid> {
    let mut report = Report::default();
    let root = Pointer::root();
    let field = Field::<OfferRequest>::deserialize(body).unwrap_or(Field::WrongType);
    let request = report.required(field, &root).unwrap_or_default();
    let broker = broker(request.broker, &access.registry, &mut report);
    let at = root.field("products");
    let products = report.required(request.products, &at).map(|given| products(given, &at, &mut report));
    let at = root.field("segregationCodes");
    let codes = report.optional(request.segregation_codes, &at);
    let codes = codes.map(|given| Segregation::Only(code_list(given, &at, &mut report)));
    let at = root.field("domains");
    let parts = report.optional(request.domains, &at).map(|given| domains(given, &at, &mut report));
    let from = moment(request.valid_from, &root.field("validFrom"), &mut report).unwrap_or(access.now);
    let at = root.field("validUntil");
    let until = moment(request.valid_until, &at, &mut report);
    if until.is_some_and(|until| until <= access.now.max(from)) {
        report.add(&at, "past", "must be still to come, and behind validFrom");
    }
    match (broker, products, report.is_clean()) {
        (Some(broker), Some(products), true) => {
            let codes = codes.unwrap_or(Segregation::Every);
            Ok(Delegation { id, ec, broker, products, codes, domains: parts, from, until })
        }
        _ => Err(Invalid(report.into_violations())),
    }
}

fn broker(field: Field<String>, registry: &Registry, report: &mut Report) -> Option<BrokerCode> {
    let at = Pointer::root().field("broker");
    let text = report.required(field, &at)?;
    let known = BrokerCode::new(&text).ok().filter(|broker| registry.broker(broker).is_some());
    if known.is_none() {
        report.add(&at, "unknown_broker", "is not registered here");
    }
    known
}

fn products(given: Vec<Field<String>>, at: &Pointer, report: &mut Report) -> BTreeSet<Product> {
    if given.is_empty() {
        report.add(at, "blank", "must name a product");
    }
    let mut products = BTreeSet::new();
    for (index, word) in given.into_iter().enumerate() {
        let at = at.item(index);
        let Some(word) = report.required(word, &at) else { continue };
        match Product::named(&word) {
            Some(product) => drop(products.insert(product)),
            None => report.add(&at, "unknown_product", "must be one that the documentation names"),
        }
    }
    products
}

fn domains(given: Vec<Field<String>>, at: &Pointer, report: &mut Report) -> BTreeSet<TaxonomyDomain> {
    if given.is_empty() {
        report.add(at, "blank", "must name a part of the taxonomy, or be left out");
    }
    let mut domains = BTreeSet::new();
    for (index, text) in given.into_iter().enumerate() {
        let at = at.item(index);
        let Some(text) = report.required(text, &at) else { continue };
        match TaxonomyDomain::new(&text) {
            Ok(domain) => drop(domains.insert(domain)),
            Err(error) => report.add(&at, "domain_form", error),
        }
    }
    domains
}

impl Invalid {
    /// One that shows what it looks like.
    pub(super) fn example() -> Self {
        let (pointer, message) = ("/broker".to_owned(), "is required".to_owned());
        Invalid(vec![Violation { pointer, code: "required", message }])
    }
}

impl From<Invalid> for Problem {
    fn from(Invalid(violations): Invalid) -> Self {
        Problem::new(
            StatusCode::BAD_REQUEST,
            "Bad Request",
            "invalid_delegation",
            "The request cannot be carried out, for the reasons that violations gives.",
        )
        .with_violations(violations)
    }
}
