//! What happened, as it is told to whoever watches: each event is a fact that a commit brought.
//!
//! That a position becomes payable or expires with time is no event: nothing is written then, and the dates
//! are told beforehand. No event holds personal data or free text.

mod change;

use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;

use super::amount::Cents;
use super::fiscal_code::FiscalCode;
use super::ids::Iupd;
use super::notice_number::{AuxDigit, Iuv, NoticeNumber};
use super::receipt::{ReceiptClass, ReceiptOutcome};
use super::segregation::Segregation;
use super::status::Status;

pub use change::{beside, of_change};

/// Whose events they are; within a feed they are numbered in the order of the commits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Feed {
    /// What happens at a creditor institution.
    Institution(FiscalCode),
    /// What belongs to no institution.
    Gateway,
}

/// What is told in order: events of the same subject hang together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A debt position, by the creditor's name of it.
    Position(Iupd),
    /// A notice whose position is not here.
    Notice(NoticeNumber),
    /// Something else, by the word for its kind and its name.
    Other(&'static str, String),
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Whose it is.
    pub feed: Feed,
    /// When it happened.
    pub at: Timestamp,
    /// What it happened to.
    pub subject: Subject,
    /// The segregation codes of the notices that it speaks of.
    pub codes: Codes,
    /// What happened.
    pub told: Told,
}

/// What happened, with the facts that are told of it.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    /// Something happened to a debt position.
    Position(PositionChange, PositionFacts),
    /// Something happened to one payable notice of a position.
    Option(OptionChange, OptionFacts),
    /// A receipt was booked, or is seen in another light.
    Receipt(ReceiptChange, Box<ReceiptFacts>),
    /// Something was done with a subscription.
    Subscription(SubscriptionChange, SubscriptionFacts),
    /// The database was restored from a backup: numbers of this feed are left out.
    Restored(RestoredFacts),
}

/// What can happen to a debt position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PositionChange {
    /// It was created.
    Created,
    /// Its contents changed.
    Updated,
    /// It was offered for payment.
    Published,
    /// It became a draft again.
    Withdrawn,
    /// The creditor cancelled it, or the unpaid rest of it.
    Invalidated,
    /// It is no longer cancelled.
    Restored,
    /// It was deleted.
    Deleted,
    /// A part of a plan is paid.
    PartiallyPaid,
    /// It is wholly paid.
    Paid,
    /// It is paid, and flows account for all of it.
    Reported,
}

/// What can happen to a payable notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptionChange {
    /// A change of its position brought it.
    Added,
    /// A change of its position took it away.
    Removed,
    /// It was paid.
    Paid,
    /// Flows account for more of its transfers.
    Reported,
}

/// What can happen to a receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReceiptChange {
    /// It was booked.
    Booked,
    /// It is of another class, because its notice appeared.
    Reclassified,
}

/// What can happen to a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubscriptionChange {
    /// It was made.
    Created,
    /// Its terms or its secret changed.
    Changed,
    /// Events are sent again.
    Enabled,
    /// Nothing is sent any more.
    Disabled,
    /// It was deleted.
    Deleted,
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

/// What is told to a feed whose database was restored from a backup. Events after the last one of the backup
/// may have been told and are not known here any more; their numbers never come again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestoredFacts {
    /// The number of the last event that the backup has; 0 if it has none.
    pub last_kept: i64,
    /// When the backup was taken.
    pub taken_at: Timestamp,
}

/// The segregation codes of notices, `--` for a notice that has none; sorted, separated by blanks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Codes(String);

impl Feed {
    /// The name of the feed of what belongs to no institution.
    pub const GATEWAY: &str = "gateway";

    /// The feed of that name.
    pub fn new(name: &str) -> Option<Feed> {
        if name == Self::GATEWAY {
            return Some(Feed::Gateway);
        }
        FiscalCode::new(name).ok().map(Feed::Institution)
    }

