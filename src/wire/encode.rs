//! Writes values as XML.
//!
//! What reaches this layer is valid already: types check their facets and characters when they are built, so
//! that writing cannot fail.

use std::fmt::{self, Write as _};

/// The name of an element: how it is recognised and how it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Name {
    /// Its namespace; empty for none.
    pub namespace: &'static str,
    /// Its name within the namespace.
    pub local: &'static str,
    /// What is written: the local name, after a prefix if there is a namespace.
    pub tag: &'static str,
}

impl Name {
    /// A name in no namespace.
    pub const fn local(local: &'static str) -> Self {
        Name { namespace: "", local, tag: local }
    }

    /// A name in a namespace, written with a prefix.
    pub const fn qualified(namespace: &'static str, local: &'static str, tag: &'static str) -> Self {
        Name { namespace, local, tag }
    }
}

/// A value that can be the content of an element, or a group of elements.
pub trait Write {
    /// Writes the content.
    fn write(&self, to: &mut Writer);
}

/// The text of a message as it grows.
#[derive(Debug, Default)]
pub struct Writer {
    out: String,
}

impl Writer {
    /// An empty text with room for an ordinary message.
    pub fn new() -> Self {
        Writer { out: String::with_capacity(4096) }
    }

    /// The message.
    pub fn finish(self) -> Vec<u8> {
        self.out.into_bytes()
    }

    /// Appends markup that the caller has written itself.
    pub fn markup(&mut self, markup: &'static str) {
        self.out.push_str(markup);
    }

    /// Writes the outermost element of a message and declares the prefixes that its content may need.
    pub fn root(&mut self, name: &Name, prefixes: &[(&str, &str)], value: &impl Write) {
        self.out.push('<');
        self.out.push_str(name.tag);
        for (prefix, namespace) in prefixes {
            self.markup(" xmlns:");
            self.out.push_str(prefix);
            self.markup("=\"");
            self.text(namespace);
            self.markup("\"");
        }
        self.out.push('>');
        value.write(self);
        self.end(name);
    }

    /// Writes an element.
    pub fn one<T: Write>(&mut self, name: &Name, value: &T) {
        self.out.push('<');
        self.out.push_str(name.tag);
        self.out.push('>');
        value.write(self);
        self.end(name);
    }

    /// Writes an element if there is a value; never an empty tag.
    pub fn optional<T: Write>(&mut self, name: &Name, value: &Option<T>) {
        if let Some(value) = value {
            self.one(name, value);
        }
    }

    /// Writes an element for every value.
    pub fn many<T: Write>(&mut self, name: &Name, values: &[T]) {
        for value in values {
            self.one(name, value);
        }
    }

    /// Writes a group if there is one.
    pub fn optional_group<T: Write>(&mut self, group: &Option<T>) {
        if let Some(group) = group {
            group.write(self);
        }
    }

    /// Writes all groups.
    pub fn many_groups<T: Write>(&mut self, groups: &[T]) {
        for group in groups {
            group.write(self);
        }
    }

    fn end(&mut self, name: &Name) {
        self.out.push_str("</");
        self.out.push_str(name.tag);
        self.out.push('>');
    }

    /// Writes a text, with references for what would be read as markup, and for the carriage return, which
    /// would be read as a line feed.
    pub fn text(&mut self, text: &str) {
        let mut rest = text;
        while let Some(at) = rest.find(['&', '<', '>', '"', '\r']) {
            let (before, special) = rest.split_at(at);
            self.out.push_str(before);
            self.out.push_str(match special.as_bytes().first() {
                Some(b'&') => "&amp;",
                Some(b'<') => "&lt;",
                Some(b'>') => "&gt;",
                Some(b'"') => "&quot;",
                _ => "&#13;",
            });
            rest = special.get(1..).unwrap_or_default();
        }
        self.out.push_str(rest);
    }

    /// Writes a text that is known to hold nothing special.
    pub(crate) fn plain(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// Writes what a value displays, which must hold nothing special.
    pub(crate) fn display(&mut self, value: &impl fmt::Display) {
        // Appending to a string cannot fail.
        let _ = write!(self.out, "{value}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_texts_is_escaped() {
        let mut writer = Writer::new();
        writer.text("a<b>&\"c\r\nd]]>");
        assert_eq!(writer.finish(), b"a&lt;b&gt;&amp;&quot;c&#13;\nd]]&gt;");
    }
}
