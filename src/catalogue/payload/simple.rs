//! Simple types of the schemas of services: the facets of the contract's types, known only at run time.

use crate::schema::facets::WHOLE_NUMBER;
use crate::schema::model::{self, Builtin, Facets};
use crate::schema::patterns::{self, Alphabet};
use crate::schema::{Diagnostic, wrong};
use crate::wire::{
    Automaton, Date, DateTime, Decimal, FacetError, Time, Value as _, WhiteSpace, base64_form, keeps_length,
};
use std::borrow::Cow;
use std::cmp::Ordering;

/// How many listed values a message repeats.
const LISTED: usize = 20;

/// What a text of a simple type means.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Text, or what is only compared as it is written.
    Text(String),
    /// A number.
    Number(Decimal),
    /// A day.
    Day(Date, String),
    /// Yes or no.
    Flag(bool),
}

impl Value {
    /// The one text that stands for all that mean the same.
    pub fn text(self) -> String {
        match self {
            Value::Text(text) | Value::Day(_, text) => text,
            Value::Number(number) => number.to_string(),
            Value::Flag(flag) => flag.to_string(),
        }
    }

    /// Whether both mean the same.
    pub fn same(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Day(one, _), Value::Day(other, _)) => one.order(*other) == Some(Ordering::Equal),
            _ => self == other,
        }
    }

    fn order(&self, other: &Value) -> Option<Ordering> {
        match (self, other) {
            (Value::Day(one, _), Value::Day(other, _)) => one.order(*other),
            (Value::Number(one), Value::Number(other)) => Some(one.cmp(other)),
            _ => None,
        }
    }
}

/// A simple type that judges texts.
#[derive(Debug)]
pub struct Simple {
    base: Builtin,
    length: (usize, usize),
    /// Each with what it demands in words; all must match.
    patterns: Vec<(Automaton, String)>,
    fraction_digits: usize,
    total_digits: usize,
    least: Option<Value>,
    greatest: Option<Value>,
    listed: Option<Vec<Value>>,
}

impl Simple {
    /// A type without facets.
    pub fn builtin(base: Builtin) -> Self {
        Simple {
            base,
            length: (0, usize::MAX),
            patterns: Vec::new(),
            fraction_digits: usize::MAX,
            total_digits: usize::MAX,
            least: None,
            greatest: None,
            listed: None,
        }
    }

    /// A type with its facets. Fails if a pattern is not understood or too large, or a bound or a listed value is
    /// none of the type.
    pub fn compile(simple: &model::Simple) -> Result<Self, Diagnostic> {
        let wrong = |message: String| wrong(&simple.place, message);
        let facets: &Facets = &simple.facets;
        let alphabet = if is_text(simple.base) { Alphabet::Unicode } else { Alphabet::Ascii };
        let mut of = Simple::builtin(simple.base);
        for step in &facets.patterns {
            let table = patterns::bounded(step, alphabet).map_err(wrong)?;
            let words = if step.iter().any(|pattern| pattern == WHOLE_NUMBER) {
                "be a whole number".to_owned()
            } else {
                format!("match {}", step.join(" or "))
            };
            let automaton = Automaton::new(&table.ranges, table.stride, table.next, table.accepts);
            of.patterns.push((automaton, words));
        }
        of.length = (facets.min_length.unwrap_or(0), facets.max_length.unwrap_or(usize::MAX));
        if of.length.0 > of.length.1 {
            return Err(wrong("no text is short and long enough".to_owned()));
        }
        of.fraction_digits = facets.fraction_digits.unwrap_or(usize::MAX);
        of.total_digits = facets.total_digits.unwrap_or(usize::MAX);
        let value = |text: &String| {
            let text = of.space().apply(text);
            of.value(&text).map_err(|error| wrong(format!("a bound or a listed value {error}")))
        };
        let (least, greatest) = (facets.min.as_ref().map(value), facets.max.as_ref().map(value));
        let listed: Option<Result<Vec<Value>, Diagnostic>> =
            facets.values.as_ref().map(|values| values.iter().map(value).collect());
        (of.least, of.greatest, of.listed) = (least.transpose()?, greatest.transpose()?, listed.transpose()?);
        Ok(of)
    }

    /// The value of a text, whose references and line ends have been resolved.
    pub fn judge(&self, text: &str) -> Result<Value, FacetError> {
        let text = self.space().apply(text);
        let value = self.value(&text)?;
        keeps_length(&text, self.length.0, self.length.1)?;
        if let Some((_, words)) = self.patterns.iter().find(|(pattern, _)| !pattern.matches(&text)) {
            return Err(FacetError::Stated(words.clone()));
        }
        if let Value::Number(number) = &value {
            self.digits(number)?;
        }
        let least = self
            .least
            .as_ref()
            .filter(|least| !matches!(value.order(least), Some(Ordering::Greater | Ordering::Equal)));
        let greatest = self
            .greatest
            .as_ref()
            .filter(|greatest| !matches!(value.order(greatest), Some(Ordering::Less | Ordering::Equal)));
        match (least, greatest) {
            (Some(least), _) => return Err(stated(format!("be at least {}", least.clone().text()))),
            (_, Some(greatest)) => return Err(stated(format!("be at most {}", greatest.clone().text()))),
            (None, None) => {}
        }
        match &self.listed {
            Some(listed) if !listed.iter().any(|one| one.same(&value)) => Err(stated(one_of(listed))),
            _ => Ok(value),
        }
    }

    fn digits(&self, number: &Decimal) -> Result<(), FacetError> {
        if number.fraction_digits() > self.fraction_digits {
            return Err(stated(format!("have at most {} digits after the dot", self.fraction_digits)));
        }
        if number.total_digits() > self.total_digits {
            return Err(stated(format!("have at most {} digits", self.total_digits)));
        }
        Ok(())
    }

    fn space(&self) -> WhiteSpace {
        match self.base {
            Builtin::Text => WhiteSpace::Preserve,
            Builtin::NormalizedText => WhiteSpace::Replace,
            _ => WhiteSpace::Collapse,
        }
    }

    /// What a text whose blanks have been treated means, facets aside.
    fn value(&self, text: &str) -> Result<Value, FacetError> {
        let borrowed = Cow::Borrowed(text);
        Ok(match self.base {
            Builtin::Decimal | Builtin::Int => {
                Value::Number(Decimal::parse(text).ok_or(FacetError::Form("a number such as 12.50"))?)
            }
            Builtin::Boolean => Value::Flag(bool::parse(borrowed)?),
            Builtin::Date => Value::Day(Date::parse(borrowed)?, text.to_owned()),
            Builtin::DateTime => DateTime::parse(borrowed).map(|_| Value::Text(text.to_owned()))?,
            Builtin::Time => Time::parse(borrowed).map(|_| Value::Text(text.to_owned()))?,
            Builtin::Base64 => base64_form(text).map(|()| Value::Text(text.to_owned()))?,
            Builtin::Text | Builtin::NormalizedText | Builtin::Token | Builtin::Uri => {
                Value::Text(text.to_owned())
            }
        })
    }
}

fn is_text(base: Builtin) -> bool {
    matches!(base, Builtin::Text | Builtin::NormalizedText | Builtin::Token | Builtin::Uri)
}

fn stated(words: String) -> FacetError {
    FacetError::Stated(words)
}

fn one_of(listed: &[Value]) -> String {
    if listed.len() > LISTED {
        return "be one of the listed values".to_owned();
    }
    let texts: Vec<String> = listed.iter().cloned().map(Value::text).collect();
    format!("be one of {}", texts.join(", "))
}
