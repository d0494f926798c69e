//! The schemas of the old interface say what its operators published: `legacy_contract.txt`.

use crate::codegen::model::{Builtin, Contract, Facets, Occurs, Particle, QName, Simple, Term, TypeRef};
use crate::codegen::{self};
use crate::sample::legacy_sources;
use std::fmt::Write as _;

const SERVICES: [&str; 4] =
    ["PagamentiTelematiciCCP", "PagamentiTelematiciRT", "RichiestaAvvisi", "PagamentiTelematiciRPT"];

#[test]
fn the_schemas_of_the_old_interface_say_what_was_published() {
    let published = std::fs::read_to_string("tests/codec/legacy_contract.txt").unwrap();
    let sections: Vec<(&str, &str)> =
        published.split("== ").skip(1).map(|section| section.split_once('\n').unwrap()).collect();
    let names: Vec<&str> = sections.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, [&SERVICES[..], &["documents"]].concat());
    for (name, wanted) in sections {
        let contract = codegen::model(&legacy_sources(name)).unwrap();
        let told = told(&contract, wanted);
        let differing = told.lines().zip(wanted.lines()).find(|(one, other)| one != other);
        assert_eq!(told, wanted, "{name}: ours and theirs first differ at {differing:?}");
    }
}

/// What a contract says of the operations and roots that the published text names.
fn told(contract: &Contract, wanted: &str) -> String {
    let mut out = String::new();
    for (name, operation) in &contract.operations {
        let header = operation.header.as_ref().map_or("-".to_owned(), prefixed);
        let (asks, answers) = (prefixed(&operation.request), prefixed(&operation.response));
        let action = &operation.action;
        let _ =
            writeln!(out, "operation {name} action {action} header {header} asks {asks} answers {answers}");
    }
    let mut roots: Vec<(String, &TypeRef)> =
        contract.roots.iter().map(|(name, of)| (prefixed(name), of)).collect();
    roots.sort_by(|a, b| a.0.cmp(&b.0));
    for (name, of) in roots.iter().filter(|(name, _)| wanted.lines().any(|line| line == name)) {
        let _ = writeln!(out, "{name}");
        content(contract, of, 1, &mut out);
    }
    out
}

fn prefixed((uri, local): &QName) -> String {
    let prefix = match uri.as_str() {
        "" => "",
        "http://ws.pagamenti.telematici.gov/" => "ppt:",
        "http://ws.pagamenti.telematici.gov/ppthead" => "head:",
        "http://www.digitpa.gov.it/schemas/2011/Pagamenti/" => "pay:",
        other => panic!("{other}"),
    };
    format!("{prefix}{local}")
}

fn content(contract: &Contract, of: &TypeRef, depth: usize, out: &mut String) {
    let TypeRef::Named(name) = of else { return };
    let Some(complex) = contract.complex.get(name) else { return };
    complex.particles.iter().for_each(|one| particle(contract, one, depth, out));
}

fn particle(contract: &Contract, particle: &Particle, depth: usize, out: &mut String) {
    let Occurs { min, max } = particle.occurs;
    let occurs =
        format!("{min}..{}", if max == usize::MAX { "unbounded".to_owned() } else { max.to_string() });
    let indent = "  ".repeat(depth);
    match &particle.term {
        Term::Element { name, of, default, .. } => {
            let text = simple(contract, of, default.as_deref());
            let _ = writeln!(out, "{indent}{} {occurs}{text}", prefixed(name));
            content(contract, of, depth + 1, out);
        }
        Term::Choice(inner) | Term::Sequence(inner) => {
            let _ = writeln!(out, "{indent}choice {occurs}");
            inner.iter().for_each(|one| self::particle(contract, one, depth + 1, out));
        }
    }
}

/// What a text must keep; nothing for an element with children.
fn simple(contract: &Contract, of: &TypeRef, default: Option<&str>) -> String {
    let (base, facets) = match of {
        TypeRef::Builtin(base) => (*base, Facets::default()),
        TypeRef::Named(name) => match contract.simple.get(name) {
            Some(Simple { base, facets, .. }) => (*base, facets.clone()),
            None => return String::new(),
        },
    };
    let base = match base {
        Builtin::Text => "string",
        Builtin::Decimal => "decimal",
        Builtin::Int => "int",
        Builtin::Boolean => "boolean",
        Builtin::Date => "date",
        Builtin::DateTime => "dateTime",
        Builtin::Base64 => "base64Binary",
        other => panic!("{other:?}"),
    };
    let mut out = format!(" {base}");
    if facets.min_length.or(facets.max_length).is_some() {
        let max = facets.max_length.map_or(String::new(), |max| max.to_string());
        let _ = write!(out, " {}..{max} characters", facets.min_length.unwrap_or(0));
    }
    for pattern in facets.patterns.iter().flatten() {
        let _ = write!(out, " /{pattern}/");
    }
    if let Some(mut values) = facets.values {
        values.sort();
        let _ = write!(out, " {{{}}}", values.join("|"));
    }
    for (sign, bound) in [(">=", facets.min), ("<=", facets.max)] {
        if let Some(bound) = bound {
            let _ = write!(out, " {sign} {bound}");
        }
    }
    if let Some(default) = default {
        let _ = write!(out, " default '{default}'");
    }
    out
}
