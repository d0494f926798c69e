//! The list of what can be paid for, with search and categories.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::frame::{Frame, page};
use super::visit::Visit;
use super::{HOME, Pages};
use crate::domain::catalogue::browse::{Open, Question, answer};
use crate::domain::catalogue::ids::CategoryId;
use crate::domain::catalogue::language::Language;
use crate::domain::catalogue::search::Wanted;

/// How many offerings a page has.
const LENGTH: usize = 20;

/// The longest text that is searched for, in characters.
const LONGEST: usize = 100;

#[derive(Template)]
#[template(path = "pages/list.html")]
struct ListPage<'a> {
    frame: Frame,
    text: &'a str,
    category: Option<&'a str>,
    all_categories: String,
    categories: Vec<CategoryLink>,
    found: String,
    offerings: Vec<OfferingLink>,
    place: String,
    previous: Option<String>,
    next: Option<String>,
}

struct CategoryLink {
    depth: usize,
    link: String,
    name: String,
    count: usize,
    is_current: bool,
}

struct OfferingLink {
    link: String,
    name: String,
    institution: String,
    description: Option<String>,
}

/// Answers with what is found.
pub async fn handler(State(pages): State<Pages>, visit: Visit) -> Response {
    let text: String = visit.parameter("text").unwrap_or_default().chars().take(LONGEST).collect();
    let category = visit.parameter("category");
    let place = visit.parameter("page").and_then(|page| page.parse::<usize>().ok()).unwrap_or(1).max(1);
    let question = Question {
        wanted: Wanted::new(&text),
        category: category.and_then(|id| CategoryId::new(id).ok()),
        ..Question::default()
    };
    let (shelf, language) = (pages.shelf(), visit.words.language);
    let (open, tree) = (shelf.open(), shelf.tree());
    let found = answer(&open, &tree, &question, language);
    let (last, words) = (found.len().div_ceil(LENGTH).max(1), visit.words);
    let place = place.min(last);
    let here = |page: usize| {
        let page = page.to_string();
        visit.link(HOME, &[("text", &text), ("category", category.unwrap_or_default()), ("page", &page)])
    };
    let parameters = [("text", text.as_str()), ("category", category.unwrap_or_default())];
    let branches = tree.branches(&open, language).into_iter().filter(|branch| branch.count > 0);
    let categories = branches.map(|branch| CategoryLink {
        depth: branch.depth.min(5),
        link: visit.link(HOME, &[("text", &text), ("category", branch.category.id.as_str())]),
        name: branch.category.name.in_language(language).to_string(),
        count: branch.count,
        is_current: category == Some(branch.category.id.as_str()),
    });
    let shown = found.iter().skip((place - 1) * LENGTH).take(LENGTH);
    let list = ListPage {
        frame: Frame::new(words, HOME, &parameters),
        text: &text,
        category,
        all_categories: visit.link(HOME, &[("text", &text)]),
        categories: categories.collect(),
        found: (words.found)(found.len()),
        offerings: shown.map(|one| offering(one, &visit, language)).collect(),
        place: (words.place)(place, last),
        previous: (place > 1).then(|| here(place - 1)),
        next: (place < last).then(|| here(place + 1)),
    };
    page(StatusCode::OK, &list)
}

fn offering(open: &Open<'_>, visit: &Visit, language: Language) -> OfferingLink {
    let Open { service, offering, institution } = open;
    OfferingLink {
        link: visit.link(&format!("{HOME}/{}/{}", offering.ec, service.id), &[]),
        name: offering.name(service).in_language(language).to_string(),
        institution: (*institution).to_owned(),
        description: service.description.as_ref().map(|about| about.in_language(language).to_string()),
    }
}
