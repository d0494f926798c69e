//! What schemas mean: types with their facets, elements in their order, operations with their messages.

use std::collections::BTreeMap;

/// A namespace and a name in it.
pub type QName = (String, String);

/// Where something is written, for messages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The path of the source.
    pub path: String,
    /// The line, counted from one.
    pub line: u32,
}

/// Everything that the sources define.
#[derive(Debug, Default)]
pub struct Contract {
    /// The namespaces, by URI.
    pub namespaces: BTreeMap<String, Namespace>,
    /// The simple types.
    pub simple: BTreeMap<QName, Simple>,
    /// The complex types.
    pub complex: BTreeMap<QName, Complex>,
    /// The global elements and their types.
    pub roots: BTreeMap<QName, TypeRef>,
    /// The services by their names, which are those of their files without folder and extension, and what each
    /// says about itself.
    pub services: BTreeMap<String, String>,
    /// The operations of all services, by name.
    pub operations: BTreeMap<String, Operation>,
}

/// A target namespace.
#[derive(Debug, Default)]
pub struct Namespace {
    /// The file name of its schema, without folder and extension.
    pub stem: String,
    /// The prefix that its schema gives it; the one that is written on the wire.
    pub prefix: String,
    /// What the schema says about itself.
    pub doc: String,
    /// The namespaces it imports.
    pub imports: Vec<String>,
}

/// The built-in types of the subset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Builtin {
    /// Text as it is.
    Text,
    /// Text whose blanks are spaces.
    NormalizedText,
    /// Text without superfluous blanks.
    Token,
    /// A decimal number; in generated code it must be money.
    Decimal,
    /// A 32-bit whole number.
    Int,
    /// Yes or no.
    Boolean,
    /// A day.
    Date,
    /// A moment.
    DateTime,
    /// A time of day.
    Time,
    /// An address on the web; any text will do.
    Uri,
    /// Bytes.
    Base64,
}

/// The type of an element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypeRef {
    /// One that the schema language brings along.
    Builtin(Builtin),
    /// One that a schema defines.
    Named(QName),
}

/// A simple type with the facets of all its ancestors.
#[derive(Clone, Debug)]
pub struct Simple {
    /// What the schema says about it.
    pub doc: String,
    /// The built-in type at the root of its derivation.
    pub base: Builtin,
    /// Its facets.
    pub facets: Facets,
    /// Where it is written.
    pub place: Place,
}

/// The facets of a simple type; those of a derived type narrow those of its base.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facets {
    /// The fewest characters.
    pub min_length: Option<usize>,
    /// The most characters.
    pub max_length: Option<usize>,
    /// Per derivation step, the patterns of which one must match.
    pub patterns: Vec<Vec<String>>,
    /// The values listed, if any are.
    pub values: Option<Vec<String>>,
    /// The least number or the earliest day.
    pub min: Option<String>,
    /// The greatest number or the latest day.
    pub max: Option<String>,
    /// The most digits after the dot.
    pub fraction_digits: Option<usize>,
    /// The most digits that count.
    pub total_digits: Option<usize>,
}

/// A complex type; what it inherits is part of it.
#[derive(Clone, Debug)]
pub struct Complex {
    /// What the schema says about it.
    pub doc: String,
    /// Its content in order.
    pub particles: Vec<Particle>,
    /// Where it is written.
    pub place: Place,
}

/// How often a particle occurs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occurs {
    /// At least.
    pub min: usize,
    /// At most; `usize::MAX` is without bound.
    pub max: usize,
}

/// A part of the content of a complex type.
#[derive(Clone, Debug)]
pub struct Particle {
    /// How often it occurs.
    pub occurs: Occurs,
    /// What it is.
    pub term: Term,
    /// What the schema says about it.
    pub doc: String,
    /// Where it is written.
    pub place: Place,
}

/// What a particle is.
#[derive(Clone, Debug)]
pub enum Term {
    /// An element; its namespace is empty if it is unqualified.
    Element {
        /// Its name.
        name: QName,
        /// Its type.
        of: TypeRef,
        /// What an empty one stands for.
        default: Option<String>,
        /// The only value that it may have; an empty one stands for it.
        fixed: Option<String>,
    },
    /// One of several.
    Choice(Vec<Particle>),
    /// All of several, in order.
    Sequence(Vec<Particle>),
}

/// An operation of a service.
#[derive(Clone, Debug)]
pub struct Operation {
    /// The service that it belongs to.
    pub service: String,
    /// What the description says about it.
    pub doc: String,
    /// The value of the SOAPAction header.
    pub action: String,
    /// The element that goes before the one that asks, in the header of the envelope.
    pub header: Option<QName>,
    /// The element that asks.
    pub request: QName,
    /// The element that answers.
    pub response: QName,
    /// Where it is written.
    pub place: Place,
}
