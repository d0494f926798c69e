//! Definitions held against everything that they name: what stands against them is told before anything is
//! proposed. What makes a demand impossible is refused, and nothing else.

use jiff::civil::Date;

use super::refusal::Invalid;
use crate::api::problem::Violation;
use crate::catalogue::definition::OfferingDefinition;
use crate::catalogue::payload::{PayloadReader, Unreadable};
use crate::catalogue::render;
use crate::catalogue::view::{Catalogue, Listed, Offered};
use crate::domain::access::Tenant;
use crate::domain::catalogue::offering::Offering;
use crate::domain::catalogue::service::{Intake, Service};
use crate::domain::iban::Iban;
use crate::domain::notice_number::AuxDigit;
use crate::domain::party::StationLink;
use crate::domain::segregation::Segregation;
use crate::domain::taxonomy::TaxonomyCode;
use crate::registry::Registry;

/// What definitions are held against.
#[derive(Clone, Copy)]
pub(in crate::api) struct World<'a> {
    /// What there is in the catalogue.
    pub catalogue: &'a Catalogue,
    /// Who there is.
    pub registry: &'a Registry,
    /// The day in Italy.
    pub today: Date,
}

/// What stands against something, by the names of our own definitions.
#[derive(Debug, Default)]
struct Against(Vec<Violation>);

impl Against {
    fn add(&mut self, pointer: &str, code: &'static str, message: &str) {
        self.0.push(Violation { pointer: pointer.to_owned(), code, message: message.to_owned() });
    }

    fn end(self) -> Result<(), Invalid> {
        if self.0.is_empty() { Ok(()) } else { Err(Invalid(self.0)) }
    }
}

impl World<'_> {
    /// That a service can be asked for, as far as it is its own doing.
    pub(in crate::api) fn admits(&self, service: &Service) -> Result<(), Invalid> {
        let mut against = Against::default();
        if self.catalogue.category(&service.category).is_none() {
            against.add("/category", "unknown_category", "is no category of the catalogue");
        }
        if let Tenant::Institution(ec) = &service.owner
            && self.registry.institution(ec).is_none()
        {
            against.add("/owner", "not_registered", "is no creditor institution that is registered here");
        }
        if let Ok(code) = TaxonomyCode::of_category(service.taxonomy.as_str())
            && let Err(why) = self.registry.taxonomy().check(code, self.today)
        {
            against.add("/taxonomy", "taxonomy", &why.to_string());
        }
        match &service.intake {
            Intake::Own => {
                if PayloadReader::of_form(&render::xsd(service), &service.form).is_err() {
                    let why = "is too long, or its patterns are too rich, for a schema of documents";
                    against.add("/form", "schema", why);
                }
            }
            Intake::Bound(binding) => match self.catalogue.schema(&binding.schema) {
                None => against.add("/binding/schema", "unknown_schema", "is no schema of the catalogue"),
                Some(schema) => {
                    let wrong = PayloadReader::compile(&schema.xsd, &binding.paths).err().unwrap_or_default();
                    for one in wrong {
                        unreadable(&one, binding.paths.iter().map(|(path, _)| path.as_str()), &mut against);
                    }
                }
            },
        }
        self.offerings(service, &mut against);
        against.end()
    }

    /// That what institutions say of a service can be read with its form. An offering that cannot would be gone
    /// for payers and for its institution, which might never hear of it.
    fn offerings(&self, service: &Service, against: &mut Against) {
        let offered = self.catalogue.offerings().filter(|offered| offered.offering.service == service.id);
        let read = |offered: &Offered| OfferingDefinition::of(&offered.offering).read(&service.form);
        if offered.into_iter().any(|offered| read(offered).is_err()) {
            let why = "lacks fields, or values of them, that prices or remittances of offerings speak of";
            against.add("/form", "breaks_offerings", why);
        }
    }

    /// That an offering can be asked for, as far as it is its own doing.
    pub(in crate::api) fn admits_offering(
        &self,
        offering: &Offering,
        listed: &Listed,
    ) -> Result<(), Invalid> {
        let mut against = Against::default();
        let owner = &listed.service.owner;
        if *owner != Tenant::Gateway && *owner != Tenant::Institution(offering.ec.clone()) {
            against.add("/service", "service_of_another", "is another creditor institution's own");
        }
        if offering.subject.is_some() && listed.service.id.code().is_none() {
            let why = "needs a service whose name has five characters, as the node's have";
            against.add("/subject", "service_without_code", why);
        }
        self.account(offering, ("/iban", &offering.iban), &mut against);
        if let Some(postal) = &offering.postal_iban {
            self.account(offering, ("/postalIban", postal), &mut against);
            if !postal.is_postal() {
                against.add("/postalIban", "not_postal", "must be an account at the post office");
            }
        }
        self.code(offering, &mut against);
        against.end()
    }

    /// That money may come to an account of the institution now.
    fn account(&self, offering: &Offering, (pointer, iban): (&str, &Iban), against: &mut Against) {
        if !self.registry.owns_iban(&offering.ec, iban, self.today) {
            let why = "must be an account of the creditor institution that can be paid to today";
            against.add(pointer, "iban_not_owned", why);
        }
    }

    /// That a station serves the notices that are issued.
    fn code(&self, offering: &Offering, against: &mut Against) {
        // An application code is no segregation code.
        let of_code =
            |link: &StationLink| link.aux_digit == AuxDigit::Three && link.code == offering.segregation;
        match offering.segregation {
            Some(_) if !self.registry.links(&offering.ec).iter().any(of_code) => {
                let why = "no station serves notices of the creditor institution with this code";
                against.add("/segregationCode", "no_station", why);
            }
            None if self.registry.issuing_link(&offering.ec, &Segregation::Every).is_none() => {
                let why = "no station serves notices of the creditor institution that can be issued here";
                against.add("/segregationCode", "no_station", why);
            }
            _ => {}
        }
    }
}

/// What is wrong with a binding, at the path that it is about.
fn unreadable<'p>(wrong: &Unreadable, mut paths: impl Iterator<Item = &'p str>, against: &mut Against) {
    match wrong {
        Unreadable::Schema(_) => against.add("/binding/schema", "schema", "is a schema that cannot be used"),
        Unreadable::Path { path, reason } => {
            let index = paths.position(|one| one == path).unwrap_or(0);
            against.add(&format!("/binding/paths/{index}/path"), "path", reason);
        }
    }
}
