//! The strict pull layer that generated decoders stand on.
//!
//! quick-xml finds where markup begins and ends. Everything else that XML 1.0 with namespaces and SOAP 1.1
//! demand is checked here: one element at a time, without a tree and without allocating for what matches.

use super::encode::Name;
use super::error::{FacetError, Rule, Violation};
use super::list::Bounded;
use super::markup::{self, Attributes};
use super::text::is_xml_text;
use super::token::{Item, Scope, Tag};
use super::value::{Group, Read, Value};
use std::borrow::Cow;
use std::ops::Range;

/// How large the parts of a message may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// How many elements may be open at once.
    pub depth: usize,
    /// How many attributes a tag may have, namespace declarations included.
    pub attributes: usize,
    /// How many bytes a tag may have.
    pub tag_bytes: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Bounds { depth: 64, attributes: 64, tag_bytes: 8 * 1024 }
    }
}

/// Where the reader stands, blanks and comments skipped.
#[derive(Clone, Copy)]
pub(super) enum Token<'a> {
    Start(Tag<'a>),
    End(usize),
    Finished,
}

/// Reads one message from its first byte to its last.
pub struct Reader<'a> {
    pub(super) text: &'a str,
    /// How many bytes of the message come before what quick-xml sees.
    pub(super) skipped: usize,
    pub(super) tokens: quick_xml::Reader<&'a [u8]>,
    pub(super) bounds: Bounds,
    /// Whether there is any line end to make a line feed of; asked once instead of for each text.
    returns: bool,
    pub(super) open: Vec<&'a str>,
    pub(super) scopes: Vec<Scope<'a>>,
    pub(super) names: Vec<&'a str>,
    pub(super) token: Token<'a>,
    /// The element just entered was an empty tag, so that its end comes without markup.
    pub(super) ends_itself: bool,
    /// What the next value is if its element is empty.
    pub(super) default: &'static str,
    /// Whether old systems are read: see [`Reader::leniently`].
    pub(super) lenient: bool,
}

