//! Messages of the payment node: from bytes to a request and back, through the SOAP 1.1 envelope.
//!
//! The payload's root element alone says which operation is meant: the SOAPAction header that senders write is
//! often wrong. A message that is no operation of ours is answered with a `soap:Fault`; one that is, but breaks
//! its schema, is handed back as [`Refusal::Syntax`] for the response of that operation to say so.

mod answer;
mod attacks;
mod document;
mod envelope;
mod fault;
pub mod legacy;
mod lenient;
mod limits;
mod relayed;

pub use answer::refusal;
pub use document::document;
pub use fault::{FaultCode, SoapFault};
pub use limits::Limits;
pub use relayed::has_receipt;

use crate::wire::pa_for_node::{Operation, Request, Response, Text35};
use crate::wire::{Name, Position, Read, Reader, Violation, Writer};

/// Why a request is not served.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is no message of ours; [`SoapFault::render`] is the answer.
    #[error("no message of ours: {0}")]
    Fault(SoapFault),
    /// The operation is known, but the message breaks its schema.
    #[error(transparent)]
    Syntax(Box<SyntaxRefusal>),
}

/// A message of a known operation that breaks the schema.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} at {position}: {violation}", operation.name())]
pub struct SyntaxRefusal {
    /// The operation that was meant, and whose response will say what is wrong.
    pub operation: Operation,
    /// The broken rule and its path, payload root first.
    pub violation: Violation,
    /// Line and column of the place.
    pub position: Position,
    /// The public body that the request names, as far as it could be read: for the `id` of the fault.
    pub id_pa: Option<Text35>,
    /// The broker that the request names, as far as it could be read.
    pub id_broker_pa: Option<Text35>,
}

impl SyntaxRefusal {
    /// What an operator needs to find the place, at most 256 characters and none of them from a value:
    /// `riga 8, colonna 27, /paVerifyPaymentNoticeReq/qrCode/noticeNumber: must match [0-9]{18}`.
    pub fn description(&self) -> String {
        let Position { line, column } = self.position;
        let (path, rule) = (self.violation.path(), self.violation.rule());
        let text = format!("riga {line}, colonna {column}, /{path}: {rule}");
        text.chars().take(256).collect()
    }
}

/// Why a response is not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResponseError {
    /// It is no SOAP message, or not the response of the operation.
    #[error("no response to the operation: {0}")]
    Fault(SoapFault),
    /// It breaks the schema of the response.
    #[error("at {position}: {violation}")]
    Syntax {
        /// The broken rule and its path.
        violation: Violation,
        /// Line and column of the place.
        position: Position,
    },
}

/// Reads a request: the envelope, the operation and the payload, all of them strictly.
///
/// The one leniency is for receipts, because the money has moved already: see `lenient`.
pub fn read_request(message: &[u8], limits: &Limits) -> Result<Request, Refusal> {
    let mut reader = envelope::open(message, limits).map_err(Refusal::Fault)?;
    let (operation, namespace) = operation(&reader).ok_or_else(|| {
        let fault = SoapFault::new(FaultCode::Client, "The message is no operation of this service");
        Refusal::Fault(fault.at(reader.broken(crate::wire::Rule::Unexpected), message))
    })?;
    if namespace != operation.request_root().namespace {
        let violation = within(operation.request_root(), reader.expected("the namespace of the service"));
        return Err(refused(operation, violation, message, limits));
    }
    let payload = decode(operation, &mut reader);
    payload.or_else(|violation| {
        lenient::read(operation, message, limits)
            .ok_or_else(|| refused(operation, in_payload(&violation), message, limits))
    })
}

/// Reads the response of an operation.
pub fn read_response(
    message: &[u8],
    operation: Operation,
    limits: &Limits,
) -> Result<Response, ResponseError> {
    let mut reader = envelope::open(message, limits).map_err(ResponseError::Fault)?;
    if !reader.is(operation.response_root()) {
        let fault = SoapFault::new(FaultCode::Client, "The message is not the response of the operation");
        return Err(ResponseError::Fault(
            fault.at(reader.expected(operation.response_root().local), message),
        ));
    }
    let response = Response::read(operation, &mut reader);
    let response = response.and_then(|response| envelope::close(&mut reader).map(|()| response));
    response.map_err(|violation| ResponseError::Syntax {
        position: violation.position(message),
        violation: in_payload(&violation),
    })
}

/// Writes a request as a whole message.
pub fn write_request(request: &Request) -> Vec<u8> {
    let mut to = Writer::new();
    open(&mut to);
    request.write(&mut to);
    close(&mut to);
    to.finish()
}

/// Writes a response as a whole message.
pub fn write_response(response: &Response) -> Vec<u8> {
    let mut to = Writer::new();
    open(&mut to);
    response.write(&mut to);
    close(&mut to);
    to.finish()
}

/// Reads payload and end of envelope, without any leniency.
fn decode(operation: Operation, reader: &mut Reader<'_>) -> Result<Request, Violation> {
    let request = Request::read(operation, reader)?;
    envelope::close(reader)?;
    Ok(request)
}

/// The operation whose request has the local name of the payload, and the namespace it was found in.
fn operation<'r>(reader: &'r Reader<'_>) -> Option<(Operation, &'r str)> {
    let (local, namespace) = reader.name()?;
    let operation = Operation::ALL.into_iter().find(|operation| operation.request_root().local == local);
    operation.map(|operation| (operation, namespace))
}

fn refused(operation: Operation, violation: Violation, message: &[u8], limits: &Limits) -> Refusal {
    let (id_pa, id_broker_pa) = parties(message, limits);
    let position = violation.position(message);
    Refusal::Syntax(Box::new(SyntaxRefusal { operation, violation, position, id_pa, id_broker_pa }))
}

/// The parties that the payload names, wherever among its children and in whatever namespace: the message
/// is broken already, and who is meant is worth a second look.
fn parties(message: &[u8], limits: &Limits) -> (Option<Text35>, Option<Text35>) {
    let (mut id_pa, mut id_broker_pa) = (None, None);
    let Ok(mut reader) = envelope::open(message, limits) else { return (id_pa, id_broker_pa) };
    let mut read = || {
        reader.enter_any()?;
        while let Some((local, _)) = reader.name() {
            match local {
                "idPA" => id_pa = Some(Text35::read(&mut reader)?),
                "idBrokerPA" => id_broker_pa = Some(Text35::read(&mut reader)?),
                _ => reader.skip()?,
            }
        }
        Ok::<(), Violation>(())
    };
    // What was found before the place that cannot be read is what there is to tell.
    let _unreadable = read();
    (id_pa, id_broker_pa)
}

/// The same violation with a path that begins at the payload.
fn in_payload(violation: &Violation) -> Violation {
    let path = violation.path();
    let path = path.strip_prefix("Envelope/Body/").unwrap_or(path);
    Violation::new(violation.rule().clone(), violation.offset(), path.to_owned())
}

fn within(root: &Name, violation: Violation) -> Violation {
    Violation::new(violation.rule().clone(), violation.offset(), root.local.to_owned())
}

/// Writes everything before a payload.
fn open(to: &mut Writer) {
    to.markup("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<soapenv:Envelope xmlns:soapenv=\"");
    to.markup(envelope::SOAP);
    to.markup("\"><soapenv:Body>");
}

/// Writes everything after a payload.
fn close(to: &mut Writer) {
    to.markup("</soapenv:Body></soapenv:Envelope>");
}
