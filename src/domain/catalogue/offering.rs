//! That a creditor institution provides a service: into which account, from when to when, on which terms.

use jiff::Timestamp;
use jiff::civil::Date;

use super::ids::{ServiceId, SubjectId};
use super::language::Localized;
use super::price::PriceRule;
use super::service::Service;
use super::stage::{Stage, State};
use super::template::Template;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::iban::Iban;
use crate::domain::notice_number::TwoDigits;
use crate::domain::position::MapEntry;
use crate::domain::rome;
use crate::domain::text::Text;

/// An offering (`idSoggettoServizio`): named by institution and service.
#[derive(Clone, Debug, PartialEq)]
pub struct Offering {
    /// Who provides it.
    pub ec: FiscalCode,
    /// What is provided.
    pub service: ServiceId,
    /// How the node knows it; without one it cannot be asked for through the node.
    pub subject: Option<SubjectId>,
    /// The institution's own name for the service.
    pub name: Option<Localized<70>>,
    /// Which office provides it, as the payer reads it.
    pub office: Option<Text<140>>,
    /// Where the money goes.
    pub iban: Iban,
    /// The postal account that may replace it at the post office.
    pub postal_iban: Option<Iban>,
    /// Its first day, in Italy.
    pub from: Date,
    /// Its last day; none if it is open.
    pub until: Option<Date>,
    /// Whether the payer may be charged for the payment.
    pub commission: Commission,
    /// Under which code its notices are issued; without one, under the code that the institution's notices have.
    pub segregation: Option<TwoDigits>,
    /// What it costs here, instead of what the service says.
    pub price: Option<PriceRule>,
    /// What the bank statement says, instead of what the service says.
    pub remittance: Option<Template>,
    /// The institution's own references, which come back with the receipt; at most [`Offering::REFERENCES_MAX`].
    pub accounting: Vec<MapEntry>,
    /// Where it is provided, as people search for it; at most [`Offering::PLACES_MAX`].
    pub places: Vec<Text<70>>,
    /// For how many days a notice can be paid, 1 to 365.
    pub payable_days: u16,
    /// How far its publication has come.
    pub stage: Stage,
}

/// Whether the payment service provider may charge the payer (`commissione`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Commission {
    /// Nobody said.
    #[default]
    Unsaid,
    /// It may.
    Charged,
    /// It may not.
    Free,
}

/// Why a service cannot be asked for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Closed {
    /// It is not published.
    #[error("the service is not published")]
    Draft,
    /// Its first day is to come.
    #[error("the service is not provided yet")]
    NotYet,
    /// It is held back for now.
    #[error("the service is suspended")]
    Suspended,
    /// It is over.
    #[error("the service is not provided any more")]
    Ended,
}

impl Offering {
    /// The most references that a notice carries beside our own.
    pub const REFERENCES_MAX: usize = 4;

    /// The most places that it can name.
    pub const PLACES_MAX: usize = 20;

    /// How many days a notice can be paid.
    pub const PAYABLE_DAYS: std::ops::RangeInclusive<u16> = 1..=365;

    /// How things stand: what was done with it, and whether its days have come or passed.
    pub fn state(&self, now: Timestamp) -> State {
        let today = rome::day(now);
        match self.stage.state(now) {
            State::Published | State::Suspended if self.until.is_some_and(|until| until < today) => {
                State::Ended
            }
            state => state,
        }
    }

    /// Whether it can be asked for now.
    pub fn is_open(&self, service: &Service, now: Timestamp) -> bool {
        self.check_open(service, now).is_ok()
    }

    /// Says why it cannot be asked for now, if it cannot. What is not public is told before all else.
    pub fn check_open(&self, service: &Service, now: Timestamp) -> Result<(), Closed> {
        let both = [self.state(now), service.stage.state(now)];
        if both.contains(&State::Draft) {
            Err(Closed::Draft)
        } else if both.contains(&State::Ended) {
            Err(Closed::Ended)
        } else if both.contains(&State::Suspended) {
            Err(Closed::Suspended)
        } else if self.from > rome::day(now) {
            Err(Closed::NotYet)
        } else {
            Ok(())
        }
    }

    /// The price rule that holds.
    pub fn price<'a>(&'a self, service: &'a Service) -> &'a PriceRule {
        self.price.as_ref().unwrap_or(&service.price)
    }

    /// What the bank statement says.
    pub fn remittance<'a>(&'a self, service: &'a Service) -> &'a Template {
        self.remittance.as_ref().unwrap_or(&service.remittance)
    }

    /// The name that payers read.
    pub fn name<'a>(&'a self, service: &'a Service) -> &'a Localized<70> {
        self.name.as_ref().unwrap_or(&service.name)
    }
}
