//! What `varco verify` finds: each invariant broken by hand, and nothing where nothing is broken.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use super::desk::{Desk, filled};
use super::support::gateway::TestGateway;
use super::support::messages::paid;
use super::support::trouble::Intruder;
use super::support::{TestDatabase, on_both, samples};

/// What is broken, how, and all that is found of it.
const BREACHES: [(&str, &str, &[&str]); 31] = [
    (
        "a receipt under the key of another",
        "UPDATE receipt SET receipt_key = 'x' WHERE receipt_id = 'nobody'; \
         UPDATE receipt_transfer SET receipt_key = 'x' WHERE receipt_key = 'nobody'; \
         UPDATE anomaly SET receipt_key = 'x' WHERE receipt_key = 'nobody'; \
         UPDATE event SET receipt_key = 'x' WHERE receipt_key = 'nobody'",
        &["booked-once"],
    ),
    ("half a receipt", "DELETE FROM receipt_transfer WHERE receipt_key = 'nobody'", &["booked-whole"]),
    (
        "a class that is none",
        "UPDATE receipt SET class = 'odd' WHERE receipt_id = 'nobody'",
        &["class-decides"],
    ),
    (
        "a notice that names another receipt",
        "UPDATE notice SET paid_receipt = 'other' WHERE paid_receipt = 'r1'",
        &["paid-notice-has-its-receipt", "settled-notice-names-receipt"],
    ),
    (
        "a lost receipt",
        "DELETE FROM receipt_transfer WHERE receipt_key = 'r2'; DELETE FROM receipt WHERE receipt_key = 'r2'",
        &["nothing-is-orphaned", "paid-notice-has-its-receipt", "told-receipt-is-here"],
    ),
    (
        "an over-payment on top of nothing",
        "UPDATE receipt SET class = 'over_payment', settles = FALSE WHERE receipt_id = 'r5'",
        &["anomaly-is-opened", "over-payment-is-on-top", "paid-notice-has-its-receipt"],
    ),
    (
        "a version that counts from nowhere",
        "UPDATE position SET version = 0 WHERE iupd = 'single-3'",
        &["last-event-tells-version", "version-counts"],
    ),
    (
        "a receipt that missed its notice",
        "UPDATE receipt SET notice_number = (SELECT notice_number FROM notice WHERE iupd = 'single-3') \
         WHERE receipt_id = 'nobody'",
        &["known-notice-is-settled"],
    ),
    (
        "shares that do not add up",
        "UPDATE receipt_transfer SET amount = 99 WHERE receipt_key = 'r1'",
        &["shares-add-up"],
    ),
    (
        "a receipt without its event",
        "DELETE FROM event WHERE receipt_key = 'r2'",
        &["feed-is-chained", "feed-is-dense", "receipt-is-told"],
    ),
    (
        "a receipt told twice",
        "INSERT INTO event (feed, seq, type, subject, codes, receipt_key, occurred_at, body, chain) \
         SELECT e.feed, h.last + 1, e.type, e.subject, e.codes, e.receipt_key, e.occurred_at, e.body, '' \
         FROM event e JOIN event_head h ON h.feed = e.feed WHERE e.receipt_key = 'nobody' \
         AND e.type = 'varco.receipt.booked'",
        &["event-says-what-it-is", "feed-is-chained", "head-is-last-event", "receipt-is-told-once"],
    ),
    (
        "a message that was changed",
        "UPDATE receipt SET raw = (SELECT raw FROM unbooked_message WHERE reason = 'x') \
         WHERE receipt_id = 'r1'",
        &["receipt-is-told-truly"],
    ),
    (
        "a message that was not booked, changed",
        "UPDATE anomaly SET message_digest = '0' WHERE anomaly_id LIKE 'e3b0c442%'; \
         UPDATE unbooked_message SET digest = '0' WHERE reason = 'x'",
        &["message-is-as-received"],
    ),
    (
        "an event that is missing",
        "DELETE FROM event WHERE subject = 'positions/single-4'",
        &["feed-is-chained", "feed-is-dense"],
    ),
    (
        "an event that was changed",
        "UPDATE event SET body = REPLACE(body, '\"amount\":100', '\"amount\":101') WHERE receipt_key = 'nobody'",
        &["feed-is-chained", "receipt-is-told-truly"],
    ),
    (
        "the last event that is missing",
        "UPDATE event_head SET last = last + 1 WHERE feed = '77777777777'",
        &["head-is-last-event"],
    ),
    (
        "a feed without events",
        "INSERT INTO event_head (feed, last, chain) VALUES ('66666666666', 1, 'x')",
        &["head-is-last-event"],
    ),
    (
        "an event whose row says something else",
        "UPDATE event SET subject = 'notices/x' WHERE receipt_key = 'nobody'",
        &["event-says-what-it-is"],
    ),
    (
        "a change that was not told",
        "UPDATE position SET version = version + 1 WHERE iupd = 'single-1'",
        &["last-event-tells-version"],
    ),
    (
        "a deletion that was not told",
        "DELETE FROM position WHERE iupd = 'single-3'",
        &["last-event-tells-version"],
    ),
    (
        "a creation that was not told",
        "UPDATE event SET subject = 'positions/single-9' WHERE subject = 'positions/single-3'; \
         UPDATE position SET created_at = created_at + 1 WHERE iupd = 'single-3'",
        &["event-says-what-it-is", "last-event-tells-version"],
    ),
    (
        "an account that is none",
        "UPDATE transfer SET iban = 'none' WHERE notice_number IN \
         (SELECT notice_number FROM notice WHERE iupd = 'single-3')",
        &["position-can-be-read"],
    ),
    (
        "transfers that do not add up",
        "UPDATE transfer SET amount = amount + 1 WHERE notice_number IN \
         (SELECT notice_number FROM notice WHERE iupd = 'single-3')",
        &["transfers-add-up"],
    ),
    (
        "a position without options",
        "DELETE FROM payment_option WHERE iupd = 'single-3'",
        &["position-has-options"],
    ),
    ("an option without notices", "DELETE FROM notice WHERE iupd = 'single-3'", &["option-has-notices"]),
    (
        "a notice without transfers",
        "DELETE FROM transfer WHERE notice_number IN (SELECT notice_number FROM notice WHERE iupd = 'single-3')",
        &["notice-has-transfers"],
    ),
    (
        "rows of nothing",
        "DELETE FROM upload; DELETE FROM payment_option WHERE iupd = 'single-3'",
        &["nothing-is-orphaned", "position-has-options"],
    ),
    ("an audit that is cut off", "UPDATE audit_head SET last = last + 1", &["audit-is-as-written"]),
    ("a delivery of nothing", "UPDATE delivery SET seq = 1000 WHERE seq = 1", &["nothing-is-orphaned"]),
    (
        "an anomaly that was not opened",
        "DELETE FROM anomaly WHERE receipt_key = 'nobody'",
        &["anomaly-is-opened"],
    ),
    (
        "a message that nobody is asked to look at",
        "DELETE FROM anomaly_note; DELETE FROM anomaly WHERE anomaly_id LIKE 'e3b0c442%'",
        &["anomaly-is-opened"],
    ),
];

