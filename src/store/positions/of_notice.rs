//! The position that a notice is of, as a whole.

use crate::domain::fiscal_code::FiscalCode;
use crate::domain::notice_number::NoticeNumber;
use crate::domain::position::Position;
use crate::store::dialect::{for_both_engines, on_engine};
use crate::store::rows::{self, PositionRow, position_columns};
use crate::store::{Store, StoreError};

pub(in crate::store) const POSITION_OF_NOTICE: &str = concat!(
    "SELECT ",
    position_columns!(),
    " FROM notice asked JOIN position p ON p.ec = asked.ec AND p.iupd = asked.iupd \
     JOIN payment_option o ON o.ec = p.ec AND o.iupd = p.iupd \
     JOIN notice n ON n.ec = o.ec AND n.iupd = o.iupd AND n.option_no = o.option_no \
     JOIN transfer t ON t.ec = n.ec AND t.notice_number = n.notice_number \
     WHERE asked.ec = $1 AND asked.notice_number = $2 ORDER BY o.option_no, n.notice_no, t.id_transfer"
);

impl Store {
    /// The position that a notice of a creditor institution is of.
    pub async fn position_of_notice(
        &self,
        ec: &FiscalCode,
        notice: &NoticeNumber,
    ) -> Result<Option<Position>, StoreError> {
        let rows = on_engine!(&self.pools, read, |pool, engine| engine::load_of(pool, ec, notice).await);
        rows::position(&rows.map_err(StoreError::during("position_of_notice"))?)
    }
}

for_both_engines! {
    pub(super) async fn load_of(
        pool: &Pool,
        ec: &FiscalCode,
        notice: &NoticeNumber,
    ) -> Result<Vec<PositionRow>, sqlx::Error> {
        let query = sqlx::query(POSITION_OF_NOTICE).bind(ec.as_str()).bind(notice.as_str());
        rows::read_rows(&query.fetch_all(pool).await?)
    }
}
