//! A page of the positions of a creditor institution, filtered and ordered by the database.
//!
//! The status is derived here in SQL as `domain::status` derives it in Rust; a test holds the two
//! against each other. One statement takes the page, so that what it shows existed at one moment.

use jiff::Timestamp;

use crate::domain::fiscal_code::{FiscalCode, PersonId};
use crate::domain::ids::Iupd;
use crate::domain::notice_number::TwoDigits;
use crate::domain::position::Position;
use crate::domain::segregation::Segregation;
use crate::domain::status::Status;
use crate::store::dialect::{Value, for_both_engines, on_engine};
use crate::store::rows::{self, PositionRow};
use crate::store::{Store, StoreError};

use super::notice::NoticeName;
use super::search;

/// The status of `position p` at an instant, which is `$2` unless another is named.
///
/// Each question asks for one row and skips none: that says nothing to SQLite, and keeps PostgreSQL from
/// answering it for all positions of the table at once, for the sake of the ten on a page.
macro_rules! status_word {
    () => {
        status_word!("$2")
    };
    ($now:literal) => {
        concat!(
        "CASE \
         WHEN EXISTS (SELECT 1 FROM payment_option so WHERE so.ec = p.ec AND so.iupd = p.iupd \
             AND NOT EXISTS (SELECT 1 FROM notice sn WHERE sn.ec = so.ec AND sn.iupd = so.iupd \
                 AND sn.option_no = so.option_no AND (sn.paid_at IS NULL OR EXISTS (SELECT 1 \
                     FROM transfer st WHERE st.ec = sn.ec AND st.notice_number = sn.notice_number \
                     AND st.reported_at IS NULL LIMIT 1 OFFSET 0)) LIMIT 1 OFFSET 0) LIMIT 1 OFFSET 0) \
             THEN 'REPORTED' \
         WHEN EXISTS (SELECT 1 FROM payment_option so WHERE so.ec = p.ec AND so.iupd = p.iupd \
             AND NOT EXISTS (SELECT 1 FROM notice sn WHERE sn.ec = so.ec AND sn.iupd = so.iupd \
                 AND sn.option_no = so.option_no AND sn.paid_at IS NULL LIMIT 1 OFFSET 0) LIMIT 1 OFFSET 0) \
             THEN 'PAID' \
         WHEN EXISTS (SELECT 1 FROM notice sn WHERE sn.ec = p.ec AND sn.iupd = p.iupd \
             AND sn.paid_at IS NOT NULL LIMIT 1 OFFSET 0) THEN 'PARTIALLY_PAID' \
         WHEN p.invalidated_at IS NOT NULL THEN 'INVALID' \
         WHEN p.published_at IS NULL THEN 'DRAFT' \
         WHEN (SELECT MIN(so.valid_from) FROM payment_option so WHERE so.ec = p.ec \
             AND so.iupd = p.iupd) > ", $now, " THEN 'PUBLISHED' \
         WHEN NOT EXISTS (SELECT 1 FROM payment_option so JOIN notice sn ON sn.ec = so.ec \
             AND sn.iupd = so.iupd AND sn.option_no = so.option_no WHERE so.ec = p.ec \
             AND so.iupd = p.iupd AND (NOT so.expires OR sn.due_at >= ", $now, ") LIMIT 1 OFFSET 0) THEN 'EXPIRED' \
         ELSE 'VALID' END"
        )
    };
}
pub(super) use status_word;

/// What is asked of the list.
#[derive(Clone, Debug)]
pub struct PositionQuery {
    /// Whose positions.
    pub ec: FiscalCode,
    /// Only those all of whose notices the caller may work with.
    pub scope: Segregation,
    /// Only those of these shapes.
    pub shapes: Shapes,
    /// The instant at which the status is derived.
    pub now: Timestamp,
    /// Which of them.
    pub filter: PositionFilter,
    /// By what they are ordered.
    pub order: PositionOrder,
    /// In which direction.
    pub direction: Direction,
    /// How many make a page.
    pub limit: u32,
    /// Where the page begins.
    pub start: ListStart,
}

