//! The view of letters, for people.

use jiff::Timestamp;

use crate::domain::fiscal_code::FiscalCode;
use crate::domain::routing::PartnerId;
use crate::store::dialect::{for_both_engines, on_engine};
use crate::store::rows::{instant, optional_instant};
use crate::store::{Store, StoreError};

/// What became of a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LetterState {
    /// It is on its way, and was not refused.
    Pending,
    /// It is tried again, though the partner refused it last.
    Refused,
    /// The partner has it.
    Delivered,
}

impl LetterState {
    /// Every state.
    pub const ALL: [LetterState; 3] = [LetterState::Pending, LetterState::Refused, LetterState::Delivered];

    /// The word that is told.
    pub const fn word(self) -> &'static str {
        match self {
            LetterState::Pending => "pending",
            LetterState::Refused => "refused",
            LetterState::Delivered => "delivered",
        }
    }

    /// The state of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }
}

/// Where a walk through letters goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterPlace {
    /// When the last one was made.
    pub made_at: Timestamp,
    /// Its name.
    pub id: String,
}

/// Which letters are asked for.
#[derive(Clone, Debug)]
pub struct LetterQuery {
    /// Only of this institution.
    pub ec: Option<FiscalCode>,
    /// Only for this partner.
    pub partner: Option<PartnerId>,
    /// Only in this state.
    pub state: Option<LetterState>,
    /// Only behind this one.
    pub after: Option<LetterPlace>,
    /// At most so many.
    pub limit: u32,
}

/// A letter as people see it. It names nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedLetter {
    /// Its name.
    pub id: String,
    /// Whose receipt.
    pub ec: String,
    /// The node's name of the payment, if it hands a receipt on.
    pub receipt: Option<String>,
    /// The notice.
    pub notice: String,
    /// Whom it is for.
    pub partner: String,
    /// The word for its form.
    pub form: String,
    /// What became of it.
    pub state: LetterState,
    /// How often it was sent.
    pub attempts: i64,
    /// When it was made.
    pub made_at: Timestamp,
    /// When it is sent next, if it is on its way.
    pub next_at: Option<Timestamp>,
    /// When it was sent last.
    pub last_at: Option<Timestamp>,
    /// Why it was not taken then.
    pub last_error: Option<String>,
    /// When the partner took it.
    pub delivered_at: Option<Timestamp>,
    /// When people were told that it does not arrive.
    pub told_at: Option<Timestamp>,
    /// When this gateway last answered for the notice in the place of a partner.
    pub stood_in_at: Option<Timestamp>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    ec: String,
    receipt_id: Option<String>,
    notice_number: String,
    partner: String,
    form: String,
    state: String,
    refused: Option<String>,
    attempts: i64,
    made_at: i64,
    next_at: i64,
    last_at: Option<i64>,
    last_error: Option<String>,
    done_at: Option<i64>,
    told_at: Option<i64>,
    stood_in_at: Option<i64>,
}

impl Row {
    fn read(self) -> Result<ListedLetter, StoreError> {
        let state = match (self.state.as_str(), &self.refused) {
            ("delivered", _) => LetterState::Delivered,
            (_, Some(_)) => LetterState::Refused,
            (_, None) => LetterState::Pending,
        };
        let next_at = Some(self.next_at).filter(|_| state != LetterState::Delivered);
        Ok(ListedLetter {
            id: self.id,
            ec: self.ec,
            receipt: self.receipt_id,
            notice: self.notice_number,
            partner: self.partner,
            form: self.form,
            state,
            attempts: self.attempts,
            made_at: instant(self.made_at)?,
            next_at: optional_instant(next_at)?,
            last_at: optional_instant(self.last_at)?,
            last_error: self.last_error,
            delivered_at: optional_instant(self.done_at)?,
            told_at: optional_instant(self.told_at)?,
            stood_in_at: optional_instant(self.stood_in_at)?,
        })
    }
}

/// Reads a [`Row`].
macro_rules! letters {
    ($($tail:literal)+) => {
        concat!(
            "SELECT d.id, d.ec, r.receipt_id, d.notice_number, d.partner, d.form, d.state, d.refused, d.attempts, \
             d.made_at, d.next_at, d.last_at, d.last_error, d.done_at, d.told_at, a.stood_in_at \
             FROM partner_delivery d LEFT JOIN receipt r ON r.ec = d.ec AND r.receipt_key = d.letter \
             LEFT JOIN partner_answer a ON a.ec = d.ec AND a.notice_number = d.notice_number WHERE ",
            $($tail),+
        )
    };
}

