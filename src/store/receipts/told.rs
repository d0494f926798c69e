//! What is told of a receipt: when it is booked, and when it is seen in another light.

use jiff::Timestamp;

use crate::domain::amount::Cents;
use crate::domain::event::{
    Codes, Event, Feed, NoticeFacts, OptionFacts, ReceiptChange, ReceiptFacts, Subject, Told, beside,
};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::ids::Iupd;
use crate::domain::notice_number::NoticeNumber;
use crate::domain::position::Position;
use crate::domain::receipt::{Effect, PaidThrough, ReceiptClass, ReceiptOutcome};
use crate::domain::status::Status;
use crate::store::anomalies::open::{Opening, Seen};
use crate::store::rows::{instant, optional_instant, read};
use crate::store::{StoreError, sha256};

use super::BookReceipt;
use super::decide::{Known, Settlement};

/// The columns of [`ReceiptTold`].
macro_rules! told_columns {
    () => {
        "receipt_key, receipt_id, executed, notice_number, creditor_reference, issuer, amount, fee, class, \
         settles, stand_in, paid_at, received_at, primitive, raw"
    };
}
pub(in crate::store) use told_columns;

/// The receipts of a notice of its own creditor.
pub(super) const TOLD_OF_NOTICE: &str = concat!(
    "SELECT ",
    told_columns!(),
    " FROM receipt WHERE ec = $1 AND notice_number = $2 AND issuer = $1 ORDER BY received_at, receipt_key"
);

/// What is told of a receipt that is booked.
#[derive(sqlx::FromRow)]
pub(in crate::store) struct ReceiptTold {
    pub receipt_key: String,
    receipt_id: String,
    executed: bool,
    notice_number: String,
    creditor_reference: String,
    issuer: String,
    amount: i64,
    fee: Option<i64>,
    class: String,
    settles: bool,
    stand_in: bool,
    paid_at: Option<i64>,
    pub received_at: i64,
    primitive: String,
    raw: Vec<u8>,
}

impl ReceiptTold {
    /// The event that it is of another class than before; none if it is not.
    pub(super) fn reclassified(
        self,
        position: &Position,
        class_before: Option<&str>,
        at: Timestamp,
    ) -> Result<Option<Event>, StoreError> {
        let before = class_before.and_then(ReceiptClass::from_word);
        if class_before == Some(self.class.as_str()) {
            return Ok(None);
        }
        let mut facts = self.facts()?;
        facts.class_before = before;
        facts.iupd = Some(position.iupd.clone());
        let feed = Feed::Institution(position.ec.clone());
        Ok(Some(event(feed, ReceiptChange::Reclassified, facts, at)))
    }

    /// The event that it was booked, of a receipt that was booked before events were written.
    pub(in crate::store) fn booked(self, feed: Feed) -> Result<Event, StoreError> {
        let facts = self.facts()?;
        let at = facts.received_at;
        Ok(event(feed, ReceiptChange::Booked, facts, at))
    }

    /// What a person has to look at for its sake, if it does not fit.
    pub(in crate::store) fn opening(&self, feed: &Feed) -> Result<Option<Opening>, StoreError> {
        let Feed::Institution(recipient) = feed else { return Ok(None) };
        let issuer = read(FiscalCode::new(&self.issuer), "fiscal code")?;
        let notice = read(NoticeNumber::new(&self.notice_number), "notice number")?;
        let class = ReceiptClass::from_word(&self.class).ok_or(StoreError::Corrupt { what: "class" })?;
        let seen =
            Seen { recipient, key: &self.receipt_key, id: &self.receipt_id, notice: (&issuer, notice) };
        let at = instant(self.received_at)?;
        Ok(Opening::of(&seen, class, at))
    }

