//! Whom to call when payments of an institution do not work (Tavolo Operativo).

use std::fmt;

use crate::domain::fiscal_code::FiscalCode;
use crate::domain::text::Text;

/// Who of an institution can be reached at any hour.
#[derive(Clone, Debug, PartialEq)]
pub struct Contact {
    /// The institution.
    pub ec: FiscalCode,
    /// The name of the desk or body.
    pub name: Text<140>,
    /// The person or office to ask for.
    pub referent: Text<140>,
    /// Where to write.
    pub email: EmailAddress,
    /// Where to call.
    pub telephone: Telephone,
}

/// An e-mail address: something, an at sign, a domain.
#[derive(Clone, PartialEq, Eq)]
pub struct EmailAddress(Box<str>);

/// A telephone number: 6 to 15 digits, with or without a plus sign before them (E.164 allows 15).
#[derive(Clone, PartialEq, Eq)]
pub struct Telephone(Box<str>);

/// Why a way to reach somebody is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ContactError {
    /// No e-mail address.
    #[error("must be an e-mail address of at most 254 characters")]
    Email,
    /// No telephone number.
    #[error("must have 6 to 15 digits, after a plus sign or without")]
    Telephone,
}

impl EmailAddress {
    /// Reads an address.
    pub fn new(text: &str) -> Result<Self, ContactError> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@').ok_or(ContactError::Email)?;
        let visible = text.len() <= 254 && text.chars().all(|c| !c.is_whitespace() && !c.is_control());
        let labels = domain.split('.').all(|label| !label.is_empty());
        let right = visible && labels && domain.contains('.') && !local.is_empty();
        if right { Ok(EmailAddress(text.into())) } else { Err(ContactError::Email) }
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Telephone {
    /// Reads a number; blanks, dots and hyphens between digits are dropped.
    pub fn new(text: &str) -> Result<Self, ContactError> {
        let text: String = text.chars().filter(|c| !matches!(c, ' ' | '.' | '-')).collect();
        let digits = text.strip_prefix('+').unwrap_or(&text);
        let right = (6..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        if right { Ok(Telephone(text.into())) } else { Err(ContactError::Telephone) }
    }

    /// The digits, and the plus sign if there is one.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Only that there is one: it may be a person's.
impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress(…)")
    }
}

/// Only that there is one: it may be a person's.
impl fmt::Debug for Telephone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Telephone(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_can_be_reached_by_what_is_accepted() {
        assert!(EmailAddress::new("pagamenti@comune.borgo.example.it").is_ok());
        assert_eq!(Telephone::new("+39 06 123-4567").unwrap().as_str(), "+39061234567");
        for wrong in ["", "a", "a@", "@b.it", "a@b", "a b@c.it", "a@b..it"] {
            assert_eq!(EmailAddress::new(wrong), Err(ContactError::Email), "{wrong}");
        }
        for wrong in ["", "12345", "+", "06/1234567", "1234567890123456", "0612345a"] {
            assert_eq!(Telephone::new(wrong), Err(ContactError::Telephone), "{wrong}");
        }
        assert!(!format!("{:?}", EmailAddress::new("a@b.it").unwrap()).contains("a@b"));
    }
}
