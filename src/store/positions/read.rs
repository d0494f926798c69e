//! One position as a whole, with or without a lock on it.

use crate::domain::fiscal_code::FiscalCode;
use crate::domain::ids::Iupd;
use crate::domain::position::Position;
use crate::store::StoreError;
use crate::store::dialect::{Pools, for_both_engines, on_engine};
use crate::store::rows::{self, PositionRow, position_columns};

pub(in crate::store) const ONE_POSITION: &str = concat!(
    "SELECT ",
    position_columns!(),
    " FROM position p \
     JOIN payment_option o ON o.ec = p.ec AND o.iupd = p.iupd \
     JOIN notice n ON n.ec = o.ec AND n.iupd = o.iupd AND n.option_no = o.option_no \
     JOIN transfer t ON t.ec = n.ec AND t.notice_number = n.notice_number \
     WHERE p.ec = $1 AND p.iupd = $2 ORDER BY o.option_no, n.notice_no, t.id_transfer"
);

pub(super) async fn position(
    pools: &Pools,
    ec: &FiscalCode,
    iupd: &Iupd,
) -> Result<Option<Position>, StoreError> {
    let rows = on_engine!(pools, read, |pool, engine| engine::load(pool, ec, iupd).await);
    rows::position(&rows.map_err(StoreError::during("position"))?)
}

for_both_engines! {
    pub(in crate::store) async fn load<'c>(
        executor: impl sqlx::Executor<'c, Database = <Connection as sqlx::Connection>::Database>,
        ec: &FiscalCode,
        iupd: &Iupd,
    ) -> Result<Vec<PositionRow>, sqlx::Error> {
        let query = sqlx::query(ONE_POSITION).bind(ec.as_str()).bind(iupd.as_str());
        rows::read_rows(&query.fetch_all(executor).await?)
    }

    pub(in crate::store) async fn load_locked(
        connection: &mut Connection,
        ec: &FiscalCode,
        iupd: &Iupd,
    ) -> Result<Option<Position>, StoreError> {
        if LOCKS_ROWS {
            let lock = sqlx::query(LOCK_POSITION).bind(ec.as_str()).bind(iupd.as_str());
            let locked = lock.fetch_optional(&mut *connection).await;
            // One that appears between the lock and the read would be decided on without a lock.
            if locked.map_err(StoreError::during("lock position"))?.is_none() {
                return Ok(None);
            }
        }
        let rows = load(connection, ec, iupd).await.map_err(StoreError::during("lock position"))?;
        rows::position(&rows)
    }
}
