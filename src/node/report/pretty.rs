//! Messages for people: one element a line, names and prefixes as they were sent.

use std::fmt::Write;

use quick_xml::escape::escape;
use roxmltree::{Document, Node};

/// Deeper than any message of the node, shallow enough for the stack.
const MAX_DEPTH: usize = 64;

/// An XML text, each element on a line of its own; what is no XML stays as it is.
pub fn pretty(text: &str) -> String {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let Ok(document) = Document::parse(text) else { return text.to_owned() };
    let root = document.root_element();
    if root.descendants().any(|node| node.ancestors().count() > MAX_DEPTH) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() * 2);
    write(root, 0, text, &mut out);
    out
}

fn write(node: Node, depth: usize, source: &str, out: &mut String) {
    let indent = "  ".repeat(depth);
    let name = written_name(node, source);
    let _ = write!(out, "{indent}<{name}{}", attributes(node, source));
    let parts: Vec<Node> = node.children().filter(|child| says_something(*child)).collect();
    match parts.as_slice() {
        [] => {
            let _ = writeln!(out, "/>");
        }
        [text] if text.is_text() => {
            let _ = writeln!(out, ">{}</{name}>", escape(text.text().unwrap_or_default()));
        }
        parts => {
            let _ = writeln!(out, ">");
            for part in parts {
                if part.is_element() {
                    write(*part, depth + 1, source, out);
                } else {
                    let _ = writeln!(out, "{indent}  {}", escape(part.text().unwrap_or_default().trim()));
                }
            }
            let _ = writeln!(out, "{indent}</{name}>");
        }
    }
}

/// Blanks between elements, comments and instructions are left out.
fn says_something(node: Node) -> bool {
    let alone = || node.parent().is_some_and(|parent| !parent.children().any(|child| child.is_element()));
    node.is_element()
        || node.is_text() && (alone() || node.text().is_some_and(|text| !text.trim().is_empty()))
}

/// The name of an element with its prefix.
fn written_name<'a>(node: Node, source: &'a str) -> &'a str {
    let tag = source.get(node.range()).unwrap_or_default().trim_start_matches('<');
    let end = tag.find(|c: char| c.is_whitespace() || matches!(c, '/' | '>')).unwrap_or(tag.len());
    tag.get(..end).unwrap_or_default()
}

/// What stands between the name and the end of the tag, its blanks made one.
fn attributes(node: Node, source: &str) -> String {
    let mut text = String::new();
    let declared = |node: Node| -> Vec<(String, String)> {
        let namespaces = node.namespaces().map(|namespace| {
            let name = namespace.name().map_or_else(|| "xmlns".to_owned(), |name| format!("xmlns:{name}"));
            (name, namespace.uri().to_owned())
        });
        namespaces.filter(|(name, _)| name != "xmlns:xml").collect()
    };
    let outer = node.parent_element().map(declared).unwrap_or_default();
    for (name, value) in declared(node).iter().filter(|declaration| !outer.contains(declaration)) {
        let _ = write!(text, " {name}=\"{}\"", escape(value));
    }
    for attribute in node.attributes() {
        let written = source.get(attribute.range_qname()).unwrap_or_else(|| attribute.name());
        let _ = write!(text, " {written}=\"{}\"", escape(attribute.value()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_element_gets_a_line_and_keeps_its_prefix() {
        let text = "<?xml version='1.0'?><s:E xmlns:s='urn:s'><s:B><p:r xmlns:p=\"urn:p\" a='1'><x>è &amp; \
                    <![CDATA[<b>]]></x><y/> </p:r></s:B></s:E>";
        insta::assert_snapshot!(pretty(text), @r#"
        <s:E xmlns:s="urn:s">
          <s:B>
            <p:r xmlns:p="urn:p" a="1">
              <x>è &amp; &lt;b&gt;</x>
              <y/>
            </p:r>
          </s:B>
        </s:E>
        "#);
    }

    #[test]
    fn what_is_no_xml_stays_as_it_is() {
        for text in ["", "Bad Gateway", "<a>", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"] {
            assert_eq!(pretty(text), text);
        }
        let deep = "<a>".repeat(200) + &"</a>".repeat(200);
        assert_eq!(pretty(&deep), deep);
    }
}
