//! What a service costs: the rule that turns the answers of a form into an amount.

mod formula;
mod table;

pub use formula::{FormulaText, FormulaTextError};
pub use table::{PriceTable, TableError};

use super::form::FieldName;
use crate::domain::amount::Cents;
use crate::domain::subscription::{WebhookUrl, WebhookUrlError};

/// How the amount of a service comes about.
#[derive(Clone, Debug, PartialEq)]
pub enum PriceRule {
    /// The same for everybody.
    Fixed(Cents),
    /// What the payer wants to give, within limits.
    Free(FreeAmount),
    /// By the values of fields.
    Table(PriceTable),
    /// By an expression over fields.
    Formula(FormulaText),
    /// What a program of the creditor institution says when it is asked.
    Calculator(CalculatorUrl),
}

/// An amount that the payer chooses, within limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FreeAmount {
    field: FieldName,
    min: Cents,
    max: Cents,
}

/// Why limits are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FreeAmountError {
    /// Nothing cannot be paid.
    #[error("the least amount must be above zero")]
    Nothing,
    /// The least is more than the most.
    #[error("the least amount must not exceed the most")]
    Limits,
}

impl FreeAmount {
    /// Lets the payer say the amount in that field: euro with at most two decimals.
    pub fn new(field: FieldName, min: Cents, max: Cents) -> Result<Self, FreeAmountError> {
        if min == Cents::ZERO {
            Err(FreeAmountError::Nothing)
        } else if min > max {
            Err(FreeAmountError::Limits)
        } else {
            Ok(FreeAmount { field, min, max })
        }
    }

    /// The field that holds it.
    pub fn field(&self) -> &FieldName {
        &self.field
    }

    /// The least.
    pub fn min(&self) -> Cents {
        self.min
    }

    /// The most.
    pub fn max(&self) -> Cents {
        self.max
    }
}

/// Where the program is asked that prices a service. Whether its target may be reached is asked each time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalculatorUrl(WebhookUrl);

impl CalculatorUrl {
    /// Reads a URL, by the rules of all addresses that somebody names to us.
    pub fn new(text: &str) -> Result<Self, WebhookUrlError> {
        WebhookUrl::new(text).map(CalculatorUrl)
    }

    /// The characters.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}
