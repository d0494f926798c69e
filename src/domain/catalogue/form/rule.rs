//! What must hold between fields.

use super::field::FieldName;
use crate::domain::catalogue::language::Localized;

/// Something that must hold between fields, and what to tell who breaks it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrossRule {
    /// What must hold.
    pub condition: Condition,
    /// What to tell.
    pub message: Localized<255>,
}

/// What must hold. A rule that compares two fields holds while one of them is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// Exactly one of the fields is filled in.
    ExactlyOne(Vec<FieldName>),
    /// At least one of the fields is filled in.
    AtLeastOne(Vec<FieldName>),
    /// A field is filled in if another has a value.
    RequiredIf {
        /// The field that must be filled in.
        field: FieldName,
        /// The other.
        when: FieldName,
        /// The value of the other, as [`Value::canonical`](super::Value::canonical) writes it.
        equals: String,
    },
    /// Two fields of one kind have the same value.
    Equal(FieldName, FieldName),
    /// Two fields of one kind have different values.
    Different(FieldName, FieldName),
    /// The first field, a number or a day, is at most the second.
    AtMost(FieldName, FieldName),
}

impl Condition {
    /// Its name for programs.
    pub const fn name(&self) -> &'static str {
        match self {
            Condition::ExactlyOne(_) => "exactlyOne",
            Condition::AtLeastOne(_) => "atLeastOne",
            Condition::RequiredIf { .. } => "requiredIf",
            Condition::Equal(..) => "equal",
            Condition::Different(..) => "different",
            Condition::AtMost(..) => "atMost",
        }
    }

    /// The fields of which it speaks; the first is where its breach is shown.
    pub fn fields(&self) -> Vec<&FieldName> {
        match self {
            Condition::ExactlyOne(fields) | Condition::AtLeastOne(fields) => fields.iter().collect(),
            Condition::RequiredIf { field, when, .. } => vec![field, when],
            Condition::Equal(a, b) | Condition::Different(a, b) | Condition::AtMost(a, b) => vec![a, b],
        }
    }
}
