//! What each kind of field takes: the one place that judges a single value.

use jiff::civil::{Date, date};

use super::codes;
use super::decimal::{Decimal, MAX_SCALE, MAX_UNITS};
use super::define::{CHOICES_MAX, TEXT_MAX};
use super::field::{Choice, FieldKind};
use super::pattern::{Class, Pattern, Shape};
use super::reason::Reason;
use super::value::Value;
use crate::domain::iban::Iban;

/// The first and the last day that can be written.
const DAYS: (Date, Date) = (date(1, 1, 1), date(9999, 12, 31));

/// What is wrong with the kind of a field: a code and a message.
pub(super) type KindFlaw = (&'static str, &'static str);

impl FieldKind {
    /// Reads what was written.
    pub fn read(&self, text: &str) -> Result<Value, Reason> {
        match self {
            FieldKind::Text { min, max, pattern } => read_text(text, (*min, *max), pattern.as_ref()),
            FieldKind::Integer { min, max } => read_integer(text, (*min, *max)),
            FieldKind::Decimal { scale, min, max } => read_decimal(text, *scale, (*min, *max)),
            FieldKind::Date { .. } => self.read_date(text),
            FieldKind::Choice(choices) => {
                let known = choices.iter().any(|choice| choice.value.as_str() == text);
                if known { Ok(Value::Text(text.to_owned())) } else { Err(Reason::NotAChoice) }
            }
            FieldKind::Plate => in_capitals(text, &codes::plate(), Reason::NotAPlate),
            FieldKind::FiscalCode => {
                let code = in_capitals(text, &codes::fiscal_code(), Reason::NotAFiscalCode)?;
                checked(code, codes::fiscal_code_checks)
            }
            FieldKind::VatNumber => {
                let code = in_capitals(text, &codes::vat_number(), Reason::NotAVatNumber)?;
                checked(code, codes::digits_check)
            }
            FieldKind::Iban => {
                in_capitals(text, &codes::iban(), Reason::NotAnIban)?;
                let iban = Iban::new(text).map_err(|error| match error {
                    crate::domain::iban::IbanError::CheckDigits => Reason::CheckCharacter,
                    _ => Reason::NotAnIban,
                })?;
                Ok(Value::Text(iban.as_str().to_owned()))
            }
            FieldKind::Email => {
                let right = text.len() <= usize::from(codes::EMAIL_MAX) && codes::email().matches(text);
                if right { Ok(Value::Text(text.to_owned())) } else { Err(Reason::NotAnEmail) }
            }
            FieldKind::Boolean => match text {
                "true" => Ok(Value::Boolean(true)),
                "false" => Ok(Value::Boolean(false)),
                _ => Err(Reason::NotABoolean),
            },
        }
    }

    /// The first and the last day that a date can be; of no meaning for other kinds.
    pub fn days(&self) -> (Date, Date) {
        match self {
            FieldKind::Date { earliest, latest } => (earliest.unwrap_or(DAYS.0), latest.unwrap_or(DAYS.1)),
            _ => DAYS,
        }
    }

    /// Whether values of both kinds can be equal.
    pub fn is_comparable_with(&self, other: &FieldKind) -> bool {
        let is_number =
            |kind: &FieldKind| matches!(kind, FieldKind::Integer { .. } | FieldKind::Decimal { .. });
        self.name() == other.name() || is_number(self) && is_number(other)
    }

    /// Whether of two values one can be less than the other.
    pub fn has_order(&self) -> bool {
        matches!(self, FieldKind::Integer { .. } | FieldKind::Decimal { .. } | FieldKind::Date { .. })
    }

    /// What makes it impossible to fill in, if anything.
    pub(super) fn flaw(&self) -> Option<KindFlaw> {
        match self {
            FieldKind::Text { min, max, .. } => {
                let right = 1 <= *min && min <= max && *max <= TEXT_MAX;
                (!right).then_some((
                    "empty_range",
                    "a text has from 1 to 140 characters, the fewest not above the most",
                ))
            }
            FieldKind::Integer { min, max } => {
                let right = -MAX_UNITS <= *min && min <= max && *max <= MAX_UNITS;
                (!right).then_some((
                    "empty_range",
                    "a number has up to 15 digits, the smallest not above the largest",
                ))
            }
            FieldKind::Decimal { scale, min, max } => {
                let scaled = |bound: &Decimal| *scale <= MAX_SCALE && bound.with_scale(*scale).is_some();
                let right = scaled(min) && scaled(max) && min <= max;
                (!right).then_some((
                    "empty_range",
                    "a number has up to 15 digits and 4 decimals, its bounds no more than it, the smallest not above the largest",
                ))
            }
            FieldKind::Date { .. } => {
                let (first, last) = self.days();
                let right = DAYS.0 <= first && first <= last;
                (!right).then_some((
                    "empty_range",
                    "a date is of the years 1 to 9999, the first not after the last",
                ))
            }
            FieldKind::Choice(choices) => flaw_of_choices(choices),
            _ => None,
        }
    }

