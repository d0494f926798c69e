//! What a payer is asked for.

use std::fmt;

use jiff::civil::Date;

use super::decimal::Decimal;
use super::pattern::Pattern;
use crate::domain::catalogue::language::Localized;
use crate::domain::text::Text;

/// The name of a field: also that of an XML element and of a member of a JSON object.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldName(Box<str>);

/// Why a text names no field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must have 1 to 40 letters, digits or underscores and must not begin with a digit")]
pub struct FieldNameError;

impl FieldName {
    /// Reads a name.
    pub fn new(text: &str) -> Result<Self, FieldNameError> {
        let begins = text.bytes().next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_');
        let right =
            begins && text.len() <= 40 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if right { Ok(FieldName(text.into())) } else { Err(FieldNameError) }
    }

    /// The characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FieldName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for FieldName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FieldName({})", self.0)
    }
}

/// One thing that a payer is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name for programs.
    pub name: FieldName,
    /// Its name for people.
    pub label: Localized<70>,
    /// What to write there.
    pub help: Option<Localized<255>>,
    /// What can be written there.
    pub kind: FieldKind,
    /// Whether it can be left out.
    pub presence: Presence,
}

impl Field {
    /// Whether it cannot be left out.
    pub fn is_required(&self) -> bool {
        self.presence == Presence::Required
    }
}

/// Whether a field can be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It cannot.
    Required,
    /// It can.
    Optional,
}

/// What can be written in a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// One line of text, without blanks around it.
    Text {
        /// The fewest characters, at least one.
        min: u16,
        /// The most characters, at most 140.
        max: u16,
        /// What they must be.
        pattern: Option<Pattern>,
    },
    /// A whole number of at most fifteen digits.
    Integer {
        /// The smallest.
        min: i64,
        /// The largest.
        max: i64,
    },
    /// A number with decimals.
    Decimal {
        /// The most decimals, at most four.
        scale: u8,
        /// The smallest.
        min: Decimal,
        /// The largest.
        max: Decimal,
    },
    /// A day, written `2026-12-31`.
    Date {
        /// The first; none: the first of the year 1.
        earliest: Option<Date>,
        /// The last; none: the last of the year 9999.
        latest: Option<Date>,
    },
    /// One of a list.
    Choice(Vec<Choice>),
    /// The number plate of an Italian vehicle.
    Plate,
    /// The fiscal code of a person or of a body, with its check character.
    FiscalCode,
    /// An Italian VAT number, with its check digit.
    VatNumber,
    /// An account, with its check digits.
    Iban,
    /// An e-mail address.
    Email,
    /// Yes or no, written `true` or `false`.
    Boolean,
}

impl FieldKind {
    /// Its name for programs.
    pub const fn name(&self) -> &'static str {
        match self {
            FieldKind::Text { .. } => "text",
            FieldKind::Integer { .. } => "integer",
            FieldKind::Decimal { .. } => "decimal",
            FieldKind::Date { .. } => "date",
            FieldKind::Choice(_) => "choice",
            FieldKind::Plate => "plate",
            FieldKind::FiscalCode => "fiscalCode",
            FieldKind::VatNumber => "vatNumber",
            FieldKind::Iban => "iban",
            FieldKind::Email => "email",
            FieldKind::Boolean => "boolean",
        }
    }
}

/// One of the values of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The value for programs.
    pub value: Text<70>,
    /// The value for people.
    pub label: Localized<70>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_of_xml_and_of_json() {
        for right in ["plate", "_a", "A1_b", &"a".repeat(40)] {
            assert_eq!(FieldName::new(right).unwrap().as_str(), right);
        }
        for wrong in ["", "1a", "a-b", "a b", "à", "a:b", &"a".repeat(41)] {
            assert_eq!(FieldName::new(wrong), Err(FieldNameError), "{wrong}");
        }
    }
}
