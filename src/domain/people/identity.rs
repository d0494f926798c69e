//! Who somebody is: to us, to an e-mail system, to the State and to the provider of sign-ins.

use std::fmt;

use jiff::Timestamp;

use super::UserId;
use crate::domain::text::Text;

/// An e-mail address in lower case, under which a person is invited and signs in.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Email(Box<str>);

/// A text that is no e-mail address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be an e-mail address of at most {} characters", Email::MAX)]
pub struct EmailError;

impl Email {
    /// The longest that a mail system carries.
    pub const MAX: usize = 254;

    /// Reads an address. Only its form is judged, and roughly: whether it is somebody's is shown by a link
    /// that reaches the person, or by the provider's word.
    pub fn new(text: &str) -> Result<Self, EmailError> {
        let text = text.trim().to_ascii_lowercase();
        let plain = |c: char| c.is_ascii_graphic() && !"\"(),:;<>[\\]".contains(c);
        let (local, host) = text.split_once('@').ok_or(EmailError)?;
        let label = |label: &str| {
            let inner = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
            !label.is_empty() && label.bytes().all(inner) && !label.starts_with('-') && !label.ends_with('-')
        };
        let host_fits = host.contains('.') && host.split('.').all(label);
        let local_fits = !local.is_empty() && local.len() <= 64 && local.chars().all(plain);
        if local_fits && host_fits && text.len() <= Self::MAX {
            Ok(Email(text.into()))
        } else {
            Err(EmailError)
        }
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// It names a person.
impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(…)")
    }
}

/// The fiscal number of somebody who administers, as SPID and CIE give it, without `TINIT-`.
#[derive(Clone, PartialEq, Eq)]
pub struct FiscalNumber(Box<str>);

/// A text that is no fiscal number of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be the 16 letters and digits of a person's fiscal code")]
pub struct FiscalNumberError;

impl FiscalNumber {
    /// What SPID and CIE write before the number.
    const PREFIX: &'static str = "TINIT-";

    /// Reads a number, with or without what SPID writes before it; lower-case letters are raised.
    pub fn new(text: &str) -> Result<Self, FiscalNumberError> {
        let text = text.trim().to_ascii_uppercase();
        let number = text.strip_prefix(Self::PREFIX).unwrap_or(&text);
        let fits = number.len() == 16 && number.bytes().all(|b| b.is_ascii_alphanumeric());
        if fits { Ok(FiscalNumber(number.into())) } else { Err(FiscalNumberError) }
    }

    /// The sixteen characters. Personal data.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// It is personal data.
impl fmt::Debug for FiscalNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FiscalNumber(…)")
    }
}

/// Who somebody is to a provider: its subject, which no other person of that issuer ever has.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    /// The provider.
    pub issuer: String,
    /// The person.
    pub subject: String,
}

/// The subject may be a person's number.
impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({}, …)", self.issuer)
    }
}

/// Somebody who may sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Its name in this installation.
    pub id: UserId,
    /// What people call it.
    pub name: Text<140>,
    /// No other person has the same.
    pub email: Email,
    /// By which the provider knows it before it has signed in; no other person has the same.
    pub fiscal_number: Option<FiscalNumber>,
    /// Who it is to the provider, since it has signed in by it.
    pub identity: Option<Identity>,
    /// Since when it may not sign in.
    pub suspended_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_in_one_form() {
        assert_eq!(
            Email::new(" Anna.Bianchi@Comune.Example.IT ").unwrap().as_str(),
            "anna.bianchi@comune.example.it"
        );
        for wrong in [
            "",
            "anna",
            "anna@",
            "@comune.it",
            "anna@localhost",
            "a b@c.it",
            "a@b..it",
            "a@-b.it",
            "<a>@b.it",
            "a@b@c.it",
        ] {
            assert!(Email::new(wrong).is_err(), "{wrong:?}");
        }
        assert!(Email::new(&format!("{}@b.it", "a".repeat(65))).is_err());
        assert!(Email::new(&format!("a@{}it", "b.".repeat(130))).is_err());
    }

    #[test]
    fn the_number_of_spid_is_the_fiscal_code() {
        let number = FiscalNumber::new("TINIT-rssmra80a01h501u").unwrap();
        assert_eq!(number, FiscalNumber::new("RSSMRA80A01H501U").unwrap());
        assert_eq!(format!("{number:?}"), "FiscalNumber(…)");
        for wrong in ["", "TINIT-", "12345678901", "RSSMRA80A01H501", "RSSMRA80A01H501U1"] {
            assert!(FiscalNumber::new(wrong).is_err(), "{wrong:?}");
        }
    }
}
