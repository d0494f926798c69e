//! A form, as JSON.

mod rule;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::findings::Findings;
use super::text::LocalizedText;
use crate::domain::catalogue::form::{
    Choice, Decimal, Field, FieldKind, FieldName, Form, MAX_UNITS, Pattern, Place, Presence, TEXT_MAX,
};
use crate::domain::text::Text;

pub use rule::{RuleDefinition, RuleWord};

/// How many decimals a number has if nobody says it: those of an amount.
const SCALE: u8 = 2;

/// What a payer fills in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ServiceForm)]
pub struct FormDefinition {
    /// What is asked, in order.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub fields: Vec<FieldDefinition>,
    /// What must hold between fields.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20)]
    pub rules: Vec<RuleDefinition>,
}

/// One thing that is asked. Which of its members make sense depends on its type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ServiceFormField)]
pub struct FieldDefinition {
    /// Its name for programs: at most 40 letters, digits and underscores, no digit first.
    #[schema(examples("plate"))]
    pub name: String,
    /// Its name for people, at most 70 characters.
    pub label: LocalizedText,
    /// What to write there, at most 255 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub help: Option<LocalizedText>,
    /// What can be written there.
    #[serde(rename = "type")]
    pub kind: FieldWord,
    /// Whether it must be filled in.
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub required: bool,
    /// The fewest characters of a text; one if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1, maximum = 140)]
    pub min_length: Option<u16>,
    /// The most characters of a text; 140 if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1, maximum = 140)]
    pub max_length: Option<u16>,
    /// What the whole of a text must be: a regular expression of characters, `\d`, `.`, classes, groups,
    /// alternatives and repetitions, without anchors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, examples("[A-Z]{2}\\d{4}"))]
    pub pattern: Option<String>,
    /// The smallest number or the first day, as the payer would write it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, examples("1.00"))]
    pub minimum: Option<String>,
    /// The largest number or the last day, as the payer would write it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, examples("5000.00"))]
    pub maximum: Option<String>,
    /// The most decimals of a number; two if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, maximum = 4)]
    pub decimals: Option<u8>,
    /// The values of a list.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 250)]
    pub choices: Vec<ChoiceDefinition>,
}

/// What can be written in a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ServiceFormFieldType)]
pub enum FieldWord {
    /// One line of text.
    Text,
    /// A whole number.
    Integer,
    /// A number with decimals.
    Decimal,
    /// A day.
    Date,
    /// One of a list.
    Choice,
    /// The number plate of an Italian vehicle.
    Plate,
    /// A fiscal code.
    FiscalCode,
    /// A VAT number.
    VatNumber,
    /// An IBAN.
    Iban,
    /// An e-mail address.
    Email,
    /// Yes or no.
    Boolean,
}

/// A value of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ServiceFormChoice)]
pub struct ChoiceDefinition {
    /// The value for programs, at most 70 characters.
    pub value: String,
    /// The value for people, at most 70 characters.
    pub label: LocalizedText,
}

fn yes() -> bool {
    true
}

impl FormDefinition {
    /// As JSON.
    pub fn of(form: &Form) -> Self {
        FormDefinition {
            fields: form.fields().iter().map(FieldDefinition::of).collect(),
            rules: form.rules().iter().map(RuleDefinition::of).collect(),
        }
    }

    /// Reads it.
    pub fn read(&self, pointer: &str, findings: &mut Findings) -> Option<Form> {
        let mut fields = Vec::new();
        for (index, field) in self.fields.iter().enumerate() {
            fields.push(field.read(&format!("{pointer}/fields/{index}"), findings));
        }
        let mut rules = Vec::new();
        for (index, rule) in self.rules.iter().enumerate() {
            rules.push(rule.read(&format!("{pointer}/rules/{index}"), findings));
        }
        let fields = fields.into_iter().collect::<Option<_>>();
        let rules = rules.into_iter().collect::<Option<_>>();
        let flaws = match Form::new(fields?, rules?) {
            Ok(form) => return Some(form),
            Err(flaws) => flaws,
        };
        for flaw in flaws {
            let place = match flaw.place {
                Place::Form => pointer.to_owned(),
                Place::Field(index) => format!("{pointer}/fields/{index}"),
                Place::Name(index) => format!("{pointer}/fields/{index}/name"),
                Place::Rule(index) => format!("{pointer}/rules/{index}"),
            };
            findings.add(place, flaw.code, flaw.message);
        }
        None
    }
}

