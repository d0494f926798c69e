//! In which form a receipt is wanted (RFC 9110, section 12.5.1).

use axum::http::{HeaderMap, header};

/// The forms that a receipt has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// The node's message.
    Xml,
    /// All facts of it.
    Json,
}

/// The form that the caller likes better; XML if it likes both alike or neither.
pub(super) fn preferred(headers: &HeaderMap) -> Form {
    let lines = headers.get_all(header::ACCEPT).iter().filter_map(|line| line.to_str().ok());
    let ranges: Vec<Range<'_>> = lines.flat_map(|line| line.split(',')).filter_map(Range::read).collect();
    if quality(&ranges, "json") > quality(&ranges, "xml") { Form::Json } else { Form::Xml }
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

    /// How closely it names a type of `application`; none if it does not.
    fn closeness(&self, kind: &str) -> Option<u8> {
        let application = self.name.eq_ignore_ascii_case("application");
        match (self.name, self.kind) {
            ("*", "*") => Some(0),
            (_, "*") if application => Some(1),
            (_, own) if application && own.eq_ignore_ascii_case(kind) => Some(2),
            _ => None,
        }
    }
}

/// A weight: 0 to 1 with up to three decimals.
fn thousandths(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let plain = decimals.len() <= 3 && decimals.bytes().all(|b| b.is_ascii_digit());
    let parts: u16 = format!("{decimals:0<3}").parse().ok().filter(|_| plain)?;
    match whole {
        "0" => Some(parts),
        "1" if parts == 0 => Some(1000),
        _ => None,
    }
}

/// The weight of the range that names the type most closely; nothing asked for is anything.
fn quality(ranges: &[Range<'_>], kind: &str) -> u16 {
    let matching = ranges.iter().filter_map(|range| Some((range.closeness(kind)?, range.weight)));
    matching.max().map_or(0, |(_, weight)| weight)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closest_range_decides_and_xml_wins_a_draw() {
        let cases = [
            ("application/json", Form::Json),
            ("Application/JSON; charset=utf-8", Form::Json),
            ("application/xml", Form::Xml),
            ("", Form::Xml),
            ("*/*", Form::Xml),
            ("application/*", Form::Xml),
            ("text/html", Form::Xml),
            ("application/json, */*", Form::Xml),
            ("application/json, */*;q=0.8", Form::Json),
            ("application/xml;q=0.5, application/json;q=0.9", Form::Json),
            ("application/xml;q=0.9, application/json;q=0.5", Form::Xml),
            ("application/json;q=0.001, application/xml;q=0", Form::Json),
            ("application/json;q=0, */*", Form::Xml),
            ("application/xml;q=0, */*;q=0.1", Form::Json),
            ("application/json;q=1.5, application/xml;q=0.1", Form::Xml),
            ("application/json;q=-1", Form::Xml),
        ];
        for (accept, form) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, accept.parse().unwrap());
            assert_eq!(preferred(&headers), form, "{accept}");
        }
        assert_eq!(preferred(&HeaderMap::new()), Form::Xml);
        let mut two = HeaderMap::new();
        two.append(header::ACCEPT, "application/xml;q=0.2".parse().unwrap());
        two.append(header::ACCEPT, "application/json".parse().unwrap());
        assert_eq!(preferred(&two), Form::Json);
    }
}
