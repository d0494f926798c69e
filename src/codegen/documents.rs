//! What only documents of their own have: roots that no operation uses, and elements with defaults.

use super::names;
use super::shapes;
use crate::schema::Diagnostic;
use crate::schema::model::{Builtin, Contract, Particle, QName, TypeRef};
use crate::schema::wrong;

/// The elements of a namespace that are documents, each with the Rust name of its type: all roots with children.
pub fn roots<'c>(contract: &'c Contract, namespace: &str) -> Result<Vec<(&'c QName, String)>, Diagnostic> {
    let mut found: Vec<(&QName, String)> = Vec::new();
    for (root, of) in contract.roots.iter().filter(|(root, _)| root.0 == namespace) {
        let TypeRef::Named(name) = of else { continue };
        let Some(complex) = contract.complex.get(name).filter(|_| name.0 == namespace) else { continue };
        let of = names::pascal(&name.1);
        if found.iter().any(|(_, other)| *other == of) {
            return Err(wrong(&complex.place, "two documents are of this type; give each its own"));
        }
        found.push((root, of));
    }
    Ok(found)
}

/// Checks that a default is a value of its type, and stands for one element only.
pub fn default(
    contract: &Contract,
    particle: &Particle,
    of: &TypeRef,
    value: &str,
) -> Result<(), Diagnostic> {
    let sound = match of {
        TypeRef::Named(name) => {
            contract.simple.get(name).is_some_and(|simple| shapes::admits(&simple.facets, value))
        }
        TypeRef::Builtin(Builtin::Int) => value.parse::<i32>().is_ok(),
        TypeRef::Builtin(Builtin::Text) => true,
        TypeRef::Builtin(_) => false,
    };
    if sound && particle.occurs.max == 1 {
        return Ok(());
    }
    Err(wrong(&particle.place, "a default must be one value that is listed, measured or any text or number"))
}
