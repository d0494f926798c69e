//! One receipt, handed to a partner that speaks the node's own primitives: the message of the node as it came.

use std::time::Duration;

use crate::domain::routing::Partner;
use crate::partner::exchange::{Again, Ask, Exchange, Which};
use crate::partner::failure::PartnerFailure;
use crate::soap::{self, DUPLICATE_RECEIPT, Limits};
use crate::store::Letter;
use crate::wire::pa_for_node::{Acknowledgement, Operation, Outcome, Response};

use super::HandedOver;

/// Hands a receipt over.
pub(super) async fn relay(
    exchange: &Exchange,
    letter: &Letter,
    partner: &Partner,
    deadline: Duration,
) -> HandedOver {
    let named = letter.message.as_ref().and_then(|(operation, message)| Some((named(operation)?, message)));
    let Some((operation, message)) = named else {
        return HandedOver::failed("the message of the receipt is not here");
    };
    let ask = Ask { which: Which::Rt, action: operation.soap_action(), again: Again::Never };
    let answer = match exchange.post(partner, ask, message.clone().into(), deadline).await {
        Ok(answer) => answer,
        Err(failure) => return HandedOver::failed(format!("the partner {failure}")),
    };
    let read = soap::read_response(&answer, operation, &Limits::default());
    match read.map_err(PartnerFailure::from) {
        Ok(Response::PaSendRT(answer) | Response::PaSendRTV2(answer)) => said(&answer),
        Ok(_) => failed(exchange, partner, &PartnerFailure::NoResponse),
        Err(failure) => failed(exchange, partner, &failure),
    }
}

fn failed(exchange: &Exchange, partner: &Partner, failure: &PartnerFailure) -> HandedOver {
    exchange.invalid(partner, failure);
    HandedOver::failed(format!("the partner {failure}"))
}

fn named(operation: &str) -> Option<Operation> {
    Operation::ALL.into_iter().find(|known| known.name() == operation)
}

/// Who says OK has it, and who says that it had it before.
fn said(answer: &Acknowledgement) -> HandedOver {
    let code = answer.fault.as_ref().map(|fault| fault.fault_code.as_str());
    match (answer.outcome, code) {
        (Outcome::Ok, _) | (Outcome::Ko, Some(DUPLICATE_RECEIPT)) => HandedOver::taken(),
        (Outcome::Ko, Some(code)) if is_code(code) => HandedOver::refused(code),
        // Whatever it says there may be personal data.
        (Outcome::Ko, _) => HandedOver::refused("KO"),
    }
}

fn is_code(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}
