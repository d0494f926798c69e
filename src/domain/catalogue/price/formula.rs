//! Formulas: the text of an expression over fields.

/// The text of a formula: one line of ASCII, short enough to be read and evaluated at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormulaText(Box<str>);

/// Why a text cannot be a formula.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormulaTextError {
    /// Nothing but blanks.
    #[error("must not be blank")]
    Blank,
    /// Longer than [`FormulaText::MAX`].
    #[error("must have at most 500 characters")]
    TooLong,
    /// A character that no formula needs.
    #[error("must be letters, digits, blanks and the signs + - * / ( ) , . _ < > = ! ? : & |")]
    Character,
}

impl FormulaText {
    /// The most characters.
    pub const MAX: usize = 500;

    /// Reads a text; whether it is an expression is judged where expressions are evaluated.
    pub fn new(text: &str) -> Result<Self, FormulaTextError> {
        let text = text.trim();
        let known = |c: char| c.is_ascii_alphanumeric() || " +-*/(),._<>=!?:&|".contains(c);
        if text.is_empty() {
            Err(FormulaTextError::Blank)
        } else if text.chars().count() > Self::MAX {
            Err(FormulaTextError::TooLong)
        } else if !text.chars().all(known) {
            Err(FormulaTextError::Character)
        } else {
            Ok(FormulaText(text.into()))
        }
    }

    /// The characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_is_one_short_line_of_plain_signs() {
        assert_eq!(FormulaText::new(" 2.58 * kilowatt ").unwrap().as_str(), "2.58 * kilowatt");
        use FormulaTextError::{Blank, Character, TooLong};
        for (wrong, why) in [
            ("", Blank),
            ("  ", Blank),
            ("a\nb", Character),
            ("a; b", Character),
            ("é", Character),
            ("\"a\"", Character),
            (&"1".repeat(501), TooLong),
        ] {
            assert_eq!(FormulaText::new(wrong), Err(why), "{wrong:?}");
        }
    }
}
