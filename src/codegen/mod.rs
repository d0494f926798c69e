//! From schemas to Rust: writes types that hold the facets of XSD and WSDL, and the code that reads and writes
//! them. What the schemas mean is found by `src/schema`.
//!
//! A pure function of the sources: no clock, no environment, sorted maps only, so that the same schemas always
//! give the same bytes. `build.rs` and `tests/codegen.rs` compile these very files. What lies outside the
//! subset below stops the build with file and line; nothing is silently dropped.
//!
//! Subset: that of `src/schema`; simple types by restriction of string, normalizedString, token, anyURI, int,
//! decimal (as money), boolean, date, time, dateTime and base64Binary; document/literal WSDL. The roots of a
//! schema that no operation uses are documents of their own.

mod documents;
mod emit_ops;
mod emit_twins;
mod emit_types;
mod names;
mod plan;
mod services;
mod shapes;

pub use crate::schema::{Diagnostic, Source, model};

use crate::schema::{Subset, read, resolve};

/// Reads all sources into one model: what the schemas mean, without what they look like.
pub fn model(sources: &[Source]) -> Result<model::Contract, Vec<Diagnostic>> {
    let trees = read::parse(sources)?;
    let mut contract = resolve::contract(&trees, Subset::Generated)?;
    services::operations(&trees, &mut contract)?;
    Ok(contract)
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
