//! A debt position: what somebody owes, in which ways it can be paid, and by which notices.
//!
//! Only facts are kept here (when published, when paid); [`status`](super::status) derives the rest.

use jiff::Timestamp;

use super::amount::Cents;
use super::fiscal_code::{FiscalCode, PersonId};
use super::iban::Iban;
use super::ids::{Iupd, ReceiptId};
use super::notice_number::{Iuv, NoticeNumber};
use super::text::Text;

/// A debt position with everything under it.
#[derive(Clone, Debug, PartialEq)]
pub struct Position {
    /// The creditor institution.
    pub ec: FiscalCode,
    /// The creditor's own name of it; unique under the creditor.
    pub iupd: Iupd,
    /// The creditor's name, as the notice shows it.
    pub company_name: Text<140>,
    /// The creditor's office, as the notice shows it.
    pub office_name: Option<Text<140>>,
    /// Whether it may be paid while the station is down (stand-in).
    pub stand_in: StandIn,
    /// What has happened to it so far.
    pub history: History,
    /// The ways to pay it; paying one closes the others.
    pub options: Vec<PaymentOption>,
}

/// Whether the node's central archive may answer for a position while the station is down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StandIn {
    /// It may.
    Allowed,
    /// It may not.
    Refused,
}

/// The dated facts of a position, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct History {
    /// When it was created.
    pub created_at: Timestamp,
    /// When it last changed, payments included.
    pub updated_at: Timestamp,
    /// When it was published; none for a draft.
    pub published_at: Option<Timestamp>,
    /// When the creditor cancelled it.
    pub invalidated_at: Option<Timestamp>,
    /// How often it was written, from 1.
    pub version: i64,
}

/// One way to pay a position: a single payment, or a plan of instalments.
#[derive(Clone, Debug, PartialEq)]
pub struct PaymentOption {
    /// Its number within the position, from 1.
    pub number: i64,
    /// Whether its notices are instalments of one plan.
    pub shape: OptionShape,
    /// What the payer reads about it.
    pub description: Option<Text<140>>,
    /// From when it can be paid; none only while the position is a draft that asked for no date.
    pub valid_from: Option<Timestamp>,
    /// What happens after the due date.
    pub after_due: AfterDue,
    /// Who owes.
    pub debtor: Debtor,
    /// The payable notices, at least one.
    pub notices: Vec<Notice>,
}

/// Whether an option is paid at once or in instalments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptionShape {
    /// One notice for the whole amount.
    Single,
    /// Instalments that are paid one by one.
    Plan,
}

/// What becomes of a notice when its due date has passed (`switchToExpired`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterDue {
    /// It stays payable.
    StaysPayable,
    /// It expires.
    Expires,
}

/// Who owes. Personal data.
#[derive(Clone, Debug, PartialEq)]
pub struct Debtor {
    /// Fiscal code and kind of person.
    pub id: PersonId,
    /// First and last name, or the name of the company.
    pub full_name: Text<70>,
    /// Where they live or can be reached.
    pub address: Address,
}

/// The optional contact data of a person. Personal data.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Address {
    /// Street.
    pub street: Option<Text<70>>,
    /// House number.
    pub civic_number: Option<Text<16>>,
    /// Postal code.
    pub postal_code: Option<Text<16>>,
    /// Town.
    pub city: Option<Text<35>>,
    /// Province, as two letters where Italian.
    pub province: Option<Text<35>>,
    /// Region.
    pub region: Option<Text<35>>,
    /// Country, as two capitals.
    pub country: Option<Text<2>>,
    /// Electronic mail.
    pub email: Option<Text<256>>,
    /// Telephone, never sent to the node.
    pub phone: Option<Text<35>>,
}