    fn facts(self) -> Result<ReceiptFacts, StoreError> {
        Ok(ReceiptFacts {
            message_digest: sha256(&self.raw),
            id: self.receipt_id,
            outcome: if self.executed { ReceiptOutcome::Executed } else { ReceiptOutcome::NotExecuted },
            notice: read(NoticeNumber::new(&self.notice_number), "notice number")?,
            creditor_reference: self.creditor_reference,
            issuer: self.issuer,
            iupd: None,
            amount: read(Cents::new(self.amount), "amount")?,
            fee: self.fee.map(|fee| read(Cents::new(fee), "fee")).transpose()?,
            class: ReceiptClass::from_word(&self.class).ok_or(StoreError::Corrupt { what: "class" })?,
            class_before: None,
            settles: self.settles,
            stand_in: self.stand_in,
            paid_at: optional_instant(self.paid_at)?,
            received_at: instant(self.received_at)?,
            primitive: self.primitive,
        })
    }
}

/// What is told of a receipt that is being booked, with what becomes of its position by it.
pub(super) fn events(
    booking: &BookReceipt,
    (class, effect): (ReceiptClass, Effect),
    known: Option<&Known>,
    settlement: Settlement,
) -> Vec<Event> {
    let receipt = &booking.receipt;
    // The creditor's name of its position is not for the feed of another beneficiary.
    let own = known.filter(|_| receipt.recipient == receipt.issuer);
    let iupd = own.and_then(|known| Iupd::new(&known.iupd).ok());
    let facts = ReceiptFacts {
        id: receipt.id.as_str().to_owned(),
        outcome: receipt.outcome,
        notice: receipt.notice,
        creditor_reference: receipt.creditor_reference.clone(),
        issuer: receipt.issuer.to_string(),
        iupd: iupd.clone(),
        amount: receipt.amount,
        fee: receipt.payment.fee,
        class,
        class_before: None,
        settles: effect == Effect::SettlesNotice,
        stand_in: receipt.stand_in == PaidThrough::StandIn,
        paid_at: receipt.payment.paid_at,
        received_at: booking.received_at,
        primitive: booking.primitive.to_owned(),
        message_digest: sha256(&booking.raw),
    };
    let feed = Feed::Institution(receipt.recipient.clone());
    let mut events = vec![event(feed, ReceiptChange::Booked, facts, booking.received_at)];
    if let (Effect::SettlesNotice, Some(known), Some(iupd)) = (effect, own, iupd) {
        events.extend(settled(booking, known, iupd, settlement));
    }
    events
}

fn settled(booking: &BookReceipt, known: &Known, iupd: Iupd, settlement: Settlement) -> Vec<Event> {
    let receipt = &booking.receipt;
    let notice = NoticeFacts {
        number: receipt.notice,
        iuv: receipt.notice.iuv(),
        amount: known.facts.amount,
        due: Some(known.facts.due),
    };
    let paid = OptionFacts {
        iupd,
        // However many receipts of a commit are for a position, it is written once.
        version: known.version + 1,
        notice,
        receipt: Some(receipt.id.as_str().to_owned()),
        paid_at: Some(receipt.payment.paid_at.unwrap_or(booking.received_at)),
        reported: 0,
    };
    let status = match settlement {
        Settlement::Whole => Some(Status::Paid),
        Settlement::Part => Some(Status::PartiallyPaid),
        Settlement::NoChange => None,
    };
    beside(paid, Feed::Institution(receipt.issuer.clone()), status, booking.received_at)
}

fn event(feed: Feed, change: ReceiptChange, facts: ReceiptFacts, at: Timestamp) -> Event {
    let subject = match &facts.iupd {
        Some(iupd) => Subject::Position(iupd.clone()),
        None => Subject::Notice(facts.notice),
    };
    // The codes of another institution's notices say nothing to the keys of this one.
    let own = facts.issuer == feed.as_str();
    let codes = if own { Codes::of([&facts.notice]) } else { Codes::of_no_code() };
    Event { feed, at, subject, codes, told: Told::Receipt(change, Box::new(facts)) }
}
