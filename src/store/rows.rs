//! A position as rows, and rows as a position: one row for each transfer of each notice.

use std::ops::Deref;
use std::sync::Arc;

use jiff::Timestamp;
use sqlx::{ColumnIndex, Decode, FromRow, Row, Type};

use crate::domain::amount::Cents;
use crate::domain::fiscal_code::{FiscalCode, PersonId, PersonKind};
use crate::domain::iban::Iban;
use crate::domain::ids::{Iupd, ReceiptId};
use crate::domain::notice_number::{Iuv, NoticeNumber};
use crate::domain::payability::{PayabilityFacts, PayableNotice, Settled};
use crate::domain::position::{
    Address, AfterDue, Debtor, Destination, History, MapEntry, Notice, OptionShape, Payment, PaymentOption,
    Position, Proof, Stamp, StandIn, Transfer,
};
use crate::domain::text::Text;

use super::StoreError;

/// The columns of [`Head`] and [`Share`], in their order, from `position p`, `payment_option o`, `notice n`
/// and `transfer t`. Who reads a position whole sees the siblings of a notice and does not ask for them: to look
/// among all notices of the position for each of them would cost the square of their number.
macro_rules! position_columns {
    () => {
        $crate::store::rows::position_columns!(@ "0")
    };
    (with sibling_paid) => {
        $crate::store::rows::position_columns!(@ "CASE WHEN EXISTS (SELECT 1 FROM notice s WHERE s.ec = n.ec \
             AND s.iupd = n.iupd AND s.option_no <> n.option_no AND s.paid_at IS NOT NULL) THEN 1 ELSE 0 END")
    };
    (@ $sibling_paid:literal) => {
        concat!("p.ec, n.notice_number, p.iupd, p.company_name, p.office_name, p.stand_in_allowed, p.created_at, \
         p.updated_at, p.published_at, p.invalidated_at, p.version, \
         o.option_no, o.is_plan, o.description AS option_description, o.valid_from, o.expires, \
         o.debtor_kind, o.debtor_id, o.debtor_name, o.street, o.civic_number, o.postal_code, o.city, \
         o.province, o.region, o.country, o.email, o.phone, \
         n.iuv, n.amount, n.description, n.due_at, n.retention_at, n.metadata, \
         n.paid_at, n.paid_receipt, n.paid_fee, n.paid_psp, n.paid_method, \
         n.notification_fee, n.activated_at, ", $sibling_paid, " AS sibling_paid, \
         t.id_transfer, t.amount AS transfer_amount, t.beneficiary, \
         t.company_name AS beneficiary_name, t.remittance, t.category, t.iban, t.postal_iban, \
         t.stamp_hash, t.stamp_kind, t.stamp_province, t.metadata AS transfer_metadata, t.reported_at")
    };
}
pub(super) use position_columns;

