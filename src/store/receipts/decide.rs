//! What to write for a batch of receipts: each sees what the ones before it settled.

use std::collections::HashMap;

use crate::domain::payability::{PayabilityFacts, Settled};
use crate::domain::receipt::{Effect, Receipt, ReceiptClass, ReceiptOutcome, classify};

use super::{BookReceipt, Booked, Novelty};
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
    pub facts: PayabilityFacts,
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
fn receipt_key(receipt: &Receipt) -> String {
    let id = key_of(receipt.id.as_str());
    match receipt.outcome {
        ReceiptOutcome::Executed => id,
        ReceiptOutcome::NotExecuted => format!("{NOT_EXECUTED}{id}"),
    }
}

/// The key of the receipt of a payment by its id.
pub(super) fn key_of(id: &str) -> String {
    // An id that looks like a key of ours gets a digest too, so that no two ids share a key.
    if id.len() <= KEY_MAX && !id.starts_with(DIGEST) && !id.starts_with(NOT_EXECUTED) {
        id.to_owned()
    } else {
        format!("{DIGEST}{}", sha256(id.as_bytes()))
    }
}

pub(super) fn identity(booking: &BookReceipt) -> Identity {
    let receipt = &booking.receipt;
    (receipt.recipient.as_str().to_owned(), receipt_key(receipt))
}

pub(super) fn place(booking: &BookReceipt) -> Place {
    (booking.receipt.issuer.as_str().to_owned(), booking.receipt.notice.as_str().to_owned())
}

/// Decides on every receipt of a batch in turn; `booked_before` has those that the store holds already.
pub(super) fn decide<'a>(
    bookings: &'a [BookReceipt],
    mut notices: HashMap<Place, Known>,
    mut booked_before: HashMap<Identity, Before>,
) -> (Vec<Booked>, Vec<Entry<'a>>) {
    let mut booked = Vec::with_capacity(bookings.len());
    let mut entries = Vec::with_capacity(bookings.len());
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
    (booked, entries)
}

fn settle(notices: &mut HashMap<Place, Known>, paid_place: &Place, paid: &Known) {
    for (place, known) in notices.iter_mut() {
        let sibling = place.0 == paid_place.0 && known.iupd == paid.iupd && known.option_no != paid.option_no;
        if place == paid_place {
            known.facts.settled = Settled::ByThisNotice;
        } else if sibling && known.facts.settled == Settled::No {
            known.facts.settled = Settled::ByAnotherOption;
        }
    }
}
