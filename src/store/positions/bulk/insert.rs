//! Positions inserted by a few statements over many rows.

use sqlx::Connection as _;

use crate::domain::event::{Event, of_change};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::notice_number::NoticeNumber;
use crate::domain::position::{Notice, PaymentOption, Position, Transfer};
use crate::store::StoreError;
use crate::store::dialect::{BATCH, Bulk, NOBODY, filled, for_both_engines, runs};
use crate::store::numbers::{self, Numbered};
use crate::store::positions::bind;

static INSERT_POSITIONS: Bulk = Bulk::new(
    "INSERT INTO position (ec, iupd, company_name, office_name, stand_in_allowed, created_at, updated_at, \
     published_at, invalidated_at, version) VALUES ",
    "(#, #, #, #, #, #, #, #, #, #)",
    " ON CONFLICT DO NOTHING",
);

static INSERT_OPTIONS: Bulk = Bulk::new(
    "INSERT INTO payment_option (ec, iupd, option_no, is_plan, description, valid_from, expires, \
     debtor_kind, debtor_id, debtor_name, street, civic_number, postal_code, city, province, region, \
     country, email, phone) VALUES ",
    "(#, #, #, #, #, #, #, #, #, #, #, #, #, #, #, #, #, #, #)",
    "",
);

static INSERT_NOTICES: Bulk = Bulk::new(
    "INSERT INTO notice (ec, notice_number, iuv, iupd, option_no, notice_no, amount, description, due_at, \
     retention_at, metadata) VALUES ",
    "(#, #, #, #, #, #, #, #, #, #, #)",
    " ON CONFLICT DO NOTHING",
);

static INSERT_TRANSFERS: Bulk = Bulk::new(
    "INSERT INTO transfer (ec, notice_number, id_transfer, amount, beneficiary, company_name, remittance, \
     category, iban, postal_iban, stamp_hash, stamp_kind, stamp_province, metadata, reported_at) VALUES ",
    "(#, #, #, #, #, #, #, #, #, #, #, #, #, #, #)",
    "",
);

pub(in crate::store) static RECEIPTED: Bulk = Bulk::new(
    "WITH wanted (ec, notice_number) AS (VALUES ",
    "(#, #)",
    ") SELECT DISTINCT r.ec, r.notice_number FROM wanted w JOIN receipt r ON r.ec = w.ec \
     AND r.notice_number = w.notice_number AND r.issuer = r.ec AND r.executed \
     JOIN notice n ON n.ec = w.ec AND n.notice_number = w.notice_number AND n.paid_at IS NULL",
);

/// A notice by its creditor and number.
pub(in crate::store) type Named<'a> = (&'a FiscalCode, &'a NoticeNumber);

/// A notice with its place.
type Placed<'a> = (&'a Position, &'a PaymentOption, i64, &'a Notice);

/// Every notice of the positions, in the order in which all writers take numbers.
fn placed<'a>(positions: &[&'a Position]) -> Vec<Placed<'a>> {
    let mut all: Vec<Placed<'a>> = positions
        .iter()
        .flat_map(|position| position.options.iter().map(move |option| (*position, option)))
        .flat_map(|(position, option)| {
            (0..).zip(&option.notices).map(move |(index, notice)| (position, option, index, notice))
        })
        .collect();
    all.sort_by_key(|(.., notice)| notice.number);
    all
}

/// Whether the statements over many rows can carry the position: they write nothing that has happened to it.
fn is_plain(position: &Position) -> bool {
    let plain = |notice: &Notice| {
        notice.payment.is_none() && notice.activated_at.is_none() && notice.notification_fee.get() == 0
    };
    position.notices().all(plain)
}

