//! What was filled in: as written, and as understood.

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;

use super::decimal::{Decimal, MAX_SCALE};
use super::field::FieldName;

/// What was written in each field.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Inputs(BTreeMap<FieldName, String>);

impl Inputs {
    /// Nothing yet.
    pub fn new() -> Self {
        Inputs::default()
    }

    /// Puts in what a program wrote, character by character.
    pub fn insert(&mut self, field: FieldName, text: impl Into<String>) {
        self.0.insert(field, text.into());
    }

    /// Puts in what a person typed or an XML document says: blanks around it are dropped, and nothing but blanks
    /// is nothing.
    pub fn insert_typed(&mut self, field: FieldName, text: &str) {
        let text = text.trim();
        if !text.is_empty() {
            self.insert(field, text);
        }
    }

    /// What was written in that field.
    pub fn get(&self, field: &FieldName) -> Option<&str> {
        self.0.get(field).map(String::as_str)
    }

    /// All, in the order of names.
    pub fn iter(&self) -> impl Iterator<Item = (&FieldName, &str)> {
        self.0.iter().map(|(field, text)| (field, text.as_str()))
    }
}

impl FromIterator<(FieldName, String)> for Inputs {
    fn from_iter<T: IntoIterator<Item = (FieldName, String)>>(inputs: T) -> Self {
        Inputs(inputs.into_iter().collect())
    }
}

/// Only the names: what people write is theirs.
impl fmt::Debug for Inputs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// What was understood of one field.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// Text; plates and codes in capital letters.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number, with as many decimals as its field has.
    Decimal(Decimal),
    /// A day.
    Date(Date),
    /// Yes or no.
    Boolean(bool),
}

impl Value {
    /// The one way of writing it, for programs: what [`Form::read`](super::Form::read) would read as the same
    /// value.
    pub fn canonical(&self) -> String {
        match self {
            Value::Text(text) => text.clone(),
            Value::Integer(number) => number.to_string(),
            Value::Decimal(number) => number.to_string(),
            Value::Date(day) => day.to_string(),
            Value::Boolean(yes) => yes.to_string(),
        }
    }

    /// How an Italian reads it: `31/12/2026`, `12,50`, `sì`.
    pub fn text(&self) -> String {
        match self {
            Value::Text(_) | Value::Integer(_) => self.canonical(),
            Value::Decimal(number) => number.to_string().replace('.', ","),
            Value::Date(day) => format!("{:02}/{:02}/{:04}", day.day(), day.month(), day.year()),
            Value::Boolean(yes) => if *yes { "sì" } else { "no" }.to_owned(),
        }
    }

    /// The number, in parts of ten to the power of minus [`MAX_SCALE`]; none if it is not one.
    pub fn number(&self) -> Option<i128> {
        match self {
            Value::Integer(number) => Some(i128::from(*number) * 10_i128.pow(u32::from(MAX_SCALE))),
            Value::Decimal(number) => Some(i128::from(*number)),
            Value::Text(_) | Value::Date(_) | Value::Boolean(_) => None,
        }
    }
}

/// Only which kind: what people write is theirs.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Value::Text(_) => "Text(…)",
            Value::Integer(_) => "Integer(…)",
            Value::Decimal(_) => "Decimal(…)",
            Value::Date(_) => "Date(…)",
            Value::Boolean(_) => "Boolean(…)",
        })
    }
}

/// What was understood of a form that is filled in rightly.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers(BTreeMap<FieldName, Value>);

impl Answers {
    /// The answer to that field, if there is one.
    pub fn get(&self, field: &FieldName) -> Option<&Value> {
        self.0.get(field)
    }

    /// All, in the order of names.
    pub fn iter(&self) -> impl Iterator<Item = (&FieldName, &Value)> {
        self.0.iter()
    }

    /// The one text of these answers: the same for the same answers however they were written, different for
    /// different ones. Each is its name, the length of its value in bytes, and its value.
    pub fn canonical(&self) -> String {
        let line = |(field, value): (&FieldName, &Value)| {
            let value = value.canonical();
            format!("{field}:{}:{value}\n", value.len())
        };
        self.0.iter().map(line).collect()
    }
}

impl FromIterator<(FieldName, Value)> for Answers {
    fn from_iter<T: IntoIterator<Item = (FieldName, Value)>>(answers: T) -> Self {
        Answers(answers.into_iter().collect())
    }
}
