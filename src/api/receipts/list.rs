//! `GET …/receipts`: the receipts of an institution, the one that was paid first at the beginning.
//!
//! The published service shows three months unless told otherwise, and so does this one; an IUV, a notice
//! or a receipt that is asked for by name is found whenever it was paid. Who has many receipts walks by
//! `cursor` (ours): the first page needs none, and each answer names the next. Nothing found is an empty
//! page; the 404 of the contract is for an institution that is not known.

use std::ops::RangeInclusive;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use jiff::civil::Time;
use jiff::{Timestamp, ToSpan};
use serde::Deserialize;
use serde_json::json;
use utoipa::PartialSchema;
use utoipa::openapi::{RefOr, Schema};

use super::model::{ListedModel, ReceiptsPage};
use super::{ORGANIZATION, cursor};
use crate::api::Api;
use crate::api::auth::Organization;
use crate::api::openapi::{Answer, Doc, form};
use crate::api::positions::query::{self, BadQuery, number};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::dates::{self, WholeDay};
use crate::domain::ids::ReceiptId;
use crate::domain::notice_number::{NoticeNumber, TwoDigits};
use crate::domain::rome;
use crate::domain::segregation::Segregation;
use crate::store::{PageStart, ReceiptFilter, ReceiptQuery, StoreError};

/// The bounds of `pageSize`, and what it is when left out.
const SIZES: RangeInclusive<u32> = 1..=100;
const SIZE: u32 = 20;

/// How many months are shown unless the caller says from when.
const MONTHS: i32 = 3;

