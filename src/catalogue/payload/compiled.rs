//! Schemas of services, ready to read documents. They come from outside, so that everything about them is bounded.

use super::simple::{Simple, Value};
use crate::schema::ambiguity::{deterministic, first, may_be_absent};
use crate::schema::model::{self, Contract, Occurs, Particle, QName, TypeRef};
use crate::schema::read::{At, Tree, parse};
use crate::schema::{Diagnostic, Source, Subset, resolve, wrong};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The largest schema, in bytes.
pub const SCHEMA_BYTES: usize = 64 * 1024;
/// The most elements that a schema may define.
pub const ELEMENTS: usize = 500;
/// The deepest nesting inside a schema, and the most types around a leaf.
pub const DEPTH: usize = 16;
/// The most patterns of a schema.
pub const PATTERNS: usize = 64;
/// The most elements of one name side by side that are read, whatever a schema allows.
pub const REPEATED: usize = 1000;
/// The most leaves that a document can have, each name counted once.
const LEAVES: usize = 500;

type Fallible<T> = Result<T, Diagnostic>;

/// What may stand in an element.
#[derive(Clone, Debug)]
pub(super) enum Content {
    /// Text.
    Text(Arc<Simple>),
    /// Elements.
    Elements(Arc<Vec<Part>>),
}

/// An element.
#[derive(Clone, Debug)]
pub(super) struct Element {
    pub(super) name: QName,
    pub(super) content: Content,
    /// What an empty one stands for.
    pub(super) empty: Option<String>,
    /// The only value.
    pub(super) fixed: Option<Value>,
}

/// A part of the content of an element.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) occurs: Occurs,
    pub(super) term: Term,
    /// The elements that can begin it.
    pub(super) first: BTreeSet<QName>,
    /// Whether nothing at all can be this part.
    pub(super) absent: bool,
}

/// What a part is.
#[derive(Clone, Debug)]
pub(super) enum Term {
    Element(Element),
    Choice(Vec<Part>),
    Sequence(Vec<Part>),
}

/// A leaf that documents of a schema may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// The local names from below the root to the leaf, with `/` between.
    pub path: String,
    /// Whether there can be more than one.
    pub repeated: bool,
    /// Whether its value is always the same.
    pub fixed: bool,
}

/// A schema of a service.
#[derive(Debug)]
pub struct Compiled {
    pub(super) root: QName,
    pub(super) parts: Arc<Vec<Part>>,
    leaves: Vec<Leaf>,
}

impl Compiled {
    /// Compiles a schema. It has one root: the only global element that no other refers to.
    ///
    /// # Errors
    /// Everything that is wrong with it, by line.
    pub fn new(xsd: &str) -> Result<Compiled, Vec<Diagnostic>> {
        let at_start = |message: String| vec![Diagnostic { path: "schema".to_owned(), line: 1, message }];
        if xsd.len() > SCHEMA_BYTES {
            return Err(at_start(format!("a schema may have at most {SCHEMA_BYTES} bytes")));
        }
        let sources = [Source { path: "schema".to_owned(), text: xsd.to_owned() }];
        let trees = parse(&sources)?;
        let root = trees.iter().try_fold(None, |_, tree| bounded(tree).map(Some)).map_err(|one| vec![one])?;
        let contract = resolve::contract(&trees, Subset::Interpreted)?;
        let referred = root.iter().flat_map(|root: &BTreeSet<QName>| root).collect::<BTreeSet<_>>();
        let mut roots = contract.roots.iter().filter(|(name, _)| !referred.contains(name));
        let (Some((name, of)), None) = (roots.next(), roots.next()) else {
            return Err(at_start(
                "a schema of a service has one root, and no other global element".to_owned(),
            ));
        };
        let mut compiler =
            Compiler { contract: &contract, simple: BTreeMap::new(), complex: BTreeMap::new() };
        let content = compiler.content(of).map_err(|one| vec![one])?;
        let Content::Elements(parts) = content else {
            return Err(at_start("the root has no elements in it".to_owned()));
        };
        let mut leaves = Leaves { found: Vec::new(), left: 4 * LEAVES };
        let found = leaves.of(&parts, "", 0).map_err(at_start)?;
        leaves.add(found, 1);
        if leaves.found.len() > LEAVES {
            return Err(at_start(format!("a document may have at most {LEAVES} leaves")));
        }
        Ok(Compiled { root: name.clone(), parts, leaves: leaves.found.into_iter().map(Leaf::from).collect() })
    }

    /// The leaves that documents may have, in the order of the schema.
    pub fn leaves(&self) -> &[Leaf] {
        &self.leaves
    }

    /// Namespace and local name of the root element.
    pub fn root(&self) -> (&str, &str) {
        (&self.root.0, &self.root.1)
    }
}

/// Checks the size of a schema, and finds the global elements that others refer to.
fn bounded(tree: &Tree<'_>) -> Fallible<BTreeSet<QName>> {
    let root = At::root(tree);
    if !root.is("schema") {
        return Err(root.wrong("not a schema"));
    }
    let (mut elements, mut patterns, mut referred) = (0, 0, BTreeSet::new());
    // Pairs of a node and its depth, without recursion: how deep it is, is what is asked.
    let mut open = vec![(root, 0)];
    while let Some((at, depth)) = open.pop() {
        if depth > DEPTH {
            return Err(at.wrong(format!("nested more than {DEPTH} deep")));
        }
        elements += usize::from(at.is("element"));
        patterns += usize::from(at.is("pattern"));
        if let Some(name) = at.get("ref").filter(|_| at.is("element")) {
            referred.insert(at.qname(name)?);
        }
        if at.is("import") || at.is("include") || at.is("redefine") {
            return Err(at.wrong("a schema of a service is one file: nothing is imported"));
        }
        open.extend(at.children().map(|child| (child, depth + 1)));
    }
    if elements > ELEMENTS {
        return Err(root.wrong(format!("a schema may have at most {ELEMENTS} elements")));
    }
    if patterns > PATTERNS {
        return Err(root.wrong(format!("a schema may have at most {PATTERNS} patterns")));
    }
    Ok(referred)
}

