//! What both versions of the receipt share: a receipt is stored and acknowledged, or asked for again.

use bytes::Bytes;
use jiff::Timestamp;
use tokio::time::timeout;

use crate::domain::fiscal_code::FiscalCode;
use crate::domain::receipt::{PaidThrough, Receipt, ReceiptOutcome};
use crate::domain::rome;
use crate::store::{BookReceipt, Novelty};
use crate::wire::DateTime;
use crate::wire::common::{OrganizationCode, Outcome as Word};
use crate::wire::pa_for_node::{Acknowledgement, Operation};

use super::Primitives;

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
    match timeout(primitives.deadlines.receipt, primitives.store.book_receipt(booking)).await {
        Ok(Ok(booked)) => {
            let again = booked.novelty == Novelty::AlreadyBooked;
            tracing::info!(
                primitive = operation.name(),
                class = booked.class.word(),
                again,
                "receipt stored"
            );
            Ok(Acknowledgement { outcome: Word::Ok, fault: None })
        }
        Ok(Err(error)) => {
            tracing::error!(primitive = operation.name(), %error, "receipt not stored");
            Err(NotStored)
        }
        Err(_elapsed) => {
            tracing::error!(primitive = operation.name(), "receipt not stored in time");
            Err(NotStored)
        }
    }
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
