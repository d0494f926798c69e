//! The promise: a file that was accepted is carried out, each row once, whatever happens to the process.

use std::time::Duration;

use hyper::Method;
use serde_json::Value;

use crate::desk::*;
use crate::support::child::Served;
use crate::support::samples::{BROKER, EC};
use crate::support::{TestDatabase, pki, world};

/// Rows of the file: enough that each life of the process ends among them.
const ROWS: u64 = 6_000;

async fn status(served: &Served, place: &str) -> Value {
    ask(served.api, (Method::GET, &format!("{place}/status")), &[], "").await.json()
}

async fn killed_and_resumed(database: TestDatabase) {
    let folder = tempfile::tempdir().unwrap();
    pki::issue(folder.path());
    let store = database.store().await;
    world::seed(&store).await;
    store.close().await;
    let config = pki::write_config(folder.path(), &database.url);
    let start = || Served::start(&config, &[], &[("VARCO__LOG__FILTER", "warn,varco=info")]);

    let mut served = start();
    let positions: Vec<Value> = (1..=ROWS).map(lasting).collect();
    let path = format!("{}/file", base(EC, BROKER));
    let answer = send(served.api, Method::POST, &path, &file(&positions)).await;
    assert_eq!(answer.status, 202, "{}", answer.text());
    let place = place(&answer);
    // Once right after the answer, then among the rows.
    let mut done_before = Vec::new();
    for until in [0, 500, 2_500] {
        loop {
            let done = status(&served, &place).await["processedItem"].as_u64().unwrap();
            if done >= until {
                done_before.push(done);
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        tokio::task::spawn_blocking(move || served.kill()).await.unwrap();
        served = start();
        let now = status(&served, &place).await["processedItem"].as_u64().unwrap();
        assert!(now >= *done_before.last().unwrap(), "what was told is not taken back");
    }
    assert!(
        done_before.iter().any(|done| (1..ROWS).contains(done)),
        "no kill fell among the rows: {done_before:?}"
    );

    let status = done(served.api, &place).await;
    assert_eq!(status["operationStatus"], "COMPLETED", "{} {status}", database.engine);
    let report = ask(served.api, (Method::GET, &format!("{place}/report")), &[], "").await.json();
    let expected: Vec<_> = (1..=ROWS).map(|base| (201, format!("P{base}"), String::new())).collect();
    assert!(rows(&report) == expected, "each row once, none refused as one that is there already");
    assert_eq!(count(served.api).await, ROWS, "{}: none lost, none doubled", database.engine);
    served.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_a_file_outlasts_every_kill() {
    killed_and_resumed(TestDatabase::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres_a_file_outlasts_every_kill() {
    killed_and_resumed(TestDatabase::postgres().await).await;
}

/// Two processes on one database and one folder share the work and do no row twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_do_no_row_twice() {
    let database = TestDatabase::postgres().await;
    let folder = tempfile::tempdir().unwrap();
    pki::issue(folder.path());
    let store = database.store().await;
    world::seed(&store).await;
    store.close().await;
    let config = pki::write_config(folder.path(), &database.url);
    let (one, two) = (Served::start(&config, &[], &[]), Served::start(&config, &[], &[]));
    let path = format!("{}/file", base(EC, BROKER));
    let mut places = Vec::new();
    for (served, from) in [(&one, 1), (&two, 1_001), (&one, 2_001), (&two, 3_001)] {
        let positions: Vec<Value> = (from..from + 1_000).map(lasting).collect();
        let answer = send(served.api, Method::POST, &path, &file(&positions)).await;
        assert_eq!(answer.status, 202, "{}", answer.text());
        places.push(place(&answer));
    }
    for place in &places {
        assert_eq!(done(two.api, place).await["operationStatus"], "COMPLETED");
    }
    assert_eq!(count(one.api).await, 4_000);
    one.stop();
    two.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_whose_rows_cannot_be_read_holds_up_no_other() {
    let database = TestDatabase::sqlite();
    let folder = tempfile::tempdir().unwrap();
    pki::issue(folder.path());
    let store = database.store().await;
    world::seed(&store).await;
    store.close().await;
    let config = pki::write_config(folder.path(), &database.url);
    let rows = folder.path().join("rows");
    let env = [("VARCO__UPLOAD__FOLDER", rows.to_str().unwrap()), ("VARCO__UPLOAD__WORKERS", "1")];
    let served = Served::start(&config, &[], &env);
    let path = format!("{}/file", base(EC, BROKER));
    let positions: Vec<Value> = (1..=ROWS).map(lasting).collect();
    let first = send(served.api, Method::POST, &path, &file(&positions)).await;
    tokio::task::spawn_blocking(move || served.kill()).await.unwrap();
    for entry in std::fs::read_dir(&rows).unwrap().map(Result::unwrap) {
        std::fs::remove_file(entry.path()).unwrap();
        std::fs::create_dir(entry.path()).unwrap();
    }

    let served = Served::start(&config, &[], &env);
    // By then the lease of the process that is gone has ended, and the first file has been tried.
    tokio::time::sleep(Duration::from_secs(13)).await;
    let second = send(served.api, Method::POST, &path, &file(&[lasting(ROWS + 1)])).await;
    assert_eq!(done(served.api, &place(&second)).await["operationStatus"], "COMPLETED");
    assert_eq!(status(&served, &place(&first)).await["operationStatus"], "IN_PROGRESS");
    served.stop();
}
