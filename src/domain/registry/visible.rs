//! Texts of the register that programs read: host names, paths, user names.

use std::fmt;

/// Visible ASCII characters without blanks, 1 to `MAX`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Visible<const MAX: usize>(Box<str>);

/// Why a text is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must have 1 to {max} visible ASCII characters and no blanks")]
pub struct VisibleError {
    max: usize,
}

impl<const MAX: usize> Visible<MAX> {
    /// Reads a text; blanks around it are dropped.
    pub fn new(text: &str) -> Result<Self, VisibleError> {
        let text = text.trim();
        let fits = (1..=MAX).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        if fits { Ok(Visible(text.into())) } else { Err(VisibleError { max: MAX }) }
    }

    /// The characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize> fmt::Display for Visible<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<const MAX: usize> fmt::Debug for Visible<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Visible({})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blank_inside_makes_a_text_unreadable_for_programs() {
        assert_eq!(Visible::<12>::new(" ente.test ").unwrap().as_str(), "ente.test");
        for wrong in ["", " ", "a b", "città", "a\tb", "1234567890123"] {
            assert!(Visible::<12>::new(wrong).is_err(), "{wrong:?}");
        }
    }
}
