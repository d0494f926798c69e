//! From schemas to Rust: reads XSD and WSDL, writes types that hold their facets, and the code that reads and
//! writes them.
//!
//! A pure function of the sources: no clock, no environment, sorted maps only, so that the same schemas always
//! give the same bytes. `build.rs` and `tests/codegen.rs` compile these very files. What lies outside the
//! subset below stops the build with file and line; nothing is silently dropped.
//!
//! Subset: named and anonymous simple types by restriction of string, normalizedString, token, anyURI, int,
//! decimal (as money), boolean, date, time, dateTime and base64Binary; complex types of sequences and choices,
//! by extension and by restriction; element references; defaults of elements; imports; document/literal WSDL.
//! The roots of a schema that no operation uses are documents of their own.

mod ambiguity;
mod documents;
mod emit_ops;
mod emit_twins;
mod emit_types;
mod facets;
pub mod model;
mod names;
mod patterns;
mod plan;
mod read;
mod resolve;
mod shapes;

use std::fmt;

/// A schema or service description with the path it is known by in messages.
#[derive(Clone, Debug)]
pub struct Source {
    /// Where it came from; imports are resolved against the other sources by namespace, not by this.
    pub path: String,
    /// Its content.
    pub text: String,
}

/// What is wrong with a source, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The path of the source.
    pub path: String,
    /// The line, counted from one.
    pub line: u32,
    /// What is wrong and, where it helps, what to write instead.
    pub message: String,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.message)
    }
}

/// Reads all sources into one model: what the schemas mean, without what they look like.
pub fn model(sources: &[Source]) -> Result<model::Contract, Vec<Diagnostic>> {
    let trees = read::parse(sources)?;
    resolve::contract(&trees)
}

/// Writes the Rust for all sources: one module per namespace.
pub fn generate(sources: &[Source]) -> Result<String, Vec<Diagnostic>> {
    let contract = model(sources)?;
    let modules = plan::modules(&contract)?;
    let mut rust = String::new();
    for module in &modules {
        rust.push_str(&emit_types::module(module));
    }
    formatted(&rust)
}

/// Writes the messages once more for a second codec, which only tests use.
pub fn twins(sources: &[Source]) -> Result<String, Vec<Diagnostic>> {
    formatted(&emit_twins::modules(&model(sources)?))
}

fn formatted(rust: &str) -> Result<String, Vec<Diagnostic>> {
    let broken = |message: String| vec![Diagnostic { path: "generated code".to_owned(), line: 1, message }];
    let file = syn::parse_file(rust).map_err(|error| broken(error.to_string()))?;
    Ok(format!(
        "// Generated from the schemas by src/codegen; edit those instead.\n\n{}",
        prettyplease::unparse(&file)
    ))
}
