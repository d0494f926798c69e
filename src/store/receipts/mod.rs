//! Receipts, booked durably and once, many to a commit.

pub(super) mod decide;
pub(super) mod detail;
pub(super) mod late;
pub(super) mod list;
pub(super) mod search;
pub(super) mod statements;
pub(super) mod told;

use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use tokio::sync::oneshot;

use crate::domain::fiscal_code::FiscalCode;
use crate::domain::notice_number::NoticeNumber;
use crate::domain::receipt::{Receipt, ReceiptClass};
use crate::domain::routing::Delivery;

use super::batch::Batcher;
use super::dialect::{Pools, on_engine};
use super::health::LastWrite;
use super::{Store, StoreError};
pub use detail::{ReceiptDetail, ReceiptRow, ReceiptShare};
pub use list::{ListedReceipt, PageStart, ReceiptFilter, ReceiptPage, ReceiptPlace, ReceiptQuery};
use statements::{postgres, sqlite};

/// How many commits are prepared at the same time; SQLite lets one through at a time anyway.
const WRITERS: usize = 2;

/// How often a batch is done again when the engine gave up on a conflict.
const ATTEMPTS: usize = 5;

/// A receipt to be kept, with the message it came in.
#[derive(Clone, Debug)]
pub struct BookReceipt {
    /// Its facts.
    pub receipt: Receipt,
    /// The operation that brought it.
    pub primitive: &'static str,
    /// The whole message as received.
    pub raw: Bytes,
    /// When it was received.
    pub received_at: Timestamp,
    /// Whom it is handed on to, if a partner answers for its notice.
    pub deliver_to: Option<Delivery>,
}

/// What became of a receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Booked {
    /// How it fits our data.
    pub class: ReceiptClass,
    /// Whether it was new.
    pub novelty: Novelty,
}

/// Whether a delivery brought a new receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Novelty {
    /// It was booked now.
    New,
    /// The recipient had it already; nothing changed.
    AlreadyBooked,
    /// The recipient had another receipt under the same id; the message was kept aside for a person.
    Conflicting,
}

/// A receipt as it is kept.
#[derive(Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct StoredReceipt {
    /// The node's name of the payment.
    pub id: String,
    /// The notice that was paid.
    pub notice: String,
    /// How it fitted our data when it was booked, as a word of [`ReceiptClass`].
    pub class: String,
    /// What was paid, in cents.
    pub amount: i64,
    /// The whole message as received.
    pub raw: Vec<u8>,
}

#[derive(Debug)]
pub(super) struct Job {
    booking: BookReceipt,
    reply: oneshot::Sender<Result<Booked, StoreError>>,
}

/// The writers of receipts.
#[derive(Debug)]
pub(super) struct ReceiptWriter {
    batcher: Batcher<Job>,
    last_write: Arc<LastWrite>,
}

impl ReceiptWriter {
    pub(super) fn start(pools: Pools) -> Self {
        let last_write = Arc::new(LastWrite::default());
        let told = Arc::clone(&last_write);
        let serve = move |jobs: Vec<Job>| {
            let (pools, told) = (pools.clone(), Arc::clone(&told));
            async move { serve(&pools, jobs, &told).await }
        };
        ReceiptWriter { batcher: Batcher::start(WRITERS, serve), last_write }
    }

    /// How storing receipts went when last tried.
    pub(super) fn last_write(&self) -> &LastWrite {
        &self.last_write
    }
}

impl Store {
    /// Books a receipt under its recipient and id, and settles its notice, in one commit. `Ok` means
    /// that it is on disk. The same receipt again changes nothing.
    pub async fn book_receipt(&self, booking: BookReceipt) -> Result<Booked, StoreError> {
        let (reply, booked) = oneshot::channel();
        self.receipts.batcher.submit(Job { booking, reply }).await?;
        booked.await.map_err(|_| StoreError::Closed)?
    }

    /// The receipts of a creditor institution's notice, in the order of their ids.
    pub async fn receipts_of_notice(
        &self,
        ec: &FiscalCode,
        notice: &NoticeNumber,
    ) -> Result<Vec<StoredReceipt>, StoreError> {
        on_engine!(&self.pools, read, |pool, engine| engine::of_notice(pool, ec, notice).await)
            .map_err(StoreError::during("receipts_of_notice"))
    }
}

/// Books a batch in one commit. If that fails for the sake of one receipt, each is tried alone, so that
/// a bad one cannot fail its neighbours; if the database is away, nobody is kept waiting for it.
async fn serve(pools: &Pools, jobs: Vec<Job>, last_write: &LastWrite) {
    let (bookings, replies): (Vec<_>, Vec<_>) = jobs.into_iter().map(|job| (job.booking, job.reply)).unzip();
    let booked = book(pools, &bookings).await;
    last_write.tell(&booked);
    let error = match booked {
        Ok(booked) => {
            for (reply, booked) in replies.into_iter().zip(booked) {
                // A caller that has gone away will deliver the receipt again.
                let _gone = reply.send(Ok(booked));
            }
            return;
        }
        Err(error) => error,
    };
    tracing::error!(%error, receipts = bookings.len(), "receipts not booked");
    let mut apart = bookings.len() > 1 && error.is_about_one_request();
    for (booking, reply) in bookings.into_iter().zip(replies) {
        let alone = if apart { book_alone(pools, booking).await } else { Err(UNAVAILABLE) };
        apart &= !matches!(alone, Err(StoreError::Unavailable { .. }));
        let _gone = reply.send(alone);
    }
}

const UNAVAILABLE: StoreError = StoreError::Unavailable { during: "book_receipt" };

async fn book_alone(pools: &Pools, booking: BookReceipt) -> Result<Booked, StoreError> {
    let mut booked = book(pools, &[booking]).await.map_err(|error| {
        tracing::error!(%error, "a receipt could not be booked and will be delivered again");
        if error.is_about_one_request() { error } else { UNAVAILABLE }
    })?;
    booked.pop().ok_or(UNAVAILABLE)
}

async fn book(pools: &Pools, bookings: &[BookReceipt]) -> Result<Vec<Booked>, StoreError> {
    let mut attempt = 1;
    loop {
        let booked = on_engine!(pools, write, |pool, engine| engine::book(pool, bookings).await);
        match booked {
            Err(error) if error.is_conflict() && attempt < ATTEMPTS => attempt += 1,
            Ok(booked) => {
                link_late(pools, bookings, &booked).await;
                return Ok(booked);
            }
            Err(error) => return Err(error),
        }
    }
}

/// Looks again for the positions of receipts that had none. They are booked whatever comes of it.
async fn link_late(pools: &Pools, bookings: &[BookReceipt], booked: &[Booked]) {
    let unknown = |booked: &Booked| booked.class.may_be_linked_late() && booked.novelty == Novelty::New;
    let receipts = bookings.iter().zip(booked).filter(|(_, booked)| unknown(booked));
    let notices: Vec<_> =
        receipts.map(|(BookReceipt { receipt, .. }, _)| (&receipt.issuer, &receipt.notice)).collect();
    late::look_again(pools, &notices).await;
}
