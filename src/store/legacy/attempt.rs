//! Attempts: begun when a partner is asked to activate a notice, or when it begins one itself.

use jiff::Timestamp;

use crate::domain::amount::Cents;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::ids::{BrokerCode, StationCode};
use crate::domain::notice_number::NoticeNumber;
use crate::domain::routing::PartnerId;
use crate::domain::routing::attempt::{AttemptFacts, Begun, Ccp};
use crate::store::dialect::{for_both_engines, on_engine};
use crate::store::rows::{instant, read};
use crate::store::{Store, StoreError};

use super::{AttemptName, RptName, facts};

/// A partner is asked to activate a notice.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Which attempt that is.
    pub name: AttemptName,
    /// Its name at the partner.
    pub ccp: Ccp,
    /// The notice.
    pub notice: NoticeNumber,
    /// The partner.
    pub partner: PartnerId,
    /// The broker and the station that the node asked through.
    pub through: (BrokerCode, StationCode),
    /// For how much.
    pub amount: Cents,
    /// When.
    pub at: Timestamp,
}

/// What a partner answered to an activation.
#[derive(Clone, Debug)]
pub struct Answered {
    /// The amount.
    pub amount: Cents,
    /// The account.
    pub iban: String,
    /// What the node was told beyond that: words of the translation.
    pub invented: Vec<String>,
    /// When.
    pub at: Timestamp,
}

/// An attempt with what is known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct LegacyAttempt {
    /// Which it is.
    pub name: AttemptName,
    /// Its name at the partner.
    pub ccp: Ccp,
    /// The notice.
    pub notice: NoticeNumber,
    /// The partner.
    pub partner: PartnerId,
    /// The broker that it goes through.
    pub broker: BrokerCode,
    /// The station that it goes through.
    pub station: StationCode,
    /// Who began it.
    pub begun: Begun,
    /// When.
    pub began_at: Timestamp,
    /// For how much the partner was last asked.
    pub asked_amount: Option<Cents>,
    /// How much it answered.
    pub amount: Option<Cents>,
    /// The account that it answered.
    pub iban: Option<String>,
    /// What the node was told and the partner did not say.
    pub invented: Vec<String>,
    /// What has happened.
    pub facts: AttemptFacts,
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub(in crate::store) struct AttemptRow {
    pub(super) ec: String,
    pub(super) iuv: String,
    pub(super) attempt_no: i64,
    ccp: String,
    pub(super) notice_number: String,
    partner: String,
    broker: String,
    station: String,
    begun: String,
    pub(super) began_at: i64,
    pub(super) asked_at: Option<i64>,
    asked_amount: Option<i64>,
    pub(super) answered_at: Option<i64>,
    amount: Option<i64>,
    iban: Option<String>,
    invented: String,
}

impl AttemptRow {
    pub(super) fn read(self, facts: AttemptFacts) -> Result<LegacyAttempt, StoreError> {
        let cents = |value: Option<i64>| value.map(|value| read(Cents::new(value), "amount")).transpose();
        Ok(LegacyAttempt {
            name: AttemptName {
                ec: read(FiscalCode::new(&self.ec), "fiscal code")?,
                iuv: self.iuv,
                number: self.attempt_no,
            },
            ccp: read(Ccp::new(&self.ccp), "CCP")?,
            notice: read(NoticeNumber::new(&self.notice_number), "notice number")?,
            partner: read(PartnerId::new(&self.partner), "partner")?,
            broker: read(BrokerCode::new(&self.broker), "broker code")?,
            station: read(StationCode::new(&self.station), "station code")?,
            begun: Begun::from_word(&self.begun)
                .ok_or(StoreError::Corrupt { what: "beginning of an attempt" })?,
            began_at: instant(self.began_at)?,
            asked_amount: cents(self.asked_amount)?,
            amount: cents(self.amount)?,
            iban: self.iban,
            invented: self.invented.split_whitespace().map(str::to_owned).collect(),
            facts,
        })
    }
}

macro_rules! attempt_columns {
    () => {
        "a.ec, a.iuv, a.attempt_no, a.ccp, a.notice_number, a.partner, a.broker, a.station, a.begun, a.began_at, \
         a.asked_at, a.asked_amount, a.answered_at, a.amount, a.iban, a.invented"
    };
}
pub(super) use attempt_columns;