for_both_engines! {
    [numbers, bind]

    /// Inserts all positions by a few statements; says what is to be told of them. None if that is not
    /// possible because some name or number is taken; then nothing is inserted.
    pub(in crate::store) async fn create_many(
        connection: &mut Connection,
        numbered: &[&Numbered],
    ) -> Result<Option<Vec<Event>>, StoreError> {
        let failed = || StoreError::during("create_positions");
        let mut positions: Vec<&Position> = numbered.iter().map(|numbered| &numbered.position).collect();
        if !positions.iter().all(|position| is_plain(position)) {
            return Ok(None);
        }
        positions.sort_by_key(|position| position.iupd.as_str());
        let mut tx = connection.begin().await.map_err(failed())?;
        let notices = placed(&positions);
        let whole = insert_heads(&mut tx, &positions).await.map_err(failed())?
            && insert_notices(&mut tx, &notices).await.map_err(failed())?;
        if !whole {
            tx.rollback().await.map_err(failed())?;
            return Ok(None);
        }
        let transfers: Vec<(&Position, &Notice, &Transfer)> = notices
            .iter()
            .flat_map(|(position, _, _, notice)| notice.transfers.iter().map(move |t| (*position, *notice, t)))
            .collect();
        insert_transfers(&mut tx, &transfers).await.map_err(failed())?;
        for Numbered { position, generated } in numbered {
            if first_seen(&mut tx, &position.ec, generated).await.map_err(failed())?.is_some() {
                tx.rollback().await.map_err(failed())?;
                return Ok(None);
            }
        }
        let told = |Numbered { position, .. }: &&Numbered| {
            of_change(None, Some(position), position.history.created_at)
        };
        let mut events: Vec<Event> = numbered.iter().flat_map(told).collect();
        // A receipt may have come before its notice.
        let numbers: Vec<Named<'_>> = notices.iter().map(|(p, _, _, n)| (&p.ec, &n.number)).collect();
        events.extend(late_receipts::link_receipted(&mut tx, &numbers).await?);
        tx.commit().await.map_err(failed())?;
        Ok(Some(events))
    }

    async fn insert_heads(connection: &mut Connection, positions: &[&Position]) -> Result<bool, sqlx::Error> {
        for run in runs(positions) {
            let mut query = sqlx::query(INSERT_POSITIONS.text(run.len()));
            for position in run {
                query = bind_position(query, position);
            }
            if query.execute(&mut *connection).await?.rows_affected() < run.len() as u64 {
                return Ok(false);
            }
        }
        let options: Vec<(&Position, &PaymentOption)> = positions
            .iter()
            .flat_map(|position| position.options.iter().map(move |option| (*position, option)))
            .collect();
        for run in runs(&options) {
            let mut query = sqlx::query(INSERT_OPTIONS.text(run.len()));
            for (position, option) in run {
                query = bind_option(query, position, option);
            }
            query.execute(&mut *connection).await?;
        }
        Ok(true)
    }

    async fn insert_notices(connection: &mut Connection, notices: &[Placed<'_>]) -> Result<bool, sqlx::Error> {
        for run in runs(notices) {
            let mut query = sqlx::query(INSERT_NOTICES.text(run.len()));
            for (position, option, index, notice) in run {
                query = bind_notice(query, position, option, (*index, notice));
            }
            if query.execute(&mut *connection).await?.rows_affected() < run.len() as u64 {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn insert_transfers(
        connection: &mut Connection,
        transfers: &[(&Position, &Notice, &Transfer)],
    ) -> Result<(), sqlx::Error> {
        for run in runs(transfers) {
            let mut query = sqlx::query(INSERT_TRANSFERS.text(run.len()));
            for (position, notice, transfer) in run {
                query = bind_transfer(query, position, notice, transfer);
            }
            query.execute(&mut *connection).await?;
        }
        Ok(())
    }

    /// Those of the notices that are not paid and that a receipt of their creditor is booked for.
    pub(in crate::store) async fn receipted(
        connection: &mut Connection,
        notices: &[Named<'_>],
    ) -> Result<Vec<(FiscalCode, NoticeNumber)>, sqlx::Error> {
        let mut found = Vec::new();
        for notices in notices.chunks(BATCH).map(filled) {
            let mut query = sqlx::query_as(RECEIPTED.text(notices.len()));
            for notice in notices {
                let (ec, number) = notice.map_or((NOBODY, NOBODY), |(ec, number)| (ec.as_str(), number.as_str()));
                query = query.bind(ec.to_owned()).bind(number.to_owned());
            }
            let rows: Vec<(String, String)> = query.fetch_all(&mut *connection).await?;
            found.extend(rows.iter().filter_map(|(ec, number)| {
                Some((FiscalCode::new(ec).ok()?, NoticeNumber::new(number).ok()?))
            }));
        }
        Ok(found)
    }
}
