//! A body of the registry, read field by field, with everything that is wrong with it.

use std::ops::RangeInclusive;

use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use crate::api::positions::field::{Field, Shape};
use crate::api::positions::parse::report::{Coded, Pointer, Report};
use crate::api::problem::{Problem, Violation};
use crate::domain::registry::contact::ContactError;
use crate::domain::registry::institution::InstitutionCodeError;
use crate::domain::registry::{CodesError, EncodingError, Visible, VisibleError};
use crate::domain::text::Text;

/// What is wrong with a body.
#[derive(Debug, thiserror::Error)]
#[error("the body cannot be carried out")]
pub(in crate::api) struct Invalid(pub Vec<Violation>);

impl Invalid {
    /// One that shows what it looks like.
    pub(in crate::api) fn example(pointer: &str) -> Self {
        Invalid(vec![Violation { pointer: pointer.into(), code: "required", message: "is required".into() }])
    }
}

impl From<Invalid> for Problem {
    fn from(Invalid(violations): Invalid) -> Self {
        Problem::new(
            StatusCode::BAD_REQUEST,
            "Bad Request",
            "invalid_body",
            "The request cannot be carried out, for the reasons that violations gives.",
        )
        .with_violations(violations)
    }
}

/// An object of a body that is being read.
#[derive(Debug, Default)]
pub(in crate::api) struct Reading {
    report: Report,
    at: Pointer,
}

impl Reading {
    /// Begins to read a body, which must be an object.
    pub(in crate::api) fn of<T: Shape + Default>(body: Value) -> (Self, T) {
        let mut reading = Reading::default();
        let field = Field::<T>::deserialize(body).unwrap_or(Field::WrongType);
        let request = reading.report.required(field, &Pointer::root()).unwrap_or_default();
        (reading, request)
    }

    /// Reads an object within this one; one that is left out is read as empty.
    pub(in crate::api) fn within<T: Default, R>(
        &mut self,
        name: &str,
        field: Field<T>,
        read: impl FnOnce(&mut Self, T) -> R,
    ) -> R {
        let place = self.at.field(name);
        let object = self.report.required(field, &place).unwrap_or_default();
        let outside = std::mem::replace(&mut self.at, place);
        let value = read(self, object);
        self.at = outside;
        value
    }

    /// Notes something wrong with a field.
    pub(in crate::api) fn wrong(&mut self, name: &str, code: &'static str, message: &str) {
        let place = self.at.field(name);
        self.report.add(&place, code, message);
    }

    /// Notes an error of the domain.
    pub(in crate::api) fn error(&mut self, name: &str, error: &impl Coded) {
        let place = self.at.field(name);
        self.report.add_error(&place, error);
    }

    /// A value that must be there.
    pub(in crate::api) fn needed<T>(&mut self, name: &str, field: Field<T>) -> Option<T> {
        let place = self.at.field(name);
        self.report.required(field, &place)
    }

    /// A value that may be left out.
    pub(in crate::api) fn maybe<T>(&mut self, name: &str, field: Field<T>) -> Option<T> {
        let place = self.at.field(name);
        self.report.optional(field, &place)
    }

    /// A text that must be there and fit.
    pub(in crate::api) fn text<const MAX: usize>(
        &mut self,
        name: &str,
        field: Field<String>,
    ) -> Option<Text<MAX>> {
        let place = self.at.field(name);
        self.report.text(field, &place)
    }

    /// A text that fits if it is there.
    pub(in crate::api) fn maybe_text<const MAX: usize>(
        &mut self,
        name: &str,
        field: Field<String>,
    ) -> Option<Text<MAX>> {
        let place = self.at.field(name);
        self.report.optional_text(field, &place)
    }

    /// A text that must be there and means something.
    pub(in crate::api) fn parsed<T, E: Coded>(
        &mut self,
        name: &str,
        field: Field<String>,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Option<T> {
        let place = self.at.field(name);
        let text = self.report.required(field, &place)?;
        self.report.read(&place, parse(&text))
    }

    /// A text that means something if it is there.
    pub(in crate::api) fn maybe_parsed<T, E: Coded>(
        &mut self,
        name: &str,
        field: Field<String>,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Option<T> {
        let place = self.at.field(name);
        let text = self.report.optional_string(field, &place)?;
        self.report.read(&place, parse(&text))
    }

    /// A text for programs, if it is there.
    pub(in crate::api) fn visible<const MAX: usize>(
        &mut self,
        name: &str,
        field: Field<String>,
    ) -> Option<Visible<MAX>> {
        self.maybe_parsed(name, field, Visible::new)
    }

    /// A number that must be there, within bounds.
    pub(in crate::api) fn number(
        &mut self,
        name: &str,
        field: Field<i64>,
        bounds: RangeInclusive<i64>,
    ) -> Option<i64> {
        let number = self.needed(name, field)?;
        self.bounded(name, number, bounds)
    }

    /// A number that may be left out, within bounds.
    pub(in crate::api) fn maybe_number(
        &mut self,
        name: &str,
        field: Field<i64>,
        bounds: RangeInclusive<i64>,
    ) -> Option<i64> {
        let number = self.maybe(name, field)?;
        self.bounded(name, number, bounds)
    }

    fn bounded(&mut self, name: &str, number: i64, bounds: RangeInclusive<i64>) -> Option<i64> {
        if bounds.contains(&number) {
            return Some(number);
        }
        let message = format!("must be from {} to {}", bounds.start(), bounds.end());
        self.wrong(name, "out_of_range", &message);
        None
    }

    /// Refuses a body that names another thing than the path.
    pub(in crate::api) fn same_as_path<T: PartialEq>(
        &mut self,
        name: &str,
        said: Option<&T>,
        path: Option<&T>,
    ) {
        if said.zip(path).is_some_and(|(said, path)| said != path) {
            self.wrong(name, "differs_from_path", "is another than in the path");
        }
    }

    /// What was read, or everything that is wrong.
    pub(in crate::api) fn end<T>(self, value: Option<T>) -> Result<T, Invalid> {
        let violations = self.report.into_violations();
        value.filter(|_| violations.is_empty()).ok_or(Invalid(violations))
    }
}

impl Coded for VisibleError {
    fn code(&self) -> &'static str {
        "not_visible"
    }
}

impl Coded for InstitutionCodeError {
    fn code(&self) -> &'static str {
        match self {
            InstitutionCodeError::Cbill => "cbill_form",
            InstitutionCodeError::ZipCode => "zip_code_form",
            InstitutionCodeError::TwoCharacters => "country_code_form",
        }
    }
}

impl Coded for EncodingError {
    fn code(&self) -> &'static str {
        match self {
            EncodingError::Kind => "unknown_word",
            EncodingError::Deprecated => "encoding_deprecated",
            EncodingError::QrCode => "qr_code_form",
            EncodingError::Barcode128Aim => "barcode_form",
        }
    }
}

impl Coded for ContactError {
    fn code(&self) -> &'static str {
        match self {
            ContactError::Email => "email_form",
            ContactError::Telephone => "telephone_form",
        }
    }
}

impl Coded for CodesError {
    fn code(&self) -> &'static str {
        match self {
            CodesError::ApplicationMissing | CodesError::SegregationMissing | CodesError::AuxDigitMissing => {
                "required"
            }
            CodesError::ApplicationNotAllowed | CodesError::SegregationNotAllowed => "not_allowed",
            CodesError::SegregationRange => "out_of_range",
            CodesError::SegregationReserved => "segregation_code_reserved",
        }
    }
}