/// Which of the breaches go against foreign keys, which are switched off for them.
const WITHOUT_KEYS: [&str; 2] = ["a receipt under the key of another", "rows of nothing"];

/// A copy of a database that nobody has open.
async fn copy(of: &TestDatabase) -> TestDatabase {
    if of.engine == "sqlite" {
        let copy = TestDatabase::sqlite();
        let file = |url: &str| url.trim_start_matches("sqlite://").to_owned();
        std::fs::copy(file(&of.url), file(&copy.url)).unwrap();
        return copy;
    }
    let copy = TestDatabase::postgres().await;
    let (server, name) = copy.url.rsplit_once('/').unwrap();
    let (_, template) = of.url.rsplit_once('/').unwrap();
    let mut admin = PgConnection::connect(&format!("{server}/postgres")).await.unwrap();
    for statement in [
        format!("DROP DATABASE {name}"),
        format!("CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY"),
    ] {
        admin.execute(AssertSqlSafe(statement)).await.unwrap();
    }
    copy
}

/// The filled database, closed.
async fn closed(database: TestDatabase) -> TestDatabase {
    let gateway = filled(database).await;
    let url = gateway.database.url.clone();
    let (engine, empty) = (gateway.engine, TestDatabase::sqlite());
    let kept = if engine == "sqlite" {
        // The file goes with the gateway.
        let file = |url: &str| url.trim_start_matches("sqlite://").to_owned();
        Intruder::enter(&gateway.database).await.run("PRAGMA wal_checkpoint(TRUNCATE)").await;
        std::fs::copy(file(&url), file(&empty.url)).unwrap();
        empty
    } else {
        let mut kept = empty;
        (kept.engine, kept.url) = ("postgres", url);
        kept
    };
    gateway.end().await;
    kept
}

