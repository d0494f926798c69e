//! Receipt messages that are answered without being booked: kept, because money may have moved.

use bytes::Bytes;
use jiff::Timestamp;

use super::anomalies::open as anomalies;
use super::dialect::{for_both_engines, on_engine};
use super::receipts::decide::receipt_key;
use super::{BookReceipt, Store, StoreError, events, sha256};
use crate::domain::anomaly::{AnomalyFacts, AnomalyKind};
use crate::domain::event::Feed;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::notice_number::NoticeNumber;
use crate::domain::receipt::ReceiptOutcome;
use anomalies::Opening;

/// A message that brought a receipt and was not booked.
#[derive(Clone, Debug)]
pub struct UnbookedMessage {
    /// The operation that brought it.
    pub primitive: &'static str,
    /// Why it was not booked: the code of the fault it was answered with, or
    /// [`CONFLICTING`](UnbookedMessage::CONFLICTING).
    pub reason: &'static str,
    /// The whole message as received.
    pub raw: Bytes,
    /// When it was received.
    pub received_at: Timestamp,
    /// Whose it is.
    pub feed: Feed,
    /// The receipt that it names, if it could be read so far.
    pub names: Option<NamedReceipt>,
}

/// The receipt that a message names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedReceipt {
    /// The node's name of the payment.
    pub id: String,
    /// Whether it says that something was paid.
    pub outcome: ReceiptOutcome,
    /// The notice and the creditor institution that issued it, if they are written as such.
    pub notice: Option<(FiscalCode, NoticeNumber)>,
}

impl UnbookedMessage {
    /// The reason of a message whose receipt id is booked with another notice, amount or outcome.
    pub const CONFLICTING: &'static str = "conflicting_receipt";

    /// What is opened for it.
    fn opening(&self, digest: String) -> Opening {
        let names = self.names.as_ref();
        Opening {
            feed: self.feed.clone(),
            receipt_key: names.map(|receipt| receipt_key(&receipt.id, receipt.outcome)),
            at: self.received_at,
            facts: AnomalyFacts {
                id: digest.clone(),
                kind: AnomalyKind::UnbookedMessage,
                receipt: names.map(|receipt| receipt.id.clone()),
                notice: names.and_then(|receipt| receipt.notice.clone()),
                message_digest: Some(digest),
            },
        }
    }
}

impl From<&BookReceipt> for UnbookedMessage {
    fn from(booking: &BookReceipt) -> Self {
        let receipt = &booking.receipt;
        UnbookedMessage {
            primitive: booking.primitive,
            reason: Self::CONFLICTING,
            raw: booking.raw.clone(),
            received_at: booking.received_at,
            feed: Feed::Institution(receipt.recipient.clone()),
            names: Some(NamedReceipt {
                id: receipt.id.as_str().to_owned(),
                outcome: receipt.outcome,
                notice: Some((receipt.issuer.clone(), receipt.notice)),
            }),
        }
    }
}

impl Store {
    /// Keeps a message that is not booked, for a person to look at. The same message again is kept once.
    pub async fn keep_unbooked(&self, message: &UnbookedMessage) -> Result<(), StoreError> {
        on_engine!(&self.pools, write, |pool, engine| engine::keep_alone(pool, message).await)
            .map_err(StoreError::during("keep_unbooked"))
    }

    /// The reasons and messages that wait for a person, oldest first.
    pub async fn unbooked(&self) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        on_engine!(&self.pools, read, |pool, engine| engine::all(pool).await)
            .map_err(StoreError::during("unbooked"))
    }
}

for_both_engines! {
    [events, anomalies]

    pub(super) async fn keep_alone(pool: &Pool, message: &UnbookedMessage) -> Result<(), sqlx::Error> {
        let mut tx = begin(pool, BEGIN).await?;
        let opening = keep(&mut tx, message).await?;
        let events = open_anomalies(&mut tx, opening.as_slice()).await?;
        record(&mut tx, &events).await?;
        tx.commit().await
    }

    /// Keeps a message; says what is to be opened for it, if it is new.
    pub(in crate::store) async fn keep(
        connection: &mut Connection,
        message: &UnbookedMessage,
    ) -> Result<Option<Opening>, sqlx::Error> {
        let digest = sha256(&message.raw);
        let kept = sqlx::query(
            "INSERT INTO unbooked_message (digest, primitive, reason, received_at, raw, ec) \
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (digest) DO NOTHING",
        )
        .bind(&digest)
        .bind(message.primitive)
        .bind(message.reason)
        .bind(message.received_at.as_microsecond())
        .bind(message.raw.as_ref())
        .bind(message.feed.as_str())
        .execute(connection)
        .await?;
        Ok((kept.rows_affected() > 0).then(|| message.opening(digest)))
    }

    pub(super) async fn all(pool: &Pool) -> Result<Vec<(String, Vec<u8>)>, sqlx::Error> {
        sqlx::query_as("SELECT reason, raw FROM unbooked_message ORDER BY received_at, digest")
            .fetch_all(pool)
            .await
    }
}
