//! How the catalogue is shown: in a language, with a tag by which who has it already is spared it.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::Missing;
use super::caller::{self, Caller};
use crate::api::Api;
use crate::api::inbox::params::Params;
use crate::api::openapi::{Answer, AnswerHeader, Doc, form};
use crate::api::positions::query::BadQuery;
use crate::api::problem::Problem;
use crate::catalogue::shelf::Shelf;
use crate::catalogue::view::Offered;
use crate::domain::catalogue::ids::ServiceId;
use crate::domain::catalogue::language::Language;
use crate::domain::catalogue::negotiation::preferred;
use crate::domain::fiscal_code::FiscalCode;

/// For how long what is shown may be kept without asking again.
const FRESH: &str = "max-age=60";

/// The version of what is shown.
pub(super) const TAG: AnswerHeader = AnswerHeader {
    name: "ETag",
    about: "The version of what is shown, for If-None-Match.",
    example: "\"5f1d7a84db2d4a8c\"",
};

/// In which language it is shown.
const LANGUAGE: AnswerHeader =
    AnswerHeader { name: "Content-Language", about: "The language of names and labels.", example: "it" };

/// The catalogue as one request sees it.
pub(super) struct Shown {
    /// What can be asked for.
    pub shelf: Shelf,
    /// In which language it is told of.
    pub language: Language,
    /// What else the query says.
    pub params: Params,
    is_public: bool,
    known: Option<HeaderValue>,
}

impl FromRequestParts<Arc<Api>> for Shown {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, api).await?;
        let params = Params::read(&parts.uri)?;
        Ok(Shown {
            shelf: Shelf::new(api.catalogue.current(), api.registry.current(), api.clock.now()),
            language: language(&params, &parts.headers)?,
            params,
            is_public: caller.is_public(),
            known: parts.headers.get(header::IF_NONE_MATCH).cloned(),
        })
    }
}

/// The language that the query names, or else the one that the caller likes best.
fn language(params: &Params, headers: &HeaderMap) -> Result<Language, BadQuery> {
    let wrong = BadQuery("The query parameter language must be it, en, de, fr or sl.");
    let named = |tag: &str| Language::ALL.into_iter().find(|one| one.tag() == tag);
    if let Some(language) = params.word("language", named, wrong)? {
        return Ok(language);
    }
    let accept = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Ok(accept.and_then(|accept| preferred(accept, &Language::ALL)).unwrap_or_default())
}

impl Shown {
    /// The offering of that name, if it can be asked for.
    pub fn offered(&self, ec: &str, service: &str) -> Result<Offered, Missing> {
        let (ec, service) = FiscalCode::new(ec).ok().zip(ServiceId::new(service).ok()).ok_or(Missing)?;
        self.shelf.find(&ec, &service).ok_or(Missing)
    }

    /// The answer that is JSON.
    pub fn answer(&self, body: &impl Serialize) -> Response {
        match serde_json::to_vec(body) {
            Ok(bytes) => self.file("application/json", bytes),
            Err(error) => Problem::internal("INTERNAL SERVER ERROR", &error).into_response(),
        }
    }

    /// The answer that is of that kind; 304 if the caller has it already.
    pub fn file(&self, kind: &'static str, bytes: Vec<u8>) -> Response {
        // What is shown follows from more than the definitions: from days, names of institutions, the query. Its
        // own digest leaves nothing out.
        let digest = Sha256::digest(&bytes);
        let tag: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        let tag = format!("\"{tag}\"");
        let is_known = self.known.as_ref().and_then(|value| value.to_str().ok()).is_some_and(|known| {
            known.trim() == "*" || known.split(',').any(|one| one.trim().trim_start_matches("W/") == tag)
        });
        let mut response = match is_known {
            true => StatusCode::NOT_MODIFIED.into_response(),
            false => ([(header::CONTENT_TYPE, kind)], bytes).into_response(),
        };
        let kept = if self.is_public { "public" } else { "private" };
        let mut put = |name: HeaderName, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                response.headers_mut().insert(name, value);
            }
        };
        put(header::ETAG, &tag);
        put(header::CACHE_CONTROL, &format!("{kept}, {FRESH}"));
        put(header::CONTENT_LANGUAGE, self.language.tag());
        put(header::VARY, "accept-language, ocp-apim-subscription-key");
        response
    }
}

/// Says of an endpoint that it shows the catalogue.
pub(super) fn doc(doc: Doc) -> Doc {
    let tags = Language::ALL.map(Language::tag);
    let not_modified = Answer::empty("Nothing has changed since.").with(TAG);
    caller::doc(doc)
        .query(
            "language",
            form::or_empty(form::words(tags, "A language.")),
            "In which language; if left out, the one that Accept-Language likes best.",
        )
        .header("Accept-Language", form::example_text("en-GB,en;q=0.9"), "Which languages the caller likes.")
        .header("If-None-Match", form::example_text(TAG.example), "What the caller has already.")
        .answers(StatusCode::NOT_MODIFIED, not_modified)
        .refuses([BadQuery("A query parameter is wrong.").into()])
}

/// An answer that shows the catalogue.
pub(super) fn told(answer: Answer) -> Answer {
    answer.with(TAG).with(LANGUAGE)
}
