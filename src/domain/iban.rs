//! Where the money goes.

use std::fmt;

/// An IBAN whose country, length and check digits are right (ISO 13616, mod 97).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Iban(Box<str>);

/// Why a text is no IBAN.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IbanError {
    /// Not two letters, two digits, then 11 to 30 letters and digits; or an Italian one not of 27.
    #[error("an IBAN has a country, two check digits and the account: 15 to 34 characters, 27 for Italy")]
    Form,
    /// The remainder by 97 is not one.
    #[error("the check digits of the IBAN are wrong")]
    CheckDigits,
}

impl Iban {
    /// Reads an IBAN; lower-case letters are raised, blanks are not allowed.
    pub fn new(text: &str) -> Result<Self, IbanError> {
        let text = text.to_ascii_uppercase();
        let bytes = text.as_bytes();
        let letters = |part: &[u8]| part.iter().all(u8::is_ascii_uppercase);
        let (Some(country), Some(check), Some(account)) = (bytes.get(..2), bytes.get(2..4), bytes.get(4..))
        else {
            return Err(IbanError::Form);
        };
        let well_formed = letters(country)
            && check.iter().all(u8::is_ascii_digit)
            && account.iter().all(u8::is_ascii_alphanumeric)
            && (15..=34).contains(&bytes.len())
            && (country != b"IT" && country != b"SM" || bytes.len() == 27);
        if !well_formed {
            return Err(IbanError::Form);
        }
        if remainder_97(account.iter().chain(country).chain(check)) != 1 {
            return Err(IbanError::CheckDigits);
        }
        Ok(Iban(text.into()))
    }

    /// The characters, without blanks.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the account is at Poste Italiane (ABI 07601), so that the post office can print a slip.
    pub fn is_postal(&self) -> bool {
        self.0.starts_with("IT") && self.0.get(5..10) == Some("07601")
    }

    /// The encoding of a postal account for bar codes: the last twelve characters of the IBAN.
    pub fn barcode(&self) -> Option<&str> {
        self.0.get(self.0.len().checked_sub(12)?..).filter(|_| self.is_postal())
    }
}

impl fmt::Display for Iban {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Iban {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Iban({}…)", self.0.get(..4).unwrap_or_default())
    }
}

fn remainder_97<'a>(characters: impl Iterator<Item = &'a u8>) -> u32 {
    characters.fold(0, |rest, &c| match c {
        b'0'..=b'9' => (rest * 10 + u32::from(c - b'0')) % 97,
        _ => (rest * 100 + u32::from(c.saturating_sub(b'A')) + 10) % 97,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_remainder_by_97_is_one() {
        assert!(Iban::new("IT60X0542811101000000123456").is_ok());
        assert!(Iban::new("it60x0542811101000000123456").is_ok());
        assert!(Iban::new("DE89370400440532013000").is_ok());
        assert_eq!(Iban::new("IT61X0542811101000000123456"), Err(IbanError::CheckDigits));
        for wrong in [
            "",
            "IT",
            "IT60",
            "IT60 X0542811101000000123456",
            "IT60X054281110100000012345",
            "1T60X0542811101000000123456",
        ] {
            assert_eq!(Iban::new(wrong), Err(IbanError::Form), "{wrong}");
        }
    }

    #[test]
    fn an_account_at_the_post_office_is_known_by_its_bank_code() {
        assert!(Iban::new("IT57N0760114800000011050036").is_ok_and(|iban| iban.is_postal()));
        assert!(Iban::new("IT60X0542811101000000123456").is_ok_and(|iban| !iban.is_postal()));
    }
}
