//! What happened, as it is told to whoever watches: each event is a fact that a commit brought.
//!
//! That a position becomes payable or expires with time is no event: nothing is written then, and the dates
//! are told beforehand. No event holds personal data or free text.

mod change;
mod facts;
mod kinds;

use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;

use super::anomaly::AnomalyFacts;
use super::fiscal_code::FiscalCode;
use super::ids::Iupd;
use super::notice_number::{AuxDigit, NoticeNumber};
use super::segregation::Segregation;

pub use change::{beside, of_change};
pub use facts::{
    CertificateFacts, NoticeFacts, OptionFacts, PartnerFacts, PositionFacts, ReceiptFacts, RestoredFacts,
    SubscriptionFacts,
};
pub use kinds::{
    AnomalyChange, OptionChange, PartnerChange, PositionChange, ReceiptChange, SubscriptionChange,
};

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
    /// Something did not fit, or somebody saw to it.
    Anomaly(AnomalyChange, Box<AnomalyFacts>),
    /// Something was done with a subscription.
    Subscription(SubscriptionChange, SubscriptionFacts),
    /// A certificate ends soon, or has ended.
    CertificateExpiring(CertificateFacts),
    /// Something happened with a system behind us.
    Partner(PartnerChange, PartnerFacts),
    /// The database was restored from a backup: numbers of this feed are left out.
    Restored(RestoredFacts),
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

    /// What only callers who may work with every notice are told.
    pub fn of_no_code() -> Codes {
        Codes("--".to_owned())
    }

    /// What callers are told who may work with all of these notices.
    pub fn of_scope(scope: &Segregation) -> Codes {
        match scope {
            Segregation::Every => Codes::of_no_code(),
            Segregation::Only(codes) => {
                let codes: Vec<String> = codes.iter().map(ToString::to_string).collect();
                Codes(codes.join(" "))
            }
            // What it is about may be for something else than their services.
            Segregation::Within(_) => Codes::of_no_code(),
        }
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
            Segregation::Within(_) => false,
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
            Told::Anomaly(change, _) => change.kind(),
            Told::Subscription(change, _) => change.kind(),
            Told::CertificateExpiring(_) => "varco.certificate.expiring",
            Told::Partner(change, _) => change.kind(),
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
