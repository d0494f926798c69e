//! Everything in which a document breaks its schema, not only the first thing: it goes on behind each.
//!
//! The server reads with generated code that stops at the first violation. Here the same schemas are interpreted, so
//! that whoever mends a message sees all there is to mend. `tests/explain.rs` holds both to the same verdict.

use std::collections::{BTreeMap, BTreeSet};

use roxmltree::Node;

use super::report::Place;
use crate::catalogue::payload::Simple;
use crate::schema::ambiguity::first;
use crate::schema::model::{Contract, Particle, QName, Simple as SimpleType, Term, TypeRef};
use crate::schema::read::parse;
use crate::schema::{Diagnostic, Source, Subset, resolve};

const INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// The schemas whose documents are known: the messages of both interfaces, and the documents of the old one.
const SCHEMAS: [(&str, &str); 4] = [
    ("xsd/common.xsd", include_str!("../../../xsd/common.xsd")),
    ("xsd/paForNode.xsd", include_str!("../../../xsd/paForNode.xsd")),
    ("xsd/legacy/pagamenti.xsd", include_str!("../../../xsd/legacy/pagamenti.xsd")),
    ("xsd/legacy/ppt.xsd", include_str!("../../../xsd/legacy/ppt.xsd")),
];

/// A rule of the schema that a document breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// Which kind of rule, by the name that the judge of answers has for it.
    pub rule: &'static str,
    /// Where.
    pub place: Place,
    /// What is wrong there; never the content of the place.
    pub message: String,
}

/// The schemas, ready to judge documents.
pub struct Schemas {
    contract: Contract,
    simple: BTreeMap<QName, Simple>,
}

impl Schemas {
    /// Reads the schemas that are part of the program.
    ///
    /// # Errors
    /// One of them is not understood, which is a fault of ours.
    pub fn shipped() -> Result<Self, Vec<Diagnostic>> {
        let sources: Vec<Source> = SCHEMAS
            .iter()
            .map(|(path, text)| Source { path: (*path).to_owned(), text: (*text).to_owned() })
            .collect();
        let contract = resolve::contract(&parse(&sources)?, Subset::Generated)?;
        let compile = |(name, of): (&QName, &SimpleType)| {
            Simple::compile(of).map(|simple| (name.clone(), simple)).map_err(|wrong| vec![wrong])
        };
        let simple = contract.simple.iter().map(compile).collect::<Result<_, _>>()?;
        Ok(Schemas { contract, simple })
    }

    /// The namespace of the root element of that name, if documents may begin with it.
    pub fn namespace_of(&self, root: &str) -> Option<&str> {
        self.contract.roots.keys().find(|(_, local)| local == root).map(|(namespace, _)| namespace.as_str())
    }

    /// Everything that is wrong with a document whose root is the element.
    pub fn breaches(&self, root: Node<'_, '_>) -> Vec<Breach> {
        let mut judging = Judging { schemas: self, path: Vec::new(), found: Vec::new() };
        let local = root.tag_name().name();
        let Some(namespace) = self.namespace_of(local) else { return judging.found };
        let name = (namespace.to_owned(), local.to_owned());
        if let Some(of) = self.contract.roots.get(&name) {
            judging.named(root, &name);
            judging.element(root, of);
        }
        judging.found
    }
}

/// The most breaches that are told; nobody mends more at a time.
const MOST: usize = 500;

struct Judging<'s> {
    schemas: &'s Schemas,
    path: Vec<String>,
    found: Vec<Breach>,
}

