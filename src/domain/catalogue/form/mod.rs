//! What a payer fills in: fields of a kind each, and what must hold between them. One definition, from which
//! channels get a JSON Schema, browsers a form and the node a schema of documents.

pub mod codes;
mod decimal;
mod define;
mod field;
mod kind;
mod pattern;
mod read;
mod reason;
mod rule;
mod value;

pub use decimal::{Decimal, DecimalError, MAX_SCALE, MAX_UNITS};
pub use define::{Flaw, Form, Place, TEXT_MAX};
pub use field::{Choice, Field, FieldKind, FieldName, FieldNameError, Presence};
pub use pattern::{Class, Pattern, PatternError, Shape};
pub use reason::{FormError, Reason};
pub use rule::{Condition, CrossRule};
pub use value::{Answers, Inputs, Value};

#[cfg(test)]
mod tests;
