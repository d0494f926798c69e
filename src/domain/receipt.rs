//! A receipt: proof that a citizen's money has moved. It is kept whatever our data says.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;

use super::amount::Cents;
use super::fiscal_code::FiscalCode;
use super::ids::{BrokerCode, ReceiptId, StationCode};
use super::notice_number::NoticeNumber;
use super::payability::{NotPayable, PayabilityFacts, check};

/// The facts of one copy of a receipt, as the node delivered it (SANP 3.10, paSendRT and paSendRTV2).
///
/// Names, addresses and metadata are not parsed out: the raw message keeps them.
#[derive(Clone, Debug, PartialEq)]
pub struct Receipt {
    /// The creditor institution this copy is for (`idPA`); with the receipt id, what it is booked under.
    pub recipient: FiscalCode,
    /// The broker it came through.
    pub broker: BrokerCode,
    /// The station it came through.
    pub station: StationCode,
    /// The node's name of the payment.
    pub id: ReceiptId,
    /// The notice that was paid.
    pub notice: NoticeNumber,
    /// The creditor institution that issued the notice (`receipt.fiscalCode`).
    pub issuer: FiscalCode,
    /// The creditor's reference, as the node wrote it.
    pub creditor_reference: String,
    /// Whether the payment was carried out.
    pub outcome: ReceiptOutcome,
    /// What was paid to the creditors, without the fee.
    pub amount: Cents,
    /// Who owed, who paid, and what for.
    pub subject: ReceiptSubject,
    /// When and how it was paid.
    pub payment: PaymentDetails,
    /// Each beneficiary's share.
    pub transfers: Vec<ReceiptTransfer>,
    /// Whether the central archive answered in our place.
    pub stand_in: PaidThrough,
}

/// What a receipt says of the payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReceiptOutcome {
    /// The payment was carried out.
    Executed,
    /// It was not; the node does not send this in practice.
    NotExecuted,
}

/// Who answered the payment service provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaidThrough {
    /// This station.
    Station,
    /// The node's central archive, because the station was down.
    StandIn,
}

/// Who owed, who paid, and what for, as the node wrote it: a receipt cannot be refused for the form of a
/// name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptSubject {
    /// The identifier of the debtor (`debtor.entityUniqueIdentifierValue`).
    pub debtor: SubjectCode,
    /// The identifier of whoever paid.
    pub payer: Option<SubjectCode>,
    /// What it is about.
    pub description: FreeText,
    /// The creditor's name.
    pub company_name: String,
}

/// Text that may name a person, as the node wrote it. It is never printed by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct FreeText(Box<str>);

impl FreeText {
    /// Takes the text.
    pub fn new(text: &str) -> Self {
        FreeText(text.into())
    }

    /// The text itself, which may be personal data.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for FreeText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FreeText({} characters)", self.0.chars().count())
    }
}

/// The identifier of a debtor or payer in whatever form the node wrote it. Personal data: it is never
/// printed by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct SubjectCode(Box<str>);

impl SubjectCode {
    /// Takes the identifier; lower-case letters are raised, so that it is found by the code of the person.
    pub fn new(text: &str) -> Self {
        SubjectCode(text.trim().to_ascii_uppercase().into())
    }

    /// The identifier itself. Personal data.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SubjectCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SubjectCode(…)")
    }
}

/// When and how a payment was made; the node may leave out nearly all of it.
#[derive(Clone, Debug, PartialEq)]
pub struct PaymentDetails {
    /// When the citizen paid, in UTC.
    pub paid_at: Option<Timestamp>,
    /// When the payment service provider booked it.
    pub application_date: Option<Date>,
    /// When the money is transferred.
    pub transfer_date: Option<Date>,
    /// How it was paid.
    pub method: Option<String>,
    /// What the payer paid on top.
    pub fee: Option<Cents>,
    /// The payment service provider's identifier.
    pub psp: String,
    /// Its fiscal code.
    pub psp_fiscal_code: Option<String>,
    /// Its name.
    pub psp_name: String,
    /// The channel it used.
    pub channel: String,
}

/// One beneficiary's share of a receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptTransfer {
    /// 1 to 5.
    pub id: i64,
    /// The share.
    pub amount: Cents,
    /// Whose it is.
    pub beneficiary: FiscalCode,
    /// The account, absent for a digital stamp.
    pub iban: Option<String>,
    /// The digital stamp that was bought, as received.
    pub stamp: Option<Vec<u8>>,
    /// Taxonomy code.
    pub category: String,
    /// What the bank statement says.
    pub remittance_information: String,
}

impl Receipt {
    /// Whether its transfers sum to its amount.
    fn adds_up(&self) -> bool {
        Cents::checked_sum(self.transfers.iter().map(|share| share.amount)) == Some(self.amount)
    }
}

