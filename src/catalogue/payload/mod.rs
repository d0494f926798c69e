//! What comes with a demand (`datiSpecificiServizio`): documents read by the schema of their service.
//!
//! A schema is shipped, uploaded, or made from the form of its service; all are compiled to the same reader, which
//! stands on the same strict layer and the same facets as the messages of the node. A binding says which leaves of
//! the document are which fields of the form.

mod compiled;
mod shipped;
mod simple;
mod walk;

pub use compiled::{Compiled, Leaf, SCHEMA_BYTES};
pub use shipped::{SHIPPED, Shipped, shipped};
pub use simple::Simple;
pub use walk::DOCUMENT_BYTES;

use crate::domain::catalogue::form::{FieldName, Form, Inputs};
use crate::domain::catalogue::service::XmlPath;
use crate::schema::Diagnostic;
use std::collections::BTreeMap;
use walk::Refusal;

/// Reads the documents of a service.
#[derive(Debug)]
pub struct PayloadReader {
    compiled: Compiled,
    fields: BTreeMap<String, FieldName>,
}

/// Why a schema and a binding make no reader.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// The schema is not understood.
    #[error("line {}: {}", .0.line, .0.message)]
    Schema(Diagnostic),
    /// A path of the binding does not lead to one leaf.
    #[error("{path}: {reason}")]
    Path {
        /// The path.
        path: String,
        /// What is wrong with it, in words.
        reason: &'static str,
    },
}

/// Why a document is refused. The content is never repeated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PayloadError {
    /// It breaks the schema.
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
    /// Its root is not the one of the service's documents.
    #[error("the root element must be {local} of the namespace {namespace:?}")]
    Root {
        /// The namespace of the root that the service's documents have.
        namespace: String,
        /// Its local name.
        local: String,
    },
}

impl PayloadReader {
    /// A reader by a schema that was there before, with its elements that are fields.
    ///
    /// # Errors
    /// All that is wrong with the schema; then all paths that lead to no leaf, to one that may be there more than
    /// once, or to the field of another.
    pub fn compile(xsd: &str, paths: &[(XmlPath, FieldName)]) -> Result<Self, Vec<Unreadable>> {
        let compiled = Compiled::new(xsd)
            .map_err(|wrong| wrong.into_iter().map(Unreadable::Schema).collect::<Vec<Unreadable>>())?;
        let mut fields: BTreeMap<String, FieldName> = BTreeMap::new();
        let mut wrong = Vec::new();
        for (path, field) in paths {
            let path = path.as_str();
            let reason = match compiled.leaves().iter().find(|leaf| leaf.path == path) {
                None => "no element with text is there in the schema",
                Some(leaf) if leaf.repeated => "the element may be there more than once",
                Some(_) if fields.contains_key(path) => "the element is bound twice",
                Some(_) if fields.values().any(|other| other == field) => {
                    "its field is bound to another element too"
                }
                Some(_) => {
                    fields.insert(path.to_owned(), field.clone());
                    continue;
                }
            };
            wrong.push(Unreadable::Path { path: path.to_owned(), reason });
        }
        if wrong.is_empty() { Ok(PayloadReader { compiled, fields }) } else { Err(wrong) }
    }

    /// A reader by the schema that was made from a form: every field is a child of the root.
    ///
    /// # Errors
    /// None, if the schema was made from that form.
    pub fn of_form(xsd: &str, form: &Form) -> Result<Self, Vec<Unreadable>> {
        let path = |field: &FieldName| {
            XmlPath::new(field.as_str()).map(|path| (path, field.clone())).map_err(|_| {
                let reason = "the name of the field is no name of an element";
                vec![Unreadable::Path { path: field.to_string(), reason }]
            })
        };
        let paths: Result<Vec<(XmlPath, FieldName)>, Vec<Unreadable>> =
            form.fields().iter().map(|field| path(&field.name)).collect();
        PayloadReader::compile(xsd, &paths?)
    }

    /// The compiled schema.
    pub fn compiled(&self) -> &Compiled {
        &self.compiled
    }

    /// What a document says about the fields. What is bound to none is judged and dropped.
    pub fn read(&self, document: &[u8]) -> Result<Inputs, PayloadError> {
        let found = self.compiled.read(document).map_err(|refusal| self.refused(&refusal, document))?;
        let mut inputs = Inputs::new();
        for leaf in found {
            if let Some(field) = self.fields.get(&leaf.path) {
                inputs.insert_typed(field.clone(), &leaf.text);
            }
        }
        Ok(inputs)
    }

    fn refused(&self, refusal: &Refusal, document: &[u8]) -> PayloadError {
        let violation = match refusal {
            Refusal::Root => {
                let (namespace, local) = self.compiled.root();
                return PayloadError::Root { namespace: namespace.to_owned(), local: local.to_owned() };
            }
            Refusal::Schema(violation) => violation,
        };
        let position = violation.position(document);
        PayloadError::Schema {
            line: position.line,
            column: position.column,
            path: violation.path().to_owned(),
            reason: violation.rule().to_string(),
        }
    }
}

#[cfg(test)]
mod tests;