/// One payable notice: what the citizen holds in hand.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// Its eighteen digits.
    pub number: NoticeNumber,
    /// The creditor's reference inside them.
    pub iuv: Iuv,
    /// What is due, the sum of the transfers; the cost of notification is in it.
    pub amount: Cents,
    /// How much of the amount is the cost of notifying the debtor (SEND).
    pub notification_fee: Cents,
    /// What the payer reads about it.
    pub description: Text<140>,
    /// Until when it should be paid.
    pub due: Timestamp,
    /// Until when the creditor keeps it; no rule hangs on it.
    pub retention: Option<Timestamp>,
    /// The creditor's own key-value pairs, sent to the node and returned in the receipt.
    pub metadata: Vec<MapEntry>,
    /// Where the money goes, one to five.
    pub transfers: Vec<Transfer>,
    /// When the node last got all that it needs to have it paid; a receipt may follow.
    pub activated_at: Option<Timestamp>,
    /// The payment that settled it.
    pub payment: Option<Payment>,
}

/// The metadata key under which a postal account travels beside the bank account (SANP 3.10); ours to write.
pub const IBAN_APPOGGIO: &str = "IBANAPPOGGIO";

/// The metadata key under which the cost of notification travels, in cents (GPD); ours to write.
pub const NOTIFICATION_FEE: &str = "NOTIFICATION_FEE";

/// A key-value pair of the creditor.
#[derive(Clone, Debug, PartialEq)]
pub struct MapEntry {
    /// The key.
    pub key: Text<140>,
    /// The value.
    pub value: Text<140>,
}

/// One beneficiary's share of a notice.
#[derive(Clone, Debug, PartialEq)]
pub struct Transfer {
    /// 1 to 5, unique in the notice.
    pub id: i64,
    /// The share.
    pub amount: Cents,
    /// Whose money it is.
    pub beneficiary: FiscalCode,
    /// The beneficiary's name.
    pub company_name: Option<Text<140>>,
    /// What the bank statement says.
    pub remittance_information: Text<140>,
    /// Taxonomy code, such as `9/0101002IM/`.
    pub category: Text<140>,
    /// An account, or a digital stamp to be bought.
    pub destination: Destination,
    /// The creditor's own key-value pairs.
    pub metadata: Vec<MapEntry>,
    /// When a flow from the payment service provider accounted for it.
    pub reported_at: Option<Timestamp>,
}

/// Where a transfer goes.
#[derive(Clone, Debug, PartialEq)]
pub enum Destination {
    /// To an account, and the postal account that may replace it at the post office.
    Account {
        /// The account.
        iban: Iban,
        /// The postal account.
        postal: Option<Iban>,
    },
    /// To the revenue agency, for a digital stamp (marca da bollo).
    Stamp(Stamp),
}

/// A digital stamp to be bought with a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Base64 of the SHA-256 of the document.
    pub document_hash: Text<72>,
    /// Kind of stamp, `01`.
    pub kind: Text<2>,
    /// Province of residence, two capitals.
    pub province: Text<2>,
}

/// The payment that settled a notice.
#[derive(Clone, Debug, PartialEq)]
pub struct Payment {
    /// When the citizen paid, in UTC.
    pub paid_at: Timestamp,
    /// What says so.
    pub proof: Proof,
    /// What the payer paid on top to the payment service provider.
    pub fee: Option<Cents>,
    /// The payment service provider's name.
    pub psp: Option<String>,
    /// How it was paid (`paymentMethod`).
    pub method: Option<String>,
}

/// What says that a notice was paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// A receipt of the node.
    Receipt(ReceiptId),
    /// The creditor's word: the money came another way, such as at its own counter.
    Elsewhere,
}

impl Proof {
    /// The receipt, if there is one.
    pub fn receipt(&self) -> Option<&ReceiptId> {
        match self {
            Proof::Receipt(id) => Some(id),
            Proof::Elsewhere => None,
        }
    }
}

/// Why a part of a stamp is not what the node carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StampError {
    /// The hash is no Base64.
    #[error("must be Base64, of the SHA-256 of the document")]
    HashForm,
    /// The hash is of another length.
    #[error("must be the Base64 of the 32 bytes of a SHA-256")]
    HashLength,
    /// Another kind of stamp.
    #[error("must be 01, the only type that the node carries")]
    Kind,
    /// No province.
    #[error("must be two capital letters")]
    Province,
}

impl Stamp {
    /// Judges the hash of the document.
    pub fn judge_hash(text: &Text<72>) -> Result<(), StampError> {
        match base64_bytes(text.as_str()) {
            None => Err(StampError::HashForm),
            Some(SHA256_BYTES) => Ok(()),
            Some(_) => Err(StampError::HashLength),
        }
    }

