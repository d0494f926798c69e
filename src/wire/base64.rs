//! Bytes that travel as base64 and stay in that form until somebody wants them.

use super::encode::{Write, Writer};
use super::error::FacetError;
use super::pattern::Pattern;
use super::value::{Value, collapse};
use ::base64::Engine as _;
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

/// Names a restricted `xs:base64Binary` and the patterns of its written form.
pub trait Base64Kind: 'static {
    /// The name of the type.
    const NAME: &'static str;
    /// The patterns, all of which the written form must match.
    const PATTERNS: &'static [&'static Pattern];
}

/// The kind of `xs:base64Binary` itself.
pub enum AnyBase64 {}

impl Base64Kind for AnyBase64 {
    const NAME: &'static str = "Base64";
    const PATTERNS: &'static [&'static Pattern] = &[];
}

/// Bytes of any kind and number.
pub type Base64 = Base64Text<AnyBase64>;

/// Bytes in their written form, which is kept as it came: patterns speak about it, and attachments that only
/// pass through are never decoded.
pub struct Base64Text<K>(String, PhantomData<fn() -> K>);

impl<K: Base64Kind> Base64Text<K> {
    /// The written form, if it is base64 and matches. Blanks around and between are collapsed.
    pub fn new(text: impl Into<String>) -> Result<Self, FacetError> {
        let text: String = text.into();
        let text = match collapse(&text) {
            Cow::Borrowed(same) if same.len() == text.len() => text,
            other => other.into_owned(),
        };
        base64_form(&text)?;
        if let Some(pattern) = K::PATTERNS.iter().find(|pattern| !pattern.matches(&text)) {
            return Err(FacetError::Pattern(pattern.source()));
        }
        Ok(Base64Text(text, PhantomData))
    }

    /// Writes bytes down.
    pub fn encode(bytes: &[u8]) -> Result<Self, FacetError> {
        Base64Text::new(::base64::engine::general_purpose::STANDARD.encode(bytes))
    }

    /// The bytes.
    pub fn decode(&self) -> Vec<u8> {
        let tight: String = self.0.split(' ').collect();
        ::base64::engine::general_purpose::STANDARD.decode(tight).unwrap_or_default()
    }

    /// The written form.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Checks that a text whose blanks are collapsed is base64.
pub fn base64_form(text: &str) -> Result<(), FacetError> {
    if is_base64(text) { Ok(()) } else { Err(FacetError::Form("base64")) }
}

/// Whether a collapsed text is base64 in groups of four, with the unused bits of the last group zero.
fn is_base64(text: &str) -> bool {
    let mut count = 0_usize;
    let mut padding = 0_usize;
    let mut last = b'A';
    for byte in text.bytes() {
        match byte {
            b' ' => continue,
            b'=' => padding += 1,
            _ if padding > 0 => return false,
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' => last = byte,
            _ => return false,
        }
        count += 1;
    }
    let tail = match padding {
        0 => true,
        1 => b"AEIMQUYcgkosw048".contains(&last),
        2 => b"AQgw".contains(&last),
        _ => false,
    };
    tail && count.is_multiple_of(4)
}

impl<K: Base64Kind> Value for Base64Text<K> {
    fn parse(text: Cow<'_, str>) -> Result<Self, FacetError> {
        Base64Text::new(text)
    }
}

impl<K: Base64Kind> Write for Base64Text<K> {
    fn write(&self, to: &mut Writer) {
        to.plain(&self.0);
    }
}

/// The type and the length only.
impl<K: Base64Kind> fmt::Debug for Base64Text<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({} characters)", K::NAME, self.0.len())
    }
}

impl<K> Clone for Base64Text<K> {
    fn clone(&self) -> Self {
        Base64Text(self.0.clone(), PhantomData)
    }
}

impl<K> PartialEq for Base64Text<K> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<K> Eq for Base64Text<K> {}
