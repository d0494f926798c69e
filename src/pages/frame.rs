//! What all pages have around them.

use std::sync::OnceLock;

use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use super::HOME;
use super::visit::link;
use super::words::Words;

/// How the pages look.
pub const STYLE: &str = include_str!("../../templates/pages/style.css");

/// What a page has around it.
pub struct Frame {
    /// What the pages say.
    pub words: &'static Words,
    /// Where its style is.
    pub style: &'static str,
    /// Where the list is.
    pub home: String,
    /// The page in each language.
    pub languages: Vec<LanguageLink>,
}

/// A page in another language.
pub struct LanguageLink {
    /// Its tag.
    pub tag: &'static str,
    /// Its name in itself.
    pub name: &'static str,
    /// Where it is.
    pub link: String,
    /// Whether it is the page that is shown.
    pub is_current: bool,
}

impl Frame {
    /// What the page of that address has around it.
    pub fn new(words: &'static Words, path: &str, parameters: &[(&str, &str)]) -> Self {
        let languages = Words::LANGUAGES.map(Words::of).into_iter().map(|other| LanguageLink {
            tag: other.tag,
            name: other.name,
            link: link(path, parameters, other),
            is_current: other.language == words.language,
        });
        Frame { words, style: style(), home: link(HOME, &[], words), languages: languages.collect() }
    }
}

/// Where the style is: at another address when it changes.
fn style() -> &'static str {
    static ADDRESS: OnceLock<String> = OnceLock::new();
    ADDRESS.get_or_init(|| {
        let digest = Sha256::digest(STYLE.as_bytes());
        let version: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        format!("/servizi/stile.css?v={version}")
    })
}

/// The answer that is a page.
pub fn page(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(text) => (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