    /// Judges the kind of the stamp.
    pub fn judge_kind(text: &Text<2>) -> Result<(), StampError> {
        if text.as_str() == "01" { Ok(()) } else { Err(StampError::Kind) }
    }

    /// Judges the province of residence.
    pub fn judge_province(text: &Text<2>) -> Result<(), StampError> {
        let capitals = text.as_str().len() == 2 && text.as_str().bytes().all(|b| b.is_ascii_uppercase());
        if capitals { Ok(()) } else { Err(StampError::Province) }
    }
}

/// How long the hash of a document is.
const SHA256_BYTES: usize = 32;

/// How many bytes a text of Base64 stands for (RFC 4648, padded, no stray bits at the end).
fn base64_bytes(text: &str) -> Option<usize> {
    let digits = text.trim_end_matches('=');
    let padding = text.len() - digits.len();
    let value = |b: u8| match b {
        b'A'..=b'Z' => Some(b - b'A'),
        b'a'..=b'z' => Some(b - b'a' + 26),
        b'0'..=b'9' => Some(b - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let last = digits.bytes().try_fold(0, |_, b| value(b))?;
    let stray = match padding {
        0 => 0,
        1 => last & 0b11,
        2 => last & 0b1111,
        _ => return None,
    };
    (text.len().is_multiple_of(4) && stray == 0).then(|| text.len() / 4 * 3 - padding)
}

impl Position {
    /// All notices of all options.
    pub fn notices(&self) -> impl Iterator<Item = &Notice> {
        self.options.iter().flat_map(|option| &option.notices)
    }

    /// The notice of that number.
    pub fn notice(&self, number: &NoticeNumber) -> Option<&Notice> {
        self.notices().find(|notice| notice.number == *number)
    }

    /// Whether payers can see it: published, and not cancelled since.
    pub fn is_on_offer(&self) -> bool {
        self.history.published_at.is_some() && self.history.invalidated_at.is_none()
    }

    /// Whether one list of notices can express it, as the first version of the contract (GPD v1) writes
    /// positions: at most one plan, and the same dates, rule after the due date and debtor for all. The
    /// store says the same in SQL.
    pub fn is_flat(&self) -> bool {
        let plans = self.options.iter().filter(|option| option.shape == OptionShape::Plan).count();
        let mut terms = self.options.iter().map(PaymentOption::terms);
        let first = terms.next();
        plans <= 1 && terms.all(|terms| Some(terms) == first)
    }

    /// The first instant at which any part of it can be paid; none while that is not fixed.
    pub fn valid_from(&self) -> Option<Timestamp> {
        self.options.iter().filter_map(|option| option.valid_from).min()
    }
}

impl PaymentOption {
    /// What the first version of the contract says once for all options.
    fn terms(&self) -> (Option<Timestamp>, AfterDue, &PersonId, &Text<70>) {
        (self.valid_from, self.after_due, &self.debtor.id, &self.debtor.full_name)
    }
}

impl Destination {
    /// The account that the post office would credit: the postal one, or the only one if it is postal.
    pub fn postal_iban(&self) -> Option<&Iban> {
        match self {
            Destination::Account { postal: Some(postal), .. } => Some(postal),
            Destination::Account { iban, postal: None } if iban.is_postal() => Some(iban),
            Destination::Account { .. } | Destination::Stamp(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_of_a_stamp_is_the_base64_of_32_bytes() {
        let judge = |text: &str| Stamp::judge_hash(&Text::new(text).unwrap());
        assert_eq!(judge("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="), Ok(()));
        assert_eq!(judge("YWJj"), Err(StampError::HashLength));
        assert_eq!(judge("YWI="), Err(StampError::HashLength));
        assert_eq!(judge("YQ=="), Err(StampError::HashLength));
        for wrong in ["YWJ", "YWJj=", "YWJ*", "Y===", "YWJ=", "YR==", "YQ=A", "====", "YW=j"] {
            assert_eq!(judge(wrong), Err(StampError::HashForm), "{wrong}");
        }
    }
}
