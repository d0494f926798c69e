//! Which layer may know which: the table of `src/lib.rs` and of the README, held here.

use super::none;
use super::source::{Source, Token, files, tokens};

/// A layer: the folder or file of that name in `src/`.
struct Layer {
    name: &'static str,
    /// What it may name of the crate: a layer, or one module of a layer.
    may_use: &'static [&'static str],
    /// Crates that it must not name.
    must_not_name: &'static [&'static str],
}

const DATABASE: &str = "sqlx";
const XML: &str = "quick_xml";

#[rustfmt::skip]
const LAYERS: [Layer; 26] = [
    // The rules: pure functions over facts. Anything else would make them hard to test and to read.
    Layer { name: "domain", may_use: &[], must_not_name: &["*"] },
    // The contract as types. It knows the money and text types of the domain, nothing that does I/O.
    Layer { name: "wire", may_use: &["domain"], must_not_name: &[DATABASE, "axum", "tokio", "hyper", "serde"] },
    // Envelopes and faults. It decides nothing about money.
    Layer { name: "soap", may_use: &["wire"], must_not_name: &[DATABASE, "axum", "tokio", "hyper", "serde"] },
    // Documents without an envelope: XML and what it says, nothing else.
    Layer { name: "documents", may_use: &["wire", "domain"], must_not_name: &[DATABASE, XML, "axum", "tokio", "hyper", "serde"] },
    // Facts at rest. It must not know in which message they came.
    Layer { name: "store", may_use: &["domain"], must_not_name: &[XML, "axum", "hyper", "rustls"] },
    Layer { name: "registry", may_use: &["domain", "store"], must_not_name: &[DATABASE, XML, "axum"] },
    // Services that are paid for without a notice: definitions, forms as others see them, prices, the desk.
    Layer { name: "catalogue", may_use: &["domain", "guard", "registry", "schema", "store", "wire"], must_not_name: &[DATABASE, XML, "axum", "hyper", "rustls"] },
    // Systems behind us: how they are asked and how they get their receipts. What old ones say is not its business.
    Layer { name: "partner", may_use: &["domain", "guard", "registry", "soap", "store", "wire"], must_not_name: &[DATABASE, XML, "axum"] },
    // The old primitives, put into the node's words and back.
    Layer { name: "legacy", may_use: &["domain", "partner", "registry", "soap", "store", "wire"], must_not_name: &[DATABASE, XML, "axum", "hyper"] },
    // The node's operations: wire → domain → wire.
    Layer { name: "primitive", may_use: &["catalogue", "legacy", "partner", "soap", "wire", "domain", "registry", "store"], must_not_name: &[DATABASE, XML, "axum", "hyper", "serde"] },
    // Services of the admin surface: what is kept secret, who signs in, which certificates hold.
    Layer { name: "admin", may_use: &["domain", "guard", "registry", "store", "tls"], must_not_name: &[DATABASE, "axum", "hyper"] },
    // REST meets the same rules and the same store, never the SOAP side.
    Layer { name: "api", may_use: &["admin", "catalogue", "documents", "domain", "registry", "store"], must_not_name: &[DATABASE, XML, "rustls", "hyper"] },
    // What people see in a browser: HTML around what the catalogue says.
    Layer { name: "pages", may_use: &["catalogue", "domain", "registry", "store"], must_not_name: &[DATABASE, XML, "rustls", "hyper"] },
    // Events on their way out: facts at rest, handed on; what they mean was decided before.
    Layer { name: "outbox", may_use: &["domain", "guard", "registry", "store"], must_not_name: &[DATABASE, XML, "axum", "rustls", "hyper"] },
    // Which addresses may be reached. It knows nothing of what is sent there.
    Layer { name: "guard", may_use: &[], must_not_name: &[DATABASE, XML, "axum", "rustls", "hyper", "serde"] },
    Layer { name: "observe", may_use: &["config"], must_not_name: &[DATABASE, XML, "axum"] },
    Layer { name: "config", may_use: &[], must_not_name: &[DATABASE, XML, "axum", "tokio"] },
    // A form of archive, and how it is checked: without a database.
    Layer { name: "preservation", may_use: &["domain"], must_not_name: &[DATABASE, "axum", "tokio", "hyper"] },
    // Connections. The only thing of the domain that they need is what time it is.
    Layer { name: "tls", may_use: &["config", "domain::clock"], must_not_name: &[DATABASE, XML, "axum"] },
    Layer { name: "serve", may_use: &["config", "observe", "soap", "tls"], must_not_name: &[DATABASE, XML] },
    // The two that put parts together; nobody uses them.
    Layer { name: "gateway", may_use: &["admin", "api", "catalogue", "config", "documents", "domain", "guard", "legacy", "observe", "outbox", "pages", "partner", "primitive", "registry", "serve", "soap", "store", "tls"], must_not_name: &[DATABASE, XML] },
    Layer { name: "cli", may_use: &["admin", "api", "catalogue", "config", "domain", "gateway", "legacy", "node", "observe", "outbox", "preservation", "primitive", "recording", "registry", "schema", "serve", "soap", "store", "tls", "wire"], must_not_name: &[DATABASE] },
    // Recorded conversations: what they may keep, and how they are played again.
    Layer { name: "recording", may_use: &["domain", "schema", "soap", "wire"], must_not_name: &[DATABASE, "axum"] },
    // The payment node, played from outside: it meets an endpoint as a stranger does.
    Layer { name: "node", may_use: &["domain", "soap", "wire"], must_not_name: &[DATABASE, "axum"] },
    // What an XSD means. The build and the product read schemas with the same code.
    Layer { name: "schema", may_use: &["wire"], must_not_name: &[DATABASE, "axum", "tokio", "hyper", "serde"] },
    // Runs at build time and in its tests; it is never part of the product.
    Layer { name: "codegen", may_use: &["schema"], must_not_name: &[DATABASE, XML, "axum", "tokio", "varco"] },
];

