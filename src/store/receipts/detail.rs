//! One receipt with all its facts.

use jiff::Timestamp;

use super::decide::{key_of, receipt_key};
use crate::domain::event::Feed;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::ids::ReceiptId;
use crate::domain::notice_number::NoticeNumber;
use crate::domain::receipt::ReceiptOutcome;
use crate::store::dialect::{for_both_engines, on_engine};
use crate::store::{Store, StoreError, rows};

/// Reads a [`ReceiptRow`].
macro_rules! facts {
    () => {
        "SELECT receipt_key, receipt_id, notice_number, issuer, creditor_reference, class, settles, \
         executed, stand_in, amount, fee, COALESCE(paid_at, received_at) AS paid_on, application_date, \
         transfer_date, method, psp, psp_fiscal_code, psp_name, channel, primitive, received_at, debtor_id, \
         payer_id, description, company_name, raw FROM receipt"
    };
}

/// One receipt of a reference: the one that settles, or else the first that came; unless it is asked for
/// by its id, only one that says that something was paid.
const ONE_RECEIPT: &str = concat!(
    facts!(),
    " WHERE ec = $1 AND creditor_reference = $2 \
     AND (CASE WHEN CAST($3 AS TEXT) IS NULL THEN executed \
         ELSE receipt_key IN ($3, 'not-executed:' || $3) END) \
     ORDER BY settles DESC, executed DESC, received_at, receipt_key LIMIT 1"
);

/// The receipt of an id: of the payment, or else the message that nothing was paid.
pub(in crate::store) const RECEIPT_OF_ID: &str =
    concat!(facts!(), " WHERE ec = $1 AND receipt_key IN ($2, $3) ORDER BY executed DESC LIMIT 1");

/// Every fact of a receipt. It names persons, so that it has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct ReceiptDetail {
    /// What was written with it.
    pub row: ReceiptRow,
    /// When it was paid, or received if it does not say.
    pub paid_on: Timestamp,
    /// When it was received.
    pub received_at: Timestamp,
    /// Each beneficiary's share.
    pub transfers: Vec<ReceiptShare>,
}

/// A receipt as it is written. Amounts are in cents.
#[derive(Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ReceiptRow {
    pub(super) receipt_key: String,
    paid_on: i64,
    received_at: i64,
    /// The node's name of the payment.
    pub receipt_id: String,
    /// The notice that was paid.
    pub notice_number: String,
    /// The creditor institution that issued the notice.
    pub issuer: String,
    /// The creditor's reference, as the node wrote it.
    pub creditor_reference: String,
    /// How it fits our data, as a word of [`ReceiptClass`](crate::domain::receipt::ReceiptClass).
    pub class: String,
    /// Whether its notice is paid by it.
    pub settles: bool,
    /// Whether the payment was carried out.
    pub executed: bool,
    /// Whether the node's archive answered in our place.
    pub stand_in: bool,
    /// What was paid to the creditors.
    pub amount: i64,
    /// What the payer paid on top.
    pub fee: Option<i64>,
    /// When the payment service provider booked it, as `2026-12-31`.
    pub application_date: Option<String>,
    /// When the money is transferred, as `2026-12-31`.
    pub transfer_date: Option<String>,
    /// How it was paid.
    pub method: Option<String>,
    /// The payment service provider.
    pub psp: String,
    /// Its fiscal code.
    pub psp_fiscal_code: Option<String>,
    /// Its name.
    pub psp_name: String,
    /// The channel it used.
    pub channel: String,
    /// The operation that brought the receipt.
    pub primitive: String,
    /// Who owed, if that is known.
    pub debtor_id: Option<String>,
    /// Who paid, if that is known.
    pub payer_id: Option<String>,
    /// What it is about.
    pub description: Option<String>,
    /// The creditor's name.
    pub company_name: Option<String>,
    /// The whole message as received.
    pub raw: Vec<u8>,
}

/// One beneficiary's share of a receipt.
#[derive(Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ReceiptShare {
    /// 1 to 5.
    pub id_transfer: i64,
    /// The share, in cents.
    pub amount: i64,
    /// Whose it is.
    pub beneficiary: String,
    /// The account, absent for a digital stamp.
    pub iban: Option<String>,
    /// The digital stamp, as received.
    pub stamp: Option<Vec<u8>>,
    /// Taxonomy code.
    pub category: String,
    /// What the bank statement says.
    pub remittance: String,
}

impl Store {
    /// The receipt of a reference of a creditor institution: of that payment, or the one that settles.
    pub async fn receipt(
        &self,
        ec: &FiscalCode,
        iuv: &str,
        id: Option<&ReceiptId>,
    ) -> Result<Option<ReceiptDetail>, StoreError> {
        let found = on_engine!(&self.pools, read, |pool, engine| engine::detail(pool, ec, iuv, id).await);
        found.map_err(StoreError::during("receipt"))?.map(whole).transpose()
    }

