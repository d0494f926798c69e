//! Free text with a length that the node's contract can carry.

use std::fmt;

/// Text of 1 to `MAX` characters, none of them a control character, not blank.
///
/// The node's contract refuses empty tags and longer texts (`stText35`, `stText70`, `stText140`,
/// `stText210`), so they are refused before a position is stored.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text<const MAX: usize>(Box<str>);

/// Why a text can't be carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing but blanks.
    #[error("must not be blank")]
    Blank,
    /// Too many characters.
    #[error("must not exceed {max} characters")]
    TooLong {
        /// How many characters fit.
        max: usize,
    },
    /// A character that XML cannot carry, or a line break or another control character.
    #[error("must not contain control characters")]
    ControlCharacter,
}

impl<const MAX: usize> Text<MAX> {
    /// Reads a text; blanks around it are dropped.
    pub fn new(text: &str) -> Result<Self, TextError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(TextError::Blank);
        }
        if text.chars().count() > MAX {
            return Err(TextError::TooLong { max: MAX });
        }
        if !text.chars().all(Self::carries) {
            return Err(TextError::ControlCharacter);
        }
        Ok(Text(text.into()))
    }

    /// A text of what fits of a longer one; control characters become blanks.
    pub fn cut(text: &str) -> Result<Self, TextError> {
        let plain = |c: char| if Self::carries(c) { c } else { ' ' };
        let fitting: String = text.trim().chars().map(plain).take(MAX).collect();
        Self::new(&fitting)
    }

    /// The same text where a longer one would do.
    pub fn widened<const WIDER: usize>(&self) -> Text<WIDER> {
        const { assert!(WIDER >= MAX, "it would not fit") };
        Text(self.0.clone())
    }

    fn carries(c: char) -> bool {
        !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}')
    }

    /// The characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize> fmt::Display for Text<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Only the length: free text may name a person.
impl<const MAX: usize> fmt::Debug for Text<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Text({} characters)", self.0.chars().count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_counts_characters_and_not_bytes() {
        assert!(Text::<5>::new("àèìòù").is_ok());
        assert_eq!(Text::<5>::new("àèìòù!"), Err(TextError::TooLong { max: 5 }));
        assert_eq!(Text::<5>::new("  "), Err(TextError::Blank));
        assert_eq!(Text::<5>::new("a\nb"), Err(TextError::ControlCharacter));
    }

    #[test]
    fn a_longer_text_is_cut_between_characters() {
        assert_eq!(Text::<5>::cut(" àè\nòù!?").unwrap().as_str(), "àè òù");
        assert_eq!(Text::<5>::cut("\n\t"), Err(TextError::Blank));
        assert_eq!(Text::<5>::cut("abc").unwrap().widened::<9>(), Text::<9>::new("abc").unwrap());
    }
}
