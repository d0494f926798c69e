//! `GET /services`: what can be asked for, found by words, category, institution and place, page by page.

use axum::http::StatusCode;
use axum::response::Response;

use super::examples;
use super::model::{COMMISSIONS, PageModel, ServiceModel, ServicesModel};
use super::shown::{self, Shown};
use crate::api::inbox::params::Params;
use crate::api::openapi::{Answer, Doc, form};
use crate::api::positions::query::{BadQuery, number};
use crate::api::problem::Problem;
use crate::domain::catalogue::browse::{Question, answer, by_service};
use crate::domain::catalogue::ids::CategoryId;
use crate::domain::catalogue::search::{Folded, Wanted};
use crate::domain::fiscal_code::FiscalCode;

/// The most that a page has, and how many it has when that is left out.
const LIMITS: std::ops::RangeInclusive<u32> = 1..=100;
const LIMIT: u32 = 20;
/// The highest page that can be asked for.
const LAST_PAGE: u32 = 100_000;
/// The longest text that is searched for, in characters.
const LONGEST: usize = 200;

/// Answers 200 with a page; 400 if the query cannot be read.
pub(super) async fn handler(shown: Shown) -> Result<Response, Problem> {
    let question = question(&shown.params)?;
    let (page, limit) = paging(&shown.params)?;
    let (open, tree) = (shown.shelf.open(), shown.shelf.tree());
    let found = by_service(&answer(&open, &tree, &question, shown.language));
    let (length, total) = (limit as usize, found.len());
    let services: Vec<ServiceModel<'_>> = found
        .iter()
        .skip(length.saturating_mul(page as usize))
        .take(length)
        .map(|one| ServiceModel::new(one, &tree, shown.language))
        .collect();
    let page_info = PageModel {
        page,
        limit,
        items_found: services.len(),
        total_pages: total.div_ceil(length),
        total_items: total,
    };
    Ok(shown.answer(&ServicesModel { services, page_info }))
}

fn question(params: &Params) -> Result<Question, BadQuery> {
    let wrong = BadQuery("The query parameters text and place must have at most 200 characters.");
    let text =
        |name| params.word(name, |text| (text.chars().count() <= LONGEST).then(|| text.to_owned()), wrong);
    let commission = BadQuery("The query parameter commission must be charged, free or unsaid.");
    let named = |word: &str| COMMISSIONS.into_iter().find(|(name, _)| *name == word).map(|(_, said)| said);
    let category = BadQuery("The query parameter category must be the id of a category.");
    let organization = BadQuery("The query parameter organization must be a fiscal code of 11 digits.");
    Ok(Question {
        wanted: text("text")?.map(|text| Wanted::new(&text)).unwrap_or_default(),
        place: text("place")?.map(|text| Folded::new(&text)),
        category: params.word("category", |text| CategoryId::new(text).ok(), category)?,
        ec: params.word("organization", |text| FiscalCode::new(text).ok(), organization)?,
        commission: params.word("commission", named, commission)?,
    })
}

fn paging(params: &Params) -> Result<(u32, u32), BadQuery> {
    let wrong = BadQuery("The query parameter page must be a whole number from 0.");
    let page = number(params.one("page")?, 0, 0..=LAST_PAGE, wrong)?;
    let wrong = BadQuery("The query parameter limit must be a whole number from 1 to 100.");
    Ok((page, number(params.one("limit")?, LIMIT, LIMITS, wrong)?))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer = Answer::json::<ServicesModel<'static>>(
        "The best answer first; those that answer alike by name.",
        examples::services(),
    );
    let words = COMMISSIONS.map(|(name, _)| name);
    shown::doc(Doc::new("listCatalogueServices", "Search for services"))
        .about(
            "Only what can be asked for now. Neither accents nor case matter, the beginning of a word is enough, and \
             every word must be found in a name, a description, a category, a place or the name of an institution.",
        )
        .query("text", form::or_empty(form::example_text("bollo")), "Words to search for.")
        .query("category", form::or_empty(form::example_text("tributi")), "Only in that category and below it.")
        .query("organization", form::or_empty(form::institution()), "Only what that institution provides.")
        .query("place", form::or_empty(form::example_text("Borgo")), "Only what is provided there.")
        .query(
            "commission",
            form::or_empty(form::words(words, "What is said of commissions.")),
            "Only with that said of commissions.",
        )
        .query("page", form::number(0..=LAST_PAGE, 0), "Which page, from 0.")
        .query("limit", form::number(LIMITS, LIMIT), "How many services a page has.")
        .answers(StatusCode::OK, shown::told(answer))
}
