//! What a preservation archive holds: the events of an institution's feed that belong to a period, in their
//! order, each receipt with its message, all in one snapshot.
//!
//! Which events belong to a period is decided by where it cuts the feed: before the first event, in the order
//! of the numbers, that happened at the period's end or later. Numbers are given out in the order of the
//! commits and never changed, so once such an event exists the cut stays where it is; two periods that meet
//! share it, and so every event lies in exactly one of them, whatever the clocks of several instances said.

use std::io;

use jiff::Timestamp;

use crate::domain::fiscal_code::FiscalCode;
use crate::domain::receipt::ReceiptOutcome;

use super::dialect::{for_both_engines, on_engine};
use super::receipts::decide::receipt_key;
use super::{Store, StoreError, rows, sha256};

/// How many events, with their messages, are in memory at once.
const PAGE: i64 = 32;

/// Whose receipts of when: from the first instant up to, and without, the second.
#[derive(Clone, Debug)]
pub struct Span {
    /// The institution that they are for.
    pub ec: FiscalCode,
    /// Where it begins.
    pub from: Timestamp,
    /// Where it ends.
    pub until: Timestamp,
}

/// A piece of what a span holds, in the order in which they are read.
#[derive(Clone, PartialEq, Eq)]
pub enum Preserved {
    /// Comes first.
    Start(PreservedStart),
    /// The event of the next number.
    Event(PreservedEvent),
    /// The numbers after the first and up to the second are no event's: a database was restored.
    Gap(i64, i64),
    /// A receipt that no event tells of, because a version before events booked it beside a newer one.
    Untold(UntoldReceipt),
}

/// Where a span begins in the feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreservedStart {
    /// What the institution is called.
    pub name: String,
    /// The number of the event before the first one; 0 if there is none.
    pub previous: i64,
    /// The chain up to there.
    pub chain: String,
    /// How many events that happened in the span are told after it: they lie in a later one.
    pub late: i64,
}

/// An event, and the message of the receipt whose booking it tells.
#[derive(Clone, PartialEq, Eq)]
pub struct PreservedEvent {
    /// Its number.
    pub seq: i64,
    /// The CloudEvent as it is told.
    pub body: String,
    /// The chain up to it.
    pub chain: String,
    /// The receipt that was booked.
    pub message: Option<PreservedMessage>,
}

/// The message of a receipt, and who sent the payment.
#[derive(Clone, PartialEq, Eq)]
pub struct PreservedMessage {
    /// The payment service provider, by its code.
    pub psp: String,
    /// Its name.
    pub psp_name: String,
    /// The message as received.
    pub raw: Vec<u8>,
}

/// A receipt of which no event tells.
#[derive(Clone, PartialEq, Eq)]
pub struct UntoldReceipt {
    /// The node's name of the payment.
    pub id: String,
    /// Whether the payment was carried out.
    pub outcome: ReceiptOutcome,
    /// The notice that was paid.
    pub notice: String,
    /// The creditor's reference.
    pub creditor_reference: String,
    /// What was paid, in cents.
    pub amount: i64,
    /// How it fits our data.
    pub class: String,
    /// When it was paid.
    pub paid_at: Option<Timestamp>,
    /// When it was received.
    pub received_at: Timestamp,
    /// The operation that brought it.
    pub primitive: String,
    /// Its message.
    pub message: PreservedMessage,
}

/// Why what is to be preserved could not be read to its end.
#[derive(Debug, thiserror::Error)]
pub enum PreserveError {
    /// The institution is not registered.
    #[error("this institution is not registered here")]
    Unknown,
    /// A booked receipt of the feed is not in the database.
    #[error("event {0} tells of a receipt that is not in the database")]
    Missing(i64),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Whoever takes the pieces could not.
    #[error(transparent)]
    Taken(#[from] io::Error),
}

/// Takes the pieces of a span, one after the other.
pub type Take<'t> = dyn FnMut(Preserved) -> io::Result<()> + Send + 't;

impl Store {
    /// Reads what a span holds, in one snapshot, a few pieces at a time. Writers are not held up.
    pub async fn preserve(&self, span: &Span, take: &mut Take<'_>) -> Result<(), PreserveError> {
        on_engine!(&self.pools, read, |pool, engine| engine::preserve(pool, span, take).await)
    }