impl<'a> Reader<'a> {
    /// Checks encoding, characters and declaration of a message, and stands at its root element.
    pub fn new(message: &'a [u8], bounds: Bounds) -> Result<Self, Violation> {
        let at = |rule, offset| Violation::new(rule, offset, String::new());
        let text = std::str::from_utf8(message).map_err(|error| at(Rule::Encoding, error.valid_up_to()))?;
        let bom = if text.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 };
        if !is_xml_text(text) {
            let offset = text.char_indices().find(|(_, c)| !markup::is_xml_char(*c)).map_or(0, |(at, _)| at);
            return Err(at(Rule::WellFormed("character not allowed in XML"), offset));
        }
        let declared =
            markup::declaration(text.get(bom..).unwrap_or_default()).map_err(|rule| at(rule, bom))?;
        let skipped = bom + declared;
        let rest = text.get(skipped..).unwrap_or_default();
        if rest.starts_with('\u{FEFF}') {
            return Err(at(Rule::WellFormed("text outside the root element"), skipped));
        }
        let mut tokens = quick_xml::Reader::from_reader(rest.as_bytes());
        tokens.config_mut().check_comments = true;
        let mut reader = Reader {
            text,
            skipped,
            tokens,
            bounds,
            returns: rest.as_bytes().contains(&b'\r'),
            open: Vec::with_capacity(16),
            scopes: Vec::with_capacity(8),
            names: Vec::new(),
            token: Token::Finished,
            ends_itself: false,
            default: "",
            lenient: false,
        };
        reader.advance()?;
        match reader.token {
            Token::Start(_) => Ok(reader),
            _ => Err(reader.broken(Rule::WellFormed("no root element"))),
        }
    }

    /// Local name and namespace of the element where the reader stands, if it stands at one.
    pub fn name(&self) -> Option<(&'a str, &str)> {
        match &self.token {
            Token::Start(tag) => Some((tag.local, self.namespace(tag))),
            _ => None,
        }
    }

    /// Whether the reader stands at the start of an element of that name.
    pub fn is(&self, name: &Name) -> bool {
        match &self.token {
            Token::Start(tag) => {
                same(tag.local, name.local) && (self.lenient || same(self.namespace(tag), name.namespace))
            }
            _ => false,
        }
    }

    /// How many bytes of the message come before the place where the reader stands.
    pub fn offset(&self) -> usize {
        match &self.token {
            Token::Start(tag) => tag.at,
            Token::End(at) => *at,
            Token::Finished => self.position(),
        }
    }

    /// Reads the element of that name.
    pub fn one<T: Read>(&mut self, name: &Name) -> Result<T, Violation> {
        if self.is(name) { T::read(self) } else { Err(self.expected(name.local)) }
    }

    /// Reads the element of that name if it is there.
    pub fn optional<T: Read>(&mut self, name: &Name) -> Result<Option<T>, Violation> {
        if self.is(name) { T::read(self).map(Some) } else { Ok(None) }
    }

    /// Reads all elements of that name.
    pub fn many<T: Read, const MIN: usize, const MAX: usize>(
        &mut self,
        name: &Name,
    ) -> Result<Bounded<T, MIN, MAX>, Violation> {
        let mut items = Vec::with_capacity(MAX.min(4));
        while self.is(name) {
            if items.len() == MAX {
                return Err(self.broken(Rule::TooMany(MAX)));
            }
            items.push(T::read(self)?);
        }
        Bounded::new(items).map_err(|_| self.expected(name.local))
    }

    /// Reads a group.
    pub fn group<T: Group>(&mut self) -> Result<T, Violation> {
        T::read_group(self)
    }

    /// Reads a group if its first element is there.
    pub fn optional_group<T: Group>(&mut self) -> Result<Option<T>, Violation> {
        if T::starts(self) { T::read_group(self).map(Some) } else { Ok(None) }
    }

    /// Reads all groups.
    pub fn many_groups<T: Group, const MIN: usize, const MAX: usize>(
        &mut self,
    ) -> Result<Bounded<T, MIN, MAX>, Violation> {
        let mut items = Vec::new();
        while T::starts(self) {
            if items.len() == MAX {
                return Err(self.broken(Rule::TooMany(MAX)));
            }
            items.push(T::read_group(self)?);
        }
        Bounded::new(items).map_err(|_| self.expected(T::EXPECTED))
    }

    /// Enters an element that has no attributes of its own and stands at its first child.
    pub fn enter(&mut self) -> Result<(), Violation> {
        let tag = self.push()?;
        match tag.foreign {
            Some(offset) if !self.lenient => Err(self.broken_at(Rule::Attribute, offset)),
            _ => self.advance(),
        }
    }

    /// Enters an element whatever its attributes.
    pub fn enter_any(&mut self) -> Result<(), Violation> {
        self.push()?;
        self.advance()
    }

    /// Leaves an element all of whose children have been read.
    pub fn leave(&mut self) -> Result<(), Violation> {
        match self.token {
            Token::End(_) => {
                self.pop();
                self.advance()
            }
            _ => Err(self.broken(Rule::Unexpected)),
        }
    }

    /// Passes over an element with all that it holds; it must be well-formed all the same.
    pub fn skip(&mut self) -> Result<(), Violation> {
        self.pass_over()?;
        self.advance()
    }

    /// The same, and tells where in the message the element is, from its start tag to its end tag.
    pub fn extent(&mut self) -> Result<Range<usize>, Violation> {
        let from = self.offset();
        self.pass_over()?;
        let to = self.position();
        self.advance()?;
        Ok(from..to)
    }

    fn pass_over(&mut self) -> Result<(), Violation> {
        self.push()?;
        let depth = self.open.len();
        while self.open.len() >= depth {
            match self.event()? {
                Item::Start(tag) => {
                    self.token = Token::Start(tag);
                    self.push()?;
                }
                Item::End(_) => self.pop(),
                Item::Text(_) | Item::Verbatim(_) | Item::Character(_) => {}
                Item::Finished => return Err(self.broken(Rule::WellFormed("element without an end tag"))),
            }
        }
        Ok(())
    }

    /// Checks that nothing follows the root element.
    pub fn finish(&self) -> Result<(), Violation> {
        match self.token {
            Token::Finished => Ok(()),
            _ => Err(self.broken(Rule::WellFormed("more than one root element"))),
        }
    }

    /// The value of an attribute of the element where the reader stands.
    pub fn attribute(&self, namespace: &str, local: &str) -> Option<Cow<'a, str>> {
        let Token::Start(tag) = &self.token else { return None };
        Attributes::new(tag.attributes).flatten().find_map(|attribute| {
            let (prefix, name) = attribute.name.split_once(':').unwrap_or(("", attribute.name));
            let found =
                if prefix.is_empty() { "" } else { self.lookup(prefix).map_or("", |at| self.uri(at)) };
            (name == local && found == namespace)
                .then(|| markup::attribute_value(attribute.raw).ok())
                .flatten()
        })
    }

    /// Reads an element that holds text only.
    pub(crate) fn value<T: Value>(&mut self) -> Result<T, Violation> {
        let (default, lenient) = (self.default, self.lenient);
        self.leaf(|text| match text {
            text if text.is_empty() => T::parse(Cow::Borrowed(default)),
            text if lenient => T::parse(Cow::Borrowed(text.trim_matches(&markup::BLANKS[..]))),
            text => T::parse(text),
        })
    }

    /// Reads an element that holds text only, and hands the text on.
    pub fn leaf<T>(
        &mut self,
        parse: impl FnOnce(Cow<'_, str>) -> Result<T, FacetError>,
    ) -> Result<T, Violation> {
        let tag = self.push()?;
        if let Some(offset) = tag.foreign.filter(|_| !self.lenient) {
            return Err(self.broken_at(Rule::Attribute, offset));
        }
        let start = self.position();
        let text = self.text()?;
        let value = parse(text).map_err(|facet: FacetError| self.broken_at(Rule::Facet(facet), start))?;
        self.pop();
        self.advance()?;
        Ok(value)
    }

    /// What to say when an element or a group is not where it should be.
    #[cold]
    pub fn expected(&self, what: &'static str) -> Violation {
        self.broken(Rule::Expected(what))
    }

    /// A rule broken where the reader stands.
    #[cold]
    pub fn broken(&self, rule: Rule) -> Violation {
        self.broken_at(rule, self.offset())
    }

    #[cold]
    pub(super) fn broken_at(&self, rule: Rule, offset: usize) -> Violation {
        Violation::new(rule, offset, self.open.join("/"))
    }
}

