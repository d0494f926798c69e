//! What to write for a batch of receipts: each sees what the ones before it settled.

use std::collections::HashMap;

use crate::domain::event::Event;
use crate::domain::payability::{PayabilityFacts, Settled};
use crate::domain::receipt::{Effect, Receipt, ReceiptClass, ReceiptOutcome, classify};

use super::{BookReceipt, Booked, Novelty, told};
use crate::store::anomalies::open::{Opening, Seen};
use crate::store::sha256;

/// A notice as a creditor institution's code and eighteen digits.
pub(super) type Place = (String, String);

/// What a receipt is unique by: the recipient's code and the key of its id.
pub(super) type Identity = (String, String);

/// What is known of the notice of a receipt.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub iupd: String,
    pub option_no: i64,
    /// The version of its position.
    pub version: i64,
    pub facts: PayabilityFacts,
    /// How many other notices of its option are unpaid; so many at most are counted that a batch cannot pay
    /// them all.
    pub unpaid_beside: i64,
    /// Whether another notice of its option is paid.
    pub paid_beside: bool,
    /// What is paid of the other options.
    pub other_options: OtherOptions,
}

/// What is paid of the other options of a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum OtherOptions {
    Unpaid,
    InPart,
    /// One of them, wholly.
    Whole,
}

/// What a position has become by the payment of one notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Settlement {
    /// It is wholly paid now.
    Whole,
    /// It is paid in part now.
    Part,
    /// What it was.
    NoChange,
}

impl Known {
    fn settlement(&self) -> Settlement {
        match (self.unpaid_beside, self.other_options) {
            (_, OtherOptions::Whole) => Settlement::NoChange,
            (0, _) => Settlement::Whole,
            (_, OtherOptions::Unpaid) if !self.paid_beside => Settlement::Part,
            _ => Settlement::NoChange,
        }
    }
}

/// What a booked receipt says: the same receipt again says the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Before {
    pub class: ReceiptClass,
    pub issuer: String,
    pub notice: String,
    pub amount: i64,
}

impl Before {
    fn says_the_same_as(&self, receipt: &Receipt) -> bool {
        self.issuer == receipt.issuer.as_str()
            && self.notice == receipt.notice.as_str()
            && self.amount == receipt.amount.get()
    }
}

/// What to write of one receipt that is new.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    pub booking: &'a BookReceipt,
    pub identity: Identity,
    pub class: ReceiptClass,
    pub effect: Effect,
    pub iupd: Option<String>,
}

/// The longest receipt id that is its own key; an index entry of PostgreSQL holds 2700 bytes.
const KEY_MAX: usize = 255;

/// What the key of a digested id begins with.
const DIGEST: &str = "sha256:";

/// What the key of a message that nothing was paid begins with.
const NOT_EXECUTED: &str = "not-executed:";

/// The key that a receipt is unique by under its recipient. A message that nothing was paid has a key of
/// its own, so that it cannot keep out the receipt of a payment that follows under the same id.
pub(in crate::store) fn receipt_key(id: &str, outcome: ReceiptOutcome) -> String {
    let id = key_of(id);
    match outcome {
        ReceiptOutcome::Executed => id,
        ReceiptOutcome::NotExecuted => format!("{NOT_EXECUTED}{id}"),
    }
}

/// The key of the receipt of a payment by its id.
pub(in crate::store) fn key_of(id: &str) -> String {
    // An id that looks like a key of ours gets a digest too, so that no two ids share a key.
    if id.len() <= KEY_MAX && !id.starts_with(DIGEST) && !id.starts_with(NOT_EXECUTED) {
        id.to_owned()
    } else {
        format!("{DIGEST}{}", sha256(id.as_bytes()))
    }
}

pub(super) fn identity(booking: &BookReceipt) -> Identity {
    let receipt = &booking.receipt;
    (receipt.recipient.as_str().to_owned(), receipt_key(receipt.id.as_str(), receipt.outcome))
}

pub(super) fn place(booking: &BookReceipt) -> Place {
    (booking.receipt.issuer.as_str().to_owned(), booking.receipt.notice.as_str().to_owned())
}

/// What was decided of a batch.
#[derive(Debug)]
pub(super) struct Decided<'a> {
    /// What became of each receipt.
    pub booked: Vec<Booked>,
    /// Those that are new.
    pub entries: Vec<Entry<'a>>,
    /// What is to be told of them.
    pub events: Vec<Event>,
    /// What a person has to look at.
    pub openings: Vec<Opening>,
}

/// Decides on every receipt of a batch in turn; `booked_before` has those that the store holds already.
pub(super) fn decide<'a>(
    bookings: &'a [BookReceipt],
    mut notices: HashMap<Place, Known>,
    mut booked_before: HashMap<Identity, Before>,
) -> Decided<'a> {
    let mut booked = Vec::with_capacity(bookings.len());
    let mut entries = Vec::with_capacity(bookings.len());
    let mut events = Vec::with_capacity(bookings.len());
    let mut openings = Vec::new();
    for booking in bookings {
        let identity = identity(booking);
        if let Some(before) = booked_before.get(&identity) {
            let same = before.says_the_same_as(&booking.receipt);
            let novelty = if same { Novelty::AlreadyBooked } else { Novelty::Conflicting };
            booked.push(Booked { class: before.class, novelty });
            continue;
        }
        let place = place(booking);
        let known = notices.get(&place).cloned();
        let facts = known.as_ref().map(|known| &known.facts);
        let (class, effect) = classify(&booking.receipt, facts, booking.received_at);
        let class = if booking.deliver_to.is_some() { class.handed_on() } else { class };
        let settlement = known.as_ref().map_or(Settlement::NoChange, Known::settlement);
        events.extend(told::events(booking, (class, effect), known.as_ref(), settlement));
        openings.extend(Opening::of(&seen(booking, &identity), class, booking.received_at));
        if let (Effect::SettlesNotice, Some(paid)) = (effect, &known) {
            settle(&mut notices, &place, paid);
        }
        let (issuer, notice) = (booking.receipt.issuer.to_string(), booking.receipt.notice.to_string());
        let before = Before { class, issuer, notice, amount: booking.receipt.amount.get() };
        booked_before.insert(identity.clone(), before);
        booked.push(Booked { class, novelty: Novelty::New });
        entries.push(Entry { booking, identity, class, effect, iupd: known.map(|known| known.iupd) });
    }
    // One order for all writers, so that two batches never wait for each other's keys.
    entries.sort_unstable_by(|a, b| a.identity.cmp(&b.identity));
    Decided { booked, entries, events, openings }
}

fn seen<'a>(booking: &'a BookReceipt, identity: &'a Identity) -> Seen<'a> {
    let receipt = &booking.receipt;
    let notice = (&receipt.issuer, receipt.notice);
    Seen { recipient: &receipt.recipient, key: &identity.1, id: receipt.id.as_str(), notice }
}

fn settle(notices: &mut HashMap<Place, Known>, paid_place: &Place, paid: &Known) {
    for (place, known) in notices.iter_mut() {
        if place.0 != paid_place.0 || known.iupd != paid.iupd {
            continue;
        }
        if place == paid_place {
            known.facts.settled = Settled::ByThisNotice;
        } else if known.option_no == paid.option_no {
            known.unpaid_beside -= 1;
            known.paid_beside = true;
        } else {
            let whole = paid.unpaid_beside == 0;
            let paid = if whole { OtherOptions::Whole } else { OtherOptions::InPart };
            known.other_options = known.other_options.max(paid);
            if known.facts.settled == Settled::No {
                known.facts.settled = Settled::ByAnotherOption;
            }
        }
    }
}
