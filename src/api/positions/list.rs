//! `GET …/debtpositions`: a page of the positions, filtered and ordered.
//!
//! The days of the parameters are Italian days, and a position is found by the dates of any of its
//! payment options, so that a partly paid plan is found by what was paid. The status is that of now.
//!
//! Ours, beside the published parameters: `debtor`, `iuv`, `nav`, `updated_since`, `segregation_code`, the
//! order `UPDATED_DATE`, and `cursor`, with which nothing is counted and nothing skipped.

use std::ops::RangeInclusive;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;
use utoipa::PartialSchema;
use utoipa::openapi::{RefOr, Schema};

use super::ORGANIZATION;
use super::contract::{Contract, Moment};
use super::cursor::{self, BadCursor};
use super::days::{self, IntervalError};
use super::examples::NAV;
use super::model::PageInfo;
use super::query::{self, BadQuery};
use crate::api::Api;
use crate::api::auth::Organization;
use crate::api::openapi::{Answer, Doc, form};
use crate::api::problem::Problem;
use crate::domain::dates::{self, WholeDay};
use crate::domain::fiscal_code::{FiscalCode, PersonId, PersonKind};
use crate::domain::notice_number::{Iuv, NoticeNumber, TwoDigits};
use crate::domain::segregation::Segregation;
use crate::domain::status::Status;
use crate::store::{
    Direction, ListStart, NoticeName, PositionFilter, PositionOrder, PositionPage, PositionQuery, StoreError,
};

/// The bounds of `limit`, and what it is when left out.
const LIMITS: RangeInclusive<u32> = 1..=50;
const LIMIT: u32 = 10;

/// The cursor that stands for the beginning of the list.
const BEGINNING: &str = "*";

