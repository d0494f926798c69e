//! Money: whole euro cents, never a floating-point number.

use std::fmt;

/// The largest amount the node's contract can carry, in cents (999 999 999.99 euro).
pub const MAX_CENTS: i64 = 99_999_999_999;

/// An amount of money in euro cents, between zero and [`MAX_CENTS`].
///
/// The node's contract writes it with exactly two decimals and a dot (`stAmount`, SANP 3.10); the REST
/// contracts write the integer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cents(i64);

/// Why a number is no amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Below zero.
    #[error("an amount cannot be negative")]
    Negative,
    /// Above 999 999 999.99 euro.
    #[error("an amount cannot exceed 999999999.99 euro")]
    TooLarge,
    /// Not digits, a dot and two digits.
    #[error("an amount is written as euro with exactly two decimals, such as 12.50")]
    Form,
}

impl Cents {
    /// Nothing at all.
    pub const ZERO: Cents = Cents(0);

    /// An amount of that many cents.
    pub const fn new(cents: i64) -> Result<Self, AmountError> {
        if cents < 0 {
            Err(AmountError::Negative)
        } else if cents > MAX_CENTS {
            Err(AmountError::TooLarge)
        } else {
            Ok(Cents(cents))
        }
    }

    /// The number of cents.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// The sum, unless it exceeds what the contract can carry.
    pub fn checked_add(self, other: Cents) -> Option<Cents> {
        self.0.checked_add(other.0).and_then(|sum| Cents::new(sum).ok())
    }

    /// The sum of all, unless it exceeds what the contract can carry.
    pub fn checked_sum(amounts: impl IntoIterator<Item = Cents>) -> Option<Cents> {
        amounts.into_iter().try_fold(Cents::ZERO, Cents::checked_add)
    }

    /// Reads euro with exactly two decimals and ASCII digits: `361.50`.
    pub fn parse_euro(text: &str) -> Result<Self, AmountError> {
        let (euro, cents) = text.split_once('.').ok_or(AmountError::Form)?;
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if cents.len() != 2 || !digits(euro) || !digits(cents) {
            return Err(AmountError::Form);
        }
        let euro = euro.trim_start_matches('0');
        if euro.len() > 9 {
            return Err(AmountError::TooLarge);
        }
        let number = |part: &str| part.bytes().fold(0_i64, |sum, b| sum * 10 + i64::from(b - b'0'));
        Cents::new(number(euro) * 100 + number(cents))
    }
}

/// Euro with exactly two decimals, as the node's contract writes it.
impl fmt::Display for Cents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_only_two_decimals() {
        assert_eq!(Cents::parse_euro("361.50"), Cents::new(36150));
        assert_eq!(Cents::parse_euro("0.00"), Ok(Cents::ZERO));
        assert_eq!(Cents::parse_euro("999999999.99"), Cents::new(MAX_CENTS));
        for wrong in ["361,50", "361.5", "361.505", "361", ".50", "-1.00", "+1.00", "1e2.00", "٣.٠٠", ""] {
            assert_eq!(Cents::parse_euro(wrong), Err(AmountError::Form), "{wrong}");
        }
        assert_eq!(Cents::parse_euro("1000000000.00"), Err(AmountError::TooLarge));
    }

    proptest! {
        #[test]
        fn euro_text_round_trips(cents in 0..=MAX_CENTS) {
            let amount = Cents::new(cents).unwrap();
            prop_assert_eq!(Cents::parse_euro(&amount.to_string()), Ok(amount));
        }
    }
}
