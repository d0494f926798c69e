//! `GET …/receipts`: every receipt of an institution, by all that can be known of it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::json;
use utoipa::PartialSchema;

use super::ORGANIZATION;
use super::model::{ClassWord, InboxListedReceipt, InboxReceiptsPage, receipt_example};
use super::params::{LIMIT, LIMITS, Params, short};
use crate::api::Api;
use crate::api::auth::Organization;
use crate::api::openapi::{Answer, Doc, form};
use crate::api::positions::query::{self, BadQuery};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::api::receipts::cursor;
use crate::domain::amount::{Cents, MAX_CENTS};
use crate::domain::receipt::ReceiptClass;
use crate::store::{Interval, PageStart, ReceiptFilter, ReceiptPlace, ReceiptQuery, StoreError};

/// Why receipts cannot be listed.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReceiptsError {
    #[error(transparent)]
    Query(#[from] BadQuery),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Answers 200 with the page; 400 if a parameter is wrong.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    organization: Organization,
    uri: Uri,
) -> Result<Response, Problem> {
    let query = read(&uri, organization).map_err(ReceiptsError::from)?;
    let found = api.store.list_receipts(&query).await.map_err(ReceiptsError::from)?;
    let page = InboxReceiptsPage {
        receipts: found.receipts.iter().map(|one| InboxListedReceipt::new(&query.ec, one)).collect(),
        next_cursor: found.next.as_ref().map(cursor::write),
    };
    Ok(unkept(Json(page).into_response()))
}

fn read(uri: &Uri, Organization(ec, scope): Organization) -> Result<ReceiptQuery, BadQuery> {
    let params = Params::read(uri)?;
    let unread = BadQuery("The query parameter cursor must be a nextCursor of an answer.");
    let start = match params.one("cursor")? {
        Some(text) => cursor::read(text).ok_or(unread)?,
        None => ReceiptPlace::START,
    };
    let (from, until) = params.interval("from", "to")?;
    Ok(ReceiptQuery {
        ec,
        scope,
        from: from.unwrap_or(Timestamp::MIN),
        until: until.unwrap_or(Timestamp::MAX),
        filter: filter(&params)?,
        limit: params.limit()?,
        start: PageStart::After(start),
    })
}

fn filter(params: &Params) -> Result<ReceiptFilter, BadQuery> {
    let iuv = BadQuery("The query parameter iuv must be letters and digits, at most 35.");
    let debtor = BadQuery("The query parameter debtor must be letters and digits, at most 35.");
    let class = BadQuery("The query parameter class must be a class of receipts.");
    let stand_in = BadQuery("The query parameter standIn must be true or false.");
    let settles = BadQuery("The query parameter settles must be true or false.");
    let days = BadQuery("From receivedFrom to receivedTo there must be at most 31 days.");
    let received = short(params.interval("receivedFrom", "receivedTo")?, days)?;
    Ok(ReceiptFilter {
        id: params.receipt_id()?,
        iuv: params.plain("iuv", iuv)?,
        notice: params.notice()?,
        debtor: params.plain("debtor", debtor)?.map(|text| text.to_ascii_uppercase()),
        amount: amounts(params)?,
        classes: params.words("class", ReceiptClass::from_word, class)?,
        stand_in: params.flag("standIn", stand_in)?,
        settles: params.flag("settles", settles)?,
        received: received.map(|(from, until)| Interval { from, until }),
        ..ReceiptFilter::default()
    })
}

/// The least and the most: one amount, or from one to another.
fn amounts(params: &Params) -> Result<Option<(Cents, Cents)>, BadQuery> {
    let both = BadQuery("The query parameters amount and amountFrom or amountTo exclude each other.");
    let exact = params.cents("amount")?;
    match (exact, params.cents("amountFrom")?, params.cents("amountTo")?) {
        (exact, None, None) => Ok(exact.map(|cents| (cents, cents))),
        (Some(_), _, _) => Err(both),
        (None, least, most) => {
            let largest = Cents::new(MAX_CENTS).unwrap_or_default();
            Ok(Some((least.unwrap_or_default(), most.unwrap_or(largest))))
        }
    }
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let word = |example| form::text("^[0-9A-Za-z]{0,35}$", "Letters and digits.", example);
    let moment = || form::or_empty(form::Moment::schema());
    let cents = || form::or_empty(form::text("^[0-9]{1,11}$", "Euro cents.", "10000"));
    let mut listed = receipt_example();
    if let Some(fields) = listed.as_object_mut() {
        let shown = [
            "organizationFiscalCode",
            "iuv",
            "debtor",
            "paymentDateTime",
            "status",
            "receiptId",
            "noticeNumber",
            "amount",
            "class",
            "issuer",
            "settles",
            "standIn",
            "receivedAt",
        ];
        fields.retain(|field, _| shown.contains(&field.as_str()));
    }
    Doc::new("listInboxReceipts", "List every receipt")
        .about(
            "In the order of payment. A range of amounts is looked for in that order, so give dates with it.",
        )
        .organization(ORGANIZATION)
        .query(
            "receiptId",
            form::text(r"^[^\x00-\x1f\x7f-\x9f]*$", "An id.", "1f2e3d4c5b6a79880011223344556677"),
            "Only the receipt of that id.",
        )
        .query("iuv", word("02000000000100055"), "Only receipts of that IUV.")
        .query(
            "noticeNumber",
            form::or_empty(form::text("^[0-9]{18}$", "18 digits.", "302000000000100055")),
            "Only receipts of that notice.",
        )
        .query("debtor", word("RSSMRA80A01H501U"), "Only receipts of that debtor.")
        .query("from", moment(), "Only what was paid from then.")
        .query("to", moment(), "Only what was paid until then; a day is whole.")
        .query("receivedFrom", moment(), "Only what was received from then; at most 31 days.")
        .query("receivedTo", moment(), "Only what was received until then; a day is whole.")
        .query("amount", cents(), "Only what was paid exactly so.")
        .query("amountFrom", cents(), "Only what was paid so or more.")
        .query("amountTo", cents(), "Only what was paid so or less.")
        .query("class", form::or_empty(ClassWord::schema()), "Only receipts of that class; may come again.")
        .query("standIn", form::flag(), "Only what the node's archive answered in our place, or did not.")
        .query("settles", form::flag(), "Only what its notice is paid by, or is not.")
        .query("limit", form::number(LIMITS, LIMIT), "How many receipts a page has.")
        .query(
            "cursor",
            form::example_text("1795343400000000.312d31"),
            "Where to go on, as nextCursor gave it.",
        )
        .names::<ClassWord>()
        .answers(
            StatusCode::OK,
            Answer::json::<InboxReceiptsPage<'static>>(
                "The page, which may be empty.",
                json!({ "receipts": [listed], "nextCursor": "1795343400000000.312d31" }),
            ),
        )
        .refuses([query::WRONG.into()])
}

impl From<ReceiptsError> for Problem {
    fn from(error: ReceiptsError) -> Self {
        match error {
            ReceiptsError::Query(error) => error.into(),
            ReceiptsError::Store(error) => Problem::internal("INTERNAL SERVER ERROR", &error),
        }
    }
}
