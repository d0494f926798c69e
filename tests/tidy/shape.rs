//! How long and how wide things get, and what is never written.

use super::none;
use super::source::{Source, Token, files, tokens};

/// Lines of a file without its test module.
const PRODUCT_LINES: usize = 400;
/// Lines of a file with it.
const FILE_LINES: usize = 700;
/// Lines of a function, from `fn` to its closing brace.
const FUNCTION_LINES: usize = 70;
/// Arguments of a function of the product, `self` not counted; a property in a test takes what it varies.
const ARGUMENTS: usize = 5;

/// All Rust that people write. What the generator is expected to write is not.
fn written() -> Vec<Source> {
    let mut sources = files(&["build.rs", "src", "tests", "benches"], &[".rs"]);
    sources.retain(|source| !source.path.starts_with("tests/codegen/"));
    sources
}

#[test]
fn files_are_short() {
    let mut findings = Vec::new();
    for source in written() {
        let (product, whole) = (source.product_lines(), source.text.lines().count());
        if source.path.starts_with("src/") && product > PRODUCT_LINES {
            findings.push(format!("{}: {product} lines without tests, at most {PRODUCT_LINES}", source.path));
        }
        if whole > FILE_LINES {
            findings.push(format!("{}: {whole} lines, at most {FILE_LINES}", source.path));
        }
    }
    none(findings);
}

struct Function {
    name: String,
    line: usize,
    lines: usize,
    public: bool,
    /// Each argument's tokens, `self` left out.
    arguments: Vec<Vec<String>>,
}

#[test]
fn functions_are_short_and_take_few_arguments() {
    let mut findings = Vec::new();
    for source in written() {
        for function in functions(&tokens(&source.text)) {
            let place = format!("{}:{}: {}", source.path, function.line, function.name);
            if function.lines > FUNCTION_LINES {
                findings.push(format!("{place} has {} lines, at most {FUNCTION_LINES}", function.lines));
            }
            if source.path.starts_with("src/") && function.arguments.len() > ARGUMENTS {
                findings.push(format!("{place} takes {} arguments", function.arguments.len()));
            }
        }
    }
    none(findings);
}

#[test]
fn no_public_function_takes_a_bool() {
    let mut findings = Vec::new();
    for source in files(&["src"], &[".rs"]) {
        for function in functions(&source.product()).iter().filter(|function| function.public) {
            let is_bool = |argument: &Vec<String>| argument.ends_with(&[":".to_owned(), "bool".to_owned()]);
            if function.arguments.iter().any(is_bool) {
                findings.push(format!(
                    "{}:{}: {} takes a bool; an enum says at the call what is meant",
                    source.path, function.line, function.name
                ));
            }
        }
    }
    none(findings);
}

#[test]
fn nothing_is_left_for_later() {
    // Put together here, or this file would be its own finding.
    let words = [["TO", "DO"], ["FIX", "ME"], ["XX", "X"]].map(|parts| parts.concat());
    let macros = [["to", "do"], ["unimpl", "emented"], ["d", "bg"]].map(|parts| parts.concat());
    let ignored = ["#", "[", "ignore"];
    let mut findings = Vec::new();
    let texts = files(
        &["build.rs", "src", "tests", "benches", "migrations", "xsd", "wsdl", "README.md", ".ci"],
        &[".rs", ".sql", ".xsd", ".wsdl", ".md", "run"],
    );
    for source in &texts {
        for (number, line) in (1..).zip(source.text.lines()) {
            let is_word = |word: &String| line.split(|c: char| !c.is_alphanumeric()).any(|part| part == word);
            if words.iter().any(is_word) {
                findings.push(format!("{}:{number}: {}", source.path, line.trim()));
            }
        }
    }
    for source in texts.iter().filter(|source| source.path.ends_with(".rs")) {
        let all = tokens(&source.text);
        for (at, token) in all.iter().enumerate() {
            let next = all.get(at + 1).map_or("", |token| token.text.as_str());
            let is_macro = next == "!" && macros.contains(&token.text);
            if is_macro || all[at..].iter().map(|token| token.text.as_str()).take(3).eq(ignored) {
                findings.push(format!("{}:{}: {}{next}", source.path, token.line, token.text));
            }
        }
    }
    none(findings);
}

