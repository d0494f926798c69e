//! From schemas to Rust: writes types that hold the facets of XSD and WSDL, and the code that reads and writes
//! them. What the schemas mean is found by `src/schema`.
//!
//! A pure function of the sources: no clock, no environment, sorted maps only, so that the same schemas always
//! give the same bytes. `build.rs` and `tests/codegen.rs` compile these very files. What lies outside the
//! subset below stops the build with file and line; nothing is silently dropped.
//!
//! Subset: that of `src/schema`; simple types by restriction of string, normalizedString, token, anyURI, int,
//! decimal (as money), boolean, date, time, dateTime and base64Binary; document/literal WSDL, whose requests may
//! have one block in the header. The roots of a schema that no operation uses are documents of their own.

mod calls;
mod documents;
mod emit_ops;
mod emit_twins;
mod emit_types;
mod names;
mod plan;
mod services;
mod sets;
mod shapes;

pub use crate::schema::{Diagnostic, Source, model};

use crate::schema::{Subset, read, resolve};
use std::collections::BTreeMap;

/// Reads sources that belong together into one model: what the schemas mean, without what they look like.
pub fn model(sources: &[Source]) -> Result<model::Contract, Vec<Diagnostic>> {
    let trees = read::parse(sources)?;
    let mut contract = resolve::contract(&trees, Subset::Generated)?;
    services::operations(&trees, &mut contract)?;
    Ok(contract)
}

/// Writes the Rust for all sources: one module per namespace, and one per service that has another name.
pub fn generate(sources: &[Source]) -> Result<String, Vec<Diagnostic>> {
    written(sources, |contract| {
        let modules = plan::modules(contract)?;
        Ok(modules.iter().map(|module| (module.name.clone(), emit_types::module(module))).collect())
    })
}

/// Writes the messages once more for a second codec, which only tests use.
pub fn twins(sources: &[Source]) -> Result<String, Vec<Diagnostic>> {
    written(sources, |contract| Ok(emit_twins::modules(contract)))
}

/// The name of a module, and its Rust.
type Named = (String, String);

/// Writes the modules of every set of sources; one that several sets share is written once.
fn written(
    sources: &[Source],
    modules: impl Fn(&model::Contract) -> Result<Vec<Named>, Vec<Diagnostic>>,
) -> Result<String, Vec<Diagnostic>> {
    let mut sources = sources.to_vec();
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    let mut rust: BTreeMap<String, String> = BTreeMap::new();
    let mut wrong = Vec::new();
    for set in sets::sets(&read::parse(&sources)?) {
        let set: Vec<Source> = set.iter().filter_map(|at| sources.get(*at)).cloned().collect();
        let path = set.first().map(|source| source.path.clone()).unwrap_or_default();
        match model(&set).and_then(|contract| modules(&contract)) {
            Err(diagnostics) => wrong.extend(diagnostics),
            Ok(modules) => {
                for (name, text) in modules {
                    let known = rust.insert(name.clone(), text.clone());
                    if known.is_some_and(|known| known != text) {
                        let message = format!("two different modules would be called {name}; rename a file");
                        wrong.push(Diagnostic { path: path.clone(), line: 1, message });
                    }
                }
            }
        }
    }
    wrong.sort_by(|a, b| (&a.path, a.line, &a.message).cmp(&(&b.path, b.line, &b.message)));
    wrong.dedup();
    if wrong.is_empty() { formatted(&rust.into_values().collect::<String>()) } else { Err(wrong) }
}

fn formatted(rust: &str) -> Result<String, Vec<Diagnostic>> {
    let broken = |message: String| vec![Diagnostic { path: "generated code".to_owned(), line: 1, message }];
    let file = syn::parse_file(rust).map_err(|error| broken(error.to_string()))?;
    Ok(format!(
        "// Generated from the schemas by src/codegen; edit those instead.\n\n{}",
        prettyplease::unparse(&file)
    ))
}
