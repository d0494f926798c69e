//! What schemas say in attributes and facets: built-in types, occurrences, restrictions of simple types.

use super::model::{Builtin, Facets, Occurs};
use super::read::At;
use super::{Diagnostic, Subset};
use std::cmp::Ordering;

type Fallible<T> = Result<T, Diagnostic>;

/// The one pattern of a dateTime: neither fraction nor offset.
const PLAIN_MOMENT: &str = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d";

/// The pattern by which the schema language itself makes whole numbers of decimals.
pub const WHOLE_NUMBER: &str = r"[\-+]?[0-9]+";

/// The built-in type of that name, if the subset has it.
pub fn builtin(name: &str) -> Option<Builtin> {
    Some(match name {
        "string" => Builtin::Text,
        "normalizedString" => Builtin::NormalizedText,
        "token" => Builtin::Token,
        "decimal" => Builtin::Decimal,
        "int" => Builtin::Int,
        "boolean" => Builtin::Boolean,
        "date" => Builtin::Date,
        "dateTime" => Builtin::DateTime,
        "time" => Builtin::Time,
        "anyURI" => Builtin::Uri,
        "base64Binary" => Builtin::Base64,
        _ => return None,
    })
}

/// How often a particle occurs.
pub fn occurs(node: At<'_>) -> Fallible<Occurs> {
    let number = |text: &str| text.parse().map_err(|_| node.wrong(format!("`{text}` is not a number")));
    let min = node.get("minOccurs").map_or(Ok(1), number)?;
    let max = match node.get("maxOccurs") {
        Some("unbounded") => usize::MAX,
        other => other.map_or(Ok(1), number)?,
    };
    if max == 0 || min > max {
        return Err(node.wrong("occurs never, or at least more often than at most"));
    }
    Ok(Occurs { min, max })
}

/// What the built-in types of whole numbers are: decimals of a pattern and a range.
pub fn whole_number(name: &str) -> Option<Facets> {
    let range = |min: Option<i64>, max: Option<i64>| Facets {
        patterns: vec![vec![WHOLE_NUMBER.to_owned()]],
        min: min.map(|min| min.to_string()),
        max: max.map(|max| max.to_string()),
        ..Facets::default()
    };
    Some(match name {
        "integer" => range(None, None),
        "nonNegativeInteger" => range(Some(0), None),
        "positiveInteger" => range(Some(1), None),
        "long" => range(Some(i64::MIN), Some(i64::MAX)),
        "int" => range(Some(i32::MIN.into()), Some(i32::MAX.into())),
        "short" => range(Some(i16::MIN.into()), Some(i16::MAX.into())),
        _ => return None,
    })
}

/// Whether an interpreted type may have a facet besides those that generated code knows.
fn interpreted(base: Builtin, facet: &str) -> bool {
    match base {
        Builtin::Decimal => ["totalDigits", "enumeration"].contains(&facet),
        Builtin::Date => ["pattern", "enumeration", "minInclusive", "maxInclusive"].contains(&facet),
        Builtin::Boolean | Builtin::DateTime | Builtin::Time => facet == "pattern",
        _ => false,
    }
}

/// Whether the facets of a step are within those inherited. Bounds of numbers that are not whole, and of days, may
/// be stated once only.
fn narrows(before: &Facets, after: &Facets) -> bool {
    let whole = |text: &str| text.parse::<i128>().ok();
    let bound = |before: &Option<String>, after: &Option<String>, order: Ordering| match (before, after) {
        (Some(old), Some(new)) => {
            old == new || matches!((whole(old), whole(new)), (Some(old), Some(new)) if new.cmp(&old) == order)
        }
        _ => true,
    };
    let count = |before: Option<usize>, after: Option<usize>| before.is_none_or(|old| after <= Some(old));
    let listed = |values: &Vec<String>| {
        before.values.as_ref().is_none_or(|old| values.iter().all(|value| old.contains(value)))
    };
    bound(&before.min, &after.min, Ordering::Greater)
        && bound(&before.max, &after.max, Ordering::Less)
        && after.min_length >= before.min_length
        && count(before.max_length, after.max_length)
        && count(before.fraction_digits, after.fraction_digits)
        && count(before.total_digits, after.total_digits)
        && after.values.as_ref().is_none_or(listed)
}

/// Adds the facets of one derivation step to those inherited.
pub fn gather(step: At<'_>, base: Builtin, subset: Subset, facets: &mut Facets) -> Fallible<()> {
    let texts = matches!(base, Builtin::Text | Builtin::NormalizedText | Builtin::Token | Builtin::Uri);
    let numbers = matches!(base, Builtin::Decimal | Builtin::Int);
    let more = |facet: At<'_>| subset == Subset::Interpreted && interpreted(base, facet.tag());
    let before = facets.clone();
    let mut patterns = Vec::new();
    let mut values = Vec::new();
    for facet in step.children() {
        facet.only(&["value"])?;
        let value = facet.need("value")?;
        let count = || value.parse::<usize>().map_err(|_| facet.wrong(format!("`{value}` is not a number")));
        match facet.tag() {
            "length" if texts => {
                facets.min_length = Some(count()?);
                facets.max_length = Some(count()?);
            }
            "minLength" if texts => facets.min_length = Some(count()?),
            "maxLength" if texts => facets.max_length = Some(count()?),
            "pattern" if texts || matches!(base, Builtin::Decimal | Builtin::Base64) => {
                patterns.push(value.to_owned())
            }
            "pattern" if base == Builtin::DateTime && value == PLAIN_MOMENT => {
                patterns.push(value.to_owned())
            }
            "enumeration" if texts || base == Builtin::Int => values.push(value.to_owned()),
            "minInclusive" if numbers => facets.min = Some(value.to_owned()),
            "maxInclusive" if numbers => facets.max = Some(value.to_owned()),
            "fractionDigits" if base == Builtin::Decimal => facets.fraction_digits = Some(count()?),
            "pattern" if more(facet) => patterns.push(value.to_owned()),
            "enumeration" if more(facet) => values.push(value.to_owned()),
            "totalDigits" if more(facet) => facets.total_digits = Some(count()?),
            "minInclusive" if more(facet) => facets.min = Some(value.to_owned()),
            "maxInclusive" if more(facet) => facets.max = Some(value.to_owned()),
            name => return Err(facet.wrong(format!("facet {name} on {base:?} is outside the subset"))),
        }
    }
    if !patterns.is_empty() {
        facets.patterns.push(patterns);
    }
    if !values.is_empty() {
        facets.values = Some(values);
    }
    if subset == Subset::Interpreted && !narrows(&before, facets) {
        return Err(step.wrong("a facet that does not narrow the one inherited"));
    }
    Ok(())
}
