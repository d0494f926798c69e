//! What both versions of the receipt share: a receipt is stored and acknowledged, or asked for again.

use bytes::Bytes;
use jiff::Timestamp;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;

use crate::domain::anomaly::AnomalyKind;
use crate::domain::event::Feed;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::notice_number::NoticeNumber;
use crate::domain::receipt::{PaidThrough, Receipt, ReceiptOutcome, SubjectCode};
use crate::domain::rome;
use crate::store::{BookReceipt, Booked, NamedReceipt, Novelty, UnbookedMessage};
use crate::wire::DateTime;
use crate::wire::common::{OrganizationCode, Outcome as Word, Subject, Text35};
use crate::wire::pa_for_node::{Acknowledgement, Operation, Request};

use super::checks::{Address, Known};
use super::fault::{PaaCode, Refused};
use super::{Primitives, routed};

/// The receipt is not on disk, so it must be delivered again.
#[derive(Debug)]
pub struct NotStored;

/// A count by the value of one label.
type LabelledCount = Family<[(&'static str, &'static str); 1], Counter>;

/// How many receipts came.
#[derive(Clone, Debug, Default)]
pub struct ReceiptCounts {
    /// New ones, by `class`.
    pub booked: LabelledCount,
    /// Messages that brought none, by `reason`: `known`, `conflicting` or `refused`.
    pub not_booked: LabelledCount,
}

impl ReceiptCounts {
    fn not_booked(&self, reason: &'static str) {
        self.not_booked.get_or_create(&[("reason", reason)]).inc();
    }

    fn count(&self, booked: Booked) {
        match booked.novelty {
            Novelty::New => drop(self.booked.get_or_create(&[("class", booked.class.word())]).inc()),
            Novelty::AlreadyBooked => self.not_booked("known"),
            Novelty::Conflicting => self.not_booked("conflicting"),
        }
    }
}

/// Stores a receipt and acknowledges it; the acknowledgement exists only after the commit.
pub async fn store(
    primitives: &Primitives,
    operation: Operation,
    receipt: Receipt,
    message: Bytes,
) -> Result<Acknowledgement, NotStored> {
    let received_at = primitives.clock.now();
    let deliver_to = routed::recipient(primitives, &receipt, received_at).await?;
    let booking = BookReceipt { receipt, primitive: operation.name(), raw: message, received_at, deliver_to };
    let booked = primitives.store.book_receipt(booking).await.map_err(|error| {
        tracing::error!(primitive = operation.name(), %error, "receipt not stored");
        NotStored
    })?;
    primitives.receipts.count(booked);
    tell(operation, booked);
    Ok(Acknowledgement { outcome: Word::Ok, fault: None })
}

fn tell(operation: Operation, booked: Booked) {
    let (primitive, class) = (operation.name(), booked.class.word());
    match (booked.novelty, AnomalyKind::of(booked.class)) {
        (Novelty::AlreadyBooked, _) => tracing::info!(primitive, class, "receipt known already"),
        (Novelty::Conflicting, _) => {
            tracing::warn!(
                primitive,
                "another receipt is booked under the same id: the message is kept aside"
            );
        }
        (Novelty::New, None) => tracing::info!(primitive, class, "receipt booked"),
        (Novelty::New, Some(_)) => {
            tracing::warn!(primitive, class, "receipt booked; a person should look at it");
        }
    }
}

/// What a message that is refused names, as far as it could be read.
#[derive(Clone, Debug, Default)]
pub struct Names<'a> {
    /// The creditor institution (`idPA`).
    pub id_pa: Option<&'a Text35>,
    /// The receipt.
    pub receipt: Option<NamedReceipt>,
}

/// What a request names that brings a receipt; nothing of any other.
pub fn names(request: &Request) -> Names<'_> {
    macro_rules! named {
        ($request:expr) => {{
            let receipt = &$request.receipt;
            let issuer = FiscalCode::new(receipt.fiscal_code.as_str()).ok();
            let number = NoticeNumber::new(receipt.notice_number.as_str()).ok();
            let receipt = NamedReceipt {
                id: receipt.receipt_id.as_str().to_owned(),
                outcome: outcome(receipt.outcome),
                notice: issuer.zip(number),
            };
            Names { id_pa: Some(&$request.id_pa), receipt: Some(receipt) }
        }};
    }
    match request {
        Request::PaSendRT(request) => named!(request),
        Request::PaSendRTV2(request) => named!(request),
        Request::PaDemandPaymentNotice(_)
        | Request::PaGetPayment(_)
        | Request::PaGetPaymentV2(_)
        | Request::PaVerifyPaymentNotice(_) => Names::default(),
    }
}

