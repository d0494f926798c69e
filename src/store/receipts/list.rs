//! A page of a creditor institution's receipts, by when they were paid.
//!
//! Receipts are only ever added, and neither the instant nor the key that they are ordered by changes. So
//! a walk from place to place gives each that was there once, whatever arrives meanwhile, and each page
//! costs the same however many came before it.

use jiff::Timestamp;

use super::decide::key_of;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::ids::ReceiptId;
use crate::domain::notice_number::NoticeNumber;
use crate::domain::segregation::Segregation;
use crate::store::dialect::{for_both_engines, on_engine};
use crate::store::positions::segregation::codes;
use crate::store::{Store, StoreError};

/// Which receipts are asked for. What leads to them fastest comes first, so that its index is used; every
/// condition is checked all the same.
macro_rules! filtered {
    ($way:literal) => {
        concat!(
            " FROM receipt r WHERE r.ec = $1 AND ",
            $way,
            " AND COALESCE(r.paid_at, r.received_at) >= $2 AND COALESCE(r.paid_at, r.received_at) < $3 \
             AND (CAST($4 AS TEXT) IS NULL OR r.receipt_key IN ($4, 'not-executed:' || $4)) \
             AND (CAST($5 AS TEXT) IS NULL OR r.creditor_reference = $5) \
             AND (CAST($6 AS TEXT) IS NULL OR r.notice_number = $6) \
             AND (CAST($7 AS TEXT) IS NULL OR r.debtor_id = $7) \
             AND (CAST($8 AS TEXT) IS NULL OR substr(r.creditor_reference, 1, length($8)) = $8) \
             AND (CAST($9 AS TEXT) IS NULL \
                 OR (r.issuer = r.ec AND r.notice_number LIKE '3%' \
                     AND CAST($9 AS TEXT) LIKE '%' || substr(r.notice_number, 2, 2) || '%')) \
             AND (CAST($10 AS TEXT) IS NULL OR substr(r.creditor_reference, 1, length($10)) = $10 \
                 OR substr(r.debtor_id, 1, length($10)) = $10)"
        )
    };
}

/// The texts that count receipts and take a page of them, by one way to find them.
macro_rules! texts {
    ($way:literal) => {
        (
            concat!("SELECT COUNT(*)", filtered!($way)),
            concat!(
                "SELECT r.receipt_key, r.receipt_id, r.notice_number, r.creditor_reference, r.debtor_id, \
                 r.amount, r.class, r.executed, COALESCE(r.paid_at, r.received_at) AS paid_on",
                filtered!($way),
                " AND (COALESCE(r.paid_at, r.received_at) > $11 OR r.receipt_key > $12) \
                 ORDER BY COALESCE(r.paid_at, r.received_at), r.receipt_key LIMIT $13 OFFSET $14"
            ),
        )
    };
}

pub(in crate::store) const BY_PAYMENT: (&str, &str) = texts!("TRUE");
const BY_ID: (&str, &str) = texts!("r.receipt_key IN ($4, 'not-executed:' || $4)");
const BY_REFERENCE: (&str, &str) = texts!("r.creditor_reference = $5");
const BY_NOTICE: (&str, &str) = texts!("r.notice_number = $6");
pub(in crate::store) const BY_DEBTOR: (&str, &str) = texts!("r.debtor_id = $7");

/// Every text that reads a page, for the test that looks at how the database would carry them out.
#[cfg(test)]
pub(in crate::store) const PAGES: [&str; 5] =
    [BY_PAYMENT.1, BY_ID.1, BY_REFERENCE.1, BY_NOTICE.1, BY_DEBTOR.1];

/// What is asked of the list.
#[derive(Clone)]
pub struct ReceiptQuery {
    /// Whose copies.
    pub ec: FiscalCode,
    /// Of which notices. Copies that the institution got as a secondary beneficiary are for callers who may
    /// work with all: the codes of another's notices are not its own.
    pub scope: Segregation,
    /// Only those paid from then on.
    pub from: Timestamp,
    /// Only those paid before then.
    pub until: Timestamp,
    /// Which of them.
    pub filter: ReceiptFilter,
    /// How many make a page.
    pub limit: u32,
    /// Where the page begins.
    pub start: PageStart,
}

/// Which receipts are asked for; what is left out does not matter. Personal data, so that it has no `Debug`.
#[derive(Clone, Default)]
pub struct ReceiptFilter {
    /// Of that payment.
    pub id: Option<ReceiptId>,
    /// Of that reference of the creditor.
    pub iuv: Option<String>,
    /// Of that notice.
    pub notice: Option<NoticeNumber>,
    /// Of that debtor, in capitals.
    pub debtor: Option<String>,
    /// The reference begins so.
    pub service: Option<String>,
    /// The debtor, in capitals, or the reference begins so.
    pub debtor_or_iuv: Option<String>,
}

/// Where a page begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PageStart {
    /// After as many pages; all receipts are counted.
    Page(u32),
    /// After a receipt; nothing is counted.
    After(ReceiptPlace),
}

/// Where a receipt stands in the order of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptPlace {
    /// When it was paid, or received if it does not say.
    pub paid_on: Timestamp,
    /// What it is unique by under its recipient.
    pub key: String,
}

