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

/// In which order the parts of a sequence are looked at.
type Order = for<'a> fn(&'a [Shape]) -> Box<dyn Iterator<Item = &'a Shape> + 'a>;

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

    /// Whether no text of this shape begins or ends with a blank.
    pub fn has_solid_ends(&self) -> bool {
        let solid = Class::solid();
        self.ends_in(&solid, |shapes| Box::new(shapes.iter())).0
            && self.ends_in(&solid, |shapes| Box::new(shapes.iter().rev())).0
    }

    /// Whether the end of the shape that comes first in that order is of the class, and whether the shape can be
    /// empty.
    fn ends_in(&self, class: &Class, order: Order) -> (bool, bool) {
        match self {
            Shape::One(own) => (own.is_within(class), false),
            Shape::Either(shapes) => {
                let ends = shapes.iter().map(|shape| shape.ends_in(class, order));
                ends.fold((true, false), |(all, any), (right, empty)| (all && right, any || empty))
            }
            Shape::Sequence(shapes) => {
                let mut right = true;
                for shape in order(shapes) {
                    let (own, empty) = shape.ends_in(class, order);
                    right &= own;
                    if !empty {
                        return (right, false);
                    }
                }
                (right, true)
            }
            Shape::Repeat { shape, min, .. } => {
                let (right, empty) = shape.ends_in(class, order);
                (right, empty || *min == 0)
            }
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_a_pattern_are_known() {
        let solid = |pattern| Pattern::new(pattern).unwrap().shape().has_solid_ends();
        assert!(["a b", "[a-z]+( [a-z]+)*", "x?y", "(a|b) ?c"].iter().all(|pattern| solid(pattern)));
        assert!(
            [" a", "a ?", ".", "a|b ", "( ?a)*b*", "[^a]", "a{0,2} ?b?"]
                .iter()
                .all(|pattern| !solid(pattern))
        );
    }
}