/// All that the domain may name besides itself.
const DOMAIN_CRATES: [&str; 4] = ["std", "core", "jiff", "thiserror"];

/// Crates of Cargo.toml as they are written in code; the domain is held against them.
fn dependencies() -> Vec<String> {
    let manifest = include_str!("../../Cargo.toml");
    let section = manifest.split_once("[dependencies]").unwrap().1;
    let section = section.split_once("\n[").unwrap().0;
    let name = |line: &str| Some(line.split_once('=')?.0.trim().replace('-', "_"));
    section.lines().filter(|line| !line.starts_with('#')).filter_map(name).collect()
}

#[test]
fn every_layer_keeps_to_its_edges() {
    let mut findings = Vec::new();
    for source in files(&["src"], &[".rs"]) {
        let Some(layer) = layer_of(&source.path) else {
            findings.push(format!("{}: belongs to no layer; add it to tests/tidy/layers.rs", source.path));
            continue;
        };
        let depth = source.path.trim_end_matches("/mod.rs").matches('/').count();
        for (path, line) in crate_paths(&source.product(), depth) {
            if !admits(layer, &path) {
                let place = format!("{}:{line}", source.path);
                let allowed = layer.map_or_else(String::new, |layer| layer.may_use.join(", "));
                findings.push(format!(
                    "{place}: crate::{path} is not for this layer, which may use: {}",
                    if allowed.is_empty() { "nothing of the others" } else { &allowed }
                ));
            }
        }
    }
    none(findings);
}

#[test]
fn no_layer_names_a_crate_that_is_not_its_own() {
    let mut findings = Vec::new();
    let dependencies = dependencies();
    for source in files(&["src"], &[".rs"]) {
        let Some(Some(layer)) = layer_of(&source.path) else { continue };
        for (name, line) in foreign_names(&source.product()) {
            let banned = if layer.must_not_name.contains(&"*") {
                dependencies.contains(&name) && !DOMAIN_CRATES.contains(&name.as_str())
            } else {
                layer.must_not_name.contains(&name.as_str())
            };
            if banned {
                findings.push(format!("{}:{line}: {} must not name {name}", source.path, layer.name));
            }
        }
    }
    none(findings);
}

#[test]
fn dynamic_sql_stays_in_one_file() {
    let names = |source: &Source| tokens(&source.text).iter().any(|token| token.text == "AssertSqlSafe");
    let sources = files(&["src"], &[".rs"]);
    let named = sources.iter().filter(|source| names(source)).map(|source| source.path.as_str());
    assert_eq!(named.collect::<Vec<_>>(), ["src/store/dialect.rs"]);
}

