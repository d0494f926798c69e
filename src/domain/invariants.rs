//! What must be true of the ledger at every moment, whatever crashed: which receipt paid which notice.
//!
//! Only plain facts are judged here; the store's `verify` reads them in one snapshot.

use std::collections::{HashMap, HashSet};
use std::fmt;

use super::amount::Cents;
use super::position::{Notice, Position};
use super::receipt::ReceiptClass;

/// Everything that the invariants speak of, read at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Every receipt.
    pub receipts: Vec<ReceiptFact>,
    /// Every notice that says it is paid.
    pub paid_notices: Vec<PaidNoticeFact>,
    /// Every notice that says it is not.
    pub unpaid_notices: Vec<NoticeName>,
    /// Creditor, name and version of every position.
    pub positions: Vec<(String, String, i64)>,
}

/// A notice by the creditor institution that issued it and its eighteen digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NoticeName {
    /// The issuer's fiscal code.
    pub ec: String,
    /// The notice number.
    pub number: String,
}

/// What one receipt says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptFact {
    /// The creditor institution whose copy it is.
    pub recipient: String,
    /// The node's name of the payment.
    pub id: String,
    /// The notice it pays.
    pub notice: NoticeName,
    /// How it was classed, as the word of [`ReceiptClass`].
    pub class: String,
    /// Whether the notice is paid by it.
    pub settles: bool,
    /// Whether anything was paid.
    pub executed: bool,
    /// How many transfers were written with it.
    pub transfers: i64,
}

/// What a paid notice says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaidNoticeFact {
    /// The notice.
    pub notice: NoticeName,
    /// The id of the receipt that it names, if it does.
    pub receipt: Option<String>,
}

/// A broken invariant, with what it was broken by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which.
    pub invariant: Invariant,
    /// The creditor institution and the receipt, or the name of the position. No notice number is told in
    /// full, because operators read this in logs.
    pub subject: String,
}

/// The invariants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Invariant {
    /// A receipt is booked once for each recipient.
    BookedOnce,
    /// A receipt has at least one transfer, as the contract asks: its commit was whole.
    BookedWhole,
    /// Its class is a word that we know, and settles the notice or not as that class does.
    ClassDecides,
    /// The notice that a receipt settles names that receipt.
    SettledNoticeNamesReceipt,
    /// A paid notice is settled by the receipt that it names, and by no other.
    PaidNoticeHasItsReceipt,
    /// An over-payment is one on top of another receipt: its notice is paid.
    OverPaymentIsOnTop,
    /// The version of a position counts from 1.
    VersionCounts,
    /// A receipt of a payment settles its notice once that is here.
    KnownNoticeIsSettled,
    /// The shares of a receipt that is classed as matched sum to its amount.
    SharesAddUp,
    /// A receipt has its event in the feed of its recipient.
    ReceiptIsTold,
    /// It has only one.
    ReceiptIsToldOnce,
    /// That event tells its id, its amount, and the digest of its message.
    ReceiptIsToldTruly,
    /// The receipt that an event tells of is here.
    ToldReceiptIsHere,
    /// A receipt that does not fit, and a message that was not booked, have their anomaly.
    AnomalyIsOpened,
    /// A receipt whose notice is a partner's is on its way to a partner, or was taken.
    ReceiptIsHandedOn,
    /// The RT of a receipt that an old system has is kept, and so is that of an RPT that is closed.
    RtIsKept,
    /// A message that was not booked has the digest that it had.
    MessageIsAsReceived,
    /// The events of a feed are numbered from 1 without a gap, but for those on record.
    FeedIsDense,
    /// The chain of a feed is that of its events.
    FeedIsChained,
    /// The head of a feed stands where its last event is.
    HeadIsLastEvent,
    /// The body of an event says what its row says.
    EventSaysWhatItIs,
    /// The last event of a position tells the version that it has, or that it was deleted.
    LastEventTellsVersion,
    /// A position can be read.
    PositionCanBeRead,
    /// The transfers of a notice sum to its amount.
    TransfersAddUp,
    /// A position has a payment option.
    PositionHasOptions,
    /// A payment option has a notice.
    OptionHasNotices,
    /// A notice has a transfer.
    NoticeHasTransfers,
    /// What belongs to something is there with it only.
    NothingIsOrphaned,
    /// The entries of the audit are as they were written, each in its place, up to where its head stands.
    AuditIsAsWritten,
}

