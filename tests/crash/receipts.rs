//! The node's side: receipts, delivered again until they are answered, and its own books of them.

use std::collections::BTreeMap;

use varco::domain::notice_number::NoticeNumber;
use varco::domain::position::OptionShape;
use varco::store::Store;

use super::{NOTICES, Random};
use crate::support::messages::{about, paid};
use crate::support::node::Node;
use crate::support::samples::{self, EC};

/// Bases from here on are of notices that are not ours.
pub const FOREIGN: u64 = 1_000_000;

/// What the node did with one receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// No answer was received, or one that asks to come again.
    Unknown,
    /// Answered OK.
    Acknowledged,
}

/// The node's own books: receipt id → notice base and what became of it.
pub type Books = BTreeMap<String, (u64, Delivery)>;

pub fn notices_of(round: u64) -> std::ops::Range<u64> {
    1 + round * NOTICES..1 + (round + 1) * NOTICES
}

pub async fn add_notices(store: &Store, round: u64) {
    for base in notices_of(round) {
        let option = samples::option(1, OptionShape::Single, vec![samples::notice(base, 100)]);
        store.create_position(&samples::position(&format!("P{base}"), vec![option])).await.unwrap();
    }
}

/// The receipts of a round, in random order: of some notices two different ones, of some the same twice,
/// and some of notices that are not ours.
pub fn plan(random: &mut Random, round: u64) -> Vec<(String, u64)> {
    let mut planned = Vec::new();
    for base in notices_of(round) {
        planned.push((format!("{base}-a"), base));
        match random.below(4) {
            0 => planned.push((format!("{base}-b"), base)),
            1 => planned.push((format!("{base}-a"), base)),
            2 => planned.push((format!("{base}-u"), base + FOREIGN)),
            _ => {}
        }
    }
    for last in (1..planned.len()).rev() {
        let other = random.below(last as u64 + 1) as usize;
        planned.swap(last, other);
    }
    planned
}

/// The message, of either version.
fn message(id: &str, base: u64) -> String {
    let receipt = paid(id, base, 100);
    if base.is_multiple_of(2) { receipt.v1() } else { receipt.v2() }
}

pub async fn deliver(node: &Node, id: &str, base: u64) -> Delivery {
    match node.post(&message(id, base)).await {
        Ok(reply) if reply.status == 200 => {
            let text = String::from_utf8_lossy(&reply.body);
            assert!(text.contains("<outcome>OK</outcome>"), "no receipt is refused: {text}");
            Delivery::Acknowledged
        }
        Ok(reply) => {
            assert_eq!((reply.status, &reply.body[..]), (503, &b""[..]), "neither OK nor come again");
            Delivery::Unknown
        }
        Err(_) => Delivery::Unknown,
    }
}

/// Asks about the notices of a round, until the process is gone.
pub async fn question(node: &Node, round: u64) {
    for base in notices_of(round).cycle() {
        let question = about(base);
        for message in [question.verify(), question.get(), question.get_v2()] {
            let Ok(reply) = node.post(&message).await else { return };
            assert_eq!(reply.status, 200, "a question is answered, by a fault if need be");
        }
        // The node delivers, too.
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

/// What is there of the receipts of a notice is what was delivered, as it was delivered.
pub async fn check_notice(store: &Store, base: u64, ids: &[String]) {
    let number: NoticeNumber = samples::notice_number(base);
    let found = store.receipts_of_notice(&samples::ec(), &number).await.unwrap();
    let found_ids: Vec<&str> = found.iter().map(|receipt| receipt.id.as_str()).collect();
    let expected: Vec<&str> = ids.iter().map(String::as_str).collect();
    assert_eq!(
        found_ids, expected,
        "receipts of notice {base} of {EC}: what is there, what was acknowledged"
    );
    for receipt in &found {
        let sent = message(&receipt.id, base);
        assert!(receipt.raw == sent.as_bytes(), "{} is not kept as it was sent", receipt.id);
    }
    if base < FOREIGN {
        let known = store.payable_notice(&samples::ec(), &number).await.unwrap().unwrap();
        let payment = known.notice.payment.clone().expect("it is paid");
        assert!(
            payment.proof.receipt().is_some_and(|receipt| expected.contains(&receipt.as_str())),
            "by a receipt that was delivered"
        );
        let over = found.iter().filter(|receipt| receipt.class == "over_payment").count();
        assert_eq!(over, found.len() - 1, "one settles notice {base}, the others are on top");
    }
}
