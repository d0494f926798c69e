//! Simple types as what they become, and the checks that make sure it is exact.

use super::names;
use super::plan::Shape;
use crate::schema::Diagnostic;
use crate::schema::model::{Facets, Place, Simple};
use crate::schema::patterns::{self, Table};
use crate::schema::wrong;
use std::collections::BTreeSet;

type Fallible<T> = Result<T, Diagnostic>;

/// A decimal is money, or it is outside the subset.
pub fn amount(simple: &Simple) -> Fallible<Shape> {
    const LIMIT: i64 = 99_999_999_999;
    let facets = &simple.facets;
    let wrong = |message: &str| wrong(&simple.place, message);
    let two = facets.patterns.iter().flatten().all(|pattern| pattern == r"\d+\.\d{2}");
    let form = match (facets.patterns.is_empty(), two, facets.fraction_digits) {
        (false, true, None | Some(2)) => "TwoDecimals",
        (true, _, Some(2)) => "UpToTwoDecimals",
        _ => return Err(wrong(r"a decimal must be money: pattern \d+\.\d{2}, or fractionDigits 2")),
    };
    let parse =
        |text: &str| cents(text).ok_or_else(|| wrong("a bound that is no amount with at most two decimals"));
    let min = facets.min.as_deref().map_or(Ok(if form == "TwoDecimals" { 0 } else { -1 }), parse)?;
    let max = facets.max.as_deref().map_or(Ok(i64::MAX), parse)?;
    if min < 0 || max > LIMIT || min > max {
        return Err(wrong("an amount must lie between 0 and 999999999.99"));
    }
    Ok(Shape::Amount(form, min, max))
}

fn cents(text: &str) -> Option<i64> {
    let (euro, part) = text.split_once('.').unwrap_or((text, ""));
    let euro: i64 = euro.parse().ok().filter(|_| part.len() <= 2)?;
    let part: i64 = format!("{part:0<2}").parse().ok()?;
    euro.checked_mul(100)?.checked_add(part).filter(|_| euro >= 0)
}

/// A whole number with a range.
pub fn int(simple: &Simple) -> Fallible<Shape> {
    let parse = |text: &str| text.parse().map_err(|_| wrong(&simple.place, "a bound that is no xs:int"));
    let min = simple.facets.min.as_deref().map_or(Ok(i32::MIN), parse)?;
    let max = simple.facets.max.as_deref().map_or(Ok(i32::MAX), parse)?;
    if min > max { Err(wrong(&simple.place, "no number is in the range")) } else { Ok(Shape::Int(min, max)) }
}

/// The listed numbers.
pub fn numbers(simple: &Simple) -> Fallible<Shape> {
    let (facets, place) = (&simple.facets, &simple.place);
    if facets.min.is_some() || facets.max.is_some() {
        return Err(wrong(place, "a range besides listed numbers is outside the subset"));
    }
    let values = facets.values.iter().flatten();
    let numbers: Fallible<Vec<(String, i32)>> = values
        .map(|value| {
            let number: i32 = value.parse().map_err(|_| wrong(place, format!("`{value}` is no xs:int")))?;
            Ok((names::variant(value), number))
        })
        .collect();
    let numbers = numbers?;
    distinct(place, numbers.iter().map(|(variant, _)| variant))?;
    Ok(Shape::Numbers(numbers))
}

/// The listed texts, each of which must keep the other facets too.
pub fn texts(simple: &Simple, values: &[String], tables: &[Table]) -> Fallible<Vec<(String, String)>> {
    let facets = &simple.facets;
    let (min, max) = (facets.min_length.unwrap_or(0), facets.max_length.unwrap_or(usize::MAX));
    for value in values {
        let length = value.chars().count();
        if length < min || length > max || !tables.iter().all(|table| patterns::matches(table, value)) {
            return Err(wrong(
                &simple.place,
                format!("the listed value `{value}` breaks another facet of its type"),
            ));
        }
    }
    let texts: Vec<(String, String)> =
        values.iter().map(|value| (names::variant(value), value.clone())).collect();
    distinct(&simple.place, texts.iter().map(|(variant, _)| variant))?;
    Ok(texts)
}

/// Whether facets that list values or measure texts, and no others, allow a value.
pub fn admits(facets: &Facets, value: &str) -> bool {
    let length = value.chars().count();
    facets.patterns.is_empty()
        && facets.min.is_none()
        && facets.max.is_none()
        && facets.min_length.is_none_or(|min| length >= min)
        && facets.max_length.is_none_or(|max| length <= max)
        && facets.values.as_ref().is_none_or(|values| values.iter().any(|listed| listed == value))
}

fn distinct<'n>(place: &Place, variants: impl Iterator<Item = &'n String>) -> Fallible<()> {
    let mut seen = BTreeSet::new();
    for variant in variants {
        if !seen.insert(variant) {
            return Err(wrong(place, format!("two listed values would be called {variant}")));
        }
    }
    Ok(())
}
