//! Writes the twins: the same messages as structs of `yaserde`, a codec that shares nothing with ours, so that the
//! tests can make each read what the other writes.
//!
//! Made from the model and not from the plan of our own types, so that a mistake of the plan is not made twice.
//! A twin keeps every simple value as text and knows no facet. A choice becomes one optional field per
//! alternative, which keeps the order of the elements as long as no group repeats. A choice of single elements
//! that repeats becomes a list for each: messages that mix them come back sorted.

use super::names;
use crate::schema::model::{Contract, Namespace, Particle, QName, Term, TypeRef};
use std::collections::BTreeSet;

/// The Rust of all twins: one module per namespace, with one enumeration of its messages. What has no namespace is
/// no message, and no twin is made of it.
pub fn modules(contract: &Contract) -> Vec<(String, String)> {
    let namespaces = contract.namespaces.iter().filter(|(uri, _)| !uri.is_empty());
    namespaces
        .map(|(uri, namespace)| (names::snake(&namespace.stem), module(contract, uri, namespace)))
        .collect()
}

fn module(contract: &Contract, uri: &str, namespace: &Namespace) -> String {
    let imported = namespace.imports.iter().filter_map(|uri| contract.namespaces.get(uri));
    let imports: String =
        imported.map(|found| format!("pub use super::{}::*;\n", names::snake(&found.stem))).collect();
    let types: String = contract
        .complex
        .iter()
        .filter(|(name, _)| name.0 == uri)
        .map(|(name, complex)| structure(contract, &names::pascal(&name.1), None, Some(&complex.particles)))
        .collect();
    let roots: Vec<(&QName, &TypeRef)> = contract.roots.iter().filter(|(name, _)| name.0 == uri).collect();
    let messages = if roots.is_empty() { String::new() } else { messages(contract, &roots) };
    format!("pub mod {} {{\n{imports}{types}{messages}}}\n", names::snake(&namespace.stem))
}

/// The twin of a root element: its own struct, because only a root has a prefix.
fn message(contract: &Contract, name: &QName, of: &TypeRef) -> String {
    let complex = match of {
        TypeRef::Named(of) => contract.complex.get(of),
        TypeRef::Builtin(_) => None,
    };
    let particles = complex.map(|complex| complex.particles.as_slice());
    structure(contract, &names::pascal(&name.1), Some(name), particles)
}

/// A struct of the children, or of the text where there can be none.
fn structure(
    contract: &Contract,
    name: &str,
    root: Option<&QName>,
    particles: Option<&[Particle]>,
) -> String {
    let mut found = Vec::new();
    if let Err(reason) = fields(particles.unwrap_or_default(), false, &mut found) {
        // Only what is built of the twins must fail: the product can do without them.
        return format!("compile_error!({:?});\n", format!("no twin of {name}: {reason}"));
    }
    // A root may be called like a type.
    let scope = if root.is_some() { "super::" } else { "" };
    let body: String = match particles {
        Some(_) => found.iter().map(|field| declared(contract, field, scope)).collect(),
        // Optional, because yaserde reads an empty text as none.
        None => "#[yaserde(text = true)]\npub text: Option<String>,\n".to_owned(),
    };
    let of_fields = found.iter().map(|field| field.name);
    let used = of_fields.chain(root).map(|name| &name.0).filter(|uri| !uri.is_empty());
    let used: BTreeSet<&String> = used.collect();
    let bound: Vec<String> =
        used.into_iter().map(|uri| format!("{:?} = {uri:?}", prefix(contract, uri))).collect();
    let mut attributes = Vec::new();
    if !bound.is_empty() {
        attributes.push(format!("namespaces = {{ {} }}", bound.join(", ")));
    }
    if let Some((uri, local)) = root {
        attributes.push(format!("rename = {local:?}, prefix = {:?}", prefix(contract, uri)));
    }
    let attributes = attributes.join(", ");
    format!(
        "#[derive(Clone, Debug, PartialEq, yaserde::YaSerialize, yaserde::YaDeserialize)]\n\
         #[yaserde({attributes})]\npub struct {name} {{\n{body}}}\n"
    )
}

/// An element as a field.
struct Field<'c> {
    name: &'c QName,
    of: &'c TypeRef,
    optional: bool,
    repeated: bool,
}

/// The elements of all groups, in order.
fn fields<'c>(
    particles: &'c [Particle],
    optional: bool,
    found: &mut Vec<Field<'c>>,
) -> Result<(), &'static str> {
    for Particle { occurs, term, .. } in particles {
        let optional = optional || occurs.min == 0;
        match term {
            Term::Element { name, of, .. } => {
                if found.iter().any(|other| other.name.1 == name.1) {
                    return Err("yaserde cannot tell elements of one name apart");
                }
                found.push(Field { name, of, optional, repeated: occurs.max > 1 });
            }
            Term::Choice(inner) if occurs.max > 1 && inner.iter().all(is_single) => {
                let start = found.len();
                fields(inner, true, found)?;
                found.iter_mut().skip(start).for_each(|field| field.repeated = true);
            }
            _ if occurs.max > 1 => return Err("yaserde loses the order of a group that repeats"),
            Term::Choice(inner) => fields(inner, true, found)?,
            Term::Sequence(inner) => fields(inner, optional, found)?,
        }
    }
    Ok(())
}

/// Whether it is an element that occurs once.
fn is_single(particle: &Particle) -> bool {
    particle.occurs.max == 1 && matches!(particle.term, Term::Element { .. })
}

fn declared(contract: &Contract, field: &Field<'_>, scope: &str) -> String {
    let (uri, local) = field.name;
    let of = match field.of {
        TypeRef::Named(name) if contract.complex.contains_key(name) => {
            format!("{scope}{}", names::pascal(&name.1))
        }
        _ => "String".to_owned(),
    };
    let of = match (field.repeated, field.optional) {
        (true, _) => format!("Vec<{of}>"),
        (false, true) => format!("Option<{of}>"),
        (false, false) => of,
    };
    let prefix =
        if uri.is_empty() { String::new() } else { format!(", prefix = {:?}", prefix(contract, uri)) };
    format!("#[yaserde(rename = {local:?}{prefix})]\npub {}: {of},\n", names::snake(local))
}

fn prefix<'c>(contract: &'c Contract, uri: &str) -> &'c str {
    contract.namespaces.get(uri).map_or("ns", |found| &found.prefix)
}

/// The twins of all roots, and one type for any of them, with what reads and writes it.
fn messages(contract: &Contract, roots: &[(&QName, &TypeRef)]) -> String {
    let structs: String = roots.iter().map(|(name, of)| message(contract, name, of)).collect();
    let (mut variants, mut reading, mut writing) = (String::new(), String::new(), String::new());
    for ((_, local), _) in roots {
        let name = names::pascal(local);
        variants += &format!("{name}(root::{name}),\n");
        reading += &format!("{local:?} => yaserde::de::from_str(text).map(Self::{name}),\n");
        writing += &format!("Self::{name}(message) => yaserde::ser::to_string(message),\n");
    }
    format!(
        "pub mod root {{\n{structs}}}\n\
         #[derive(Clone, Debug, PartialEq)]\npub enum Message {{\n{variants}}}\n\
         impl Message {{\n\
         pub fn read(root: &str, text: &str) -> Result<Self, yaserde::Error> {{\nmatch root {{\n{reading}\
         _ => Err(yaserde::Error::custom(format!(\"no message is called {{root}}\"))),\n}}\n}}\n\
         pub fn write(&self) -> Result<String, yaserde::Error> {{\nmatch self {{\n{writing}}}\n}}\n}}\n"
    )
}
