//! What did not fit: opened in the commit of the receipt or message, and worked on by people.

pub(super) mod list;
pub(super) mod open;

use jiff::Timestamp;

use crate::domain::anomaly::{AnomalyFacts, AnomalyKind, Author, Step};
use crate::domain::event::{AnomalyChange, Codes, Event, Feed, Subject, Told};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::notice_number::NoticeNumber;
use crate::domain::text::Text;

use super::dialect::{for_both_engines, on_engine};
use super::rows::{instant, read};
use super::{Store, StoreError, events};
pub use list::{AnomalyPage, AnomalyPlace, AnomalyQuery, AnomalyState};

/// The columns of [`AnomalyRow`], and where they come from. A message may name the id of a receipt of another
/// notice: what was paid of that is not for everybody who may see the message.
macro_rules! columns {
    () => {
        "SELECT a.anomaly_id, a.kind, a.receipt_id, a.receipt_key, a.message_digest, a.issuer, \
         a.notice_number, a.opened_at, a.resolved_at, a.resolution, r.amount, \
         COALESCE(r.paid_at, r.received_at) AS paid_on, m.reason, m.primitive, m.received_at AS message_at \
         FROM anomaly a LEFT JOIN receipt r ON r.ec = a.ec AND r.receipt_key = a.receipt_key \
         AND r.notice_number = a.notice_number AND r.issuer = a.issuer \
         LEFT JOIN unbooked_message m ON m.digest = a.message_digest"
    };
}
use columns;

pub(in crate::store) const ONE: &str = concat!(columns!(), " WHERE a.ec = $1 AND a.anomaly_id = $2");

const MESSAGE: &str = "SELECT COALESCE(m.raw, r.raw) FROM anomaly a \
     LEFT JOIN receipt r ON r.ec = a.ec AND r.receipt_key = a.receipt_key \
     LEFT JOIN unbooked_message m ON m.digest = a.message_digest WHERE a.ec = $1 AND a.anomaly_id = $2";

/// The statements of each step give the number of its entry; none, if it cannot be taken now.
const NOTED: &str =
    "UPDATE anomaly SET entries = entries + 1 WHERE ec = $1 AND anomaly_id = $2 RETURNING entries";
const RESOLVED: &str = "UPDATE anomaly SET entries = entries + 1, resolved_at = $3, resolution = $4 \
     WHERE ec = $1 AND anomaly_id = $2 AND resolved_at IS NULL RETURNING entries";
const REOPENED: &str = "UPDATE anomaly SET entries = entries + 1, resolved_at = NULL, resolution = NULL \
     WHERE ec = $1 AND anomaly_id = $2 AND resolved_at IS NOT NULL RETURNING entries";

/// An anomaly as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anomaly {
    /// What is known of it from the beginning.
    pub facts: AnomalyFacts,
    /// Since when it waits.
    pub opened_at: Timestamp,
    /// When it was put to rest, and how, as a word of [`Resolution`](crate::domain::anomaly::Resolution).
    pub resolved: Option<(Timestamp, String)>,
    /// The receipt of its notice that is booked under its id: what was paid, in cents, and when.
    pub paid: Option<(i64, Timestamp)>,
    /// The message that was not booked.
    pub message: Option<MessageFacts>,
}

/// What is known of a message that was not booked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageFacts {
    /// Why it was not: the code of the fault, or [`CONFLICTING`](super::UnbookedMessage::CONFLICTING).
    pub reason: String,
    /// The operation that brought it.
    pub primitive: String,
    /// When it came.
    pub received_at: Timestamp,
}

/// One entry of the history. It names a person, so that it has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct AnomalyEntry {
    /// When it was written.
    pub at: Timestamp,
    /// The id of the API key; none if nobody said it.
    pub caller: Option<String>,
    /// The person.
    pub person: Option<String>,
    /// What happened, as a word of [`Step`].
    pub what: String,
    /// How it was put to rest, if it was.
    pub resolution: Option<String>,
    /// What the person wrote.
    pub note: Option<String>,
}