/// A struct whose fields are columns in that order, read by their places: to find more than fifty columns
/// by name costs more than all the rest of a read.
macro_rules! columns {
    ($(#[$doc:meta])* struct $name:ident from $first:expr, { $($field:ident: $kind:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub(super) struct $name {
            $(pub(super) $field: $kind,)*
        }

        impl $name {
            const FIRST: usize = $first;
            const END: usize = Self::FIRST + [$(stringify!($field)),*].len();
        }

        impl<'r, R: Row> FromRow<'r, R> for $name
        where
            usize: ColumnIndex<R>,
            $($kind: Decode<'r, R::Database> + Type<R::Database>,)*
        {
            fn from_row(row: &'r R) -> Result<Self, sqlx::Error> {
                let mut places = Self::FIRST..Self::END;
                let mut place = || places.next().unwrap_or(Self::END);
                Ok($name { $($field: row.try_get(place())?,)* })
            }
        }

        impl $name {
            fn from_embedded(row: &rusqlite::Row<'_>) -> Result<Self, rusqlite::Error> {
                let mut places = Self::FIRST..Self::END;
                let mut place = || places.next().unwrap_or(Self::END);
                Ok($name { $($field: row.get(place())?,)* })
            }
        }
    };
}

columns! {
    /// A notice with the option and the position above it.
    struct Head from 0, {
        ec: String,
        notice_number: String,
        iupd: String,
        company_name: String,
        office_name: Option<String>,
        stand_in_allowed: bool,
        created_at: i64,
        updated_at: i64,
        published_at: Option<i64>,
        invalidated_at: Option<i64>,
        version: i64,
        option_no: i64,
        is_plan: bool,
        option_description: Option<String>,
        valid_from: Option<i64>,
        expires: bool,
        debtor_kind: String,
        debtor_id: String,
        debtor_name: String,
        street: Option<String>,
        civic_number: Option<String>,
        postal_code: Option<String>,
        city: Option<String>,
        province: Option<String>,
        region: Option<String>,
        country: Option<String>,
        email: Option<String>,
        phone: Option<String>,
        iuv: String,
        amount: i64,
        description: String,
        due_at: i64,
        retention_at: Option<i64>,
        metadata: Option<String>,
        paid_at: Option<i64>,
        paid_receipt: Option<String>,
        paid_fee: Option<i64>,
        paid_psp: Option<String>,
        paid_method: Option<String>,
        notification_fee: i64,
        activated_at: Option<i64>,
        sibling_paid: i32,
    }
}

columns! {
    /// A transfer.
    struct Share from Head::END, {
        id_transfer: i64,
        transfer_amount: i64,
        beneficiary: String,
        beneficiary_name: Option<String>,
        remittance: String,
        category: String,
        iban: Option<String>,
        postal_iban: Option<String>,
        stamp_hash: Option<String>,
        stamp_kind: Option<String>,
        stamp_province: Option<String>,
        transfer_metadata: Option<String>,
        reported_at: Option<i64>,
    }
}

/// One transfer with what is above it, which its notice's transfers have in common.
#[derive(Clone)]
pub(super) struct PositionRow {
    head: Arc<Head>,
    share: Share,
}

impl Deref for PositionRow {
    type Target = Head;

    fn deref(&self) -> &Head {
        &self.head
    }
}

/// Reads rows of [`position_columns`], those of one notice next to each other.
pub(super) fn read_rows<'r, R: Row>(rows: &'r [R]) -> Result<Vec<PositionRow>, sqlx::Error>
where
    usize: ColumnIndex<R>,
    &'r str: Decode<'r, R::Database> + Type<R::Database>,
    Head: FromRow<'r, R>,
    Share: FromRow<'r, R>,
{
    let mut read: Vec<PositionRow> = Vec::with_capacity(rows.len());
    for row in rows {
        let name: (&str, &str) = (row.try_get(0)?, row.try_get(1)?);
        let head = match read.last() {
            Some(last) if (last.ec.as_str(), last.notice_number.as_str()) == name => Arc::clone(&last.head),
            _ => Arc::new(Head::from_row(row)?),
        };
        read.push(PositionRow { head, share: Share::from_row(row)? });
    }
    Ok(read)
}

/// Reads rows of [`position_columns`] of one notice, as the embedded database gives them.
pub(super) fn read_embedded(mut rows: rusqlite::Rows<'_>) -> Result<Vec<PositionRow>, rusqlite::Error> {
    let mut read: Vec<PositionRow> = Vec::new();
    while let Some(row) = rows.next()? {
        let head = match read.last() {
            Some(last) => Arc::clone(&last.head),
            None => Arc::new(Head::from_embedded(row)?),
        };
        read.push(PositionRow { head, share: Share::from_embedded(row)? });
    }
    Ok(read)
}

