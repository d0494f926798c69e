//! XML as a tree in which everything that does not change its meaning is gone.
//!
//! Prefixes, namespace declarations, the order of attributes, comments, processing instructions and
//! blanks between elements are dropped; CDATA and references become the text they stand for.

use std::collections::BTreeMap;
use std::fmt::Write;

use quick_xml::XmlVersion;
use quick_xml::escape::{escape, resolve_predefined_entity};
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::{QName, ResolveResult};
use quick_xml::reader::NsReader;

/// Deeper than any message of the node, shallow enough for the stack.
const MAX_DEPTH: usize = 128;

/// A name with its namespace; empty where there is none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    /// The namespace URI.
    pub namespace: String,
    /// The name without prefix.
    pub local: String,
}

/// An element and what it contains.
#[derive(Clone, Debug, PartialEq)]
pub struct Element {
    /// Its name.
    pub name: Name,
    /// Its attributes, without namespace declarations.
    pub attributes: BTreeMap<Name, String>,
    /// Its elements and texts, in order.
    pub children: Vec<Child>,
}

/// What an element contains.
#[derive(Clone, Debug, PartialEq)]
pub enum Child {
    /// An element.
    Element(Element),
    /// Text, entities resolved.
    Text(String),
}

/// Why a text is no XML document.
#[derive(Debug, PartialEq, thiserror::Error)]
#[error("not well-formed XML at byte {offset}: {reason}")]
pub struct XmlError {
    offset: u64,
    reason: String,
}

/// Reads a document; none if it holds no element at all.
pub fn parse(text: &str) -> Result<Option<Element>, XmlError> {
    let mut reader = NsReader::from_str(text.strip_prefix('\u{feff}').unwrap_or(text));
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    loop {
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(error) => {
                return Err(XmlError { offset: reader.error_position(), reason: error.to_string() });
            }
        };
        let step = match event {
            Event::Eof => break,
            Event::Start(start) => begin(&reader, &start, root.is_some(), open.len()).map(|e| open.push(e)),
            Event::Empty(start) => begin(&reader, &start, root.is_some(), open.len())
                .map(|element| close(element, &mut open, &mut root)),
            Event::End(_) => {
                if let Some(element) = open.pop() {
                    close(element, &mut open, &mut root);
                }
                Ok(())
            }
            Event::Text(text) => add_text(&mut open, &text.xml10_content()),
            Event::CData(text) => add_text(&mut open, &text.xml10_content()),
            Event::GeneralRef(reference) => resolve(&reference).and_then(|t| add_text(&mut open, &t)),
            Event::DocType(_) => Err("a DTD is not allowed".to_owned()),
            Event::Comment(_) | Event::PI(_) | Event::Decl(_) => Ok(()),
        };
        step.map_err(|reason| XmlError { offset: reader.buffer_position(), reason })?;
    }
    match open.last() {
        Some(element) => Err(XmlError {
            offset: reader.buffer_position(),
            reason: format!("<{}> is not closed", element.name.local),
        }),
        None => Ok(root),
    }
}

impl Element {
    /// Its child elements.
    pub fn elements(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter_map(|child| match child {
            Child::Element(element) => Some(element),
            Child::Text(_) => None,
        })
    }

