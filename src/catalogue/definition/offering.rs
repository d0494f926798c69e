//! That a creditor institution provides a service, as JSON.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::findings::{Findings, Wrong};
use super::price::PriceDefinition;
use super::stage::StageDefinition;
use super::template;
use super::text::LocalizedText;
use crate::domain::catalogue::form::Form;
use crate::domain::catalogue::ids::{ServiceId, SubjectId};
use crate::domain::catalogue::offering::{Commission, Offering};
use crate::domain::catalogue::order::{SERVICE_KEY, SUBJECT_KEY};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::iban::Iban;
use crate::domain::notice_number::TwoDigits;
use crate::domain::position::{MapEntry, NOTIFICATION_FEE};
use crate::domain::text::Text;

/// That a creditor institution provides a service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = SpontaneousOffering)]
pub struct OfferingDefinition {
    /// The creditor institution: its fiscal code.
    #[schema(examples("77777777777"))]
    pub organization: String,
    /// The service.
    #[schema(examples("00001"))]
    pub service: String,
    /// How the node knows it (`idSoggettoServizio`): five letters or digits, unique here. Without one it cannot be
    /// asked for through the node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, examples("00001"))]
    pub subject: Option<String>,
    /// The institution's own name for the service, at most 70 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub name: Option<LocalizedText>,
    /// Which office provides it, at most 140 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub office: Option<String>,
    /// Where the money goes.
    #[schema(examples("IT60X0542811101000000123456"))]
    pub iban: String,
    /// The postal account that may replace it at the post office.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub postal_iban: Option<String>,
    /// Its first day.
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// Its last day; without one it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = Date, required = false, nullable = false)]
    pub until: Option<Date>,
    /// Whether the payer may be charged for the payment.
    #[serde(default)]
    pub commission: CommissionWord,
    /// Under which segregation code its notices are issued; without one, under the code that generated notices of
    /// the institution have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, examples("02"))]
    pub segregation_code: Option<String>,
    /// What it costs here, instead of what the service says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub price: Option<PriceDefinition>,
    /// What the bank statement says, instead of what the service says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub remittance: Option<String>,
    /// The institution's own references, which come back with the receipt.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 4)]
    pub accounting: Vec<ReferenceDefinition>,
    /// Where it is provided, as people search for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20)]
    pub places: Vec<String>,
    /// For how many days a notice can be paid.
    #[serde(default = "payable_days")]
    #[schema(minimum = 1, maximum = 365)]
    pub payable_days: u16,
    /// How far its publication has come.
    #[serde(default)]
    pub stage: StageDefinition,
}

/// Whether the payment service provider may charge the payer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = Commission)]
pub enum CommissionWord {
    /// Nobody said.
    #[default]
    Unsaid,
    /// It may.
    Charged,
    /// It may not.
    Free,
}

/// A reference of the creditor institution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AccountingReference)]
pub struct ReferenceDefinition {
    /// What it is, at most 140 characters.
    #[schema(examples("capitolo"))]
    pub key: String,
    /// Which, at most 140 characters.
    pub value: String,
}

/// What we write into the metadata of a notice on demand.
const OURS: [&str; 3] = [SERVICE_KEY, SUBJECT_KEY, NOTIFICATION_FEE];

const fn payable_days() -> u16 {
    30
}

impl OfferingDefinition {
    /// As JSON.
    pub fn of(offering: &Offering) -> Self {
        let accounting = offering.accounting.iter();
        let reference = |entry: &MapEntry| ReferenceDefinition {
            key: entry.key.to_string(),
            value: entry.value.to_string(),
        };
        OfferingDefinition {
            organization: offering.ec.to_string(),
            service: offering.service.to_string(),
            subject: offering.subject.as_ref().map(ToString::to_string),
            name: offering.name.as_ref().map(LocalizedText::of),
            office: offering.office.as_ref().map(ToString::to_string),
            iban: offering.iban.as_str().to_owned(),
            postal_iban: offering.postal_iban.as_ref().map(|iban| iban.as_str().to_owned()),
            from: offering.from,
            until: offering.until,
            commission: offering.commission.into(),
            segregation_code: offering.segregation.map(|code| code.to_string()),
            price: offering.price.as_ref().map(PriceDefinition::of),
            remittance: offering.remittance.as_ref().map(ToString::to_string),
            accounting: accounting.map(reference).collect(),
            places: offering.places.iter().map(ToString::to_string).collect(),
            payable_days: offering.payable_days,
            stage: offering.stage.into(),
        }
    }

