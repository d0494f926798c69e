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
    let (path, root) = (place(violation), operation.response_root().local);
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
    let path = place(violation);
    let said = format!("{} (line {position})", violation.rule());
    let there = element_at(body, violation.offset());
    let with_there = || there.map_or_else(|| path.clone(), |name| format!("{path}/{name}"));
    match violation.rule() {
        // What is missed comes later: then it is what stands here that does not belong.
        Rule::Expected(what) if there.is_some() && follows(body, violation.offset(), what) => {
            Finding::new(&SCHEMA_UNEXPECTED, with_there(), said)
        }
        Rule::Expected(what) => Finding::new(&SCHEMA_MISSING, format!("{path}/{what}"), said),
        Rule::Missing(what) => Finding::new(&SCHEMA_MISSING, format!("{path}/{what}"), said),
        Rule::TooMany(_) => Finding::new(&SCHEMA_REPEATED, with_there(), said),
        Rule::Unexpected => Finding::new(&SCHEMA_UNEXPECTED, with_there(), said),
        Rule::Attribute | Rule::Text => Finding::new(&SCHEMA_UNEXPECTED, path, said),
        Rule::Facet(_) => Finding::new(&SCHEMA_VALUE, path, said),
        Rule::WellFormed(_) | Rule::Forbidden(_) | Rule::Encoding | Rule::Limit(_) => {
            Finding::new(&ENVELOPE, path, said)
        }
    }
}

/// The path of a violation, empty at the very outside.
fn place(violation: &Violation) -> String {
    if violation.path().is_empty() { String::new() } else { format!("/{}", violation.path()) }
}

/// The local name of the start tag at a byte of the message.
fn element_at(body: &[u8], offset: usize) -> Option<&str> {
    std::str::from_utf8(body.get(offset..)?).ok().and_then(name_of)
}

/// The local name of the start tag with which a text begins.
fn name_of(tag: &str) -> Option<&str> {
    let name = tag.strip_prefix('<')?.split(['>', '/', ' ', '\t', '\r', '\n']).next()?;
    let local = name.rsplit(':').next().unwrap_or(name);
    (!local.is_empty()).then_some(local)
}

/// Whether an element of that name comes behind the one at a byte of the message, before their parent ends.
fn follows(body: &[u8], offset: usize, name: &str) -> bool {
    let Some(mut rest) = body.get(offset..).and_then(|rest| std::str::from_utf8(rest).ok()) else {
        return false;
    };
    let mut depth = 0_usize;
    while let Some((_, tag)) = rest.split_once('<').map(|(before, _)| rest.split_at(before.len())) {
        let closed = match tag {
            _ if tag.starts_with("<!--") => tag.split_once("-->"),
            _ if tag.starts_with("<![CDATA[") => tag.split_once("]]>"),
            _ => tag.split_once('>'),
        };
        let Some((inside, after)) = closed else { return false };
        rest = after;
        if inside.starts_with("</") {
            let Some(outer) = depth.checked_sub(1) else { return false };
            depth = outer;
        } else if !inside.starts_with("<!") && !inside.starts_with("<?") {
            if depth == 0 && name_of(tag) == Some(name) {
                return true;
            }
            depth += usize::from(!inside.ends_with('/'));
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_is_looked_for_among_the_next_elements_only() {
        let body = b"<r><a/><x:b y='1'><d/></x:b><!-- <c> --><![CDATA[<c>]]></r><c/>";
        for (name, there) in [("a", true), ("b", true), ("c", false), ("d", false), ("e", false)] {
            assert_eq!(follows(body, 3, name), there, "{name}");
        }
        assert_eq!(element_at(body, 7), Some("b"));
        assert_eq!(
            (element_at(body, 0), element_at(body, 8), element_at(body, 999)),
            (Some("r"), None, None)
        );
        assert!(!follows(b"<a><b", 0, "b") && !follows(b"", 3, "b"));
    }
}
