//! A page of the positions of a creditor institution, filtered and ordered by the database.
//!
//! The status is derived here in SQL as `domain::status` derives it in Rust; a test holds the two
//! against each other. One statement takes the page, so that what it shows existed at one moment.

use jiff::Timestamp;

use crate::domain::fiscal_code::FiscalCode;
use crate::domain::position::Position;
use crate::domain::segregation::Segregation;
use crate::domain::status::Status;
use crate::store::dialect::{for_both_engines, on_engine};
use crate::store::rows::{self, PositionRow, position_columns};
use crate::store::{Store, StoreError};

use super::segregation::{codes, of_caller};

/// The status of `position p` at the instant `$2`.
macro_rules! status_word {
    () => {
        "CASE \
         WHEN EXISTS (SELECT 1 FROM payment_option so WHERE so.ec = p.ec AND so.iupd = p.iupd \
             AND NOT EXISTS (SELECT 1 FROM notice sn WHERE sn.ec = so.ec AND sn.iupd = so.iupd \
                 AND sn.option_no = so.option_no AND (sn.paid_at IS NULL OR EXISTS (SELECT 1 \
                     FROM transfer st WHERE st.ec = sn.ec AND st.notice_number = sn.notice_number \
                     AND st.reported_at IS NULL)))) THEN 'REPORTED' \
         WHEN EXISTS (SELECT 1 FROM payment_option so WHERE so.ec = p.ec AND so.iupd = p.iupd \
             AND NOT EXISTS (SELECT 1 FROM notice sn WHERE sn.ec = so.ec AND sn.iupd = so.iupd \
                 AND sn.option_no = so.option_no AND sn.paid_at IS NULL)) THEN 'PAID' \
         WHEN EXISTS (SELECT 1 FROM notice sn WHERE sn.ec = p.ec AND sn.iupd = p.iupd \
             AND sn.paid_at IS NOT NULL) THEN 'PARTIALLY_PAID' \
         WHEN p.invalidated_at IS NOT NULL THEN 'INVALID' \
         WHEN p.published_at IS NULL THEN 'DRAFT' \
         WHEN (SELECT MIN(so.valid_from) FROM payment_option so WHERE so.ec = p.ec \
             AND so.iupd = p.iupd) > $2 THEN 'PUBLISHED' \
         WHEN NOT EXISTS (SELECT 1 FROM payment_option so JOIN notice sn ON sn.ec = so.ec \
             AND sn.iupd = so.iupd AND sn.option_no = so.option_no WHERE so.ec = p.ec \
             AND so.iupd = p.iupd AND (NOT so.expires OR sn.due_at >= $2)) THEN 'EXPIRED' \
         ELSE 'VALID' END"
    };
}
pub(super) use status_word;

/// Whether `position p` is flat, as `Position::is_flat` says.
macro_rules! flat {
    () => {
        "NOT EXISTS (SELECT 1 FROM payment_option fo JOIN payment_option fp ON fp.ec = fo.ec \
             AND fp.iupd = fo.iupd AND fp.option_no > fo.option_no WHERE fo.ec = p.ec AND fo.iupd = p.iupd \
             AND ((fo.is_plan AND fp.is_plan) OR fo.expires <> fp.expires \
                 OR COALESCE(fo.valid_from, 0) <> COALESCE(fp.valid_from, 0) \
                 OR fo.debtor_kind <> fp.debtor_kind OR fo.debtor_id <> fp.debtor_id \
                 OR fo.debtor_name <> fp.debtor_name))"
    };
}

/// Which positions are asked for. A date is that of any notice of the position.
macro_rules! filtered {
    () => {
        concat!(
            " FROM position p WHERE p.ec = $1 AND CAST($2 AS BIGINT) IS NOT NULL \
             AND (CAST($3 AS TEXT) IS NULL OR ',' || CAST($3 AS TEXT) || ',' LIKE '%,' || ",
            status_word!(),
            " || ',%') \
             AND (CAST($8 AS BIGINT) IS NULL OR ",
            flat!(),
            ") \
             AND (CAST($4 AS BIGINT) IS NULL OR EXISTS (SELECT 1 FROM notice f WHERE f.ec = p.ec \
                 AND f.iupd = p.iupd AND f.due_at >= $4 AND f.due_at < CAST($5 AS BIGINT))) \
             AND (CAST($6 AS BIGINT) IS NULL OR EXISTS (SELECT 1 FROM notice f WHERE f.ec = p.ec \
                 AND f.iupd = p.iupd AND f.paid_at >= $6 AND f.paid_at < CAST($7 AS BIGINT))) AND ",
            of_caller!("$9")
        )
    };
}

const COUNT: &str = concat!("SELECT COUNT(*)", filtered!());