/// Keeps the message of a receipt that is refused, for the institution that it names if that is one of ours.
pub async fn keep_refused(
    primitives: &Primitives,
    operation: Operation,
    code: PaaCode,
    message: Bytes,
    names: Names<'_>,
) -> Result<(), NotStored> {
    let registry = primitives.registry.current();
    let ec = names.id_pa.and_then(|id| FiscalCode::new(id.as_str().trim()).ok());
    let ec = ec.filter(|ec| registry.institution(ec).is_some());
    let message = UnbookedMessage {
        primitive: operation.name(),
        reason: code.name(),
        raw: message,
        received_at: primitives.clock.now(),
        feed: ec.map_or(Feed::Gateway, Feed::Institution),
        names: names.receipt,
    };
    primitives.store.keep_unbooked(&message).await.map_err(|error| {
        tracing::error!(primitive = operation.name(), %error, "a refused receipt could not be kept");
        NotStored
    })?;
    primitives.receipts.not_booked("refused");
    tracing::warn!(primitive = operation.name(), "the message of a refused receipt is kept aside");
    Ok(())
}

/// Who a receipt is for. Before one is refused for its address the registry is read again: it may be
/// seconds old, and a refusal is final.
pub async fn addressee(
    primitives: &Primitives,
    address: &Address<'_>,
) -> Result<Result<Known, Refused>, NotStored> {
    if let Ok(known) = address.parties_of_receipt(&primitives.registry.current()) {
        return Ok(Ok(known));
    }
    let parties = primitives.store.parties().await.map_err(|error| {
        tracing::error!(%error, "the parties could not be read again for a receipt");
        NotStored
    })?;
    primitives.registry.replace(parties);
    Ok(address.parties_of_receipt(&primitives.registry.current()))
}

/// Whether the payment was carried out.
pub fn outcome(word: Word) -> ReceiptOutcome {
    match word {
        Word::Ok => ReceiptOutcome::Executed,
        Word::Ko => ReceiptOutcome::NotExecuted,
    }
}

/// Who answered the payment service provider.
pub fn paid_through(stand_in: Option<bool>) -> PaidThrough {
    match stand_in {
        Some(true) => PaidThrough::StandIn,
        Some(false) | None => PaidThrough::Station,
    }
}

/// The instant of a date and time; without an offset it is the wall clock of Italy.
pub fn instant(moment: DateTime) -> Option<Timestamp> {
    let instant = match moment.offset() {
        Some(offset) => offset.to_timestamp(moment.moment()).ok()?,
        None => rome::instant(moment.moment())?,
    };
    Timestamp::from_microsecond(instant.as_microsecond()).ok()
}

/// A fiscal code that the contract has already checked; its form is the domain's own.
pub fn fiscal_code(code: &OrganizationCode) -> Result<FiscalCode, NotStored> {
    FiscalCode::new(code.as_str()).map_err(|_| NotStored)
}

/// Who a debtor or payer is.
pub fn subject_code(subject: &Subject) -> SubjectCode {
    SubjectCode::new(subject.unique_identifier.entity_unique_identifier_value.as_str())
}

/// The facts that both versions of the receipt spell the same.
macro_rules! receipt_facts {
    ($known:expr, $receipt:expr, $transfers:expr) => {
        $crate::domain::receipt::Receipt {
            recipient: $known.ec,
            broker: $known.broker,
            station: $known.station,
            id: $crate::domain::ids::ReceiptId::new($receipt.receipt_id.as_str()),
            notice: $crate::domain::notice_number::NoticeNumber::new($receipt.notice_number.as_str())
                .map_err(|_| $crate::primitive::receipt::NotStored)?,
            issuer: $crate::primitive::receipt::fiscal_code(&$receipt.fiscal_code)?,
            creditor_reference: $receipt.creditor_reference_id.as_str().to_owned(),
            outcome: $crate::primitive::receipt::outcome($receipt.outcome),
            amount: $receipt.payment_amount.cents(),
            subject: $crate::domain::receipt::ReceiptSubject {
                debtor: $crate::primitive::receipt::subject_code(&$receipt.debtor),
                payer: $receipt.payer.as_ref().map($crate::primitive::receipt::subject_code),
                description: $crate::domain::receipt::FreeText::new($receipt.description.as_str()),
                company_name: $receipt.company_name.as_str().to_owned(),
            },
            payment: $crate::domain::receipt::PaymentDetails {
                paid_at: $receipt.payment_date_time.and_then($crate::primitive::receipt::instant),
                application_date: $receipt.application_date.map(|date| date.day()),
                transfer_date: $receipt.transfer_date.map(|date| date.day()),
                method: $receipt.payment_method.as_ref().map(|method| method.as_str().to_owned()),
                fee: $receipt.fee.map(|fee| fee.cents()),
                psp: $receipt.id_psp.as_str().to_owned(),
                psp_fiscal_code: $receipt.psp_fiscal_code.as_ref().map(|code| code.as_str().to_owned()),
                psp_name: $receipt.psp_company_name.as_str().to_owned(),
                channel: $receipt.id_channel.as_str().to_owned(),
            },
            transfers: $transfers,
            stand_in: $crate::primitive::receipt::paid_through($receipt.stand_in),
        }
    };
}
pub(super) use receipt_facts;