    /// Reads it against the form of its service. Whether institution, accounts and code are known is for who knows
    /// them.
    pub fn read(&self, form: &Form) -> Result<Offering, Vec<Wrong>> {
        let mut findings = Findings::default();
        let offering = self.parts(form, &mut findings);
        findings.finish(offering)
    }

    fn parts(&self, form: &Form, findings: &mut Findings) -> Option<Offering> {
        let ec = findings.read("/organization", FiscalCode::new(&self.organization));
        let service = findings.read("/service", ServiceId::new(&self.service));
        let subject = findings.read_optional("/subject", self.subject.as_deref().map(SubjectId::new));
        let name = self.name.as_ref().and_then(|name| name.read("/name", findings));
        let office = findings.read_optional("/office", self.office.as_deref().map(Text::new));
        let iban = findings.read("/iban", Iban::new(&self.iban));
        let postal_iban = findings.read_optional("/postalIban", self.postal_iban.as_deref().map(Iban::new));
        // Documents can say no other, and until is never before.
        if self.from.year() < 1 {
            findings.add("/from", "out_of_range", "must be of the years 1 to 9999");
        }
        if self.until.is_some_and(|until| until < self.from) {
            findings.add("/until", "before_from", "must not be before the first day");
        }
        let code = self.segregation_code.as_deref().map(TwoDigits::new);
        let segregation = findings.read_optional("/segregationCode", code);
        let price = self.price.as_ref().and_then(|price| price.read("/price", form, findings));
        let remittance = self.remittance.as_deref();
        let remittance = remittance.and_then(|text| template::read(text, ("/remittance", form), findings));
        let accounting = self.references(findings);
        let places = self.places_read(findings);
        if !Offering::PAYABLE_DAYS.contains(&self.payable_days) {
            findings.add("/payableDays", "out_of_range", "must be 1 to 365");
        }
        Some(Offering {
            ec: ec?,
            service: service?,
            subject,
            name,
            office,
            iban: iban?,
            postal_iban,
            from: self.from,
            until: self.until,
            commission: self.commission.into(),
            segregation,
            price,
            remittance,
            accounting,
            places,
            payable_days: self.payable_days,
            stage: self.stage.into(),
        })
    }

    fn references(&self, findings: &mut Findings) -> Vec<MapEntry> {
        limited("/accounting", (self.accounting.len(), Offering::REFERENCES_MAX), findings);
        let entries = self.accounting.iter().enumerate();
        let mut seen = BTreeSet::new();
        let entry = |(index, reference): (usize, &ReferenceDefinition)| {
            let at = format!("/accounting/{index}/key");
            let key = findings.read(at.clone(), Text::new(&reference.key));
            // As in the metadata of a notice that its creditor writes.
            if key.as_ref().is_some_and(|key| OURS.contains(&key.as_str())) {
                findings.add(at, "reserved", "is reserved: the gateway writes it itself");
            } else if key.as_ref().is_some_and(|key| !seen.insert(key.as_str().to_owned())) {
                findings.add(at, "taken", "is there twice");
            }
            let value = findings.read(format!("/accounting/{index}/value"), Text::new(&reference.value));
            key.zip(value).map(|(key, value)| MapEntry { key, value })
        };
        entries.filter_map(entry).collect()
    }

    fn places_read(&self, findings: &mut Findings) -> Vec<Text<70>> {
        limited("/places", (self.places.len(), Offering::PLACES_MAX), findings);
        let places = self.places.iter().enumerate();
        places
            .filter_map(|(index, place)| findings.read(format!("/places/{index}"), Text::new(place)))
            .collect()
    }
}

fn limited(pointer: &str, (count, most): (usize, usize), findings: &mut Findings) {
    if count > most {
        findings.add(pointer, "too_many", format!("must not be more than {most}"));
    }
}

impl From<Commission> for CommissionWord {
    fn from(commission: Commission) -> Self {
        match commission {
            Commission::Unsaid => CommissionWord::Unsaid,
            Commission::Charged => CommissionWord::Charged,
            Commission::Free => CommissionWord::Free,
        }
    }
}

impl From<CommissionWord> for Commission {
    fn from(word: CommissionWord) -> Self {
        match word {
            CommissionWord::Unsaid => Commission::Unsaid,
            CommissionWord::Charged => Commission::Charged,
            CommissionWord::Free => Commission::Free,
        }
    }
}
