//! What is read to find what has to be sent, behind many deliveries that are done.

use super::*;
use crate::store::deliveries::claim;

/// Everything was delivered but the last ten, which are due.
const FILL: &str = "
    INSERT INTO subscription (id, owner_kind, owner, form, url, label, types, secret_no, created_at, created_by,
        failures, not_before)
        VALUES ('s1', 'organization', '77777777777', 'event', 'https://x', 'x', '', 1, 1, 'x', 0, 0);
    WITH RECURSIVE up (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < 20000)
        INSERT INTO event (feed, seq, type, subject, codes, occurred_at, body, chain)
        SELECT '77777777777', n, 'varco.position.created', 'positions/p' || CAST(n AS TEXT), '', n, '{}', '' FROM up;
    INSERT INTO delivery (subscription, feed, seq, subject, state, attempts, logged, next_at, done_at)
        SELECT 's1', feed, seq, subject, CASE WHEN seq > 19990 THEN 'pending' ELSE 'delivered' END, 0, 0, seq,
        CASE WHEN seq > 19990 THEN NULL ELSE seq END FROM event;";

fn cases(deliveries: &str) -> [Case; 2] {
    let (now, too_long) = ("#1000000000", "#2000000000");
    let index = ["delivery_in_order"; 2];
    [
        look_up("due deliveries", deliveries, &["s1", now, too_long, "#8"], index),
        look_up("due subscriptions", claim::DUE_ONES, &[now, too_long, ""], index),
    ]
}

#[tokio::test]
async fn on_sqlite_what_is_due_is_found_however_much_was_delivered() {
    are_found_on_sqlite(FILL, cases(claim::sqlite::DUE_DELIVERIES)).await;
}

#[tokio::test]
async fn on_postgres_what_is_due_is_found_however_much_was_delivered() {
    are_found_on_postgres(FILL, || cases(claim::postgres::DUE_DELIVERIES)).await;
}

/// Each look-up in a database that is filled so takes a few steps of SQLite's machine.
pub(super) async fn are_found_on_sqlite(fill: &'static str, cases: impl IntoIterator<Item = Case>) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("varco.db");
    let store = Store::open(&format!("sqlite://{}", file.display()), StoreOptions::default()).await.unwrap();
    store.migrate().await.unwrap();
    let Pools::Sqlite { write, .. } = &store.pools else { panic!("it is SQLite") };
    sqlx::raw_sql(fill).execute(write).await.unwrap();
    let connection = rusqlite::Connection::open(&file).unwrap();
    for case in cases {
        let taken = machine_steps(&connection, &case);
        assert!(taken < 2_000, "{}: {taken} steps", case.name);
    }
}

/// Each look-up reads a few rows of PostgreSQL by its index, whether or not the tables were ever analysed.
pub(super) async fn are_found_on_postgres<C: IntoIterator<Item = Case>>(
    fill: &'static str,
    cases: impl Fn() -> C,
) {
    let url = cluster::empty_database().await;
    let store = Store::open(&url, StoreOptions::default()).await.unwrap();
    store.migrate().await.unwrap();
    let Pools::Postgres(pool) = &store.pools else { panic!("it is PostgreSQL") };
    sqlx::raw_sql(fill).execute(pool).await.unwrap();
    for state in ["never analysed", "analysed"] {
        for case in cases() {
            let plan = plan_on_postgres(pool, &case).await;
            let most = plan.lines().map(rows_seen).fold(0.0, f64::max);
            assert!(most < 200.0, "{}, {state}: {most} rows\n{plan}", case.name);
            assert!(plan.contains(case.index[1]), "{}, {state}:\n{plan}", case.name);
        }
        sqlx::raw_sql("ANALYZE").execute(pool).await.unwrap();
    }
}

async fn plan_on_postgres(pool: &sqlx::PgPool, case: &Case) -> String {
    let mut tx = postgres_engine::begin(pool, postgres_engine::BEGIN).await.unwrap();
    let mut explained = sqlx::query(explain_analyze(&case.text)).persistent(false);
    for value in &case.values {
        explained = match value {
            Value::Number(number) => explained.bind(number),
            Value::Text(text) => explained.bind(text),
        };
    }
    let lines = explained.fetch_all(&mut *tx).await.unwrap();
    tx.rollback().await.unwrap();
    lines.iter().map(|line| line.get::<String, _>(0) + "\n").collect()
}
