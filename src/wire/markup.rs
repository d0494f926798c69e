//! The small grammars inside XML markup that the tokenizer leaves unchecked: names, attributes, references and
//! the XML declaration.

use super::error::Rule;
use super::value::is_blank;
use std::borrow::Cow;

/// One attribute of a start tag, as written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attribute<'a> {
    /// Its name with the prefix.
    pub(crate) name: &'a str,
    /// Its value between the quotes.
    pub(crate) raw: &'a str,
    /// How many bytes of the tag's attributes come before it.
    pub(crate) at: usize,
}

/// The attributes of a start tag, one by one.
pub(crate) struct Attributes<'a> {
    all: &'a str,
    rest: &'a str,
}

impl<'a> Attributes<'a> {
    /// The attributes in what follows the name inside a start tag.
    pub(crate) fn new(all: &'a str) -> Self {
        Attributes { all, rest: all }
    }

    fn read(&mut self) -> Result<Option<Attribute<'a>>, Rule> {
        let trimmed = self.rest.trim_start_matches(BLANKS);
        if trimmed.is_empty() {
            return Ok(None);
        }
        if trimmed.len() == self.rest.len() {
            return Err(Rule::WellFormed("blank missing before an attribute"));
        }
        let at = self.all.len() - trimmed.len();
        let (name, value) = trimmed.split_once('=').ok_or(Rule::WellFormed("attribute without a value"))?;
        let name = name.trim_end_matches(BLANKS);
        if !is_qualified_name(name) {
            return Err(Rule::WellFormed("bad attribute name"));
        }
        let value = value.trim_start_matches(BLANKS);
        let quote = match value.as_bytes().first() {
            Some(b'"') => '"',
            Some(b'\'') => '\'',
            _ => return Err(Rule::WellFormed("attribute value without quotes")),
        };
        let (raw, rest) = value
            .get(1..)
            .and_then(|value| value.split_once(quote))
            .ok_or(Rule::WellFormed("attribute value without an end"))?;
        if raw.contains('<') {
            return Err(Rule::WellFormed("`<` in an attribute value"));
        }
        self.rest = rest;
        Ok(Some(Attribute { name, raw, at }))
    }
}

impl<'a> Iterator for Attributes<'a> {
    type Item = Result<Attribute<'a>, Rule>;
    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

/// The blanks of XML.
pub(crate) const BLANKS: [char; 4] = [' ', '\t', '\n', '\r'];

/// The value of an attribute: references resolved, blanks made spaces.
pub(crate) fn attribute_value(raw: &str) -> Result<Cow<'_, str>, Rule> {
    if !raw.contains(['&', '\t', '\n', '\r']) {
        return Ok(Cow::Borrowed(raw));
    }
    let mut value = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find(['&', '\t', '\n', '\r']) {
        let (before, special) = rest.split_at(at);
        value.push_str(before);
        if let Some(reference) = special.strip_prefix('&') {
            let (name, after) = reference.split_once(';').ok_or(Rule::WellFormed("`&` without `;`"))?;
            value.push(resolve(name)?);
            rest = after;
        } else {
            value.push(' ');
            let line_end = special.strip_prefix("\r\n");
            rest = line_end.or(special.get(1..)).unwrap_or_default();
        }
    }
    value.push_str(rest);
    Ok(Cow::Owned(value))
}

/// The character of a reference: one of the five entities of XML, or a number.
pub(crate) fn resolve(name: &str) -> Result<char, Rule> {
    let number = match name {
        "amp" => return Ok('&'),
        "lt" => return Ok('<'),
        "gt" => return Ok('>'),
        "apos" => return Ok('\''),
        "quot" => return Ok('"'),
        _ => name.strip_prefix('#').ok_or(Rule::WellFormed("unknown entity"))?,
    };
    let (digits, radix) = number.strip_prefix('x').map_or((number, 10), |digits| (digits, 16));
    let plain = digits.chars().all(|digit| digit.is_digit(radix)) && !digits.is_empty();
    let significant = digits.trim_start_matches('0');
    let code =
        if plain && significant.len() <= 7 { u32::from_str_radix(significant, radix).ok() } else { None };
    code.and_then(char::from_u32)
        .filter(|c| is_xml_char(*c))
        .ok_or(Rule::WellFormed("reference to what is no character of XML"))
}

/// Whether XML 1.0 allows the character in a document.
pub(crate) fn is_xml_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// Whether a text is a name of ASCII letters and digits only, as nearly all are: a glance at the bytes tells.
pub(crate) fn is_plain_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_alphabetic()) && bytes.all(|b| b.is_ascii_alphanumeric())
}

/// Whether a text is a name with at most one prefix.
pub(crate) fn is_qualified_name(name: &str) -> bool {
    if is_plain_name(name) {
        return true;
    }
    match name.split_once(':') {
        None => is_name(name),
        Some((prefix, local)) => is_name(prefix) && is_name(local),
    }
}

