//! Payloads without an envelope.

use varco::wire::pa_for_node::{Operation, Request, Response};
use varco::wire::{Bounds, Reader, Violation};

/// A request, read as what its root says.
pub fn request(payload: &str) -> Result<Request, Violation> {
    let mut reader = Reader::new(payload.as_bytes(), Bounds::default())?;
    let at = Operation::ALL.into_iter().find(|operation| reader.is(operation.request_root()));
    let request = Request::read(at.ok_or_else(|| reader.expected("a request"))?, &mut reader)?;
    reader.finish().map(|()| request)
}

/// A response, read as what its root says.
pub fn response(payload: &str) -> Result<Response, Violation> {
    let mut reader = Reader::new(payload.as_bytes(), Bounds::default())?;
    let at = Operation::ALL.into_iter().find(|operation| reader.is(operation.response_root()));
    let response = Response::read(at.ok_or_else(|| reader.expected("a response"))?, &mut reader)?;
    reader.finish().map(|()| response)
}
