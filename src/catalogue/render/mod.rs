//! What a form looks like to those who fill it in: a JSON Schema for channels, a form of HTML for browsers, a
//! schema of documents for the node.
//!
//! All three accept the same inputs, the ones that [`Form::read`] accepts, but for what none of them can say and
//! only the domain judges: check characters and check digits, and which countries have IBANs of which length.
//! Rules between fields are judged by the domain; a JSON Schema says those about which fields are filled in.
//!
//! Each has its own way of writing the same input: JSON has numbers and `true`, HTML leaves out what is empty,
//! drops blanks around it and takes a decimal comma, XML drops blanks around numbers and dates.
//!
//! [`Form::read`]: crate::domain::catalogue::form::Form::read

mod html;
mod json;
mod json_schema;
mod lexical;
mod ranges;
mod regex;
mod xsd;

pub use html::{Control, HtmlField, html_fields, inputs_of_page};
pub use json::inputs_of_json;
pub use json_schema::json_schema;
pub use xsd::{ROOT, namespace, xsd, xsd_of};
