//! From what the tokenizer finds to checked pieces: names, namespaces and attributes, and what XML forbids.

use super::error::{Rule, Violation};
use super::markup::{self, Attribute, Attributes};
use super::reader::{Reader, same};
use quick_xml::errors::{Error, IllFormedError, SyntaxError};
use quick_xml::events::Event;
use std::borrow::Cow;

/// The namespace of the attributes that speak about schemas; two of them may be on any element.
const INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";
const XML: &str = "http://www.w3.org/XML/1998/namespace";
const XMLNS: &str = "http://www.w3.org/2000/xmlns/";

/// A namespace declaration that is in force.
pub(super) struct Scope<'a> {
    pub(super) depth: usize,
    pub(super) prefix: &'a str,
    pub(super) uri: Cow<'a, str>,
}

/// A start tag.
#[derive(Clone, Copy)]
pub(super) struct Tag<'a> {
    pub(super) local: &'a str,
    /// The declaration that its prefix refers to.
    pub(super) scope: Option<usize>,
    pub(super) attributes: &'a str,
    pub(super) at: usize,
    pub(super) empty: bool,
    /// Where the first attribute is that no element has by itself.
    pub(super) foreign: Option<usize>,
}

/// What the tokenizer found, checked.
pub(super) enum Item<'a> {
    Start(Tag<'a>),
    End(usize),
    Text(&'a str),
    Verbatim(&'a str),
    Character(char),
    Finished,
}

impl<'a> Reader<'a> {
    /// The declarations in force where the reader stands that the element there does not make itself: each
    /// prefix, empty for the default, with its namespace.
    pub fn inherited_namespaces(&self) -> Vec<(&'a str, &str)> {
        let mut seen = Vec::new();
        let mut inherited = Vec::new();
        for scope in self.scopes.iter().rev() {
            if seen.contains(&scope.prefix) {
                continue;
            }
            seen.push(scope.prefix);
            if scope.depth <= self.open.len() && !scope.uri.is_empty() {
                inherited.push((scope.prefix, &*scope.uri));
            }
        }
        inherited
    }

    pub(super) fn position(&self) -> usize {
        self.skipped + usize::try_from(self.tokens.buffer_position()).unwrap_or_default()
    }

    fn slice(&self, from: usize, to: usize) -> &'a str {
        self.text.get(from..to).unwrap_or_default()
    }

    /// The next piece of the message, comments skipped.
    pub(super) fn event(&mut self) -> Result<Item<'a>, Violation> {
        if std::mem::take(&mut self.ends_itself) {
            return Ok(Item::End(self.position()));
        }
        loop {
            let from = self.position();
            // Looked at where it is: taking it out of its result first costs more than all that follows.
            let rule = match self.tokens.read_event() {
                Err(error) => Rule::WellFormed(complaint(&error)),
                Ok(Event::Start(_)) => return self.tag(from, false).map(Item::Start),
                Ok(Event::Empty(_)) => return self.tag(from, true).map(Item::Start),
                Ok(Event::End(_)) => return Ok(Item::End(from)),
                Ok(Event::Text(_)) => {
                    let text = self.slice(from, self.position());
                    if !text.as_bytes().contains(&b'>') || !text.contains("]]>") {
                        return Ok(Item::Text(text));
                    }
                    Rule::WellFormed("`]]>` in text")
                }
                Ok(Event::CData(_)) => return Ok(Item::Verbatim(self.slice(from + 9, self.position() - 3))),
                Ok(Event::GeneralRef(_)) => {
                    match markup::resolve(self.slice(from + 1, self.position() - 1)) {
                        Ok(c) => return Ok(Item::Character(c)),
                        Err(rule) => rule,
                    }
                }
                Ok(Event::Comment(_)) if self.slice(from, self.position()).ends_with("--->") => {
                    Rule::WellFormed("`--` in a comment")
                }
                Ok(Event::Comment(_)) => continue,
                Ok(Event::Eof) => return Ok(Item::Finished),
                Ok(Event::Decl(_)) => Rule::WellFormed("XML declaration not at the start"),
                Ok(Event::PI(_)) => Rule::Forbidden("processing instructions"),
                Ok(Event::DocType(_)) => Rule::Forbidden("document types"),
            };
            return Err(self.broken_at(rule, from));
        }
    }

    /// Checks a start tag and takes over its namespace declarations.
    fn tag(&mut self, at: usize, empty: bool) -> Result<Tag<'a>, Violation> {
        let to = self.position();
        let inside = self.slice(at + 1, to - if empty { 2 } else { 1 });
        if inside.len() > self.bounds.tag_bytes {
            return Err(self.broken_at(Rule::Limit("bytes in a tag"), at));
        }
        let plain = markup::is_plain_name(inside);
        let end = if plain { None } else { inside.bytes().position(super::value::is_blank) };
        let end = end.unwrap_or(inside.len());
        let (name, attributes) = inside.split_at(end);
        if !plain && !markup::is_qualified_name(name) {
            return Err(self.broken_at(Rule::WellFormed("bad element name"), at));
        }
        let (prefix, local) = if plain { None } else { name.split_once(':') }.unwrap_or(("", name));
        let attributes_at = at + 1 + end;
        let foreign = if markup::is_all_blank(attributes) {
            None
        } else {
            self.declare(attributes).map_err(|(rule, offset)| self.broken_at(rule, attributes_at + offset))?
        };
        let scope = self.lookup(prefix);
        if scope.is_none() && !prefix.is_empty() {
            return Err(self.broken_at(Rule::WellFormed("prefix without a namespace"), at));
        }
        let foreign = foreign.map(|offset| attributes_at + offset);
        Ok(Tag { local, scope, attributes, at, empty, foreign })
    }

    /// Checks the attributes of a tag and takes over its declarations; tells where the first attribute is that
    /// an element does not have by itself.
    fn declare(&mut self, attributes: &'a str) -> Result<Option<usize>, (Rule, usize)> {
        self.names.clear();
        let depth = self.open.len() + 1;
        let mut prefixed = false;
        let mut last = 0;
        for attribute in Attributes::new(attributes) {
            let Attribute { name, raw, at } = attribute.map_err(|rule| (rule, last))?;
            last = at;
            let wrong = |text| (Rule::WellFormed(text), at);
            if self.names.contains(&name) {
                return Err(wrong("attribute given twice"));
            }
            if self.names.len() == self.bounds.attributes {
                return Err((Rule::Limit("attributes of a tag"), at));
            }
            self.names.push(name);
            let value = markup::attribute_value(raw).map_err(|rule| (rule, at))?;
            let prefix = if name == "xmlns" { Some("") } else { name.strip_prefix("xmlns:") };
            if let Some(prefix) = prefix {
                if !may_bind(prefix, &value) {
                    return Err(wrong("namespace declaration not allowed"));
                }
                self.scopes.push(Scope { depth, prefix, uri: value });
            } else {
                prefixed |= name.contains(':');
            }
        }
        if prefixed {
            self.prefixed_twice(attributes)?
        };
        Ok(self.foreign(attributes))
    }

    /// Refuses attributes whose prefix is unknown, and two whose prefixes mean the same namespace.
    fn prefixed_twice(&self, attributes: &'a str) -> Result<(), (Rule, usize)> {
        let mut seen: Vec<(&str, &str)> = Vec::new();
        for Attribute { name, at, .. } in Attributes::new(attributes).flatten() {
            let Some((prefix, local)) = name.split_once(':').filter(|(prefix, _)| *prefix != "xmlns") else {
                continue;
            };
            let namespace = self.attribute_namespace(prefix);
            let namespace = namespace.ok_or((Rule::WellFormed("prefix without a namespace"), at))?;
            if seen.contains(&(namespace, local)) {
                return Err((Rule::WellFormed("attribute given twice"), at));
            }
            seen.push((namespace, local));
        }
        Ok(())
    }

    fn foreign(&self, attributes: &'a str) -> Option<usize> {
        Attributes::new(attributes).flatten().find_map(|Attribute { name, at, .. }| {
            let own = match name.split_once(':') {
                None => name == "xmlns",
                Some(("xmlns", _)) => true,
                Some((prefix, "schemaLocation" | "noNamespaceSchemaLocation")) => {
                    self.attribute_namespace(prefix) == Some(INSTANCE)
                }
                Some(_) => false,
            };
            (!own).then_some(at)
        })
    }

    fn attribute_namespace(&self, prefix: &str) -> Option<&str> {
        if prefix == "xml" { Some(XML) } else { self.lookup(prefix).map(|at| self.uri(at)) }
    }

    pub(super) fn lookup(&self, prefix: &str) -> Option<usize> {
        self.scopes.iter().rposition(|scope| same(scope.prefix, prefix))
    }

    pub(super) fn uri(&self, at: usize) -> &str {
        self.scopes.get(at).map_or("", |scope| &scope.uri)
    }

    pub(super) fn namespace(&self, tag: &Tag<'a>) -> &str {
        tag.scope.map_or("", |at| self.uri(at))
    }
}

/// Whether a prefix may stand for a namespace.
fn may_bind(prefix: &str, uri: &str) -> bool {
    match prefix {
        "" => uri != XML && uri != XMLNS,
        "xml" => uri == XML,
        "xmlns" => false,
        _ => !uri.is_empty() && uri != XML && uri != XMLNS,
    }
}

/// What the tokenizer found wrong, in words of our own: its errors quote the message.
fn complaint(error: &Error) -> &'static str {
    match error {
        Error::Syntax(SyntaxError::UnclosedDoctype) => "document type without an end",
        Error::Syntax(SyntaxError::UnclosedComment) => "comment without an end",
        Error::Syntax(SyntaxError::UnclosedCData) => "CDATA without an end",
        Error::Syntax(_) => "markup without an end",
        Error::IllFormed(IllFormedError::DoubleHyphenInComment) => "`--` in a comment",
        Error::IllFormed(IllFormedError::UnclosedReference) => "`&` without `;`",
        Error::IllFormed(_) => "end tag of another element",
        _ => "markup that XML does not know",
    }
}
