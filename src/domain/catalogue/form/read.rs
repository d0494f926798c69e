//! Reading a form that was filled in: every field, then every rule, and everything that is wrong at once.

use super::define::Form;
use super::field::FieldName;
use super::reason::{FormError, Reason};
use super::rule::{Condition, CrossRule};
use super::value::{Answers, Inputs, Value};

impl Form {
    /// Reads what was filled in. Rules between fields are judged where the fields themselves are right.
    pub fn read(&self, inputs: &Inputs) -> Result<Answers, Vec<FormError>> {
        let mut errors = Vec::new();
        let mut answers = Vec::new();
        for field in self.fields() {
            let read = inputs.get(&field.name).map(|text| field.kind.read(text));
            match read {
                Some(Ok(value)) => answers.push((field.name.clone(), value)),
                Some(Err(reason)) => errors.push(FormError::new(Some(field.name.clone()), reason)),
                None if field.is_required() => {
                    errors.push(FormError::new(Some(field.name.clone()), Reason::Missing));
                }
                None => {}
            }
        }
        let unknown = inputs.iter().filter(|(name, _)| self.field(name).is_none());
        errors.extend(unknown.map(|(name, _)| FormError::new(Some(name.clone()), Reason::UnknownField)));
        let answers: Answers = answers.into_iter().collect();
        let is_wrong = |name: &&FieldName| errors.iter().any(|error| error.field.as_ref() == Some(name));
        let judged = self.rules().iter().filter(|rule| !rule.condition.fields().iter().any(is_wrong));
        let broken: Vec<FormError> = judged.filter_map(|rule| rule.breach(&answers)).collect();
        errors.extend(broken);
        if errors.is_empty() { Ok(answers) } else { Err(errors) }
    }
}

impl CrossRule {
    fn breach(&self, answers: &Answers) -> Option<FormError> {
        let field = self.condition.fields().first().map(|field| (*field).clone());
        let holds = self.condition.holds(answers);
        (!holds).then(|| FormError::new(field, Reason::Rule(Box::new(self.message.clone()))))
    }
}

impl Condition {
    /// Whether it holds for these answers.
    pub fn holds(&self, answers: &Answers) -> bool {
        let count = |fields: &[FieldName]| fields.iter().filter(|field| answers.get(field).is_some()).count();
        let both = |a, b| answers.get(a).zip(answers.get(b));
        match self {
            Condition::ExactlyOne(fields) => count(fields) == 1,
            Condition::AtLeastOne(fields) => count(fields) >= 1,
            Condition::RequiredIf { field, when, equals } => {
                let applies = answers.get(when).is_some_and(|value| value.canonical() == *equals);
                !applies || answers.get(field).is_some()
            }
            Condition::Equal(a, b) => both(a, b).is_none_or(|(a, b)| a.is_same(b)),
            Condition::Different(a, b) => both(a, b).is_none_or(|(a, b)| !a.is_same(b)),
            Condition::AtMost(a, b) => both(a, b).is_none_or(|(a, b)| a.is_at_most(b)),
        }
    }
}

impl Value {
    /// Whether both are the same; numbers by value, whatever their kind.
    fn is_same(&self, other: &Value) -> bool {
        match (self.number(), other.number()) {
            (Some(a), Some(b)) => a == b,
            _ => self == other,
        }
    }

    fn is_at_most(&self, other: &Value) -> bool {
        match (self.number(), other.number()) {
            (Some(a), Some(b)) => a <= b,
            _ => self <= other,
        }
    }
}
