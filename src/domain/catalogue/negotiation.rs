//! Which language somebody likes best (RFC 9110, section 12.5.4).

use super::language::Language;

/// The language that an `Accept-Language` likes best among some; none if it likes none of them.
///
/// Of languages that are liked alike the first that was named wins, and `*` is the first of those offered.
pub fn preferred(accept: &str, offered: &[Language]) -> Option<Language> {
    let mut best: Option<(u16, Language)> = None;
    for range in accept.split(',').take(MOST_RANGES) {
        let Some((language, weight)) = read(range, offered) else { continue };
        if weight > 0 && best.is_none_or(|(most, _)| weight > most) {
            best = Some((weight, language));
        }
    }
    best.map(|(_, language)| language)
}

/// Nobody reads more languages than that.
const MOST_RANGES: usize = 32;

fn read(range: &str, offered: &[Language]) -> Option<(Language, u16)> {
    let mut parts = range.split(';').map(str::trim);
    let tag = parts.next()?;
    let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    let weight = weight.map_or(Some(1000), thousandths)?;
    let language = match tag {
        "*" => offered.first().copied(),
        tag => Language::named(tag).filter(|named| offered.contains(named)),
    };
    Some((language?, weight))
}

/// A weight of what somebody likes (RFC 9110): 0 to 1 with up to three decimals.
pub fn thousandths(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let plain = decimals.len() <= 3 && decimals.bytes().all(|b| b.is_ascii_digit());
    let parts: u16 = format!("{decimals:0<3}").parse().ok().filter(|_| plain)?;
    match whole {
        "0" => Some(parts),
        "1" if parts == 0 => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_that_is_liked_best_is_taken_and_regions_do_not_matter() {
        use Language::{English, German, Italian};
        for (accept, expected) in [
            ("en-GB,en;q=0.9,it;q=0.8", Some(English)),
            ("it;q=0.8,en;q=0.9", Some(English)),
            ("fr-FR,fr;q=0.9,en;q=0.5", Some(English)),
            ("it, en", Some(Italian)),
            ("en;q=0, it;q=0.1", Some(Italian)),
            ("pt", None),
            ("de", None),
            ("*", Some(Italian)),
            ("pt, *;q=0.1", Some(Italian)),
            ("en;q=2, it;q=x", None),
            ("", None),
        ] {
            assert_eq!(preferred(accept, &[Italian, English]), expected, "{accept}");
        }
        assert_eq!(preferred("de-AT", &Language::ALL), Some(German));
    }
}
