//! What was there before there were anomalies is opened when the schema is brought up to date.

use std::path::Path;

use jiff::Timestamp;
use sqlx::migrate::Migrator;
use varco::domain::event::Feed;
use varco::domain::segregation::Segregation;
use varco::store::{AnomalyQuery, AnomalyState, Store};

use crate::support::gateway::TestGateway;
use crate::support::messages::paid;
use crate::support::samples::{EC, ec, notice_number};
use crate::support::trouble::Intruder;
use crate::support::{TestDatabase, on_both, samples};

/// The schema as it was before events and anomalies.
async fn old_schema(database: &TestDatabase, intruder: &mut Intruder) {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(database.engine);
    let folder = tempfile::tempdir().unwrap();
    for file in std::fs::read_dir(from).unwrap().map(|file| file.unwrap()) {
        let name = file.file_name().into_string().unwrap();
        if *name < *"0011" {
            std::fs::copy(file.path(), folder.path().join(name)).unwrap();
        }
    }
    let migrator = Migrator::new(folder.path()).await.unwrap();
    match intruder {
        Intruder::Sqlite(connection) => migrator.run(connection).await.unwrap(),
        Intruder::Postgres(connection) => migrator.run(connection).await.unwrap(),
    }
}

const DIGEST_OF_NOTHING: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn old_receipt(id: &str, base: u64, class: &str, flags: &str) -> String {
    let number = notice_number(base);
    format!(
        "INSERT INTO receipt (ec, receipt_key, receipt_id, notice_number, issuer, creditor_reference, class, \
         settles, executed, stand_in, amount, psp, psp_name, channel, broker, station, primitive, received_at, raw) \
         VALUES ('{EC}', '{id}', '{id}', '{number}', '{EC}', '{}', '{class}', {flags}, 100, 'p', 'p', 'c', 'b', 's', \
         'paSendRT', {base}, 'raw');",
        number.iuv()
    )
}

async fn all(store: &Store, feed: Feed) -> Vec<(String, Option<String>)> {
    let query = AnomalyQuery {
        feed,
        scope: Segregation::Every,
        state: AnomalyState::Open,
        kinds: Vec::new(),
        from: Timestamp::MIN,
        until: Timestamp::MAX,
        notice: None,
        receipt: None,
        limit: 100,
        after: None,
    };
    let page = store.list_anomalies(&query).await.unwrap();
    page.anomalies.into_iter().map(|one| (one.facts.kind.word().to_owned(), one.facts.receipt)).collect()
}

#[tokio::test]
async fn receipts_and_messages_of_before_are_opened_and_the_archives_have_their_class() {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        let mut intruder = match database.engine {
            "sqlite" => {
                drop(std::fs::File::create(database.url.trim_start_matches("sqlite://")).unwrap());
                Intruder::enter(&database).await
            }
            _ => Intruder::enter(&database).await,
        };
        old_schema(&database, &mut intruder).await;
        let rows = [
            old_receipt("fits", 1, "matched", "TRUE, TRUE, FALSE"),
            old_receipt("archive", 2, "matched", "TRUE, TRUE, TRUE"),
            old_receipt("copy", 3, "secondary_beneficiary", "FALSE, TRUE, FALSE"),
            old_receipt("unknown", 4, "unknown_notice", "FALSE, TRUE, FALSE"),
            old_receipt("late", 5, "expired", "TRUE, TRUE, TRUE"),
            "INSERT INTO unbooked_message (digest, primitive, reason, received_at, raw) \
             VALUES ('00ff', 'paSendRT', 'PAA_SEMANTICA', 7, 'raw');"
                .to_owned(),
        ];
        intruder.run(&rows.concat()).await;
        let store = database.store().await;
        let text = |kind: &str, id: &str| (kind.to_owned(), Some(id.to_owned()));
        let opened = [text("unknown_notice", "unknown"), text("expired", "late")];
        assert_eq!(all(&store, Feed::Institution(ec())).await, opened, "{}", database.engine);
        assert_eq!(all(&store, Feed::Gateway).await, [("unbooked_message".to_owned(), None)]);
        let archive = store.receipts_of_notice(&ec(), &samples::notice_number(2)).await.unwrap();
        assert_eq!(archive[0].class, "stand_in");
        // What waits from before is closed like the rest.
        let option =
            samples::option(1, varco::domain::position::OptionShape::Single, vec![samples::notice(4, 90)]);
        store.create_position(&samples::position("p4", vec![option])).await.unwrap();
        let opened = [text("expired", "late"), text("amount_differs", "unknown")];
        assert_eq!(all(&store, Feed::Institution(ec())).await, opened, "{}", database.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_version_before_books_meanwhile_is_told_and_opened_at_the_next_start() {
    on_both(|database| async move {
        let gateway = TestGateway::start(database).await;
        gateway.owe(1, 100).await;
        gateway.settle(&paid("ours", 1, 100)).await;
        let mut intruder = Intruder::enter(&gateway.database).await;
        let rows = [
            old_receipt("theirs", 7, "unknown_notice", "FALSE, TRUE, FALSE"),
            "UPDATE receipt SET received_at = (SELECT MAX(r.received_at) FROM receipt r) + 1 \
             WHERE receipt_id = 'theirs';"
                .to_owned(),
            format!(
                "INSERT INTO receipt_transfer (ec, receipt_key, line_no, id_transfer, amount, beneficiary, \
                 category, remittance) VALUES ('{EC}', 'theirs', 1, 1, 100, '{EC}', 'x', 'x');"
            ),
            format!(
                "INSERT INTO unbooked_message (digest, primitive, reason, received_at, raw) \
                 VALUES ('{DIGEST_OF_NOTHING}', 'paSendRT', 'PAA_SEMANTICA', 7, '');"
            ),
        ];
        intruder.run(&rows.concat()).await;
        let feed = Feed::Institution(ec());
        for start in 1..=2 {
            gateway.store().migrate().await.unwrap();
            let told = gateway.store().events_after(&feed, 0, 100).await.unwrap();
            let of = |kind: &str| told.iter().filter(|event| event.kind == kind).count();
            assert_eq!((of("varco.receipt.booked"), of("varco.anomaly.opened")), (2, 1), "start {start}");
            assert_eq!(all(gateway.store(), feed.clone()).await.len(), 1);
            assert_eq!(all(gateway.store(), Feed::Gateway).await, [("unbooked_message".to_owned(), None)]);
            let told = gateway.store().events_after(&Feed::Gateway, 0, 100).await.unwrap();
            assert_eq!(told.len(), 1, "start {start}");
        }
        gateway.end().await;
    })
    .await;
}