/// What a person does about an anomaly.
#[derive(Clone, Debug)]
pub struct AnomalyAct {
    /// Whose anomaly.
    pub feed: Feed,
    /// Which.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub author: Author,
    /// What.
    pub step: Step,
    /// Why, in the words of the person.
    pub note: Text<1000>,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acted {
    /// It is done.
    Done,
    /// The anomaly is not open, or not resolved, as the act would need; or it is not there.
    NotNow,
}

#[derive(sqlx::FromRow)]
pub(super) struct AnomalyRow {
    anomaly_id: String,
    kind: String,
    receipt_id: Option<String>,
    message_digest: Option<String>,
    issuer: Option<String>,
    notice_number: Option<String>,
    opened_at: i64,
    resolved_at: Option<i64>,
    resolution: Option<String>,
    amount: Option<i64>,
    paid_on: Option<i64>,
    reason: Option<String>,
    primitive: Option<String>,
    message_at: Option<i64>,
}

type EntryRow = (i64, Option<String>, Option<String>, String, Option<String>, Option<String>);

impl Store {
    /// The anomaly of that id.
    pub async fn anomaly(&self, feed: &Feed, id: &str) -> Result<Option<Anomaly>, StoreError> {
        let row = on_engine!(&self.pools, read, |pool, engine| engine::one(pool, feed, id).await);
        row.map_err(StoreError::during("anomaly"))?.map(AnomalyRow::read).transpose()
    }

    /// The history of an anomaly, oldest first.
    pub async fn anomaly_history(&self, feed: &Feed, id: &str) -> Result<Vec<AnomalyEntry>, StoreError> {
        let rows = on_engine!(&self.pools, read, |pool, engine| engine::history(pool, feed, id).await);
        rows.map_err(StoreError::during("anomaly_history"))?.into_iter().map(entry).collect()
    }

    /// The message of an anomaly as received: the one that was not booked, or that of the receipt.
    pub async fn anomaly_message(&self, feed: &Feed, id: &str) -> Result<Option<Vec<u8>>, StoreError> {
        on_engine!(&self.pools, read, |pool, engine| engine::message(pool, feed, id).await)
            .map_err(StoreError::during("anomaly_message"))
    }

    /// Writes what a person does about an anomaly into its history, and tells it, in one commit.
    pub async fn act_on_anomaly(&self, act: &AnomalyAct) -> Result<Acted, StoreError> {
        on_engine!(&self.pools, write, |pool, engine| engine::act(pool, act).await)
    }
}

/// An event of an anomaly.
fn event(feed: &Feed, change: AnomalyChange, facts: &AnomalyFacts, at: Timestamp) -> Event {
    Event {
        feed: feed.clone(),
        at,
        subject: Subject::Other("anomalies", facts.id.clone()),
        codes: facts.own_notice(feed).map_or_else(Codes::of_no_code, |number| Codes::of([number])),
        told: Told::Anomaly(change, Box::new(facts.clone())),
    }
}

fn entry((at, caller, person, what, resolution, note): EntryRow) -> Result<AnomalyEntry, StoreError> {
    Ok(AnomalyEntry { at: instant(at)?, caller, person, what, resolution, note })
}

impl AnomalyRow {
    fn read(self) -> Result<Anomaly, StoreError> {
        let notice = match (&self.issuer, &self.notice_number) {
            (Some(issuer), Some(number)) => Some((
                read(FiscalCode::new(issuer), "fiscal code")?,
                read(NoticeNumber::new(number), "notice number")?,
            )),
            _ => None,
        };
        let message = match (self.reason, self.primitive, self.message_at) {
            (Some(reason), Some(primitive), Some(at)) => {
                Some(MessageFacts { reason, primitive, received_at: instant(at)? })
            }
            _ => None,
        };
        let paid = self.amount.zip(self.paid_on);
        let resolved = self.resolved_at.zip(self.resolution);
        Ok(Anomaly {
            facts: AnomalyFacts {
                kind: AnomalyKind::from_word(&self.kind).ok_or(StoreError::Corrupt { what: "anomaly" })?,
                id: self.anomaly_id,
                receipt: self.receipt_id,
                notice,
                message_digest: self.message_digest,
            },
            opened_at: instant(self.opened_at)?,
            resolved: resolved.map(|(at, how)| Ok::<_, StoreError>((instant(at)?, how))).transpose()?,
            paid: paid.map(|(cents, at)| Ok::<_, StoreError>((cents, instant(at)?))).transpose()?,
            message,
        })
    }
}

for_both_engines! {
    [events]

    pub(super) async fn one<'c>(
        executor: impl sqlx::Executor<'c, Database = <Connection as sqlx::Connection>::Database>,
        feed: &Feed,
        id: &str,
    ) -> Result<Option<AnomalyRow>, sqlx::Error> {
        sqlx::query_as(ONE).bind(feed.as_str()).bind(id).fetch_optional(executor).await
    }