    /// The receipt of that id of a creditor institution: of the payment, or else the message that nothing
    /// was paid; or only one of them.
    pub async fn receipt_of_id(
        &self,
        ec: &FiscalCode,
        id: &ReceiptId,
        only: Option<ReceiptOutcome>,
    ) -> Result<Option<ReceiptDetail>, StoreError> {
        let keys = match only {
            None => [ReceiptOutcome::Executed, ReceiptOutcome::NotExecuted],
            Some(outcome) => [outcome; 2],
        };
        let keys = keys.map(|outcome| receipt_key(id.as_str(), outcome));
        let found = on_engine!(&self.pools, read, |pool, engine| engine::of_id(pool, ec, &keys).await);
        found.map_err(StoreError::during("receipt_of_id"))?.map(whole).transpose()
    }

    /// The receipt that an event tells of, by the feed of the event and the key that it carries.
    pub async fn receipt_of_event(
        &self,
        feed: &Feed,
        key: &str,
    ) -> Result<Option<ReceiptDetail>, StoreError> {
        let Feed::Institution(ec) = feed else { return Ok(None) };
        let keys = [key.to_owned(), key.to_owned()];
        let found = on_engine!(&self.pools, read, |pool, engine| engine::of_id(pool, ec, &keys).await);
        found.map_err(StoreError::during("receipt_of_event"))?.map(whole).transpose()
    }

    /// The notice of that reference of a creditor institution, if there is one that is not paid.
    pub async fn unpaid_notice(
        &self,
        ec: &FiscalCode,
        iuv: &str,
    ) -> Result<Option<NoticeNumber>, StoreError> {
        let found = on_engine!(&self.pools, read, |pool, engine| engine::unpaid(pool, ec, iuv).await);
        let number = found.map_err(StoreError::during("unpaid_notice"))?;
        number.map(|number| rows::read(NoticeNumber::new(&number), "notice number")).transpose()
    }
}

fn whole((row, transfers): (ReceiptRow, Vec<ReceiptShare>)) -> Result<ReceiptDetail, StoreError> {
    let (paid_on, received_at) = (rows::instant(row.paid_on)?, rows::instant(row.received_at)?);
    Ok(ReceiptDetail { row, paid_on, received_at, transfers })
}

for_both_engines! {
    pub(super) async fn detail(
        pool: &Pool,
        ec: &FiscalCode,
        iuv: &str,
        id: Option<&ReceiptId>,
    ) -> Result<Option<(ReceiptRow, Vec<ReceiptShare>)>, sqlx::Error> {
        let found: Option<ReceiptRow> = sqlx::query_as(ONE_RECEIPT)
            .bind(ec.as_str())
            .bind(iuv)
            .bind(id.map(|id| key_of(id.as_str())))
            .fetch_optional(pool)
            .await?;
        with_shares(pool, ec, found).await
    }

    pub(super) async fn of_id(
        pool: &Pool,
        ec: &FiscalCode,
        [one, other]: &[String; 2],
    ) -> Result<Option<(ReceiptRow, Vec<ReceiptShare>)>, sqlx::Error> {
        let query = sqlx::query_as(RECEIPT_OF_ID).bind(ec.as_str()).bind(one).bind(other);
        let found = query.fetch_optional(pool).await?;
        with_shares(pool, ec, found).await
    }

    async fn with_shares(
        pool: &Pool,
        ec: &FiscalCode,
        found: Option<ReceiptRow>,
    ) -> Result<Option<(ReceiptRow, Vec<ReceiptShare>)>, sqlx::Error> {
        let Some(row) = found else { return Ok(None) };
        let shares = sqlx::query_as(
            "SELECT id_transfer, amount, beneficiary, iban, stamp, category, remittance \
             FROM receipt_transfer WHERE ec = $1 AND receipt_key = $2 ORDER BY line_no",
        )
        .bind(ec.as_str())
        .bind(&row.receipt_key)
        .fetch_all(pool)
        .await?;
        Ok(Some((row, shares)))
    }

    pub(super) async fn unpaid(
        pool: &Pool,
        ec: &FiscalCode,
        iuv: &str,
    ) -> Result<Option<String>, sqlx::Error> {
        sqlx::query_scalar("SELECT notice_number FROM notice WHERE ec = $1 AND iuv = $2 AND paid_at IS NULL")
            .bind(ec.as_str())
            .bind(iuv)
            .fetch_optional(pool)
            .await
    }
}