impl FieldDefinition {
    fn of(field: &Field) -> Self {
        let mut definition = FieldDefinition {
            name: field.name.to_string(),
            label: LocalizedText::of(&field.label),
            help: field.help.as_ref().map(LocalizedText::of),
            kind: FieldWord::of(&field.kind),
            required: field.is_required(),
            min_length: None,
            max_length: None,
            pattern: None,
            minimum: None,
            maximum: None,
            decimals: None,
            choices: Vec::new(),
        };
        match &field.kind {
            FieldKind::Text { min, max, pattern } => {
                definition.min_length = Some(*min);
                definition.max_length = Some(*max);
                definition.pattern = pattern.as_ref().map(|pattern| pattern.as_str().to_owned());
            }
            FieldKind::Integer { min, max } => {
                (definition.minimum, definition.maximum) = (Some(min.to_string()), Some(max.to_string()));
            }
            FieldKind::Decimal { scale, min, max } => {
                definition.decimals = Some(*scale);
                (definition.minimum, definition.maximum) = (Some(min.to_string()), Some(max.to_string()));
            }
            FieldKind::Date { earliest, latest } => {
                definition.minimum = earliest.map(|day| day.to_string());
                definition.maximum = latest.map(|day| day.to_string());
            }
            FieldKind::Choice(choices) => {
                definition.choices = choices.iter().map(ChoiceDefinition::of).collect()
            }
            _ => {}
        }
        definition
    }

    fn read(&self, pointer: &str, findings: &mut Findings) -> Option<Field> {
        let name = findings.read(format!("{pointer}/name"), FieldName::new(&self.name));
        let label = self.label.read(&format!("{pointer}/label"), findings);
        let help = self.help.as_ref();
        let help = help.and_then(|help| help.read(&format!("{pointer}/help"), findings));
        self.refuse_what_means_nothing(pointer, findings);
        let kind = self.read_kind(pointer, findings);
        let presence = if self.required { Presence::Required } else { Presence::Optional };
        Some(Field { name: name?, label: label?, help, kind: kind?, presence })
    }

    /// Members that say nothing about this type are mistakes of who wrote them.
    fn refuse_what_means_nothing(&self, pointer: &str, findings: &mut Findings) {
        let of_text = self.kind == FieldWord::Text;
        let has_range = matches!(self.kind, FieldWord::Integer | FieldWord::Decimal | FieldWord::Date);
        for (member, written, meant) in [
            ("minLength", self.min_length.is_some(), of_text),
            ("maxLength", self.max_length.is_some(), of_text),
            ("pattern", self.pattern.is_some(), of_text),
            ("minimum", self.minimum.is_some(), has_range),
            ("maximum", self.maximum.is_some(), has_range),
            ("decimals", self.decimals.is_some(), self.kind == FieldWord::Decimal),
            ("choices", !self.choices.is_empty(), self.kind == FieldWord::Choice),
        ] {
            if written && !meant {
                findings.add(
                    format!("{pointer}/{member}"),
                    "meaningless",
                    "says nothing about a field of this type",
                );
            }
        }
    }

