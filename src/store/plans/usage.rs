//! The usage of a month is read in proportion to what happened in it, however much came before and after.

use super::*;
use crate::store::usage::report::{NOTICES, PAYMENTS};

/// Fifty seconds of the positions, and a hundred of the receipts, of which every third second has one.
fn cases() -> [Case; 4] {
    let (from, until, paid) = ("#10000000000", "#10050000000", "#10100000000");
    let (created, by_payment) = (["position_by_creation"; 2], ["receipt_by_payment"; 2]);
    [
        look_up("notices", NOTICES, &[EC, from, until, ""], created),
        look_up("notices of a broker", NOTICES, &[EC, from, until, "x"], created),
        look_up("payments", PAYMENTS, &[EC, from, paid, ""], by_payment),
        look_up("payments of a broker", PAYMENTS, &[EC, from, paid, "x"], by_payment),
    ]
}

#[tokio::test]
async fn on_sqlite_a_month_costs_what_happened_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("varco.db");
    let store = Store::open(&format!("sqlite://{}", file.display()), StoreOptions::default()).await.unwrap();
    store.migrate().await.unwrap();
    let Pools::Sqlite { write, .. } = &store.pools else { panic!("it is SQLite") };
    sqlx::raw_sql(FILL).execute(write).await.unwrap();
    let connection = rusqlite::Connection::open(&file).unwrap();
    for case in cases() {
        let steps = sqlx::query(explain(&case.text)).fetch_all(write).await.unwrap();
        let plan: String = steps.iter().map(|step| step.get::<String, _>("detail") + "\n").collect();
        assert!(plan.contains(case.index[0]), "{}:\n{plan}", case.name);
        let taken = machine_steps(&connection, &case);
        assert!(taken < 6_000, "{}: {taken} steps\n{plan}", case.name);
    }
}

#[tokio::test]
async fn on_postgres_a_month_costs_what_happened_in_it_analysed_or_not() {
    let url = cluster::empty_database().await;
    let store = Store::open(&url, StoreOptions::default()).await.unwrap();
    store.migrate().await.unwrap();
    let Pools::Postgres(pool) = &store.pools else { panic!("it is PostgreSQL") };
    sqlx::raw_sql(FILL).execute(pool).await.unwrap();
    for state in ["never analysed", "analysed"] {
        for case in cases() {
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
            let plan: String = lines.iter().map(|line| line.get::<String, _>(0) + "\n").collect();
            assert!(plan.contains(case.index[1]), "{}, {state}:\n{plan}", case.name);
            let most = plan.lines().map(rows_seen).fold(0.0, f64::max);
            assert!(most < 200.0, "{}, {state}: {most} rows\n{plan}", case.name);
        }
        sqlx::raw_sql("ANALYZE").execute(pool).await.unwrap();
    }
}
