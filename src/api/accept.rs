//! Which form of an answer the caller likes better (RFC 9110, section 12.5.1).

use axum::http::{HeaderMap, header};

use crate::domain::catalogue::negotiation::thousandths;

/// A media type.
pub(super) type Media = (&'static str, &'static str);

/// Facts as the contracts write them.
pub(super) const JSON: Media = ("application", "json");

/// The node's messages.
pub(super) const XML: Media = ("application", "xml");

/// Events as they come.
pub(super) const EVENT_STREAM: Media = ("text", "event-stream");

/// Pages for people.
pub(super) const HTML: Media = ("text", "html");

/// Tables.
pub(super) const CSV: Media = ("text", "csv");

/// Whether the caller likes the first form better than the second; not if it likes both alike or neither.
pub(super) fn prefers(headers: &HeaderMap, first: Media, second: Media) -> bool {
    let lines = headers.get_all(header::ACCEPT).iter().filter_map(|line| line.to_str().ok());
    let ranges: Vec<Range<'_>> = lines.flat_map(|line| line.split(',')).filter_map(Range::read).collect();
    quality(&ranges, first) > quality(&ranges, second)
}

/// One media range with its weight in thousandths.
struct Range<'a> {
    name: &'a str,
    kind: &'a str,
    weight: u16,
}

impl<'a> Range<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let (name, kind) = parts.next()?.split_once('/')?;
        let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
        let weight = weight.map_or(Some(1000), thousandths)?;
        Some(Range { name, kind, weight })
    }

    /// How closely it names a type; none if it does not.
    fn closeness(&self, (name, kind): Media) -> Option<u8> {
        let near = self.name.eq_ignore_ascii_case(name);
        match (self.name, self.kind) {
            ("*", "*") => Some(0),
            (_, "*") if near => Some(1),
            (_, own) if near && own.eq_ignore_ascii_case(kind) => Some(2),
            _ => None,
        }
    }
}

/// The weight of the range that names the type most closely; nothing asked for is anything.
fn quality(ranges: &[Range<'_>], media: Media) -> u16 {
    let matching = ranges.iter().filter_map(|range| Some((range.closeness(media)?, range.weight)));
    matching.max().map_or(0, |(_, weight)| weight)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closest_range_decides_and_the_second_form_wins_a_draw() {
        let cases = [
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("application/xml", false),
            ("", false),
            ("*/*", false),
            ("application/*", false),
            ("text/html", false),
            ("application/json, */*", false),
            ("application/json, */*;q=0.8", true),
            ("application/xml;q=0.5, application/json;q=0.9", true),
            ("application/xml;q=0.9, application/json;q=0.5", false),
            ("application/json;q=0.001, application/xml;q=0", true),
            ("application/json;q=0, */*", false),
            ("application/xml;q=0, */*;q=0.1", true),
            ("application/json;q=1.5, application/xml;q=0.1", false),
            ("application/json;q=-1", false),
        ];
        for (accept, json) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, accept.parse().unwrap());
            assert_eq!(prefers(&headers, JSON, XML), json, "{accept}");
        }
        assert!(!prefers(&HeaderMap::new(), JSON, XML));
        let mut two = HeaderMap::new();
        two.append(header::ACCEPT, "application/xml;q=0.2".parse().unwrap());
        two.append(header::ACCEPT, "application/json".parse().unwrap());
        assert!(prefers(&two, JSON, XML));
    }

    #[test]
    fn a_table_is_preferred_by_its_weight_only() {
        for (accept, table) in [
            ("text/csv", true),
            ("text/*", true),
            ("application/json;q=0.9, text/csv", true),
            ("text/csv;q=0.1, application/json", false),
            ("text/csv;q=0, application/json;q=0", false),
            ("text/csv, application/json", false),
            ("*/*", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, accept.parse().unwrap());
            assert_eq!(prefers(&headers, CSV, JSON), table, "{accept}");
        }
    }
}
