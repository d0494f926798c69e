//! From the model to what will be written: one module per namespace, one item per type, with Rust names.

use super::calls;
use super::documents;
use super::names;
use super::shapes;
use crate::schema::ambiguity::{deterministic, opening_count};
use crate::schema::model::{
    Builtin, Complex, Contract, Facets, Occurs, Particle, Place, QName, Simple, Term, TypeRef,
};
use crate::schema::patterns::{self, Alphabet, Table};
use crate::schema::{Diagnostic, wrong};
use std::collections::{BTreeMap, BTreeSet};

/// What one namespace becomes.
#[derive(Debug, Default)]
pub struct Module {
    /// The name of the module.
    pub name: String,
    /// What the schema says about itself.
    pub doc: String,
    /// Prefix and URI of every namespace in which its messages have elements.
    pub prefixes: Vec<(String, String)>,
    /// The modules whose types it uses.
    pub imports: Vec<String>,
    /// The element names: constant, namespace, local name, and what is written.
    pub tags: BTreeMap<String, (QName, String)>,
    /// The types.
    pub items: Vec<Item>,
    /// The operations whose requests belong to the namespace.
    pub operations: Vec<Call>,
    /// The elements that are documents of their own, each the tag constant and the type: all roots with
    /// children, where there is no operation.
    pub documents: Vec<(String, String)>,
}

/// An operation with its Rust names.
#[derive(Debug)]
pub struct Call {
    /// Its name on the wire.
    pub name: String,
    /// What the description says about it.
    pub doc: String,
    /// The value of the SOAPAction header.
    pub action: String,
    /// The tag constant and the type of what goes before the request in the header of the envelope.
    pub header: Option<(String, String)>,
    /// The tag constant and the type of the request.
    pub request: (String, String),
    /// The tag constant and the type of the response.
    pub response: (String, String),
}

/// A type to be written.
#[derive(Debug)]
pub struct Item {
    /// Its Rust name.
    pub name: String,
    /// What the schema says about it.
    pub doc: String,
    /// What it is.
    pub shape: Shape,
}

/// What a type is.
#[derive(Debug)]
pub enum Shape {
    /// Another name for a runtime type.
    Alias(String),
    /// A restricted text, with the white-space facet as the runtime names it.
    Text(Facets, &'static str, Vec<Table>),
    /// Restricted bytes.
    Base64(Facets, Vec<Table>),
    /// Money: whether two decimals must be written, and the range in cents.
    Amount(&'static str, i64, i64),
    /// A restricted whole number.
    Int(i32, i32),
    /// One of several texts: variant and text.
    Texts(Vec<(String, String)>, &'static str),
    /// One of several numbers: variant and number.
    Numbers(Vec<(String, i32)>),
    /// An element with children, or a group of elements without one around them.
    Struct(Vec<Field>, Around),
    /// One of several elements.
    Choice(Vec<Field>),
}

/// Whether a struct is an element or only some of the children of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Around {
    /// An element is around it.
    Element,
    /// It stands among the children of another type.
    Nothing,
}

/// A field of a struct or an alternative of a choice.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its Rust name, as a field.
    pub field: String,
    /// Its Rust name, as a variant.
    pub variant: String,
    /// What it is, for readers.
    pub doc: String,
    /// The type of one occurrence.
    pub of: String,
    /// How often it occurs.
    pub occurs: Occurs,
    /// The tag constant; none for a group.
    pub tag: Option<String>,
    /// The name on the wire, or those of a group.
    pub wire: String,
    /// The tag constants that can begin it.
    pub first: BTreeSet<String>,
    /// What an empty one stands for.
    pub default: Option<String>,
}

type Fallible<T> = Result<T, Diagnostic>;

/// Type names that would hide what the generated code uses.
const TAKEN: [&str; 12] = [
    "Option",
    "Result",
    "Ok",
    "Err",
    "Some",
    "None",
    "Self",
    "Box",
    "Operation",
    "Request",
    "Response",
    "From",
];

/// One module per namespace, sorted by namespace, and then one per service that is not called like the namespace
/// of its messages.
pub fn modules(contract: &Contract) -> Result<Vec<Module>, Vec<Diagnostic>> {
    let mut wrong = Vec::new();
    let mut modules = Vec::new();
    let mut plan = |uri, what: &dyn Fn(&mut Planner<'_>) -> Fallible<()>| {
        let mut planner = Planner { contract, uri, module: Module::default(), names: BTreeMap::new() };
        match what(&mut planner) {
            Ok(()) => modules.push(planner.module),
            Err(diagnostic) => wrong.push(diagnostic),
        }
    };
    contract.namespaces.keys().for_each(|uri| plan(uri.as_str(), &|planner| planner.plan()));
    for (service, uri) in calls::services_of_their_own(contract) {
        plan(uri, &|planner| planner.service(service));
    }
    if wrong.is_empty() { Ok(modules) } else { Err(wrong) }
}

pub(super) struct Planner<'c> {
    pub(super) contract: &'c Contract,
    pub(super) uri: &'c str,
    pub(super) module: Module,
    /// The type names given so far.
    names: BTreeMap<String, Place>,
}

