//! Distinguished names, compared by meaning and not by spelling.
//!
//! A name in the configuration is written by a person, copied from `openssl x509` (most general part
//! first or last, depending on the options) or from a mail; the name in a certificate is ASN.1. Both
//! become the same sequence here.

use std::collections::BTreeSet;
use std::fmt;

use x509_parser::asn1_rs::{Any, Tag};
use x509_parser::x509::X509Name;

/// Short names of attribute types, as people and openssl write them; the first of each is shown.
const ATTRIBUTES: [(&str, &str); 24] = [
    ("CN", "2.5.4.3"),
    ("SN", "2.5.4.4"),
    ("serialNumber", "2.5.4.5"),
    ("C", "2.5.4.6"),
    ("L", "2.5.4.7"),
    ("ST", "2.5.4.8"),
    ("S", "2.5.4.8"),
    ("STREET", "2.5.4.9"),
    ("street", "2.5.4.9"),
    ("O", "2.5.4.10"),
    ("OU", "2.5.4.11"),
    ("title", "2.5.4.12"),
    ("description", "2.5.4.13"),
    ("businessCategory", "2.5.4.15"),
    ("postalCode", "2.5.4.17"),
    ("GN", "2.5.4.42"),
    ("dnQualifier", "2.5.4.46"),
    ("organizationIdentifier", "2.5.4.97"),
    ("DC", "0.9.2342.19200300.100.1.25"),
    ("UID", "0.9.2342.19200300.100.1.1"),
    ("emailAddress", "1.2.840.113549.1.9.1"),
    ("E", "1.2.840.113549.1.9.1"),
    ("jurisdictionC", "1.3.6.1.4.1.311.60.2.1.3"),
    ("jurisdictionST", "1.3.6.1.4.1.311.60.2.1.2"),
];

/// One relative name: its (type, value) pairs without order, since `CN=a + UID=b` has none.
type Relative = BTreeSet<(String, String)>;

/// A distinguished name: the sequence to compare and the text to show.
#[derive(Clone, PartialEq, Eq)]
pub struct DistinguishedName {
    sequence: Vec<Relative>,
    shown: String,
}

/// Why a text is no distinguished name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing in it.
    #[error("is empty; write it as CN=…, O=…, C=…")]
    Empty,
    /// A part without `=`.
    #[error("has the part {0:?} without a type; write it as CN=…, O=…, C=…")]
    NoType(String),
    /// A type that is neither a known short name nor an object identifier.
    #[error("has the type {0:?}, which is neither a usual one (CN, O, OU, C, …) nor a dotted number")]
    UnknownType(String),
    /// A quote without its end, or a backslash with nothing after it.
    #[error("has a quote or a backslash without its end")]
    Unfinished,
    /// Escaped bytes that are not UTF-8.
    #[error("has escaped bytes that are not UTF-8")]
    NotText,
}

impl DistinguishedName {
    /// Reads `CN=…, O=…, C=…` in either order, with RFC 4514 escapes and quotes.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        if text.trim().is_empty() {
            return Err(NameError::Empty);
        }
        let mut sequence = Vec::new();
        for relative in split(text)? {
            let pairs: Result<Relative, NameError> = relative.iter().map(pair).collect();
            sequence.push(pairs?);
        }
        Ok(Self { sequence, shown: text.trim().to_owned() })
    }

    /// The name in a certificate.
    pub fn of(name: &X509Name<'_>) -> Self {
        let mut sequence = Vec::new();
        let mut shown = Vec::new();
        for relative in name.iter() {
            let mut pairs = Relative::new();
            let mut parts = Vec::new();
            for attribute in relative.iter() {
                let oid = attribute.attr_type().to_id_string();
                let value = text_of(attribute.attr_value());
                parts.push(format!("{}={}", short_name(&oid), escaped(&value)));
                pairs.insert((oid, normalised(&value)));
            }
            sequence.push(pairs);
            shown.push(parts.join(" + "));
        }
        Self { sequence, shown: shown.join(", ") }
    }

    /// Whether both name the same, listed from the general to the particular or the other way round.
    pub fn matches(&self, other: &Self) -> bool {
        self.sequence == other.sequence || self.sequence.iter().rev().eq(other.sequence.iter())
    }
}

/// As it would be written in the configuration, so that a refused caller can be copied from the log.
impl fmt::Display for DistinguishedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for DistinguishedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.shown)
    }
}

/// One `type=value` part, unescaped: the type and the value's bytes.
#[derive(Default)]
struct Part {
    kind: Option<String>,
    bytes: Vec<u8>,
}

impl Part {
    fn push(&mut self, character: char) {
        let mut buffer = [0; 4];
        self.bytes.extend_from_slice(character.encode_utf8(&mut buffer).as_bytes());
    }
}

/// Cuts at commas (relative names) and pluses (their parts), minding quotes and backslashes.
fn split(text: &str) -> Result<Vec<Vec<Part>>, NameError> {
    let mut relatives = Vec::new();
    let mut relative = Vec::new();
    let mut part = Part::default();
    let mut quoted = false;
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        match character {
            '\\' => unescape(&mut rest, &mut part)?,
            '"' => quoted = !quoted,
            ',' if !quoted => {
                relative.push(std::mem::take(&mut part));
                relatives.push(std::mem::take(&mut relative));
            }
            '+' if !quoted => relative.push(std::mem::take(&mut part)),
            '=' if !quoted && part.kind.is_none() => {
                let kind = String::from_utf8_lossy(&part.bytes).trim().to_owned();
                part = Part { kind: Some(kind), bytes: Vec::new() };
            }
            other => part.push(other),
        }
    }
    if quoted {
        return Err(NameError::Unfinished);
    }
    relative.push(part);
    relatives.push(relative);
    Ok(relatives)
}

