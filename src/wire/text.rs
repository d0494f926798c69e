//! Texts whose facets hold by construction.

use super::encode::{Write, Writer};
use super::error::FacetError;
use super::pattern::Pattern;
use super::value::{Value, WhiteSpace};
use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

/// What a text type allows.
#[derive(Debug)]
pub struct TextFacets {
    /// What becomes of blanks before the other facets are checked.
    pub white_space: WhiteSpace,
    /// The fewest characters.
    pub min: usize,
    /// The most characters.
    pub max: usize,
    /// The patterns, all of which must match.
    pub patterns: &'static [&'static Pattern],
}

impl TextFacets {
    /// No restriction: any text that XML can carry.
    pub const ANY: TextFacets =
        TextFacets { white_space: WhiteSpace::Preserve, min: 0, max: usize::MAX, patterns: &[] };

    fn check(&self, text: &str) -> Result<(), FacetError> {
        keeps_length(text, self.min, self.max)?;
        match self.patterns.iter().find(|pattern| !pattern.matches(text)) {
            Some(pattern) => Err(FacetError::Pattern(pattern.source())),
            None => Ok(()),
        }
    }
}

/// Checks how many characters a text has.
pub fn keeps_length(text: &str, min: usize, max: usize) -> Result<(), FacetError> {
    // A character takes one to four bytes, so that most texts need not be counted.
    let fits = text.len() >= min.saturating_mul(4) && text.len() <= max;
    if !fits {
        let count = text.chars().count();
        if count < min || count > max {
            return Err(FacetError::Length { min, max });
        }
    }
    Ok(())
}

/// Whether XML 1.0 can carry every character: no control but tab, line feed and carriage return, and
/// neither of the two non-characters that Unicode keeps out of texts.
pub fn is_xml_text(text: &str) -> bool {
    let control = |b: u8| b < b' ' && b != b'\t' && b != b'\n' && b != b'\r';
    // Two sweeps without an early exit: the compiler turns them into vector code.
    let bytes = text.as_bytes();
    let controls = bytes.iter().fold(false, |found, b| found | control(*b));
    if controls {
        return false;
    }
    let suspicious = bytes.iter().fold(false, |found, b| found | (*b == 0xEF));
    !suspicious || !text.contains(['\u{FFFE}', '\u{FFFF}'])
}

/// Names a text type and its facets; the generator writes one implementation per type.
pub trait TextKind: 'static {
    /// The name of the type.
    const NAME: &'static str;
    /// What it allows.
    const FACETS: TextFacets;
}

/// A text that keeps the facets of its kind. It never prints its content when debugged.
pub struct Text<K>(String, PhantomData<fn() -> K>);

/// The kind of `xs:string` itself.
pub enum AnyText {}

impl TextKind for AnyText {
    const NAME: &'static str = "PlainText";
    const FACETS: TextFacets = TextFacets::ANY;
}

/// The kind of `xs:normalizedString`.
pub enum AnyNormalizedText {}

impl TextKind for AnyNormalizedText {
    const NAME: &'static str = "NormalizedText";
    const FACETS: TextFacets = TextFacets { white_space: WhiteSpace::Replace, ..TextFacets::ANY };
}

/// A text without tabs and line ends.
pub type NormalizedText = Text<AnyNormalizedText>;

/// The kind of `xs:token`.
pub enum AnyToken {}

impl TextKind for AnyToken {
    const NAME: &'static str = "Token";
    const FACETS: TextFacets = TextFacets { white_space: WhiteSpace::Collapse, ..TextFacets::ANY };
}

/// A text without superfluous blanks.
pub type Token = Text<AnyToken>;

/// Any text that XML can carry.
pub type PlainText = Text<AnyText>;

impl<K: TextKind> Text<K> {
    /// A text, if it keeps the facets. Blanks are treated as the type says before that.
    pub fn new(text: impl Into<String>) -> Result<Self, FacetError> {
        let text = Text::treated(text.into())?;
        if is_xml_text(&text.0) { Ok(text) } else { Err(FacetError::Character) }
    }

    /// A text whose characters are known to be XML's, if it keeps the facets.
    fn treated(text: String) -> Result<Self, FacetError> {
        let text = match K::FACETS.white_space.apply(&text) {
            Cow::Borrowed(same) if same.len() == text.len() => text,
            Cow::Borrowed(part) => part.to_owned(),
            Cow::Owned(changed) => changed,
        };
        K::FACETS.check(&text)?;
        Ok(Text(text, PhantomData))
    }

    /// A text cut after the last character that fits: for descriptions, where a part is better than none.
    pub fn cut(text: &str) -> Result<Self, FacetError> {
        let end = text.char_indices().nth(K::FACETS.max).map_or(text.len(), |(at, _)| at);
        Text::new(text.get(..end).unwrap_or(text))
    }

    /// A text cut like [`Text::cut`], or none if there is nothing but blanks in it: optional elements are left
    /// out, never sent empty.
    pub fn optional(text: Option<&str>) -> Result<Option<Self>, FacetError> {
        text.filter(|text| !text.trim().is_empty()).map(Text::cut).transpose()
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The empty text, which nothing of plain text forbids.
impl Default for Text<AnyText> {
    fn default() -> Self {
        Text(String::new(), PhantomData)
    }
}

impl<K: TextKind> Value for Text<K> {
    fn parse(text: Cow<'_, str>) -> Result<Self, FacetError> {
        // The reader has looked at every character already.
        Text::treated(text.into_owned())
    }
}

impl<K: TextKind> Write for Text<K> {
    fn write(&self, to: &mut Writer) {
        to.text(&self.0);
    }
}

impl<K: TextKind> TryFrom<&str> for Text<K> {
    type Error = FacetError;
    fn try_from(text: &str) -> Result<Self, FacetError> {
        Text::new(text)
    }
}

impl<K: TextKind> TryFrom<String> for Text<K> {
    type Error = FacetError;
    fn try_from(text: String) -> Result<Self, FacetError> {
        Text::new(text)
    }
}

impl<K: TextKind> std::str::FromStr for Text<K> {
    type Err = FacetError;
    fn from_str(text: &str) -> Result<Self, FacetError> {
        Text::new(text)
    }
}

impl<K: TextKind> AsRef<str> for Text<K> {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// The type and the length only: the content may be personal data.
impl<K: TextKind> fmt::Debug for Text<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({} characters)", K::NAME, self.0.chars().count())
    }
}

impl<K> Clone for Text<K> {
    fn clone(&self) -> Self {
        Text(self.0.clone(), PhantomData)
    }
}

impl<K> PartialEq for Text<K> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<K> Eq for Text<K> {}

impl<K> PartialEq<str> for Text<K> {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl<K> PartialEq<&str> for Text<K> {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl<K> PartialOrd for Text<K> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<K> Ord for Text<K> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}

impl<K> Hash for Text<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
