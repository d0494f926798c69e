//! Amounts and counted numbers whose ranges hold by construction.

use super::decimal::Decimal;
use super::encode::{Write, Writer};
use super::error::FacetError;
use super::value::{Value, collapse};
use crate::domain::amount::{AmountError, Cents};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

/// How an amount may be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AmountForm {
    /// Digits, a dot and exactly two digits: the pattern that the payment node uses everywhere.
    TwoDecimals,
    /// Any decimal form with at most two digits that count after the dot.
    UpToTwoDecimals,
}

/// Names an amount type, its form and its range; the generator writes one implementation per type.
pub trait AmountKind: 'static {
    /// The name of the type.
    const NAME: &'static str;
    /// How it may be written.
    const FORM: AmountForm;
    /// The least cents.
    const MIN: i64;
    /// The most cents.
    const MAX: i64;
    /// The range in words, for errors.
    const RANGE: &'static str;
}

/// An amount of money that keeps the range of its kind.
pub struct Amount<K>(Cents, PhantomData<fn() -> K>);

impl<K: AmountKind> Amount<K> {
    /// An amount, if it is in range.
    pub fn new(cents: Cents) -> Result<Self, FacetError> {
        if cents.get() < K::MIN || cents.get() > K::MAX {
            return Err(FacetError::Range(K::RANGE));
        }
        Ok(Amount(cents, PhantomData))
    }

    /// The amount.
    pub fn cents(self) -> Cents {
        self.0
    }
}

impl<K: AmountKind> Value for Amount<K> {
    fn parse(text: Cow<'_, str>) -> Result<Self, FacetError> {
        let text = collapse(&text);
        let parsed = match K::FORM {
            AmountForm::TwoDecimals => Cents::parse_euro(&text),
            AmountForm::UpToTwoDecimals => {
                let euro = Decimal::parse(&text).and_then(|number| number.two_decimals());
                euro.ok_or(AmountError::Form).and_then(|euro| Cents::parse_euro(&euro))
            }
        };
        match (parsed, K::FORM) {
            (Ok(cents), _) => Amount::new(cents),
            (Err(AmountError::Form), AmountForm::TwoDecimals) => {
                Err(FacetError::Form("an amount with a dot and exactly two decimals"))
            }
            (Err(AmountError::Form), AmountForm::UpToTwoDecimals) => {
                Err(FacetError::Form("an amount with at most two decimals"))
            }
            (Err(AmountError::Negative | AmountError::TooLarge), _) => Err(FacetError::Range(K::RANGE)),
        }
    }
}

impl<K: AmountKind> Write for Amount<K> {
    fn write(&self, to: &mut Writer) {
        to.display(&self.0);
    }
}

impl<K: AmountKind> TryFrom<Cents> for Amount<K> {
    type Error = FacetError;
    fn try_from(cents: Cents) -> Result<Self, FacetError> {
        Amount::new(cents)
    }
}

impl<K> From<Amount<K>> for Cents {
    fn from(amount: Amount<K>) -> Self {
        amount.0
    }
}

impl<K: AmountKind> fmt::Debug for Amount<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({})", K::NAME, self.0)
    }
}

impl<K> Clone for Amount<K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K> Copy for Amount<K> {}

impl<K> PartialEq for Amount<K> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<K> Eq for Amount<K> {}

/// Names a restricted `xs:int` and its range; the generator writes one implementation per type.
pub trait IntKind: 'static {
    /// The name of the type.
    const NAME: &'static str;
    /// The least number.
    const MIN: i32;
    /// The greatest number.
    const MAX: i32;
    /// The range in words, for errors.
    const RANGE: &'static str;
}

/// A whole number that keeps the range of its kind.
pub struct Int<K>(i32, PhantomData<fn() -> K>);

impl<K: IntKind> Int<K> {
    /// A number, if it is in range.
    pub fn new(number: i32) -> Result<Self, FacetError> {
        if (K::MIN..=K::MAX).contains(&number) {
            return Ok(Int(number, PhantomData));
        }
        Err(FacetError::Range(K::RANGE))
    }

    /// The number.
    pub fn get(self) -> i32 {
        self.0
    }
}

impl<K: IntKind> Value for Int<K> {
    fn parse(text: Cow<'_, str>) -> Result<Self, FacetError> {
        Int::new(i32::parse(text)?)
    }
}

impl<K: IntKind> Write for Int<K> {
    fn write(&self, to: &mut Writer) {
        self.0.write(to);
    }
}

impl<K: IntKind> fmt::Debug for Int<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({})", K::NAME, self.0)
    }
}

impl<K> Clone for Int<K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K> Copy for Int<K> {}

impl<K> PartialEq for Int<K> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<K> Eq for Int<K> {}
