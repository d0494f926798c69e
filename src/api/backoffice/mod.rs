//! What partners read of the institutions and accounts that they serve.
//!
//! The published service answers from a copy that is made at night, in no order; this one answers what is
//! registered now, in the order of the codes, so that pages neither lose nor repeat anything that stays. What
//! its users miss is there beside the fields of the contract: when an account ends, and whether debts may
//! still name it.

use std::ops::RangeInclusive;

use axum::extract::Query;
use axum::http::Uri;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::apiconfig::maintenances::UnknownBroker;
use super::openapi::{Doc, Heading, Method, Routes, form};
use super::positions::query::{BadQuery, number};
use crate::api::access::{Needs, Of};
use crate::domain::access::Permission;

mod ibans;
mod institutions;

/// Its heading in the documentation.
pub(super) const HEADING: Heading =
    ("Back office, external", "What partners read of the institutions and accounts that they serve.");

/// The parameter of paths that names the broker.
const BROKER: &str = "brokerCode";

/// The bounds of `limit`, and what it is when left out.
const LIMITS: RangeInclusive<u32> = 1..=100;
const LIMIT: u32 = 10;

pub(super) fn routes() -> Routes {
    let exports = Needs::new(Permission::Export, Of::Broker(BROKER));
    let (served, accounts) =
        (format!("/brokers/{{{BROKER}}}/creditor_institutions"), format!("/brokers/{{{BROKER}}}/ibans"));
    Routes::default()
        .guarded(exports, (Method::Get, (HEADING.0, &served)), institutions::handler, institutions::doc())
        .guarded(exports, (Method::Get, (HEADING.0, &accounts)), ibans::handler, ibans::doc())
}

/// Which page, and how many it has at most.
#[derive(Clone, Copy)]
struct Page {
    number: u32,
    limit: u32,
}

#[derive(Deserialize)]
struct PageQuery {
    page: Option<String>,
    limit: Option<String>,
}

impl Page {
    /// Reads what the query asks for; the contract has a page in every query.
    fn read(uri: &Uri) -> Result<Self, BadQuery> {
        let twice = BadQuery("A query parameter is there twice.");
        let Query(query) = Query::<PageQuery>::try_from_uri(uri).map_err(|_| twice)?;
        let wrong = BadQuery("The query parameter page is needed: a whole number from 0.");
        let text = query.page.filter(|text| !text.is_empty()).ok_or(wrong)?;
        let page = number(Some(&text), 0, 0..=u32::MAX, wrong)?;
        let wrong = BadQuery("The query parameter limit must be a whole number from 1 to 100.");
        Ok(Page { number: page, limit: number(query.limit.as_deref(), LIMIT, LIMITS, wrong)? })
    }

    /// How many come before it.
    fn offset(self) -> u64 {
        u64::from(self.number) * u64::from(self.limit)
    }

    /// Where it is among all.
    fn info(self, total_elements: u64) -> PageInfo {
        let total_pages = total_elements.div_ceil(u64::from(self.limit));
        PageInfo { page: self.number, limit: self.limit, total_elements, total_pages }
    }
}

/// Where a page is among all.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ExternalPageInfo)]
struct PageInfo {
    /// Which page, from 0.
    page: u32,
    /// How many each has at most.
    limit: u32,
    /// How many there are in all.
    total_elements: u64,
    /// How many pages there are.
    total_pages: u64,
}

/// An endpoint for what a broker serves.
fn doc(id: &str, summary: &str) -> Doc {
    Doc::new(id, summary)
        .path(BROKER, form::example_text("99000040017"), "Code of the broker.")
        .needs_query("page", form::number(0..=u32::MAX, 0), "Which page, from 0.")
        .query("limit", form::number(LIMITS, LIMIT), "How many a page has.")
        .refuses([UnknownBroker.into(), BadQuery("A query parameter is wrong.").into()])
}
