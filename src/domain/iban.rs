//! Where the money goes.

use std::fmt;

/// How long the IBANs of each country are, from the registry of ISO 13616.
#[rustfmt::skip]
const LENGTHS: [(&[u8; 2], usize); 89] = [
    (b"AD", 24), (b"AE", 23), (b"AL", 28), (b"AT", 20), (b"AZ", 28), (b"BA", 20),
    (b"BE", 16), (b"BG", 22), (b"BH", 22), (b"BI", 27), (b"BR", 29), (b"BY", 28),
    (b"CH", 21), (b"CR", 22), (b"CY", 28), (b"CZ", 24), (b"DE", 22), (b"DJ", 27),
    (b"DK", 18), (b"DO", 28), (b"EE", 20), (b"EG", 29), (b"ES", 24), (b"FI", 18),
    (b"FK", 18), (b"FO", 18), (b"FR", 27), (b"GB", 22), (b"GE", 22), (b"GI", 23),
    (b"GL", 18), (b"GR", 27), (b"GT", 28), (b"HN", 28), (b"HR", 21), (b"HU", 28),
    (b"IE", 22), (b"IL", 23), (b"IQ", 23), (b"IS", 26), (b"IT", 27), (b"JO", 30),
    (b"KW", 30), (b"KZ", 20), (b"LB", 28), (b"LC", 32), (b"LI", 21), (b"LT", 20),
    (b"LU", 20), (b"LV", 21), (b"LY", 25), (b"MC", 27), (b"MD", 24), (b"ME", 22),
    (b"MK", 19), (b"MN", 20), (b"MR", 27), (b"MT", 31), (b"MU", 30), (b"NI", 28),
    (b"NL", 18), (b"NO", 15), (b"OM", 23), (b"PK", 24), (b"PL", 28), (b"PS", 29),
    (b"PT", 25), (b"QA", 29), (b"RO", 24), (b"RS", 22), (b"RU", 33), (b"SA", 24),
    (b"SC", 31), (b"SD", 18), (b"SE", 24), (b"SI", 19), (b"SK", 24), (b"SM", 27),
    (b"SO", 23), (b"ST", 25), (b"SV", 28), (b"TL", 23), (b"TN", 24), (b"TR", 26),
    (b"UA", 29), (b"VA", 22), (b"VG", 24), (b"XK", 20), (b"YE", 30),
];

/// An IBAN whose country, length and check digits are right (ISO 13616, mod 97).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Iban(Box<str>);

/// Why a text is no IBAN.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IbanError {
    /// Not two letters, two digits, then letters and digits; or not as long as those of its country.
    #[error(
        "an IBAN has a country, two check digits and the account, in the length of its country: 27 characters for Italy"
    )]
    Form,
    /// The country has none.
    #[error("the country of the IBAN has no IBANs")]
    Country,
    /// The remainder by 97 is not one.
    #[error("the check digits of the IBAN are wrong")]
    CheckDigits,
}

impl Iban {
    /// Reads an IBAN; lower-case letters are raised, blanks are not allowed.
    pub fn new(text: &str) -> Result<Self, IbanError> {
        let iban = Iban::kept(text)?;
        let country = iban.0.as_bytes().get(..2).unwrap_or_default();
        match LENGTHS.iter().find(|(known, _)| known.as_slice() == country) {
            None => Err(IbanError::Country),
            Some((_, length)) if *length != iban.0.len() => Err(IbanError::Form),
            Some(_) => Ok(iban),
        }
    }

    /// Reads an IBAN that was taken in before: of those of other countries only the check digits were looked
    /// at once, and a debt that names such an account must stay readable.
    pub fn kept(text: &str) -> Result<Self, IbanError> {
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

    /// What stands in the BARCODE-128-AIM of a postal account's slips: the number of the account, which is its
    /// last twelve digits. None of an account elsewhere.
    pub fn postal_code(&self) -> Option<&str> {
        if self.is_postal() { self.0.get(self.0.len().saturating_sub(12)..) } else { None }
    }

    /// Whether the account is at Poste Italiane (ABI 07601), so that the post office can print a slip.
    pub fn is_postal(&self) -> bool {
        self.0.starts_with("IT") && self.0.get(5..10) == Some("07601")
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
    use proptest::prelude::*;

    use super::*;

    /// The IBAN of that country and account, with the check digits that it must have.
    fn with_check_digits(country: &str, account: &str) -> String {
        let rest =
            remainder_97(account.bytes().collect::<Vec<_>>().iter().chain(country.as_bytes()).chain(b"00"));
        format!("{country}{:02}{account}", 98 - rest)
    }

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
    fn each_country_has_its_length_and_some_have_no_ibans() {
        for right in
            ["NO9386011117947", "MT84MALT011000012345MTLCAST001S", "RU0204452560040702810412345678901"]
        {
            assert!(Iban::new(right).is_ok(), "{right}");
        }
        let american = with_check_digits("US", "370400440532013000");
        assert_eq!(Iban::new(&american), Err(IbanError::Country));
        assert!(Iban::kept(&american).is_ok(), "what was stored stays readable");
    }

    #[test]
    fn an_account_at_the_post_office_is_known_by_its_bank_code() {
        assert!(Iban::new("IT57N0760114800000011050036").is_ok_and(|iban| iban.is_postal()));
        assert!(Iban::new("IT60X0542811101000000123456").is_ok_and(|iban| !iban.is_postal()));
        let postal = Iban::new("IT57N0760114800000011050036").unwrap();
        assert_eq!(postal.postal_code(), Some("000011050036"));
        assert_eq!(Iban::new("IT60X0542811101000000123456").unwrap().postal_code(), None);
    }

    proptest! {
        #[test]
        fn the_length_of_the_country_and_two_check_digits_make_an_iban(
            country in 0..LENGTHS.len(), account in "[0-9A-Z]{30}", other in 0_usize..=30,
        ) {
            let (name, length) = LENGTHS[country];
            let name = std::str::from_utf8(name).unwrap();
            let right = with_check_digits(name, &account[..length - 4]);
            prop_assert!(Iban::new(&right).is_ok(), "{right}");
            let cut = with_check_digits(name, &account[..other]);
            prop_assert_eq!(Iban::new(&cut).is_ok(), other == length - 4, "{}", cut);
        }

        #[test]
        fn a_digit_that_is_mistyped_and_two_that_change_places_are_found(
            account in "[A-Z][0-9]{22}", at in 5_usize..26, digit in 0_u8..10,
        ) {
            let right = with_check_digits("IT", &account);
            let mut mistyped = right.clone().into_bytes();
            mistyped[at] = b'0' + digit;
            let mistyped = String::from_utf8(mistyped).unwrap();
            prop_assert_eq!(Iban::new(&mistyped).is_ok(), mistyped == right);
            let mut swapped = right.clone().into_bytes();
            swapped.swap(at, at + 1);
            let swapped = String::from_utf8(swapped).unwrap();
            prop_assert_eq!(Iban::new(&swapped).is_ok(), swapped == right);
        }
    }
}
