//! Numbers with a decimal point, as whole numbers of their smallest part: never floating point.

use std::cmp::Ordering;
use std::fmt;

/// The largest whole number, and the largest number of smallest parts: fifteen digits, which every reader of
/// JSON takes without a loss.
pub const MAX_UNITS: i64 = 999_999_999_999_999;

/// The most decimals.
pub const MAX_SCALE: u8 = 4;

/// A number of at most fifteen digits, up to four of them behind the point. Numbers are equal by value: 1.5 is
/// 1.50.
#[derive(Clone, Copy)]
pub struct Decimal {
    units: i64,
    scale: u8,
}

/// Why something is no decimal number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be a number of at most 15 digits, at most 4 of them behind a point, without a sign unless negative"
)]
pub struct DecimalError;

impl Decimal {
    /// So many parts of ten to the power of minus `scale`.
    pub const fn new(units: i64, scale: u8) -> Result<Self, DecimalError> {
        if scale <= MAX_SCALE && units >= -MAX_UNITS && units <= MAX_UNITS {
            Ok(Decimal { units, scale })
        } else {
            Err(DecimalError)
        }
    }

    /// Reads ASCII digits, with a minus sign if negative and a point before the decimals: `0`, `-12.5`. No zeros
    /// that lead, no plus sign, no exponent, no negative zero.
    pub fn parse(text: &str) -> Result<Self, DecimalError> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, decimals) = match digits.split_once('.') {
            Some((_, "")) => return Err(DecimalError),
            Some(parts) => parts,
            None => (digits, ""),
        };
        let leads = whole.len() > 1 && whole.starts_with('0');
        let all = || whole.bytes().chain(decimals.bytes());
        if whole.is_empty() || leads || !all().all(|b| b.is_ascii_digit()) || whole.len() > 15 {
            return Err(DecimalError);
        }
        let scale = u8::try_from(decimals.len()).map_err(|_| DecimalError)?;
        let units = all().try_fold(0_i64, |sum, b| sum.checked_mul(10)?.checked_add(i64::from(b - b'0')));
        match units.ok_or(DecimalError)? {
            0 if negative => Err(DecimalError),
            units => Decimal::new(if negative { -units } else { units }, scale),
        }
    }

    /// How many of the smallest parts.
    pub const fn units(self) -> i64 {
        self.units
    }

    /// How many decimals.
    pub const fn scale(self) -> u8 {
        self.scale
    }

    /// The same number with so many decimals; none if it has more that are not zero, or too many digits.
    pub fn with_scale(self, scale: u8) -> Option<Self> {
        let wide = self.units_at(MAX_SCALE);
        let part = 10_i128.pow(u32::from(MAX_SCALE.checked_sub(scale)?));
        let units = i64::try_from(wide / part).ok()?;
        (wide % part == 0).then(|| Decimal::new(units, scale).ok()).flatten()
    }

    fn units_at(self, scale: u8) -> i128 {
        i128::from(self.units) * 10_i128.pow(u32::from(scale.saturating_sub(self.scale)))
    }
}

impl From<Decimal> for i128 {
    /// In parts of ten to the power of minus [`MAX_SCALE`].
    fn from(number: Decimal) -> i128 {
        number.units_at(MAX_SCALE)
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        i128::from(*self).cmp(&i128::from(*other))
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Decimal {}

/// With all its decimals: `12.50`.
impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.units < 0 { "-" } else { "" };
        let part = 10_u64.pow(u32::from(self.scale));
        let units = self.units.unsigned_abs();
        write!(f, "{sign}{}", units / part)?;
        match usize::from(self.scale) {
            0 => Ok(()),
            width => write!(f, ".{:0width$}", units % part),
        }
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Decimal({self})")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_digits_a_point_and_a_minus_sign_make_a_number() {
        for right in ["0", "0.0", "-0.5", "12.50", "999999999999999", "-99999999999.9999"] {
            assert_eq!(Decimal::parse(right).unwrap().to_string(), right);
        }
        for wrong in [
            "",
            "-",
            ".",
            "1.",
            ".5",
            "+1",
            "01",
            "00",
            "-0",
            "-0.00",
            "1e3",
            "0x1F",
            "1,5",
            "1 ",
            "٣",
            "1.2.3",
            "1.00000",
            "1000000000000000",
            "99999999999999999999",
            "--1",
            "1-",
        ] {
            assert_eq!(Decimal::parse(wrong), Err(DecimalError), "{wrong}");
        }
    }

    #[test]
    fn numbers_are_equal_by_value() {
        assert_eq!(Decimal::parse("1.5"), Decimal::parse("1.5000"));
        assert!(Decimal::parse("-1.5").unwrap() < Decimal::parse("-1.49").unwrap());
        assert_eq!(Decimal::parse("1.50").unwrap().with_scale(1).unwrap().units(), 15);
        assert_eq!(Decimal::parse("1.55").unwrap().with_scale(1), None);
        assert_eq!(Decimal::parse("999999999999999").unwrap().with_scale(1), None);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(units in -MAX_UNITS..=MAX_UNITS, scale in 0..=MAX_SCALE) {
            let number = Decimal::new(units, scale).unwrap();
            let read = Decimal::parse(&number.to_string());
            if units == 0 || number.to_string().trim_start_matches('-').len() <= 20 {
                prop_assert_eq!(read.map(Decimal::units), Ok(units));
            }
        }
    }
}
