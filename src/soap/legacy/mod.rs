//! Messages of the old interface: a payload, and for some operations a block of the header that names the attempt
//! to pay.
//!
//! Both sides of all four services are read and written here: the gateway asks a partner (`paa*`) and is asked by it
//! (`nodo*`). Old systems are read leniently ([`crate::wire::Reader::leniently`]); what is written is strict.

mod fault;
mod service;
mod signature;

pub use fault::{NODE, PptCode, refusal};
pub use service::Service;
pub use signature::is_unsigned;

use super::{FaultCode, Limits, ResponseError, SoapFault, envelope};
use crate::wire::{Name, Position, Reader, Rule, Violation, Writer};

/// Why a request of an old system is not served.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal<S> {
    /// It is no message of the service; [`SoapFault::render`] is the answer.
    #[error("no message of the service: {0}")]
    Fault(SoapFault),
    /// The operation is known, but the message breaks its schema.
    #[error("at {position}: {violation}")]
    Syntax {
        /// The operation that was meant.
        operation: S,
        /// The broken rule and its path, which begins with `Header` or with the payload.
        violation: Violation,
        /// Line and column of the place.
        position: Position,
    },
}

/// Reads a request of a service: the envelope, the block of the header and the payload.
pub fn read_request<S: Service>(message: &[u8], limits: &Limits) -> Result<S::Request, Refusal<S>> {
    let known: Vec<&Name> = S::all().iter().filter_map(|operation| operation.header_root()).collect();
    let body = envelope::open_knowing(message, limits, &known).map_err(Refusal::Fault)?;
    let operation = operation_at::<S>(&body).ok_or_else(|| {
        let fault = SoapFault::new(FaultCode::Client, "The message is no operation of this service");
        Refusal::Fault(fault.at(body.broken(Rule::Unexpected), message))
    })?;
    let header = match operation.header_root() {
        Some(block) => envelope::header_block(message, limits, block),
        None => envelope::open_knowing(message, limits, &known),
    };
    let (mut header, mut body) = (header.map_err(Refusal::Fault)?.leniently(), body.leniently());
    let request = operation.read_request(&mut header, &mut body);
    let request = request.and_then(|request| envelope::close(&mut body).map(|()| request));
    request.map_err(|violation| Refusal::Syntax {
        operation,
        position: violation.position(message),
        violation: shortened(&violation),
    })
}

/// Reads the response of an operation.
pub fn read_response<S: Service>(
    message: &[u8],
    operation: S,
    limits: &Limits,
) -> Result<S::Response, ResponseError> {
    let body = envelope::open(message, limits).map_err(ResponseError::Fault)?;
    let mut body = body.leniently();
    if !body.is(operation.response_root()) {
        let fault = SoapFault::new(FaultCode::Client, "The message is not the response of the operation");
        let violation = body.expected(operation.response_root().local);
        return Err(ResponseError::Fault(fault.at(violation, message)));
    }
    let response = operation.read_response(&mut body);
    let response = response.and_then(|response| envelope::close(&mut body).map(|()| response));
    response.map_err(|violation| ResponseError::Syntax {
        position: violation.position(message),
        violation: shortened(&violation),
    })
}

/// Writes a request as a whole message.
pub fn write_request<S: Service>(request: &S::Request) -> Vec<u8> {
    let mut to = Writer::new();
    to.markup("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<soapenv:Envelope xmlns:soapenv=\"");
    to.markup(envelope::SOAP);
    to.markup("\"><soapenv:Header>");
    S::write_header(request, &mut to);
    to.markup("</soapenv:Header><soapenv:Body>");
    S::write_request(request, &mut to);
    super::close(&mut to);
    to.finish()
}

/// Writes a response as a whole message.
pub fn write_response<S: Service>(response: &S::Response) -> Vec<u8> {
    let mut to = Writer::new();
    super::open(&mut to);
    S::write_response(response, &mut to);
    super::close(&mut to);
    to.finish()
}

/// The operation whose request is called like the payload. SOAPAction is not asked: old systems write what they like.
fn operation_at<S: Service>(reader: &Reader<'_>) -> Option<S> {
    let (local, _) = reader.name()?;
    S::all().iter().copied().find(|operation| operation.request_root().local == local)
}

/// The same violation with a path that begins with `Header` or with the payload.
fn shortened(violation: &Violation) -> Violation {
    let path = violation.path();
    let path = path.strip_prefix("Envelope/Body/").or_else(|| path.strip_prefix("Envelope/")).unwrap_or(path);
    Violation::new(violation.rule().clone(), violation.offset(), path.to_owned())
}