    fn read_kind(&self, pointer: &str, findings: &mut Findings) -> Option<FieldKind> {
        match self.kind {
            FieldWord::Text => {
                let pattern = match self.pattern.as_deref().map(Pattern::new) {
                    None => None,
                    Some(pattern) => Some(findings.read(format!("{pointer}/pattern"), pattern)?),
                };
                let (min, max) = (self.min_length.unwrap_or(1), self.max_length.unwrap_or(TEXT_MAX));
                Some(FieldKind::Text { min, max, pattern })
            }
            FieldWord::Integer => {
                let (min, max) = self.bounds(pointer, findings, whole)?;
                Some(FieldKind::Integer { min: min.unwrap_or(-MAX_UNITS), max: max.unwrap_or(MAX_UNITS) })
            }
            FieldWord::Decimal => self.read_decimal(pointer, findings),
            FieldWord::Date => {
                let (earliest, latest) = self.bounds(pointer, findings, day)?;
                Some(FieldKind::Date { earliest, latest })
            }
            FieldWord::Choice => {
                let read = |(index, choice): (usize, &ChoiceDefinition)| {
                    choice.read(&format!("{pointer}/choices/{index}"), findings)
                };
                let choices: Vec<_> = self.choices.iter().enumerate().map(read).collect();
                choices.into_iter().collect::<Option<_>>().map(FieldKind::Choice)
            }
            FieldWord::Plate => Some(FieldKind::Plate),
            FieldWord::FiscalCode => Some(FieldKind::FiscalCode),
            FieldWord::VatNumber => Some(FieldKind::VatNumber),
            FieldWord::Iban => Some(FieldKind::Iban),
            FieldWord::Email => Some(FieldKind::Email),
            FieldWord::Boolean => Some(FieldKind::Boolean),
        }
    }

    fn read_decimal(&self, pointer: &str, findings: &mut Findings) -> Option<FieldKind> {
        let scale = self.decimals.unwrap_or(SCALE);
        let number = |text: &str| {
            let scaled = Decimal::parse(text).ok().and_then(|number| number.with_scale(scale));
            scaled.ok_or("must be a number with no more decimals than the field, and at most 15 digits")
        };
        let (min, max) = self.bounds(pointer, findings, number)?;
        let extreme = |units| Decimal::new(units, scale).ok();
        match (min.or_else(|| extreme(-MAX_UNITS)), max.or_else(|| extreme(MAX_UNITS))) {
            (Some(min), Some(max)) => Some(FieldKind::Decimal { scale, min, max }),
            _ => {
                findings.add(format!("{pointer}/decimals"), "invalid", "must not be more than 4");
                None
            }
        }
    }

    /// The smallest and the largest value; nothing at all if one of them is wrong.
    fn bounds<T>(
        &self,
        pointer: &str,
        findings: &mut Findings,
        read: impl Fn(&str) -> Result<T, &'static str>,
    ) -> Option<(Option<T>, Option<T>)> {
        let mut bound = |text: &Option<String>, member: &str| match text {
            None => Some(None),
            Some(text) => findings.read(format!("{pointer}/{member}"), read(text)).map(Some),
        };
        let (min, max) = (bound(&self.minimum, "minimum"), bound(&self.maximum, "maximum"));
        min.zip(max)
    }
}

fn whole(text: &str) -> Result<i64, &'static str> {
    let number = Decimal::parse(text).ok().filter(|number| number.scale() == 0);
    number.map(Decimal::units).ok_or("must be a whole number of at most 15 digits")
}

fn day(text: &str) -> Result<Date, &'static str> {
    let plain = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    text.parse().ok().filter(|_| plain).ok_or("must be a date, such as 2026-12-31")
}

impl FieldWord {
    fn of(kind: &FieldKind) -> Self {
        match kind {
            FieldKind::Text { .. } => FieldWord::Text,
            FieldKind::Integer { .. } => FieldWord::Integer,
            FieldKind::Decimal { .. } => FieldWord::Decimal,
            FieldKind::Date { .. } => FieldWord::Date,
            FieldKind::Choice(_) => FieldWord::Choice,
            FieldKind::Plate => FieldWord::Plate,
            FieldKind::FiscalCode => FieldWord::FiscalCode,
            FieldKind::VatNumber => FieldWord::VatNumber,
            FieldKind::Iban => FieldWord::Iban,
            FieldKind::Email => FieldWord::Email,
            FieldKind::Boolean => FieldWord::Boolean,
        }
    }
}

impl ChoiceDefinition {
    fn of(choice: &Choice) -> Self {
        ChoiceDefinition { value: choice.value.to_string(), label: LocalizedText::of(&choice.label) }
    }

    fn read(&self, pointer: &str, findings: &mut Findings) -> Option<Choice> {
        let value = findings.read(format!("{pointer}/value"), Text::new(&self.value));
        let label = self.label.read(&format!("{pointer}/label"), findings);
        value.zip(label).map(|(value, label)| Choice { value, label })
    }
}
