//! The rows of a position, written one by one: what creation and replacement are made of.

use jiff::Timestamp;

use crate::domain::amount::Cents;
use crate::domain::ids::ReceiptId;
use crate::domain::position::{
    AfterDue, Destination, Notice, OptionShape, PaymentOption, Position, StandIn, Transfer,
};
use crate::domain::text::Text;
use crate::store::dialect::for_both_engines;
use crate::store::rows::metadata_json;

pub(super) fn micros(instant: Option<Timestamp>) -> Option<i64> {
    instant.map(Timestamp::as_microsecond)
}

pub(super) fn optional<const MAX: usize>(text: &Option<Text<MAX>>) -> Option<&str> {
    text.as_ref().map(Text::as_str)
}

for_both_engines! {
    pub(in crate::store) async fn insert_position(connection: &mut Connection, position: &Position) -> Result<(), sqlx::Error> {
        sqlx::query(
            "INSERT INTO position (ec, iupd, company_name, office_name, stand_in_allowed, created_at, \
             updated_at, published_at, invalidated_at, version) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(position.ec.as_str())
        .bind(position.iupd.as_str())
        .bind(position.company_name.as_str())
        .bind(optional(&position.office_name))
        .bind(position.stand_in == StandIn::Allowed)
        .bind(position.history.created_at.as_microsecond())
        .bind(position.history.updated_at.as_microsecond())
        .bind(micros(position.history.published_at))
        .bind(micros(position.history.invalidated_at))
        .bind(position.history.version)
        .execute(connection)
        .await
        .map(drop)
    }

    pub(in crate::store) async fn put_option(
        connection: &mut Connection,
        position: &Position,
        option: &PaymentOption,
    ) -> Result<(), sqlx::Error> {
        let (debtor, address) = (&option.debtor, &option.debtor.address);
        sqlx::query(
            "INSERT INTO payment_option (ec, iupd, option_no, is_plan, description, valid_from, expires, \
             debtor_kind, debtor_id, debtor_name, street, civic_number, postal_code, city, province, \
             region, country, email, phone) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, \
             $13, $14, $15, $16, $17, $18, $19) ON CONFLICT (ec, iupd, option_no) DO UPDATE SET \
             is_plan = excluded.is_plan, description = excluded.description, \
             valid_from = excluded.valid_from, expires = excluded.expires, \
             debtor_kind = excluded.debtor_kind, debtor_id = excluded.debtor_id, \
             debtor_name = excluded.debtor_name, street = excluded.street, \
             civic_number = excluded.civic_number, postal_code = excluded.postal_code, \
             city = excluded.city, province = excluded.province, region = excluded.region, \
             country = excluded.country, email = excluded.email, phone = excluded.phone",
        )
        .bind(position.ec.as_str())
        .bind(position.iupd.as_str())
        .bind(option.number)
        .bind(option.shape == OptionShape::Plan)
        .bind(optional(&option.description))
        .bind(micros(option.valid_from))
        .bind(option.after_due == AfterDue::Expires)
        .bind(debtor.id.kind().code())
        .bind(debtor.id.as_str())
        .bind(debtor.full_name.as_str())
        .bind(optional(&address.street))
        .bind(optional(&address.civic_number))
        .bind(optional(&address.postal_code))
        .bind(optional(&address.city))
        .bind(optional(&address.province))
        .bind(optional(&address.region))
        .bind(optional(&address.country))
        .bind(optional(&address.email))
        .bind(optional(&address.phone))
        .execute(connection)
        .await
        .map(drop)
    }

    pub(in crate::store) async fn insert_notice(
        connection: &mut Connection,
        position: &Position,
        option: &PaymentOption,
        (index, notice): (i64, &Notice),
    ) -> Result<(), sqlx::Error> {
        let payment = notice.payment.as_ref();
        sqlx::query(
            "INSERT INTO notice (ec, notice_number, iuv, iupd, option_no, notice_no, amount, description, \
             due_at, retention_at, metadata, paid_at, paid_receipt, paid_fee, paid_psp, paid_method, \
             notification_fee, activated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, \
             $14, $15, $16, $17, $18)",
        )
        .bind(position.ec.as_str())
        .bind(notice.number.as_str())
        .bind(notice.iuv.as_str())
        .bind(position.iupd.as_str())
        .bind(option.number)
        .bind(index)
        .bind(notice.amount.get())
        .bind(notice.description.as_str())
        .bind(notice.due.as_microsecond())
        .bind(micros(notice.retention))
        .bind(metadata_json(&notice.metadata))
        .bind(payment.map(|payment| payment.paid_at.as_microsecond()))
        .bind(payment.and_then(|payment| payment.proof.receipt()).map(ReceiptId::as_str))
        .bind(payment.and_then(|payment| payment.fee).map(Cents::get))
        .bind(payment.and_then(|payment| payment.psp.as_deref()))
        .bind(payment.and_then(|payment| payment.method.as_deref()))
        .bind(notice.notification_fee.get())
        .bind(micros(notice.activated_at))
        .execute(&mut *connection)
        .await?;
        // A receipt may have come before its notice.
        late_receipts::link(connection, &position.ec, &notice.number).await
    }

    pub(in crate::store) async fn insert_transfer(
        connection: &mut Connection,
        position: &Position,
        notice: &Notice,
        transfer: &Transfer,
    ) -> Result<(), sqlx::Error> {
        let (account, stamp) = match &transfer.destination {
            Destination::Account { iban, postal } => (Some((iban, postal)), None),
            Destination::Stamp(stamp) => (None, Some(stamp)),
        };
        sqlx::query(
            "INSERT INTO transfer (ec, notice_number, id_transfer, amount, beneficiary, company_name, \
             remittance, category, iban, postal_iban, stamp_hash, stamp_kind, stamp_province, metadata, \
             reported_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        )
        .bind(position.ec.as_str())
        .bind(notice.number.as_str())
        .bind(transfer.id)
        .bind(transfer.amount.get())
        .bind(transfer.beneficiary.as_str())
        .bind(optional(&transfer.company_name))
        .bind(transfer.remittance_information.as_str())
        .bind(transfer.category.as_str())
        .bind(account.map(|(iban, _)| iban.as_str()))
        .bind(account.and_then(|(_, postal)| postal.as_ref()).map(|iban| iban.as_str()))
        .bind(stamp.map(|stamp| stamp.document_hash.as_str()))
        .bind(stamp.map(|stamp| stamp.kind.as_str()))
        .bind(stamp.map(|stamp| stamp.province.as_str()))
        .bind(metadata_json(&transfer.metadata))
        .bind(micros(transfer.reported_at))
        .execute(connection)
        .await
        .map(drop)
    }
}