/// Why positions cannot be listed.
#[derive(Debug, thiserror::Error)]
pub(super) enum ListError {
    #[error(transparent)]
    Query(#[from] BadQuery),
    #[error("due and payment dates exclude each other")]
    Exclusive,
    #[error(transparent)]
    Interval(#[from] IntervalError),
    #[error(transparent)]
    Cursor(#[from] BadCursor),
    #[error("there are no cursors in this order")]
    CursorOrder,
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
    let twice = BadQuery("A query parameter is there twice.");
    let Query(parameters) = Query::<ListQuery>::try_from_uri(&uri).map_err(|_| twice)?;
    let question = parameters.question(&ec);
    let query = read::<C>(&parameters, (ec, scope), now)?;
    let found = api.store.list_positions(&query).await.map_err(ListError::from)?;
    let moment = Moment { now, hold: api.hold };
    Ok(C::page(&found.positions, info(&query, &found, &question), moment))
}

#[derive(Deserialize)]
struct ListQuery {
    limit: Option<String>,
    page: Option<String>,
    cursor: Option<String>,
    due_date_from: Option<String>,
    due_date_to: Option<String>,
    payment_date_from: Option<String>,
    payment_date_to: Option<String>,
    payment_date_time_from: Option<String>,
    payment_date_time_to: Option<String>,
    status: Option<String>,
    debtor: Option<String>,
    iuv: Option<String>,
    nav: Option<String>,
    updated_since: Option<String>,
    segregation_code: Option<String>,
    orderby: Option<String>,
    ordering: Option<String>,
}

impl ListQuery {
    /// All that a cursor belongs to: whose positions, which, and in what order.
    fn question(&self, ec: &FiscalCode) -> String {
        let parameters = [
            &self.due_date_from,
            &self.due_date_to,
            &self.payment_date_from,
            &self.payment_date_to,
            &self.payment_date_time_from,
            &self.payment_date_time_to,
            &self.status,
            &self.debtor,
            &self.iuv,
            &self.nav,
            &self.updated_since,
            &self.segregation_code,
            &self.orderby,
            &self.ordering,
        ];
        let mut question = ec.to_string();
        for parameter in parameters {
            question.push('\n');
            question.push_str(parameter.as_deref().unwrap_or_default());
        }
        question
    }
}

fn read<C: Contract>(
    query: &ListQuery,
    (ec, scope): (FiscalCode, Segregation),
    now: Timestamp,
) -> Result<PositionQuery, ListError> {
    let order = BadQuery(
        "The query parameter orderby must be INSERTED_DATE, UPDATED_DATE, IUPD, STATUS or COMPANY_NAME.",
    );
    let order = query::word(query.orderby.as_deref(), PositionOrder::Created, order_of, order)?;
    let limit = BadQuery("The query parameter limit must be a whole number from 1 to 50.");
    let direction = BadQuery("The query parameter ordering must be ASC or DESC.");
    Ok(PositionQuery {
        scope,
        shapes: C::SHAPES,
        filter: filter::<C>(query)?,
        order,
        direction: query::word(query.ordering.as_deref(), Direction::Descending, direction_of, direction)?,
        limit: query::number(query.limit.as_deref(), LIMIT, LIMITS, limit)?,
        start: start(query, order, &ec)?,
        ec,
        now,
    })
}

fn start(query: &ListQuery, order: PositionOrder, ec: &FiscalCode) -> Result<ListStart, ListError> {
    let page = BadQuery("The query parameter page must be a whole number from 0.");
    let page = query::number(query.page.as_deref(), 0, 0..=u32::MAX, page)?;
    let Some(cursor) = query.cursor.as_deref().filter(|cursor| !cursor.is_empty()) else {
        return Ok(ListStart::Page(page));
    };
    if page != 0 {
        return Err(BadQuery("The query parameters page and cursor exclude each other.").into());
    }
    if matches!(order, PositionOrder::Status | PositionOrder::CompanyName) {
        return Err(ListError::CursorOrder);
    }
    if cursor == BEGINNING {
        return Ok(ListStart::Beginning);
    }
    Ok(ListStart::After(cursor::read(cursor, &query.question(ec))?))
}

fn filter<C: Contract>(query: &ListQuery) -> Result<PositionFilter, ListError> {
    let due = days::of_days(query.due_date_from.as_deref(), query.due_date_to.as_deref())?;
    let paid = days::of_days(query.payment_date_from.as_deref(), query.payment_date_to.as_deref())?;
    let paid_between =
        days::of_instants(query.payment_date_time_from.as_deref(), query.payment_date_time_to.as_deref())?;
    if [due, paid, paid_between].iter().flatten().count() > 1 {
        return Err(ListError::Exclusive);
    }
    let status = BadQuery("The query parameter status must be a status of the contract, such as VALID.");
    let debtor = BadQuery("The query parameter debtor must be a fiscal code, of a person or of a company.");
    let since =
        BadQuery("The query parameter updated_since must be a date-time such as 2026-12-31T22:59:59Z.");
    let code = BadQuery("The query parameter segregation_code must be two digits.");
    let person = |text: &str| PersonId::new(PersonKind::Natural, text).ok().map(Some);
    let instant = |text: &str| dates::parse(text, WholeDay::FromStart).ok().map(Some);
    Ok(PositionFilter {
        statuses: query::word(query.status.as_deref(), Vec::new(), statuses::<C>, status)?,
        due,
        paid: paid.or(paid_between),
        debtor: query::word(query.debtor.as_deref(), None, person, debtor)?,
        notice: notice(query)?,
        updated_since: query::word(query.updated_since.as_deref(), None, instant, since)?,
        segregation: query::word(
            query.segregation_code.as_deref(),
            None,
            |text| TwoDigits::new(text).ok().map(Some),
            code,
        )?,
    })
}

/// Every status of that word; none if it is the word of no status.
fn statuses<C: Contract>(word: &str) -> Option<Vec<Status>> {
    let of_word = Status::ALL.into_iter().filter(|status| C::status_word(*status) == word);
    Some(of_word.collect()).filter(|statuses: &Vec<_>| !statuses.is_empty())
}

fn notice(query: &ListQuery) -> Result<Option<NoticeName>, BadQuery> {
    let (iuv, nav) = (query.iuv.as_deref(), query.nav.as_deref());
    let wrong = BadQuery("The query parameter iuv must have 17 digits, or 15.");
    let iuv = query::word(iuv, None, |text| Iuv::new(text).ok().map(Some), wrong)?;
    let wrong = BadQuery("The query parameter nav must have 18 digits.");
    let nav = query::word(nav, None, |text| NoticeNumber::new(text).ok().map(Some), wrong)?;
    match (nav, iuv) {
        (Some(_), Some(_)) => Err(BadQuery("The query parameters nav and iuv exclude each other.")),
        (nav, iuv) => Ok(nav.map(NoticeName::Number).or(iuv.map(NoticeName::Iuv))),
    }
}

fn order_of(word: &str) -> Option<PositionOrder> {
    match word {
        "INSERTED_DATE" => Some(PositionOrder::Created),
        "UPDATED_DATE" => Some(PositionOrder::Updated),
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

/// Where the page stands. With a cursor nothing is counted: it is page 0, and all that is known of the
/// number of pages is whether another follows.
fn info(query: &PositionQuery, found: &PositionPage, question: &str) -> PageInfo {
    PageInfo {
        page: if let ListStart::Page(page) = query.start { page } else { 0 },
        limit: query.limit,
        items_found: found.positions.len(),
        total_pages: match found.total {
            Some(total) => total.div_ceil(u64::from(query.limit)),
            None if found.next.is_some() => 2,
            None => 1,
        },
        total_items: found.total,
        next_cursor: found.next.as_ref().map(|place| cursor::write(place, question)),
    }
}

fn instant() -> RefOr<Schema> {
    form::or_empty(form::Moment::schema())
}

/// What is said of it.
pub(super) fn doc<C: Contract>() -> Doc {
    let words = form::words(Status::ALL.map(C::status_word), "A status of the contract.");
    let orders = form::words(
        ["INSERTED_DATE", "UPDATED_DATE", "IUPD", "STATUS", "COMPANY_NAME"],
        "INSERTED_DATE if left out.",
    );
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
        .query(
            "payment_date_time_from",
            instant(),
            "First instant of the payment of any payment option. Ours.",
        )
        .query("payment_date_time_to", instant(), "Last instant of it. Ours.")
        .query("status", form::or_empty(words), "Only positions that are so now.")
        .query("debtor", form::or_empty(PersonId::schema()), "Only positions of that debtor. Ours.")
        .query("iuv", form::or_empty(Iuv::schema()), "Only the position of that notice; excludes nav. Ours.")
        .query(
            "nav",
            form::or_empty(form::text("^[0-9]{18}$", "18 digits.", NAV)),
            "The same by the number of the notice. Ours.",
        )
        .query("updated_since", instant(), "Only positions that changed then or later. Ours.")
        .query(
            "segregation_code",
            form::or_empty(form::text("^[0-9]{2}$", "2 digits.", "02")),
            "Only positions with notices of that code. Ours.",
        )
        .query(
            "cursor",
            form::example_text(BEGINNING),
            "Where to go on: * for the beginning, then next_cursor of the answer; excludes page. Ours.",
        )
        .query("orderby", form::or_empty(orders), "What they are ordered by.")
        .query(
            "ordering",
            form::or_empty(form::words(["ASC", "DESC"], "DESC if left out.")),
            "In which direction.",
        )
        .answers(StatusCode::OK, Answer::json::<C::Page>("The page, which may be empty.", page))
        .refuses([query::WRONG.into(), ListError::Exclusive.into(), ListError::CursorOrder.into()])
        .refuses([ListError::Interval(IntervalError::Length).into(), ListError::Cursor(BadCursor).into()])
}

impl From<ListError> for Problem {
    fn from(error: ListError) -> Self {
        let bad = |title, code, detail| Problem::new(StatusCode::BAD_REQUEST, title, code, detail);
        match error {
            ListError::Query(error) | ListError::Interval(IntervalError::Query(error)) => error.into(),
            ListError::Exclusive => bad(
                "Exclusive Parameters",
                "exclusive_parameters",
                "Positions can be found by due date, by payment date or by payment time, not by several at once.",
            ),
            ListError::Interval(IntervalError::Length) => bad(
                "The debt positions cannot be recovered",
                "date_interval",
                "The last day must not precede the first and must not be more than 30 days after it.",
            ),
            ListError::Cursor(BadCursor) => bad(
                "BAD REQUEST",
                "cursor",
                "The cursor is damaged, or the other parameters are not those of the page that it came with.",
            ),
            ListError::CursorOrder => bad(
                "BAD REQUEST",
                "cursor_order",
                "There are cursors in the order of INSERTED_DATE, UPDATED_DATE and IUPD, which are places that last.",
            ),
            ListError::Store(error) => Problem::internal("INTERNAL SERVER ERROR", &error),
        }
    }
}
