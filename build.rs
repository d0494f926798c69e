//! Writes the wire types from the schemas, and their twins for `tests/twins.rs`.

#[path = "src/codegen/mod.rs"]
#[allow(dead_code)] // the tests use more of it than the build
mod codegen;
#[path = "src/schema/mod.rs"]
#[allow(dead_code)] // the program uses more of it than the build
mod schema;

use std::{env, fs, io, path::Path};

fn main() -> io::Result<()> {
    let mut sources = Vec::new();
    for folder in ["xsd", "xsd/legacy", "wsdl", "wsdl/legacy"] {
        println!("cargo::rerun-if-changed={folder}");
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                continue; // the schemas in xsd/services are interpreted
            }
            sources
                .push(codegen::Source { text: fs::read_to_string(&path)?, path: path.display().to_string() });
        }
    }
    println!("cargo::rerun-if-changed=migrations"); // embedded by sqlx::migrate!
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    let rust = codegen::generate(&sources)
        .and_then(|wire| Ok([("wire.rs", wire), ("twins.rs", codegen::twins(&sources)?)]));
    match rust {
        Ok(files) => {
            let out = env::var("OUT_DIR").unwrap_or_default();
            files.iter().try_for_each(|(name, rust)| fs::write(Path::new(&out).join(name), rust))?;
        }
        Err(wrong) => wrong.iter().for_each(|diagnostic| println!("cargo::error={diagnostic}")),
    }
    Ok(())
}