/// Turns the model into what reads, each type once.
struct Compiler<'c> {
    contract: &'c Contract,
    simple: BTreeMap<QName, Arc<Simple>>,
    complex: BTreeMap<QName, Arc<Vec<Part>>>,
}

impl Compiler<'_> {
    fn content(&mut self, of: &TypeRef) -> Fallible<Content> {
        let name = match of {
            TypeRef::Builtin(base) => return Ok(Content::Text(Arc::new(Simple::builtin(*base)))),
            TypeRef::Named(name) => name,
        };
        if let Some(simple) = self.contract.simple.get(name) {
            if let Some(known) = self.simple.get(name) {
                return Ok(Content::Text(Arc::clone(known)));
            }
            let compiled = Arc::new(Simple::compile(simple)?);
            self.simple.insert(name.clone(), Arc::clone(&compiled));
            return Ok(Content::Text(compiled));
        }
        if let Some(known) = self.complex.get(name) {
            return Ok(Content::Elements(Arc::clone(known)));
        }
        let particles = self.contract.complex.get(name).map(|complex| complex.particles.as_slice());
        let particles = particles.unwrap_or_default();
        deterministic(particles, &BTreeSet::new())?;
        let parts: Fallible<Vec<Part>> = particles.iter().map(|particle| self.part(particle)).collect();
        let parts = Arc::new(parts?);
        self.complex.insert(name.clone(), Arc::clone(&parts));
        Ok(Content::Elements(parts))
    }

    fn part(&mut self, particle: &Particle) -> Fallible<Part> {
        let occurs = particle.occurs;
        if occurs.min > REPEATED || (occurs.max > REPEATED && occurs.max != usize::MAX) {
            return Err(wrong(&particle.place, format!("at most {REPEATED} of an element are read")));
        }
        let term = match &particle.term {
            model::Term::Element { name, of, default, fixed } => {
                let content = self.content(of)?;
                let judged = |text: &String| match &content {
                    Content::Text(simple) => simple.judge(text).map_err(|error| {
                        wrong(&particle.place, format!("the default or the fixed value {error}"))
                    }),
                    Content::Elements(_) => {
                        Err(wrong(&particle.place, "a value of an element with children"))
                    }
                };
                default.as_ref().map(judged).transpose()?;
                let only = fixed.as_ref().map(judged).transpose()?;
                let empty = fixed.clone().or_else(|| default.clone());
                Term::Element(Element { name: name.clone(), content, empty, fixed: only })
            }
            model::Term::Choice(inner) => Term::Choice(self.parts(inner)?),
            model::Term::Sequence(inner) => Term::Sequence(self.parts(inner)?),
        };
        Ok(Part { occurs, term, first: first(particle), absent: may_be_absent(particle) })
    }

    fn parts(&mut self, particles: &[Particle]) -> Fallible<Vec<Part>> {
        particles.iter().map(|particle| self.part(particle)).collect()
    }
}

/// A leaf and the most of it that there can be.
type Counted = (String, bool, usize);

impl From<Counted> for Leaf {
    fn from((path, fixed, most): Counted) -> Self {
        Leaf { path, repeated: most > 1, fixed }
    }
}

/// Counts leaves. Types are shared, so that a small schema can mean very many: the steps are bounded.
struct Leaves {
    found: Vec<Counted>,
    left: usize,
}

impl Leaves {
    /// The leaves of parts, each path once.
    fn of(&mut self, parts: &[Part], above: &str, depth: usize) -> Result<Vec<Counted>, String> {
        let mut sum = Leaves { found: Vec::new(), left: 0 };
        for part in parts {
            let Some(left) = self.left.checked_sub(1).filter(|_| depth <= DEPTH) else {
                return Err("a document may have too many elements".to_owned());
            };
            self.left = left;
            let inner = match &part.term {
                Term::Element(element) => {
                    let path = if above.is_empty() {
                        element.name.1.clone()
                    } else {
                        format!("{above}/{}", element.name.1)
                    };
                    match &element.content {
                        Content::Text(_) => vec![(path, element.fixed.is_some(), 1)],
                        Content::Elements(parts) => self.of(parts, &path, depth + 1)?,
                    }
                }
                Term::Sequence(inner) => self.of(inner, above, depth + 1)?,
                Term::Choice(inner) => {
                    let mut most = Leaves { found: Vec::new(), left: 0 };
                    for alternative in inner {
                        let one = self.of(std::slice::from_ref(alternative), above, depth + 1)?;
                        most.either(one);
                    }
                    most.found
                }
            };
            sum.add(inner, part.occurs.max);
        }
        Ok(sum.found)
    }

    fn add(&mut self, leaves: Vec<Counted>, times: usize) {
        for (path, fixed, most) in leaves {
            let most = most.saturating_mul(times);
            match self.found.iter_mut().find(|(known, ..)| *known == path) {
                Some((_, only, sum)) => (*only, *sum) = (*only && fixed, sum.saturating_add(most)),
                None => self.found.push((path, fixed, most)),
            }
        }
    }

    fn either(&mut self, leaves: Vec<Counted>) {
        for (path, fixed, most) in leaves {
            match self.found.iter_mut().find(|(known, ..)| *known == path) {
                Some((_, only, sum)) => (*only, *sum) = (*only && fixed, most.max(*sum)),
                None => self.found.push((path, fixed, most)),
            }
        }
    }
}
