//! What a service costs: price rules at work.
//!
//! Most rules need nothing but the answers of the payer. A calculator of the creditor institution is asked by
//! HTTP, within a deadline, and what it says is judged as strictly as a position that the institution writes.

mod answer;
mod calculator;
pub mod formula;
mod tally;

use std::fmt;

use jiff::Timestamp;

use crate::domain::amount::{AmountError, Cents};
use crate::domain::catalogue::charge::{Charge, Share, Terms};
use crate::domain::catalogue::form::{Answers, FieldName};
use crate::domain::catalogue::offering::Offering;
use crate::domain::catalogue::price::PriceRule;
use crate::domain::catalogue::service::Service;
use crate::domain::position::Destination;
use crate::domain::rome;
use crate::domain::text::Text;
use crate::guard::Denied;
use crate::registry::{Registry, RegistryView};

use super::definition::Wrong;

pub use calculator::{CalculatorSecrets, CalculatorSettings, Calculators};
pub use tally::{CalculatorCounts, Tally};

use formula::FormulaError;

/// Says what a service costs.
#[derive(Clone, Debug)]
pub struct Pricer {
    /// Whose accounts are usable.
    pub registry: RegistryView,
    /// What asks the programs of creditor institutions.
    pub calculators: Calculators,
}

/// Why there is no price.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PriceError {
    /// What the payer filled in has none.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The calculator of the institution did not say.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
    /// What the institution's calculator said, or the offering says, cannot be charged.
    #[error("the price of the creditor institution cannot be charged: {}", Told(.0))]
    Wrong(Vec<Wrong>),
}

/// Why what the payer filled in has no price. The texts are for the payer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The table has no row for it.
    #[error("there is no price for what was filled in")]
    NoPrice,
    /// The amount that the payer chose.
    #[error("the amount must lie between {min} and {max} euro")]
    Limits {
        /// Where it was filled in.
        field: FieldName,
        /// The least.
        min: Cents,
        /// The most.
        max: Cents,
    },
    /// The formula has no result.
    #[error("there is no price for what was filled in: the formula {0}")]
    Formula(#[from] FormulaError),
    /// The institution's calculator said so, in its own words.
    #[error("{0}")]
    Calculator(Text<140>),
}

/// Why the calculator of an institution did not say what something costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unavailable {
    /// It took too long.
    #[error("the calculator of the creditor institution did not answer in time")]
    Slow,
    /// It could not be reached, or broke off.
    #[error("the calculator of the creditor institution cannot be reached")]
    Down,
    /// It answered with another status than 200 or 201.
    #[error("the calculator of the creditor institution answered with status {0}")]
    Status(u16),
    /// It failed lately and is left alone for a while.
    #[error("the calculator of the creditor institution failed lately and is not asked for now")]
    Open,
    /// It has as many requests as it may have at once.
    #[error("the calculator of the creditor institution has too many requests at once")]
    Busy,
    /// There is no key to sign requests with.
    #[error("requests to calculators cannot be signed: the setting vault.master_key is missing")]
    NoKey,
    /// The database did not say which secret signs.
    #[error("the database did not answer")]
    Store,
}

impl From<Denied> for Unavailable {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Open => Unavailable::Open,
            Denied::Busy => Unavailable::Busy,
        }
    }
}

/// Several things that are wrong, as one text.
struct Told<'w>(&'w [Wrong]);

impl fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().enumerate().try_for_each(|(index, wrong)| {
            let comma = if index == 0 { "" } else { "; " };
            write!(f, "{comma}{} {}", wrong.pointer, wrong.message)
        })
    }
}

impl Pricer {
    /// What an offering costs for whoever gave those answers.
    pub async fn charge(
        &self,
        (service, offering): (&Service, &Offering),
        answers: &Answers,
        now: Timestamp,
    ) -> Result<Charge, PriceError> {
        let registry = self.registry.current();
        let amount = match offering.price(service) {
            PriceRule::Fixed(amount) => *amount,
            PriceRule::Free(free) => {
                let refusal =
                    || Refusal::Limits { field: free.field().clone(), min: free.min(), max: free.max() };
                free.price(answers).ok_or_else(refusal)?
            }
            PriceRule::Table(table) => table.price(answers).ok_or(Refusal::NoPrice)?,
            PriceRule::Formula(formula) => formula::price(formula, answers).map_err(Refusal::Formula)?,
            PriceRule::Calculator(url) => {
                return self.calculators.charge((url, offering), answers, (&registry, now)).await;
            }
        };
        whole(amount, offering, (&registry, now)).map_err(PriceError::Wrong)
    }
}

/// All of an amount for the institution itself.
fn whole(
    amount: Cents,
    offering: &Offering,
    (registry, now): (&Registry, Timestamp),
) -> Result<Charge, Vec<Wrong>> {
    let share = Share {
        beneficiary: offering.ec.clone(),
        company_name: None,
        destination: own_account(offering, (registry, now)).map_err(|wrong| vec![wrong])?,
        amount,
        remittance: None,
        category: None,
    };
    Charge::new(&offering.ec, amount, vec![share], Terms::default())
        .map_err(|error| vec![wrong("/price", "charge", &error.to_string())])
}

/// The account of the offering, if money may still go there.
fn own_account(offering: &Offering, (registry, now): (&Registry, Timestamp)) -> Result<Destination, Wrong> {
    let today = rome::day(now);
    let (iban, postal) = (&offering.iban, &offering.postal_iban);
    for (pointer, account) in [("/iban", Some(iban)), ("/postalIban", postal.as_ref())] {
        if account.is_some_and(|account| !registry.may_pay(&offering.ec, account, today)) {
            return Err(wrong(pointer, "iban_not_in_census", answer::NOT_IN_CENSUS));
        }
    }
    Ok(Destination::Account { iban: iban.clone(), postal: postal.clone() })
}

fn wrong(pointer: &str, code: &'static str, message: &str) -> Wrong {
    Wrong { pointer: pointer.to_owned(), code, message: message.to_owned() }
}

/// The word for what is wrong with an amount.
const fn amount_code(error: AmountError) -> &'static str {
    match error {
        AmountError::Negative => "negative",
        AmountError::TooLarge => "too_large",
        AmountError::Form => "form",
    }
}
