//! Delegations as JSON.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::api::openapi::form::{Instant, form, text, words};
use crate::domain::access::{Mandate, MandateStatus, Product};

/// The id of a delegation, for the document.
pub(super) const ID: &str = "1d1f6a0c27d3e4f5a9b8c0d1e2f3a4b5";

/// What is delegated.
pub(super) enum ProductWord {}
form!(
    ProductWord,
    "DelegatedProduct",
    words(
        Product::ALL.map(Product::name),
        "stations: stations and what they serve; positions: debt positions; catalogue: services paid without a notice; receipts: receipts.",
    )
);

/// Where a delegation stands.
pub(super) enum StatusWord {}
form!(
    StatusWord,
    "DelegationStatus",
    words(
        MandateStatus::ALL.map(MandateStatus::name),
        "offered: the broker has not answered; refused: it does not want it; not_yet_begun: accepted, its time is to come; in_force: it holds; ended: its time is over; revoked: one of the two took it back.",
    )
);

/// A segregation code.
pub(super) enum CodeText {}
form!(CodeText, "DelegatedCode", text("^[0-9]{2}$", "A segregation code of two digits.", "02"));

/// A part of the taxonomy.
pub(super) enum DomainText {}
form!(
    DomainText,
    "TaxonomyDomain",
    text("^[0-9]{4}$", "Type of creditor and macro area: the first four digits of a category.", "0101")
);

/// A delegation.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Delegation)]
pub(super) struct DelegationModel<'a> {
    /// Its id.
    #[schema(value_type = String)]
    id: &'a str,
    /// Who delegates.
    #[schema(value_type = crate::domain::fiscal_code::FiscalCode)]
    organization: &'a str,
    /// To whom.
    #[schema(value_type = String)]
    broker: &'a str,
    /// What.
    #[schema(value_type = Vec<ProductWord>)]
    products: Vec<&'static str>,
    /// Only for notices of these codes; for all if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<CodeText>)]
    segregation_codes: Option<Vec<String>>,
    /// Only for services of these parts of the taxonomy; for all if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<DomainText>)]
    domains: Option<Vec<String>>,
    /// Its first instant.
    #[schema(value_type = Instant)]
    valid_from: Timestamp,
    /// Its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant)]
    valid_until: Option<Timestamp>,
    /// Where it stands.
    #[schema(value_type = StatusWord)]
    status: &'static str,
    /// When it was offered.
    #[schema(value_type = Instant)]
    offered_at: Timestamp,
    /// By whom.
    #[schema(value_type = String)]
    offered_by: &'a str,
    /// When the broker accepted it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant)]
    accepted_at: Option<Timestamp>,
    /// Who, for the broker.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    accepted_by: Option<&'a str>,
    /// When the broker refused it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant)]
    refused_at: Option<Timestamp>,
    /// Who, for the broker.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    refused_by: Option<&'a str>,
    /// When it was revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant)]
    revoked_at: Option<Timestamp>,
    /// Who, for either.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    revoked_by: Option<&'a str>,
}

impl<'a> DelegationModel<'a> {
    pub(super) fn new(mandate: &'a Mandate, now: Timestamp) -> Self {
        let terms = &mandate.terms;
        let [accepted, refused, revoked] =
            [&mandate.accepted, &mandate.refused, &mandate.revoked].map(Option::as_ref);
        DelegationModel {
            id: &terms.id,
            organization: terms.ec.as_str(),
            broker: terms.broker.as_str(),
            products: terms.products.iter().map(|product| product.name()).collect(),
            segregation_codes: terms
                .codes
                .codes()
                .map(|codes| codes.iter().map(ToString::to_string).collect()),
            domains: terms.domains.as_ref().map(|parts| parts.iter().map(ToString::to_string).collect()),
            valid_from: terms.from,
            valid_until: terms.until,
            status: mandate.status(now).name(),
            offered_at: mandate.offered.at,
            offered_by: &mandate.offered.by,
            accepted_at: accepted.map(|deed| deed.at),
            accepted_by: accepted.map(|deed| deed.by.as_str()),
            refused_at: refused.map(|deed| deed.at),
            refused_by: refused.map(|deed| deed.by.as_str()),
            revoked_at: revoked.map(|deed| deed.at),
            revoked_by: revoked.map(|deed| deed.by.as_str()),
        }
    }
}

/// Some delegations.
#[derive(Serialize, ToSchema)]
#[schema(as = Delegations)]
pub(super) struct DelegationsModel<'a> {
    /// In the order in which they were offered.
    #[schema(value_type = Vec<DelegationModel<'static>>)]
    pub delegations: Vec<DelegationModel<'a>>,
}

/// A delegation, for the document.
pub(super) fn example() -> Value {
    json!({
        "id": ID, "organization": "99000010019", "broker": "99000040017",
        "products": ["positions", "receipts"], "segregationCodes": ["02"],
        "validFrom": "2026-12-01T00:00:00Z", "status": "offered", "offeredAt": "2026-11-22T10:20:00Z",
        "offeredBy": "person:4a5b",
    })
}
