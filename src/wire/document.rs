//! Documents that stand for themselves: one element, without an envelope around it.

use super::encode::{Name, Write, Writer};
use super::error::Violation;
use super::reader::{Bounds, Reader};
use super::value::Read;

/// A type whose element can be a whole document.
pub trait Document: Read + Write {
    /// The name of the element.
    const ROOT: Name;
    /// Prefix and URI of every namespace in which the document has elements.
    const PREFIXES: &'static [(&'static str, &'static str)];
}

/// Reads a document from its first byte to its last.
pub fn read_document<T: Document>(document: &[u8], bounds: Bounds) -> Result<T, Violation> {
    let mut reader = Reader::new(document, bounds)?;
    let value = reader.one(&T::ROOT)?;
    reader.finish()?;
    Ok(value)
}

/// Reads a document of an old system: see [`Reader::leniently`].
pub fn read_document_leniently<T: Document>(document: &[u8], bounds: Bounds) -> Result<T, Violation> {
    let mut reader = Reader::new(document, bounds)?.leniently();
    let value = reader.one(&T::ROOT)?;
    reader.finish()?;
    Ok(value)
}

/// Writes a document, with an XML declaration.
pub fn write_document<T: Document>(document: &T) -> Vec<u8> {
    let mut to = Writer::new();
    to.markup("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    to.root(&T::ROOT, T::PREFIXES, document);
    to.markup("\n");
    to.finish()
}

impl Reader<'_> {
    /// Forgives from here on what old systems are known to do: elements in a wrong namespace or in none,
    /// attributes (`xsi:type`, `soapenv:mustUnderstand`), and blanks around values. Names, order, number and facets
    /// are held as ever.
    pub fn leniently(mut self) -> Self {
        self.lenient = true;
        self
    }

    /// Reads the element of that name; an empty one stands for the default.
    pub fn one_or<T: Read>(&mut self, name: &Name, default: &'static str) -> Result<T, Violation> {
        self.default = default;
        let value = self.one(name);
        self.default = "";
        value
    }

    /// Reads the element of that name if it is there; an empty one stands for the default.
    pub fn optional_or<T: Read>(
        &mut self,
        name: &Name,
        default: &'static str,
    ) -> Result<Option<T>, Violation> {
        if self.is(name) { self.one_or(name, default).map(Some) } else { Ok(None) }
    }
}
