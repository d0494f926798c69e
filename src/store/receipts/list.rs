//! A page of a creditor institution's receipts, by when they were paid.
//!
//! Receipts are only ever added, and neither the instant nor the key that they are ordered by changes. So
//! a walk from place to place gives each that was there once, whatever arrives meanwhile, and each page
//! costs the same however many came before it.

use jiff::Timestamp;

use super::search;
use crate::domain::amount::Cents;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::ids::ReceiptId;
use crate::domain::notice_number::NoticeNumber;
use crate::domain::receipt::ReceiptClass;
use crate::domain::segregation::Segregation;
use crate::store::dialect::{Value, for_both_engines, on_engine};
use crate::store::positions::Interval;
use crate::store::{Store, StoreError, rows};

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
    /// The least and the most that was paid.
    pub amount: Option<(Cents, Cents)>,
    /// Of one of these classes; of any, if it is empty.
    pub classes: Vec<ReceiptClass>,
    /// Whether the node's archive answered in our place.
    pub stand_in: Option<bool>,
    /// Whether it settles its notice.
    pub settles: Option<bool>,
    /// Received from then on and before then.
    pub received: Option<Interval>,
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
    /// When it was received.
    pub received_at: Timestamp,
    /// Whether the node's archive answered in our place.
    pub stand_in: bool,
    /// Whether it settles its notice.
    pub settles: bool,
    /// Who issued the notice.
    pub issuer: String,
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
    received_at: i64,
    stand_in: bool,
    settles: bool,
    issuer: String,
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
                Some(ReceiptPlace { paid_on: rows::instant(last.paid_on)?, key: last.receipt_key.clone() })
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
            paid_on: rows::instant(self.paid_on)?,
            received_at: rows::instant(self.received_at)?,
            stand_in: self.stand_in,
            settles: self.settles,
            issuer: self.issuer,
        })
    }
}

for_both_engines! {
    pub(super) async fn page(
        pool: &Pool,
        query: &ReceiptQuery,
    ) -> Result<(Option<i64>, Vec<Row>), sqlx::Error> {
        let total = match query.start {
            PageStart::After(_) => None,
            PageStart::Page(_) => {
                let (text, values) = search::count(query).parts();
                let mut count = sqlx::query_scalar(text).persistent(KEEPS_ASSEMBLED);
                for value in values {
                    count = match value {
                        Value::Number(number) => count.bind(number),
                        Value::Text(text) => count.bind(text),
                    };
                }
                Some(count.fetch_one(pool).await?)
            }
        };
        let mut rows: Vec<Row> = Vec::new();
        let statements = search::pages(query);
        let merged = statements.len() > 1;
        for statement in statements {
            let (text, values) = statement.parts();
            let mut page = sqlx::query_as(text).persistent(KEEPS_ASSEMBLED);
            for value in values {
                page = match value {
                    Value::Number(number) => page.bind(number),
                    Value::Text(text) => page.bind(text),
                };
            }
            rows.append(&mut page.fetch_all(pool).await?);
        }
        if merged {
            rows.sort_by(|a, b| (a.paid_on, &a.receipt_key).cmp(&(b.paid_on, &b.receipt_key)));
        }
        Ok((total, rows))
    }
}
