//! Notice numbers that were ever in the world, so that a generated one is new to everybody.
//!
//! A client may use a number of its own again after it deleted the notice, as the published service lets
//! it. A number that we choose must never be one that somebody may hold in hand or has paid.

use crate::domain::fiscal_code::FiscalCode;
use crate::domain::notice_number::NoticeNumber;
use crate::domain::position::Position;

use super::dialect::for_both_engines;

/// A position to be written, and which of its numbers were generated for it.
#[derive(Clone, Debug)]
pub struct Numbered {
    /// The position.
    pub position: Position,
    /// The generated numbers; none if the creditor chose them all.
    pub generated: Vec<NoticeNumber>,
}

impl From<Position> for Numbered {
    fn from(position: Position) -> Self {
        Numbered { position, generated: Vec::new() }
    }
}

const SEEN: &str = "SELECT 1 FROM retired_notice WHERE ec = $1 AND notice_number = $2 \
    UNION ALL SELECT 1 FROM receipt WHERE ec = $1 AND notice_number = $2 LIMIT 1";

const RETIRE_ALL: &str = "INSERT INTO retired_notice (ec, notice_number) \
    SELECT ec, notice_number FROM notice WHERE ec = $1 AND iupd = $2 ON CONFLICT DO NOTHING";

const RETIRE: &str = "INSERT INTO retired_notice (ec, notice_number) VALUES ($1, $2) ON CONFLICT DO NOTHING";

for_both_engines! {
    /// The first of some generated numbers that was in the world before. Asked once their notices are
    /// inserted: from then on nobody else can use the numbers, so the answer stays true.
    pub(in crate::store) async fn first_seen(
        connection: &mut Connection,
        ec: &FiscalCode,
        generated: &[NoticeNumber],
    ) -> Result<Option<NoticeNumber>, sqlx::Error> {
        for number in generated {
            let seen: Option<i32> = sqlx::query_scalar(SEEN)
                .bind(ec.as_str())
                .bind(number.as_str())
                .fetch_optional(&mut *connection)
                .await?;
            if seen.is_some() {
                return Ok(Some(*number));
            }
        }
        Ok(None)
    }

    /// Remembers all numbers of a position that is about to be deleted.
    pub(in crate::store) async fn retire_all(
        connection: &mut Connection,
        position: &Position,
    ) -> Result<(), sqlx::Error> {
        sqlx::query(RETIRE_ALL)
            .bind(position.ec.as_str())
            .bind(position.iupd.as_str())
            .execute(connection)
            .await
            .map(drop)
    }

    /// Remembers the number of a notice that is about to be deleted.
    pub(in crate::store) async fn retire(
        connection: &mut Connection,
        position: &Position,
        number: &NoticeNumber,
    ) -> Result<(), sqlx::Error> {
        sqlx::query(RETIRE)
            .bind(position.ec.as_str())
            .bind(number.as_str())
            .execute(connection)
            .await
            .map(drop)
    }
}