/// The text of a page in one order; the iupd, which is unique, decides between equals.
macro_rules! page {
    ($key:expr, $direction:literal) => {
        concat!(
            "WITH page AS (SELECT p.ec, p.iupd, ",
            $key,
            " AS place",
            filtered!(),
            " ORDER BY place ",
            $direction,
            ", p.iupd ",
            $direction,
            " LIMIT $10 OFFSET $11) SELECT ",
            position_columns!(),
            " FROM page JOIN position p ON p.ec = page.ec AND p.iupd = page.iupd \
             JOIN payment_option o ON o.ec = p.ec AND o.iupd = p.iupd \
             JOIN notice n ON n.ec = o.ec AND n.iupd = o.iupd AND n.option_no = o.option_no \
             JOIN transfer t ON t.ec = n.ec AND t.notice_number = n.notice_number \
             ORDER BY page.place ",
            $direction,
            ", p.iupd ",
            $direction,
            ", o.option_no, n.notice_no, t.id_transfer"
        )
    };
}

/// What is asked of the list.
#[derive(Clone, Debug)]
pub struct PositionQuery {
    /// Whose positions.
    pub ec: FiscalCode,
    /// Only those all of whose notices the caller may work with.
    pub scope: Segregation,
    /// The instant at which the status is derived.
    pub now: Timestamp,
    /// Only those of one of these statuses; any if there is none.
    pub statuses: Vec<Status>,
    /// Only those of these shapes.
    pub shapes: Shapes,
    /// Only those with a notice due then.
    pub due: Option<Interval>,
    /// Only those with a notice paid then.
    pub paid: Option<Interval>,
    /// By what they are ordered.
    pub order: PositionOrder,
    /// In which direction.
    pub direction: Direction,
    /// How many make a page.
    pub limit: u32,
    /// Which page, from 0.
    pub page: u32,
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

/// A page of positions.
#[derive(Clone, Debug, PartialEq)]
pub struct PositionPage {
    /// Those of the page.
    pub positions: Vec<Position>,
    /// How many there are on all pages.
    pub total: u64,
}

impl Store {
    /// A page of the positions that a query asks for.
    pub async fn list_positions(&self, query: &PositionQuery) -> Result<PositionPage, StoreError> {
        let found = on_engine!(&self.pools, read, |pool, engine| engine::page(pool, query).await);
        let (total, rows) = found.map_err(StoreError::during("list_positions"))?;
        let total = u64::try_from(total).unwrap_or_default();
        Ok(PositionPage { positions: rows::positions(&rows)?, total })
    }
}

const fn page_text(order: PositionOrder, direction: Direction) -> &'static str {
    match (order, direction) {
        (PositionOrder::Created, Direction::Ascending) => page!("p.created_at", "ASC"),
        (PositionOrder::Created, Direction::Descending) => page!("p.created_at", "DESC"),
        (PositionOrder::Iupd, Direction::Ascending) => page!("p.iupd", "ASC"),
        (PositionOrder::Iupd, Direction::Descending) => page!("p.iupd", "DESC"),
        (PositionOrder::Status, Direction::Ascending) => page!(status_word!(), "ASC"),
        (PositionOrder::Status, Direction::Descending) => page!(status_word!(), "DESC"),
        (PositionOrder::CompanyName, Direction::Ascending) => page!("p.company_name", "ASC"),
        (PositionOrder::CompanyName, Direction::Descending) => page!("p.company_name", "DESC"),
    }
}

/// The words of the statuses, with commas between; none for any status.
fn words(statuses: &[Status]) -> Option<String> {
    let words: Vec<&str> = statuses.iter().map(|status| status.word()).collect();
    if words.is_empty() { None } else { Some(words.join(",")) }
}

fn bounds(interval: Option<Interval>) -> (Option<i64>, Option<i64>) {
    let micros = |of: fn(&Interval) -> Timestamp| interval.as_ref().map(of).map(Timestamp::as_microsecond);
    (micros(|interval| interval.from), micros(|interval| interval.until))
}

for_both_engines! {
    pub(super) async fn page(
        pool: &Pool,
        query: &PositionQuery,
    ) -> Result<(i64, Vec<PositionRow>), sqlx::Error> {
        let ((due_from, due_until), (paid_from, paid_until)) = (bounds(query.due), bounds(query.paid));
        let statuses = words(&query.statuses);
        let flat = (query.shapes == Shapes::Flat).then_some(1_i64);
        let scope = codes(&query.scope);
        let total: i64 = sqlx::query_scalar(COUNT)
            .bind(query.ec.as_str())
            .bind(query.now.as_microsecond())
            .bind(&statuses)
            .bind(due_from)
            .bind(due_until)
            .bind(paid_from)
            .bind(paid_until)
            .bind(flat)
            .bind(&scope)
            .fetch_one(pool)
            .await?;
        let rows = sqlx::query(page_text(query.order, query.direction))
            .bind(query.ec.as_str())
            .bind(query.now.as_microsecond())
            .bind(&statuses)
            .bind(due_from)
            .bind(due_until)
            .bind(paid_from)
            .bind(paid_until)
            .bind(flat)
            .bind(&scope)
            .bind(i64::from(query.limit))
            .bind(i64::from(query.limit) * i64::from(query.page))
            .fetch_all(pool)
            .await?;
        Ok((total, rows::read_rows(&rows)?))
    }
}
