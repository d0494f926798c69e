//! The statements that book a batch of receipts, each over all of its rows.

use std::collections::{HashMap, HashSet};

use crate::domain::amount::Cents;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::notice_number::NoticeNumber;
use crate::domain::payability::PayabilityFacts;
use crate::domain::position::AfterDue;
use crate::domain::receipt::{
    Effect, PaidThrough, ReceiptClass, ReceiptOutcome, ReceiptTransfer, SubjectCode,
};
use crate::store::StoreError;
use crate::store::dialect::{BATCH, Bulk, NOBODY, filled, for_both_engines, runs};
use crate::store::rows::{instant, optional_instant, read, settled};

use super::decide::{Before, Decided, Entry, Identity, Known, OtherOptions, Place, decide, identity, place};
use super::{BookReceipt, Booked, Novelty, StoredReceipt};
use crate::store::anomalies::open as anomalies;
use crate::store::partners::letters;
use crate::store::{UnbookedMessage, events, unbooked};
use anomalies::Opening;
use letters::NewLetter;

const WANTED_NOTICES: &str = "WITH wanted (ec, notice_number) AS (VALUES ";

pub(in crate::store) static FACTS: Bulk = Bulk::new(
    WANTED_NOTICES,
    "(#, #)",
    ") SELECT n.ec, n.notice_number, n.iupd, n.option_no, n.amount, n.due_at, n.paid_at, o.valid_from, \
     o.expires, p.published_at, p.invalidated_at, \
     p.version, (SELECT COUNT(*) FROM (SELECT 1 FROM notice b WHERE b.ec = n.ec AND b.iupd = n.iupd \
         AND b.option_no = n.option_no AND b.notice_number <> n.notice_number AND b.paid_at IS NULL \
         LIMIT 65) unpaid) AS unpaid_beside, \
     CASE WHEN EXISTS (SELECT 1 FROM notice b WHERE b.ec = n.ec AND b.iupd = n.iupd \
         AND b.option_no = n.option_no AND b.notice_number <> n.notice_number AND b.paid_at IS NOT NULL) \
         THEN 1 ELSE 0 END AS paid_beside, \
     CASE WHEN NOT EXISTS (SELECT 1 FROM notice s WHERE s.ec = n.ec AND s.iupd = n.iupd \
         AND s.option_no <> n.option_no AND s.paid_at IS NOT NULL) THEN 0 \
         WHEN EXISTS (SELECT 1 FROM payment_option w WHERE w.ec = n.ec AND w.iupd = n.iupd \
         AND w.option_no <> n.option_no AND NOT EXISTS (SELECT 1 FROM notice s WHERE s.ec = w.ec \
         AND s.iupd = w.iupd AND s.option_no = w.option_no AND s.paid_at IS NULL)) THEN 2 ELSE 1 END \
         AS sibling_paid \
     FROM wanted w JOIN notice n ON n.ec = w.ec AND n.notice_number = w.notice_number \
     JOIN payment_option o ON o.ec = n.ec AND o.iupd = n.iupd AND o.option_no = n.option_no \
     JOIN position p ON p.ec = n.ec AND p.iupd = n.iupd",
);

pub(in crate::store) static BOOKED_BEFORE: Bulk = Bulk::new(
    "WITH wanted (ec, receipt_key) AS (VALUES ",
    "(#, #)",
    ") SELECT r.ec, r.receipt_key, r.class, r.issuer, r.notice_number, r.amount FROM wanted w \
     JOIN receipt r ON r.ec = w.ec AND r.receipt_key = w.receipt_key",
);

static INSERT_RECEIPTS: Bulk = Bulk::new(
    "INSERT INTO receipt (ec, receipt_key, receipt_id, notice_number, issuer, creditor_reference, class, \
     settles, executed, stand_in, amount, fee, paid_at, application_date, transfer_date, method, psp, \
     psp_fiscal_code, psp_name, channel, broker, station, primitive, received_at, raw, debtor_id, payer_id, \
     description, company_name) VALUES ",
    "(#, #, #, #, #, #, #, #, #, #, #, #, #, #, #, #, #, #, #, #, #, #, #, #, #, #, #, #, #)",
    " ON CONFLICT (ec, receipt_key) DO NOTHING RETURNING ec, receipt_key",
);

static INSERT_TRANSFERS: Bulk = Bulk::new(
    "INSERT INTO receipt_transfer (ec, receipt_key, line_no, id_transfer, amount, beneficiary, iban, \
     stamp, category, remittance) VALUES ",
    "(#, #, #, #, #, #, #, #, #, #)",
    "",
);

