//! Pages of what is in memory: a number from 0 and a length.

use serde::Serialize;
use utoipa::ToSchema;

use crate::api::inbox::params::Params;
use crate::api::openapi::{Doc, form};
use crate::api::positions::query::{self, BadQuery, number};

/// How many entries a page has, and which pages there are.
const LIMITS: std::ops::RangeInclusive<u32> = 1..=1000;
const LIMIT: u32 = 50;
const PAGES: std::ops::RangeInclusive<u32> = 0..=1_000_000;

/// Where a page stands.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CataloguePage)]
pub(super) struct PageModel {
    /// Its number, from 0.
    page: u32,
    /// How many entries it could have.
    limit: u32,
    /// How many entries all pages have.
    total: usize,
}

/// The page of the entries that a query asks for.
pub(super) fn page_of<T>(all: Vec<T>, params: &Params) -> Result<(Vec<T>, PageModel), BadQuery> {
    let wrong = BadQuery("The query parameter page must be a whole number from 0.");
    let page = number(params.one("page")?, 0, PAGES, wrong)?;
    let wrong = BadQuery("The query parameter limit must be a whole number from 1 to 1000.");
    let limit = number(params.one("limit")?, LIMIT, LIMITS, wrong)?;
    let (length, total) = (limit as usize, all.len());
    let entries = all.into_iter().skip(page as usize * length).take(length).collect();
    Ok((entries, PageModel { page, limit, total }))
}

/// What is said of the parameters.
pub(super) fn paged(doc: Doc) -> Doc {
    doc.query("page", form::number(PAGES, 0), "Which page, from 0.")
        .query("limit", form::number(LIMITS, LIMIT), "How many entries a page has.")
        .refuses([query::WRONG.into()])
}

/// Whether a text that is asked for is in another, whatever the case of its letters.
pub(super) fn holds(asked: Option<&str>, texts: &[&str]) -> bool {
    asked.is_none_or(|asked| {
        let asked = asked.to_lowercase();
        texts.iter().any(|text| text.to_lowercase().contains(&asked))
    })
}
