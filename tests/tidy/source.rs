//! Source files, and Rust text as tokens without comments and literals.

use std::fs;
use std::path::{Path, PathBuf};

/// One file of the repository.
pub struct Source {
    /// From the top of the repository, with forward slashes.
    pub path: String,
    /// As it is.
    pub text: String,
}

/// One token of Rust: an identifier, a literal's place, or a sign (`::` is one).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub text: String,
    pub line: usize,
}

/// Files below the folders (or the files themselves) that end in one of the endings, sorted.
pub fn files(places: &[&str], endings: &[&str]) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    places.iter().for_each(|place| collect(&root.join(place), &mut paths));
    paths.sort();
    let below = |path: &Path| path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
    paths
        .into_iter()
        .filter(|path| endings.iter().any(|ending| path.to_string_lossy().ends_with(ending)))
        .map(|path| Source {
            path: below(&path),
            text: String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned(),
        })
        .collect()
}

fn collect(place: &Path, into: &mut Vec<PathBuf>) {
    if place.is_file() {
        into.push(place.to_owned());
    } else if let Ok(entries) = fs::read_dir(place) {
        entries.for_each(|entry| collect(&entry.unwrap().path(), into));
    }
}

impl Source {
    /// The tokens of the product: modules under `#[cfg(test)]` are left out.
    pub fn product(&self) -> Vec<Token> {
        if self.path.ends_with("/tests.rs") { Vec::new() } else { without_tests(tokens(&self.text)) }
    }

    /// How many lines belong to the product.
    pub fn product_lines(&self) -> usize {
        if self.path.ends_with("/tests.rs") {
            return 0;
        }
        let last = self.product().last().map_or(0, |token| token.line);
        last.min(self.text.lines().count())
    }
}

/// Cuts Rust into tokens.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let (mut rest, mut line) = (text, 1);
    while let Some(first) = rest.chars().next() {
        let (length, kept) = next(rest, first);
        let piece = &rest[..length];
        if let Some(kept) = kept {
            found.push(Token { text: kept.to_owned(), line });
        }
        line += piece.matches('\n').count();
        rest = &rest[length..];
    }
    found
}

/// How long the next piece is, and the token that it makes, if any.
fn next(rest: &str, first: char) -> (usize, Option<&str>) {
    let until = |end: &str| rest[2..].find(end).map_or(rest.len(), |at| at + 2 + end.len());
    match first {
        '/' if rest.starts_with("//") => (rest.find('\n').unwrap_or(rest.len()), None),
        '/' if rest.starts_with("/*") => (until("*/"), None),
        '"' => (quoted(rest), Some("\"\"")),
        'r' | 'b' if literal(rest).is_some() => (literal(rest).unwrap_or(1), Some("\"\"")),
        '\'' => character(rest),
        ':' if rest.starts_with("::") => (2, Some("::")),
        _ if first.is_alphanumeric() || first == '_' => {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            (end, Some(&rest[..end]))
        }
        _ if first.is_whitespace() => (first.len_utf8(), None),
        _ => (first.len_utf8(), Some(&rest[..first.len_utf8()])),
    }
}

fn quoted(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// The length of a literal with a prefix: `b"…"`, `r"…"`, `br#"…"#`, `b'…'`.
fn literal(rest: &str) -> Option<usize> {
    let prefix = ["br", "b", "r"].into_iter().find(|prefix| rest.starts_with(prefix))?;
    let after = &rest[prefix.len()..];
    if prefix.ends_with('r') {
        let hashes = after.len() - after.trim_start_matches('#').len();
        let inside = after[hashes..].strip_prefix('"')?;
        let end = format!("\"{}", "#".repeat(hashes));
        return Some(prefix.len() + hashes + 1 + inside.find(&end)? + end.len());
    }
    match after.chars().next()? {
        '"' => Some(1 + quoted(after)),
        '\'' => Some(1 + character(after).0),
        _ => None,
    }
}

/// A character in quotes, or a lifetime.
fn character(rest: &str) -> (usize, Option<&str>) {
    let mut inside = rest.chars().skip(1);
    let (a, b) = (inside.next(), inside.next());
    match (a, b) {
        (Some('\\'), _) => (rest[3..].find('\'').map_or(rest.len(), |at| at + 4), Some("\"\"")),
        (Some(a), Some('\'')) => (2 + a.len_utf8(), Some("\"\"")),
        _ => (1, None),
    }
}

fn without_tests(all: Vec<Token>) -> Vec<Token> {
    const MARK: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];
    let mut kept = Vec::with_capacity(all.len());
    let mut at = 0;
    while at < all.len() {
        if all[at..].iter().map(|token| token.text.as_str()).take(MARK.len()).eq(MARK) {
            at = end_of_item(&all, at + MARK.len());
        } else {
            kept.push(all[at].clone());
            at += 1;
        }
    }
    kept
}

/// Behind the item that begins here: its closing brace or its semicolon.
fn end_of_item(all: &[Token], mut at: usize) -> usize {
    let mut depth = 0_usize;
    while let Some(token) = all.get(at) {
        at += 1;
        match token.text.as_str() {
            "{" => depth += 1,
            "}" if depth == 1 => return at,
            "}" => depth -= 1,
            ";" if depth == 0 => return at,
            _ => {}
        }
    }
    at
}

#[test]
fn comments_and_literals_are_no_tokens() {
    let text = "fn a<'x>() { let b = \"// c\"; /* d */ let e = 'f'; } // g\nr#\"h\"#; b'\\''; '\\n'; i";
    let words: Vec<String> = tokens(text).into_iter().map(|token| token.text).collect();
    let names: Vec<&str> = words.iter().map(String::as_str).filter(|word| word.len() == 1).collect();
    let names: String = names.concat().chars().filter(|c| c.is_alphanumeric()).collect();
    assert_eq!(names, "axbei");
    assert_eq!(words.iter().filter(|word| *word == "\"\"").count(), 5);
    assert_eq!(tokens(text).last().unwrap().line, 2);
}

#[test]
fn test_modules_are_cut() {
    let source = |path: &str, text: &str| Source { path: path.to_owned(), text: text.to_owned() };
    let one = source("src/a.rs", "fn a() {}\n\n#[cfg(test)]\nmod tests {\n fn b() {{}}\n}\n");
    assert_eq!(one.product_lines(), 1);
    assert_eq!(source("src/a/tests.rs", "fn a() {}").product_lines(), 0);
}
