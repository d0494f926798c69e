//! What is in a backup: everything, at one moment, the same on both databases.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::desk::{Desk, filled, rows};
use super::support::gateway::TestGateway;
use super::support::messages::paid;
use super::support::{TestDatabase, on_both, samples};
use varco::store::Store;

/// The tables that the migrations make.
fn tables_of_the_migrations() -> BTreeSet<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/sqlite");
    let mut tables = BTreeSet::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let words: Vec<&str> = text.split_whitespace().collect();
        for at in words.windows(3).filter(|at| at[1] == "TABLE") {
            match at[0] {
                "CREATE" => drop(tables.insert(at[2].to_owned())),
                "DROP" => drop(tables.remove(at[2].trim_end_matches(';'))),
                _ => {}
            }
        }
    }
    tables
}

#[tokio::test(flavor = "multi_thread")]
async fn every_table_of_every_migration_is_in_a_backup() {
    on_both(|database| async move {
        let desk = Desk::new();
        database.store().await.close().await;
        let file = desk.backup(&database, "empty.backup").await;
        let found: BTreeSet<String> = rows(&file).into_keys().collect();
        assert_eq!(found, tables_of_the_migrations(), "{}", database.engine);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn from_one_database_to_the_other_and_back_no_value_changes() {
    for (from, over) in [
        (TestDatabase::sqlite(), TestDatabase::postgres().await),
        (TestDatabase::postgres().await, TestDatabase::sqlite()),
    ] {
        let desk = Desk::new();
        let gateway = filled(from).await;
        let first = desk.backup(&gateway.database, "first.backup").await;
        assert_eq!(desk.restore(&over, &first).await.code, Some(0));
        let second = desk.backup(&over, "second.backup").await;
        let back =
            if gateway.engine == "sqlite" { TestDatabase::sqlite() } else { TestDatabase::postgres().await };
        assert_eq!(desk.restore(&back, &second).await.code, Some(0));
        let third = desk.backup(&back, "third.backup").await;

        let original = rows(&first);
        let (restored, back) = (rows(&second), rows(&third));
        for (table, rows) in &original {
            // The lease of whoever worked on a file is gone.
            let lease = |row: &String| row.replace(",7,1000,", ",null,null,").replace(",7,1000]", ",7,0]");
            let expected: BTreeSet<String> = rows.iter().map(lease).collect();
            assert_eq!(
                *rows == expected,
                !["upload", "delivery", "partner_delivery", "publisher"].contains(&table.as_str()),
                "{table}"
            );
            if ["event", "event_head", "event_gap"].contains(&table.as_str()) {
                continue;
            }
            assert_eq!(restored[table], expected, "{table} of {}", gateway.engine);
            assert_eq!(back[table], expected, "{table} of {}", gateway.engine);
        }
        assert!(restored["event"].is_superset(&original["event"]), "{}", gateway.engine);
        assert!(back["event"].is_superset(&restored["event"]), "{}", gateway.engine);
        assert!(original["event"].len() > 10);
        let filled = [
            "receipt",
            "receipt_transfer",
            "notice",
            "unbooked_message",
            "answered_request",
            "api_key",
            "partner",
            "partner_answer",
            "partner_delivery",
            "route",
        ];
        assert!(filled.iter().all(|table| !original[*table].is_empty()));
        gateway.end().await;
    }
}

/// Delivers receipts of ever more notices until told to stop; `acknowledged` has their ids in that order.
async fn deliver(
    gateway: &TestGateway,
    acknowledged: &Mutex<Vec<String>>,
    bases: (u64, u64),
    stop: &AtomicBool,
) {
    for base in bases.0..bases.1 {
        if stop.load(Ordering::SeqCst) {
            return;
        }
        let id = format!("r{base}");
        gateway.settle(&paid(&id, base, 100)).await;
        acknowledged.lock().unwrap().push(id);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_backup_under_load_is_one_moment_and_has_all_that_was_acknowledged_before() {
    on_both(|database| async move {
        let desk = Desk::new();
        let gateway = TestGateway::start(database).await;
        for base in 1..=200 {
            gateway.owe(base, 100).await;
        }
        let (acknowledged, stop) = (Mutex::new(Vec::new()), AtomicBool::new(false));
        let backup = async {
            while acknowledged.lock().unwrap().len() < 20 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            let before = acknowledged.lock().unwrap().clone();
            let file = desk.backup(&gateway.database, "load.backup").await;
            let after = acknowledged.lock().unwrap().len();
            stop.store(true, Ordering::SeqCst);
            (before, after, file)
        };
        let deliver = |bases| deliver(&gateway, &acknowledged, bases, &stop);
        // The second half are receipts that nobody knows the notice of: there are enough for any machine.
        let ((before, after, file), (), ()) =
            tokio::join!(backup, deliver((1, 200)), deliver((1_000, 100_000)));
        assert!(after > before.len(), "nothing was written meanwhile");

        for target in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
            let done = desk.restore(&target, &file).await;
            assert_eq!(done.code, Some(0), "{}{}", done.stdout, done.stderr);
            let store = target.store().await;
            assert_eq!(store.ledger_check().await.unwrap(), [], "{} to {}", gateway.engine, target.engine);
            for id in &before {
                assert!(has(&store, id).await, "{id} of {} in {}", gateway.engine, target.engine);
            }
            store.close().await;
        }
        gateway.end().await;
    })
    .await;
}

async fn has(store: &Store, id: &str) -> bool {
    let base = id.trim_start_matches('r').parse().unwrap();
    let receipts = store.receipts_of_notice(&samples::ec(), &samples::notice_number(base)).await.unwrap();
    receipts.iter().any(|receipt| receipt.id == id)
}

#[tokio::test(flavor = "multi_thread")]
async fn only_its_owner_may_read_a_backup_and_an_older_one_gives_way() {
    let desk = Desk::new();
    let database = TestDatabase::sqlite();
    database.store().await.close().await;
    let file = desk.file("old.backup");
    std::fs::write(&file, "an older one").unwrap();
    std::fs::write(desk.file("old.backup.part"), "left behind by one that was killed").unwrap();
    desk.backup(&database, "old.backup").await;
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!desk.file("old.backup.part").exists());
    assert!(!rows(&file).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn how_far_it_is_goes_to_stderr_and_the_sum_to_stdout() {
    let desk = Desk::new();
    let gateway = filled(TestDatabase::sqlite()).await;
    let file = desk.file("told.backup");
    let done = desk.run(&gateway.database, &["backup", file.to_str().unwrap()]).await;
    assert!(done.stderr.contains("receipt: 5 rows"), "{}", done.stderr);
    assert!(done.stdout.contains(" rows of "), "{}", done.stdout);
    gateway.end().await;
}
