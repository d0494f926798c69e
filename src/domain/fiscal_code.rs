//! Who is who: the 11 digits of a public body, and the identifier of a person.

use std::fmt;

/// The fiscal code of a creditor institution: eleven digits.
///
/// The wire calls it `idPA`, `fiscalCode` or `fiscalCodePA` (SANP 3.10). Only the form is checked: the
/// control digit is not, because the node's own test bodies break it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FiscalCode(Box<str>);

/// Why a text is no fiscal code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FiscalCodeError {
    /// A creditor institution's code is not eleven digits.
    #[error("a creditor institution's fiscal code has exactly 11 digits")]
    Institution,
    /// A natural person's code does not have the form of one.
    #[error(
        "a natural person's fiscal code has 16 characters (letters and digits in the official pattern), 11 digits, or is ANONIMO"
    )]
    NaturalPerson,
    /// A legal person's code does not have the form of one.
    #[error("a legal person's fiscal code has 11 digits, or 16 characters in the official pattern")]
    LegalPerson,
}

impl FiscalCode {
    /// Reads eleven ASCII digits.
    pub fn new(text: &str) -> Result<Self, FiscalCodeError> {
        if is_eleven_digits(text) { Ok(FiscalCode(text.into())) } else { Err(FiscalCodeError::Institution) }
    }

    /// The eleven digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FiscalCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for FiscalCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FiscalCode({})", self.0)
    }
}

/// Whether a debtor is a natural (`F`) or a legal (`G`) person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PersonKind {
    /// Persona fisica, `F` on the wire.
    Natural,
    /// Persona giuridica, `G` on the wire.
    Legal,
}

impl PersonKind {
    /// `F` or `G`.
    pub const fn code(self) -> &'static str {
        match self {
            PersonKind::Natural => "F",
            PersonKind::Legal => "G",
        }
    }

    /// Reads `F` or `G`.
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "F" => Some(PersonKind::Natural),
            "G" => Some(PersonKind::Legal),
            _ => None,
        }
    }
}

/// The identifier of a debtor or payer. Personal data: it is never printed by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct PersonId {
    kind: PersonKind,
    value: Box<str>,
}

impl PersonId {
    /// What stands for a debtor whom the creditor does not know (SANP 3.10).
    pub const ANONYMOUS: &'static str = "ANONIMO";

    /// Reads an identifier of that kind of person; lower-case letters are raised. The check character is not
    /// judged: neither the node nor a creditor's register does, and a debt must be payable all the same.
    pub fn new(kind: PersonKind, text: &str) -> Result<Self, FiscalCodeError> {
        let value = text.to_ascii_uppercase();
        let known = is_eleven_digits(&value) || is_sixteen_characters(&value);
        match kind {
            PersonKind::Natural if known || value == Self::ANONYMOUS => {}
            PersonKind::Legal if known => {}
            PersonKind::Natural => return Err(FiscalCodeError::NaturalPerson),
            PersonKind::Legal => return Err(FiscalCodeError::LegalPerson),
        }
        Ok(PersonId { kind, value: value.into() })
    }

    /// Natural or legal.
    pub fn kind(&self) -> PersonKind {
        self.kind
    }

    /// The identifier itself. Personal data.
    pub fn as_str(&self) -> &str {
        &self.value
    }
}

impl fmt::Debug for PersonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PersonId({}, …)", self.kind.code())
    }
}

fn is_eleven_digits(text: &str) -> bool {
    text.len() == 11 && text.bytes().all(|b| b.is_ascii_digit())
}

/// Six letters, then the pattern of dates and places, where the digits may be the letters that
/// replace them when two people would share a code (omocodia).
fn is_sixteen_characters(text: &str) -> bool {
    const PATTERN: &[u8; 16] = b"AAAAAA00A00A000A";
    text.len() == PATTERN.len()
        && text.bytes().zip(PATTERN).all(|(b, kind)| match kind {
            b'A' => b.is_ascii_uppercase(),
            _ => b.is_ascii_digit() || b"LMNPQRSTUV".contains(&b),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_institution_has_eleven_digits() {
        assert!(FiscalCode::new("77777777777").is_ok());
        for wrong in ["7777777777", "777777777777", "7777777777a", "", "٧٧٧٧٧٧٧٧٧٧٧"] {
            assert_eq!(FiscalCode::new(wrong), Err(FiscalCodeError::Institution));
        }
    }

    #[test]
    fn a_person_has_sixteen_characters_or_eleven_digits() {
        let natural = |text| PersonId::new(PersonKind::Natural, text);
        assert_eq!(natural("rssmra80a01h501u").unwrap().as_str(), "RSSMRA80A01H501U");
        assert!(natural("RSSMRAULALMHRLMU").is_ok(), "omocodia");
        assert!(natural("ANONIMO").is_ok());
        assert_eq!(natural("RSSMRA80A01H501"), Err(FiscalCodeError::NaturalPerson));
        assert!(PersonId::new(PersonKind::Legal, "12345678901").is_ok());
        assert_eq!(PersonId::new(PersonKind::Legal, "ANONIMO"), Err(FiscalCodeError::LegalPerson));
    }

    #[test]
    fn a_person_is_not_printed() {
        let person = PersonId::new(PersonKind::Natural, "RSSMRA80A01H501U").unwrap();
        assert!(!format!("{person:?}").contains("RSSMRA"));
    }
}