/// The layer of a file; `Some(None)` for the files that hold the layers together.
fn layer_of(path: &str) -> Option<Option<&'static Layer>> {
    let below = path.strip_prefix("src/")?;
    if ["lib.rs", "main.rs"].contains(&below) {
        return Some(None);
    }
    let name = below.split_once('/').map_or(below.trim_end_matches(".rs"), |(folder, _)| folder);
    LAYERS.iter().find(|layer| layer.name == name).map(Some)
}

fn admits(layer: Option<&Layer>, path: &str) -> bool {
    let Some(layer) = layer else { return true };
    let within = |allowed: &str| path == allowed || path.starts_with(&format!("{allowed}::"));
    within(layer.name) || layer.may_use.iter().any(|allowed| within(allowed))
}

/// Every path from the root of the crate, groups spelt out, with its line. `depth` is how many `super`
/// lead from the file to the root.
fn crate_paths(tokens: &[Token], depth: usize) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let text = |offset: usize| tokens.get(at + offset).map_or("", |token| token.text.as_str());
        let before = at.checked_sub(1).map_or("", |at| tokens[at].text.as_str());
        if token.text == "crate" && text(1) == "::" {
            expand(tokens, at + 2, "", token.line, &mut found);
        } else if token.text == "crate" && before != "(" && before != "in" {
            found.push(("(the whole crate)".to_owned(), token.line));
        } else if token.text == "super" && before != "::" && before != "in" {
            let supers = (0..).step_by(2).take_while(|n| text(*n) == "super").count();
            if supers >= depth && text(2 * supers - 1) == "::" {
                expand(tokens, at + 2 * supers, "", token.line, &mut found);
            }
        }
    }
    found
}

/// Reads one path, or a group of them, and returns where it ends.
fn expand(
    tokens: &[Token],
    mut at: usize,
    prefix: &str,
    line: usize,
    found: &mut Vec<(String, usize)>,
) -> usize {
    let mut path = prefix.to_owned();
    while let Some(token) = tokens.get(at) {
        if token.text == "{" && (path.ends_with("::") || path.is_empty()) {
            at += 1;
            while tokens.get(at).is_some_and(|token| token.text != "}") {
                at = expand(tokens, at, &path, line, found);
                at += usize::from(tokens.get(at).is_some_and(|token| token.text == ","));
            }
            return at + 1;
        }
        path.push_str(&token.text);
        at += 1;
        if tokens.get(at).is_none_or(|token| token.text != "::") {
            break;
        }
        path.push_str("::");
        at += 1;
    }
    found.push((path, line));
    let renamed = tokens.get(at).is_some_and(|token| token.text == "as");
    if renamed { at + 2 } else { at }
}

/// The first name of every path that is not ours, with its line: `serde` of `serde::Serialize`.
fn foreign_names(tokens: &[Token]) -> Vec<(String, usize)> {
    let text = |at: Option<usize>| at.and_then(|at| tokens.get(at)).map_or("", |token| token.text.as_str());
    let begins = |(at, token): &(usize, &Token)| {
        let (before, after) = (text(at.checked_sub(1)), text(Some(at + 1)));
        let named = after == "::" || before == "use";
        named && before != "::" && !["crate", "super", "self", "Self"].contains(&token.text.as_str())
    };
    tokens.iter().enumerate().filter(begins).map(|(_, token)| (token.text.clone(), token.line)).collect()
}

#[test]
fn paths_are_found_in_every_spelling() {
    let text = "use crate::{a, b::{c, d as e}};\nuse super::super::f::G;\npub(crate) fn h(x: crate::i::J<k::L>) {}\n\
                use super::m;\n$crate::n::o!()";
    let paths: Vec<String> = crate_paths(&tokens(text), 2).into_iter().map(|(path, _)| path).collect();
    assert_eq!(paths, ["a", "b::c", "b::d", "f::G", "i::J", "n::o"]);
    let names: Vec<String> =
        foreign_names(&tokens("use serde::De;\nfn a(b: sqlx::Pool<c::D>) { e.f::<g>() }"))
            .into_iter()
            .map(|(name, _)| name)
            .collect();
    assert_eq!(names, ["serde", "sqlx", "c", "f"]);
}