impl ReceiptPlace {
    /// Before every receipt.
    pub const START: ReceiptPlace = ReceiptPlace { paid_on: Timestamp::MIN, key: String::new() };
}

/// A receipt as the list shows it. It names a person, so that it has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct ListedReceipt {
    /// The node's name of the payment.
    pub id: String,
    /// The notice that was paid.
    pub notice: String,
    /// The creditor's reference, as the node wrote it.
    pub iuv: String,
    /// Who owed, if that is known.
    pub debtor: Option<String>,
    /// What was paid, in cents.
    pub amount: i64,
    /// How it fits our data, as a word of [`ReceiptClass`](crate::domain::receipt::ReceiptClass).
    pub class: String,
    /// Whether the payment was carried out.
    pub executed: bool,
    /// When it was paid, or received if it does not say.
    pub paid_on: Timestamp,
}

/// A page of receipts.
pub struct ReceiptPage {
    /// Those of the page.
    pub receipts: Vec<ListedReceipt>,
    /// How many there are on all pages, if they were counted.
    pub total: Option<u64>,
    /// Where the next page begins, if there is one.
    pub next: Option<ReceiptPlace>,
}

#[derive(sqlx::FromRow)]
pub(super) struct Row {
    receipt_key: String,
    receipt_id: String,
    notice_number: String,
    creditor_reference: String,
    debtor_id: Option<String>,
    amount: i64,
    class: String,
    executed: bool,
    paid_on: i64,
}

impl Store {
    /// A page of the receipts that a query asks for, the one that was paid first at its beginning.
    pub async fn list_receipts(&self, query: &ReceiptQuery) -> Result<ReceiptPage, StoreError> {
        let found = on_engine!(&self.pools, read, |pool, engine| engine::page(pool, query).await);
        let (total, mut rows) = found.map_err(StoreError::during("list_receipts"))?;
        let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = match rows.last().filter(|_| more) {
            Some(last) => {
                Some(ReceiptPlace { paid_on: super::instant(last.paid_on)?, key: last.receipt_key.clone() })
            }
            None => None,
        };
        let receipts = rows.into_iter().map(Row::read).collect::<Result<_, _>>()?;
        Ok(ReceiptPage { receipts, total: total.map(|n| u64::try_from(n).unwrap_or_default()), next })
    }
}

impl Row {
    fn read(self) -> Result<ListedReceipt, StoreError> {
        Ok(ListedReceipt {
            id: self.receipt_id,
            notice: self.notice_number,
            iuv: self.creditor_reference,
            debtor: self.debtor_id,
            amount: self.amount,
            class: self.class,
            executed: self.executed,
            paid_on: super::instant(self.paid_on)?,
        })
    }
}

/// The texts by the condition that leaves the fewest.
fn texts(filter: &ReceiptFilter) -> (&'static str, &'static str) {
    match filter {
        ReceiptFilter { id: Some(_), .. } => BY_ID,
        ReceiptFilter { iuv: Some(_), .. } => BY_REFERENCE,
        ReceiptFilter { notice: Some(_), .. } => BY_NOTICE,
        ReceiptFilter { debtor: Some(_), .. } => BY_DEBTOR,
        _ => BY_PAYMENT,
    }
}

for_both_engines! {
    pub(super) async fn page(
        pool: &Pool,
        query: &ReceiptQuery,
    ) -> Result<(Option<i64>, Vec<Row>), sqlx::Error> {
        let filter = &query.filter;
        let (count, page) = texts(filter);
        let key = filter.id.as_ref().map(|id| key_of(id.as_str()));
        let notice = filter.notice.as_ref().map(NoticeNumber::as_str);
        let codes = codes(&query.scope);
        let (pages, after) = match &query.start {
            PageStart::Page(pages) => (*pages, &ReceiptPlace::START),
            PageStart::After(place) => (0, place),
        };
        let total = match query.start {
            PageStart::After(_) => None,
            PageStart::Page(_) => {
                let count = sqlx::query_scalar(count)
                    .bind(query.ec.as_str())
                    .bind(query.from.as_microsecond())
                    .bind(query.until.as_microsecond())
                    .bind(key.as_deref())
                    .bind(filter.iuv.as_deref())
                    .bind(notice)
                    .bind(filter.debtor.as_deref())
                    .bind(filter.service.as_deref())
                    .bind(codes.as_deref())
                    .bind(filter.debtor_or_iuv.as_deref());
                Some(count.fetch_one(pool).await?)
            }
        };
        let rows = sqlx::query_as(page)
            .bind(query.ec.as_str())
            .bind(query.from.max(after.paid_on).as_microsecond())
            .bind(query.until.as_microsecond())
            .bind(key.as_deref())
            .bind(filter.iuv.as_deref())
            .bind(notice)
            .bind(filter.debtor.as_deref())
            .bind(filter.service.as_deref())
            .bind(codes.as_deref())
            .bind(filter.debtor_or_iuv.as_deref())
            .bind(after.paid_on.as_microsecond())
            .bind(&after.key)
            .bind(i64::from(query.limit) + 1)
            .bind(i64::from(query.limit) * i64::from(pages))
            .fetch_all(pool)
            .await?;
        Ok((total, rows))
    }
}
