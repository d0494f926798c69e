//! The rows of a position, written one by one: what creation and replacement are made of.

use jiff::Timestamp;

use crate::domain::amount::Cents;
use crate::domain::ids::ReceiptId;
use crate::domain::position::{Notice, PaymentOption, Position, Transfer};
use crate::domain::text::Text;
use crate::store::dialect::for_both_engines;

use super::bind;

pub(super) fn micros(instant: Option<Timestamp>) -> Option<i64> {
    instant.map(Timestamp::as_microsecond)
}

pub(super) fn optional<const MAX: usize>(text: &Option<Text<MAX>>) -> Option<&str> {
    text.as_ref().map(Text::as_str)
}

for_both_engines! {
    [bind]

    pub(in crate::store) async fn insert_position(connection: &mut Connection, position: &Position) -> Result<(), sqlx::Error> {
        let query = sqlx::query(
            "INSERT INTO position (ec, iupd, company_name, office_name, stand_in_allowed, created_at, \
             updated_at, published_at, invalidated_at, version) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        );
        bind_position(query, position).execute(connection).await.map(drop)
    }

    pub(in crate::store) async fn put_option(
        connection: &mut Connection,
        position: &Position,
        option: &PaymentOption,
    ) -> Result<(), sqlx::Error> {
        let query = sqlx::query(
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
        );
        bind_option(query, position, option).execute(connection).await.map(drop)
    }

    pub(in crate::store) async fn insert_notice(
        connection: &mut Connection,
        position: &Position,
        option: &PaymentOption,
        placed: (i64, &Notice),
    ) -> Result<(), sqlx::Error> {
        let (_, notice) = placed;
        let payment = notice.payment.as_ref();
        let query = sqlx::query(
            "INSERT INTO notice (ec, notice_number, iuv, iupd, option_no, notice_no, amount, description, \
             due_at, retention_at, metadata, paid_at, paid_receipt, paid_fee, paid_psp, paid_method, \
             notification_fee, activated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, \
             $14, $15, $16, $17, $18)",
        );
        bind_notice(query, position, option, placed)
            .bind(payment.map(|payment| payment.paid_at.as_microsecond()))
            .bind(payment.and_then(|payment| payment.proof.receipt()).map(ReceiptId::as_str))
            .bind(payment.and_then(|payment| payment.fee).map(Cents::get))
            .bind(payment.and_then(|payment| payment.psp.as_deref()))
            .bind(payment.and_then(|payment| payment.method.as_deref()))
            .bind(notice.notification_fee.get())
            .bind(micros(notice.activated_at))
            .execute(connection)
            .await
            .map(drop)
    }

    pub(in crate::store) async fn insert_transfer(
        connection: &mut Connection,
        position: &Position,
        notice: &Notice,
        transfer: &Transfer,
    ) -> Result<(), sqlx::Error> {
        let query = sqlx::query(
            "INSERT INTO transfer (ec, notice_number, id_transfer, amount, beneficiary, company_name, \
             remittance, category, iban, postal_iban, stamp_hash, stamp_kind, stamp_province, metadata, \
             reported_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        );
        bind_transfer(query, position, notice, transfer).execute(connection).await.map(drop)
    }
}
