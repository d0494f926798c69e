//! Reads a document by a compiled schema, over the strict reader of the contract's messages.

use super::compiled::{Compiled, Content, Element, Part, REPEATED, Term};
use crate::wire::{Bounds, FacetError, Reader, Rule, Violation};

/// The largest document, in bytes.
pub const DOCUMENT_BYTES: usize = 64 * 1024;

/// A leaf of a document.
#[derive(Clone, PartialEq, Eq)]
pub struct Found {
    /// The local names from below the root to the leaf, with `/` between.
    pub path: String,
    /// Its value: the one text that stands for all that mean the same.
    pub text: String,
}

/// Where the root of a document is not the one of the schema.
pub(super) enum Refusal {
    Root,
    Schema(Violation),
}

impl From<Violation> for Refusal {
    fn from(violation: Violation) -> Self {
        Refusal::Schema(violation)
    }
}

impl Compiled {
    /// The leaves of a document in their order, if it keeps the schema from its first byte to its last.
    pub(super) fn read(&self, document: &[u8]) -> Result<Vec<Found>, Refusal> {
        if document.len() > DOCUMENT_BYTES {
            let rule = Rule::Limit("the size of the document");
            return Err(Violation::new(rule, DOCUMENT_BYTES, String::new()).into());
        }
        let reader = Reader::new(document, Bounds::default())?;
        if reader.name() != Some((&self.root.1, &self.root.0)) {
            return Err(Refusal::Root);
        }
        let mut walk = Walk { reader, path: String::new(), found: Vec::new() };
        walk.reader.enter()?;
        walk.parts(&self.parts)?;
        walk.reader.leave()?;
        walk.reader.finish()?;
        Ok(walk.found)
    }
}

struct Walk<'m> {
    reader: Reader<'m>,
    path: String,
    found: Vec<Found>,
}

impl Walk<'_> {
    fn parts(&mut self, parts: &[Part]) -> Result<(), Violation> {
        for part in parts {
            let mut count = 0;
            while count < part.occurs.max && self.begins(part) {
                if count == REPEATED {
                    return Err(self.reader.broken(Rule::Limit("elements side by side")));
                }
                self.once(part)?;
                count += 1;
            }
            if count < part.occurs.min && !part.absent {
                return Err(self.missing(part));
            }
        }
        Ok(())
    }

    fn begins(&self, part: &Part) -> bool {
        let here = self.reader.name();
        here.is_some_and(|(local, namespace)| {
            part.first.iter().any(|(of, name)| name == local && of == namespace)
        })
    }

    fn once(&mut self, part: &Part) -> Result<(), Violation> {
        match &part.term {
            Term::Element(element) => self.element(element),
            Term::Sequence(inner) => self.parts(inner),
            Term::Choice(inner) => match inner.iter().find(|alternative| self.begins(alternative)) {
                Some(alternative) => self.parts(std::slice::from_ref(alternative)),
                None => Err(self.missing(part)),
            },
        }
    }

    fn element(&mut self, element: &Element) -> Result<(), Violation> {
        let above = self.path.len();
        if above > 0 {
            self.path.push('/');
        }
        self.path.push_str(&element.name.1);
        match &element.content {
            Content::Elements(parts) => {
                self.reader.enter()?;
                self.parts(parts)?;
                self.reader.leave()?;
            }
            Content::Text(simple) => {
                let value = self.reader.leaf(|text| {
                    let empty = element.empty.as_deref().filter(|_| text.is_empty());
                    let value = simple.judge(empty.map_or(&*text, |empty| empty))?;
                    match &element.fixed {
                        Some(fixed) if !fixed.same(&value) => {
                            Err(FacetError::Stated(format!("be {}", fixed.clone().text())))
                        }
                        _ => Ok(value),
                    }
                })?;
                self.found.push(Found { path: self.path.clone(), text: value.text() });
            }
        }
        self.path.truncate(above);
        Ok(())
    }

    fn missing(&self, part: &Part) -> Violation {
        let names: Vec<&str> = part.first.iter().map(|(_, local)| local.as_str()).collect();
        self.reader.broken(Rule::Missing(names.join(" or ")))
    }
}
