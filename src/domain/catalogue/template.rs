//! Texts with the answers of a form in them, such as `Bollo auto targa {plate}`.

use std::fmt;

use super::form::{Answers, FieldName, Value};
use crate::domain::text::Text;

/// A text in which names of fields stand in braces. `{service}` is the name of the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Words(Box<str>),
    Service,
    Field(FieldName),
}

/// The word that stands for the name of the service.
const SERVICE: &str = "service";

/// Why a text is no template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// Nothing but blanks.
    #[error("must not be blank")]
    Blank,
    /// Longer than [`Template::MAX`].
    #[error("must have at most 140 characters")]
    TooLong,
    /// A character that a remittance cannot carry.
    #[error("must not contain control characters")]
    ControlCharacter,
    /// A brace without its other.
    #[error("must close every brace that it opens")]
    Brace,
    /// What stands in braces is no name of a field.
    #[error("must have the name of a field, or the word service, in braces")]
    Name,
}

impl Template {
    /// The most characters, braces and names included.
    pub const MAX: usize = 140;

    /// Reads a template; whether its fields exist is asked by [`fields`](Self::fields).
    pub fn new(text: &str) -> Result<Self, TemplateError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(TemplateError::Blank);
        }
        if text.chars().count() > Self::MAX {
            return Err(TemplateError::TooLong);
        }
        if text.chars().any(char::is_control) {
            return Err(TemplateError::ControlCharacter);
        }
        let mut parts = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            rest = next(rest, &mut parts)?;
        }
        Ok(Template(parts))
    }

    /// The fields that it names.
    pub fn fields(&self) -> impl Iterator<Item = &FieldName> {
        self.0.iter().filter_map(|part| match part {
            Part::Field(field) => Some(field),
            Part::Words(_) | Part::Service => None,
        })
    }

    /// The text for those answers, cut to what a remittance carries. Where nothing is left it is the name of the
    /// service.
    pub fn render(&self, answers: &Answers, service: &Text<70>) -> Text<140> {
        let mut text = String::new();
        for part in &self.0 {
            match part {
                Part::Words(words) => text.push_str(words),
                Part::Service => text.push_str(service.as_str()),
                Part::Field(field) => {
                    text.push_str(&answers.get(field).map(read_aloud).unwrap_or_default());
                }
            }
        }
        Text::cut(&text).unwrap_or_else(|_| service.widened())
    }
}

/// Reads what is up to or within the next braces, and tells what is left.
fn next<'t>(text: &'t str, parts: &mut Vec<Part>) -> Result<&'t str, TemplateError> {
    let Some(inner) = text.strip_prefix('{') else {
        let (words, rest) = text.split_at(text.find('{').unwrap_or(text.len()));
        if words.contains('}') {
            return Err(TemplateError::Brace);
        }
        parts.push(Part::Words(words.into()));
        return Ok(rest);
    };
    let (name, rest) = inner.split_once('}').ok_or(TemplateError::Brace)?;
    parts.push(match name {
        SERVICE => Part::Service,
        name => Part::Field(FieldName::new(name).map_err(|_| TemplateError::Name)?),
    });
    Ok(rest)
}

/// A value as people in Italy write it.
fn read_aloud(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Integer(number) => number.to_string(),
        Value::Decimal(number) => number.to_string().replace('.', ","),
        Value::Date(day) => format!("{:02}/{:02}/{:04}", day.day(), day.month(), day.year()),
        Value::Boolean(yes) => if *yes { "sì" } else { "no" }.to_owned(),
    }
}

/// As it was written.
impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| match part {
            Part::Words(words) => f.write_str(words),
            Part::Service => write!(f, "{{{SERVICE}}}"),
            Part::Field(field) => write!(f, "{{{}}}", field.as_str()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::catalogue::form::Decimal;

    fn rendered(template: &str) -> String {
        let values = [
            ("plate", Value::Text("AB123CD".to_owned())),
            ("amount", Value::Decimal(Decimal::parse("12.50").unwrap())),
            ("day", Value::Date("2026-03-01".parse().unwrap())),
            ("resident", Value::Boolean(true)),
            ("note", Value::Text("x".repeat(139))),
            ("lines", Value::Text("a\nb".to_owned())),
        ];
        let answers = values.map(|(name, value)| (FieldName::new(name).unwrap(), value));
        let answers: Answers = answers.into_iter().collect();
        Template::new(template).unwrap().render(&answers, &Text::new("Bollo auto").unwrap()).to_string()
    }

    #[test]
    fn answers_stand_where_their_names_stood() {
        assert_eq!(rendered("{service} targa {plate}"), "Bollo auto targa AB123CD");
        assert_eq!(rendered("{amount} il {day}: {resident}{plate}"), "12,50 il 01/03/2026: sìAB123CD");
    }

    #[test]
    fn what_is_too_long_is_cut_and_what_is_left_out_is_nothing() {
        assert_eq!(rendered("ab {note}").chars().count(), 140);
        assert_eq!(rendered("nota {other}"), "nota");
        assert_eq!(rendered("{other} {other}"), "Bollo auto", "a remittance is never blank");
        assert_eq!(rendered("{lines}"), "a b");
    }

    #[test]
    fn braces_hold_names_and_are_closed() {
        use TemplateError::{Blank, Brace, ControlCharacter, Name, TooLong};
        for (wrong, why) in [
            ("", Blank),
            (" ", Blank),
            ("a\nb", ControlCharacter),
            ("{plate", Brace),
            ("plate}", Brace),
            ("a } {plate}", Brace),
            ("{}", Name),
            ("{1a}", Name),
            ("{a b}", Name),
            ("{{plate}}", Name),
            (&"a".repeat(141), TooLong),
        ] {
            assert_eq!(Template::new(wrong), Err(why), "{wrong}");
        }
        let template = Template::new("a {b} {service} {c}").unwrap();
        assert_eq!(template.fields().map(FieldName::as_str).collect::<Vec<_>>(), ["b", "c"]);
        assert_eq!(template.to_string(), "a {b} {service} {c}");
    }
}
