//! Values of simple types: how a text becomes one.

use super::encode::{Write, Writer};
use super::error::{FacetError, Violation};
use super::reader::Reader;
use std::borrow::Cow;

/// A type that is written as the text of one element.
pub trait Value: Sized {
    /// The value of a text, whose references and line ends have been resolved.
    fn parse(text: Cow<'_, str>) -> Result<Self, FacetError>;
}

/// A type that an element can have.
pub trait Read: Sized {
    /// Reads one element, from the start tag where the reader stands to behind its end tag.
    fn read(from: &mut Reader<'_>) -> Result<Self, Violation>;
}

impl<T: Value> Read for T {
    fn read(from: &mut Reader<'_>) -> Result<Self, Violation> {
        from.value()
    }
}

/// A choice or a sequence that may occur as a whole: several elements without one around them.
pub trait Group: Write + Sized {
    /// What an error names when the group is missing.
    const EXPECTED: &'static str;

    /// Whether the element where the reader stands begins the group.
    fn starts(at: &Reader<'_>) -> bool;

    /// Reads the elements of the group.
    fn read_group(from: &mut Reader<'_>) -> Result<Self, Violation>;
}

/// What becomes of blanks before a text is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhiteSpace {
    /// They stay.
    Preserve,
    /// Tabs and line ends become spaces.
    Replace,
    /// Runs become one space, and none is left at the ends.
    Collapse,
}

impl WhiteSpace {
    /// The text with its blanks treated.
    pub fn apply(self, text: &str) -> Cow<'_, str> {
        match self {
            WhiteSpace::Collapse => collapse(text),
            WhiteSpace::Replace if text.contains(['\t', '\n', '\r']) => {
                Cow::Owned(text.replace(['\t', '\n', '\r'], " "))
            }
            WhiteSpace::Preserve | WhiteSpace::Replace => Cow::Borrowed(text),
        }
    }
}

/// Whether XML counts the character as a blank.
pub(crate) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// The text without blanks at its ends and with one space for every run of them.
pub(crate) fn collapse(text: &str) -> Cow<'_, str> {
    // Most values have no blank at all; every blank is a byte of its own.
    if !text.bytes().any(is_blank) {
        return Cow::Borrowed(text);
    }
    let blanks = [' ', '\t', '\n', '\r'];
    let text = text.trim_matches(blanks);
    let bytes = text.as_bytes();
    let double = || bytes.iter().zip(bytes.iter().skip(1)).any(|(a, b)| is_blank(*a) && is_blank(*b));
    if text.contains(['\t', '\n', '\r']) || (bytes.contains(&b' ') && double()) {
        let words: Vec<&str> = text.split(blanks).filter(|word| !word.is_empty()).collect();
        return Cow::Owned(words.join(" "));
    }
    Cow::Borrowed(text)
}

impl Value for bool {
    fn parse(text: Cow<'_, str>) -> Result<Self, FacetError> {
        match &*collapse(&text) {
            "true" | "1" => Ok(true),
            "false" | "0" => Ok(false),
            _ => Err(FacetError::Form("true, false, 1 or 0")),
        }
    }
}

impl Write for bool {
    fn write(&self, to: &mut Writer) {
        to.plain(if *self { "true" } else { "false" });
    }
}

impl Value for i32 {
    fn parse(text: Cow<'_, str>) -> Result<Self, FacetError> {
        let wrong = FacetError::Form("a whole number between -2147483648 and 2147483647");
        collapse(&text).parse().map_err(|_| wrong)
    }
}

impl Write for i32 {
    fn write(&self, to: &mut Writer) {
        to.plain(&self.to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_are_treated_as_the_type_says() {
        assert_eq!(WhiteSpace::Preserve.apply(" a\t\nb "), " a\t\nb ");
        assert_eq!(WhiteSpace::Replace.apply(" a\t\nb "), " a  b ");
        assert_eq!(WhiteSpace::Collapse.apply(" a\t\n b "), "a b");
        assert_eq!(WhiteSpace::Collapse.apply("a b"), "a b");
        assert_eq!(WhiteSpace::Collapse.apply("\u{a0}a"), "\u{a0}a", "only the four blanks of XML count");
    }

    #[test]
    fn booleans_have_four_forms() {
        for (text, value) in [("true", true), ("1", true), (" false\n", false), ("0", false)] {
            assert_eq!(bool::parse(text.into()), Ok(value));
        }
        for text in ["", "yes", "True", "01", "t rue"] {
            assert!(bool::parse(text.into()).is_err(), "{text}");
        }
    }

    #[test]
    fn integers_keep_to_their_range() {
        for (text, value) in
            [("1", 1), (" +5 ", 5), ("-0", 0), ("0002147483647", i32::MAX), ("-2147483648", i32::MIN)]
        {
            assert_eq!(i32::parse(text.into()), Ok(value), "{text}");
        }
        for text in ["", "2147483648", "-2147483649", "1.0", "1e3", "+", "- 1", "٣"] {
            assert!(i32::parse(text.into()).is_err(), "{text}");
        }
    }
}
