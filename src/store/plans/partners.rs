//! What is read of letters to partners, behind many that were delivered; and of who answered for a notice.

use super::*;
use crate::store::partners::{answers, claim, list};

/// Everything was delivered but the last ten, which are due.
const FILL: &str = "
    WITH RECURSIVE up (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < 20000)
        INSERT INTO partner_delivery (ec, letter, id, partner, form, notice_number, made_at, state, attempts, next_at,
            done_at)
        SELECT '77777777777', 'r' || CAST(n AS TEXT), 'i' || CAST(n AS TEXT), 'uno', 'pa_for_node',
        CAST(302000000000000000 + n AS TEXT), n, CASE WHEN n > 19990 THEN 'pending' ELSE 'delivered' END, 0, n,
        CASE WHEN n > 19990 THEN NULL ELSE n END FROM up;
    WITH RECURSIVE up (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < 20000)
        INSERT INTO partner_answer (ec, notice_number, activated_by, activated_at)
        SELECT '77777777777', CAST(302000000000000000 + n AS TEXT), 'uno', n FROM up;";

fn cases(letters: &str) -> [Case; 5] {
    let (now, too_long) = ("#1000000000", "#2000000000");
    let page = [EC, "uno", "pending", "#20001", "i", "#21"];
    // Each index of what is pending bounds what is read: which of them is taken is the planner's choice.
    [
        look_up("due letters", letters, &["uno", now, too_long, "#8"], ["partner_delivery_"; 2]),
        look_up("due partners", claim::DUE_PARTNERS, &[now, ""], ["partner_delivery_"; 2]),
        look_up("waiting letters", claim::WAITING, &[], ["partner_delivery_"; 2]),
        look_up("open letters", list::LIST_OPEN, &page, ["partner_delivery_"; 2]),
        look_up("answered by", answers::READ, &[EC, "302000000000010000"], [PRIMARY, "partner_answer_pkey"]),
    ]
}

#[tokio::test]
async fn on_sqlite_letters_that_are_due_are_found_however_many_were_delivered() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("varco.db");
    let store = Store::open(&format!("sqlite://{}", file.display()), StoreOptions::default()).await.unwrap();
    store.migrate().await.unwrap();
    let Pools::Sqlite { write, .. } = &store.pools else { panic!("it is SQLite") };
    sqlx::raw_sql(FILL).execute(write).await.unwrap();
    let connection = rusqlite::Connection::open(&file).unwrap();
    for case in cases(claim::sqlite::DUE_LETTERS) {
        let taken = machine_steps(&connection, &case);
        assert!(taken < 2_000, "{}: {taken} steps", case.name);
    }
}

#[tokio::test]
async fn on_postgres_letters_that_are_due_are_found_however_many_were_delivered() {
    let url = cluster::empty_database().await;
    let store = Store::open(&url, StoreOptions::default()).await.unwrap();
    store.migrate().await.unwrap();
    let Pools::Postgres(pool) = &store.pools else { panic!("it is PostgreSQL") };
    sqlx::raw_sql(FILL).execute(pool).await.unwrap();
    for state in ["never analysed", "analysed"] {
        for case in cases(claim::postgres::DUE_LETTERS) {
            let plan = deliveries::plan_on_postgres(pool, &case).await;
            let most = plan.lines().map(rows_seen).fold(0.0, f64::max);
            assert!(most < 200.0, "{}, {state}: {most} rows\n{plan}", case.name);
            assert!(plan.contains(case.index[1]), "{}, {state}:\n{plan}", case.name);
        }
        sqlx::raw_sql("ANALYZE").execute(pool).await.unwrap();
    }
}
