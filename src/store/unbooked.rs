//! Receipt messages that are answered without being booked: kept, because money may have moved.

use bytes::Bytes;
use jiff::Timestamp;

use super::dialect::{for_both_engines, on_engine};
use super::{BookReceipt, Store, StoreError, sha256};

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
}

impl UnbookedMessage {
    /// The reason of a message whose receipt id is booked with another notice, amount or outcome.
    pub const CONFLICTING: &'static str = "conflicting_receipt";
}

impl From<&BookReceipt> for UnbookedMessage {
    fn from(booking: &BookReceipt) -> Self {
        UnbookedMessage {
            primitive: booking.primitive,
            reason: Self::CONFLICTING,
            raw: booking.raw.clone(),
            received_at: booking.received_at,
        }
    }
}

impl Store {
    /// Keeps a message that is not booked. The same message again is kept once.
    pub async fn keep_unbooked(&self, message: &UnbookedMessage) -> Result<(), StoreError> {
        on_engine!(&self.pools, write, |pool, engine| engine::keep(pool, message).await)
            .map_err(StoreError::during("keep_unbooked"))
    }

    /// The reasons and messages that wait for a person, oldest first.
    pub async fn unbooked(&self) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        on_engine!(&self.pools, read, |pool, engine| engine::all(pool).await)
            .map_err(StoreError::during("unbooked"))
    }
}

for_both_engines! {
    pub(in crate::store) async fn keep<'c>(
        executor: impl sqlx::Executor<'c, Database = <Connection as sqlx::Connection>::Database>,
        message: &UnbookedMessage,
    ) -> Result<(), sqlx::Error> {
        sqlx::query(
            "INSERT INTO unbooked_message (digest, primitive, reason, received_at, raw) \
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (digest) DO NOTHING",
        )
        .bind(sha256(&message.raw))
        .bind(message.primitive)
        .bind(message.reason)
        .bind(message.received_at.as_microsecond())
        .bind(message.raw.as_ref())
        .execute(executor)
        .await
        .map(drop)
    }

    pub(super) async fn all(pool: &Pool) -> Result<Vec<(String, Vec<u8>)>, sqlx::Error> {
        sqlx::query_as("SELECT reason, raw FROM unbooked_message ORDER BY received_at, digest")
            .fetch_all(pool)
            .await
    }
}
