//! Pages as the contract has them: a number from 0, a length, and how many there are of all.

use serde::Serialize;
use utoipa::ToSchema;

use crate::api::inbox::params::Params;
use crate::api::openapi::{Doc, form};
use crate::api::positions::query::{BadQuery, number, word};

/// The most that a page has, and how many it has when that is left out.
const LIMITS: std::ops::RangeInclusive<u32> = 1..=1000;
const LIMIT: u32 = 50;
/// The highest page that can be asked for.
const LAST_PAGE: u32 = 1_000_000;

/// Where a page stands among the others.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RegistryPageInfo)]
pub(in crate::api) struct PageInfo {
    /// Its number, from 0.
    page: u32,
    /// How many entries it could have.
    limit: u32,
    /// How many entries it has.
    #[schema(value_type = u32)]
    items_found: usize,
    /// How many pages there are.
    #[schema(value_type = u32)]
    total_pages: usize,
    /// How many entries all pages have.
    #[schema(value_type = u64)]
    total_items: usize,
}

/// Which page is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::api) struct Paging {
    page: u32,
    limit: u32,
}

impl Paging {
    /// A page of one entry.
    pub(in crate::api) const ONE: Paging = Paging { page: 0, limit: 1 };

    /// Reads `page`, which the contract requires, and `limit`.
    pub(in crate::api) fn read(params: &Params) -> Result<Self, BadQuery> {
        let wrong = BadQuery("The query parameter page is needed: a whole number from 0.");
        let page = params.one("page")?.ok_or(wrong)?;
        let page = number(Some(page), 0, 0..=LAST_PAGE, wrong)?;
        let wrong = BadQuery("The query parameter limit must be a whole number from 1 to 1000.");
        Ok(Paging { page, limit: number(params.one("limit")?, LIMIT, LIMITS, wrong)? })
    }

    /// That page of all entries, and where it stands.
    pub(in crate::api) fn of<T>(self, all: Vec<T>) -> (Vec<T>, PageInfo) {
        let (length, total) = (self.limit as usize, all.len());
        let page: Vec<T> = all.into_iter().skip(self.page as usize * length).take(length).collect();
        let info = PageInfo {
            page: self.page,
            limit: self.limit,
            items_found: page.len(),
            total_pages: total.div_ceil(length),
            total_items: total,
        };
        (page, info)
    }

    /// What is said of the parameters.
    pub(in crate::api) fn documented(doc: Doc) -> Doc {
        doc.needs_query("page", form::whole(0..=LAST_PAGE), "Which page, from 0.")
            .query("limit", form::number(LIMITS, LIMIT), "How many entries a page has.")
            .refuses([BadQuery("A query parameter is wrong.").into()])
    }
}

/// Reads `ordering`: whether the last comes first, which is so unless the caller says otherwise.
pub(in crate::api) fn descends(params: &Params) -> Result<bool, BadQuery> {
    let wrong = BadQuery("The query parameter ordering must be ASC or DESC.");
    let read = |text: &str| match text {
        "ASC" => Some(false),
        "DESC" => Some(true),
        _ => None,
    };
    word(params.one("ordering")?, true, read, wrong)
}

/// What a list is ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::api) enum OrderBy {
    Code,
    Name,
}

/// Reads `orderby`.
pub(in crate::api) fn order_by(params: &Params) -> Result<OrderBy, BadQuery> {
    let wrong = BadQuery("The query parameter orderby must be CODE or NAME.");
    let read = |text: &str| match text {
        "CODE" => Some(OrderBy::Code),
        "NAME" => Some(OrderBy::Name),
        _ => None,
    };
    word(params.one("orderby")?, OrderBy::Code, read, wrong)
}

/// Whether a text has another inside, in whatever case; any text has nothing inside.
pub(in crate::api) fn has(text: &str, part: Option<&str>) -> bool {
    part.is_none_or(|part| text.to_lowercase().contains(&part.to_lowercase()))
}

/// What is said of `ordering`.
pub(in crate::api) fn ordering_documented(doc: Doc) -> Doc {
    let words = form::words(["ASC", "DESC"], "The first entry first, or the last.");
    doc.query("ordering", form::or_empty(words), "In which order; DESC if left out.")
}

/// What is said of `orderby`.
pub(in crate::api) fn order_by_documented(doc: Doc) -> Doc {
    let words = form::words(["CODE", "NAME"], "By code or by name.");
    ordering_documented(doc.query("orderby", form::or_empty(words), "By what; CODE if left out."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paging(query: &str) -> Result<Paging, BadQuery> {
        Paging::read(&Params::read(&format!("/x?{query}").parse().unwrap()).unwrap())
    }

    #[test]
    fn a_page_is_cut_out_and_knows_where_it_stands() {
        let (page, info) = paging("page=1&limit=2").unwrap().of(vec![1, 2, 3]);
        assert_eq!(page, [3]);
        assert_eq!((info.items_found, info.total_pages, info.total_items), (1, 2, 3));
        let (page, info) = paging("page=9").unwrap().of(vec![1]);
        assert!(page.is_empty() && info.total_pages == 1 && info.limit == 50);
        assert_eq!(paging("page=0").unwrap().of(Vec::<u8>::new()).1.total_pages, 0);
    }

    #[test]
    fn a_page_must_be_named() {
        for wrong in ["", "limit=1", "page=", "page=-1", "page=x", "page=0&limit=0", "page=0&limit=1001"] {
            assert!(paging(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn names_are_found_in_any_case() {
        assert!(has("Comune di Borgo", Some("BORGO")) && has("x", None) && !has("Comune", Some("colle")));
    }
}