impl Planner<'_> {
    fn plan(&mut self) -> Fallible<()> {
        let (contract, own) = (self.contract, self.uri);
        let Some(namespace) = contract.namespaces.get(own) else { return Ok(()) };
        self.module.name = names::snake(&namespace.stem);
        self.module.doc = namespace.doc.clone();
        let imported = namespace.imports.iter().filter_map(|uri| contract.namespaces.get(uri));
        self.module.imports = imported.map(|found| names::snake(&found.stem)).collect();
        self.module.imports.sort();
        let imported = namespace.imports.clone();
        for (name, simple) in contract.simple.iter().filter(|(name, _)| name.0 == own) {
            let item = self.simple(name, simple)?;
            self.module.items.push(item);
        }
        for (name, complex) in contract.complex.iter().filter(|(name, _)| name.0 == own) {
            self.complex(name, complex)?;
        }
        if contract.services.contains_key(&namespace.stem) {
            self.calls(&namespace.stem)?;
        }
        if !calls::travels(contract, own) {
            for (root, of) in documents::roots(contract, own)? {
                let document = (self.tag(root), of);
                self.module.documents.push(document);
            }
        }
        self.prefixes(&imported);
        self.module.items.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(())
    }

    pub(super) fn prefix(&self, uri: &str) -> String {
        self.contract.namespaces.get(uri).map_or_else(|| "ns".to_owned(), |found| found.prefix.clone())
    }

    /// Takes a name for a type.
    fn name(&mut self, name: &str, place: &Place) -> Fallible<String> {
        let name = names::pascal(name);
        if TAKEN.contains(&name.as_str()) {
            return Err(wrong(place, format!("a type called {name} would hide Rust's; rename it")));
        }
        if let Some(other) = self.names.insert(name.clone(), place.clone()) {
            return Err(wrong(
                place,
                format!("{name} is also the Rust name of the type in line {}", other.line),
            ));
        }
        Ok(name)
    }

    fn simple(&mut self, name: &QName, simple: &Simple) -> Fallible<Item> {
        let name = self.name(&name.1, &simple.place)?;
        let facets = simple.facets.clone();
        let alphabet = match simple.base {
            Builtin::Text | Builtin::NormalizedText | Builtin::Token | Builtin::Uri => Alphabet::Unicode,
            _ => Alphabet::Ascii,
        };
        let tables: Result<Vec<Table>, String> =
            facets.patterns.iter().map(|step| patterns::table(step, alphabet)).collect();
        let tables = tables.map_err(|message| wrong(&simple.place, message))?;
        let space = white_space(simple.base);
        let shape = match simple.base {
            Builtin::Decimal => shapes::amount(simple)?,
            Builtin::Int if facets.values.is_some() => shapes::numbers(simple)?,
            Builtin::Int => shapes::int(simple)?,
            Builtin::DateTime if !tables.is_empty() => Shape::Alias("super::PlainMoment".to_owned()),
            Builtin::Boolean | Builtin::Date | Builtin::DateTime | Builtin::Time => {
                Shape::Alias(runtime(simple.base).to_owned())
            }
            Builtin::Base64 => Shape::Base64(facets, tables),
            Builtin::Text | Builtin::NormalizedText | Builtin::Token | Builtin::Uri => match &facets.values {
                Some(values) => Shape::Texts(shapes::texts(simple, values, &tables)?, space),
                None => Shape::Text(facets, space, tables),
            },
        };
        Ok(Item { name, doc: simple.doc.clone(), shape })
    }

    fn complex(&mut self, name: &QName, complex: &Complex) -> Fallible<()> {
        let owner = self.name(&name.1, &complex.place)?;
        deterministic(&complex.particles, &BTreeSet::new())?;
        let fields = self.fields(&owner, &complex.particles)?;
        let item =
            Item { name: owner, doc: complex.doc.clone(), shape: Shape::Struct(fields, Around::Element) };
        self.module.items.push(item);
        Ok(())
    }

    fn fields(&mut self, owner: &str, particles: &[Particle]) -> Fallible<Vec<Field>> {
        let mut fields: Vec<Field> = Vec::new();
        for particle in particles {
            let field = self.field(owner, particle)?;
            if fields.iter().any(|other| other.field == field.field) {
                return Err(wrong(&particle.place, format!("two fields would be called {}", field.field)));
            }
            fields.push(field);
        }
        Ok(fields)
    }

    fn field(&mut self, owner: &str, particle: &Particle) -> Fallible<Field> {
        let (occurs, contract) = (particle.occurs, self.contract);
        if let Term::Element { name, of, default, .. } = &particle.term {
            if let Some(value) = default {
                documents::default(contract, particle, of, value)?;
            }
            let tag = self.tag(name);
            let (of, about) = self.of(of);
            let doc = if particle.doc.is_empty() { about } else { particle.doc.clone() };
            let (field, variant) = (names::snake(&name.1), names::variant(&name.1));
            let first = BTreeSet::from([tag.clone()]);
            return Ok(Field {
                field,
                variant,
                doc,
                of,
                occurs,
                tag: Some(tag),
                wire: name.1.clone(),
                first,
                default: default.clone(),
            });
        }
        let (inner, joint) = match &particle.term {
            Term::Choice(inner) => (inner, "Or"),
            Term::Sequence(inner) => (inner, "And"),
            Term::Element { .. } => return Err(wrong(&particle.place, "an element is no group")),
        };
        let parts = self.fields(owner, inner)?;
        let mut name = parts.iter().map(|part| part.variant.clone()).collect::<Vec<_>>().join(joint);
        if parts.len() < 2 {
            name.push_str("Group");
        }
        if self.names.contains_key(&name) {
            name = format!("{owner}{name}");
        }
        let name = self.name(&name, &particle.place)?;
        let wire = parts.iter().map(|part| part.wire.clone()).collect::<Vec<_>>();
        let wire = wire.join(if joint == "Or" { " or " } else { " and " });
        let choice = joint == "Or";
        let opening = parts.iter().take(if choice { usize::MAX } else { opening_count(inner) });
        let first = opening.flat_map(|part| part.first.clone()).collect();
        let shape = if choice { Shape::Choice(parts) } else { Shape::Struct(parts, Around::Nothing) };
        let doc = format!("{} of: {wire}.", if choice { "One" } else { "All" });
        self.module.items.push(Item { name: name.clone(), doc: doc.clone(), shape });
        Ok(Field {
            field: names::snake(&name),
            variant: name.clone(),
            doc,
            of: name,
            occurs,
            tag: None,
            wire,
            first,
            default: None,
        })
    }

    /// The constant for an element name.
    pub(super) fn tag(&mut self, name: &QName) -> String {
        let written =
            if name.0.is_empty() { name.1.clone() } else { format!("{}:{}", self.prefix(&name.0), name.1) };
        let entry = (name.clone(), written);
        let mut constant = names::screaming(&name.1);
        while self.module.tags.get(&constant).is_some_and(|other| *other != entry) {
            constant.push('_');
        }
        self.module.tags.insert(constant.clone(), entry);
        constant
    }

    /// The Rust type of an element and what its schema says about it.
    pub(super) fn of(&self, of: &TypeRef) -> (String, String) {
        match of {
            TypeRef::Builtin(builtin) => (runtime(*builtin).to_owned(), String::new()),
            TypeRef::Named(name) => {
                let simple = self.contract.simple.get(name).map(|simple| simple.doc.clone());
                let complex = || self.contract.complex.get(name).map(|complex| complex.doc.clone());
                (names::pascal(&name.1), simple.or_else(complex).unwrap_or_default())
            }
        }
    }
}

/// The runtime's type for a built-in one.
fn runtime(builtin: Builtin) -> &'static str {
    match builtin {
        Builtin::Text => "super::PlainText",
        Builtin::NormalizedText => "super::NormalizedText",
        Builtin::Token | Builtin::Uri => "super::Token",
        // Refused before: a decimal is money, and money has a named type.
        Builtin::Decimal => "super::Decimal",
        Builtin::Int => "i32",
        Builtin::Boolean => "bool",
        Builtin::Date => "super::Date",
        Builtin::DateTime => "super::DateTime",
        Builtin::Time => "super::Time",
        Builtin::Base64 => "super::Base64",
    }
}

fn white_space(base: Builtin) -> &'static str {
    match base {
        Builtin::Text => "Preserve",
        Builtin::NormalizedText => "Replace",
        _ => "Collapse",
    }
}
