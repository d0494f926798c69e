//! Patterns of text: the part of regular expressions that means the same in every dialect that a form is
//! rendered to (ECMA-262 in HTML and JSON Schema, XML Schema), read into a tree, matched here without
//! back-tracking and written out per dialect elsewhere.
//!
//! There are characters, `\d`, `.`, classes, groups, alternatives and repetitions. A pattern speaks of the whole
//! text, so that there are no anchors; nothing refers back or looks around.

mod class;
mod matching;
mod parse;

use std::fmt;

pub use class::Class;
pub use parse::PatternError;

/// The longest source, in characters.
pub const SOURCE_MAX: usize = 200;

/// A pattern that a whole text has or has not.
#[derive(Clone, PartialEq, Eq)]
pub struct Pattern {
    source: Box<str>,
    shape: Shape,
}

/// What a text looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One character of a class.
    One(Class),
    /// One after the other.
    Sequence(Vec<Shape>),
    /// One of several.
    Either(Vec<Shape>),
    /// The same again and again.
    Repeat {
        /// What is repeated.
        shape: Box<Shape>,
        /// The fewest times.
        min: u16,
        /// The most times; none: as often as there is text.
        max: Option<u16>,
    },
}

impl Pattern {
    /// Reads a pattern. One that would take long to match is refused.
    pub fn new(source: &str) -> Result<Self, PatternError> {
        parse::parse(source).map(|shape| Pattern { source: source.into(), shape })
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.source
    }

    /// What it says.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }
}

impl Shape {
    /// One of these characters.
    pub fn one_of(characters: &str) -> Self {
        Shape::One(Class::of(characters.chars().map(|c| (c, c))))
    }

    /// This character.
    pub fn character(c: char) -> Self {
        Shape::One(Class::of([(c, c)]))
    }

    /// This shape from `min` to `max` times.
    pub fn times(self, min: u16, max: impl Into<Option<u16>>) -> Self {
        Shape::Repeat { shape: Box::new(self), min, max: max.into() }
    }

    /// This shape or none.
    pub fn or_nothing(self) -> Self {
        self.times(0, 1)
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pattern({})", self.source)
    }
}