impl Invariant {
    /// Its name, for programs.
    pub const fn word(self) -> &'static str {
        match self {
            Invariant::BookedOnce => "booked-once",
            Invariant::BookedWhole => "booked-whole",
            Invariant::ClassDecides => "class-decides",
            Invariant::SettledNoticeNamesReceipt => "settled-notice-names-receipt",
            Invariant::PaidNoticeHasItsReceipt => "paid-notice-has-its-receipt",
            Invariant::OverPaymentIsOnTop => "over-payment-is-on-top",
            Invariant::VersionCounts => "version-counts",
            Invariant::KnownNoticeIsSettled => "known-notice-is-settled",
            Invariant::SharesAddUp => "shares-add-up",
            Invariant::ReceiptIsTold => "receipt-is-told",
            Invariant::ReceiptIsToldOnce => "receipt-is-told-once",
            Invariant::ReceiptIsToldTruly => "receipt-is-told-truly",
            Invariant::ToldReceiptIsHere => "told-receipt-is-here",
            Invariant::AnomalyIsOpened => "anomaly-is-opened",
            Invariant::RtIsKept => "rt-is-kept",
            Invariant::ReceiptIsHandedOn => "receipt-is-handed-on",
            Invariant::MessageIsAsReceived => "message-is-as-received",
            Invariant::FeedIsDense => "feed-is-dense",
            Invariant::FeedIsChained => "feed-is-chained",
            Invariant::HeadIsLastEvent => "head-is-last-event",
            Invariant::EventSaysWhatItIs => "event-says-what-it-is",
            Invariant::LastEventTellsVersion => "last-event-tells-version",
            Invariant::PositionCanBeRead => "position-can-be-read",
            Invariant::TransfersAddUp => "transfers-add-up",
            Invariant::PositionHasOptions => "position-has-options",
            Invariant::OptionHasNotices => "option-has-notices",
            Invariant::NoticeHasTransfers => "notice-has-transfers",
            Invariant::NothingIsOrphaned => "nothing-is-orphaned",
            Invariant::AuditIsAsWritten => "audit-is-as-written",
        }
    }

    /// The rule in words.
    pub const fn rule(self) -> &'static str {
        match self {
            Invariant::BookedOnce => "a receipt is booked once for each recipient",
            Invariant::BookedWhole => "a receipt has its transfers",
            Invariant::ClassDecides => "the class of a receipt decides whether it settles its notice",
            Invariant::SettledNoticeNamesReceipt => "the notice that a receipt settles names that receipt",
            Invariant::PaidNoticeHasItsReceipt => "a paid notice is settled by exactly the receipt it names",
            Invariant::OverPaymentIsOnTop => "the notice of an over-payment is paid by another receipt",
            Invariant::VersionCounts => "the version of a position is at least 1",
            Invariant::KnownNoticeIsSettled => {
                "the receipt of a payment settles its notice once that is here"
            }
            Invariant::SharesAddUp => "the shares of a matched receipt sum to its amount",
            Invariant::ReceiptIsTold => "a receipt is told by an event",
            Invariant::ReceiptIsToldOnce => "a receipt is told by one event only",
            Invariant::ReceiptIsToldTruly => "the event of a receipt tells its id, amount and message",
            Invariant::ToldReceiptIsHere => "the receipt that an event tells of is here",
            Invariant::AnomalyIsOpened => "what does not fit has its anomaly",
            Invariant::RtIsKept => "the RT that an old system was sent is kept",
            Invariant::ReceiptIsHandedOn => "the receipt of a partner's notice is handed on to a partner",
            Invariant::MessageIsAsReceived => "a message has the digest that it had when it came",
            Invariant::FeedIsDense => "the events of a feed are numbered without a gap",
            Invariant::FeedIsChained => "the chain of a feed is that of its events",
            Invariant::HeadIsLastEvent => "the head of a feed stands at its last event",
            Invariant::EventSaysWhatItIs => "an event says what it is",
            Invariant::LastEventTellsVersion => "the last event of a position tells the version that it has",
            Invariant::PositionCanBeRead => "a position can be read",
            Invariant::TransfersAddUp => "the transfers of a notice sum to its amount",
            Invariant::PositionHasOptions => "a position has a payment option",
            Invariant::OptionHasNotices => "a payment option has a notice",
            Invariant::NoticeHasTransfers => "a notice has a transfer",
            Invariant::NothingIsOrphaned => "what belongs to something is not without it",
            Invariant::AuditIsAsWritten => "the audit is as it was written",
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.invariant.rule(), self.subject)
    }
}

