//! Anomalies are opened and closed in the commit that brings or changes what they are about.

use std::collections::HashSet;

use jiff::Timestamp;

use crate::domain::anomaly::{AnomalyFacts, AnomalyKind, Resolution, Step};
use crate::domain::event::{AnomalyChange, Event, Feed};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::notice_number::NoticeNumber;
use crate::domain::receipt::ReceiptClass;
use crate::store::dialect::{Bulk, for_both_engines, runs};
use crate::store::sha256;

use super::event;

static INSERT: Bulk = Bulk::new(
    "INSERT INTO anomaly (ec, anomaly_id, kind, receipt_id, receipt_key, message_digest, issuer, \
     notice_number, opened_at) VALUES ",
    "(#, #, #, #, #, #, #, #, #)",
    " ON CONFLICT (ec, anomaly_id) DO NOTHING RETURNING ec, anomaly_id",
);

/// The receipts of a notice of its own creditor, as they are classed now.
pub(in crate::store) const CLASSES: &str = "SELECT receipt_key, receipt_id, class FROM receipt \
     WHERE notice_number = $2 AND ec = $1 AND issuer = $1 ORDER BY received_at, receipt_key";

pub(in crate::store) const CLOSE: &str = "UPDATE anomaly SET entries = entries + 1, resolved_at = $3, resolution = $4 \
     WHERE receipt_key = $2 AND ec = $1 AND kind <> $5 AND COALESCE(resolved_at, 0) = 0 \
     RETURNING anomaly_id, kind, entries";

/// An anomaly that is about to be opened.
#[derive(Clone, Debug)]
pub(in crate::store) struct Opening {
    /// Whose it is.
    pub feed: Feed,
    /// What is known of it.
    pub facts: AnomalyFacts,
    /// The key of the receipt that it names.
    pub receipt_key: Option<String>,
    /// When what it is about came.
    pub at: Timestamp,
}

/// A receipt that may have to be looked at.
pub(in crate::store) struct Seen<'a> {
    /// Whose copy.
    pub recipient: &'a FiscalCode,
    /// Its key.
    pub key: &'a str,
    /// The node's name of the payment.
    pub id: &'a str,
    /// The notice, and who issued it.
    pub notice: (&'a FiscalCode, NoticeNumber),
}

impl Opening {
    /// What is opened for a receipt of that class; none if it fits.
    pub fn of(seen: &Seen<'_>, class: ReceiptClass, at: Timestamp) -> Option<Opening> {
        let kind = AnomalyKind::of(class)?;
        let name = format!("{}\n{}\n{}", seen.recipient, seen.key, kind.word());
        let mut id = sha256(name.as_bytes());
        id.truncate(32);
        let facts = AnomalyFacts {
            id,
            kind,
            receipt: Some(seen.id.to_owned()),
            notice: Some((seen.notice.0.clone(), seen.notice.1)),
            message_digest: None,
        };
        let feed = Feed::Institution(seen.recipient.clone());
        Some(Opening { feed, facts, receipt_key: Some(seen.key.to_owned()), at })
    }

    fn told(&self) -> Event {
        event(&self.feed, AnomalyChange::Opened, &self.facts, self.at)
    }
}

for_both_engines! {
    /// Opens anomalies in the transaction of what they are about; says what is to be told of those that were
    /// not open before.
    pub(in crate::store) async fn open_anomalies(
        connection: &mut Connection,
        openings: &[Opening],
    ) -> Result<Vec<Event>, sqlx::Error> {
        let mut opened: HashSet<(String, String)> = HashSet::with_capacity(openings.len());
        for openings in runs(openings) {
            let mut query = sqlx::query_as(INSERT.text(openings.len()));
            for Opening { feed, facts, receipt_key, at } in openings {
                let notice = facts.notice.as_ref();
                query = query
                    .bind(feed.as_str())
                    .bind(&facts.id)
                    .bind(facts.kind.word())
                    .bind(&facts.receipt)
                    .bind(receipt_key)
                    .bind(&facts.message_digest)
                    .bind(notice.map(|(issuer, _)| issuer.as_str()))
                    .bind(notice.map(|(_, number)| number.as_str()))
                    .bind(at.as_microsecond());
            }
            opened.extend(query.fetch_all(&mut *connection).await?);
        }
        let is_new = |opening: &&Opening| {
            opened.contains(&(opening.feed.as_str().to_owned(), opening.facts.id.clone()))
        };
        Ok(openings.iter().filter(is_new).map(Opening::told).collect())
    }

    /// Follows the receipts of a notice whose classes were others before: what waited for the old class is
    /// closed, and what the new one has to be looked at for is opened.
    pub(in crate::store) async fn follow_classes(
        connection: &mut Connection,
        (ec, notice): (&FiscalCode, &NoticeNumber),
        before: &[(String, String)],
        at: Timestamp,
    ) -> Result<Vec<Event>, sqlx::Error> {
        let now: Vec<(String, String, String)> = sqlx::query_as(CLASSES)
            .bind(ec.as_str())
            .bind(notice.as_str())
            .fetch_all(&mut *connection)
            .await?;
        let mut events = Vec::new();
        for (key, id, class) in &now {
            let same = before.iter().any(|(old_key, old_class)| old_key == key && old_class == class);
            let Some(class) = ReceiptClass::from_word(class).filter(|_| !same) else { continue };
            let seen = Seen { recipient: ec, key, id, notice: (ec, *notice) };
            events.extend(close(connection, &seen, at).await?);
            let opening = Opening::of(&seen, class, at);
            events.extend(open_anomalies(connection, opening.as_slice()).await?);
        }
        Ok(events)
    }

    /// Closes what waits for a receipt that found its notice.
    async fn close(
        connection: &mut Connection,
        seen: &Seen<'_>,
        at: Timestamp,
    ) -> Result<Vec<Event>, sqlx::Error> {
        let closed: Vec<(String, String, i64)> = sqlx::query_as(CLOSE)
            .bind(seen.recipient.as_str())
            .bind(seen.key)
            .bind(at.as_microsecond())
            .bind(Resolution::Linked.word())
            .bind(AnomalyKind::UnbookedMessage.word())
            .fetch_all(&mut *connection)
            .await?;
        let step = Step::Closed(Resolution::Linked);
        let mut events = Vec::new();
        for (id, kind, number) in closed {
            sqlx::query(
                "INSERT INTO anomaly_note (ec, anomaly_id, note_no, noted_at, what, resolution) \
                 VALUES ($1, $2, $3, $4, $5, $6)",
            )
            .bind(seen.recipient.as_str())
            .bind(&id)
            .bind(number)
            .bind(at.as_microsecond())
            .bind(step.word())
            .bind(Resolution::Linked.word())
            .execute(&mut *connection)
            .await?;
            let Some(kind) = AnomalyKind::from_word(&kind) else { continue };
            let notice = Some((seen.notice.0.clone(), seen.notice.1));
            let receipt = Some(seen.id.to_owned());
            let facts = AnomalyFacts { id, kind, receipt, notice, message_digest: None };
            let feed = Feed::Institution(seen.recipient.clone());
            events.push(event(&feed, AnomalyChange::Step(step), &facts, at));
        }
        Ok(events)
    }
}