/// Whether a text is a name without a colon.
pub(crate) fn is_name(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(is_name_start) && characters.all(is_name_part)
}

fn is_name_start(c: char) -> bool {
    c.is_ascii_alphabetic()
        || matches!(c, '_'
            | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}' | '\u{370}'..='\u{37D}'
            | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}'
            | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}'
            | '\u{FDF0}'..='\u{FFFD}' | '\u{10000}'..='\u{EFFFF}')
}

fn is_name_part(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || matches!(c, '-' | '.' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
        || is_name_start(c)
}

/// Checks the XML declaration, if the text begins with one, and tells its length in bytes.
pub(crate) fn declaration(text: &str) -> Result<usize, Rule> {
    let Some(rest) = text.strip_prefix("<?xml").filter(|rest| rest.starts_with(BLANKS)) else {
        return Ok(0);
    };
    const BAD: Rule = Rule::WellFormed("bad XML declaration");
    let (inside, after) = rest.split_once("?>").ok_or(BAD)?;
    let mut stage = 0;
    for attribute in Attributes::new(inside) {
        let Attribute { name, raw, .. } = attribute.map_err(|_| BAD)?;
        stage = match (stage, name, raw) {
            (0, "version", "1.0") => 1,
            (1, "encoding", _) if is_utf8_label(raw) => 2,
            (1, "encoding", _) if is_encoding_label(raw) => return Err(Rule::Encoding),
            (1 | 2, "standalone", "yes" | "no") => 3,
            _ => return Err(BAD),
        };
    }
    if stage == 0 { Err(BAD) } else { Ok(text.len() - after.len()) }
}

/// Whether a text is the XML declaration of a message in UTF-8, and nothing else.
pub fn is_declaration(text: &str) -> bool {
    declaration(text).is_ok_and(|length| length > 0 && length == text.len())
}

/// The encodings whose bytes are UTF-8.
fn is_utf8_label(label: &str) -> bool {
    label.eq_ignore_ascii_case("UTF-8") || label.eq_ignore_ascii_case("US-ASCII")
}

fn is_encoding_label(label: &str) -> bool {
    label.starts_with(|c: char| c.is_ascii_alphabetic())
        && label.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
}

/// Whether a text consists of blanks only.
pub(crate) fn is_all_blank(text: &str) -> bool {
    text.bytes().all(is_blank)
}

/// The text with line ends as XML has them: one line feed each.
pub(super) fn line_ends(text: &str) -> Cow<'_, str> {
    if text.as_bytes().contains(&b'\r') {
        return Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"));
    }
    Cow::Borrowed(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_keep_to_their_grammar() {
        let good = [
            "<?xml version=\"1.0\"?>",
            "<?xml version='1.0' encoding='utf-8'?>",
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"  ?>",
            "<?xml  version = \"1.0\"\tstandalone='yes'?>",
        ];
        for text in good {
            assert_eq!(declaration(text), Ok(text.len()), "{text}");
        }
        assert_eq!(declaration("<a/>"), Ok(0));
        assert_eq!(declaration("<?xmlish?>"), Ok(0), "a processing instruction, refused later");
        assert_eq!(declaration("<?xml version='1.0' encoding='ISO-8859-1'?>"), Err(Rule::Encoding));
        let bad =
            ["<?xml ?>", "<?xml version='1.1'?>", "<?xml encoding='UTF-8'?>", "<?xml version='1.0' x='y'?>"];
        for text in bad.into_iter().chain(["<?xml version='1.0'standalone='no'?>", "<?xml version='1.0'"]) {
            assert_eq!(declaration(text), Err(Rule::WellFormed("bad XML declaration")), "{text}");
        }
    }

    #[test]
    fn references_name_characters_of_xml() {
        for (name, c) in [("amp", '&'), ("#65", 'A'), ("#x41", 'A'), ("#x00041", 'A'), ("#x1F600", '😀')] {
            assert_eq!(resolve(name), Ok(c));
        }
        for name in
            ["", "nbsp", "#", "#x", "#0", "#1", "#xD800", "#xFFFE", "#x110000", "#-1", "#+65", "#X41", "AMP"]
        {
            assert!(resolve(name).is_err(), "{name}");
        }
    }

    #[test]
    fn attributes_need_blanks_quotes_and_names() {
        let all =
            |text| Attributes::new(text).map(|a| a.map(|a| (a.name, a.raw))).collect::<Result<Vec<_>, _>>();
        assert_eq!(all(" a='1' b:c = \"2>\" "), Ok(vec![("a", "1"), ("b:c", "2>")]));
        for text in [" a='1'b='2'", " a", " a=1", " 1a='1'", " a='<'", " a='", " a:b:c=''", " =''"] {
            assert!(all(text).is_err(), "{text}");
        }
    }
}
