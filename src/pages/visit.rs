//! Somebody who reads a page: in which language, and what the address says besides.

use std::convert::Infallible;

use axum::extract::{FromRequestParts, Query};
use axum::http::header;
use axum::http::request::Parts;

use super::words::Words;
use crate::domain::catalogue::language::Language;
use crate::domain::catalogue::negotiation::preferred;

/// Somebody who reads a page.
pub struct Visit {
    /// What the pages say to them.
    pub words: &'static Words,
    /// What the address says behind the question mark.
    query: Vec<(String, String)>,
}

impl<S: Sync> FromRequestParts<S> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Visit::of(parts))
    }
}

impl Visit {
    /// The visit that a request is.
    pub fn of(parts: &Parts) -> Visit {
        let query = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri);
        let query = query.map(|Query(pairs)| pairs).unwrap_or_default();
        let chosen = query.iter().find(|(name, _)| name == "lang").and_then(|(_, tag)| Language::named(tag));
        let accept = parts.headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let liked = || accept.and_then(|accept| preferred(accept, &Words::LANGUAGES));
        Visit { words: Words::of(chosen.or_else(liked).unwrap_or_default()), query }
    }

    /// A parameter of the address; none if it is not there or empty.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(known, _)| known == name)?;
        Some(found.1.as_str()).filter(|value| !value.is_empty())
    }

    /// An address with those parameters, in the language of the visit.
    pub fn link(&self, path: &str, parameters: &[(&str, &str)]) -> String {
        link(path, parameters, self.words)
    }
}

/// An address with those parameters, in that language.
pub fn link(path: &str, parameters: &[(&str, &str)], words: &Words) -> String {
    let given = parameters.iter().filter(|(_, value)| !value.is_empty());
    given.fold(format!("{path}?lang={}", words.tag), |link, (name, value)| {
        format!("{link}&{name}={}", encoded(value))
    })
}

/// A value as it stands in an address.
fn encoded(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for byte in value.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                text.push(char::from(byte))
            }
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_carries_any_text_and_the_language() {
        let words = Words::of(Language::English);
        let link = link("/servizi", &[("text", "città & c."), ("category", "")], words);
        assert_eq!(link, "/servizi?lang=en&text=citt%C3%A0%20%26%20c.");
    }

    #[test]
    fn the_address_decides_on_the_language_before_the_browser_does() {
        for (uri, accept, tag) in [
            ("/servizi?lang=it", "en", "it"),
            ("/servizi?lang=en", "it", "en"),
            ("/servizi", "fr, en;q=0.3", "en"),
            ("/servizi?lang=xx", "de", "it"),
            ("/servizi?lang=fr", "en", "it"),
        ] {
            let request = axum::http::Request::get(uri).header("accept-language", accept).body(()).unwrap();
            assert_eq!(Visit::of(&request.into_parts().0).words.tag, tag, "{uri} {accept}");
        }
    }
}
