//! What payment service providers were told of the catalogue, day by day.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::store::dialect::{for_both_engines, on_engine};
use crate::store::rows::read;
use crate::store::{Store, StoreError, rows};

/// What was told from one day on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The day in Italy.
    pub day: Date,
    /// When it was looked.
    pub made_at: Timestamp,
    /// The document; none where there was nothing to tell.
    pub document: Option<Vec<u8>>,
}

/// A snapshot without its document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotHead {
    /// The day in Italy.
    pub day: Date,
    /// When it was looked.
    pub made_at: Timestamp,
    /// How long the document is, in bytes; none where there was nothing to tell.
    pub bytes: Option<i64>,
}

const OF_DAY: &str = "SELECT day, made_at, document FROM service_catalogue_snapshot WHERE day <= $1 \
    ORDER BY day DESC LIMIT 1";

const HEADS: &str = "SELECT day, made_at, CAST(LENGTH(document) AS BIGINT) FROM service_catalogue_snapshot \
    WHERE day < $1 ORDER BY day DESC LIMIT $2";

const KEEP: &str = "INSERT INTO service_catalogue_snapshot (day, made_at, document) VALUES ($1, $2, $3) \
    ON CONFLICT (day) DO NOTHING";

impl Store {
    /// Keeps a snapshot if it differs from the one before and its day has none. Returns whether it was kept.
    pub async fn keep_snapshot(&self, snapshot: &Snapshot) -> Result<bool, StoreError> {
        let before = self.snapshot_of(snapshot.day).await?;
        let (is_there, told) = match &before {
            Some(before) => (before.day == snapshot.day, before.document.as_deref()),
            None => (false, None),
        };
        if is_there || told == snapshot.document.as_deref() {
            return Ok(false);
        }
        let kept = on_engine!(&self.pools, write, |pool, engine| engine::keep(pool, snapshot).await);
        kept.map_err(StoreError::during("keep_snapshot"))
    }

    /// What was told on a day: the last snapshot that is not later.
    pub async fn snapshot_of(&self, day: Date) -> Result<Option<Snapshot>, StoreError> {
        let day = day.to_string();
        let row = on_engine!(&self.pools, read, |pool, engine| engine::of_day(pool, &day).await);
        let row = row.map_err(StoreError::during("snapshot_of"))?;
        row.map(|(day, made_at, document)| {
            Ok(Snapshot { day: read(day.parse(), "day")?, made_at: rows::instant(made_at)?, document })
        })
        .transpose()
    }

    /// The snapshots of the days before one, the latest first.
    pub async fn snapshots(&self, before: Date, limit: u32) -> Result<Vec<SnapshotHead>, StoreError> {
        let before = before.to_string();
        let rows = on_engine!(&self.pools, read, |pool, engine| engine::heads(pool, &before, limit).await);
        let rows = rows.map_err(StoreError::during("snapshots"))?;
        let head = |(day, made_at, bytes): (String, i64, Option<i64>)| {
            Ok(SnapshotHead { day: read(day.parse(), "day")?, made_at: rows::instant(made_at)?, bytes })
        };
        rows.into_iter().map(head).collect()
    }
}

for_both_engines! {
    pub(super) async fn of_day(
        pool: &Pool,
        day: &str,
    ) -> Result<Option<(String, i64, Option<Vec<u8>>)>, sqlx::Error> {
        sqlx::query_as(OF_DAY).bind(day).fetch_optional(pool).await
    }

    pub(super) async fn heads(
        pool: &Pool,
        before: &str,
        limit: u32,
    ) -> Result<Vec<(String, i64, Option<i64>)>, sqlx::Error> {
        sqlx::query_as(HEADS).bind(before).bind(i64::from(limit)).fetch_all(pool).await
    }

    pub(super) async fn keep(pool: &Pool, snapshot: &Snapshot) -> Result<bool, sqlx::Error> {
        let kept = sqlx::query(KEEP)
            .bind(snapshot.day.to_string())
            .bind(snapshot.made_at.as_microsecond())
            .bind(snapshot.document.as_deref())
            .execute(pool)
            .await?;
        Ok(kept.rows_affected() == 1)
    }
}