/// Letters of an institution, $1, for a partner, $2, in a state, $3, behind a place, $4 and $5; nothing of it need
/// be said.
macro_rules! some {
    ($all:literal) => {
        letters!($all
            " AND (CAST($1 AS TEXT) IS NULL OR d.ec = $1) AND (CAST($2 AS TEXT) IS NULL OR d.partner = $2) \
             AND (CAST($3 AS TEXT) IS NULL OR $3 = CASE WHEN d.state = 'delivered' THEN 'delivered' \
             WHEN d.refused IS NULL THEN 'pending' ELSE 'refused' END) \
             AND (CAST($4 AS BIGINT) IS NULL OR d.made_at < $4 OR d.made_at = $4 AND d.id < $5) \
             ORDER BY d.made_at DESC, d.id DESC LIMIT $6")
    };
}

/// Of all that there are.
pub(in crate::store) const LIST: &str = some!("d.made_at <> 0");

/// Of those that are on their way: there are few, and an index of their own.
pub(in crate::store) const LIST_OPEN: &str = some!("d.state = 'pending'");

const ONE: &str = letters!("d.id = $1");

impl Store {
    /// Letters, the latest first; and where to go on, if there are more.
    pub async fn letters(
        &self,
        query: &LetterQuery,
    ) -> Result<(Vec<ListedLetter>, Option<LetterPlace>), StoreError> {
        let rows = on_engine!(&self.pools, read, |pool, engine| engine::list(pool, query).await);
        let rows = rows.map_err(StoreError::during("letters"))?;
        let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        let letters: Result<Vec<ListedLetter>, StoreError> =
            rows.into_iter().take(limit).map(Row::read).collect();
        let letters = letters?;
        let place = |last: &ListedLetter| LetterPlace { made_at: last.made_at, id: last.id.clone() };
        let next = letters.last().filter(|_| more).map(place);
        Ok((letters, next))
    }

    /// The letter of that name.
    pub async fn letter(&self, id: &str) -> Result<Option<ListedLetter>, StoreError> {
        let row = on_engine!(&self.pools, read, |pool, engine| engine::one(pool, id).await);
        row.map_err(StoreError::during("letter"))?.map(Row::read).transpose()
    }

    /// Makes a letter due at once that is on its way; whether there is one.
    pub async fn hurry_letter(&self, id: &str, now: Timestamp) -> Result<bool, StoreError> {
        on_engine!(&self.pools, write, |pool, engine| engine::hurry_one(pool, id, now).await)
            .map_err(StoreError::during("hurry_letter"))
    }
}

for_both_engines! {
    pub(super) async fn list(pool: &Pool, query: &LetterQuery) -> Result<Vec<Row>, sqlx::Error> {
        let after = query.after.as_ref();
        let is_open = matches!(query.state, Some(LetterState::Pending | LetterState::Refused));
        sqlx::query_as(if is_open { LIST_OPEN } else { LIST })
            .bind(query.ec.as_ref().map(FiscalCode::as_str))
            .bind(query.partner.as_ref().map(PartnerId::as_str))
            .bind(query.state.map(LetterState::word))
            .bind(after.map(|place| place.made_at.as_microsecond()))
            .bind(after.map(|place| place.id.as_str()))
            .bind(i64::from(query.limit) + 1)
            .fetch_all(pool)
            .await
    }

    pub(super) async fn one(pool: &Pool, id: &str) -> Result<Option<Row>, sqlx::Error> {
        sqlx::query_as(ONE).bind(id).fetch_optional(pool).await
    }

    pub(super) async fn hurry_one(pool: &Pool, id: &str, now: Timestamp) -> Result<bool, sqlx::Error> {
        let moved = sqlx::query(
            "UPDATE partner_delivery SET next_at = $2, refused = NULL WHERE id = $1 AND state = 'pending'",
        )
        .bind(id)
        .bind(now.as_microsecond())
        .execute(pool)
        .await?;
        Ok(moved.rows_affected() == 1)
    }
}
