//! RTs as they are sent: once under their key, and one for each beneficiary of a receipt.

use jiff::Timestamp;

use crate::domain::fiscal_code::FiscalCode;
use crate::domain::notice_number::NoticeNumber;
use crate::domain::routing::attempt::{Ccp, RtOutcome};
use crate::domain::routing::{Delivery, LetterForm, PartnerId};
use crate::store::dialect::{for_both_engines, on_engine};
use crate::store::partners::letters::{self, NewLetter};
use crate::store::positions::is_unique_violation;
use crate::store::rows::{optional_instant, read};
use crate::store::{Store, StoreError};

use super::{AttemptName, RptName};

/// An RT to be kept.
#[derive(Clone)]
pub struct NewRt {
    /// Its key.
    pub name: RptName,
    /// The name of the RPT that it answers, or of the attempt if there is none.
    pub rpt_ccp: Ccp,
    /// The attempt.
    pub attempt: AttemptName,
    /// The partner that it is for.
    pub partner: PartnerId,
    /// What it says.
    pub outcome: RtOutcome,
    /// The id of the receipt that it tells of.
    pub receipt: Option<String>,
    /// When it was made.
    pub made_at: Timestamp,
    /// The notice, if the courier is to be given a letter for it: one that tells of a receipt has the receipt's.
    pub letter: Option<NoticeNumber>,
    /// As it is sent. It names people, so that an RT has no `Debug`.
    pub body: Vec<u8>,
}

/// An RT as it is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredRt {
    /// Its key.
    pub name: RptName,
    /// The attempt.
    pub attempt: AttemptName,
    /// The name of the RPT that it answers, or of the attempt if there is none.
    pub rpt_ccp: String,
    /// The partner that it is for.
    pub partner: PartnerId,
    /// The id of the receipt that it tells of.
    pub receipt: Option<String>,
    /// What it says.
    pub outcome: RtOutcome,
    /// When the partner took it.
    pub taken_at: Option<Timestamp>,
    /// As it is sent. It names people, so that an RT has no `Debug`.
    pub body: Vec<u8>,
}

/// What became of an RT that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RtFate {
    /// The partner has it.
    Taken,
    /// The partner refused it, by that code.
    Refused(String),
}

#[derive(sqlx::FromRow)]
pub(super) struct RtRow {
    ec: String,
    iuv: String,
    ccp: String,
    issuer: String,
    attempt_no: i64,
    rpt_ccp: String,
    partner: String,
    outcome: String,
    receipt_id: String,
    taken_at: Option<i64>,
    body: Vec<u8>,
}

impl RtRow {
    fn read(self) -> Result<StoredRt, StoreError> {
        Ok(StoredRt {
            attempt: AttemptName {
                ec: read(FiscalCode::new(&self.issuer), "fiscal code")?,
                iuv: self.iuv.clone(),
                number: self.attempt_no,
            },
            name: RptName {
                ec: read(FiscalCode::new(&self.ec), "fiscal code")?,
                iuv: self.iuv,
                ccp: self.ccp,
            },
            rpt_ccp: self.rpt_ccp,
            partner: read(PartnerId::new(&self.partner), "partner")?,
            receipt: Some(self.receipt_id).filter(|id| !id.is_empty()),
            outcome: RtOutcome::from_word(&self.outcome)
                .ok_or(StoreError::Corrupt { what: "outcome of an RT" })?,
            taken_at: optional_instant(self.taken_at)?,
            body: self.body,
        })
    }
}

/// What the letter of an RT begins with that tells of no receipt.
const LETTER: &str = "rt:";

/// The name of the letter of an RT that tells of no receipt. No receipt has it: the key of one has no blank.
fn letter_name(name: &RptName) -> String {
    format!("{LETTER}{} {}", name.iuv, name.ccp)
}

impl RptName {
    /// The RT of a letter that tells of no receipt; none if it is that of a receipt.
    pub fn of_letter(ec: &FiscalCode, letter: &str) -> Option<RptName> {
        let (iuv, ccp) = letter.strip_prefix(LETTER)?.split_once(' ')?;
        Some(RptName { ec: ec.clone(), iuv: iuv.to_owned(), ccp: ccp.to_owned() })
    }
}

impl Store {
    /// The RT of that key.
    pub async fn rt(&self, name: &RptName) -> Result<Option<StoredRt>, StoreError> {
        let row = on_engine!(&self.pools, read, |pool, engine| engine::one_rt(pool, name).await);
        row.map_err(StoreError::during("rt"))?.map(RtRow::read).transpose()
    }

    /// The RTs of an attempt, in the order in which they were made.
    pub async fn rts_of_attempt(&self, attempt: &AttemptName) -> Result<Vec<StoredRt>, StoreError> {
        let rows = on_engine!(&self.pools, read, |pool, engine| engine::of_attempt(pool, attempt).await);
        rows.map_err(StoreError::during("rts_of_attempt"))?.into_iter().map(RtRow::read).collect()
    }

    /// Keeps RTs that were made together, and notes that their RPTs have one. Says whether they are kept now: not
    /// if another instance kept one under one of their keys, or of the same receipt, first.
    pub async fn keep_rts(&self, rts: &[NewRt]) -> Result<bool, StoreError> {
        let kept = on_engine!(&self.pools, write, |pool, engine| engine::keep_rts(pool, rts).await);
        match kept {
            Ok(()) => Ok(true),
            Err(error) if is_unique_violation(&error) => Ok(false),
            Err(error) => Err(StoreError::Database { during: "keep_rts", source: error }),
        }
    }

