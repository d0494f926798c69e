//! Plans that PostgreSQL makes while its tables are empty stay prepared while they fill: they have to be
//! good for both. What is counted is what the database itself says that it read.

use bytes::Bytes;
use jiff::ToSpan;
use sqlx::{Connection, Executor, PgConnection, Row};
use varco::domain::position::OptionShape;
use varco::store::{BookReceipt, Store};

use super::support::{TestDatabase, samples};

/// Twenty thousand positions of the institution, in numbers that nobody else uses.
const FILL: &str = "
    INSERT INTO position (ec, iupd, company_name, stand_in_allowed, created_at, updated_at, published_at, version)
        SELECT '77777777777', 'bulk' || n, 'Comune', TRUE, n, n, 1, 1 FROM generate_series(1, 20000) n;
    INSERT INTO payment_option (ec, iupd, option_no, is_plan, expires, debtor_kind, debtor_id, debtor_name)
        SELECT '77777777777', 'bulk' || n, 1, FALSE, FALSE, 'G', '12345678903', 'Debtor' FROM generate_series(1, 20000) n;
    INSERT INTO notice (ec, notice_number, iuv, iupd, option_no, notice_no, amount, description, due_at, paid_at)
        SELECT '77777777777', '3' || 99000000000000000 + n, 99000000000000000 + n, 'bulk' || n, 1, 0, 100, 'Mensa', n, n
        FROM generate_series(1, 20000) n;
    INSERT INTO transfer (ec, notice_number, id_transfer, amount, beneficiary, remittance, category, iban)
        SELECT '77777777777', '3' || 99000000000000000 + n, 1, 100, '77777777777', 'Mensa', '9/x/', 'IT60X'
        FROM generate_series(1, 20000) n;
    INSERT INTO receipt (ec, receipt_key, receipt_id, notice_number, issuer, creditor_reference, class, settles,
        executed, stand_in, amount, psp, psp_name, channel, broker, station, primitive, received_at, raw)
        SELECT '77777777777', 'bulk' || n, 'bulk' || n, '3' || 99000000000000000 + n, '77777777777', 'x', 'matched',
        TRUE, TRUE, FALSE, 100, 'x', 'x', 'x', 'x', 'x', 'x', n, '' FROM generate_series(1, 20000) n;
    INSERT INTO receipt_transfer (ec, receipt_key, line_no, id_transfer, amount, beneficiary, category, remittance)
        SELECT '77777777777', 'bulk' || n, 1, 1, 100, '77777777777', 'x', 'x' FROM generate_series(1, 20000) n;";

const ROUNDS: u64 = 12;

/// The life of three positions: one paid, one whose receipt came first, one changed and deleted.
async fn live(store: &Store, from: u64) {
    for base in (from..from + 3 * ROUNDS).step_by(3) {
        let position = |base: u64| {
            let option = samples::option(1, OptionShape::Single, vec![samples::notice(base, 10_000)]);
            samples::position(&format!("p{base}"), vec![option])
        };
        let receipt = |base: u64| BookReceipt {
            receipt: samples::receipt(&format!("r{base}"), base, 10_000),
            primitive: "paSendRTV2",
            raw: Bytes::from_static(b"<x/>"),
            received_at: samples::now(),
            deliver_to: None,
        };
        let (paid, late, gone) = (position(base), position(base + 1), position(base + 2));
        store.create_position(&paid).await.unwrap();
        store.payable_notice(&paid.ec, &samples::notice_number(base)).await.unwrap().unwrap();
        store.book_receipt(receipt(base)).await.unwrap();
        store.book_receipt(receipt(base)).await.unwrap();
        store.book_receipt(receipt(base + 1)).await.unwrap();
        store.create_position(&late).await.unwrap();
        assert_eq!(
            store.receipts_of_notice(&late.ec, &samples::notice_number(base + 1)).await.unwrap().len(),
            1
        );
        store.create_position(&gone).await.unwrap();
        let replaced = store.replace_position(&gone.ec, &gone.iupd, |before| {
            let mut after = before.clone();
            after.options[0].notices[0].due += 1.hour();
            Ok::<_, std::convert::Infallible>(after)
        });
        replaced.await.unwrap().unwrap().unwrap();
        let free = |_: &_| Ok::<_, std::convert::Infallible>(());
        store.delete_position(&gone.ec, &gone.iupd, samples::now(), free).await.unwrap().unwrap().unwrap();
    }
}

/// Rows read so far of each table, in its order or by an index.
async fn rows_read(url: &str) -> Vec<(String, i64)> {
    let mut connection = PgConnection::connect(url).await.unwrap();
    let rows = connection
        .fetch_all(
            "SELECT relname::TEXT, seq_tup_read + COALESCE(idx_tup_fetch, 0) FROM pg_stat_user_tables ORDER BY relname",
        )
        .await
        .unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

#[tokio::test]
async fn plans_made_on_empty_tables_are_good_for_full_ones() {
    grow(None).await;
}

#[tokio::test]
async fn plans_made_on_small_tables_are_good_for_full_ones() {
    grow(Some("ANALYZE")).await;
}

/// Lives, fills the tables, and lives on with the plans of the first life.
async fn grow(between: Option<&'static str>) {
    let database = TestDatabase::postgres().await;
    let store = database.store().await;
    live(&store, 1).await;
    let mut admin = PgConnection::connect(&database.url).await.unwrap();
    if let Some(statement) = between {
        admin.execute(statement).await.unwrap();
        live(&store, 500).await;
    }
    admin.execute(FILL).await.unwrap();
    // What a session read is counted when it ends.
    admin.close().await.unwrap();
    let before = rows_read(&database.url).await;
    live(&store, 1000).await;
    store.close().await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let after = rows_read(&database.url).await;
    assert!(after.iter().any(|(table, _)| table == "notice"));
    for ((table, before), (_, after)) in before.into_iter().zip(after) {
        // All lives, should the first not have been counted before: some fifty rows a round.
        let most = i64::try_from(3 * ROUNDS).unwrap() * 100;
        assert!(after - before < most, "{table}: {} rows for {ROUNDS} rounds", after - before);
    }
}
