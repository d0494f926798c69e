//! What makes fields and rules a form.

use std::collections::HashSet;

use super::field::{Field, FieldName};
use super::rule::{Condition, CrossRule};

/// The most fields.
pub const FIELDS_MAX: usize = 20;

/// The most rules between fields.
pub const RULES_MAX: usize = 20;

/// The longest text.
pub const TEXT_MAX: u16 = 140;

/// The most values of a list.
pub const CHOICES_MAX: usize = 250;

/// Fields and rules that make sense together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    fields: Vec<Field>,
    rules: Vec<CrossRule>,
}

/// One thing that is wrong with a form that somebody designs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// Where.
    pub place: Place,
    /// What, for programs.
    pub code: &'static str,
    /// What, for people.
    pub message: &'static str,
}

/// A place of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// All of it.
    Form,
    /// A field, by its place among them.
    Field(usize),
    /// The name of a field, by its place among them.
    Name(usize),
    /// A rule, by its place among them.
    Rule(usize),
}

impl Form {
    /// A form of these fields and rules, or everything that is wrong with them.
    pub fn new(fields: Vec<Field>, rules: Vec<CrossRule>) -> Result<Self, Vec<Flaw>> {
        let form = Form { fields, rules };
        let flaws = form.flaws();
        if flaws.is_empty() { Ok(form) } else { Err(flaws) }
    }

    /// The fields, in the order in which they are asked.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The field of that name.
    pub fn field(&self, name: &FieldName) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == *name)
    }

    /// What must hold between fields.
    pub fn rules(&self) -> &[CrossRule] {
        &self.rules
    }

    fn flaws(&self) -> Vec<Flaw> {
        let mut flaws = Vec::new();
        let mut add = |place, found: Option<(&'static str, &'static str)>| {
            flaws.extend(found.map(|(code, message)| Flaw { place, code, message }));
        };
        if self.fields.len() > FIELDS_MAX || self.rules.len() > RULES_MAX {
            add(Place::Form, Some(("too_many", "a form has at most 20 fields and 20 rules")));
        }
        let mut names = HashSet::new();
        for (index, field) in self.fields.iter().enumerate() {
            let taken = !names.insert(&field.name);
            add(Place::Name(index), taken.then_some(("taken", "another field has this name")));
            add(Place::Field(index), field.kind.flaw());
        }
        for (index, rule) in self.rules.iter().enumerate() {
            add(Place::Rule(index), self.flaw_of_rule(&rule.condition));
        }
        flaws
    }

    fn flaw_of_rule(&self, condition: &Condition) -> Option<(&'static str, &'static str)> {
        let names = condition.fields();
        let fields: Vec<&Field> = names.iter().filter_map(|name| self.field(name)).collect();
        if fields.len() < names.len() {
            return Some(("unknown_field", "the rule speaks of a field that the form has not"));
        }
        if names.iter().collect::<HashSet<_>>().len() < names.len() {
            return Some(("repeated_field", "the rule names a field twice"));
        }
        let comparable = |a: &Field, b: &Field| a.kind.is_comparable_with(&b.kind);
        match (condition, fields.as_slice()) {
            (Condition::ExactlyOne(_) | Condition::AtLeastOne(_), _) => {
                let few = fields.len() < 2;
                let required = fields.iter().any(|field| field.is_required());
                few.then_some(("too_few", "the rule needs at least two fields"))
                    .or(required.then_some(("required_field", "the rule needs fields that can be left out")))
            }
            (Condition::RequiredIf { equals, .. }, [field, when]) => {
                let possible = when.kind.read(equals).is_ok_and(|value| value.canonical() == *equals);
                let required = field.is_required();
                (!possible)
                    .then_some(("impossible_value", "the other field can never have this value"))
                    .or(required.then_some(("required_field", "the field is required in any case")))
            }
            (Condition::Equal(..) | Condition::Different(..), [a, b]) => {
                (!comparable(a, b)).then_some(("different_kinds", "the fields are of different kinds"))
            }
            (Condition::AtMost(..), [a, b]) => {
                let right = comparable(a, b) && a.kind.has_order();
                (!right).then_some(("no_order", "the fields are not both numbers or both days"))
            }
            _ => None,
        }
    }
}