    pub(super) async fn history(pool: &Pool, feed: &Feed, id: &str) -> Result<Vec<EntryRow>, sqlx::Error> {
        sqlx::query_as(
            "SELECT noted_at, caller, person, what, resolution, note FROM anomaly_note \
             WHERE ec = $1 AND anomaly_id = $2 ORDER BY note_no",
        )
        .bind(feed.as_str())
        .bind(id)
        .fetch_all(pool)
        .await
    }

    pub(super) async fn message(pool: &Pool, feed: &Feed, id: &str) -> Result<Option<Vec<u8>>, sqlx::Error> {
        let raw: Option<Option<Vec<u8>>> =
            sqlx::query_scalar(MESSAGE).bind(feed.as_str()).bind(id).fetch_optional(pool).await?;
        Ok(raw.flatten())
    }

    pub(super) async fn act(pool: &Pool, act: &AnomalyAct) -> Result<Acted, StoreError> {
        let failed = || StoreError::during("act_on_anomaly");
        let mut tx = begin(pool, BEGIN).await.map_err(failed())?;
        let (feed, id) = (act.feed.as_str(), act.id.as_str());
        let taken = match act.step {
            Step::Noted => sqlx::query_scalar(NOTED).bind(feed).bind(id),
            Step::Reopened => sqlx::query_scalar(REOPENED).bind(feed).bind(id),
            Step::Resolved(resolution) | Step::Closed(resolution) => {
                let resolved = sqlx::query_scalar(RESOLVED).bind(feed).bind(id);
                resolved.bind(act.at.as_microsecond()).bind(resolution.word())
            }
        };
        let number: Option<i64> = taken.fetch_optional(&mut *tx).await.map_err(failed())?;
        let Some(number) = number else { return Ok(Acted::NotNow) };
        write_entry(&mut tx, act, number).await.map_err(failed())?;
        let row = one(&mut *tx, &act.feed, id).await.map_err(failed())?;
        let anomaly = row.ok_or(StoreError::Corrupt { what: "anomaly" })?.read()?;
        let told = event(&act.feed, AnomalyChange::Step(act.step), &anomaly.facts, act.at);
        record(&mut tx, &[told]).await.map_err(failed())?;
        tx.commit().await.map_err(failed())?;
        Ok(Acted::Done)
    }

    async fn write_entry(
        connection: &mut Connection,
        act: &AnomalyAct,
        number: i64,
    ) -> Result<(), sqlx::Error> {
        sqlx::query(
            "INSERT INTO anomaly_note (ec, anomaly_id, note_no, noted_at, caller, person, what, resolution, \
             note) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(act.feed.as_str())
        .bind(&act.id)
        .bind(number)
        .bind(act.at.as_microsecond())
        .bind(&act.author.caller)
        .bind(act.author.person.as_str())
        .bind(act.step.word())
        .bind(act.step.resolution().map(|resolution| resolution.word()))
        .bind(act.note.as_str())
        .execute(connection)
        .await
        .map(drop)
    }
}