    fn read_date(&self, text: &str) -> Result<Value, Reason> {
        let day = read_day(text).ok_or(Reason::NotADate)?;
        let (first, last) = self.days();
        if day < first {
            Err(Reason::TooEarly(first.to_string()))
        } else if day > last {
            Err(Reason::TooLate(last.to_string()))
        } else {
            Ok(Value::Date(day))
        }
    }
}

fn flaw_of_choices(choices: &[Choice]) -> Option<KindFlaw> {
    let mut values: Vec<&str> = choices.iter().map(|choice| choice.value.as_str()).collect();
    values.sort_unstable();
    values.dedup();
    if choices.is_empty() || choices.len() > CHOICES_MAX {
        Some(("choices", "a list has from 1 to 250 values"))
    } else if values.len() < choices.len() {
        Some(("taken", "two values of the list are the same"))
    } else {
        None
    }
}

fn read_text(text: &str, (min, max): (u16, u16), pattern: Option<&Pattern>) -> Result<Value, Reason> {
    let length = text.chars().count();
    let solid = Class::solid();
    if !text.chars().all(|c| Class::any().contains(c)) {
        return Err(Reason::Characters);
    }
    let edges = [text.chars().next(), text.chars().next_back()];
    if !edges.iter().all(|edge| edge.is_some_and(|c| solid.contains(c))) {
        return Err(Reason::Blanks);
    }
    if length < usize::from(min) {
        return Err(Reason::TooShort(min));
    }
    if length > usize::from(max) {
        return Err(Reason::TooLong(max));
    }
    if pattern.is_some_and(|pattern| !pattern.matches(text)) {
        return Err(Reason::Pattern);
    }
    Ok(Value::Text(text.to_owned()))
}

fn read_integer(text: &str, (min, max): (i64, i64)) -> Result<Value, Reason> {
    let number = Decimal::parse(text).ok().filter(|number| number.scale() == 0);
    match number.ok_or(Reason::NotAnInteger)?.units() {
        number if number < min => Err(Reason::TooSmall(min.to_string())),
        number if number > max => Err(Reason::TooLarge(max.to_string())),
        number => Ok(Value::Integer(number)),
    }
}

fn read_decimal(text: &str, scale: u8, (min, max): (Decimal, Decimal)) -> Result<Value, Reason> {
    let number = Decimal::parse(text).ok().filter(|number| number.scale() <= scale);
    let number = number.ok_or(Reason::NotADecimal(scale))?;
    if number < min {
        return Err(Reason::TooSmall(min.to_string()));
    }
    if number > max {
        return Err(Reason::TooLarge(max.to_string()));
    }
    number.with_scale(scale).map(Value::Decimal).ok_or(Reason::NotADecimal(scale))
}

/// A day as `2026-12-31`, and in no other way.
fn read_day(text: &str) -> Option<Date> {
    let mut parts = text.splitn(3, '-');
    let mut number = |width: usize| {
        let part =
            parts.next().filter(|part| part.len() == width && part.bytes().all(|b| b.is_ascii_digit()));
        part?.parse::<i16>().ok()
    };
    let (year, month, day) = (number(4)?, number(2)?, number(2)?);
    let day = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    (DAYS.0 <= day).then_some(day)
}

/// No plate and no code is longer, in bytes; what is, is not looked at.
const CODE_MAX: usize = 34;

fn in_capitals(text: &str, shape: &Shape, otherwise: Reason) -> Result<Value, Reason> {
    if text.len() <= CODE_MAX && shape.matches(text) {
        Ok(Value::Text(text.to_ascii_uppercase()))
    } else {
        Err(otherwise)
    }
}

fn checked(code: Value, checks: fn(&str) -> bool) -> Result<Value, Reason> {
    match &code {
        Value::Text(text) if !checks(text) => Err(Reason::CheckCharacter),
        _ => Ok(code),
    }
}