/// Puts the rows of one notice together, in the order of their transfers.
pub(super) fn payable_notice(rows: &[PositionRow]) -> Result<Option<PayableNotice>, StoreError> {
    let Some(first) = rows.first() else { return Ok(None) };
    let notice = notice(rows, first)?;
    Ok(Some(PayableNotice {
        ec: read(FiscalCode::new(&first.ec), "fiscal code")?,
        company_name: text(&first.company_name)?,
        office_name: optional_text(&first.office_name)?,
        debtor: debtor(first)?,
        facts: PayabilityFacts {
            amount: notice.amount,
            published_at: optional_instant(first.published_at)?,
            invalidated_at: optional_instant(first.invalidated_at)?,
            valid_from: optional_instant(first.valid_from)?,
            due: notice.due,
            after_due: after_due(first.expires),
            settled: settled(first.paid_at, first.sibling_paid),
        },
        notice,
    }))
}

/// Puts the rows of several positions together, each position's rows next to each other.
pub(super) fn positions(rows: &[PositionRow]) -> Result<Vec<Position>, StoreError> {
    let each = rows.chunk_by(|a, b| a.iupd == b.iupd && a.ec == b.ec);
    each.filter_map(|rows| position(rows).transpose()).collect()
}

/// Puts the rows of one position together, in the order of options, notices and transfers.
pub(super) fn position(rows: &[PositionRow]) -> Result<Option<Position>, StoreError> {
    let Some(first) = rows.first() else { return Ok(None) };
    let mut options = Vec::new();
    for rows in rows.chunk_by(|a, b| a.option_no == b.option_no) {
        let Some(first) = rows.first() else { continue };
        let notices = rows.chunk_by(|a, b| a.notice_number == b.notice_number);
        let notices = notices.filter_map(|rows| rows.first().map(|first| notice(rows, first)));
        options.push(PaymentOption {
            number: first.option_no,
            shape: if first.is_plan { OptionShape::Plan } else { OptionShape::Single },
            description: optional_text(&first.option_description)?,
            valid_from: optional_instant(first.valid_from)?,
            after_due: after_due(first.expires),
            debtor: debtor(first)?,
            notices: notices.collect::<Result<_, _>>()?,
        });
    }
    Ok(Some(Position {
        ec: read(FiscalCode::new(&first.ec), "fiscal code")?,
        iupd: read(Iupd::new(&first.iupd), "iupd")?,
        company_name: text(&first.company_name)?,
        office_name: optional_text(&first.office_name)?,
        stand_in: if first.stand_in_allowed { StandIn::Allowed } else { StandIn::Refused },
        history: History {
            created_at: instant(first.created_at)?,
            updated_at: instant(first.updated_at)?,
            published_at: optional_instant(first.published_at)?,
            invalidated_at: optional_instant(first.invalidated_at)?,
            version: first.version,
        },
        options,
    }))
}

fn notice(rows: &[PositionRow], first: &PositionRow) -> Result<Notice, StoreError> {
    // A payment without a receipt is one that the creditor vouches for.
    let proof = |id: &String| Proof::Receipt(ReceiptId::new(id));
    let payment = match first.paid_at {
        Some(paid_at) => Some(Payment {
            paid_at: instant(paid_at)?,
            proof: first.paid_receipt.as_ref().map_or(Proof::Elsewhere, proof),
            fee: first.paid_fee.map(cents).transpose()?,
            psp: first.paid_psp.clone(),
            method: first.paid_method.clone(),
        }),
        None => None,
    };
    Ok(Notice {
        number: read(NoticeNumber::new(&first.notice_number), "notice number")?,
        iuv: read(Iuv::new(&first.iuv), "IUV")?,
        amount: cents(first.amount)?,
        notification_fee: cents(first.notification_fee)?,
        description: text(&first.description)?,
        due: instant(first.due_at)?,
        retention: optional_instant(first.retention_at)?,
        metadata: metadata(&first.metadata)?,
        transfers: rows.iter().map(|row| transfer(&row.share)).collect::<Result<_, _>>()?,
        activated_at: optional_instant(first.activated_at)?,
        payment,
    })
}

