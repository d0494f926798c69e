//! What schemas say in attributes and facets: built-in types, occurrences, restrictions of simple types.

use super::Diagnostic;
use super::model::{Builtin, Facets, Occurs};
use super::read::At;

type Fallible<T> = Result<T, Diagnostic>;

/// The one pattern of a dateTime: neither fraction nor offset.
const PLAIN_MOMENT: &str = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d";

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

/// Adds the facets of one derivation step to those inherited.
pub fn gather(step: At<'_>, base: Builtin, facets: &mut Facets) -> Fallible<()> {
    let texts = matches!(base, Builtin::Text | Builtin::NormalizedText | Builtin::Token | Builtin::Uri);
    let numbers = matches!(base, Builtin::Decimal | Builtin::Int);
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
            name => return Err(facet.wrong(format!("facet {name} on {base:?} is outside the subset"))),
        }
    }
    if !patterns.is_empty() {
        facets.patterns.push(patterns);
    }
    if !values.is_empty() {
        facets.values = Some(values);
    }
    Ok(())
}
