//! The texts that a field takes, as shapes: what every dialect must say in its own words.

use super::ranges;
use crate::domain::catalogue::form::{Class, FieldKind, Pattern, Shape, codes};

/// The shape of a text without blanks around it.
pub fn without_blanks() -> Shape {
    solid_ends(0, None)
}

/// The same of so many characters.
pub fn without_blanks_of(min: u16, max: u16) -> Shape {
    match (min, max) {
        (_, ..=1) => Shape::One(Class::solid()),
        (..=1, _) => solid_ends(0, Some(max - 2)),
        (min, max) => {
            let inner = Shape::One(Class::any()).times(min - 2, max - 2);
            Shape::Sequence(vec![Shape::One(Class::solid()), inner, Shape::One(Class::solid())])
        }
    }
}

/// One character that is not blank, or two with others between them.
fn solid_ends(min: u16, max: Option<u16>) -> Shape {
    let solid = || Shape::One(Class::solid());
    let more = Shape::Sequence(vec![Shape::One(Class::any()).times(min, max), solid()]);
    Shape::Sequence(vec![solid(), more.or_nothing()])
}

/// What the texts of a field look like that is neither a list nor a day nor yes or no, lengths left out where
/// dialects have words for them.
pub fn shapes(kind: &FieldKind) -> Vec<Shape> {
    match kind {
        FieldKind::Text { pattern, .. } => of_text(pattern.as_ref()),
        FieldKind::Integer { min, max } => vec![ranges::integers(*min, *max)],
        FieldKind::Decimal { scale, min, max } => {
            vec![ranges::decimals(*min, *max, *scale, &Shape::character('.'))]
        }
        FieldKind::Plate => vec![codes::plate()],
        FieldKind::FiscalCode => vec![codes::fiscal_code()],
        FieldKind::VatNumber => vec![codes::vat_number()],
        FieldKind::Iban => vec![codes::iban()],
        FieldKind::Email => vec![codes::email()],
        FieldKind::Date { .. } | FieldKind::Choice(_) | FieldKind::Boolean => Vec::new(),
    }
}

/// The fewest and the most characters, where the shapes do not say it.
pub fn length(kind: &FieldKind) -> Option<(u16, u16)> {
    match kind {
        FieldKind::Text { min, max, .. } => Some((*min, *max)),
        FieldKind::Email => Some((1, codes::EMAIL_MAX)),
        _ => None,
    }
}

/// A pattern that lets no blank stand at the ends needs nothing else to say so.
fn of_text(pattern: Option<&Pattern>) -> Vec<Shape> {
    match pattern {
        None => vec![without_blanks()],
        Some(pattern) if pattern.shape().has_solid_ends() => vec![pattern.shape().clone()],
        Some(pattern) => vec![without_blanks(), pattern.shape().clone()],
    }
}
