//! Whether the body is the response of the operation, and keeps its schema.

use super::Finding;
use super::rules::{
    ENVELOPE, PAYLOAD_ROOT, SCHEMA_MISSING, SCHEMA_REPEATED, SCHEMA_UNEXPECTED, SCHEMA_VALUE, SOAP_FAULT,
};
use crate::soap::{Limits, ResponseError, SoapFault, read_response};
use crate::wire::pa_for_node::{Operation, Response};
use crate::wire::{Position, Rule, Violation};

pub(super) fn read(operation: Operation, body: &[u8]) -> Result<Response, Finding> {
    read_response(body, operation, &Limits::default()).map_err(|error| match error {
        ResponseError::Fault(fault) => envelope(operation, &fault, body),
        ResponseError::Syntax { violation, position } => schema(&violation, position, body),
    })
}

fn envelope(operation: Operation, fault: &SoapFault, body: &[u8]) -> Finding {
    let Some((violation, position)) = &fault.detail else { return Finding::new(&ENVELOPE, "", fault.text) };
    let path = format!("/{}", violation.path());
    let root = operation.response_root().local;
    if !matches!(violation.rule(), Rule::Expected(what) if *what == root) {
        return Finding::new(&ENVELOPE, path, format!("{} (line {position})", violation.rule()));
    }
    match element_at(body, violation.offset()) {
        Some("Fault") => Finding::new(&SOAP_FAULT, format!("{path}/Fault"), "the answer is a soap:Fault"),
        Some(other) => {
            let said = format!("expected {root} in the namespace of the contract (line {position})");
            Finding::new(&PAYLOAD_ROOT, format!("{path}/{other}"), said)
        }
        None => Finding::new(&ENVELOPE, path, format!("expected {root} (line {position})")),
    }
}

fn schema(violation: &Violation, position: Position, body: &[u8]) -> Finding {
    let path = format!("/{}", violation.path());
    let said = format!("{} (line {position})", violation.rule());
    match violation.rule() {
        Rule::Expected(what) => Finding::new(&SCHEMA_MISSING, format!("{path}/{what}"), said),
        Rule::Missing(what) => Finding::new(&SCHEMA_MISSING, format!("{path}/{what}"), said),
        Rule::TooMany(_) => Finding::new(&SCHEMA_REPEATED, path, said),
        Rule::Unexpected => {
            let name = element_at(body, violation.offset());
            let path = name.map_or_else(|| path.clone(), |name| format!("{path}/{name}"));
            Finding::new(&SCHEMA_UNEXPECTED, path, said)
        }
        Rule::Attribute | Rule::Text => Finding::new(&SCHEMA_UNEXPECTED, path, said),
        Rule::Facet(_) => Finding::new(&SCHEMA_VALUE, path, said),
        Rule::WellFormed(_) | Rule::Forbidden(_) | Rule::Encoding | Rule::Limit(_) => {
            Finding::new(&ENVELOPE, path, said)
        }
    }
}

/// The local name of the start tag at a byte of the message.
fn element_at(body: &[u8], offset: usize) -> Option<&str> {
    let rest = body.get(offset..)?.strip_prefix(b"<")?;
    let end = rest.iter().position(|byte| matches!(byte, b'>' | b'/' | b' ' | b'\t' | b'\r' | b'\n'))?;
    let name = std::str::from_utf8(rest.get(..end)?).ok()?;
    let local = name.rsplit(':').next().unwrap_or(name);
    (!local.is_empty()).then_some(local)
}
