//! The hot read: everything that verify and get need of a notice, in one indexed statement.
//!
//! A server is asked for all notices that wait, because a round trip costs more than a read; the embedded
//! database is read where the request is.

use std::collections::HashMap;
use std::sync::Arc;

use sqlx::postgres::PgPool;
use tokio::sync::oneshot;

use crate::domain::fiscal_code::FiscalCode;
use crate::domain::notice_number::NoticeNumber;
use crate::domain::payability::PayableNotice;

use super::batch::Batcher;
use super::dialect::{BATCH, Bulk, NOBODY, Pools, filled};
use super::embedded::EmbeddedReader;
use super::rows::{self, PositionRow, position_columns};
use super::{Store, StoreError};

/// How many statements read at the same time.
const READERS: usize = 2;

pub(super) static PAYABLE_NOTICES: Bulk = Bulk::new(
    "WITH wanted (ec, notice_number) AS (VALUES ",
    "(#, #)",
    concat!(
        ") SELECT ",
        position_columns!(with sibling_paid),
        " FROM wanted w \
         JOIN notice n ON n.ec = w.ec AND n.notice_number = w.notice_number \
         JOIN payment_option o ON o.ec = n.ec AND o.iupd = n.iupd AND o.option_no = n.option_no \
         JOIN position p ON p.ec = n.ec AND p.iupd = n.iupd \
         JOIN transfer t ON t.ec = n.ec AND t.notice_number = n.notice_number \
         ORDER BY n.ec, n.notice_number, t.id_transfer"
    ),
);

type Key = (FiscalCode, NoticeNumber);
type Answer = Result<Option<Arc<PayableNotice>>, StoreError>;

/// How notices are read.
#[derive(Debug)]
pub(super) enum NoticeReader {
    /// At once, where the request is.
    Embedded(EmbeddedReader),
    /// By statements that serve all who wait.
    Server(Batcher<Job>),
}

type Job = (Key, oneshot::Sender<Answer>);

impl NoticeReader {
    pub(super) fn start(pools: &Pools) -> Self {
        match pools {
            Pools::Sqlite { read, .. } => {
                NoticeReader::Embedded(EmbeddedReader::new(read.connect_options().get_filename().to_owned()))
            }
            Pools::Postgres(pool) => {
                let pool = pool.clone();
                let serve = move |jobs: Vec<Job>| {
                    let pool = pool.clone();
                    async move { serve(&pool, jobs).await }
                };
                NoticeReader::Server(Batcher::start(READERS, serve))
            }
        }
    }
}

impl Store {
    /// The notice of a creditor institution with all that decides on its payment; none if it is not
    /// managed here.
    pub async fn payable_notice(&self, ec: &FiscalCode, notice: &NoticeNumber) -> Answer {
        match &*self.notices {
            NoticeReader::Embedded(reader) => {
                let rows = reader.notice(ec, notice).map_err(|error| {
                    tracing::error!(%error, "a notice could not be read");
                    StoreError::Unavailable { during: "payable_notice" }
                })?;
                Ok(rows::payable_notice(&rows)?.map(Arc::new))
            }
            NoticeReader::Server(batcher) => {
                let (reply, answer) = oneshot::channel();
                batcher.submit(((ec.clone(), *notice), reply)).await?;
                answer.await.map_err(|_| StoreError::Closed)?
            }
        }
    }
}

async fn serve(pool: &PgPool, jobs: Vec<Job>) {
    let mut keys: Vec<Key> = jobs.iter().map(|(key, _)| key.clone()).collect();
    keys.sort_unstable();
    keys.dedup();
    match payable_notices(pool, &keys).await {
        Ok(rows) => {
            let notices = by_notice(&rows);
            for ((ec, notice), reply) in jobs {
                let rows = notices.get(&(ec.as_str(), notice.as_str())).copied().unwrap_or_default();
                // A caller that has gone away needs no answer.
                let _gone = reply.send(rows::payable_notice(rows).map(|found| found.map(Arc::new)));
            }
        }
        Err(error) => {
            tracing::error!(%error, notices = keys.len(), "notices could not be read");
            for (_, reply) in jobs {
                let _gone = reply.send(Err(StoreError::Unavailable { during: "payable_notice" }));
            }
        }
    }
}

fn by_notice(rows: &[PositionRow]) -> HashMap<(&str, &str), &[PositionRow]> {
    rows.chunk_by(|a, b| a.notice_number == b.notice_number && a.ec == b.ec)
        .filter_map(|rows| {
            rows.first().map(|first| ((first.ec.as_str(), first.notice_number.as_str()), rows))
        })
        .collect()
}

async fn payable_notices(pool: &PgPool, keys: &[Key]) -> Result<Vec<PositionRow>, sqlx::Error> {
    let mut rows = Vec::with_capacity(keys.len());
    for keys in keys.chunks(BATCH).map(filled) {
        let mut query = sqlx::query(PAYABLE_NOTICES.text(keys.len()));
        for key in keys {
            let (ec, notice) = key.map_or((NOBODY, NOBODY), |(ec, n)| (ec.as_str(), n.as_str()));
            query = query.bind(ec).bind(notice);
        }
        rows.append(&mut rows::read_rows(&query.fetch_all(pool).await?)?);
    }
    Ok(rows)
}
