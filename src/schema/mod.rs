//! What XML Schemas mean: from their text to types with facets and elements in their order.
//!
//! Two use it. `src/codegen` reads the schemas of the payment node with it while the program is built; there this
//! folder is a module of `build.rs`, which is why it names nothing else of the crate. [`crate::catalogue`] reads
//! the schemas of services with it while the program runs.
//!
//! Subset: named and anonymous simple types by restriction; complex types of sequences and choices, by extension
//! and by restriction; element references; defaults of elements; imports of other sources. [`Subset`] tells which
//! built-in types and facets there are besides. What lies outside stops with file and line; nothing is silently
//! dropped. A pure function of the sources, with sorted maps only.

pub mod ambiguity;
pub mod facets;
pub mod model;
pub mod names;
pub mod patterns;
pub mod read;
pub mod resolve;

use model::Place;
use std::fmt;

/// A schema or service description with the path it is known by in messages.
#[derive(Clone, Debug)]
pub struct Source {
    /// Where it came from; imports are resolved against the other sources by namespace, not by this.
    pub path: String,
    /// Its content.
    pub text: String,
}

/// What is wrong with a source, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The path of the source.
    pub path: String,
    /// The line, counted from one.
    pub line: u32,
    /// What is wrong and, where it helps, what to write instead.
    pub message: String,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.message)
    }
}

/// A complaint about a place.
pub fn wrong(place: &Place, message: impl Into<String>) -> Diagnostic {
    Diagnostic { path: place.path.clone(), line: place.line, message: message.into() }
}

/// How much of the schema language is understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subset {
    /// What becomes Rust: decimals are money, dates are free, and no element has a fixed value.
    Generated,
    /// What is interpreted: whole numbers of any size, decimals, ranges and patterns of dates, fixed values.
    Interpreted,
}
