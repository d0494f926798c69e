//! Who owes.

use super::super::model::DebtorRequest;
use super::is_two_capitals;
use super::report::{Pointer, Report};
use crate::domain::fiscal_code::{PersonId, PersonKind};
use crate::domain::position::{Address, Debtor};

/// Reads who owes.
pub fn debtor(request: DebtorRequest, at: &Pointer, report: &mut Report) -> Option<Debtor> {
    let at = |name: &str| at.field(name);
    let kind = report.required(request.person_kind, &at("type")).and_then(|text| {
        let kind = PersonKind::from_code(&text);
        if kind.is_none() {
            report.add(&at("type"), "person_kind", "must be F (natural person) or G (legal person)");
        }
        kind
    });
    let code = report.required(request.fiscal_code, &at("fiscalCode"));
    let id =
        kind.zip(code).and_then(|(kind, code)| report.read(&at("fiscalCode"), PersonId::new(kind, &code)));
    let full_name = report.text(request.full_name, &at("fullName"));
    let country = report.optional_text::<2>(request.country, &at("country"));
    if country.as_ref().is_some_and(|country| !is_two_capitals(country.as_str())) {
        report.add(&at("country"), "country_form", "must be two capital letters");
    }
    let email = report.optional_text::<256>(request.email, &at("email"));
    if email.as_ref().is_some_and(|email| !is_email(email.as_str())) {
        report.add(&at("email"), "email_form", "must be an e-mail address");
    }
    let address = Address {
        street: report.optional_text(request.street_name, &at("streetName")),
        civic_number: report.optional_text(request.civic_number, &at("civicNumber")),
        postal_code: report.optional_text(request.postal_code, &at("postalCode")),
        city: report.optional_text(request.city, &at("city")),
        province: report.optional_text(request.province, &at("province")),
        region: report.optional_text(request.region, &at("region")),
        country,
        email,
        phone: report.optional_text(request.phone, &at("phone")),
    };
    Some(Debtor { id: id?, full_name: full_name?, address })
}

/// Nothing more than a local part, an at sign and a domain: only a delivered message proves an address.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let solid = |part: &str| !part.is_empty() && !part.contains(char::is_whitespace);
    solid(local) && solid(domain) && !domain.starts_with('.') && !domain.ends_with('.')
}
