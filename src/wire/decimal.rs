//! Decimal numbers of any size, as the schema language compares and counts them.

use std::cmp::Ordering;
use std::fmt;

/// A decimal number: its digits without those that do not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decimal {
    negative: bool,
    /// Without leading zeros.
    whole: String,
    /// Without trailing zeros.
    part: String,
}

impl Decimal {
    /// The number that a text without blanks around it writes, if it writes one: a sign if any, digits, a dot if
    /// any. No exponent.
    pub fn parse(text: &str) -> Option<Decimal> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let sound = |digits: &str| digits.bytes().all(|b| b.is_ascii_digit());
        if !sound(whole) || !sound(part) || (whole.is_empty() && part.is_empty()) {
            return None;
        }
        let (whole, part) = (whole.trim_start_matches('0'), part.trim_end_matches('0'));
        let zero = whole.is_empty() && part.is_empty();
        Some(Decimal { negative: negative && !zero, whole: whole.to_owned(), part: part.to_owned() })
    }

    /// How many digits after the dot count.
    pub fn fraction_digits(&self) -> usize {
        self.part.len()
    }

    /// How many digits count; a zero has one.
    pub fn total_digits(&self) -> usize {
        (self.whole.len() + self.part.len()).max(1)
    }

    /// The number with exactly two decimals, if it is not negative and no more of them count.
    pub(super) fn two_decimals(&self) -> Option<String> {
        let whole = if self.whole.is_empty() { "0" } else { &self.whole };
        (!self.negative && self.part.len() <= 2).then(|| format!("{whole}.{:0<2}", self.part))
    }

    fn size(&self) -> (usize, &str, &str) {
        (self.whole.len(), &self.whole, &self.part)
    }
}

/// The number as it is written shortest.
impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.negative { "-" } else { "" };
        let whole = if self.whole.is_empty() { "0" } else { &self.whole };
        let dot = if self.part.is_empty() { "" } else { "." };
        write!(f, "{sign}{whole}{dot}{}", self.part)
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => self.size().cmp(&other.size()),
            (true, true) => other.size().cmp(&self.size()),
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_compared_by_value() {
        let order = [
            "-100",
            "-20.5",
            "-20.25",
            "-0.1",
            "0",
            "+.05",
            "0.5",
            "1.",
            "001.25",
            "9",
            "10",
            "123456789012345678901234567890",
        ];
        let numbers: Vec<Decimal> = order.iter().map(|text| Decimal::parse(text).unwrap()).collect();
        assert!(numbers.is_sorted(), "{numbers:?}");
        assert_eq!(Decimal::parse("-0.00"), Decimal::parse("0"));
        assert_eq!(Decimal::parse("+01.50"), Decimal::parse("1.5"));
        for text in ["", ".", "-", "+.", "1,5", "1e2", " 1", "1.2.3", "--1", "٣", "0x1"] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }

    #[test]
    fn digits_that_count_are_counted() {
        for (text, total, fraction) in [("0", 1, 0), ("0012.50", 3, 1), (".05", 2, 2), ("-100", 3, 0)] {
            let number = Decimal::parse(text).unwrap();
            assert_eq!((number.total_digits(), number.fraction_digits()), (total, fraction), "{text}");
        }
    }

    #[test]
    fn decimals_are_rewritten_with_two_digits() {
        let two = |text: &str| Decimal::parse(text).and_then(|number| number.two_decimals());
        for (text, want) in
            [("1", "1.00"), ("1.5", "1.50"), ("+1.250", "1.25"), (".5", "0.50"), ("2.", "2.00")]
        {
            assert_eq!(two(text).as_deref(), Some(want), "{text}");
        }
        for text in ["", ".", "1.255", "-1", "1,5", "1e2", "+"] {
            assert_eq!(two(text), None, "{text}");
        }
    }
}