/// Why receipts cannot be listed.
#[derive(Debug, thiserror::Error)]
pub(super) enum ListError {
    #[error(transparent)]
    Query(#[from] BadQuery),
    #[error("the interval ends before it begins")]
    Interval,
    #[error("there is no such page")]
    BeyondEnd,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Answers 200 with the page; 400 if a parameter is wrong or the page is beyond the end.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    organization: Organization,
    uri: Uri,
) -> Result<Response, Problem> {
    let query = read(&uri, organization, api.clock.now())?;
    let found = api.store.list_receipts(&query).await.map_err(ListError::from)?;
    let total_pages = found.total.map(|total| total.div_ceil(u64::from(query.limit)));
    let current_page_number = match query.start {
        PageStart::Page(page) => Some(page),
        PageStart::After(_) => None,
    };
    let beyond = |page: u32| page > 0 && total_pages.is_some_and(|pages| u64::from(page) >= pages);
    if current_page_number.is_some_and(beyond) {
        return Err(ListError::BeyondEnd.into());
    }
    let results: Vec<_> = found.receipts.iter().map(|one| ListedModel::new(&query.ec, one)).collect();
    let page = ReceiptsPage {
        current_page_number,
        length: results.len(),
        total_pages,
        results,
        next_cursor: found.next.as_ref().map(cursor::write),
    };
    Ok(unkept(Json(page).into_response()))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ListQuery {
    page_num: Option<String>,
    page_size: Option<String>,
    debtor: Option<String>,
    service: Option<String>,
    from: Option<String>,
    to: Option<String>,
    segregation_codes: Option<String>,
    debtor_or_iuv: Option<String>,
    iuv: Option<String>,
    notice_number: Option<String>,
    receipt_id: Option<String>,
    cursor: Option<String>,
}

fn read(uri: &Uri, Organization(ec, scope): Organization, now: Timestamp) -> Result<ReceiptQuery, ListError> {
    let twice = BadQuery("A query parameter is there twice.");
    let Query(query) = Query::<ListQuery>::try_from_uri(uri).map_err(|_| twice)?;
    let filter = filter(&query)?;
    let by_name = filter.id.is_some() || filter.iuv.is_some() || filter.notice.is_some();
    let (from, until) = interval(&query, now)?;
    let default = if by_name { Timestamp::MIN } else { months_before(now) };
    let size = BadQuery("The query parameter pageSize must be a whole number from 1 to 100.");
    Ok(ReceiptQuery {
        ec,
        scope: scope.narrowed(&asked_for(query.segregation_codes.as_deref())?),
        from: from.unwrap_or(default),
        until: until.unwrap_or(Timestamp::MAX),
        filter,
        limit: number(query.page_size.as_deref(), SIZE, SIZES, size)?,
        start: start(&query)?,
    })
}

fn start(query: &ListQuery) -> Result<PageStart, BadQuery> {
    let page = BadQuery("The query parameter pageNum must be a whole number from 0.");
    let both = BadQuery("The query parameters pageNum and cursor exclude each other.");
    let unread = BadQuery("The query parameter cursor must be a nextCursor of an answer.");
    match (given(&query.page_num), given(&query.cursor)) {
        (Some(_), Some(_)) => Err(both),
        (None, Some(text)) => Ok(PageStart::After(cursor::read(text).ok_or(unread)?)),
        (text, None) => Ok(PageStart::Page(number(text, 0, 0..=u32::MAX, page)?)),
    }
}

fn filter(query: &ListQuery) -> Result<ReceiptFilter, BadQuery> {
    let debtor = BadQuery("The query parameter debtor must be letters and digits, at most 35.");
    let iuv = BadQuery("The query parameter iuv must be letters and digits, at most 35.");
    let service = BadQuery("The query parameter service must be the first digits of a IUV.");
    let either = BadQuery("The query parameter debtorOrIuv must be letters and digits, at most 35.");
    let notice = BadQuery("The query parameter noticeNumber must be 18 digits.");
    let id = BadQuery("The query parameter receiptId must not hold control characters.");
    let raised = |text: Option<String>| text.map(|text| text.to_ascii_uppercase());
    let all_digits = |text: &String| text.bytes().all(|b| b.is_ascii_digit());
    let prefix = plain(&query.service, service)?;
    if !prefix.as_ref().is_none_or(all_digits) {
        return Err(service);
    }
    let number = given(&query.notice_number).map(NoticeNumber::new);
    if given(&query.receipt_id).is_some_and(|text| text.chars().any(char::is_control)) {
        return Err(id);
    }
    Ok(ReceiptFilter {
        id: given(&query.receipt_id).map(ReceiptId::new),
        iuv: plain(&query.iuv, iuv)?,
        notice: number.transpose().map_err(|_| notice)?,
        debtor: raised(plain(&query.debtor, debtor)?),
        service: prefix,
        debtor_or_iuv: raised(plain(&query.debtor_or_iuv, either)?),
        ..ReceiptFilter::default()
    })
}

/// The notices of two-digit codes with commas between, or all of them.
pub(super) fn asked_for(text: Option<&str>) -> Result<Segregation, BadQuery> {
    let wrong =
        BadQuery("The query parameter segregationCodes must be codes of two digits with commas between.");
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(Segregation::Every) };
    let codes = text.split(',').map(TwoDigits::new).collect::<Result<_, _>>();
    codes.map(Segregation::Only).map_err(|_| wrong)
}

fn given(text: &Option<String>) -> Option<&str> {
    text.as_deref().filter(|text| !text.is_empty())
}

fn plain(text: &Option<String>, wrong: BadQuery) -> Result<Option<String>, BadQuery> {
    let Some(text) = given(text) else { return Ok(None) };
    let plain = text.len() <= 35 && text.bytes().all(|b| b.is_ascii_alphanumeric());
    if plain { Ok(Some(text.to_owned())) } else { Err(wrong) }
}

/// From when and until when, as far as that is said. Days are Italian days, the last one whole.
fn interval(query: &ListQuery, now: Timestamp) -> Result<(Option<Timestamp>, Option<Timestamp>), ListError> {
    let wrong =
        BadQuery("The query parameters from and to must be dates such as 2026-12-31 or 2026-12-31T10:00:00.");
    let moment = |text| dates::parse(text, WholeDay::FromStart).map_err(|_| wrong);
    let from = given(&query.from).map(moment).transpose()?;
    let Some(text) = given(&query.to) else {
        return Ok((from, None));
    };
    let to = moment(text)?;
    let until = if text.contains('T') { after(to) } else { next_day(to) }.ok_or(ListError::Interval)?;
    match from {
        Some(from) if from >= until => Err(ListError::Interval),
        Some(from) => Ok((Some(from), Some(until))),
        None => Ok((Some(months_before(to.min(now))), Some(until))),
    }
}

/// The first instant that can be told from it.
pub(in crate::api) fn after(instant: Timestamp) -> Option<Timestamp> {
    instant.checked_add(1.microsecond()).ok()
}

pub(in crate::api) fn next_day(instant: Timestamp) -> Option<Timestamp> {
    rome::instant(rome::day(instant).tomorrow().ok()?.to_datetime(Time::midnight()))
}

/// The beginning of the Italian day some months ago.
fn months_before(instant: Timestamp) -> Timestamp {
    let day = rome::day(instant).saturating_sub(MONTHS.months());
    rome::instant(day.to_datetime(Time::midnight())).unwrap_or(instant)
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let words = "^[0-9A-Za-z]{0,35}$";
    let word = |about| form::text(words, about, "RSSMRA80A01H501U");
    let digits = form::text("^[0-9]{0,35}$", "Digits.", "02");
    let page = json!({
        "currentPageNumber": 0, "length": 1, "totalPages": 1,
        "results": [{
            "organizationFiscalCode": "99000010019", "iuv": "02000000000100055", "debtor": "RSSMRA80A01H501U",
            "paymentDateTime": "2026-11-22T10:20:00Z", "status": "PAID",
            "receiptId": "1f2e3d4c5b6a79880011223344556677", "noticeNumber": "302000000000100055",
            "amount": 10_000, "class": "matched",
        }],
    });
    Doc::new("listReceipts", "List receipts")
        .about("Of the last three months unless from, to, or the name of a receipt says otherwise.")
        .organization(ORGANIZATION)
        .query("pageNum", form::number(0..=u32::MAX, 0), "Which page, from 0; excludes cursor.")
        .query("pageSize", form::number(SIZES, SIZE), "How many receipts a page has.")
        .query("debtor", word("A fiscal code."), "Only receipts of that debtor.")
        .query("service", digits, "Only receipts whose IUV begins so.")
        .query("from", form::or_empty(form::Moment::schema()), "Only what was paid from then.")
        .query("to", form::or_empty(form::Moment::schema()), "Only what was paid until then; a day is whole.")
        .query("segregationCodes", codes_form(), "Only receipts of notices of these codes.")
        .query("debtorOrIuv", word("A fiscal code or a IUV."), "Only receipts of that debtor or IUV.")
        .query("iuv", word("A IUV."), "Only receipts of that IUV. Ours.")
        .query(
            "noticeNumber",
            form::or_empty(form::text("^[0-9]{18}$", "18 digits.", "302000000000100055")),
            "Only receipts of that notice. Ours.",
        )
        .query(
            "receiptId",
            form::text(r"^[^\x00-\x1f\x7f-\x9f]*$", "An id.", "1f2e3d4c5b6a79880011223344556677"),
            "Only the receipt of that id. Ours.",
        )
        .query(
            "cursor",
            form::example_text("1795343400000000.312d31"),
            "Where to go on, as nextCursor gave it. Ours.",
        )
        .answers(StatusCode::OK, Answer::json::<ReceiptsPage<'static>>("The page, which may be empty.", page))
        .refuses([query::WRONG.into(), ListError::Interval.into(), ListError::BeyondEnd.into()])
}

/// How codes are written in the query.
pub(super) fn codes_form() -> RefOr<Schema> {
    form::or_empty(form::text("^[0-9]{2}(,[0-9]{2})*$", "Codes of two digits with commas between.", "01,02"))
}

impl From<ListError> for Problem {
    fn from(error: ListError) -> Self {
        let bad =
            |code, detail: &'static str| Problem::new(StatusCode::BAD_REQUEST, "BAD REQUEST", code, detail);
        match error {
            ListError::Query(error) => error.into(),
            ListError::Interval => bad("date_interval", "The last date must not precede the first."),
            ListError::BeyondEnd => {
                bad("page_beyond_end", "There are fewer pages; totalPages of the first tells how many.")
            }
            ListError::Store(error) => Problem::internal("INTERNAL SERVER ERROR", &error),
        }
    }
}
