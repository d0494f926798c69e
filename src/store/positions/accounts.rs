//! An account of a creditor that another one replaces, wherever something can still be paid to it.
//!
//! What may change is looked for by readers; then each position is judged again and written in a short
//! transaction of its own, so that no receipt waits for the whole request.

use std::collections::{BTreeSet, HashSet};

use jiff::Timestamp;

use crate::domain::event::of_change;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::iban::Iban;
use crate::domain::ids::Iupd;
use crate::domain::notice_number::NoticeNumber;
use crate::domain::position::Position;
use crate::domain::update::{IbanChange, replace_iban};
use crate::store::dialect::{BATCH, Bulk, NOBODY, filled, for_both_engines, on_engine};
use crate::store::{Store, StoreError, events};

use super::list::status_word;
use super::segregation::{codes, of_caller};
use super::{read, replace, until_no_conflict};

/// How many transfers are looked at at a time.
const PAGE: usize = 256;

impl Store {
    /// Replaces an account of a creditor in transfers that can still be paid; says in how many. `None` if no
    /// position of the creditor is in a status that lets its accounts change.
    ///
    /// Each position is changed whole or not at all, but not all of them at once: after a failure some are
    /// changed, and the same request again changes the rest. A position that another writer changes
    /// meanwhile is judged as that leaves it, so fewer may change than the limit lets.
    pub async fn replace_iban(
        &self,
        ec: &FiscalCode,
        change: IbanChange<'_>,
        now: Timestamp,
    ) -> Result<Option<usize>, StoreError> {
        let open = on_engine!(&self.pools, read, |pool, engine| {
            engine::is_any_changeable(pool, ec, change, now).await
        });
        if !open.map_err(StoreError::during("replace_iban"))? {
            return Ok(None);
        }
        let found =
            on_engine!(&self.pools, read, |pool, engine| engine::with_iban(pool, ec, change, now).await);
        let mut replaced = 0;
        for iupd in found.map_err(StoreError::during("replace_iban"))? {
            let iupd = Iupd::new(&iupd).map_err(|_| StoreError::Corrupt { what: "iupd" })?;
            let left = IbanChange { limit: change.limit.saturating_sub(replaced), ..change };
            replaced += until_no_conflict!(on_engine!(&self.pools, write, |pool, engine| {
                engine::replace_in(pool, ec, &iupd, left, now).await
            }))?;
        }
        Ok(Some(replaced))
    }
}

/// The newest first: among them is most likely one.
pub(in crate::store) const CHANGEABLE: &str = concat!(
    "SELECT 1 FROM position p WHERE p.ec = $1 AND p.created_at <> 0 AND ",
    of_caller!("$3"),
    " AND ",
    status_word!(),
    " IN ('DRAFT', 'PUBLISHED', 'VALID', 'PARTIALLY_PAID') ORDER BY p.created_at DESC LIMIT 1"
);

/// The transfers of unpaid notices to an account, after a place in the order of the notices.
pub(in crate::store) const WITH_IBAN: &str = "SELECT t.notice_number, t.id_transfer, n.iupd FROM transfer t \
    JOIN notice n ON n.ec = t.ec AND n.notice_number = t.notice_number \
    WHERE t.iban = $2 AND t.iban <> '' AND t.ec = $1 AND t.beneficiary = t.ec \
    AND t.notice_number >= $3 AND (t.notice_number > $3 OR t.id_transfer > $4) \
    AND n.paid_at IS NULL AND (n.activated_at IS NULL OR n.activated_at <= $5) \
    ORDER BY t.notice_number, t.id_transfer LIMIT $6";

/// Those of some positions whose accounts may change.
pub(in crate::store) static CHANGEABLE_AMONG: Bulk = Bulk::new(
    "WITH wanted (ec, iupd, moment, codes) AS (VALUES ",
    "(#, #, #, #)",
    concat!(
        ") SELECT p.iupd FROM wanted w JOIN position p ON p.ec = w.ec AND p.iupd = w.iupd WHERE ",
        of_caller!("w.codes"),
        " AND ",
        status_word!("w.moment"),
        " IN ('DRAFT', 'PUBLISHED', 'VALID', 'PARTIALLY_PAID')"
    ),
);

pub(in crate::store) static MOVE_TRANSFERS: Bulk = Bulk::new(
    "WITH moved (ec, notice_number, id_transfer, iban) AS (VALUES ",
    "(#, #, #, #)",
    ") UPDATE transfer SET iban = moved.iban FROM moved WHERE transfer.ec = moved.ec \
     AND transfer.notice_number = moved.notice_number AND transfer.id_transfer = moved.id_transfer",
);

/// A transfer by its notice and its number there, in the order of the notices.
type Place = (String, i64);

/// The transfers whose account differs between two states of a position that differ in nothing else.
fn moved<'a>(before: &'a Position, after: &'a Position) -> Vec<(&'a NoticeNumber, i64)> {
    let differing = before.notices().zip(after.notices()).flat_map(|(before, after)| {
        let transfers =
            before.transfers.iter().zip(&after.transfers).filter(|(before, after)| before != after);
        transfers.map(|(_, transfer)| (&after.number, transfer.id))
    });
    differing.collect()
}

