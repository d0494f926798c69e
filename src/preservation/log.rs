//! The log of an archive: one JSON object on each line, from which the chain can be recomputed by anybody.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{digest, short};

/// The version of the archive's form.
pub const FORM: &str = "varco-preservation-1";

/// A place in the chain of a feed: the number of an event, and the digest of all up to it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// The number; 0 before the first event.
    pub seq: i64,
    /// The chain; empty before the first event.
    pub chain: String,
}

impl Mark {
    /// The chain after one more event.
    pub fn chain_with(&self, body: &str) -> String {
        digest(format!("{}{}", self.chain, digest(body.as_bytes())).as_bytes())
    }
}

/// The first line: what the archive is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// The version of the form: [`FORM`].
    pub form: String,
    /// The version of the program that wrote it.
    pub program: String,
    /// The institution, by its fiscal code.
    pub organization: String,
    /// Its name.
    pub name: String,
    /// The first day, such as `2026-01-01`.
    pub from: String,
    /// The last day.
    pub to: String,
    /// Whether the period was over when the archive was written.
    pub complete: bool,
    /// The event before the first one of the archive.
    pub previous: Mark,
}

/// What is known of a receipt, as it was told when it was booked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReceiptFacts {
    /// The node's name of the payment.
    pub receipt_id: String,
    /// The notice that was paid.
    pub notice_number: String,
    /// The creditor's reference.
    pub iuv: String,
    /// What was paid, in cents.
    pub amount: i64,
    /// How it fitted the data when it was booked.
    pub class: String,
    /// Whether the payment was carried out.
    pub executed: bool,
    /// When it was paid, if the receipt says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid_at: Option<String>,
    /// When it was received.
    pub received_at: String,
    /// The operation that brought it.
    pub primitive: String,
    /// The SHA-256 of the message.
    pub message_digest: String,
}

/// Where the message of a receipt is, and who sent the payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Filed {
    /// Its name in the archive.
    pub path: String,
    /// The payment service provider, by its code.
    pub psp: String,
    /// Its name.
    pub psp_name: String,
}

impl Filed {
    /// The name of the file of that number.
    pub fn name(number: u64, digest: &str) -> String {
        format!("receipts/{number:06}-{}.xml", short(digest))
    }
}

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Line {
    /// What the archive is of.
    Head(Head),
    /// An event of the feed; of a receipt that was booked, with its file.
    Event {
        /// Its number.
        seq: i64,
        /// The chain up to it.
        chain: String,
        /// The file of the receipt.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        file: Option<Filed>,
        /// The CloudEvent as it was told.
        body: String,
    },
    /// Numbers that no event has, because a database was restored: after the one and up to the other.
    Gap {
        /// The last number before them.
        after: i64,
        /// The last of them.
        last: i64,
    },
    /// A receipt that no event tells of.
    Untold {
        /// Its file.
        file: Filed,
        /// What is known of it.
        receipt: ReceiptFacts,
    },
    /// The last line: the last event, and how much there is.
    End {
        /// The last event of the archive.
        last: Mark,
        /// How many events.
        events: u64,
        /// How many receipts.
        receipts: u64,
    },
}

/// What is asked of an event's body.
#[derive(Deserialize)]
struct Told<'b> {
    #[serde(rename = "type")]
    kind: String,
    source: String,
    sequence: String,
    #[serde(borrow)]
    data: &'b RawValue,
}

/// The receipt of which an event tells that it was booked; `None` for an event of anything else, and an error
/// that names what is wrong with the event.
pub fn booked(organization: &str, seq: i64, body: &str) -> Result<Option<ReceiptFacts>, &'static str> {
    let told: Told<'_> = serde_json::from_str(body).map_err(|_| "is no event")?;
    if told.source != format!("urn:varco:{organization}") {
        return Err("is of another institution");
    }
    if told.sequence != format!("{seq:020}") {
        return Err("says that it has another number");
    }
    if told.kind != "varco.receipt.booked" {
        return Ok(None);
    }
    serde_json::from_str(told.data.get()).map(Some).map_err(|_| "does not tell of a receipt what it should")
}