impl Store {
    /// The last attempt under an institution's reference.
    pub async fn last_attempt(
        &self,
        ec: &FiscalCode,
        iuv: &str,
    ) -> Result<Option<LegacyAttempt>, StoreError> {
        on_engine!(&self.pools, read, |pool, engine| engine::last(pool, ec, iuv).await)
    }

    /// The attempt that the payment of a notice belongs to, of which a recipient has the receipt of that key: the
    /// one begun last before it came.
    pub async fn attempt_of_receipt(
        &self,
        (ec, notice): (&FiscalCode, &NoticeNumber),
        (recipient, key): (&FiscalCode, &str),
    ) -> Result<Option<LegacyAttempt>, StoreError> {
        on_engine!(&self.pools, read, |pool, engine| {
            engine::of_receipt(pool, (ec, notice), (recipient, key)).await
        })
    }

    /// The last attempt at a notice.
    pub async fn last_attempt_of_notice(
        &self,
        ec: &FiscalCode,
        notice: &NoticeNumber,
    ) -> Result<Option<LegacyAttempt>, StoreError> {
        on_engine!(&self.pools, read, |pool, engine| engine::last_of_notice(pool, ec, notice).await)
    }

    /// Notes that a partner is asked to activate a notice. It is written before the partner is asked, which may
    /// send its RPT before its answer arrives here.
    pub async fn begin_attempt(&self, asked: &Asked) -> Result<(), StoreError> {
        on_engine!(&self.pools, write, |pool, engine| engine::begin_one(pool, asked).await)
            .map_err(StoreError::during("begin_attempt"))
    }

    /// Notes what the partner answered.
    pub async fn answer_attempt(&self, name: &AttemptName, answered: &Answered) -> Result<(), StoreError> {
        on_engine!(&self.pools, write, |pool, engine| engine::answer_one(pool, name, answered).await)
            .map_err(StoreError::during("answer_attempt"))
    }

    /// Notes an attempt of which the receipt was the first that was seen here; it is named by the receipt.
    pub async fn begin_by_receipt(&self, asked: &Asked) -> Result<LegacyAttempt, StoreError> {
        let noted = on_engine!(&self.pools, write, |pool, engine| engine::by_receipt(pool, asked).await);
        noted.map_err(StoreError::during("begin_by_receipt"))?;
        // By its name: a later activation is the last attempt, and none of its.
        let AttemptName { ec, iuv, .. } = asked.name.clone();
        let named = RptName { ec, iuv, ccp: asked.ccp.as_str().to_owned() };
        // Another attempt may have taken the number just now.
        self.attempt_of_rpt(&named).await?.ok_or(StoreError::Beaten)
    }
}

pub(in crate::store) const LAST_ATTEMPT: &str = concat!(
    "SELECT ",
    attempt_columns!(),
    " FROM legacy_attempt a WHERE a.ec = $1 AND a.iuv = $2 ORDER BY a.attempt_no DESC LIMIT 1"
);

pub(in crate::store) const ATTEMPT_OF_RECEIPT: &str = concat!(
    "SELECT ",
    attempt_columns!(),
    " FROM legacy_attempt a WHERE a.notice_number = $1 AND a.ec = $2 AND a.began_at <= \
     (SELECT r.received_at FROM receipt r WHERE r.ec = $3 AND r.receipt_key = $4) \
     ORDER BY a.began_at DESC, a.attempt_no DESC LIMIT 1"
);

pub(in crate::store) const LAST_OF_NOTICE: &str = concat!(
    "SELECT ",
    attempt_columns!(),
    " FROM legacy_attempt a WHERE a.notice_number = $1 AND a.ec = $2 \
     ORDER BY a.began_at DESC, a.attempt_no DESC LIMIT 1"
);

const BEGIN_ATTEMPT: &str = "INSERT INTO legacy_attempt (ec, iuv, attempt_no, ccp, notice_number, partner, broker, \
    station, begun, began_at, asked_at, asked_amount, invented) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'node', $9, $9, $10, '') ON CONFLICT (ec, iuv, attempt_no) DO UPDATE \
    SET asked_at = excluded.asked_at, asked_amount = excluded.asked_amount, partner = excluded.partner, \
    broker = excluded.broker, station = excluded.station";