/// After a backslash: two hexadecimal digits are a byte, anything else stands for itself.
fn unescape(rest: &mut std::str::Chars<'_>, part: &mut Part) -> Result<(), NameError> {
    let pair = rest.as_str().get(..2).filter(|pair| pair.bytes().all(|byte| byte.is_ascii_hexdigit()));
    if let Some(byte) = pair.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
        rest.next();
        rest.next();
        part.bytes.push(byte);
        return Ok(());
    }
    let literal = rest.next().ok_or(NameError::Unfinished)?;
    part.push(literal);
    Ok(())
}

fn pair(part: &Part) -> Result<(String, String), NameError> {
    let value = std::str::from_utf8(&part.bytes).map_err(|_| NameError::NotText)?;
    let Some(kind) = &part.kind else {
        return Err(NameError::NoType(value.trim().to_owned()));
    };
    let oid = object_identifier(kind).ok_or_else(|| NameError::UnknownType(kind.clone()))?;
    Ok((oid, normalised(value)))
}

fn object_identifier(kind: &str) -> Option<String> {
    let dotted = kind.strip_prefix("OID.").or_else(|| kind.strip_prefix("oid.")).unwrap_or(kind);
    if dotted.contains('.') && dotted.split('.').all(|arc| arc.parse::<u64>().is_ok()) {
        return Some(dotted.to_owned());
    }
    let known = ATTRIBUTES.iter().find(|(name, _)| name.eq_ignore_ascii_case(kind));
    known.map(|(_, oid)| (*oid).to_owned())
}

fn short_name(oid: &str) -> &str {
    ATTRIBUTES.iter().find(|(_, known)| *known == oid).map_or(oid, |(name, _)| name)
}

/// Case and runs of spaces carry no meaning in a name (RFC 5280 §7.1).
fn normalised(value: &str) -> String {
    value.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

fn escaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for character in value.chars() {
        match character {
            ',' | '+' | '"' | '\\' | '=' | '<' | '>' | ';' => text.extend(['\\', character]),
            control if control.is_control() => text.push('\u{fffd}'),
            other => text.push(other),
        }
    }
    text
}

/// The text of an attribute whatever its ASN.1 string type; what is no text is shown in hexadecimal.
fn text_of(value: &Any<'_>) -> String {
    let bytes = value.data;
    let utf8 = || std::str::from_utf8(bytes).ok().map(str::to_owned);
    let text = match value.tag() {
        Tag::Utf8String | Tag::PrintableString | Tag::Ia5String | Tag::NumericString => utf8(),
        Tag::T61String => Some(bytes.iter().copied().map(char::from).collect()),
        Tag::BmpString => {
            let units =
                bytes.chunks_exact(2).filter_map(|pair| Some(u16::from_be_bytes(pair.try_into().ok()?)));
            char::decode_utf16(units).collect::<Result<String, _>>().ok()
        }
        _ => None,
    };
    text.unwrap_or_else(|| bytes.iter().fold(String::from("#"), |text, byte| format!("{text}{byte:02x}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> DistinguishedName {
        DistinguishedName::parse(text).unwrap()
    }

    #[test]
    fn order_case_and_spaces_do_not_matter() {
        let long = name("C=IT, O=Ente di prova, CN=node.example");
        assert!(long.matches(&name("CN=node.example,O=Ente  di Prova,C=it")));
        assert!(long.matches(&name("c = IT , o = \"Ente di prova\" , 2.5.4.3 = NODE.example")));
        assert!(!long.matches(&name("O=Ente di prova, C=IT, CN=node.example")));
        assert!(!long.matches(&name("CN=node.example, O=Ente di prova")));
        assert!(!long.matches(&name("CN=node.example, O=Altro, C=IT")));
    }

    #[test]
    fn escapes_and_quotes_keep_a_comma_inside_a_value() {
        let plain = name(r#"O="Uffici, Scuole + Altro", CN=x"#);
        assert!(plain.matches(&name(r"O=Uffici\, Scuole \+ Altro, CN=x")));
        assert!(name(r"O=Citt\C3\A0").matches(&name("O=Città")));
        assert!(name("CN=a + UID=b").matches(&name("UID=b + CN=a")));
        assert!(!name("CN=a + UID=b").matches(&name("CN=a, UID=b")));
    }

    #[test]
    fn an_attribute_hidden_in_a_value_is_no_attribute() {
        assert!(!name(r"O=x\, CN=node").matches(&name("O=x, CN=node")));
        assert_eq!(escaped("x, CN=node"), r"x\, CN\=node");
    }

    #[test]
    fn mistakes_are_told_apart() {
        let error = |text| DistinguishedName::parse(text).unwrap_err();
        assert_eq!(error(" "), NameError::Empty);
        assert_eq!(error("node.example"), NameError::NoType("node.example".into()));
        assert_eq!(error("CN=a,"), NameError::NoType(String::new()));
        assert_eq!(error("XX=a"), NameError::UnknownType("XX".into()));
        assert_eq!(error("CN=\"a"), NameError::Unfinished);
        assert_eq!(error("CN=a\\"), NameError::Unfinished);
        assert_eq!(error("CN=\\ff"), NameError::NotText);
    }
}