fn transfer(row: &Share) -> Result<Transfer, StoreError> {
    let destination = match (&row.iban, &row.stamp_hash, &row.stamp_kind, &row.stamp_province) {
        (Some(iban), ..) => Destination::Account {
            iban: read(Iban::kept(iban), "IBAN")?,
            postal: row.postal_iban.as_deref().map(|iban| read(Iban::kept(iban), "IBAN")).transpose()?,
        },
        (None, Some(hash), Some(kind), Some(province)) => Destination::Stamp(Stamp {
            document_hash: text(hash)?,
            kind: text(kind)?,
            province: text(province)?,
        }),
        _ => return Err(StoreError::Corrupt { what: "destination of a transfer" }),
    };
    Ok(Transfer {
        id: row.id_transfer,
        amount: cents(row.transfer_amount)?,
        beneficiary: read(FiscalCode::new(&row.beneficiary), "fiscal code")?,
        company_name: optional_text(&row.beneficiary_name)?,
        remittance_information: text(&row.remittance)?,
        category: text(&row.category)?,
        destination,
        metadata: metadata(&row.transfer_metadata)?,
        reported_at: optional_instant(row.reported_at)?,
    })
}

fn debtor(row: &Head) -> Result<Debtor, StoreError> {
    let kind =
        PersonKind::from_code(&row.debtor_kind).ok_or(StoreError::Corrupt { what: "kind of person" })?;
    Ok(Debtor {
        id: read(PersonId::new(kind, &row.debtor_id), "person's identifier")?,
        full_name: text(&row.debtor_name)?,
        address: Address {
            street: optional_text(&row.street)?,
            civic_number: optional_text(&row.civic_number)?,
            postal_code: optional_text(&row.postal_code)?,
            city: optional_text(&row.city)?,
            province: optional_text(&row.province)?,
            region: optional_text(&row.region)?,
            country: optional_text(&row.country)?,
            email: optional_text(&row.email)?,
            phone: optional_text(&row.phone)?,
        },
    })
}

fn after_due(expires: bool) -> AfterDue {
    if expires { AfterDue::Expires } else { AfterDue::StaysPayable }
}

/// Metadata is kept as JSON: a list of key and value pairs that no statement looks into.
pub(super) fn metadata_json(entries: &[MapEntry]) -> Option<String> {
    let pairs: Vec<[&str; 2]> = entries.iter().map(|e| [e.key.as_str(), e.value.as_str()]).collect();
    if pairs.is_empty() { None } else { Some(serde_json::json!(pairs).to_string()) }
}

fn metadata(json: &Option<String>) -> Result<Vec<MapEntry>, StoreError> {
    let Some(json) = json else { return Ok(Vec::new()) };
    let pairs: Vec<[String; 2]> =
        serde_json::from_str(json).map_err(|_| StoreError::Corrupt { what: "metadata" })?;
    pairs.iter().map(|[key, value]| Ok(MapEntry { key: text(key)?, value: text(value)? })).collect()
}

/// How a debt is settled, from when its notice was paid and whether (1) or not (0) another option was.
pub(super) fn settled(paid_at: Option<i64>, sibling_paid: i32) -> Settled {
    match (paid_at, sibling_paid) {
        (Some(_), _) => Settled::ByThisNotice,
        (None, 0) => Settled::No,
        (None, _) => Settled::ByAnotherOption,
    }
}

pub(super) fn read<T, E>(parsed: Result<T, E>, what: &'static str) -> Result<T, StoreError> {
    parsed.map_err(|_| StoreError::Corrupt { what })
}

fn text<const MAX: usize>(value: &str) -> Result<Text<MAX>, StoreError> {
    read(Text::new(value), "text")
}

fn optional_text<const MAX: usize>(value: &Option<String>) -> Result<Option<Text<MAX>>, StoreError> {
    value.as_deref().map(text).transpose()
}

fn cents(value: i64) -> Result<Cents, StoreError> {
    read(Cents::new(value), "amount")
}

pub(super) fn instant(microseconds: i64) -> Result<Timestamp, StoreError> {
    read(Timestamp::from_microsecond(microseconds), "instant")
}

pub(super) fn optional_instant(microseconds: Option<i64>) -> Result<Option<Timestamp>, StoreError> {
    microseconds.map(instant).transpose()
}
