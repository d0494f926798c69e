//! A database that cannot answer: receipts are asked for again (503, never KO, never OK), questions are
//! answered KO in time, and all of it heals without a restart.

use crate::support::TestDatabase;
use crate::support::gateway::{TestGateway, code};
use crate::support::messages::{about, paid};
use crate::support::trouble::Intruder;

/// Deadlines short enough to wait for.
const SOON: [(&str, &str); 2] =
    [("VARCO__SOAP__VERIFY_DEADLINE", "500ms"), ("VARCO__SOAP__RECEIPT_DEADLINE", "500ms")];

async fn on_both_impatient(test: impl AsyncFn(&TestGateway)) {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        let url = database.url.clone();
        let gateway = TestGateway::start_through(database, &url, &SOON).await;
        test(&gateway).await;
        gateway.end().await;
    }
}

/// Both versions of a receipt are asked for again, in a form that the node cannot take for an answer.
pub async fn asks_to_come_again(gateway: &TestGateway, id: &str, base: u64) {
    let receipt = paid(id, base, 100);
    for message in [receipt.v1(), receipt.v2()] {
        let reply = gateway.post(&message).await.unwrap();
        assert_eq!((reply.status, &reply.body[..]), (503, &b""[..]), "{}", gateway.engine);
        assert!(reply.headers.contains_key("retry-after"));
    }
}

/// The deadline beats the lock, which is released only after the answer.
#[tokio::test]
async fn a_receipt_that_cannot_be_written_in_time_is_asked_for_again() {
    on_both_impatient(async |gateway| {
        gateway.owe(1, 100).await;
        let mut intruder = Intruder::enter(&gateway.database).await;
        intruder.block_receipts().await;
        asks_to_come_again(gateway, "r1", 1).await;
        assert_eq!(gateway.codes(&about(1)).await, ["OK"; 3], "questions need no lock");
        intruder.release().await;
        gateway.settle(&paid("r1", 1, 100)).await;
        assert_eq!(gateway.classes(1).await, [("r1".to_owned(), "matched".to_owned())]);
        assert_eq!(gateway.codes(&about(1)).await, ["PAA_PAGAMENTO_DUPLICATO"; 3]);
        let (_, figures) = gateway.api("/metrics").await;
        assert!(figures.contains(r#"{primitive="paSendRTV2",outcome="unavailable"} 1"#), "{figures}");
    })
    .await;
}

#[tokio::test]
async fn a_store_that_fails_is_not_ready_and_answers_ko_or_503_until_it_works_again() {
    on_both_impatient(async |gateway| {
        gateway.owe(1, 100).await;
        gateway.owe(2, 100).await;
        gateway.settle(&paid("r1", 1, 100)).await;
        let mut intruder = Intruder::enter(&gateway.database).await;
        intruder.hide_tables().await;
        assert_eq!(gateway.codes(&about(2)).await, ["PAA_SYSTEM_ERROR"; 3]);
        asks_to_come_again(gateway, "r2", 2).await;
        let (status, body) = gateway.api("/health/ready").await;
        assert_eq!(status, 503, "{}", gateway.engine);
        assert!(body.contains(r#""check":"database""#), "{body}");
        assert_eq!(gateway.api("/health/live").await.0, 200, "a restart would not help");
        intruder.show_tables().await;
        assert_eq!(gateway.codes(&about(2)).await, ["OK"; 3], "{}", gateway.engine);
        gateway.settle(&paid("r2", 2, 100)).await;
        assert_eq!(gateway.api("/health/ready").await.0, 200);
    })
    .await;
}

/// A refusal is final for the node, so it waits until the message can be kept for a person.
#[tokio::test]
async fn a_receipt_is_refused_only_once_its_message_can_be_kept() {
    on_both_impatient(async |gateway| {
        let mut intruder = Intruder::enter(&gateway.database).await;
        intruder.hide_tables().await;
        let mut stranger = paid("r1", 1, 100);
        stranger.broker = "99999999999".to_owned();
        let reply = gateway.post(&stranger.v2()).await.unwrap();
        assert_eq!((reply.status, &reply.body[..]), (503, &b""[..]), "{}", gateway.engine);
        intruder.show_tables().await;
        let answer = gateway.send_rt_v2(&stranger).await;
        assert_eq!(code(answer.outcome, &answer.fault), "PAA_ID_INTERMEDIARIO_ERRATO");
    })
    .await;
}