#[tokio::test(flavor = "multi_thread")]
async fn each_breach_is_found_and_named() {
    on_both(|database| async move {
        let desk = Desk::new();
        let sound = closed(database).await;
        let done = desk.run(&sound, &["verify"]).await;
        assert_eq!((done.code, done.stdout.as_str()), (Some(0), ""), "{}", done.stderr);
        for (what, how, expected) in BREACHES {
            let broken = copy(&sound).await;
            let mut intruder = Intruder::enter(&broken).await;
            if WITHOUT_KEYS.contains(&what) {
                let off = match broken.engine {
                    "sqlite" => "PRAGMA foreign_keys = OFF",
                    _ => "SET session_replication_role = replica",
                };
                intruder.run(off).await;
            }
            intruder.run(how).await;
            let done = desk.run(&broken, &["verify", "--json"]).await;
            assert_eq!(done.code, Some(1), "{what}: {}", done.stderr);
            let lines = done.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
            let found: BTreeSet<String> =
                lines.map(|line| line["invariant"].as_str().unwrap().to_owned()).collect();
            assert_eq!(Vec::from_iter(found), expected, "{what} on {}: {}", broken.engine, done.stdout);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_breach_is_a_line_that_a_person_can_read_and_that_tells_no_notice_number() {
    let desk = Desk::new();
    let database = closed(TestDatabase::sqlite()).await;
    Intruder::enter(&database).await.run("DELETE FROM receipt_transfer WHERE receipt_key = 'nobody'").await;
    Intruder::enter(&database).await.run("DELETE FROM transfer").await;
    let done = desk.run(&database, &["verify"]).await;
    assert_eq!(done.code, Some(1));
    assert!(
        done.stdout.contains("a receipt has its transfers: 77777777777 receipt nobody\n"),
        "{}",
        done.stdout
    );
    assert!(done.stderr.contains("5 receipts"), "{}", done.stderr);
    assert!(!done.stdout.contains(samples::notice_number(1).as_str()));
    let ledger = desk.run(&database, &["ledger", "check"]).await;
    assert_eq!(ledger.code, Some(1));
    assert_eq!(ledger.stdout, "a receipt has its transfers: 77777777777 receipt nobody\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_checked_ends_with_2() {
    let desk = Desk::new();
    let done = desk.run(&TestDatabase::sqlite(), &["verify"]).await;
    assert_eq!((done.code, done.stdout.as_str()), (Some(2), ""), "{}", done.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gap_that_is_not_on_record_is_a_breach() {
    on_both(|database| async move {
        let desk = Desk::new();
        let sound = closed(database).await;
        let file = desk.backup(&sound, "gap.backup").await;
        let target = match sound.engine {
            "sqlite" => TestDatabase::sqlite(),
            _ => TestDatabase::postgres().await,
        };
        assert_eq!(desk.restore(&target, &file).await.code, Some(0));
        Intruder::enter(&target).await.run("DELETE FROM event_gap WHERE feed <> 'gateway'").await;
        let done = desk.run(&target, &["verify"]).await;
        assert_eq!(done.code, Some(1));
        let lines: Vec<&str> = done.stdout.lines().collect();
        let dense = "the events of a feed are numbered without a gap: ";
        assert!(lines.len() == 2 && lines.iter().all(|line| line.starts_with(dense)), "{lines:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn it_can_be_asked_while_payments_come_in() {
    on_both(|database| async move {
        let desk = Desk::new();
        let gateway = TestGateway::start(database).await;
        for base in 1..=300 {
            gateway.owe(base, 100).await;
        }
        let stop = AtomicBool::new(false);
        let deliver = async {
            for base in 1..=100_000 {
                if stop.load(Ordering::SeqCst) {
                    return base;
                }
                gateway.settle(&paid(format!("r{base}"), base, 100)).await;
            }
            0
        };
        let verify = async {
            for _ in 0..3 {
                let done = desk.run(&gateway.database, &["verify"]).await;
                assert_eq!(done.code, Some(0), "{}{}", done.stdout, done.stderr);
            }
            stop.store(true, Ordering::SeqCst);
        };
        let (delivered, ()) = tokio::join!(deliver, verify);
        assert!(delivered > 3, "nothing came in meanwhile");
        gateway.end().await;
    })
    .await;
}
