//! Who sends what: leases on letters that are due.

use jiff::Timestamp;

use super::{Letter, LettersWaiting, too_long};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::notice_number::NoticeNumber;
use crate::domain::routing::{LetterForm, PartnerId};
use crate::store::dialect::{for_both_engines, on_engine};
use crate::store::rows::{optional_instant, read};
use crate::store::{Hold, Store, StoreError};

/// What is due of a partner, $1, at an instant, $2: of each notice only the earliest letter, unless that was refused,
/// and none that is held; $3 is too long for a lease.
macro_rules! due {
    ($lock:literal) => {
        concat!(
            "SELECT d.ec, d.letter, d.form, d.notice_number, d.attempts, r.primitive, r.raw \
             FROM partner_delivery d LEFT JOIN receipt r ON r.ec = d.ec AND r.receipt_key = d.letter \
             WHERE d.partner = $1 AND d.state = 'pending' AND d.next_at <= $2 \
             AND (d.held_until IS NULL OR d.held_until < $2 OR d.held_until > $3) \
             AND NOT EXISTS (SELECT 1 FROM partner_delivery p WHERE p.partner = d.partner AND p.ec = d.ec \
             AND p.notice_number = d.notice_number AND p.state = 'pending' AND p.refused IS NULL \
             AND (p.made_at < d.made_at OR p.made_at = d.made_at AND p.letter < d.letter)) \
             ORDER BY d.next_at, d.ec, d.letter LIMIT $4",
            $lock
        )
    };
}

/// Partners for which something is due at an instant, $1; those behind a name, $2, first.
pub(in crate::store) const DUE_PARTNERS: &str = "SELECT DISTINCT partner, CASE WHEN partner > $2 THEN 0 ELSE 1 END \
    FROM partner_delivery WHERE state = 'pending' AND next_at <= $1 ORDER BY 2, 1 LIMIT 64";

/// How many letters wait, how many of them were refused, and when the oldest was made.
pub(in crate::store) const WAITING: &str = "SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN refused IS NULL THEN 0 ELSE 1 END), 0) AS BIGINT), \
    MIN(made_at) FROM partner_delivery WHERE state = 'pending'";

#[derive(sqlx::FromRow)]
struct DueRow {
    ec: String,
    letter: String,
    form: String,
    notice_number: String,
    attempts: i64,
    primitive: Option<String>,
    raw: Option<Vec<u8>>,
}

impl DueRow {
    fn read(self, partner: &PartnerId, holder: i64) -> Result<Letter, StoreError> {
        let form =
            LetterForm::from_word(&self.form).ok_or(StoreError::Corrupt { what: "form of a letter" })?;
        Ok(Letter {
            ec: read(FiscalCode::new(&self.ec), "fiscal code")?,
            name: self.letter,
            partner: partner.clone(),
            form,
            notice: read(NoticeNumber::new(&self.notice_number), "notice number")?,
            attempts: self.attempts,
            message: self.primitive.zip(self.raw),
            holder,
        })
    }
}

impl Store {
    /// Some partners for which letters are due, those behind a name before the others, so that all have their
    /// turn.
    pub async fn due_partners(
        &self,
        now: Timestamp,
        after: Option<&PartnerId>,
    ) -> Result<Vec<PartnerId>, StoreError> {
        let after = after.map_or("", PartnerId::as_str);
        let rows = on_engine!(&self.pools, read, |pool, engine| engine::due_partners(pool, now, after).await);
        let rows = rows.map_err(StoreError::during("due_partners"))?;
        rows.iter().map(|(partner, _)| read(PartnerId::new(partner), "name of a partner")).collect()
    }

    /// Takes at most so many letters for a partner that are due.
    pub async fn claim_letters(
        &self,
        partner: &PartnerId,
        hold: Hold,
        most: u32,
    ) -> Result<Vec<Letter>, StoreError> {
        let rows =
            on_engine!(&self.pools, write, |pool, engine| engine::claim(pool, partner, hold, most).await);
        let rows = rows.map_err(StoreError::during("claim_letters"))?;
        rows.into_iter().map(|row| row.read(partner, hold.holder)).collect()
    }

    /// Gives letters back that were not sent, so that another instance need not wait.
    pub async fn release_letters(&self, letters: &[Letter]) -> Result<(), StoreError> {
        on_engine!(&self.pools, write, |pool, engine| engine::release(pool, letters).await)
            .map_err(StoreError::during("release_letters"))
    }

    /// How many letters wait, and since when.
    pub async fn letters_waiting(&self) -> Result<LettersWaiting, StoreError> {
        let row = on_engine!(&self.pools, read, |pool, engine| engine::waiting(pool).await);
        let (pending, refused, oldest) = row.map_err(StoreError::during("letters_waiting"))?;
        Ok(LettersWaiting { pending, refused, oldest: optional_instant(oldest)? })
    }
}

for_both_engines! {
    /// What may be sent now, and no other instance is about to take.
    pub(in crate::store) const DUE_LETTERS: &str =
        if LOCKS_ROWS { due!(" FOR UPDATE OF d SKIP LOCKED") } else { due!("") };

    pub(super) async fn due_partners(
        pool: &Pool,
        now: Timestamp,
        after: &str,
    ) -> Result<Vec<(String, i32)>, sqlx::Error> {
        sqlx::query_as(DUE_PARTNERS).bind(now.as_microsecond()).bind(after).fetch_all(pool).await
    }

    pub(super) async fn claim(
        pool: &Pool,
        partner: &PartnerId,
        hold: Hold,
        most: u32,
    ) -> Result<Vec<DueRow>, sqlx::Error> {
        let mut tx = begin(pool, BEGIN).await?;
        let rows: Vec<DueRow> = sqlx::query_as(DUE_LETTERS)
            .bind(partner.as_str())
            .bind(hold.now.as_microsecond())
            .bind(too_long(hold.now))
            .bind(i64::from(most))
            .fetch_all(&mut *tx)
            .await?;
        for row in &rows {
            sqlx::query(
                "UPDATE partner_delivery SET held_by = $3, held_until = $4 WHERE ec = $1 AND letter = $2",
            )
            .bind(&row.ec)
            .bind(&row.letter)
            .bind(hold.holder)
            .bind(hold.until.as_microsecond())
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
        Ok(rows)
    }

    pub(super) async fn release(pool: &Pool, letters: &[Letter]) -> Result<(), sqlx::Error> {
        let mut tx = begin(pool, BEGIN).await?;
        for letter in letters {
            sqlx::query(
                "UPDATE partner_delivery SET held_by = NULL, held_until = NULL \
                 WHERE ec = $1 AND letter = $2 AND held_by = $3",
            )
            .bind(letter.ec.as_str())
            .bind(&letter.name)
            .bind(letter.holder)
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await
    }

    pub(super) async fn waiting(pool: &Pool) -> Result<(i64, i64, Option<i64>), sqlx::Error> {
        sqlx::query_as(WAITING).fetch_one(pool).await
    }
}