/// Which positions are asked for: those that meet every condition that is given. A date is that of any
/// notice of the position.
#[derive(Clone, Debug, Default)]
pub struct PositionFilter {
    /// Only those of one of these statuses; of any, if there is none.
    pub statuses: Vec<Status>,
    /// Only those with a notice due then.
    pub due: Option<Interval>,
    /// Only those with a notice paid then.
    pub paid: Option<Interval>,
    /// Only those of a debtor, whatever kind of person that is.
    pub debtor: Option<PersonId>,
    /// Only the one with that notice.
    pub notice: Option<NoticeName>,
    /// Only those changed then or later.
    pub updated_since: Option<Timestamp>,
    /// Only those with a notice of that segregation code (aux digit 3).
    pub segregation: Option<TwoDigits>,
}

/// Which shapes of position a caller can be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shapes {
    /// Whatever the options are.
    Every,
    /// Those that one list of notices can express.
    Flat,
}

/// A span of time, without its last instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// Its first instant.
    pub from: Timestamp,
    /// The first instant after it.
    pub until: Timestamp,
}

/// By what positions are ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PositionOrder {
    /// When they were created.
    Created,
    /// When they were last changed.
    Updated,
    /// The creditor's name of them.
    Iupd,
    /// The word of their status.
    Status,
    /// The name of the creditor on them.
    CompanyName,
}

/// In which direction they are ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The least first.
    Ascending,
    /// The greatest first.
    Descending,
}

/// Where a page begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListStart {
    /// After that many pages, which are counted and skipped: the further, the longer it takes.
    Page(u32),
    /// At the first position; nothing is counted.
    Beginning,
    /// After the last position of another page; nothing is counted or skipped.
    After(Place),
}

/// Where a position stands in the order of the list: creation and name never change, so that no position
/// is lost or shown twice when others come and go between two pages. A change moves a position on in the
/// order of change, where it is then met again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the order of creation.
    Created(Timestamp, Iupd),
    /// In the order of change.
    Updated(Timestamp, Iupd),
    /// In the order of names.
    Iupd(Iupd),
}

/// A page of positions.
#[derive(Clone, Debug, PartialEq)]
pub struct PositionPage {
    /// Those of the page.
    pub positions: Vec<Position>,
    /// How many there are on all pages, if they were counted.
    pub total: Option<u64>,
    /// Where the next page begins; none after the last page, or in an order that has no places.
    pub next: Option<Place>,
}

impl Store {
    /// A page of the positions that a query asks for.
    pub async fn list_positions(&self, query: &PositionQuery) -> Result<PositionPage, StoreError> {
        let found = on_engine!(&self.pools, read, |pool, engine| engine::page(pool, query).await);
        let (total, rows) = found.map_err(StoreError::during("list_positions"))?;
        let mut positions = rows::positions(&rows)?;
        let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
        let more = positions.len() > limit;
        positions.truncate(limit);
        let next = positions.last().filter(|_| more).and_then(|last| place(query.order, last));
        let total = total.map(|total| u64::try_from(total).unwrap_or_default());
        Ok(PositionPage { positions, total, next })
    }
}

/// Where a position stands. The status and the name of the creditor are no places: they change under the
/// reader, and many positions share them.
fn place(order: PositionOrder, position: &Position) -> Option<Place> {
    let iupd = position.iupd.clone();
    match order {
        PositionOrder::Created => Some(Place::Created(position.history.created_at, iupd)),
        PositionOrder::Updated => Some(Place::Updated(position.history.updated_at, iupd)),
        PositionOrder::Iupd => Some(Place::Iupd(iupd)),
        PositionOrder::Status | PositionOrder::CompanyName => None,
    }
}

for_both_engines! {
    pub(super) async fn page(
        pool: &Pool,
        query: &PositionQuery,
    ) -> Result<(Option<i64>, Vec<PositionRow>), sqlx::Error> {
        let total = match query.start {
            ListStart::Page(_) => {
                let (text, values) = search::count(query).parts();
                let mut count = sqlx::query_scalar(text).persistent(KEEPS_ASSEMBLED);
                for value in values {
                    count = match value {
                        Value::Number(number) => count.bind(number),
                        Value::Text(text) => count.bind(text),
                    };
                }
                Some(count.fetch_one(pool).await?)
            }
            ListStart::Beginning | ListStart::After(_) => None,
        };
        let (text, values) = search::page(query).parts();
        let mut page = sqlx::query(text).persistent(KEEPS_ASSEMBLED);
        for value in values {
            page = match value {
                Value::Number(number) => page.bind(number),
                Value::Text(text) => page.bind(text),
            };
        }
        Ok((total, rows::read_rows(&page.fetch_all(pool).await?)?))
    }
}
