//! Backups of other versions.

use sqlx::migrate::Migrator;
use sqlx::{Connection, PgConnection, SqliteConnection};

use super::desk::{Desk, rows};
use super::support::trouble::Intruder;
use super::support::{TestDatabase, on_both};

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

/// Makes the schema as it was after that migration.
async fn migrate_to(database: &TestDatabase, last: i64) {
    match database.engine {
        "sqlite" => {
            let url = format!("{}?mode=rwc", database.url);
            let mut connection = SqliteConnection::connect(&url).await.unwrap();
            SQLITE.run_to(last, &mut connection).await.unwrap();
        }
        _ => {
            let mut connection = PgConnection::connect(&database.url).await.unwrap();
            POSTGRES.run_to(last, &mut connection).await.unwrap();
        }
    }
}

/// Before the migration that copies the debtor into each receipt.
const BEFORE_DEBTORS: i64 = 8;

const ROWS: [&str; 5] = [
    "INSERT INTO position (ec, iupd, company_name, stand_in_allowed, created_at, updated_at, version) \
     VALUES ('77777777777', 'A', 'x', TRUE, 1, 1, 1)",
    "INSERT INTO payment_option (ec, iupd, option_no, is_plan, expires, debtor_kind, debtor_id, debtor_name) \
     VALUES ('77777777777', 'A', 1, FALSE, TRUE, 'F', 'RSSMRA80A01H501U', 'x')",
    "INSERT INTO notice (ec, notice_number, iuv, iupd, option_no, notice_no, amount, description, due_at) \
     VALUES ('77777777777', '302000000000000199', '02000000000000199', 'A', 1, 1, 100, 'x', 1)",
    "INSERT INTO receipt (ec, receipt_key, receipt_id, notice_number, issuer, creditor_reference, class, settles, \
     executed, stand_in, amount, psp, psp_name, channel, broker, station, primitive, received_at, raw) \
     VALUES ('77777777777', 'r', 'r', '302000000000000199', '77777777777', '02000000000000199', 'not_executed', \
     FALSE, FALSE, FALSE, 100, 'x', 'x', 'x', 'x', 'x', 'paSendRT', 1, '')",
    "INSERT INTO receipt_transfer (ec, receipt_key, line_no, id_transfer, amount, beneficiary, category, remittance) \
     VALUES ('77777777777', 'r', 1, 1, 100, '77777777777', 'x', 'x')",
];

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_an_older_schema_go_through_the_newer_migrations() {
    on_both(|database| async move {
        let desk = Desk::new();
        migrate_to(&database, BEFORE_DEBTORS).await;
        let mut intruder = Intruder::enter(&database).await;
        for statement in ROWS {
            intruder.run(statement).await;
        }
        let file = desk.backup(&database, "old.backup").await;
        for target in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
            let done = desk.restore(&target, &file).await;
            assert_ne!(done.code, Some(2), "{}", done.stderr);
            let now = rows(&desk.backup(&target, "new.backup").await);
            let told = now["event"].iter().any(|event| event.contains("varco.feed.restored"));
            assert!(
                told && !now["event_gap"].is_empty(),
                "numbers that a newer version told do not come again"
            );
            let receipt = now["receipt"].first().unwrap();
            assert!(receipt.contains("RSSMRA80A01H501U"), "{receipt}");
        }
        let ahead = TestDatabase::sqlite();
        ahead.store().await.close().await;
        let done = desk.restore(&ahead, &file).await;
        assert_eq!(done.code, Some(2));
        assert!(done.stderr.contains("restore it into a new database"), "{}", done.stderr);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_a_newer_version_is_refused() {
    let desk = Desk::new();
    let database = TestDatabase::sqlite();
    database.store().await.close().await;
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                 VALUES (9999, 'to come', TRUE, x'00', 1)";
    Intruder::enter(&database).await.run(newer).await;
    let file = desk.backup(&database, "newer.backup").await;
    let done = desk.restore(&TestDatabase::sqlite(), &file).await;
    assert_eq!(done.code, Some(2));
    assert!(done.stderr.contains("schema 9999"), "{}", done.stderr);
}
