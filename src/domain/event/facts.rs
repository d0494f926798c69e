//! What is told of each thing: facts, and no personal data.

use jiff::Timestamp;

use crate::domain::amount::Cents;
use crate::domain::ids::Iupd;
use crate::domain::notice_number::{Iuv, NoticeNumber};
use crate::domain::receipt::{ReceiptClass, ReceiptOutcome};
use crate::domain::status::Status;

/// What is told of a position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PositionFacts {
    /// The creditor's name of it.
    pub iupd: Iupd,
    /// Its version after the commit; of one that was deleted, the last that it had.
    pub version: i64,
    /// Its status at the instant of the event.
    pub status: Status,
    /// Its notices, where they are new or changed.
    pub notices: Vec<NoticeFacts>,
}

/// What is told of a notice among others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeFacts {
    /// Its eighteen digits.
    pub number: NoticeNumber,
    /// The creditor's reference.
    pub iuv: Iuv,
    /// What is due.
    pub amount: Cents,
    /// Until when it should be paid.
    pub due: Option<Timestamp>,
}

/// What is told of a notice to which something happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionFacts {
    /// The creditor's name of its position.
    pub iupd: Iupd,
    /// The version of the position after the commit.
    pub version: i64,
    /// The notice.
    pub notice: NoticeFacts,
    /// The receipt that paid it; none if it was paid elsewhere, or is not paid.
    pub receipt: Option<String>,
    /// When it was paid.
    pub paid_at: Option<Timestamp>,
    /// How many of its transfers flows account for.
    pub reported: usize,
}

/// What is told of a receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptFacts {
    /// The node's name of the payment.
    pub id: String,
    /// Whether the payment was carried out.
    pub outcome: ReceiptOutcome,
    /// The notice that was paid.
    pub notice: NoticeNumber,
    /// The creditor's reference, as the node wrote it.
    pub creditor_reference: String,
    /// The creditor institution that issued the notice.
    pub issuer: String,
    /// The position of the notice, if it is here.
    pub iupd: Option<Iupd>,
    /// What was paid, without the fee.
    pub amount: Cents,
    /// What the payer paid on top.
    pub fee: Option<Cents>,
    /// How it fits our data.
    pub class: ReceiptClass,
    /// How it did before.
    pub class_before: Option<ReceiptClass>,
    /// Whether its notice is paid by it.
    pub settles: bool,
    /// Whether the node's archive answered in our place.
    pub stand_in: bool,
    /// When the citizen paid, if the message says so.
    pub paid_at: Option<Timestamp>,
    /// When the message came.
    pub received_at: Timestamp,
    /// The operation that brought it.
    pub primitive: String,
    /// The SHA-256 of the whole message as received, in hexadecimal.
    pub message_digest: String,
}

/// What is told of a subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubscriptionFacts {
    /// Its name.
    pub id: String,
    /// The word for the kind of its owner.
    pub owner_kind: &'static str,
    /// The code of its owner.
    pub owner: String,
    /// The word for why nothing is sent, if it was disabled.
    pub reason: Option<&'static str>,
}

/// What is told of a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateFacts {
    /// Its name here; the SHA-256 of one that is only in a file.
    pub id: String,
    /// The word for what it is for.
    pub role: &'static str,
    /// The SHA-256 of the certificate, in hexadecimal.
    pub fingerprint: String,
    /// When it ends.
    pub not_after: Timestamp,
    /// How many whole days are left.
    pub days_left: i64,
    /// How many days at most are left when it is told.
    pub threshold: i64,
}

/// What is told of a partner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartnerFacts {
    /// Its name.
    pub partner: String,
    /// The notice that it is about, if it is about one.
    pub notice: Option<NoticeNumber>,
    /// The name of what it did not take.
    pub delivery: Option<String>,
    /// Why, in a word.
    pub reason: Option<String>,
}

/// What is told to a feed whose database was restored from a backup. Events after the last one of the backup
/// may have been told and are not known here any more; their numbers never come again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestoredFacts {
    /// The number of the last event that the backup has; 0 if it has none.
    pub last_kept: i64,
    /// When the backup was taken.
    pub taken_at: Timestamp,
}
