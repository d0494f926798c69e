//! What reading a body collects: everything that is wrong with it, each with its place.

use std::fmt;

use jiff::Timestamp;

use super::super::field::{Field, LIST_MAX};
use crate::api::problem::Violation;
use crate::domain::amount::{AmountError, Cents};
use crate::domain::dates::{self, DateError, WholeDay};
use crate::domain::fiscal_code::FiscalCodeError;
use crate::domain::iban::IbanError;
use crate::domain::ids::IdentifierError;
use crate::domain::lifecycle::Inconsistency;
use crate::domain::notice_number::{NoticeNumber, NoticeNumberError};
use crate::domain::position::StampError;
use crate::domain::taxonomy::{CategoryError, TaxonomyCodeError};
use crate::domain::text::{Text, TextError};

/// A place in the body (JSON pointer, RFC 6901).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pointer(String);

impl Pointer {
    /// The whole body.
    pub fn root() -> Self {
        Pointer::default()
    }

    /// A field of the object at this place; names of the contract need no escaping.
    pub fn field(&self, name: &str) -> Self {
        Pointer(format!("{}/{name}", self.0))
    }

    /// An element of the list at this place.
    pub fn item(&self, index: usize) -> Self {
        Pointer(format!("{}/{index}", self.0))
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Everything found wrong so far, and the numbers drawn so far.
#[derive(Debug, Default)]
pub struct Report {
    violations: Vec<Violation>,
    generated: Vec<NoticeNumber>,
}

/// An error of the domain that has a word for programs.
pub trait Coded: fmt::Display {
    /// The word.
    fn code(&self) -> &'static str;
}

impl Report {
    /// Notes something wrong.
    pub fn add(&mut self, at: &Pointer, code: &'static str, message: impl fmt::Display) {
        self.violations.push(Violation { pointer: at.0.clone(), code, message: message.to_string() });
    }

    /// Notes what was found wrong elsewhere.
    pub fn note(&mut self, violation: Violation) {
        self.violations.push(violation);
    }

    /// Notes an error of the domain.
    pub fn add_error(&mut self, at: &Pointer, error: &impl Coded) {
        self.add(at, error.code(), error);
    }

    /// The value, or nothing after noting the error.
    pub fn read<T>(&mut self, at: &Pointer, result: Result<T, impl Coded>) -> Option<T> {
        result.map_err(|error| self.add_error(at, &error)).ok()
    }

    /// A field that may be left out.
    pub fn optional<T>(&mut self, field: Field<T>, at: &Pointer) -> Option<T> {
        match field {
            Field::Given(value) => Some(value),
            Field::Absent => None,
            Field::WrongType => {
                self.add(at, "wrong_type", "has another type than the contract says");
                None
            }
            Field::TooMany => {
                self.add(at, "too_many", format_args!("must not have more than {LIST_MAX} elements"));
                None
            }
        }
    }

    /// A field that must be there.
    pub fn required<T>(&mut self, field: Field<T>, at: &Pointer) -> Option<T> {
        if matches!(field, Field::Absent) {
            self.add(at, "required", "is required");
        }
        self.optional(field, at)
    }

    /// A text that may be left out; callers of the published service also leave it blank.
    pub fn optional_string(&mut self, field: Field<String>, at: &Pointer) -> Option<String> {
        self.optional(field, at).filter(|text| !text.trim().is_empty())
    }

    /// A text that must be there and fit.
    pub fn text<const MAX: usize>(&mut self, field: Field<String>, at: &Pointer) -> Option<Text<MAX>> {
        let text = self.required(field, at)?;
        self.read(at, Text::new(&text))
    }

    /// A text that may be left out, and fits if it is there.
    pub fn optional_text<const MAX: usize>(
        &mut self,
        field: Field<String>,
        at: &Pointer,
    ) -> Option<Text<MAX>> {
        let text = self.optional_string(field, at)?;
        self.read(at, Text::new(&text))
    }

    /// An amount of at least one cent.
    pub fn amount(&mut self, field: Field<i64>, at: &Pointer) -> Option<Cents> {
        let amount = self.required(field, at)?;
        if amount < 1 {
            self.add(at, "amount_too_small", "must be at least 1 cent");
            return None;
        }
        self.read(at, Cents::new(amount))
    }

    /// A date that must be there.
    pub fn date(&mut self, field: Field<String>, at: &Pointer) -> Option<Timestamp> {
        let text = self.required(field, at)?;
        self.read(at, dates::parse(&text, WholeDay::UntilEnd))
    }

    /// A date that may be left out.
    pub fn optional_date(
        &mut self,
        field: Field<String>,
        at: &Pointer,
        whole_day: WholeDay,
    ) -> Option<Timestamp> {
        let text = self.optional_string(field, at)?;
        self.read(at, dates::parse(&text, whole_day))
    }

    /// Takes a number that was drawn; no if the body was given it before.
    pub fn take_drawn(&mut self, number: NoticeNumber) -> bool {
        let new = !self.generated.contains(&number);
        if new {
            self.generated.push(number);
        }
        new
    }

    /// The numbers that were drawn.
    pub fn into_generated(self) -> Vec<NoticeNumber> {
        self.generated
    }

    /// What was found.
    pub fn into_violations(self) -> Vec<Violation> {
        self.violations
    }

    /// Whether nothing was found.
    pub fn is_clean(&self) -> bool {
        self.violations.is_empty()
    }
}

impl Coded for TextError {
    fn code(&self) -> &'static str {
        match self {
            TextError::Blank => "blank",
            TextError::TooLong { .. } => "too_long",
            TextError::ControlCharacter => "control_character",
        }
    }
}

impl Coded for AmountError {
    fn code(&self) -> &'static str {
        match self {
            AmountError::Negative => "amount_too_small",
            AmountError::TooLarge => "amount_too_large",
            AmountError::Form => "amount_form",
        }
    }
}

