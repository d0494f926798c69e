//! What is wrong with a definition.

use std::fmt::Display;

use crate::domain::catalogue::form::{FieldName, Form};

/// One thing that is wrong with a definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// Where: a JSON pointer (RFC 6901).
    pub pointer: String,
    /// What, for programs.
    pub code: &'static str,
    /// What, for people.
    pub message: String,
}

/// Everything that was found wrong with a definition so far.
#[derive(Debug, Default)]
pub struct Findings(Vec<Wrong>);

impl Findings {
    /// Adds something that is wrong.
    pub fn add(&mut self, pointer: impl Into<String>, code: &'static str, message: impl Display) {
        self.0.push(Wrong { pointer: pointer.into(), code, message: message.to_string() });
    }

    /// What was read, or why not.
    pub fn read<T, E: Display>(&mut self, pointer: impl Into<String>, read: Result<T, E>) -> Option<T> {
        read.map_err(|error| self.add(pointer, "invalid", error)).ok()
    }

    /// The same where there need be nothing: then nothing is wrong.
    pub fn read_optional<T, E: Display>(
        &mut self,
        pointer: impl Into<String>,
        read: Option<Result<T, E>>,
    ) -> Option<T> {
        read.and_then(|read| self.read(pointer, read))
    }

    /// What was read of the whole, if nothing is wrong with it.
    pub fn finish<T>(self, whole: Option<T>) -> Result<T, Vec<Wrong>> {
        match whole {
            Some(whole) if self.0.is_empty() => Ok(whole),
            _ => Err(self.0),
        }
    }
}

/// A field of the form by its name.
pub fn known(name: &str, (pointer, form): (&str, &Form), findings: &mut Findings) -> Option<FieldName> {
    let name = findings.read(pointer, FieldName::new(name))?;
    if form.field(&name).is_none() {
        findings.add(pointer, "unknown_field", "the form has no such field");
        return None;
    }
    Some(name)
}