/// Every invariant that the ledger breaks.
pub fn violations(ledger: &Ledger) -> Vec<Violation> {
    let mut found = Vec::new();
    each_receipt(ledger, &mut found);
    each_notice(ledger, &mut found);
    for (ec, iupd, version) in &ledger.positions {
        if *version < 1 {
            report(&mut found, Invariant::VersionCounts, format!("{ec} position {iupd}"));
        }
    }
    found
}

/// What a position breaks by itself. That it could be read is the most of it: its status is derived from that.
pub fn of_position(position: &Position) -> Vec<Invariant> {
    let adds_up = |notice: &Notice| {
        Cents::checked_sum(notice.transfers.iter().map(|share| share.amount)) == Some(notice.amount)
    };
    if position.notices().all(adds_up) { Vec::new() } else { vec![Invariant::TransfersAddUp] }
}

/// Whether receipts of a class settle their notice; none for a word that is no class.
fn settles(class: &str) -> Option<bool> {
    Some(match ReceiptClass::from_word(class)? {
        ReceiptClass::Matched
        | ReceiptClass::StandIn
        | ReceiptClass::AmountDiffers
        | ReceiptClass::SiblingConflict
        | ReceiptClass::Cancelled
        | ReceiptClass::Expired
        | ReceiptClass::NotYetPayable => true,
        ReceiptClass::OverPayment
        | ReceiptClass::UnknownNotice
        | ReceiptClass::SecondaryBeneficiary
        | ReceiptClass::Partner
        | ReceiptClass::NotExecuted => false,
    })
}

fn each_receipt(ledger: &Ledger, found: &mut Vec<Violation>) {
    let paid_by: HashMap<&NoticeName, Option<&str>> =
        ledger.paid_notices.iter().map(|paid| (&paid.notice, paid.receipt.as_deref())).collect();
    let unpaid: HashSet<&NoticeName> = ledger.unpaid_notices.iter().collect();
    let mut seen = HashSet::new();
    for receipt in &ledger.receipts {
        let mut broken = |invariant| report(found, invariant, subject(receipt));
        // A message that nothing was paid does not count against the receipt of a payment.
        if !seen.insert((&receipt.recipient, &receipt.id, receipt.executed)) {
            broken(Invariant::BookedOnce);
        }
        if receipt.transfers < 1 {
            broken(Invariant::BookedWhole);
        }
        let own_copy = receipt.executed && receipt.recipient == receipt.notice.ec;
        if settles(&receipt.class) != Some(receipt.settles) || (receipt.settles && !own_copy) {
            broken(Invariant::ClassDecides);
        }
        let named = paid_by.get(&receipt.notice);
        // A paid position cannot be deleted, so its notice is there.
        if receipt.settles && named.is_none_or(|named| *named != Some(&receipt.id)) {
            broken(Invariant::SettledNoticeNamesReceipt);
        }
        let over = receipt.class == ReceiptClass::OverPayment.word();
        if over
            && (unpaid.contains(&receipt.notice) || named.is_some_and(|named| *named == Some(&receipt.id)))
        {
            broken(Invariant::OverPaymentIsOnTop);
        }
    }
}

fn each_notice(ledger: &Ledger, found: &mut Vec<Violation>) {
    let mut settled: HashMap<&NoticeName, Vec<&ReceiptFact>> = HashMap::new();
    for receipt in ledger.receipts.iter().filter(|receipt| receipt.settles) {
        settled.entry(&receipt.notice).or_default().push(receipt);
    }
    for paid in &ledger.paid_notices {
        let by = settled.remove(&paid.notice).unwrap_or_default();
        // A notice that was paid elsewhere names no receipt, and none settles it.
        let exactly_its_own = match (&*by, &paid.receipt) {
            ([only], Some(named)) => &only.id == named,
            ([], None) => true,
            _ => false,
        };
        if !exactly_its_own {
            let receipt = paid.receipt.as_deref().unwrap_or("none");
            let subject = format!("{} receipt {receipt}, settled by {}", paid.notice.ec, by.len());
            report(found, Invariant::PaidNoticeHasItsReceipt, subject);
        }
    }
    // Of a notice that is gone there must not be two either.
    for receipts in settled.into_values().filter(|receipts| receipts.len() > 1) {
        for receipt in receipts {
            report(found, Invariant::PaidNoticeHasItsReceipt, subject(receipt));
        }
    }
}

fn subject(receipt: &ReceiptFact) -> String {
    format!("{} receipt {}", receipt.recipient, receipt.id)
}