/// Functions with a body, as a rough reading finds them.
fn functions(all: &[Token]) -> Vec<Function> {
    let mut found = Vec::new();
    let text = |at: usize| all.get(at).map_or("", |token| token.text.as_str());
    for at in (0..all.len()).filter(|at| text(*at) == "fn") {
        let Some((arguments, after)) = arguments(all, behind_generics(all, at + 2)) else { continue };
        let Some(body) = (after..all.len()).find(|at| ["{", ";"].contains(&text(*at))) else { continue };
        if text(body) == ";" {
            continue;
        }
        let mut before = (0..at).rev().take_while(|at| !["{", "}", ";"].contains(&text(*at)));
        let public = before.any(|at| text(at) == "pub");
        let lines = all[close(all, body)].line - all[at].line + 1;
        found.push(Function { name: text(at + 1).to_owned(), line: all[at].line, lines, public, arguments });
    }
    found
}

/// Skips `<…>`, if it begins here.
fn behind_generics(all: &[Token], begin: usize) -> usize {
    let mut depth = 0_usize;
    for (at, token) in all.iter().enumerate().skip(begin) {
        match token.text.as_str() {
            "<" => depth += 1,
            ">" if all[at - 1].text == "-" => {}
            ">" => depth -= 1,
            _ if depth == 0 => return at,
            _ => {}
        }
    }
    all.len()
}

/// Where the brace that opens here closes.
fn close(all: &[Token], open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, token) in all.iter().enumerate().skip(open) {
        match token.text.as_str() {
            "{" => depth += 1,
            "}" if depth == 1 => return at,
            "}" => depth -= 1,
            _ => {}
        }
    }
    all.len() - 1
}

/// The arguments in the parentheses that open here, and where they end.
fn arguments(all: &[Token], open: usize) -> Option<(Vec<Vec<String>>, usize)> {
    if all.get(open).is_none_or(|token| token.text != "(") {
        return None;
    }
    let mut depth = 0_usize;
    let mut found = vec![Vec::new()];
    for (at, token) in all.iter().enumerate().skip(open) {
        let before = all[at - 1].text.as_str();
        match token.text.as_str() {
            "(" | "[" | "<" | "{" => depth += 1,
            ">" if before == "-" || before == "=" => {}
            ")" | "]" | ">" | "}" => depth -= 1,
            "," if depth == 1 => found.push(Vec::new()),
            _ => {}
        }
        if depth == 0 {
            found.retain(|argument| !argument.is_empty() && !is_self(argument));
            return Some((found, at + 1));
        }
        if at > open && !(token.text == "," && depth == 1) {
            found.last_mut()?.push(token.text.clone());
        }
    }
    None
}

fn is_self(argument: &[String]) -> bool {
    argument.iter().take_while(|word| *word != ":").any(|word| word == "self")
}

#[test]
fn functions_are_read_right() {
    let text = "impl A { pub(crate) async fn b<T: Fn(u8) -> u8>(&mut self, c: Vec<(u8, u8)>, d: bool) -> E\n\
                where T: F {\n g(fn_like);\n}\n fn h();\n}\nfn i(j: fn(u8) -> u8, k: u8,) { l }";
    let found = functions(&tokens(text));
    let shape = |f: &Function| (f.name.clone(), f.lines, f.public, f.arguments.len());
    let shapes: Vec<_> = found.iter().map(shape).collect();
    assert_eq!(shapes, [("b".to_owned(), 4, true, 2), ("i".to_owned(), 1, false, 2)]);
}