impl Coded for FiscalCodeError {
    fn code(&self) -> &'static str {
        match self {
            FiscalCodeError::Institution | FiscalCodeError::NaturalPerson | FiscalCodeError::LegalPerson => {
                "fiscal_code_form"
            }
        }
    }
}

impl Coded for IbanError {
    fn code(&self) -> &'static str {
        match self {
            IbanError::Form => "iban_form",
            IbanError::Country => "iban_country",
            IbanError::CheckDigits => "iban_check_digits",
        }
    }
}

impl Coded for StampError {
    fn code(&self) -> &'static str {
        match self {
            StampError::HashForm => "base64_form",
            StampError::HashLength => "hash_length",
            StampError::Kind => "stamp_type",
            StampError::Province => "province_form",
        }
    }
}

impl Coded for TaxonomyCodeError {
    fn code(&self) -> &'static str {
        "category_form"
    }
}

impl Coded for CategoryError {
    fn code(&self) -> &'static str {
        match self {
            CategoryError::Unknown => "category_unknown",
            CategoryError::NotValid => "category_not_valid",
        }
    }
}

impl Coded for IdentifierError {
    fn code(&self) -> &'static str {
        "identifier_form"
    }
}

impl Coded for NoticeNumberError {
    fn code(&self) -> &'static str {
        match self {
            NoticeNumberError::Form | NoticeNumberError::AuxDigit | NoticeNumberError::TwoDigits => {
                "notice_number_form"
            }
            NoticeNumberError::CheckDigits => "notice_number_check_digits",
            NoticeNumberError::Iuv => "iuv_form",
        }
    }
}

impl Coded for DateError {
    fn code(&self) -> &'static str {
        match self {
            DateError::Form => "date_form",
            DateError::Range => "date_out_of_range",
        }
    }
}

impl Coded for Inconsistency {
    fn code(&self) -> &'static str {
        match self {
            Inconsistency::Sum => "sum_of_transfers",
            Inconsistency::TransferIds => "duplicate_transfer_id",
            Inconsistency::TransferCount => "transfer_count",
            Inconsistency::DueDatePassed => "due_date_passed",
            Inconsistency::DueBeforeValidity => "due_date_before_validity",
            Inconsistency::RetentionBeforeDue => "retention_date_before_due_date",
            Inconsistency::ValidityDatePassed => "validity_date_passed",
        }
    }
}
