//! Placeholders: what an expected text says about a part that differs from run to run.

use jiff::civil;

/// Names and meanings, as `varco replay --help` and fixtures/README.md tell them.
const KINDS: [(&str, Kind); 6] = [
    ("any", Kind::Any),
    ("text", Kind::Text),
    ("date", Kind::Date),
    ("dateTime", Kind::DateTime),
    ("amount", Kind::Amount),
    ("digits", Kind::Digits),
];

/// The placeholder that stands for whatever an element contains, elements too.
pub const ANY: &str = "{{any}}";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Any,
    Text,
    Date,
    DateTime,
    Amount,
    Digits,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part<'a> {
    Literal(&'a str),
    Hole(Kind),
}

/// A placeholder that is not known.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{{{{{0}}}}} is no placeholder: there are {{{{any}}}}, {{{{text}}}}, {{{{date}}}}, {{{{dateTime}}}}, {{{{amount}}}} and {{{{digits}}}}"
)]
pub struct UnknownPlaceholder(String);

/// Checks that all placeholders of a text are known.
pub fn check(text: &str) -> Result<(), UnknownPlaceholder> {
    parts(text).map(|_| ())
}

/// Whether an actual text is what the expected one, with its placeholders, describes.
pub fn matches(expected: &str, actual: &str) -> bool {
    parts(expected).is_ok_and(|parts| fits(&parts, actual))
}

fn parts(mut text: &str) -> Result<Vec<Part<'_>>, UnknownPlaceholder> {
    let mut parts = Vec::new();
    while let Some((literal, rest)) = text.split_once("{{") {
        let Some((name, rest)) = rest.split_once("}}") else { break };
        let known = KINDS.iter().find(|(known, _)| *known == name);
        let (_, kind) = known.ok_or_else(|| UnknownPlaceholder(name.to_owned()))?;
        parts.extend([Part::Literal(literal), Part::Hole(*kind)]);
        text = rest;
    }
    parts.push(Part::Literal(text));
    Ok(parts)
}

fn fits(parts: &[Part], actual: &str) -> bool {
    match parts {
        [] => actual.is_empty(),
        [Part::Literal(literal), rest @ ..] => {
            actual.strip_prefix(literal).is_some_and(|actual| fits(rest, actual))
        }
        [Part::Hole(kind), rest @ ..] => {
            // The longest first: most holes are the last part, and take all that is left.
            let mut ends = actual.char_indices().map(|(at, _)| at).chain([actual.len()]).rev();
            ends.any(|end| {
                let (hole, after) = actual.split_at(end);
                kind.admits(hole) && fits(rest, after)
            })
        }
    }
}

impl Kind {
    fn admits(self, text: &str) -> bool {
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        match self {
            Kind::Any => true,
            Kind::Text => !text.trim().is_empty(),
            Kind::Date => is_date(text),
            Kind::DateTime => is_date_time(text),
            Kind::Amount => text
                .split_once('.')
                .is_some_and(|(euro, cents)| digits(euro) && digits(cents) && cents.len() == 2),
            Kind::Digits => digits(text),
        }
    }
}

/// A civil date without offset, the only form in which we may write one.
fn is_date(text: &str) -> bool {
    text.len() == 10 && text.parse::<civil::Date>().is_ok()
}

/// A date and time of XML Schema, with or without fraction and offset.
fn is_date_time(text: &str) -> bool {
    let Some((date, time)) = text.split_once('T') else { return false };
    let (clock, offset) = match time.find(['Z', '+', '-']) {
        Some(at) => time.split_at(at),
        None => (time, ""),
    };
    let well_formed = match offset.as_bytes() {
        [] | [b'Z'] => true,
        [_, a, b, b':', c, d] => [a, b, c, d].iter().all(|digit| digit.is_ascii_digit()),
        _ => false,
    };
    well_formed && is_date(date) && clock.len() >= 8 && clock.parse::<civil::Time>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_placeholder_admits_its_form_only() {
        for (pattern, right, wrong) in [
            ("{{any}}", vec!["", "x", "è\n"], vec![]),
            ("{{text}}", vec!["x"], vec!["", "  "]),
            ("{{date}}", vec!["2026-11-22"], vec!["2026-11-31", "2026-11-22Z", "20261122", "22-11-2026"]),
            (
                "{{dateTime}}",
                vec!["2026-11-22T10:00:00", "2026-11-22T10:00:00.123Z", "2026-11-22T10:00:00+01:00"],
                vec!["2026-11-22", "2026-11-22T25:00:00", "2026-11-22T10:00", "2026-11-22T10:00:00+1"],
            ),
            ("{{amount}}", vec!["0.00", "12.50"], vec!["12.5", "12,50", "12", ".50", "-1.00"]),
            ("{{digits}}", vec!["0", "302000000000000184"], vec!["", "1a", " 1"]),
        ] {
            for text in right {
                assert!(matches(pattern, text), "{pattern} {text:?}");
            }
            for text in wrong {
                assert!(!matches(pattern, text), "{pattern} {text:?}");
            }
        }
    }

    #[test]
    fn placeholders_stand_among_literal_text() {
        assert!(matches("/RFB/{{digits}}/{{amount}}/TXT/{{text}}", "/RFB/0200/12.50/TXT/mensa/marzo"));
        assert!(!matches("/RFB/{{digits}}/{{amount}}", "/RFB/0200/12.50/TXT"));
        assert!(matches("no { hole }} here", "no { hole }} here"));
        assert!(matches("", "") && !matches("", "x"));
    }

    #[test]
    fn an_unknown_placeholder_is_named() {
        assert!(check("a {{amount}}").is_ok());
        assert!(check("{{ammount}}").unwrap_err().to_string().starts_with("{{ammount}} is no placeholder"));
    }
}
