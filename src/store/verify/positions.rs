//! Positions: each can be read, its sums agree, and its last event tells the version that it has.

use std::collections::HashMap;

use futures_util::TryStreamExt;
use serde::Deserialize;
use sqlx::Row as _;

use crate::domain::invariants::{Invariant, Violation, of_position};

use super::super::StoreError;
use super::super::dialect::for_both_engines;
use super::super::rows::{self, PositionRow, position_columns};
use super::Found;

const POSITIONS: &str = concat!(
    "SELECT ",
    position_columns!(),
    " FROM position p \
     JOIN payment_option o ON o.ec = p.ec AND o.iupd = p.iupd \
     JOIN notice n ON n.ec = o.ec AND n.iupd = o.iupd AND n.option_no = o.option_no \
     JOIN transfer t ON t.ec = n.ec AND t.notice_number = n.notice_number \
     ORDER BY p.ec, p.iupd, o.option_no, n.notice_no, t.id_transfer"
);

/// Positions as their last events have them; the subject is `positions/` and the name. A join of the events
/// with their own last numbers would be left to a planner that may compare all with all.
const TOLD: &str = "SELECT l.feed, SUBSTR(l.subject, 11), l.type, l.body, p.version FROM \
    (SELECT feed, subject, type, body, ROW_NUMBER() OVER (PARTITION BY feed, subject ORDER BY seq DESC) AS place \
     FROM event WHERE type LIKE 'varco.position.%' OR type LIKE 'varco.option.%') l \
    LEFT JOIN position p ON p.ec = l.feed AND p.iupd = SUBSTR(l.subject, 11) WHERE l.place = 1";

const BEGINNINGS: &str =
    "SELECT feed, MIN(occurred_at) FROM event WHERE type = 'varco.position.created' GROUP BY feed";

/// Positions that no event tells of.
const UNTOLD: &str = "SELECT x.ec, x.iupd, \
    (SELECT p.created_at FROM position p WHERE p.ec = x.ec AND p.iupd = x.iupd) FROM \
    (SELECT ec, iupd FROM position EXCEPT SELECT feed, SUBSTR(subject, 11) FROM event \
     WHERE type LIKE 'varco.position.%' OR type LIKE 'varco.option.%') x";

const DELETED: &str = "varco.position.deleted";

#[derive(Deserialize)]
struct Body {
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    version: i64,
}

/// The rows of one position are together: what is broken of it.
fn judge(ec: &str, iupd: &str, rows: &[PositionRow], found: Found<'_>) {
    let mut broken = |invariant| {
        found(Violation { invariant, subject: format!("{ec} position {iupd}") });
    };
    match rows::position(rows) {
        Ok(Some(position)) => of_position(&position).into_iter().for_each(broken),
        Ok(None) | Err(StoreError::Corrupt { .. }) => broken(Invariant::PositionCanBeRead),
        Err(_) => broken(Invariant::PositionCanBeRead),
    }
}

/// Whether an event tells what the position is.
fn agrees(kind: &str, body: &str, version: Option<i64>) -> bool {
    match version {
        None => kind == DELETED,
        Some(version) => {
            let told = serde_json::from_str::<Body>(body).ok().map(|body| body.data.version);
            kind != DELETED && told == Some(version)
        }
    }
}

for_both_engines! {
    /// Reads every position; says how many there are.
    pub(in crate::store) async fn whole_positions(
        connection: &mut Connection,
        found: Found<'_>,
    ) -> Result<u64, sqlx::Error> {
        let mut count = 0;
        let mut name = (String::new(), String::new());
        let mut gathered = Vec::new();
        let mut all = sqlx::query(POSITIONS).fetch(connection);
        loop {
            let row = all.try_next().await?;
            let next = match &row {
                Some(row) => Some((row.try_get::<String, _>("ec")?, row.try_get::<String, _>("iupd")?)),
                None => None,
            };
            if next.as_ref() != Some(&name) && !gathered.is_empty() {
                count += 1;
                match rows::read_rows(&gathered) {
                    Ok(rows) => judge(&name.0, &name.1, &rows, found),
                    Err(_) => judge(&name.0, &name.1, &[], found),
                }
                gathered.clear();
            }
            let (Some(row), Some(next)) = (row, next) else { return Ok(count) };
            name = next;
            gathered.push(row);
        }
    }

    pub(in crate::store) async fn told_positions(
        connection: &mut Connection,
        found: Found<'_>,
    ) -> Result<(), sqlx::Error> {
        let mut broken = |ec: &str, iupd: &str| {
            let subject = format!("{ec} position {iupd}");
            found(Violation { invariant: Invariant::LastEventTellsVersion, subject });
        };
        let mut told = sqlx::query_as::<_, (String, String, String, String, Option<i64>)>(TOLD)
            .fetch(&mut *connection);
        while let Some((ec, iupd, kind, body, version)) = told.try_next().await? {
            if !agrees(&kind, &body, version) {
                broken(&ec, &iupd);
            }
        }
        drop(told);
        let beginnings: Vec<(String, i64)> = sqlx::query_as(BEGINNINGS).fetch_all(&mut *connection).await?;
        let beginnings: HashMap<String, i64> = beginnings.into_iter().collect();
        let mut untold = sqlx::query_as::<_, (String, String, i64)>(UNTOLD).fetch(connection);
        while let Some((ec, iupd, created_at)) = untold.try_next().await? {
            // Those from before there were events are told when they change.
            if beginnings.get(&ec).is_some_and(|first| created_at > *first) {
                broken(&ec, &iupd);
            }
        }
        Ok(())
    }
}
