//! What both versions of the receipt share: a receipt is stored and acknowledged, or asked for again.

use bytes::Bytes;
use jiff::Timestamp;

use crate::domain::fiscal_code::FiscalCode;
use crate::domain::receipt::{PaidThrough, Receipt, ReceiptClass, ReceiptOutcome, SubjectCode};
use crate::domain::rome;
use crate::store::{BookReceipt, Booked, Novelty, UnbookedMessage};
use crate::wire::DateTime;
use crate::wire::common::{OrganizationCode, Outcome as Word, Subject};
use crate::wire::pa_for_node::{Acknowledgement, Operation};

use super::Primitives;
use super::checks::{Address, Known};
use super::fault::{PaaCode, Refused};

/// The receipt is not on disk, so it must be delivered again.
#[derive(Debug)]
pub struct NotStored;

/// Stores a receipt and acknowledges it; the acknowledgement exists only after the commit.
pub async fn store(
    primitives: &Primitives,
    operation: Operation,
    receipt: Receipt,
    message: Bytes,
) -> Result<Acknowledgement, NotStored> {
    let received_at = primitives.clock.now();
    let booking = BookReceipt { receipt, primitive: operation.name(), raw: message, received_at };
    let booked = primitives.store.book_receipt(booking).await.map_err(|error| {
        tracing::error!(primitive = operation.name(), %error, "receipt not stored");
        NotStored
    })?;
    tell(operation, booked);
    Ok(Acknowledgement { outcome: Word::Ok, fault: None })
}

fn tell(operation: Operation, booked: Booked) {
    let (primitive, class) = (operation.name(), booked.class.word());
    match (booked.novelty, booked.class) {
        (Novelty::AlreadyBooked, _) => tracing::info!(primitive, class, "receipt known already"),
        (Novelty::Conflicting, _) => {
            tracing::warn!(
                primitive,
                "another receipt is booked under the same id: the message is kept aside"
            );
        }
        (Novelty::New, ReceiptClass::Matched | ReceiptClass::SecondaryBeneficiary) => {
            tracing::info!(primitive, class, "receipt booked")
        }
        (Novelty::New, _) => tracing::warn!(primitive, class, "receipt booked; a person should look at it"),
    }
}

/// Keeps the message of a receipt that is refused.
pub async fn keep_refused(
    primitives: &Primitives,
    operation: Operation,
    code: PaaCode,
    message: Bytes,
) -> Result<(), NotStored> {
    let received_at = primitives.clock.now();
    let message =
        UnbookedMessage { primitive: operation.name(), reason: code.name(), raw: message, received_at };
    primitives.store.keep_unbooked(&message).await.map_err(|error| {
        tracing::error!(primitive = operation.name(), %error, "a refused receipt could not be kept");
        NotStored
    })?;
    tracing::warn!(primitive = operation.name(), "the message of a refused receipt is kept aside");
    Ok(())
}

/// Who a receipt is for. Before one is refused for its address the registry is read again: it may be
/// seconds old, and a refusal is final.
pub async fn addressee(
    primitives: &Primitives,
    address: &Address<'_>,
) -> Result<Result<Known, Refused>, NotStored> {
    if let Ok(known) = address.parties(&primitives.registry.current()) {
        return Ok(Ok(known));
    }
    let parties = primitives.store.parties().await.map_err(|error| {
        tracing::error!(%error, "the parties could not be read again for a receipt");
        NotStored
    })?;
    primitives.registry.replace(parties);
    Ok(address.parties(&primitives.registry.current()))
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
