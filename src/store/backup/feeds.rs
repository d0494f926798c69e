//! The feeds of a restored database: what was told after the backup was taken is not known here, so its
//! numbers are left out for good, and whoever reads on is told so.

use jiff::Timestamp;

use crate::domain::event::{Codes, Event, Feed, RestoredFacts, Subject, Told};

use super::super::dialect::for_both_engines;
use super::super::events;
use super::BackupError;

/// How many numbers are left out at least; one more is for each millisecond since the backup was taken. Its age
/// bounds what was told after it, also by a copy that was restored from the same backup before: the numbers of
/// this one lie behind.
const LEFT_OUT: i64 = 1_000_000;

fn left_out(taken_at: Timestamp, now: Timestamp) -> i64 {
    let age = now.as_millisecond().saturating_sub(taken_at.as_millisecond()).max(0);
    LEFT_OUT.saturating_add(age)
}

/// Institutions that have told nothing yet may have done so after the backup. One that has receipts without a
/// feed tells them when the schema is brought up to date, which begins its feed.
const BEGIN_FEEDS: &str = "INSERT INTO event_head (feed, last, chain) \
    SELECT c.ec, 0, '' FROM creditor_institution c WHERE NOT EXISTS (SELECT 1 FROM event_head h WHERE h.feed = c.ec) \
    AND NOT EXISTS (SELECT 1 FROM receipt r WHERE r.ec = c.ec)";

for_both_engines! {
    [events]

    /// Leaves numbers out of every feed, and tells each of it.
    pub(in crate::store) async fn leave_out(
        connection: &mut Connection,
        taken_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), BackupError> {
        sqlx::query(BEGIN_FEEDS).execute(&mut *connection).await?;
        begin_feed(connection, &Feed::Gateway).await?;
        let left_out = left_out(taken_at, now);
        let heads: Vec<(String, i64)> =
            sqlx::query_as("SELECT feed, last FROM event_head ORDER BY feed").fetch_all(&mut *connection).await?;
        sqlx::query(
            "INSERT INTO event_gap (feed, after_seq, last_seq, restored_at) \
             SELECT feed, last, last + $1, $2 FROM event_head",
        )
        .bind(left_out)
        .bind(now.as_microsecond())
        .execute(&mut *connection)
        .await?;
        sqlx::query("UPDATE event_head SET last = last + $1").bind(left_out).execute(&mut *connection).await?;
        let told = heads.into_iter().filter_map(|(name, last_kept)| {
            let feed = Feed::new(&name)?;
            let told = Told::Restored(RestoredFacts { last_kept, taken_at });
            Some(Event { feed, at: now, subject: Subject::Other("feeds", name), codes: Codes::none(), told })
        });
        Ok(record(connection, &told.collect::<Vec<_>>()).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_copies_of_one_backup_the_later_leaves_out_what_the_other_tells() {
        let at = |milliseconds| Timestamp::from_millisecond(milliseconds).unwrap();
        let (first, second) = (left_out(at(0), at(60_000)), left_out(at(0), at(120_000)));
        assert_eq!((first, second - first), (1_060_000, 60_000));
        assert_eq!(left_out(at(120_000), at(0)), LEFT_OUT, "a clock that was put back takes nothing away");
    }
}
