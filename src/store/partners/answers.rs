//! Who answered for a notice last: the receipt of its payment goes there.

use jiff::Timestamp;

use super::event;
use crate::domain::event::{Event, Feed, PartnerChange, PartnerFacts};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::notice_number::NoticeNumber;
use crate::domain::routing::PartnerId;
use crate::store::dialect::{for_both_engines, on_engine};
use crate::store::rows::read;
use crate::store::{Store, StoreError, events};

/// Who answered the last activation of a notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnsweredBy {
    /// This gateway, from a position that it manages.
    Here,
    /// A partner, or this gateway in its place.
    Partner(PartnerId),
}

/// That this gateway answers for a notice in the place of a partner.
#[derive(Clone, Debug)]
pub struct StandIn<'a> {
    /// The institution.
    pub ec: &'a FiscalCode,
    /// The notice.
    pub notice: &'a NoticeNumber,
    /// Who did not answer.
    pub partner: &'a PartnerId,
    /// Why, in a word.
    pub reason: &'static str,
    /// Whether the notice is about to be paid, or was only asked for.
    pub activates: Activates,
}

/// Whether a question is about to have a notice paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activates {
    /// It is.
    Yes,
    /// It is not.
    No,
}

/// Who answered for a notice.
pub(in crate::store) const READ: &str =
    "SELECT activated_by, stood_in_for FROM partner_answer WHERE ec = $1 AND notice_number = $2";

impl Store {
    /// Notes who answered an activation.
    pub async fn note_activation(
        &self,
        (ec, notice): (&FiscalCode, &NoticeNumber),
        by: &AnsweredBy,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let by = match by {
            AnsweredBy::Here => "",
            AnsweredBy::Partner(partner) => partner.as_str(),
        };
        on_engine!(&self.pools, write, |pool, engine| engine::activated(pool, (ec, notice), by, at).await)
            .map_err(StoreError::during("note_activation"))
    }

    /// Notes that this gateway answers in the place of a partner, and tells it the first time. A question that
    /// activates nothing is noted once.
    pub async fn note_stand_in(&self, stand_in: &StandIn<'_>, at: Timestamp) -> Result<(), StoreError> {
        let (ec, notice) = (stand_in.ec, stand_in.notice);
        let failed = || StoreError::during("note_stand_in");
        if stand_in.activates == Activates::No {
            let row = on_engine!(&self.pools, read, |pool, engine| engine::answer(pool, ec, notice).await);
            let known = row.map_err(failed())?.and_then(|(_, stood_in_for)| stood_in_for);
            if known.as_deref() == Some(stand_in.partner.as_str()) {
                return Ok(());
            }
        }
        on_engine!(&self.pools, write, |pool, engine| engine::stood_in(pool, stand_in, at).await)
            .map_err(failed())
    }

    /// Who answered the last activation of a notice, if it is on record: what only this gateway was ever asked
    /// for is not.
    pub async fn answered_by(
        &self,
        ec: &FiscalCode,
        notice: &NoticeNumber,
    ) -> Result<Option<AnsweredBy>, StoreError> {
        let row = on_engine!(&self.pools, read, |pool, engine| engine::answer(pool, ec, notice).await);
        let by = row.map_err(StoreError::during("answered_by"))?.and_then(|(activated_by, _)| activated_by);
        let partner = |by: String| read(PartnerId::new(&by), "name of a partner").map(AnsweredBy::Partner);
        by.map(|by| if by.is_empty() { Ok(AnsweredBy::Here) } else { partner(by) }).transpose()
    }
}

for_both_engines! {
    [events]

    pub(super) async fn answer(
        pool: &Pool,
        ec: &FiscalCode,
        notice: &NoticeNumber,
    ) -> Result<Option<(Option<String>, Option<String>)>, sqlx::Error> {
        sqlx::query_as(READ).bind(ec.as_str()).bind(notice.as_str()).fetch_optional(pool).await
    }

    pub(super) async fn activated(
        pool: &Pool,
        (ec, notice): (&FiscalCode, &NoticeNumber),
        by: &str,
        at: Timestamp,
    ) -> Result<(), sqlx::Error> {
        let mut tx = begin(pool, BEGIN).await?;
        write_activated(&mut tx, (ec, notice), by, at).await?;
        tx.commit().await
    }

    async fn write_activated(
        connection: &mut Connection,
        (ec, notice): (&FiscalCode, &NoticeNumber),
        by: &str,
        at: Timestamp,
    ) -> Result<(), sqlx::Error> {
        sqlx::query(
            "INSERT INTO partner_answer (ec, notice_number, activated_by, activated_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (ec, notice_number) DO UPDATE SET activated_by = excluded.activated_by, \
             activated_at = excluded.activated_at",
        )
        .bind(ec.as_str())
        .bind(notice.as_str())
        .bind(by)
        .bind(at.as_microsecond())
        .execute(connection)
        .await
        .map(drop)
    }

    pub(super) async fn stood_in(
        pool: &Pool,
        stand_in: &StandIn<'_>,
        at: Timestamp,
    ) -> Result<(), sqlx::Error> {
        let StandIn { ec, notice, partner, activates, .. } = stand_in;
        let mut tx = begin(pool, BEGIN).await?;
        let before: Option<(Option<String>, Option<String>)> =
            sqlx::query_as(READ).bind(ec.as_str()).bind(notice.as_str()).fetch_optional(&mut *tx).await?;
        sqlx::query(
            "INSERT INTO partner_answer (ec, notice_number, stood_in_for, stood_in_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (ec, notice_number) DO UPDATE SET stood_in_for = excluded.stood_in_for, \
             stood_in_at = excluded.stood_in_at",
        )
        .bind(ec.as_str())
        .bind(notice.as_str())
        .bind(partner.as_str())
        .bind(at.as_microsecond())
        .execute(&mut *tx)
        .await?;
        if *activates == Activates::Yes {
            write_activated(&mut tx, (ec, notice), partner.as_str(), at).await?;
        }
        let known = before.and_then(|(_, stood_in_for)| stood_in_for);
        let is_new = known.as_deref() != Some(partner.as_str());
        let told: Vec<Event> = is_new.then(|| told(stand_in, at)).into_iter().collect();
        record(&mut tx, &told).await?;
        tx.commit().await
    }
}

fn told(stand_in: &StandIn<'_>, at: Timestamp) -> Event {
    let facts = PartnerFacts {
        partner: stand_in.partner.as_str().to_owned(),
        notice: Some(*stand_in.notice),
        delivery: None,
        reason: Some(stand_in.reason.to_owned()),
    };
    event(Feed::Institution(stand_in.ec.clone()), PartnerChange::StoodIn, facts, at)
}
