//! The messages of the payment node as Rust types, and the runtime that reads and writes them.
//!
//! The types are generated from `xsd/` and `wsdl/` while building (`src/codegen`), one module per namespace.
//! Reading enforces the schema in one pass over the bytes; writing cannot produce an invalid message, because
//! every value checks its facets when it is built. What is read is refused by rule, place and path, and the
//! content is never repeated.

mod base64;
mod date;
mod decimal;
mod document;
mod encode;
mod error;
mod list;
mod markup;
mod number;
mod pattern;
mod reader;
mod text;
mod time;
mod token;
mod value;

pub use base64::{AnyBase64, Base64, Base64Kind, Base64Text, base64_form};
pub use date::{Date, DateTime};
pub use decimal::Decimal;
pub use document::{Document, read_document, read_document_leniently, write_document};
pub use encode::{Name, Write, Writer};
pub use error::{FacetError, Position, Rule, Violation};
pub use list::{Bounded, UNBOUNDED};
pub use markup::is_declaration;
pub use number::{Amount, AmountForm, AmountKind, Int, IntKind};
pub use pattern::{Automaton, Pattern};
pub use reader::{Bounds, Reader};
pub use text::{
    AnyNormalizedText, AnyText, AnyToken, NormalizedText, PlainText, Text, TextFacets, TextKind, Token,
    keeps_length,
};
pub use time::{PlainMoment, Time};
pub use value::{Group, Read, Value, WhiteSpace};

include!(concat!(env!("OUT_DIR"), "/wire.rs"));
