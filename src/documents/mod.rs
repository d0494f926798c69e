//! Documents as XML: from the bytes that somebody sends to facts of the domain, and back.
//!
//! The schema (`xsd/documents.xsd`, `xsd/CatalogoServizi.xsd`) is kept while reading; what is written cannot break it. What is wrong
//! with a document is told by line, column, path and reason, never by its content.

mod accounts;
mod catalogue;
mod counterpart;
mod services;

pub use accounts::{read_accounts, write_accounts};
pub use catalogue::read_catalogues;
pub use counterpart::{read_counterparts, write_counterpart};
pub use services::{Version, read_services, write_services};

use crate::domain::fiscal_code::FiscalCodeError;
use crate::domain::text::TextError;
use crate::wire::{Bounds, Document, FacetError, Reader, Violation, read_document};

/// The schema of all documents.
pub const SCHEMA: &str = include_str!("../../xsd/documents.xsd");

/// The largest document, in bytes.
pub const MAX_BYTES: usize = 1024 * 1024;

/// Why bytes are no document of the kind that is meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// They break the schema.
    #[error("line {line}, column {column}, /{path}: {reason}")]
    Schema {
        /// The line, from one.
        line: usize,
        /// The character in the line, from one.
        column: usize,
        /// The elements around the place.
        path: String,
        /// The rule, in words.
        reason: String,
    },
    /// They keep the schema, but a value is not what it must be.
    #[error("{element}: {reason}")]
    Value {
        /// The element.
        element: &'static str,
        /// The rule, in words.
        reason: String,
    },
}

/// A fact that the schema has no room for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the schema of the document has no room for a fact: {0}")]
pub struct Unwritable(#[from] FacetError);

fn refused(violation: &Violation, document: &[u8]) -> Refused {
    let position = violation.position(document);
    Refused::Schema {
        line: position.line,
        column: position.column,
        path: violation.path().to_owned(),
        reason: violation.rule().to_string(),
    }
}

fn read<T: Document>(document: &[u8]) -> Result<T, Refused> {
    read_document(document, Bounds::default()).map_err(|violation| refused(&violation, document))
}

/// Whether the root of a document is this one.
fn is<T: Document>(document: &[u8]) -> bool {
    Reader::new(document, Bounds::default()).is_ok_and(|reader| reader.is(&T::ROOT))
}

fn of_code(element: &'static str) -> impl Fn(FiscalCodeError) -> Refused {
    move |error| Refused::Value { element, reason: error.to_string() }
}

fn of_text(element: &'static str) -> impl Fn(TextError) -> Refused {
    move |error| Refused::Value { element, reason: error.to_string() }
}
