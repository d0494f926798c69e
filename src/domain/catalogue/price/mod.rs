//! What a service costs: the rule that turns the answers of a form into an amount.

mod formula;
mod secret;
mod table;

pub use formula::{FormulaText, FormulaTextError};
pub use secret::SecretNumber;
pub use table::{PriceTable, TableError, TableFormError};

use super::form::{Answers, FieldKind, FieldName, Form, Value};
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

/// Why a free amount does not fit a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FreeAmountFormError {
    /// No such field.
    #[error("must be a field of the form")]
    Unknown,
    /// The payer may leave it out.
    #[error("must be a field that cannot be left out")]
    Optional,
    /// Another kind of field.
    #[error("must be a decimal field with two decimals")]
    Kind,
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

    /// Holds the rule against its form: the amount must be one that cannot be left out and has two decimals.
    pub fn check(&self, form: &Form) -> Result<(), FreeAmountFormError> {
        let field = form.field(&self.field).ok_or(FreeAmountFormError::Unknown)?;
        match field.kind {
            _ if !field.is_required() => Err(FreeAmountFormError::Optional),
            FieldKind::Decimal { scale: 2, .. } => Ok(()),
            _ => Err(FreeAmountFormError::Kind),
        }
    }

    /// The amount that the payer chose, if it is within the limits.
    pub fn price(&self, answers: &Answers) -> Option<Cents> {
        let Value::Decimal(euro) = answers.get(&self.field)? else { return None };
        let cents = Cents::new(euro.with_scale(2)?.units()).ok()?;
        (self.min..=self.max).contains(&cents).then_some(cents)
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

#[cfg(test)]
mod tests {
    use super::super::form::{Decimal, Field, Presence};
    use super::*;
    use crate::domain::text::Text;

    fn cents(cents: i64) -> Cents {
        Cents::new(cents).unwrap()
    }

    fn amount() -> FieldName {
        FieldName::new("amount").unwrap()
    }

    fn form(kind: FieldKind, presence: Presence) -> Form {
        let label = Text::new("Importo").unwrap().into();
        Form::new(vec![Field { name: amount(), label, help: None, kind, presence }], Vec::new()).unwrap()
    }

    fn decimal(scale: u8) -> FieldKind {
        let [min, max] = ["0", "9999"].map(|text| Decimal::parse(text).unwrap());
        FieldKind::Decimal { scale, min, max }
    }

    #[test]
    fn a_free_amount_is_within_its_limits() {
        let free = FreeAmount::new(amount(), cents(100), cents(500_000)).unwrap();
        let price = |text: &str| {
            let value = Value::Decimal(Decimal::parse(text).unwrap());
            free.price(&[(amount(), value)].into_iter().collect()).map(Cents::get)
        };
        assert_eq!(price("1.00"), Some(100));
        assert_eq!(price("5000"), Some(500_000));
        for out in ["0.99", "5000.01", "-1", "0", "1.005"] {
            assert_eq!(price(out), None, "{out}");
        }
        assert_eq!(free.price(&Answers::default()), None);
        assert_eq!(FreeAmount::new(amount(), cents(0), cents(1)), Err(FreeAmountError::Nothing));
        assert_eq!(FreeAmount::new(amount(), cents(2), cents(1)), Err(FreeAmountError::Limits));
    }

    #[test]
    fn a_free_amount_needs_a_required_field_of_two_decimals() {
        let free = FreeAmount::new(amount(), cents(1), cents(2)).unwrap();
        assert_eq!(free.check(&form(decimal(2), Presence::Required)), Ok(()));
        assert_eq!(free.check(&form(decimal(2), Presence::Optional)), Err(FreeAmountFormError::Optional));
        assert_eq!(free.check(&form(decimal(3), Presence::Required)), Err(FreeAmountFormError::Kind));
        assert_eq!(free.check(&form(FieldKind::Boolean, Presence::Required)), Err(FreeAmountFormError::Kind));
        let other = FreeAmount::new(FieldName::new("other").unwrap(), cents(1), cents(2)).unwrap();
        assert_eq!(other.check(&form(decimal(2), Presence::Required)), Err(FreeAmountFormError::Unknown));
    }
}