impl Judging<'_> {
    fn broken(&mut self, rule: &'static str, at: Node<'_, '_>, message: impl Into<String>) {
        // To find a line is to read the message up to it: without an end, a hostile one would take hours.
        if self.found.len() >= MOST {
            return;
        }
        let place = Place::of(&self.path, at);
        self.found.push(Breach { rule, place, message: message.into() });
    }

    /// The element is the one that is meant; its namespace may be wrong.
    fn named(&mut self, node: Node<'_, '_>, name: &QName) {
        if node.tag_name().namespace().unwrap_or_default() != name.0 {
            let wanted = match name.0.as_str() {
                "" => "the element belongs in no namespace".to_owned(),
                namespace => format!("the element belongs in the namespace {namespace}"),
            };
            self.path.push(name.1.clone());
            self.broken("schema-unexpected", node, wanted);
            self.path.pop();
        }
    }

    fn element(&mut self, node: Node<'_, '_>, of: &TypeRef) {
        self.path.push(node.tag_name().name().to_owned());
        if node.attributes().any(|attribute| attribute.namespace() != Some(INSTANCE)) {
            self.broken("schema-unexpected", node, "the element has no attributes");
        }
        match of {
            TypeRef::Builtin(base) => self.leaf(node, &Simple::builtin(*base)),
            TypeRef::Named(name) => match self.schemas.simple.get(name) {
                Some(simple) => self.leaf(node, simple),
                None => self.group(node, name),
            },
        }
        self.path.pop();
    }

    fn leaf(&mut self, node: Node<'_, '_>, simple: &Simple) {
        if let Some(child) = node.children().find(Node::is_element) {
            self.broken("schema-unexpected", child, "the element holds text only, no elements");
            return;
        }
        let text: String = node.children().filter_map(|child| child.text()).collect();
        if let Err(facet) = simple.judge(&text) {
            let empty = if text.is_empty() { "; it is empty" } else { "" };
            self.broken("schema-value", node, format!("the value {facet}{empty}"));
        }
    }

    fn group(&mut self, node: Node<'_, '_>, of: &QName) {
        let schemas = self.schemas;
        let Some(complex) = schemas.contract.complex.get(of) else { return };
        let stray = node
            .children()
            .filter(Node::is_text)
            .any(|child| child.text().is_some_and(|text| !text.trim().is_empty()));
        if stray {
            self.broken("schema-unexpected", node, "there is text between the elements");
        }
        let children: Vec<Node<'_, '_>> = node.children().filter(Node::is_element).collect();
        let mut known = BTreeSet::new();
        names(&complex.particles, &mut known);
        let mut queue = Queue { parent: node, children: &children, at: 0, known: &known };
        self.particles(&complex.particles, &mut queue);
        while let Some(left) = queue.next().filter(|_| self.found.len() < MOST) {
            let local = left.tag_name().name();
            let twice = children.iter().filter(|child| child.tag_name().name() == local).count() > 1;
            if twice {
                self.broken("schema-repeated", left, format!("{local} is here more often than allowed"));
            } else {
                let order: Vec<&str> = known.iter().map(|(_, name)| name.as_str()).collect();
                let message = format!("{local} is out of order; these may be here: {}", order.join(", "));
                self.broken("schema-unexpected", left, message);
            }
            queue.at += 1;
        }
    }

    fn particles(&mut self, particles: &[Particle], queue: &mut Queue<'_, '_, '_>) {
        for particle in particles {
            let mut count = 0;
            loop {
                self.strangers(queue);
                if count >= particle.occurs.max || !queue.begins(particle) {
                    break;
                }
                self.once(particle, queue);
                count += 1;
            }
            if count < particle.occurs.min && !absent(particle) {
                let names: Vec<String> = first(particle).into_iter().map(|(_, local)| local).collect();
                let before = queue.next().map(|next| format!(" before {}", next.tag_name().name()));
                let message = format!("{} is missing{}", names.join(" or "), before.unwrap_or_default());
                self.broken("schema-missing", queue.here(), message);
            }
        }
    }

    /// Passes over elements that the type does not know at all.
    fn strangers(&mut self, queue: &mut Queue<'_, '_, '_>) {
        while let Some(next) = queue.next() {
            let local = next.tag_name().name();
            if queue.known.iter().any(|(_, name)| name == local) {
                return;
            }
            self.broken("schema-unexpected", next, format!("there is no element {local} here"));
            queue.at += 1;
        }
    }

    fn once(&mut self, particle: &Particle, queue: &mut Queue<'_, '_, '_>) {
        match &particle.term {
            Term::Element { name, of, .. } => {
                if let Some(node) = queue.next() {
                    queue.at += 1;
                    self.named(node, name);
                    self.element(node, of);
                }
            }
            Term::Sequence(inner) => self.particles(inner, queue),
            Term::Choice(inner) => {
                if let Some(one) = inner.iter().find(|one| queue.begins(one)) {
                    self.particles(std::slice::from_ref(one), queue);
                }
            }
        }
    }
}

/// The children of an element, read from the first to the last.
struct Queue<'q, 'a, 'd> {
    parent: Node<'a, 'd>,
    children: &'q [Node<'a, 'd>],
    at: usize,
    known: &'q BTreeSet<QName>,
}

impl<'a, 'd> Queue<'_, 'a, 'd> {
    fn next(&self) -> Option<Node<'a, 'd>> {
        self.children.get(self.at).copied()
    }

    /// Where something is missing: at what stands there instead, or at the element around it.
    fn here(&self) -> Node<'a, 'd> {
        self.next().unwrap_or(self.parent)
    }

    /// By local name: a wrong namespace is told of separately.
    fn begins(&self, particle: &Particle) -> bool {
        self.next()
            .is_some_and(|next| first(particle).iter().any(|(_, local)| local == next.tag_name().name()))
    }
}

fn absent(particle: &Particle) -> bool {
    crate::schema::ambiguity::may_be_absent(particle)
}

/// The names of all elements that may stand directly in a type.
fn names(particles: &[Particle], into: &mut BTreeSet<QName>) {
    for particle in particles {
        match &particle.term {
            Term::Element { name, .. } => {
                into.insert(name.clone());
            }
            Term::Choice(inner) | Term::Sequence(inner) => names(inner, into),
        }
    }
}