pub(in crate::store) static SETTLE_NOTICES: Bulk = Bulk::new(
    "WITH paid (ec, notice_number, paid_at, receipt, fee, psp, method) AS (VALUES ",
    "(#, #, #, #, #, #, #)",
    ") UPDATE notice SET paid_at = paid.paid_at, paid_receipt = paid.receipt, paid_fee = paid.fee, \
     paid_psp = paid.psp, paid_method = paid.method FROM paid \
     WHERE notice.ec = paid.ec AND notice.notice_number = paid.notice_number AND notice.paid_at IS NULL",
);

pub(in crate::store) static TOUCH_POSITIONS: Bulk = Bulk::new(
    "WITH touched (ec, iupd, changed_at) AS (VALUES ",
    "(#, #, #)",
    ") UPDATE position SET updated_at = touched.changed_at, version = position.version + 1 FROM touched \
     WHERE position.ec = touched.ec AND position.iupd = touched.iupd",
);

#[derive(sqlx::FromRow)]
struct FactsRow {
    ec: String,
    notice_number: String,
    iupd: String,
    option_no: i64,
    amount: i64,
    due_at: i64,
    paid_at: Option<i64>,
    valid_from: Option<i64>,
    expires: bool,
    published_at: Option<i64>,
    invalidated_at: Option<i64>,
    version: i64,
    unpaid_beside: i64,
    paid_beside: i32,
    sibling_paid: i32,
}

impl FactsRow {
    fn read(self) -> Result<(Place, Known), StoreError> {
        let due = instant(self.due_at)?;
        let facts = PayabilityFacts {
            amount: read(Cents::new(self.amount), "amount")?,
            published_at: optional_instant(self.published_at)?,
            invalidated_at: optional_instant(self.invalidated_at)?,
            valid_from: optional_instant(self.valid_from)?,
            due,
            after_due: if self.expires { AfterDue::Expires } else { AfterDue::StaysPayable },
            settled: settled(self.paid_at, self.sibling_paid),
        };
        let known = Known {
            iupd: self.iupd,
            option_no: self.option_no,
            version: self.version,
            facts,
            unpaid_beside: self.unpaid_beside,
            paid_beside: self.paid_beside > 0,
            other_options: match self.sibling_paid {
                0 => OtherOptions::Unpaid,
                1 => OtherOptions::InPart,
                _ => OtherOptions::Whole,
            },
        };
        Ok(((self.ec, self.notice_number), known))
    }
}

fn sorted<T: Ord>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut items: Vec<T> = items.collect();
    items.sort_unstable();
    items.dedup();
    items
}

/// What is handed on of a receipt.
fn letter<'a>(entry: &'a Entry<'_>) -> Option<NewLetter<'a>> {
    let to = entry.booking.deliver_to.as_ref()?;
    let notice = &entry.booking.receipt.notice;
    let (ec, name) = (&entry.booking.receipt.recipient, &entry.identity.1);
    Some(NewLetter { ec, name, to, notice, made_at: entry.booking.received_at })
}

/// The key of a row to look up, or of none.
fn key(wanted: Option<&(String, String)>) -> (&str, &str) {
    wanted.map_or((NOBODY, NOBODY), |(ec, name)| (ec, name))
}