for_both_engines! {
    [read, replace, events]

    pub(super) async fn is_any_changeable(
        pool: &Pool,
        ec: &FiscalCode,
        change: IbanChange<'_>,
        now: Timestamp,
    ) -> Result<bool, sqlx::Error> {
        let found: Option<i32> = sqlx::query_scalar(CHANGEABLE)
            .bind(ec.as_str())
            .bind(now.as_microsecond())
            .bind(codes(change.scope))
            .fetch_optional(pool)
            .await?;
        Ok(found.is_some())
    }

    /// The positions of the first transfers that may change, as many transfers as the limit lets; by name.
    pub(super) async fn with_iban(
        pool: &Pool,
        ec: &FiscalCode,
        change: IbanChange<'_>,
        now: Timestamp,
    ) -> Result<BTreeSet<String>, sqlx::Error> {
        let mut chosen = BTreeSet::new();
        let (mut found, mut after) = (0, Place::default());
        while found < change.limit && change.old != change.new {
            let page = transfers_after(pool, ec, change, (&after, now)).await?;
            let strange: BTreeSet<&str> =
                page.iter().map(|(_, iupd)| iupd.as_str()).filter(|iupd| !chosen.contains(*iupd)).collect();
            let changeable =
                changeable_among(pool, ec, change, (&Vec::from_iter(strange), now)).await?;
            let last = page.len() < PAGE;
            for (place, iupd) in page {
                if found < change.limit && (chosen.contains(&iupd) || changeable.contains(&iupd)) {
                    found += 1;
                    chosen.insert(iupd);
                }
                after = place;
            }
            if last {
                break;
            }
        }
        Ok(chosen)
    }

    async fn transfers_after(
        pool: &Pool,
        ec: &FiscalCode,
        change: IbanChange<'_>,
        ((notice, id), now): (&Place, Timestamp),
    ) -> Result<Vec<(Place, String)>, sqlx::Error> {
        let rows: Vec<(String, i64, String)> = sqlx::query_as(WITH_IBAN)
            .bind(ec.as_str())
            .bind(Iban::as_str(change.old))
            .bind(notice)
            .bind(id)
            .bind(change.hold.cutoff(now).as_microsecond())
            .bind(i64::try_from(PAGE).unwrap_or(i64::MAX))
            .fetch_all(pool)
            .await?;
        Ok(rows.into_iter().map(|(notice, id, iupd)| ((notice, id), iupd)).collect())
    }

    async fn changeable_among(
        pool: &Pool,
        ec: &FiscalCode,
        change: IbanChange<'_>,
        (iupds, now): (&[&str], Timestamp),
    ) -> Result<HashSet<String>, sqlx::Error> {
        let mut changeable = HashSet::with_capacity(iupds.len());
        for iupds in iupds.chunks(BATCH).map(filled) {
            let mut query = sqlx::query_scalar(CHANGEABLE_AMONG.text(iupds.len()));
            for iupd in iupds {
                let (ec, iupd) = iupd.map_or((NOBODY, NOBODY), |iupd| (ec.as_str(), iupd));
                query = query.bind(ec).bind(iupd).bind(now.as_microsecond()).bind(codes(change.scope));
            }
            changeable.extend(query.fetch_all(pool).await?);
        }
        Ok(changeable)
    }

    /// Replaces the account in one position; says in how many transfers.
    pub(super) async fn replace_in(
        pool: &Pool,
        ec: &FiscalCode,
        iupd: &Iupd,
        change: IbanChange<'_>,
        now: Timestamp,
    ) -> Result<usize, StoreError> {
        let failed = || StoreError::during("replace_iban");
        let mut tx = begin(pool, BEGIN).await.map_err(failed())?;
        let Some(before) = load_locked(&mut tx, ec, iupd).await? else { return Ok(0) };
        let mut after = before.clone();
        let replaced = replace_iban(&mut after, change, now);
        if replaced == 0 {
            return Ok(0);
        }
        update_position(&mut tx, &after).await.map_err(failed())?;
        for transfers in moved(&before, &after).chunks(BATCH).map(filled) {
            let mut query = sqlx::query(MOVE_TRANSFERS.text(transfers.len()));
            for transfer in transfers {
                let (ec, notice, id) =
                    transfer.map_or((NOBODY, NOBODY, 0), |(notice, id)| (ec.as_str(), notice.as_str(), *id));
                query = query.bind(ec).bind(notice).bind(id).bind(Iban::as_str(change.new));
            }
            query.execute(&mut *tx).await.map_err(failed())?;
        }
        record(&mut tx, &of_change(Some(&before), Some(&after), now)).await.map_err(failed())?;
        tx.commit().await.map_err(failed())?;
        Ok(replaced)
    }
}