    /// Its text, if it contains no element.
    pub fn text(&self) -> Option<&str> {
        match self.children.as_slice() {
            [] => Some(""),
            [Child::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// The canonical form: one line per tag or leaf, prefixes replaced by default namespaces.
    pub fn canonical(&self) -> String {
        let mut text = String::new();
        self.write(&mut text, 0, "");
        text
    }

    fn write(&self, out: &mut String, depth: usize, outer: &str) {
        let indent = "  ".repeat(depth);
        let _ = write!(out, "{indent}<{}", self.name.local);
        if self.name.namespace != outer {
            let _ = write!(out, " xmlns=\"{}\"", escape(&self.name.namespace));
        }
        for (name, value) in &self.attributes {
            let namespace =
                if name.namespace.is_empty() { String::new() } else { format!("{{{}}}", name.namespace) };
            let _ = write!(out, " {namespace}{}=\"{}\"", name.local, escape(value));
        }
        match self.text() {
            Some("") => {
                let _ = writeln!(out, "/>");
            }
            Some(text) => {
                let _ = writeln!(out, ">{}</{}>", escape(text), self.name.local);
            }
            None => {
                let _ = writeln!(out, ">");
                for child in &self.children {
                    match child {
                        Child::Element(element) => element.write(out, depth + 1, &self.name.namespace),
                        Child::Text(text) => {
                            let _ = writeln!(out, "{indent}  {}", escape(text));
                        }
                    }
                }
                let _ = writeln!(out, "{indent}</{}>", self.name.local);
            }
        }
    }
}

fn begin(
    reader: &NsReader<&[u8]>,
    start: &BytesStart,
    rooted: bool,
    depth: usize,
) -> Result<Element, String> {
    if rooted {
        return Err("a second root element".to_owned());
    }
    if depth >= MAX_DEPTH {
        return Err(format!("nested deeper than {MAX_DEPTH} elements"));
    }
    let (namespace, local) = reader.resolver().resolve_element(start.name());
    let name = Name { namespace: namespace_of(namespace)?, local: local.into_inner().to_owned() };
    let mut attributes = BTreeMap::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        if is_declaration(attribute.key) {
            continue;
        }
        let (namespace, local) = reader.resolver().resolve_attribute(attribute.key);
        let name = Name { namespace: namespace_of(namespace)?, local: local.into_inner().to_owned() };
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| error.to_string())?;
        attributes.insert(name, value.into_owned());
    }
    Ok(Element { name, attributes, children: Vec::new() })
}

fn is_declaration(name: QName) -> bool {
    let name = name.into_inner();
    name == "xmlns" || name.starts_with("xmlns:")
}

fn namespace_of(result: ResolveResult) -> Result<String, String> {
    match result {
        ResolveResult::Bound(namespace) => Ok(namespace.into_inner().to_owned()),
        ResolveResult::Unbound => Ok(String::new()),
        ResolveResult::Unknown(prefix) => Err(format!("prefix {prefix:?} is not declared")),
    }
}

fn resolve(reference: &BytesRef) -> Result<String, String> {
    if let Some(character) = reference.resolve_char_ref().map_err(|error| error.to_string())? {
        return Ok(character.to_string());
    }
    let name = reference.xml10_content();
    match resolve_predefined_entity(&name) {
        Some(text) => Ok(text.to_owned()),
        None => Err(format!("entity &{name}; is not known")),
    }
}

fn add_text(open: &mut [Element], text: &str) -> Result<(), String> {
    let Some(element) = open.last_mut() else {
        return if text.trim().is_empty() { Ok(()) } else { Err("text outside the root element".to_owned()) };
    };
    match element.children.last_mut() {
        Some(Child::Text(before)) => before.push_str(text),
        _ => element.children.push(Child::Text(text.to_owned())),
    }
    Ok(())
}

/// Ends an element: blanks beside elements go, text alone stays as it is.
fn close(mut element: Element, open: &mut [Element], root: &mut Option<Element>) {
    if element.elements().next().is_some() {
        element.children.retain(|child| !matches!(child, Child::Text(text) if text.trim().is_empty()));
    }
    match open.last_mut() {
        Some(parent) => parent.children.push(Child::Element(element)),
        None => *root = Some(element),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(text: &str) -> String {
        parse(text).unwrap().unwrap().canonical()
    }

    #[test]
    fn what_does_not_change_the_meaning_is_gone() {
        let prefixed = "<?xml version='1.0'?>\n<s:E xmlns:s='urn:s' xmlns:unused='urn:u'><!-- c -->\n\
            <p:R xmlns:p='urn:p' b='2' a='1'>\n <x>1 &lt; 2</x>\n</p:R></s:E>";
        let plain = "\u{feff}<E xmlns='urn:s'><R xmlns='urn:p' a=\"1\" b=\"2\"><x xmlns=''><![CDATA[1 < 2]]></x></R></E>";
        assert_eq!(canonical(prefixed), canonical(plain));
    }

    #[test]
    fn what_changes_the_meaning_stays() {
        let base = canonical("<a xmlns='urn:a'><b>x</b></a>");
        for other in [
            "<a><b>x</b></a>",
            "<a xmlns='urn:a'><b xmlns=''>x</b></a>",
            "<a xmlns='urn:a'><b>x </b></a>",
            "<a xmlns='urn:a'><b>X</b></a>",
            "<a xmlns='urn:a'><b y=''>x</b></a>",
            "<a xmlns='urn:a'><b>x</b><b/></a>",
        ] {
            assert_ne!(canonical(other), base, "{other}");
        }
    }

    #[test]
    fn the_canonical_form_reads_well() {
        insta::assert_snapshot!(canonical("<s:E xmlns:s='urn:s'><s:B><r>à &amp; b</r><e/></s:B></s:E>"), @r#"
        <E xmlns="urn:s">
          <B>
            <r xmlns="">à &amp; b</r>
            <e xmlns=""/>
          </B>
        </E>
        "#);
    }

    #[test]
    fn a_text_without_element_is_an_empty_document() {
        assert_eq!(parse("<?xml version='1.0'?><!-- status: 503 -->\n"), Ok(None));
        assert_eq!(parse(""), Ok(None));
    }

    #[test]
    fn other_texts_are_refused() {
        for wrong in ["<a>", "<a></b>", "<a/><b/>", "hi", "<p:a/>", "<!DOCTYPE a><a/>", "<a>&x;</a>", "<a/>x"]
        {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
        assert!(parse(&"<a>".repeat(500)).is_err());
    }
}