    /// Its name: the fiscal code of the institution, or [`GATEWAY`](Feed::GATEWAY).
    pub fn as_str(&self) -> &str {
        match self {
            Feed::Institution(ec) => ec.as_str(),
            Feed::Gateway => Self::GATEWAY,
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Position(iupd) => write!(f, "positions/{iupd}"),
            Subject::Notice(number) => write!(f, "notices/{}", number.as_str()),
            Subject::Other(kind, name) => write!(f, "{kind}/{name}"),
        }
    }
}

impl Codes {
    /// The codes of these notices.
    pub fn of<'a>(notices: impl IntoIterator<Item = &'a NoticeNumber>) -> Codes {
        let code = |number: &NoticeNumber| match (number.aux_digit(), number.code()) {
            (Some(AuxDigit::Three), Some(code)) => code.to_string(),
            _ => "--".to_owned(),
        };
        let codes: BTreeSet<String> = notices.into_iter().map(code).collect();
        Codes(Vec::from_iter(codes).join(" "))
    }

    /// No notice is spoken of.
    pub fn none() -> Codes {
        Codes(String::new())
    }

    /// The codes as they were written.
    pub fn read(text: &str) -> Codes {
        Codes(text.to_owned())
    }

    /// The codes, separated by blanks.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether what speaks of these notices is for that caller: every notice counts.
    pub fn admitted_by(&self, scope: &Segregation) -> bool {
        match scope {
            Segregation::Every => true,
            Segregation::Only(codes) => self
                .0
                .split_whitespace()
                .all(|code| codes.iter().any(|admitted| admitted.to_string() == code)),
        }
    }
}

impl Told {
    /// The type of the event.
    pub const fn kind(&self) -> &'static str {
        match self {
            Told::Position(change, _) => change.kind(),
            Told::Option(change, _) => change.kind(),
            Told::Receipt(ReceiptChange::Booked, _) => "varco.receipt.booked",
            Told::Receipt(ReceiptChange::Reclassified, _) => "varco.receipt.reclassified",
            Told::Subscription(change, _) => change.kind(),
            Told::Restored(_) => "varco.feed.restored",
        }
    }

    /// The receipt that it is told of.
    pub fn receipt(&self) -> Option<&ReceiptFacts> {
        match self {
            Told::Receipt(_, receipt) => Some(receipt),
            _ => None,
        }
    }
}

impl PositionChange {
    /// The type of the event.
    pub const fn kind(self) -> &'static str {
        match self {
            PositionChange::Created => "varco.position.created",
            PositionChange::Updated => "varco.position.updated",
            PositionChange::Published => "varco.position.published",
            PositionChange::Withdrawn => "varco.position.withdrawn",
            PositionChange::Invalidated => "varco.position.invalidated",
            PositionChange::Restored => "varco.position.restored",
            PositionChange::Deleted => "varco.position.deleted",
            PositionChange::PartiallyPaid => "varco.position.partially_paid",
            PositionChange::Paid => "varco.position.paid",
            PositionChange::Reported => "varco.position.reported",
        }
    }
}

impl SubscriptionChange {
    /// The type of the event.
    pub const fn kind(self) -> &'static str {
        match self {
            SubscriptionChange::Created => "varco.subscription.created",
            SubscriptionChange::Changed => "varco.subscription.changed",
            SubscriptionChange::Enabled => "varco.subscription.enabled",
            SubscriptionChange::Disabled => "varco.subscription.disabled",
            SubscriptionChange::Deleted => "varco.subscription.deleted",
        }
    }
}

impl OptionChange {
    /// The type of the event.
    pub const fn kind(self) -> &'static str {
        match self {
            OptionChange::Added => "varco.option.added",
            OptionChange::Removed => "varco.option.removed",
            OptionChange::Paid => "varco.option.paid",
            OptionChange::Reported => "varco.option.reported",
        }
    }
}
