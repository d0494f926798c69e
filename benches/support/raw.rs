//! The writer to compare with: the rows of receipts that are known beforehand, 64 to a commit, each table by
//! one statement of many rows. It reads nothing, decides nothing and answers nobody.

use std::io::{BufRead, BufReader};
use std::ops::Range;
use std::process::Stdio;
use std::time::Instant;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, PgConnection, Postgres, QueryBuilder, Sqlite, SqliteConnection};

use super::{process, world};

/// How many receipts share a commit.
const BATCH: usize = 64;

/// Runs [`run`] as a process on the core of the side under test; returns the seconds that it took.
pub fn in_own_process(url: &str, from: u64, to: u64) -> f64 {
    let mut command = process::this_program();
    command.args(["raw", url, &from.to_string(), &to.to_string()]).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(child.wait().unwrap().success());
    line.trim().parse().unwrap()
}

/// Writes the receipts of a range of notices and prints the seconds that it took.
pub fn run(url: &str, numbers: Range<u64>) {
    let rows: Vec<Row> = numbers.map(Row::new).collect();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let seconds = runtime.block_on(async {
        if url.starts_with("sqlite:") {
            let options: SqliteConnectOptions = url.parse().unwrap();
            let options = options
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true);
            let mut database = options.connect().await.unwrap();
            let begun = Instant::now();
            sqlite::write(&mut database, &rows).await;
            begun.elapsed()
        } else {
            // Two writers are the best that this database does (service-ceilings, section 3).
            let (first, second) = rows.split_at(rows.len() / 2);
            let mut one = PgConnection::connect(url).await.unwrap();
            let mut two = PgConnection::connect(url).await.unwrap();
            let begun = Instant::now();
            tokio::join!(postgres::write(&mut one, first), postgres::write(&mut two, second));
            begun.elapsed()
        }
    });
    println!("{}", seconds.as_secs_f64());
}

/// What differs between receipts.
struct Row {
    id: String,
    notice: String,
    iuv: String,
    iupd: String,
    raw: Vec<u8>,
}

impl Row {
    fn new(number: u64) -> Self {
        let notice = world::notice(number);
        Row {
            id: world::receipt_id(number),
            notice: notice.to_string(),
            iuv: notice.iuv().to_string(),
            iupd: format!("P{number}"),
            raw: world::receipt_body(number).into_bytes(),
        }
    }
}

const AT: i64 = 1_763_633_353_456_000;

macro_rules! writer {
    ($engine:ident, $database:ty, $connection:ty, $begin:literal) => {
        mod $engine {
            use super::*;

            pub async fn write(connection: &mut $connection, rows: &[Row]) {
                for rows in rows.chunks(BATCH) {
                    let mut tx = connection.begin_with($begin).await.unwrap();
                    insert_receipts(rows).build().execute(&mut *tx).await.unwrap();
                    insert_transfers(rows).build().execute(&mut *tx).await.unwrap();
                    settle_notices(rows).build().execute(&mut *tx).await.unwrap();
                    touch_positions(rows).build().execute(&mut *tx).await.unwrap();
                    tx.commit().await.unwrap();
                }
            }

            fn insert_receipts(rows: &[Row]) -> QueryBuilder<$database> {
                let mut query = QueryBuilder::new(
                    "INSERT INTO receipt (ec, receipt_key, receipt_id, notice_number, issuer, \
                     creditor_reference, class, settles, executed, stand_in, amount, fee, paid_at, \
                     application_date, transfer_date, method, psp, psp_fiscal_code, psp_name, channel, broker, \
                     station, primitive, received_at, raw) ",
                );
                query.push_values(rows, |mut row, receipt| {
                    row.push_bind(world::EC)
                        .push_bind(receipt.id.as_str())
                        .push_bind(receipt.id.as_str())
                        .push_bind(receipt.notice.as_str())
                        .push_bind(world::EC)
                        .push_bind(receipt.iuv.as_str())
                        .push_bind("matched")
                        .push_bind(true)
                        .push_bind(true)
                        .push_bind(false)
                        .push_bind(12000_i64)
                        .push_bind(150_i64)
                        .push_bind(AT)
                        .push_bind("2026-11-20")
                        .push_bind("2026-11-21")
                        .push_bind("creditCard")
                        .push_bind("BANCAPROVA")
                        .push_bind("99000090011")
                        .push_bind("Banca di Prova")
                        .push_bind("99000090011_01")
                        .push_bind(world::BROKER)
                        .push_bind(world::STATION)
                        .push_bind("paSendRTV2")
                        .push_bind(AT)
                        .push_bind(receipt.raw.as_slice());
                });
                query
            }

            fn insert_transfers(rows: &[Row]) -> QueryBuilder<$database> {
                let mut query = QueryBuilder::new(
                    "INSERT INTO receipt_transfer (ec, receipt_key, line_no, id_transfer, amount, beneficiary, \
                     iban, category, remittance) ",
                );
                let lines = rows.iter().flat_map(|row| [(1_i64, 8000_i64), (2, 3000), (3, 1000)].map(|l| (row, l)));
                query.push_values(lines, |mut row, (receipt, (line, amount))| {
                    row.push_bind(world::EC)
                        .push_bind(receipt.id.as_str())
                        .push_bind(line)
                        .push_bind(line)
                        .push_bind(amount)
                        .push_bind(world::EC)
                        .push_bind(world::IBAN)
                        .push_bind("9/0101101IM/")
                        .push_bind("/RFB/02000000000000174/80.00/TXT/Tributo comunale sui rifiuti, quota 1");
                });
                query
            }

            fn settle_notices(rows: &[Row]) -> QueryBuilder<$database> {
                let mut query = QueryBuilder::new(
                    "WITH paid (ec, notice_number, paid_at, receipt, fee, psp, method) AS (",
                );
                query.push_values(rows, |mut row, receipt| {
                    row.push_bind(world::EC)
                        .push_bind(receipt.notice.as_str())
                        .push_bind(AT)
                        .push_bind(receipt.id.as_str())
                        .push_bind(150_i64)
                        .push_bind("Banca di Prova")
                        .push_bind("creditCard");
                });
                query.push(
                    ") UPDATE notice SET paid_at = paid.paid_at, paid_receipt = paid.receipt, paid_fee = paid.fee, \
                     paid_psp = paid.psp, paid_method = paid.method FROM paid \
                     WHERE notice.ec = paid.ec AND notice.notice_number = paid.notice_number",
                );
                query
            }

            fn touch_positions(rows: &[Row]) -> QueryBuilder<$database> {
                let mut query = QueryBuilder::new("WITH touched (ec, iupd, changed_at) AS (");
                query.push_values(rows, |mut row, receipt| {
                    row.push_bind(world::EC).push_bind(receipt.iupd.as_str()).push_bind(AT);
                });
                query.push(
                    ") UPDATE position SET updated_at = touched.changed_at, version = position.version + 1 \
                     FROM touched WHERE position.ec = touched.ec AND position.iupd = touched.iupd",
                );
                query
            }
        }
    };
}

writer!(sqlite, Sqlite, SqliteConnection, "BEGIN IMMEDIATE");
writer!(postgres, Postgres, PgConnection, "BEGIN");