    /// Notes what became of an RT that was sent.
    pub async fn settle_rt(&self, name: &RptName, fate: &RtFate, at: Timestamp) -> Result<(), StoreError> {
        on_engine!(&self.pools, write, |pool, engine| engine::settle_rt(pool, name, (fate, at)).await)
            .map_err(StoreError::during("settle_rt"))
    }
}

macro_rules! rt_columns {
    () => {
        "SELECT t.ec, t.iuv, t.ccp, t.issuer, t.attempt_no, t.rpt_ccp, t.partner, t.outcome, \
         t.receipt_id, t.taken_at, t.body FROM legacy_rt t "
    };
}

pub(in crate::store) const RT: &str = concat!(rt_columns!(), "WHERE t.ec = $1 AND t.iuv = $2 AND t.ccp = $3");

pub(in crate::store) const RTS_OF_ATTEMPT: &str = concat!(
    rt_columns!(),
    "WHERE t.iuv = $1 AND t.issuer = $2 AND t.attempt_no = $3 ORDER BY t.made_at, t.ec, t.ccp"
);

const INSERT: &str = "INSERT INTO legacy_rt (ec, iuv, ccp, issuer, attempt_no, rpt_ccp, partner, outcome, receipt_id, \
    made_at, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";

/// A further RT is waited for again.
const CLOSE: &str = "UPDATE legacy_rpt SET closed_at = COALESCE(closed_at, $4), settled_at = NULL \
    WHERE ec = $1 AND iuv = $2 AND ccp = $3";

const TAKEN: &str =
    "UPDATE legacy_rt SET taken_at = COALESCE(taken_at, $4) WHERE ec = $1 AND iuv = $2 AND ccp = $3";

/// The RPT is done with once the partner has each of its RTs.
const SETTLED: &str = "UPDATE legacy_rpt SET settled_at = $4 WHERE ec = $1 AND iuv = $2 AND ccp = \
    (SELECT rpt_ccp FROM legacy_rt WHERE ec = $1 AND iuv = $2 AND ccp = $3) AND NOT EXISTS (SELECT 1 FROM legacy_rt t \
    WHERE t.iuv = legacy_rpt.iuv AND t.issuer = legacy_rpt.issuer AND t.attempt_no = legacy_rpt.attempt_no \
    AND t.ec = legacy_rpt.ec AND t.taken_at IS NULL)";

const REFUSED: &str = "UPDATE legacy_rt SET refused_at = $4, refused_code = $5 WHERE ec = $1 AND iuv = $2 AND ccp = $3 AND taken_at IS NULL";

for_both_engines! {
    [letters]

    pub(super) async fn one_rt(pool: &Pool, name: &RptName) -> Result<Option<RtRow>, sqlx::Error> {
        sqlx::query_as(RT)
            .bind(name.ec.as_str())
            .bind(&name.iuv)
            .bind(&name.ccp)
            .fetch_optional(pool)
            .await
    }

    pub(super) async fn of_attempt(pool: &Pool, attempt: &AttemptName) -> Result<Vec<RtRow>, sqlx::Error> {
        sqlx::query_as(RTS_OF_ATTEMPT)
            .bind(&attempt.iuv)
            .bind(attempt.ec.as_str())
            .bind(attempt.number)
            .fetch_all(pool)
            .await
    }

    pub(super) async fn keep_rts(pool: &Pool, rts: &[NewRt]) -> Result<(), sqlx::Error> {
        let mut tx = begin(pool, BEGIN).await?;
        for rt in rts {
            let NewRt { name, attempt, .. } = rt;
            sqlx::query(INSERT)
                .bind(name.ec.as_str())
                .bind(&name.iuv)
                .bind(&name.ccp)
                .bind(attempt.ec.as_str())
                .bind(attempt.number)
                .bind(rt.rpt_ccp.as_str())
                .bind(rt.partner.as_str())
                .bind(rt.outcome.word())
                .bind(rt.receipt.as_deref().unwrap_or_default())
                .bind(rt.made_at.as_microsecond())
                .bind(&rt.body)
                .execute(&mut *tx)
                .await?;
            if let Some(notice) = &rt.letter {
                let to = Delivery { partner: rt.partner.clone(), form: LetterForm::Rt };
                let letter = letter_name(name);
                let letter = NewLetter { ec: &name.ec, name: &letter, to: &to, notice, made_at: rt.made_at };
                write_letters(&mut tx, &[letter]).await?;
            }
            sqlx::query(CLOSE)
                .bind(name.ec.as_str())
                .bind(&name.iuv)
                .bind(rt.rpt_ccp.as_str())
                .bind(rt.made_at.as_microsecond())
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await
    }

    pub(super) async fn settle_rt(
        pool: &Pool,
        name: &RptName,
        (fate, at): (&RtFate, Timestamp),
    ) -> Result<(), sqlx::Error> {
        let mut tx = begin(pool, BEGIN).await?;
        match fate {
            RtFate::Taken => {
                for statement in [TAKEN, SETTLED] {
                    sqlx::query(statement)
                        .bind(name.ec.as_str())
                        .bind(&name.iuv)
                        .bind(&name.ccp)
                        .bind(at.as_microsecond())
                        .execute(&mut *tx)
                        .await?;
                }
            }
            RtFate::Refused(code) => {
                sqlx::query(REFUSED)
                    .bind(name.ec.as_str())
                    .bind(&name.iuv)
                    .bind(&name.ccp)
                    .bind(at.as_microsecond())
                    .bind(code)
                    .execute(&mut *tx)
                    .await?;
            }
        }
        tx.commit().await
    }
}