    /// The SHA-256 of the message of a receipt, in hexadecimal; none if it is not here.
    pub async fn message_digest(
        &self,
        ec: &FiscalCode,
        id: &str,
        outcome: ReceiptOutcome,
    ) -> Result<Option<String>, StoreError> {
        let key = receipt_key(id, outcome);
        let raw: Option<Vec<u8>> =
            on_engine!(&self.pools, read, |pool, engine| engine::message(pool, ec, &key).await)
                .map_err(StoreError::during("message_digest"))?;
        Ok(raw.map(|raw| sha256(&raw)))
    }
}

fn failed(error: sqlx::Error) -> PreserveError {
    PreserveError::Store(StoreError::during("preserve")(error))
}

const NAME: &str = "SELECT name FROM creditor_institution WHERE ec = $1";

/// The first event, by number, that happened then or later.
const CUT: &str = "SELECT MIN(seq) FROM event WHERE feed = $1 AND occurred_at >= $2 AND occurred_at <> 0";

const BEFORE: &str = "SELECT seq, chain FROM event WHERE feed = $1 AND seq < $2 ORDER BY seq DESC LIMIT 1";

const LATE: &str = "SELECT COUNT(*) FROM event WHERE feed = $1 AND seq > $2 AND occurred_at < $3";

const GAPS: &str = "SELECT after_seq, last_seq FROM event_gap \
    WHERE feed = $1 AND after_seq >= $2 AND after_seq < $3 ORDER BY after_seq DESC";

const EVENTS: &str = "SELECT e.seq, e.type, e.body, e.chain, r.psp, r.psp_name, r.raw FROM event e \
    LEFT JOIN receipt r ON e.type = 'varco.receipt.booked' AND r.ec = e.feed \
    AND r.receipt_key = e.receipt_key \
    WHERE e.feed = $1 AND e.seq > $2 AND e.seq <= $3 ORDER BY e.seq LIMIT $4";

const UNTOLD: &str = "SELECT r.receipt_key, r.receipt_id, r.executed, r.notice_number, r.creditor_reference, \
    r.amount, r.class, r.paid_at, r.received_at, r.primitive, r.psp, r.psp_name, r.raw FROM receipt r \
    WHERE r.ec = $1 AND r.receipt_key > $2 AND r.received_at >= $3 AND r.received_at < $4 \
    AND NOT EXISTS (SELECT 1 FROM event e WHERE e.receipt_key = r.receipt_key AND e.feed = r.ec \
        AND e.receipt_key <> '' AND e.type = 'varco.receipt.booked') \
    ORDER BY r.receipt_key LIMIT $5";

#[derive(sqlx::FromRow)]
struct EventRow {
    seq: i64,
    #[sqlx(rename = "type")]
    kind: String,
    body: String,
    chain: String,
    psp: Option<String>,
    psp_name: Option<String>,
    raw: Option<Vec<u8>>,
}

impl EventRow {
    fn read(self) -> Result<PreservedEvent, PreserveError> {
        let message = match (self.psp, self.psp_name, self.raw) {
            (Some(psp), Some(psp_name), Some(raw)) => Some(PreservedMessage { psp, psp_name, raw }),
            _ if self.kind == "varco.receipt.booked" => return Err(PreserveError::Missing(self.seq)),
            _ => None,
        };
        Ok(PreservedEvent { seq: self.seq, body: self.body, chain: self.chain, message })
    }
}

#[derive(sqlx::FromRow)]
struct UntoldRow {
    receipt_key: String,
    receipt_id: String,
    executed: bool,
    notice_number: String,
    creditor_reference: String,
    amount: i64,
    class: String,
    paid_at: Option<i64>,
    received_at: i64,
    primitive: String,
    psp: String,
    psp_name: String,
    raw: Vec<u8>,
}

impl UntoldRow {
    fn read(self) -> Result<UntoldReceipt, StoreError> {
        Ok(UntoldReceipt {
            id: self.receipt_id,
            outcome: if self.executed { ReceiptOutcome::Executed } else { ReceiptOutcome::NotExecuted },
            notice: self.notice_number,
            creditor_reference: self.creditor_reference,
            amount: self.amount,
            class: self.class,
            paid_at: rows::optional_instant(self.paid_at)?,
            received_at: rows::instant(self.received_at)?,
            primitive: self.primitive,
            message: PreservedMessage { psp: self.psp, psp_name: self.psp_name, raw: self.raw },
        })
    }
}

for_both_engines! {
    pub(super) async fn preserve(
        pool: &Pool,
        span: &Span,
        take: &mut Take<'_>,
    ) -> Result<(), PreserveError> {
        let mut tx = begin(pool, BEGIN_SNAPSHOT).await.map_err(failed)?;
        let (start, last) = start(&mut tx, span).await?;
        let previous = start.previous;
        take(Preserved::Start(start))?;
        events(&mut tx, span, (previous, last), take).await?;
        untold(&mut tx, span, take).await?;
        tx.commit().await.map_err(failed)
    }

    /// Where the span begins, and the number of its last event.
    async fn start(connection: &mut Connection, span: &Span) -> Result<(PreservedStart, i64), PreserveError> {
        let name: Option<String> = sqlx::query_scalar(NAME)
            .bind(span.ec.as_str())
            .fetch_optional(&mut *connection)
            .await
            .map_err(failed)?;
        let name = name.ok_or(PreserveError::Unknown)?;
        let (previous, chain) = before(connection, span, span.from).await.map_err(failed)?;
        let (last, _) = before(connection, span, span.until).await.map_err(failed)?;
        let late = sqlx::query_scalar(LATE)
            .bind(span.ec.as_str())
            .bind(last)
            .bind(span.until.as_microsecond())
            .fetch_one(connection)
            .await
            .map_err(failed)?;
        Ok((PreservedStart { name, previous, chain, late }, last))
    }

    /// The last event before an instant cuts the feed.
    async fn before(
        connection: &mut Connection,
        span: &Span,
        instant: Timestamp,
    ) -> Result<(i64, String), sqlx::Error> {
        let cut: Option<i64> = sqlx::query_scalar(CUT)
            .bind(span.ec.as_str())
            .bind(instant.as_microsecond())
            .fetch_one(&mut *connection)
            .await?;
        let before = sqlx::query_as(BEFORE)
            .bind(span.ec.as_str())
            .bind(cut.unwrap_or(i64::MAX))
            .fetch_optional(connection)
            .await?;
        Ok(before.unwrap_or_default())
    }

    /// The events after the first number up to the second, with the gaps between them.
    async fn events(
        connection: &mut Connection,
        span: &Span,
        (previous, last): (i64, i64),
        take: &mut Take<'_>,
    ) -> Result<(), PreserveError> {
        let mut gaps: Vec<(i64, i64)> = sqlx::query_as(GAPS)
            .bind(span.ec.as_str())
            .bind(previous)
            .bind(last)
            .fetch_all(&mut *connection)
            .await
            .map_err(failed)?;
        let mut after = previous;
        while after < last {
            let page: Vec<EventRow> = sqlx::query_as(EVENTS)
                .bind(span.ec.as_str())
                .bind(after)
                .bind(last)
                .bind(PAGE)
                .fetch_all(&mut *connection)
                .await
                .map_err(failed)?;
            let Some(end) = page.last() else { break };
            after = end.seq;
            for event in page {
                while let Some((from, to)) = gaps.pop_if(|(from, _)| *from < event.seq) {
                    take(Preserved::Gap(from, to))?;
                }
                take(Preserved::Event(event.read()?))?;
            }
        }
        Ok(())
    }

    async fn untold(
        connection: &mut Connection,
        span: &Span,
        take: &mut Take<'_>,
    ) -> Result<(), PreserveError> {
        let mut after = String::new();
        loop {
            let page: Vec<UntoldRow> = sqlx::query_as(UNTOLD)
                .bind(span.ec.as_str())
                .bind(&after)
                .bind(span.from.as_microsecond())
                .bind(span.until.as_microsecond())
                .bind(PAGE)
                .fetch_all(&mut *connection)
                .await
                .map_err(failed)?;
            let Some(end) = page.last() else { return Ok(()) };
            after.clone_from(&end.receipt_key);
            for receipt in page {
                take(Preserved::Untold(receipt.read()?))?;
            }
        }
    }

    pub(super) async fn message(
        pool: &Pool,
        ec: &FiscalCode,
        key: &str,
    ) -> Result<Option<Vec<u8>>, sqlx::Error> {
        sqlx::query_scalar("SELECT raw FROM receipt WHERE ec = $1 AND receipt_key = $2")
            .bind(ec.as_str())
            .bind(key)
            .fetch_optional(pool)
            .await
    }
}