const ANSWER_ATTEMPT: &str = "UPDATE legacy_attempt SET answered_at = $4, amount = $5, iban = $6, invented = $7 \
    WHERE ec = $1 AND iuv = $2 AND attempt_no = $3";

const BY_RECEIPT: &str = "INSERT INTO legacy_attempt (ec, iuv, attempt_no, ccp, notice_number, partner, broker, \
    station, begun, began_at, invented) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'receipt', $9, '') \
    ON CONFLICT DO NOTHING";

for_both_engines! {
    [facts]

    pub(super) async fn last(
        pool: &Pool,
        ec: &FiscalCode,
        iuv: &str,
    ) -> Result<Option<LegacyAttempt>, StoreError> {
        let failed = || StoreError::during("last_attempt");
        let mut tx = begin(pool, BEGIN_SNAPSHOT).await.map_err(failed())?;
        let row: Option<AttemptRow> = sqlx::query_as(LAST_ATTEMPT)
            .bind(ec.as_str())
            .bind(iuv)
            .fetch_optional(&mut *tx)
            .await
            .map_err(failed())?;
        whole(&mut tx, row).await
    }

    pub(super) async fn of_receipt(
        pool: &Pool,
        (ec, notice): (&FiscalCode, &NoticeNumber),
        (recipient, key): (&FiscalCode, &str),
    ) -> Result<Option<LegacyAttempt>, StoreError> {
        let failed = || StoreError::during("attempt_of_receipt");
        let mut tx = begin(pool, BEGIN_SNAPSHOT).await.map_err(failed())?;
        let row: Option<AttemptRow> = sqlx::query_as(ATTEMPT_OF_RECEIPT)
            .bind(notice.as_str())
            .bind(ec.as_str())
            .bind(recipient.as_str())
            .bind(key)
            .fetch_optional(&mut *tx)
            .await
            .map_err(failed())?;
        whole(&mut tx, row).await
    }

    pub(super) async fn last_of_notice(
        pool: &Pool,
        ec: &FiscalCode,
        notice: &NoticeNumber,
    ) -> Result<Option<LegacyAttempt>, StoreError> {
        let failed = || StoreError::during("last_attempt_of_notice");
        let mut tx = begin(pool, BEGIN_SNAPSHOT).await.map_err(failed())?;
        let row: Option<AttemptRow> = sqlx::query_as(LAST_OF_NOTICE)
            .bind(notice.as_str())
            .bind(ec.as_str())
            .fetch_optional(&mut *tx)
            .await
            .map_err(failed())?;
        whole(&mut tx, row).await
    }

    async fn whole(
        connection: &mut Connection,
        row: Option<AttemptRow>,
    ) -> Result<Option<LegacyAttempt>, StoreError> {
        let Some(row) = row else { return Ok(None) };
        let facts = facts_of(connection, &row, &row.ec).await?;
        row.read(facts).map(Some)
    }

    pub(super) async fn begin_one(pool: &Pool, asked: &Asked) -> Result<(), sqlx::Error> {
        bound(sqlx::query(BEGIN_ATTEMPT), asked).bind(asked.amount.get()).execute(pool).await.map(drop)
    }

    pub(super) async fn by_receipt(pool: &Pool, asked: &Asked) -> Result<(), sqlx::Error> {
        bound(sqlx::query(BY_RECEIPT), asked).execute(pool).await.map(drop)
    }

    fn bound<'q>(query: Query<'q>, asked: &'q Asked) -> Query<'q> {
        let (broker, station) = &asked.through;
        query
            .bind(asked.name.ec.as_str())
            .bind(&asked.name.iuv)
            .bind(asked.name.number)
            .bind(asked.ccp.as_str())
            .bind(asked.notice.as_str())
            .bind(asked.partner.as_str())
            .bind(broker.as_str())
            .bind(station.as_str())
            .bind(asked.at.as_microsecond())
    }

    pub(super) async fn answer_one(
        pool: &Pool,
        name: &AttemptName,
        answered: &Answered,
    ) -> Result<(), sqlx::Error> {
        sqlx::query(ANSWER_ATTEMPT)
            .bind(name.ec.as_str())
            .bind(&name.iuv)
            .bind(name.number)
            .bind(answered.at.as_microsecond())
            .bind(answered.amount.get())
            .bind(&answered.iban)
            .bind(answered.invented.join(" "))
            .execute(pool)
            .await
            .map(drop)
    }
}
