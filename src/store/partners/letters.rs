//! Letters: written in the commit of what they hand on.

use jiff::Timestamp;

use crate::domain::fiscal_code::FiscalCode;
use crate::domain::notice_number::NoticeNumber;
use crate::domain::routing::Delivery;
use crate::store::dialect::{Bulk, for_both_engines, runs};
use crate::store::sha256;

/// What is to be handed on.
#[derive(Clone, Copy, Debug)]
pub(in crate::store) struct NewLetter<'a> {
    /// Whose receipt.
    pub ec: &'a FiscalCode,
    /// The key of the receipt, or the name of a letter that is made without one.
    pub name: &'a str,
    /// Whom it is for.
    pub to: &'a Delivery,
    /// The notice; the letters of one are told in order.
    pub notice: &'a NoticeNumber,
    /// When it was made; it is due at once.
    pub made_at: Timestamp,
}

/// What people and programs call a letter.
pub(super) fn id(ec: &FiscalCode, name: &str) -> String {
    let mut id = sha256(format!("{ec}\n{name}").as_bytes());
    id.truncate(32);
    id
}

static INSERT: Bulk = Bulk::new(
    "INSERT INTO partner_delivery (ec, letter, id, partner, form, notice_number, made_at, next_at, state, attempts) \
     VALUES ",
    "(#, #, #, #, #, #, #, #, 'pending', 0)",
    " ON CONFLICT (ec, letter) DO NOTHING",
);

for_both_engines! {
    /// Writes letters in the transaction of what they hand on. One that is there already stays as it is.
    pub(in crate::store) async fn write_letters(
        connection: &mut Connection,
        letters: &[NewLetter<'_>],
    ) -> Result<(), sqlx::Error> {
        for letters in runs(letters) {
            let mut query = sqlx::query(INSERT.text(letters.len()));
            for letter in letters {
                query = query
                    .bind(letter.ec.as_str())
                    .bind(letter.name)
                    .bind(id(letter.ec, letter.name))
                    .bind(letter.to.partner.as_str())
                    .bind(letter.to.form.word())
                    .bind(letter.notice.as_str())
                    .bind(letter.made_at.as_microsecond())
                    .bind(letter.made_at.as_microsecond());
            }
            query.execute(&mut *connection).await?;
        }
        Ok(())
    }
}
