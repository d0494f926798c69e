//! What did not fit: receipts and messages that a person has to look at, and what people say of them.

use super::event::Feed;
use super::fiscal_code::FiscalCode;
use super::notice_number::NoticeNumber;
use super::receipt::ReceiptClass;
use super::segregation::Segregation;
use super::text::Text;

/// Why a person has to look. It never changes: what becomes another kind is closed and opened anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnomalyKind {
    /// A receipt of that class.
    Receipt(ReceiptClass),
    /// A message that brought a receipt and was answered without booking it.
    UnbookedMessage,
}

/// The word of the only kind that is no class of receipts.
const UNBOOKED: &str = "unbooked_message";

impl AnomalyKind {
    /// Every kind.
    pub const ALL: [AnomalyKind; 9] = [
        AnomalyKind::Receipt(ReceiptClass::AmountDiffers),
        AnomalyKind::Receipt(ReceiptClass::OverPayment),
        AnomalyKind::Receipt(ReceiptClass::SiblingConflict),
        AnomalyKind::Receipt(ReceiptClass::Cancelled),
        AnomalyKind::Receipt(ReceiptClass::Expired),
        AnomalyKind::Receipt(ReceiptClass::NotYetPayable),
        AnomalyKind::Receipt(ReceiptClass::UnknownNotice),
        AnomalyKind::Receipt(ReceiptClass::NotExecuted),
        AnomalyKind::UnbookedMessage,
    ];

    /// What a receipt of that class is for the back office; none if it fits.
    pub const fn of(class: ReceiptClass) -> Option<Self> {
        match class {
            ReceiptClass::Matched
            | ReceiptClass::StandIn
            | ReceiptClass::SecondaryBeneficiary
            | ReceiptClass::Partner => None,
            ReceiptClass::AmountDiffers
            | ReceiptClass::OverPayment
            | ReceiptClass::SiblingConflict
            | ReceiptClass::Cancelled
            | ReceiptClass::Expired
            | ReceiptClass::NotYetPayable
            | ReceiptClass::UnknownNotice
            | ReceiptClass::NotExecuted => Some(AnomalyKind::Receipt(class)),
        }
    }

    /// The name it is stored and told under.
    pub const fn word(self) -> &'static str {
        match self {
            AnomalyKind::Receipt(class) => class.word(),
            AnomalyKind::UnbookedMessage => UNBOOKED,
        }
    }

    /// The kind of that name.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// How a person, or late linking, put an anomaly to rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// The money has to go back, and somebody sees to it elsewhere.
    RefundDue,
    /// The money has gone back.
    Refunded,
    /// The payment was entered in the accounts by hand.
    BookedByHand,
    /// There is nothing to do.
    NoAction,
    /// The notice of the receipt appeared, and the receipt was classed anew. No person says this.
    Linked,
}

impl Resolution {
    /// What a person can say.
    pub const BY_HAND: [Resolution; 4] =
        [Resolution::RefundDue, Resolution::Refunded, Resolution::BookedByHand, Resolution::NoAction];

    /// The name it is stored and told under.
    pub const fn word(self) -> &'static str {
        match self {
            Resolution::RefundDue => "refund_due",
            Resolution::Refunded => "refunded",
            Resolution::BookedByHand => "booked_by_hand",
            Resolution::NoAction => "no_action",
            Resolution::Linked => "linked",
        }
    }

    /// What a person says with that word.
    pub fn by_hand(word: &str) -> Option<Self> {
        Self::BY_HAND.into_iter().find(|resolution| resolution.word() == word)
    }
}

/// What an entry of the history says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A person noted something.
    Noted,
    /// A person put it to rest.
    Resolved(Resolution),
    /// A person took it up again.
    Reopened,
    /// It closed by itself.
    Closed(Resolution),
}

impl Step {
    /// The name it is stored and told under.
    pub const fn word(self) -> &'static str {
        match self {
            Step::Noted => "noted",
            Step::Resolved(_) => "resolved",
            Step::Reopened => "reopened",
            Step::Closed(_) => "closed",
        }
    }

    /// How it was put to rest, if it was.
    pub const fn resolution(self) -> Option<Resolution> {
        match self {
            Step::Resolved(resolution) | Step::Closed(resolution) => Some(resolution),
            Step::Noted | Step::Reopened => None,
        }
    }
}

/// Who says something: the key that the request came with, and the person it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    /// The id of the API key.
    pub caller: String,
    /// The name of the person. Personal data.
    pub person: Text<140>,
}

/// What is known of an anomaly from the moment it is opened. None of it is personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnomalyFacts {
    /// Its name.
    pub id: String,
    /// Why a person has to look.
    pub kind: AnomalyKind,
    /// The node's name of the payment, if the message says it.
    pub receipt: Option<String>,
    /// The notice and the creditor institution that issued it, if the message says so.
    pub notice: Option<(FiscalCode, NoticeNumber)>,
    /// The SHA-256 of the message that was not booked, in hexadecimal.
    pub message_digest: Option<String>,
}

impl AnomalyFacts {
    /// The notice, if it is one of this institution's own: only those are for callers of some segregation
    /// codes, because the codes of another's notices are not its own.
    pub fn own_notice(&self, feed: &Feed) -> Option<&NoticeNumber> {
        let (issuer, number) = self.notice.as_ref()?;
        (issuer.as_str() == feed.as_str()).then_some(number)
    }

    /// Whether it is for a caller who may work with these notices of the institution.
    pub fn is_for(&self, scope: &Segregation, feed: &Feed) -> bool {
        match scope {
            Segregation::Every => true,
            some => self.own_notice(feed).is_some_and(|number| some.allows(number)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_no_anomaly_and_all_the_rest_is_one() {
        let fits = [
            ReceiptClass::Matched,
            ReceiptClass::StandIn,
            ReceiptClass::SecondaryBeneficiary,
            ReceiptClass::Partner,
        ];
        for class in ReceiptClass::ALL {
            let kind = AnomalyKind::of(class);
            assert_eq!(kind.is_none(), fits.contains(&class), "{class:?}");
            assert!(kind.is_none_or(|kind| AnomalyKind::ALL.contains(&kind) && kind.word() == class.word()));
        }
    }

    #[test]
    fn words_are_read_as_they_are_written() {
        for kind in AnomalyKind::ALL {
            assert_eq!(AnomalyKind::from_word(kind.word()), Some(kind));
        }
        for resolution in Resolution::BY_HAND {
            assert_eq!(Resolution::by_hand(resolution.word()), Some(resolution));
        }
        assert_eq!(Resolution::by_hand("linked"), None, "no person says that");
    }
}
