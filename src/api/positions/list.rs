//! `GET …/debtpositions`: a page of the positions, filtered and ordered.
//!
//! The days of the parameters are Italian days, and a position is found by the dates of any of its
//! payment options, so that a partly paid plan is found by what was paid. The status is that of now.

use std::ops::RangeInclusive;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde::Deserialize;
use serde_json::json;

use super::ORGANIZATION;
use super::contract::Contract;
use super::model::PageInfo;
use super::query::{self, BadQuery};
use crate::api::Api;
use crate::api::auth::Organization;
use crate::api::openapi::{Answer, Doc, form};
use crate::api::problem::Problem;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::rome;
use crate::domain::segregation::Segregation;
use crate::domain::status::Status;
use crate::store::{Direction, Interval, PositionOrder, PositionQuery, StoreError};

/// The bounds of `limit`, and what it is when left out.
const LIMITS: RangeInclusive<u32> = 1..=50;
const LIMIT: u32 = 10;

/// The most days from the first to the last, and how many there are when one of them is left out.
const DAYS_MAX: i32 = 30;

/// Why positions cannot be listed.
#[derive(Debug, thiserror::Error)]
pub(super) enum ListError {
    #[error(transparent)]
    Query(#[from] BadQuery),
    #[error("due and payment dates exclude each other")]
    Exclusive,
    #[error("the interval ends before it begins or is too long")]
    Interval,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Answers 200 with the page, which may be empty; 400 if a parameter is wrong.
pub(super) async fn handler<C: Contract>(
    State(api): State<Arc<Api>>,
    Organization(ec, scope): Organization,
    uri: Uri,
) -> Result<Response, Problem> {
    let now = api.clock.now();
    let query = read::<C>(&uri, (ec, scope), now)?;
    let found = api.store.list_positions(&query).await.map_err(ListError::from)?;
    let info = PageInfo {
        page: query.page,
        limit: query.limit,
        items_found: found.positions.len(),
        total_pages: found.total.div_ceil(u64::from(query.limit)),
        total_items: found.total,
    };
    Ok(C::page(&found.positions, info, now))
}

#[derive(Deserialize)]
struct ListQuery {
    limit: Option<String>,
    page: Option<String>,
    due_date_from: Option<String>,
    due_date_to: Option<String>,
    payment_date_from: Option<String>,
    payment_date_to: Option<String>,
    status: Option<String>,
    orderby: Option<String>,
    ordering: Option<String>,
}

fn read<C: Contract>(
    uri: &Uri,
    (ec, scope): (FiscalCode, Segregation),
    now: Timestamp,
) -> Result<PositionQuery, ListError> {
    let twice = BadQuery("A query parameter is there twice.");
    let Query(query) = Query::<ListQuery>::try_from_uri(uri).map_err(|_| twice)?;
    let due = days(query.due_date_from.as_deref(), query.due_date_to.as_deref())?;
    let paid = days(query.payment_date_from.as_deref(), query.payment_date_to.as_deref())?;
    if due.is_some() && paid.is_some() {
        return Err(ListError::Exclusive);
    }
    let limit = BadQuery("The query parameter limit must be a whole number from 1 to 50.");
    let page = BadQuery("The query parameter page must be a whole number from 0.");
    let status = BadQuery("The query parameter status must be a status of the contract, such as VALID.");
    let order = BadQuery("The query parameter orderby must be INSERTED_DATE, IUPD, STATUS or COMPANY_NAME.");
    let direction = BadQuery("The query parameter ordering must be ASC or DESC.");
    Ok(PositionQuery {
        ec,
        scope,
        now,
        statuses: query::word(query.status.as_deref(), Vec::new(), statuses::<C>, status)?,
        shapes: C::SHAPES,
        due: due.map(interval).transpose()?,
        paid: paid.map(interval).transpose()?,
        order: query::word(query.orderby.as_deref(), PositionOrder::Created, order_of, order)?,
        direction: query::word(query.ordering.as_deref(), Direction::Descending, direction_of, direction)?,
        limit: query::number(query.limit.as_deref(), LIMIT, LIMITS, limit)?,
        page: query::number(query.page.as_deref(), 0, 0..=u32::MAX, page)?,
    })
}

/// Every status of that word; none if it is the word of no status.
fn statuses<C: Contract>(word: &str) -> Option<Vec<Status>> {
    let of_word = Status::ALL.into_iter().filter(|status| C::status_word(*status) == word);
    Some(of_word.collect()).filter(|statuses: &Vec<_>| !statuses.is_empty())
}

fn order_of(word: &str) -> Option<PositionOrder> {
    match word {
        "INSERTED_DATE" => Some(PositionOrder::Created),
        "IUPD" => Some(PositionOrder::Iupd),
        "STATUS" => Some(PositionOrder::Status),
        "COMPANY_NAME" => Some(PositionOrder::CompanyName),
        _ => None,
    }
}

fn direction_of(word: &str) -> Option<Direction> {
    match word {
        "ASC" => Some(Direction::Ascending),
        "DESC" => Some(Direction::Descending),
        _ => None,
    }
}

/// The first and the last day; none if neither is given.
fn days(from: Option<&str>, to: Option<&str>) -> Result<Option<(Date, Date)>, ListError> {
    let wrong = BadQuery("The query parameters for dates must be days such as 2026-12-31.");
    let (from, to) = (query::word(from, None, day, wrong)?, query::word(to, None, day, wrong)?);
    Ok(match (from, to) {
        (None, None) => None,
        (Some(from), Some(to)) => Some((from, to)),
        (Some(from), None) => Some((from, from.saturating_add(DAYS_MAX.days()))),
        (None, Some(to)) => Some((to.saturating_sub(DAYS_MAX.days()), to)),
    })
}

/// Only the form of the contract: the library reads others too.
fn day(text: &str) -> Option<Option<Date>> {
    let [_, _, _, _, b'-', _, _, b'-', _, _] = text.as_bytes() else { return None };
    let plain = text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    text.parse().ok().filter(|_| plain).map(Some)
}

fn interval((from, to): (Date, Date)) -> Result<Interval, ListError> {
    let days = (to - from).get_days();
    if !(0..=DAYS_MAX).contains(&days) {
        return Err(ListError::Interval);
    }
    let midnight = |day: Date| rome::instant(day.to_datetime(jiff::civil::Time::midnight()));
    let until = to.tomorrow().ok().and_then(midnight);
    midnight(from).zip(until).map(|(from, until)| Interval { from, until }).ok_or(ListError::Interval)
}

/// What is said of it.
pub(super) fn doc<C: Contract>() -> Doc {
    let words = form::words(Status::ALL.map(C::status_word), "A status of the contract.");
    let orders =
        form::words(["INSERTED_DATE", "IUPD", "STATUS", "COMPANY_NAME"], "INSERTED_DATE if left out.");
    let page = json!({
        "payment_position_list": [C::examples().with_history],
        "page_info": { "page": 0, "limit": LIMIT, "items_found": 1, "total_pages": 1, "total_items": 1 },
    });
    Doc::new(format!("listPositions{}", C::SUFFIX), "List debt positions")
        .about(
            "Days are Italian days, at most 30 from first to last; due and payment dates exclude each other.",
        )
        .organization(ORGANIZATION)
        .query("limit", form::number(LIMITS, LIMIT), "How many positions a page has.")
        .query("page", form::number(0..=u32::MAX, 0), "Which page, from 0.")
        .query("due_date_from", form::day(), "First day of the due date of any payment option.")
        .query("due_date_to", form::day(), "Last day of it.")
        .query("payment_date_from", form::day(), "First day of the payment of any payment option.")
        .query("payment_date_to", form::day(), "Last day of it.")
        .query("status", form::or_empty(words), "Only positions that are so now.")
        .query("orderby", form::or_empty(orders), "What they are ordered by.")
        .query(
            "ordering",
            form::or_empty(form::words(["ASC", "DESC"], "DESC if left out.")),
            "In which direction.",
        )
        .answers(StatusCode::OK, Answer::json::<C::Page>("The page, which may be empty.", page))
        .refuses([query::WRONG.into(), ListError::Exclusive.into(), ListError::Interval.into()])
}

impl From<ListError> for Problem {
    fn from(error: ListError) -> Self {
        match error {
            ListError::Query(error) => error.into(),
            ListError::Exclusive => Problem::new(
                StatusCode::BAD_REQUEST,
                "Exclusive Parameters",
                "exclusive_parameters",
                "Positions can be found by due date or by payment date, not by both at once.",
            ),
            ListError::Interval => Problem::new(
                StatusCode::BAD_REQUEST,
                "The debt positions cannot be recovered",
                "date_interval",
                "The last day must not precede the first and must not be more than 30 days after it.",
            ),
            ListError::Store(error) => Problem::internal("INTERNAL SERVER ERROR", &error),
        }
    }
}
