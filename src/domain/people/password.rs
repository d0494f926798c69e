//! Which passwords are good enough: long ones that are on nobody's list (NIST SP 800-63B, 3.1.1.2).

use std::fmt;

/// A password that a local account may have. It is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(Box<str>);

/// Why a password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too short to withstand guessing.
    #[error("must have at least {} characters", Password::MIN)]
    TooShort,
    /// Longer than anybody types.
    #[error("must have at most {} bytes", Password::MAX)]
    TooLong,
    /// Among the first that anybody tries.
    #[error("must not be a common password, a repetition or a sequence")]
    Common,
    /// Made of what everybody knows of the account.
    #[error("must not contain the e-mail address or its name before the @")]
    Own,
}

impl Password {
    /// The least characters.
    pub const MIN: usize = 12;
    /// The most bytes: hashing takes time.
    pub const MAX: usize = 256;

    /// Judges a password for the account of that address. Nothing is trimmed: blanks are characters.
    pub fn new(text: &str, email: &str) -> Result<Self, PasswordError> {
        if text.chars().count() < Self::MIN {
            return Err(PasswordError::TooShort);
        }
        if text.len() > Self::MAX {
            return Err(PasswordError::TooLong);
        }
        let lower = text.to_lowercase();
        let own = email.split('@').next().unwrap_or_default().to_lowercase();
        if own.len() >= 4 && lower.contains(&own) {
            return Err(PasswordError::Own);
        }
        if is_common(&lower) { Err(PasswordError::Common) } else { Ok(Password(text.into())) }
    }

    /// The characters, to be hashed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// What common passwords are made of, once digits and signs at their ends are away.
#[rustfmt::skip]
const WORDS: [&str; 40] = [
    "password", "passw0rd", "passwort", "parola", "paroladordine", "qwerty", "qwertyuiop", "qwertyuiopasdf",
    "asdfghjkl", "asdfghjklzxcvbnm", "zxcvbnm", "zxcvbnmasdf", "letmein", "letmeinplease", "welcome",
    "benvenuto", "iloveyou", "tiamo", "amoremio", "football", "juventus", "forzajuve", "forzainter",
    "forzamilan", "napoli", "administrator", "admin", "amministratore", "changeme", "cambiami", "default",
    "segreto", "secret", "italia", "comune", "pagopa", "varco", "ciaociao", "superman", "francesco",
];

/// Whether it is a common word, dressed with digits or said again and again, or a sequence.
fn is_common(lower: &str) -> bool {
    let chars: Vec<char> = lower.chars().collect();
    let steps = chars.windows(2).filter_map(|pair| Some((*pair.last()? as i64) - (*pair.first()? as i64)));
    let steps: Vec<i64> = steps.collect();
    let monotonous = steps.iter().filter(|step| step.abs() <= 1).count() * 10 >= steps.len() * 9;
    let repeated = (1..=chars.len() / 2).any(|length| {
        chars.iter().zip(chars.iter().cycle().skip(length)).take(chars.len() - length).all(|(a, b)| a == b)
    });
    let letters: String = lower.chars().filter(|c| c.is_alphabetic() || *c == '0').collect();
    let bare = letters.trim_matches('0');
    let said_twice = |word: &str| bare == word || bare == word.repeat(2) || bare == word.repeat(3);
    monotonous || repeated || WORDS.iter().any(|word| said_twice(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMAIL: &str = "anna.bianchi@comune.example.it";

    #[test]
    fn long_passwords_that_nobody_lists_are_taken() {
        for good in ["correct horse battery", "tre-civette-sul-comò", "Xq7!mmz?Lr0p", "               a b"] {
            assert!(Password::new(good, EMAIL).is_ok(), "{good:?}");
        }
    }

    #[test]
    fn each_rule_refuses_with_its_reason() {
        let refused = |text: &str| Password::new(text, EMAIL).unwrap_err();
        assert_eq!(refused("Xq7!mmz?Lr0"), PasswordError::TooShort);
        assert_eq!(refused(&"aB3".repeat(90)), PasswordError::TooLong);
        assert_eq!(refused("Anna.Bianchi-1980"), PasswordError::Own);
        for common in [
            "password1234",
            "Password2026!",
            "123456789012",
            "aaaaaaaaaaaa",
            "abcdefghijkl",
            "qwertyuiop123",
            "ciaociaociao",
            "xyz1xyz1xyz1",
            "98765432109876",
            "P@ssw0rd",
            "PasswordPassword",
            "juventus1897!",
        ] {
            let expected = if common.len() < 12 { PasswordError::TooShort } else { PasswordError::Common };
            assert_eq!(refused(common), expected, "{common:?}");
        }
    }

    #[test]
    fn a_password_is_never_printed() {
        assert_eq!(format!("{:?}", Password::new("Xq7!mmz?Lr0p", EMAIL).unwrap()), "Password(…)");
    }
}
