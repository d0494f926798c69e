//! What a verification and a page of the list cost as a creditor institution grows: the same reads over a
//! thousand, a hundred thousand and a million notices.
//!
//! `cargo bench --bench scale`; see README.md beside this file.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a tool that is run by hand: what fails ends it"
)]

mod support;

use std::time::Instant;

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection};
use support::{block_on, line, machine, median, postgres, ratio, setting};
use varco::domain::fiscal_code::FiscalCode;
use varco::domain::notice_number::NoticeNumber;
use varco::domain::segregation::Segregation;
use varco::store::{
    Direction, ListStart, PositionFilter, PositionOrder, PositionQuery, Shapes, Store, StoreOptions,
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const EC: &str = "99000010019";
const SIZES: [u64; 3] = [1_000, 100_000, 1_000_000];

fn main() {
    machine();
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let server = postgres::server();
    block_on(async {
        let mut towns = Vec::new();
        let most = setting("most", 1_000_000);
        for notices in SIZES.into_iter().filter(|notices| *notices <= most) {
            let sqlite = format!("sqlite://{}", folder.path().join(format!("{notices}.db")).display());
            let postgres = postgres::empty_database(&server, &format!("varco_scale_{notices}")).await;
            towns.push(Town::create("SQLite", &sqlite, notices).await);
            towns.push(Town::create("PostgreSQL", &postgres, notices).await);
        }
        // Takes turns, so that what else the machine does meets all alike; the first turn warms up.
        for round in 0..=setting("rounds", 5) {
            for town in &mut towns {
                town.measure(round > 0).await;
            }
        }
        for engine in ["SQLite", "PostgreSQL"] {
            report(engine, &towns);
        }
    });
}

/// What is read, one after the other by one caller.
const READS: [(&str, u64); 4] = [
    ("verify", 2_000),
    ("first page, by cursor", 200),
    ("page in the middle, by cursor", 200),
    ("first page, all counted", 1),
];

/// A creditor institution of one size.
struct Town {
    engine: &'static str,
    notices: u64,
    store: Store,
    middle: ListStart,
    /// Microseconds of each of [`READS`].
    micros: [Vec<f64>; READS.len()],
}

impl Town {
    async fn create(engine: &'static str, url: &str, notices: u64) -> Town {
        let store = Store::open(url, StoreOptions::default()).await.unwrap();
        store.migrate().await.unwrap();
        fill(url, notices).await;
        let mut query = query(ListStart::Page(0));
        query.filter.updated_since = Some(jiff::Timestamp::from_second((notices / 2) as i64).unwrap());
        query.direction = Direction::Ascending;
        let middle = ListStart::After(store.list_positions(&query).await.unwrap().next.unwrap());
        Town { engine, notices, store, middle, micros: Default::default() }
    }

    async fn measure(&mut self, counts: bool) {
        for (read, (_, times)) in READS.into_iter().enumerate() {
            let begun = Instant::now();
            for time in 0..times {
                match read {
                    0 => self.verify(time).await,
                    1 => self.page(ListStart::Beginning).await,
                    2 => self.page(self.middle.clone()).await,
                    _ => self.page(ListStart::Page(0)).await,
                }
            }
            if counts {
                self.micros[read].push(begun.elapsed().as_secs_f64() * 1e6 / times as f64);
            }
        }
    }

    async fn verify(&self, time: u64) {
        // Notices in no order, so that no page of the database is favoured.
        let place = (time.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20) % self.notices + 1;
        let number = NoticeNumber::new(&(302_000_000_000_000_000 + place).to_string()).unwrap();
        let found = self.store.payable_notice(&FiscalCode::new(EC).unwrap(), &number).await.unwrap();
        assert_eq!(found.unwrap().notice.number, number);
    }

    async fn page(&self, start: ListStart) {
        assert_eq!(self.store.list_positions(&query(start)).await.unwrap().positions.len(), 10);
    }
}

/// Newest first, as the list is asked for unless something else is said.
fn query(start: ListStart) -> PositionQuery {
    PositionQuery {
        ec: FiscalCode::new(EC).unwrap(),
        scope: Segregation::Every,
        shapes: Shapes::Flat,
        now: jiff::Timestamp::UNIX_EPOCH,
        filter: PositionFilter::default(),
        order: PositionOrder::Created,
        direction: Direction::Descending,
        limit: 10,
        start,
    }
}

fn report(engine: &str, towns: &[Town]) {
    let towns: Vec<&Town> = towns.iter().filter(|town| town.engine == engine).collect();
    for (read, (name, _)) in READS.iter().enumerate() {
        println!("{engine}, {name}: lower is better");
        for town in &towns {
            line(&format!("{} notices", town.notices), &town.micros[read], "us");
        }
        let (least, rest) = towns.split_first().unwrap();
        for town in rest {
            let times = median(&town.micros[read]) / median(&least.micros[read]);
            let aim = if read == READS.len() - 1 { "none: it counts" } else { "1" };
            ratio(&format!("{} / {} notices", town.notices, least.notices), times, aim);
        }
    }
}

/// Positions of one notice and two transfers, a microsecond apart from the next, a second by change.
async fn fill(url: &str, notices: u64) {
    let statements = STATEMENTS.map(|text| text.replace("@", &notices.to_string()));
    if url.starts_with("sqlite:") {
        let mut database = SqliteConnection::connect(url).await.unwrap();
        for statement in statements {
            database.execute(AssertSqlSafe(statement)).await.unwrap();
        }
    } else {
        let mut database = PgConnection::connect(url).await.unwrap();
        for statement in statements {
            database.execute(AssertSqlSafe(statement)).await.unwrap();
        }
        // As autovacuum would within a minute.
        database.execute("VACUUM ANALYZE").await.unwrap();
    }
}

const STATEMENTS: [&str; 6] = [
    "CREATE TABLE numbers (n BIGINT NOT NULL PRIMARY KEY)",
    "WITH RECURSIVE up (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < @) \
     INSERT INTO numbers SELECT n FROM up",
    "INSERT INTO position (ec, iupd, company_name, stand_in_allowed, created_at, updated_at, published_at, version) \
     SELECT '99000010019', 'P' || CAST(n AS TEXT), 'Comune di Borgo Varco', TRUE, n, n * 1000000, 1, 1 FROM numbers",
    "INSERT INTO payment_option (ec, iupd, option_no, is_plan, expires, debtor_kind, debtor_id, debtor_name, city) \
     SELECT '99000010019', 'P' || CAST(n AS TEXT), 1, FALSE, FALSE, 'G', CAST(10000000000 + n / 4 AS TEXT), \
     'Debitore', 'Borgo Varco' FROM numbers",
    "INSERT INTO notice (ec, notice_number, iuv, iupd, option_no, notice_no, amount, description, due_at) \
     SELECT '99000010019', CAST(302000000000000000 + n AS TEXT), '0' || CAST(2000000000000000 + n AS TEXT), \
     'P' || CAST(n AS TEXT), 1, 0, 12000, 'Tributo comunale sui rifiuti', n * 1000000 FROM numbers",
    "INSERT INTO transfer (ec, notice_number, id_transfer, amount, beneficiary, remittance, category, iban) \
     SELECT '99000010019', CAST(302000000000000000 + n AS TEXT), t.id, 6000, '99000010019', \
     'Tributo comunale sui rifiuti', '9/0101101IM/', 'IT80Z0599903600000000001001' \
     FROM numbers CROSS JOIN (SELECT 1 AS id UNION ALL SELECT 2) t",
];
