//! A receipt and its position that are written at the same moment find each other, even if who wrote the
//! position is gone before it could look for the receipt.

use std::time::Duration;

use bytes::Bytes;
use jiff::{Timestamp, ToSpan};
use sqlx::{Connection, PgConnection};
use varco::domain::position::{OptionShape, Position};
use varco::store::{BookReceipt, Numbered, Store};

use crate::support::gateway::TestGateway;
use crate::support::samples::{ec, notice, notice_number, now, option, position, receipt};
use crate::support::trouble::Intruder;
use crate::support::{TestDatabase, on_both};

fn single(iupd: &str, base: u64) -> Position {
    position(iupd, vec![option(1, OptionShape::Single, vec![notice(base, 2500)])])
}

async fn book(store: &Store, id: &str, base: u64) {
    let (primitive, raw) = ("paSendRTV2", Bytes::from_static(b"<raw/>"));
    let booking = BookReceipt {
        receipt: receipt(id, base, 2500),
        primitive,
        raw,
        received_at: now(),
        deliver_to: None,
    };
    store.book_receipt(booking).await.unwrap();
}

/// What is on disk when both sides looked before the other committed, and neither looked again.
const MISSED: &str = "UPDATE notice SET paid_at = NULL, paid_receipt = NULL, paid_fee = NULL, paid_psp = NULL, \
    paid_method = NULL; UPDATE receipt SET class = 'unknown_notice', settles = FALSE";

async fn missed(database: &TestDatabase) -> Store {
    let store = database.store().await;
    store.create_position(&single("one", 1)).await.unwrap();
    store.create_position(&single("two", 2)).await.unwrap();
    book(&store, "r1", 1).await;
    Intruder::enter(database).await.run(MISSED).await;
    assert_eq!(class(&store, 1).await, "unknown_notice");
    store
}

async fn class(store: &Store, base: u64) -> String {
    let receipts = store.receipts_of_notice(&ec(), &notice_number(base)).await.unwrap();
    receipts.iter().map(|receipt| receipt.class.as_str()).collect::<Vec<_>>().join(", ")
}

async fn becomes_matched(store: &Store, base: u64) {
    let found = async {
        while class(store, base).await != "matched" {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), found).await.expect("the receipt is matched");
}

#[tokio::test]
async fn what_a_crash_kept_from_its_notice_is_matched_when_the_gateway_starts() {
    on_both(|database| async move {
        missed(&database).await.close().await;
        let gateway = TestGateway::start(database).await;
        becomes_matched(gateway.store(), 1).await;
        let one = gateway.store().position(&ec(), &single("one", 1).iupd).await.unwrap().unwrap();
        assert_eq!(one.notices().filter(|notice| notice.payment.is_some()).count(), 1);
        gateway.end().await;
    })
    .await;
}

#[tokio::test]
async fn later_only_what_has_changed_of_late_is_looked_at() {
    on_both(|database| async move {
        let store = missed(&database).await;
        crate::support::world::seed(&store).await;
        assert_eq!(store.link_missed(now() + 1.second()).await.unwrap(), 0);
        assert_eq!(class(&store, 1).await, "unknown_notice");
        assert_eq!(store.link_missed(now()).await.unwrap(), 1, "its receipt changed the position");
        assert_eq!(class(&store, 1).await, "matched");
        assert_eq!(store.link_missed(Timestamp::UNIX_EPOCH).await.unwrap(), 0);
        assert_eq!(store.ledger_check().await.unwrap(), []);
    })
    .await;
}

/// A commit that brings notices waits for a lock, and then the receipt of its first notice is there: as if it
/// had been booked while the transaction ran.
const ARRIVES: &str = "CREATE FUNCTION arrive() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
        PERFORM pg_advisory_xact_lock(1); \
        UPDATE receipt SET notice_number = NEW.notice_number WHERE notice_number = '302000000000000000'; \
        RETURN NULL; END $$; \
    CREATE CONSTRAINT TRIGGER arrives AFTER INSERT ON notice DEFERRABLE INITIALLY DEFERRED \
        FOR EACH ROW EXECUTE FUNCTION arrive()";

const WAITING: &str = "SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted \
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

/// Stops what is being written during its commit, and lets the commit end.
async fn abandon(url: &str, write: impl Future<Output = ()>) {
    let mut other = PgConnection::connect(url).await.unwrap();
    sqlx::query("SELECT pg_advisory_lock(1)").execute(&mut other).await.unwrap();
    let committing = async {
        while sqlx::query_scalar::<_, i64>(WAITING).fetch_one(&mut other).await.unwrap() == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::select! {
        () = write => panic!("it waits for the lock"),
        () = committing => {}
    }
    sqlx::query("SELECT pg_advisory_unlock(1)").execute(&mut other).await.unwrap();
}

#[tokio::test]
async fn a_caller_who_goes_away_during_the_commit_keeps_no_receipt_from_its_notice() {
    let database = TestDatabase::postgres().await;
    let store = database.store().await;
    let old = single("old", 1);
    store.create_position(&old).await.unwrap();
    Intruder::enter(&database).await.run(ARRIVES).await;
    let waits = async |id: &str| {
        book(&store, id, 9).await;
        let elsewhere =
            "UPDATE receipt SET notice_number = '302000000000000000' WHERE class = 'unknown_notice'";
        Intruder::enter(&database).await.run(elsewhere).await;
    };

    waits("r2").await;
    abandon(&database.url, async { store.create_position(&single("one", 2)).await.unwrap() }).await;
    becomes_matched(&store, 2).await;

    waits("r3").await;
    let many = [Numbered::from(single("many", 3))];
    abandon(&database.url, async { store.create_positions::<()>(&many).await.unwrap() }).await;
    becomes_matched(&store, 3).await;

    waits("r4").await;
    let replaced = store.replace_position(&old.ec, &old.iupd, |_| Ok::<_, ()>(single("old", 4)));
    abandon(&database.url, async { drop(replaced.await.unwrap()) }).await;
    becomes_matched(&store, 4).await;

    waits("r5").await;
    let replace = |_: usize, _: &Position| Ok::<_, ()>(Numbered::from(single("many", 5)));
    Intruder::enter(&database).await.run("UPDATE notice SET paid_at = NULL, paid_receipt = NULL").await;
    let names = [single("many", 5).iupd];
    let replaced = store.replace_positions(&old.ec, &names, &replace);
    abandon(&database.url, async { drop(replaced.await.unwrap()) }).await;
    becomes_matched(&store, 5).await;
}