fn report(found: &mut Vec<Violation>, invariant: Invariant, subject: String) {
    found.push(Violation { invariant, subject });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(number: &str) -> NoticeName {
        NoticeName { ec: "77777777777".to_owned(), number: number.to_owned() }
    }

    fn receipt(id: &str, number: &str, class: ReceiptClass) -> ReceiptFact {
        ReceiptFact {
            recipient: "77777777777".to_owned(),
            id: id.to_owned(),
            notice: name(number),
            class: class.word().to_owned(),
            settles: settles(class.word()).unwrap(),
            executed: class != ReceiptClass::NotExecuted,
            transfers: 1,
        }
    }

    /// Notice 1 paid by r1 and once more by r2, notice 2 not paid, notice 9 not ours.
    fn sound() -> Ledger {
        Ledger {
            receipts: vec![
                receipt("r1", "1", ReceiptClass::Matched),
                receipt("r2", "1", ReceiptClass::OverPayment),
                receipt("r9", "9", ReceiptClass::UnknownNotice),
            ],
            paid_notices: vec![PaidNoticeFact { notice: name("1"), receipt: Some("r1".to_owned()) }],
            unpaid_notices: vec![name("2")],
            positions: vec![("77777777777".to_owned(), "A".to_owned(), 1)],
        }
    }

    fn broken(change: impl FnOnce(&mut Ledger)) -> Vec<Invariant> {
        let mut ledger = sound();
        change(&mut ledger);
        violations(&ledger).into_iter().map(|violation| violation.invariant).collect()
    }

    #[test]
    fn a_sound_ledger_breaks_nothing() {
        assert_eq!(violations(&sound()), []);
    }

    #[test]
    fn a_lost_receipt_is_found() {
        let lost = broken(|ledger| drop(ledger.receipts.remove(0)));
        assert_eq!(lost, [Invariant::PaidNoticeHasItsReceipt]);
    }

    #[test]
    fn a_receipt_booked_twice_is_found() {
        let twice = broken(|ledger| ledger.receipts.push(ledger.receipts[1].clone()));
        assert_eq!(twice, [Invariant::BookedOnce]);
    }

    #[test]
    fn two_receipts_that_settle_one_notice_are_found() {
        let two = broken(|ledger| ledger.receipts.push(receipt("r3", "1", ReceiptClass::Matched)));
        assert_eq!(two, [Invariant::SettledNoticeNamesReceipt, Invariant::PaidNoticeHasItsReceipt]);
        let gone = broken(|ledger| {
            ledger.receipts.push(receipt("r3", "5", ReceiptClass::Matched));
            ledger.receipts.push(receipt("r4", "5", ReceiptClass::Expired));
        });
        assert_eq!(gone[..2], [Invariant::SettledNoticeNamesReceipt; 2]);
        assert_eq!(gone[2..], [Invariant::PaidNoticeHasItsReceipt; 2]);
    }

    #[test]
    fn a_settlement_that_did_not_reach_the_notice_is_found() {
        let half = broken(|ledger| ledger.receipts.push(receipt("r3", "2", ReceiptClass::Matched)));
        assert_eq!(half, [Invariant::SettledNoticeNamesReceipt]);
        let on_top = broken(|ledger| ledger.receipts.push(receipt("r3", "2", ReceiptClass::OverPayment)));
        assert_eq!(on_top, [Invariant::OverPaymentIsOnTop]);
    }

    #[test]
    fn a_class_that_does_not_fit_is_found() {
        assert_eq!(broken(|ledger| ledger.receipts[1].class = "odd".to_owned()), [Invariant::ClassDecides]);
        let other = broken(|ledger| ledger.receipts[2].settles = true);
        assert_eq!(other, [Invariant::ClassDecides, Invariant::SettledNoticeNamesReceipt]);
    }

    #[test]
    fn half_a_receipt_and_a_version_that_does_not_count_are_found() {
        assert_eq!(broken(|ledger| ledger.receipts[2].transfers = 0), [Invariant::BookedWhole]);
        assert_eq!(broken(|ledger| ledger.positions[0].2 = 0), [Invariant::VersionCounts]);
    }

    #[test]
    fn a_violation_is_told_in_words() {
        let mut ledger = sound();
        ledger.receipts[2].transfers = 0;
        let told = violations(&ledger)[0].to_string();
        assert_eq!(told, "a receipt has its transfers: 77777777777 receipt r9");
    }
}
