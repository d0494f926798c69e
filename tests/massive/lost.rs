//! Lost answers and lost rows: a commit whose answer is lost may have happened or not, and whoever goes on
//! asks the database; a file whose rows are lost ends nevertheless.

use std::time::Duration;

use hyper::Method;
use jiff::SignedDuration;
use serde_json::{Value, json};
use varco::domain::fiscal_code::FiscalCode;
use varco::domain::ids::BrokerCode;
use varco::domain::segregation::Segregation;
use varco::store::{Mode, Offer, Operation, Upload};

use crate::desk::*;
use crate::support::TestDatabase;
use crate::support::api::position;
use crate::support::gateway::{TestGateway, on_both_gateways};
use crate::support::samples::{self, BROKER, EC};
use crate::support::trouble::Intruder;

/// Rows of the file: enough that some are left when somebody comes between.
const ROWS: u64 = 6_000;

/// How many outcomes are there of which the worker knows nothing.
const AHEAD: u64 = 3;

/// Writes outcomes of the next rows, as a commit does whose answer the worker never sees.
async fn tell_ahead(intruder: &mut Intruder, engine: &str) {
    let begin = match engine {
        "sqlite" => "PRAGMA busy_timeout = 10000; BEGIN IMMEDIATE",
        _ => "BEGIN; LOCK TABLE upload_row IN SHARE ROW EXCLUSIVE MODE",
    };
    intruder.run(begin).await;
    for _ in 0..AHEAD {
        let next = "INSERT INTO upload_row (ec, upload_id, row_no, status, code, message) \
                    SELECT ec, upload_id, MAX(row_no) + 1, 201, 'ahead', 'Created' FROM upload_row \
                    GROUP BY ec, upload_id";
        intruder.run(next).await;
    }
    intruder.run("COMMIT").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn outcomes_that_the_worker_does_not_know_of_stop_no_file() {
    on_both_gateways(async |gateway| {
        let positions: Vec<Value> = (1..=ROWS).map(|base| position(&format!("P{base}"), base)).collect();
        // Enters before the file, which does not wait while a connection is opened.
        let mut intruder = Intruder::enter(&gateway.database).await;
        let place = accepted(gateway, Method::POST, "", &file(&positions)).await;
        loop {
            let path = format!("{place}/status");
            let status = ask(gateway.api_addr(), (Method::GET, &path), &[], "").await.json();
            if status["processedItem"].as_u64().unwrap() > 0 {
                break;
            }
        }
        tell_ahead(&mut intruder, gateway.database.engine).await;

        assert_eq!(done(gateway.api_addr(), &place).await["operationStatus"], "COMPLETED");
        let report = ask(gateway.api_addr(), (Method::GET, &format!("{place}/report")), &[], "").await.json();
        let told: Vec<u64> =
            report["rows"].as_array().unwrap().iter().map(|row| row["row"].as_u64().unwrap()).collect();
        assert_eq!(told, (1..=ROWS).collect::<Vec<_>>(), "each row once");
        let ahead = rows(&report).iter().filter(|(_, _, code)| code == "ahead").count();
        assert_eq!(ahead as u64, AHEAD, "none is told anew");
        assert_eq!(count(gateway.api_addr()).await, ROWS - AHEAD, "nor done anew");
    })
    .await;
}

#[tokio::test]
async fn a_file_whose_rows_cannot_be_read_ends_like_one_whose_rows_are_lost() {
    let database = TestDatabase::sqlite();
    let url = database.url.clone();
    let folder = tempfile::tempdir().unwrap();
    let setting = folder.path().display().to_string();
    let gateway = TestGateway::start_through(database, &url, &[("VARCO__UPLOAD__FOLDER", &setting)]).await;
    std::fs::create_dir(folder.path().join(format!("{EC}_broken.rows"))).unwrap();
    let upload = Upload {
        ec: FiscalCode::new(EC).unwrap(),
        id: "broken".into(),
        broker: BrokerCode::new(BROKER).unwrap(),
        scope: Segregation::Every,
        operation: Operation::Create,
        offer: Offer::Published,
        mode: Mode::Real,
        submitted: 2,
        received_at: samples::now(),
        processed: 0,
        finished: None,
        purged_at: None,
    };
    gateway.store().add_upload(&upload).await.unwrap();
    let place = format!("{}/file/{BROKER}_{EC}_broken", base(EC, BROKER));
    // By then it has been tried, and is kept: what cannot be read may be readable again.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let status = ask(gateway.api_addr(), (Method::GET, &format!("{place}/status")), &[], "").await.json();
    assert_eq!(status["operationStatus"], "IN_PROGRESS");

    gateway.clock.set(samples::now() + SignedDuration::from_mins(61));
    let status = done(gateway.api_addr(), &place).await;
    assert_eq!(
        (&status["operationStatus"], &status["processedItem"]),
        (&json!("COMPLETED_UNSUCCESSFULLY"), &json!(0))
    );
    gateway.end().await;
}