/// How a receipt fits our data. What did not fit waits for a person:
/// [`AnomalyKind::of`](super::anomaly::AnomalyKind::of) says which classes those are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReceiptClass {
    /// It settles a payable notice for the amount due.
    Matched,
    /// It settles a payable notice, for another amount or with transfers that do not add up.
    AmountDiffers,
    /// The notice was settled by another receipt before.
    OverPayment,
    /// Another option of the same position was paid before.
    SiblingConflict,
    /// The creditor had cancelled the position.
    Cancelled,
    /// The notice had expired.
    Expired,
    /// The position was a draft or not payable yet.
    NotYetPayable,
    /// No such notice is managed here.
    UnknownNotice,
    /// A copy for a beneficiary that did not issue the notice; it has no position here.
    SecondaryBeneficiary,
    /// It says that nothing was paid.
    NotExecuted,
    /// It settles a payable notice for the amount due, and the node's archive had answered in our place: no
    /// verify and no get was seen here before.
    StandIn,
    /// The notice is a partner's, and is not managed here: the receipt was handed on.
    Partner,
}

/// Whether a receipt is the one that settles its notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The notice is paid from now on.
    SettlesNotice,
    /// The notice stays as it is.
    None,
}

impl ReceiptClass {
    /// Every class.
    pub const ALL: [ReceiptClass; 12] = [
        ReceiptClass::Matched,
        ReceiptClass::AmountDiffers,
        ReceiptClass::OverPayment,
        ReceiptClass::SiblingConflict,
        ReceiptClass::Cancelled,
        ReceiptClass::Expired,
        ReceiptClass::NotYetPayable,
        ReceiptClass::UnknownNotice,
        ReceiptClass::SecondaryBeneficiary,
        ReceiptClass::NotExecuted,
        ReceiptClass::StandIn,
        ReceiptClass::Partner,
    ];

    /// The name it is stored and told under.
    pub const fn word(self) -> &'static str {
        match self {
            ReceiptClass::Matched => "matched",
            ReceiptClass::AmountDiffers => "amount_differs",
            ReceiptClass::OverPayment => "over_payment",
            ReceiptClass::SiblingConflict => "sibling_conflict",
            ReceiptClass::Cancelled => "cancelled",
            ReceiptClass::Expired => "expired",
            ReceiptClass::NotYetPayable => "not_yet_payable",
            ReceiptClass::UnknownNotice => "unknown_notice",
            ReceiptClass::SecondaryBeneficiary => "secondary_beneficiary",
            ReceiptClass::NotExecuted => "not_executed",
            ReceiptClass::StandIn => "stand_in",
            ReceiptClass::Partner => "partner",
        }
    }

    /// The class of the same receipt if it is handed on to a partner: that no such notice is managed here is
    /// then as it should be.
    pub const fn handed_on(self) -> Self {
        match self {
            ReceiptClass::UnknownNotice => ReceiptClass::Partner,
            other => other,
        }
    }

    /// Whether the notice was not here when the receipt was booked, though the receipt is of its creditor.
    pub const fn may_be_linked_late(self) -> bool {
        matches!(self, ReceiptClass::UnknownNotice | ReceiptClass::Partner)
    }

    /// The class of that name.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.word() == word)
    }
}

/// Decides how a receipt fits what we know of its notice at this instant, and whether it settles it.
///
/// Never an error: money has moved, and the receipt is kept in every case. The notice of a cancelled
/// or expired position is settled too, because its citizen has paid.
pub fn classify(
    receipt: &Receipt,
    known: Option<&PayabilityFacts>,
    now: Timestamp,
) -> (ReceiptClass, Effect) {
    if receipt.outcome == ReceiptOutcome::NotExecuted {
        return (ReceiptClass::NotExecuted, Effect::None);
    }
    if receipt.recipient != receipt.issuer {
        return (ReceiptClass::SecondaryBeneficiary, Effect::None);
    }
    let Some(facts) = known else {
        return (ReceiptClass::UnknownNotice, Effect::None);
    };
    // Judged when the citizen paid, not when the message arrived: the node may deliver hours late.
    let paid_at = receipt.payment.paid_at.map_or(now, |paid_at| paid_at.min(now));
    match check(facts, paid_at) {
        Ok(()) if receipt.amount != facts.amount || !receipt.adds_up() => {
            (ReceiptClass::AmountDiffers, Effect::SettlesNotice)
        }
        Ok(()) if receipt.stand_in == PaidThrough::StandIn => (ReceiptClass::StandIn, Effect::SettlesNotice),
        Ok(()) => (ReceiptClass::Matched, Effect::SettlesNotice),
        Err(NotPayable::Paid) => (ReceiptClass::OverPayment, Effect::None),
        Err(NotPayable::PaidByAnotherOption) => (ReceiptClass::SiblingConflict, Effect::SettlesNotice),
        Err(NotPayable::Cancelled) => (ReceiptClass::Cancelled, Effect::SettlesNotice),
        Err(NotPayable::Expired) => (ReceiptClass::Expired, Effect::SettlesNotice),
        Err(NotPayable::NotPublished | NotPayable::NotYetValid) => {
            (ReceiptClass::NotYetPayable, Effect::SettlesNotice)
        }
        Err(NotPayable::Unknown) => (ReceiptClass::UnknownNotice, Effect::None),
    }
}