for_both_engines! {
    [events, anomalies, unbooked, letters]

    pub(in crate::store) async fn book(
        pool: &Pool,
        bookings: &[BookReceipt],
    ) -> Result<Vec<Booked>, StoreError> {
        let failed = || StoreError::during("book_receipt");
        let mut tx = begin(pool, BEGIN).await.map_err(failed())?;
        let known = known_notices(&mut tx, bookings).await?;
        let before = booked_before(&mut tx, bookings).await?;
        let Decided { booked, entries, mut events, mut openings } = decide(bookings, known, before);
        let inserted = insert_receipts(&mut tx, &entries).await.map_err(failed())?;
        // Decided on what is no longer so: all is decided anew, and the winner is then seen.
        if inserted.len() < entries.len() {
            return Err(StoreError::Beaten);
        }
        insert_transfers(&mut tx, &entries).await.map_err(failed())?;
        settle_notices(&mut tx, &entries).await.map_err(failed())?;
        let letters: Vec<NewLetter<'_>> = entries.iter().filter_map(letter).collect();
        write_letters(&mut tx, &letters).await.map_err(failed())?;
        openings.extend(keep_conflicting(&mut tx, bookings, &booked).await.map_err(failed())?);
        events.extend(open_anomalies(&mut tx, &openings).await.map_err(failed())?);
        record(&mut tx, &events).await.map_err(failed())?;
        tx.commit().await.map_err(failed())?;
        Ok(booked)
    }

    async fn keep_conflicting(
        connection: &mut Connection,
        bookings: &[BookReceipt],
        booked: &[Booked],
    ) -> Result<Vec<Opening>, sqlx::Error> {
        let mut openings = Vec::new();
        for (booking, booked) in bookings.iter().zip(booked) {
            if booked.novelty == Novelty::Conflicting {
                openings.extend(keep(&mut *connection, &UnbookedMessage::from(booking)).await?);
            }
        }
        Ok(openings)
    }

    pub(in crate::store) async fn of_notice(
        pool: &Pool,
        ec: &FiscalCode,
        notice: &NoticeNumber,
    ) -> Result<Vec<StoredReceipt>, sqlx::Error> {
        sqlx::query_as(
            "SELECT receipt_id AS id, notice_number AS notice, class, amount, raw FROM receipt \
             WHERE ec = $1 AND notice_number = $2 ORDER BY receipt_key",
        )
        .bind(ec.as_str())
        .bind(notice.as_str())
        .fetch_all(pool)
        .await
    }

    static LOCK_POSITIONS: Bulk = Bulk::new(WANTED_NOTICES, "(#, #)", LOCK_POSITIONS_TAIL);

    async fn known_notices(
        connection: &mut Connection,
        bookings: &[BookReceipt],
    ) -> Result<HashMap<Place, Known>, StoreError> {
        let failed = || StoreError::during("book_receipt");
        let mut places = sorted(bookings.iter().map(place));
        if LOCKS_ROWS {
            let mut locked = Vec::with_capacity(places.len());
            for places in places.chunks(BATCH).map(filled) {
                let mut query = sqlx::query_as(LOCK_POSITIONS.text(places.len()));
                for (ec, notice) in places.map(key) {
                    query = query.bind(ec).bind(notice);
                }
                locked.append(&mut query.fetch_all(&mut *connection).await.map_err(failed())?);
            }
            // A position that appears after the lock was taken is not locked: its receipt is linked late.
            places = locked;
        }
        let mut known = HashMap::with_capacity(places.len());
        for places in places.chunks(BATCH).map(filled) {
            let mut query = sqlx::query_as(FACTS.text(places.len()));
            for (ec, notice) in places.map(key) {
                query = query.bind(ec).bind(notice);
            }
            let rows: Vec<FactsRow> = query.fetch_all(&mut *connection).await.map_err(failed())?;
            for row in rows {
                match row.read() {
                    Ok((place, facts)) => drop(known.insert(place, facts)),
                    // A receipt must be kept even if the notice it pays was damaged by hand.
                    Err(error) => tracing::error!(%error, "a notice is not readable: its receipt is kept unmatched"),
                }
            }
        }
        Ok(known)
    }

    async fn booked_before(
        connection: &mut Connection,
        bookings: &[BookReceipt],
    ) -> Result<HashMap<Identity, Before>, StoreError> {
        let mut before = HashMap::new();
        for identities in sorted(bookings.iter().map(identity)).chunks(BATCH).map(filled) {
            let mut query = sqlx::query_as(BOOKED_BEFORE.text(identities.len()));
            for (ec, receipt) in identities.map(key) {
                query = query.bind(ec).bind(receipt);
            }
            let rows: Vec<(String, String, String, String, String, i64)> =
                query.fetch_all(&mut *connection).await.map_err(StoreError::during("book_receipt"))?;
            for (ec, key, class, issuer, notice, amount) in rows {
                let class =
                    ReceiptClass::from_word(&class).ok_or(StoreError::Corrupt { what: "class of a receipt" })?;
                before.insert((ec, key), Before { class, issuer, notice, amount });
            }
        }
        Ok(before)
    }

    async fn insert_receipts(
        connection: &mut Connection,
        entries: &[Entry<'_>],
    ) -> Result<HashSet<Identity>, sqlx::Error> {
        let mut inserted = HashSet::with_capacity(entries.len());
        for entries in runs(entries) {
            let mut query = sqlx::query_as(INSERT_RECEIPTS.text(entries.len()));
            for entry in entries {
                let (receipt, payment) = (&entry.booking.receipt, &entry.booking.receipt.payment);
                let subject = &receipt.subject;
                query = query
                    .bind(&entry.identity.0)
                    .bind(&entry.identity.1)
                    .bind(receipt.id.as_str())
                    .bind(receipt.notice.as_str())
                    .bind(receipt.issuer.as_str())
                    .bind(&receipt.creditor_reference)
                    .bind(entry.class.word())
                    .bind(entry.effect == Effect::SettlesNotice)
                    .bind(receipt.outcome == ReceiptOutcome::Executed)
                    .bind(receipt.stand_in == PaidThrough::StandIn)
                    .bind(receipt.amount.get())
                    .bind(payment.fee.map(Cents::get))
                    .bind(payment.paid_at.map(|at| at.as_microsecond()))
                    .bind(payment.application_date.map(|date| date.to_string()))
                    .bind(payment.transfer_date.map(|date| date.to_string()))
                    .bind(&payment.method)
                    .bind(&payment.psp)
                    .bind(&payment.psp_fiscal_code)
                    .bind(&payment.psp_name)
                    .bind(&payment.channel)
                    .bind(receipt.broker.as_str())
                    .bind(receipt.station.as_str())
                    .bind(entry.booking.primitive)
                    .bind(entry.booking.received_at.as_microsecond())
                    .bind(entry.booking.raw.as_ref())
                    .bind(subject.debtor.as_str())
                    .bind(subject.payer.as_ref().map(SubjectCode::as_str))
                    .bind(subject.description.as_str())
                    .bind(&subject.company_name);
            }
            inserted.extend(query.fetch_all(&mut *connection).await?);
        }
        Ok(inserted)
    }

    async fn insert_transfers(connection: &mut Connection, entries: &[Entry<'_>]) -> Result<(), sqlx::Error> {
        let lines: Vec<(&Identity, i64, &ReceiptTransfer)> = entries
            .iter()
            .flat_map(|entry| (1..).zip(&entry.booking.receipt.transfers).map(|(n, t)| (&entry.identity, n, t)))
            .collect();
        for lines in runs(&lines) {
            let mut query = sqlx::query(INSERT_TRANSFERS.text(lines.len()));
            for (identity, line, transfer) in lines {
                query = query
                    .bind(&identity.0)
                    .bind(&identity.1)
                    .bind(*line)
                    .bind(transfer.id)
                    .bind(transfer.amount.get())
                    .bind(transfer.beneficiary.as_str())
                    .bind(&transfer.iban)
                    .bind(&transfer.stamp)
                    .bind(&transfer.category)
                    .bind(&transfer.remittance_information);
            }
            query.execute(&mut *connection).await?;
        }
        Ok(())
    }

    async fn settle_notices(connection: &mut Connection, entries: &[Entry<'_>]) -> Result<(), sqlx::Error> {
        let settling: Vec<&Entry<'_>> =
            entries.iter().filter(|entry| entry.effect == Effect::SettlesNotice).collect();
        for entries in settling.chunks(BATCH).map(filled) {
            let mut query = sqlx::query(SETTLE_NOTICES.text(entries.len()));
            for entry in entries {
                let booking = entry.map(|entry| entry.booking);
                let receipt = booking.map(|booking| &booking.receipt);
                let payment = receipt.map(|receipt| &receipt.payment);
                let paid_at = booking.map(|b| b.receipt.payment.paid_at.unwrap_or(b.received_at));
                query = query
                    .bind(receipt.map_or(NOBODY, |receipt| receipt.issuer.as_str()))
                    .bind(receipt.map_or(NOBODY, |receipt| receipt.notice.as_str()))
                    .bind(paid_at.map(|at| at.as_microsecond()))
                    .bind(receipt.map(|receipt| receipt.id.as_str()))
                    .bind(payment.and_then(|payment| payment.fee).map(Cents::get))
                    .bind(payment.map(|payment| payment.psp_name.as_str()))
                    .bind(payment.and_then(|payment| payment.method.as_deref()));
            }
            query.execute(&mut *connection).await?;
        }
        let touched = sorted(settling.iter().filter_map(|entry| {
            let iupd = entry.iupd.as_deref()?;
            Some((entry.booking.receipt.issuer.as_str(), iupd, entry.booking.received_at.as_microsecond()))
        }));
        for touched in touched.chunks(BATCH).map(filled) {
            let mut query = sqlx::query(TOUCH_POSITIONS.text(touched.len()));
            for position in touched {
                let (ec, iupd, at) = position.copied().unwrap_or((NOBODY, NOBODY, 0));
                query = query.bind(ec).bind(iupd).bind(at);
            }
            query.execute(&mut *connection).await?;
        }
        Ok(())
    }
}