impl<'a> Reader<'a> {
    fn push(&mut self) -> Result<Tag<'a>, Violation> {
        let Token::Start(tag) = self.token else {
            return Err(self.broken(Rule::Expected("an element")));
        };
        if self.open.len() >= self.bounds.depth {
            return Err(self.broken(Rule::Limit("elements inside elements")));
        }
        self.open.push(tag.local);
        self.ends_itself = tag.empty;
        Ok(tag)
    }

    fn pop(&mut self) {
        let depth = self.open.len();
        self.open.pop();
        while self.scopes.last().is_some_and(|scope| scope.depth >= depth) {
            self.scopes.pop();
        }
    }

    /// Goes to the next start or end tag; only blanks and comments may come before it.
    fn advance(&mut self) -> Result<(), Violation> {
        loop {
            let mut at = self.position();
            let blank = match self.event()? {
                Item::Start(tag) => {
                    self.token = Token::Start(tag);
                    return Ok(());
                }
                Item::End(offset) => {
                    self.token = Token::End(offset);
                    return Ok(());
                }
                Item::Finished if self.open.is_empty() => {
                    self.token = Token::Finished;
                    return Ok(());
                }
                Item::Finished => {
                    return Err(self.broken_at(Rule::WellFormed("element without an end tag"), at));
                }
                Item::Text(text) => {
                    at += text.bytes().take_while(|b| super::value::is_blank(*b)).count();
                    markup::is_all_blank(text)
                }
                Item::Verbatim(_) => false,
                Item::Character(c) => markup::BLANKS.contains(&c) && !self.open.is_empty(),
            };
            if !blank && self.open.is_empty() {
                return Err(self.broken_at(Rule::WellFormed("text outside the root element"), at));
            }
            if !blank {
                return Err(self.broken_at(Rule::Text, at));
            }
        }
    }

    /// The text of the element just entered, up to its end tag.
    fn text(&mut self) -> Result<Cow<'a, str>, Violation> {
        let mut value: Cow<'a, str> = Cow::Borrowed("");
        loop {
            let at = self.position();
            match self.event()? {
                Item::End(_) => return Ok(value),
                Item::Text(text) | Item::Verbatim(text) => {
                    let text = if self.returns { markup::line_ends(text) } else { Cow::Borrowed(text) };
                    if value.is_empty() {
                        value = text;
                    } else {
                        value.to_mut().push_str(&text);
                    }
                }
                Item::Character(c) => value.to_mut().push(c),
                Item::Start(tag) => return Err(self.broken_at(Rule::Unexpected, tag.at)),
                Item::Finished => {
                    return Err(self.broken_at(Rule::WellFormed("element without an end tag"), at));
                }
            }
        }
    }
}

/// Whether two short texts are equal. A loop: calling the library's comparison costs more than these few bytes,
/// and this is asked several times per element.
pub(super) fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).all(|(a, b)| a == b)
}
