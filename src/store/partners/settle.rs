//! What came of letters.

use jiff::Timestamp;

use super::letters::id;
use super::{Letter, LetterTried, event};
use crate::domain::event::{Event, PartnerChange, PartnerFacts};
use crate::domain::routing::{Handed, LATE_AFTER};
use crate::store::dialect::{for_both_engines, on_engine};
use crate::store::rows::instant;
use crate::store::{Store, StoreError, events};

/// Who holds a letter, when it was made, and whether people were told that it does not arrive.
macro_rules! held {
    ($lock:literal) => {
        concat!(
            "SELECT made_at, told_at FROM partner_delivery \
             WHERE ec = $1 AND letter = $2 AND held_by = $3 AND state = 'pending'",
            $lock
        )
    };
}

/// What people are told of a letter that does not arrive, in a word; none if they need not be.
fn alarm(tried: &LetterTried, made_at: Timestamp) -> Option<String> {
    match &tried.handed {
        Handed::Taken => None,
        Handed::Refused(code) => Some(code.clone()),
        Handed::Failed => (tried.at.duration_since(made_at) >= LATE_AFTER).then(|| "late".to_owned()),
    }
}

impl Store {
    /// Writes what came of a try; whether the letter was still held by whoever tried it.
    pub async fn settle_letter(&self, tried: &LetterTried) -> Result<bool, StoreError> {
        on_engine!(&self.pools, write, |pool, engine| engine::settle(pool, tried).await)
    }
}

for_both_engines! {
    [events]

    const LOCK_LETTER: &str = if LOCKS_ROWS { held!(" FOR UPDATE") } else { held!("") };

    pub(super) async fn settle(pool: &Pool, tried: &LetterTried) -> Result<bool, StoreError> {
        let failed = || StoreError::during("settle_letter");
        let letter = &tried.letter;
        let mut tx = begin(pool, BEGIN).await.map_err(failed())?;
        let held: Option<(i64, Option<i64>)> = sqlx::query_as(LOCK_LETTER)
            .bind(letter.ec.as_str())
            .bind(&letter.name)
            .bind(letter.holder)
            .fetch_optional(&mut *tx)
            .await
            .map_err(failed())?;
        let Some((made_at, told_at)) = held else { return Ok(false) };
        let reason = alarm(tried, instant(made_at)?).filter(|_| told_at.is_none());
        move_on(&mut tx, tried, reason.is_some()).await.map_err(failed())?;
        if tried.next.is_none() && letter.attempts > 0 {
            hurry(&mut tx, letter, tried.at).await.map_err(failed())?;
        }
        let told: Vec<Event> = reason.into_iter().map(|reason| undelivered(tried, reason)).collect();
        record(&mut tx, &told).await.map_err(failed())?;
        tx.commit().await.map_err(failed())?;
        Ok(true)
    }

    async fn move_on(
        connection: &mut Connection,
        tried: &LetterTried,
        tells: bool,
    ) -> Result<(), sqlx::Error> {
        let at = tried.at.as_microsecond();
        let refused = match &tried.handed {
            Handed::Refused(code) => Some(code.as_str()),
            Handed::Taken | Handed::Failed => None,
        };
        let state = if tried.next.is_some() { "pending" } else { "delivered" };
        sqlx::query(
            "UPDATE partner_delivery SET state = $4, next_at = $5, done_at = $6, attempts = attempts + 1, \
             last_at = $7, last_error = $8, refused = $9, told_at = COALESCE(told_at, $10), \
             held_by = NULL, held_until = NULL WHERE ec = $1 AND letter = $2 AND held_by = $3",
        )
        .bind(tried.letter.ec.as_str())
        .bind(&tried.letter.name)
        .bind(tried.letter.holder)
        .bind(state)
        .bind(tried.next.map_or(at, Timestamp::as_microsecond))
        .bind(tried.next.is_none().then_some(at))
        .bind(at)
        .bind(tried.error.as_deref())
        .bind(refused)
        .bind(tells.then_some(at))
        .execute(connection)
        .await
        .map(drop)
    }

    /// Makes all due that waits for a partner which takes letters again; what it refused waits on.
    async fn hurry(connection: &mut Connection, letter: &Letter, now: Timestamp) -> Result<(), sqlx::Error> {
        sqlx::query(
            "UPDATE partner_delivery SET next_at = $2 WHERE partner = $1 AND state = 'pending' AND next_at > $2 \
             AND refused IS NULL",
        )
        .bind(letter.partner.as_str())
        .bind(now.as_microsecond())
        .execute(connection)
        .await
        .map(drop)
    }
}

fn undelivered(tried: &LetterTried, reason: String) -> Event {
    let letter = &tried.letter;
    let facts = PartnerFacts {
        partner: letter.partner.as_str().to_owned(),
        notice: Some(letter.notice),
        delivery: Some(id(&letter.ec, &letter.name)),
        reason: Some(reason),
    };
    event(tried.feed.clone(), PartnerChange::Undelivered, facts, tried.at)
}
