//! What a message is and what is wrong with it.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use roxmltree::{Document, Node, ParsingOptions};

use super::codes;
use super::contract::{Breach, Schemas};
use super::operations::{Half, meaning, of_root, old_meaning};
use super::report::{Explanation, Place, Remark};
use crate::node::judge::{Asked, Expectations, RULES, Received, Severity, judge};
use crate::soap::{self, Limits, Refusal, ResponseError};
use crate::wire::pa_for_node::Operation;
use crate::wire::{Bounds, Position, Reader, Violation};

const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";

/// How deep documents are looked for inside one another.
const ENCLOSED: usize = 3;

/// The elements that hold documents in Base64.
const HOLDING: [&str; 7] = [
    "rpt",
    "rt",
    "datiSpecificiServizio",
    "datiSpecificiServizioRequest",
    "MBDAttachment",
    "testoAllegato",
    "er",
];

/// Explains messages against the schemas.
pub struct Explainer {
    /// The schemas.
    pub schemas: Schemas,
    /// What was asked, where an answer is explained and its request is at hand.
    pub asked: Option<Asked>,
}

impl Explainer {
    /// All about a message or a document.
    pub fn explain(&self, bytes: &[u8]) -> Explanation {
        self.document(bytes, 0)
    }

    fn document(&self, bytes: &[u8], depth: usize) -> Explanation {
        if let Err(violation) = sound(bytes) {
            let mut told =
                Explanation { what: "something that is no readable XML".to_owned(), ..Default::default() };
            let mut remark = at("well-formed", &violation, violation.position(bytes), READABLE);
            if let Some(place) = &mut remark.place {
                // Nobody knows whether these are names of the contract.
                "/".clone_into(&mut place.path);
            }
            told.remarks.push(remark);
            return told;
        }
        let text = String::from_utf8_lossy(bytes);
        let options = ParsingOptions { allow_dtd: false, nodes_limit: 100_000, ..ParsingOptions::default() };
        let Ok(document) = Document::parse_with_options(&text, options) else {
            let large = Remark {
                rule: "too-large".to_owned(),
                severity: Severity::Wrong.word(),
                place: None,
                message: "it has more elements than any message of the contract".to_owned(),
                mend: READABLE.to_owned(),
            };
            return Explanation {
                what: "XML that is too large to be explained".to_owned(),
                remarks: vec![large],
                ..Default::default()
            };
        };
        let root = document.root_element();
        let mut told = match payload(root) {
            Some(payload) => self.message(bytes, payload),
            None => self.bare(root, depth),
        };
        if depth == 0 && payload(root).is_none() && is_message(root.tag_name().name()) {
            told.remarks.push(Remark {
                rule: "envelope".to_owned(),
                severity: Severity::Wrong.word(),
                place: Some(Place::of(&[], root)),
                message: "a message travels in the Body of a SOAP 1.1 envelope, and here is none".to_owned(),
                mend: explanation("envelope").to_owned(),
            });
        }
        if depth < ENCLOSED {
            let holders = root.descendants().filter(|node| HOLDING.contains(&node.tag_name().name()));
            told.enclosed = holders.filter_map(|node| self.inside(node, depth)).collect();
        }
        told
    }

    /// The document that an element holds in Base64.
    fn inside(&self, holder: Node<'_, '_>, depth: usize) -> Option<Explanation> {
        let compact: String = holder.text()?.split_whitespace().collect();
        let inner = STANDARD.decode(compact).ok().filter(|inner| inner.starts_with(b"<"))?;
        let mut told = self.document(&inner, depth + 1);
        told.what = format!("inside {}: {}", holder.tag_name().name(), told.what);
        Some(told)
    }

    /// A SOAP message.
    fn message(&self, bytes: &[u8], payload: Node<'_, '_>) -> Explanation {
        let root = payload.tag_name().name();
        if root == "Fault" && payload.tag_name().namespace() == Some(SOAP) {
            return fault(payload);
        }
        let Some((operation, half)) = of_root(root) else {
            let mut told = self.bare(payload, 0);
            match old_meaning(root) {
                Some(meaning) => {
                    told.what = format!("{root}: {}", meaning.what);
                    told.direction = Some(meaning.direction.to_owned());
                    told.next = Some(meaning.next.to_owned());
                }
                None => told.what = format!("a SOAP message: {}", told.what),
            }
            return told;
        };
        let meaning = meaning(operation, half);
        let mut told = Explanation {
            what: format!("{root}: {}", meaning.what),
            direction: Some(meaning.direction.to_owned()),
            next: Some(meaning.next.to_owned()),
            remarks: self.schemas.breaches(payload).into_iter().map(remark).collect(),
            codes: codes_in(payload),
            ..Default::default()
        };
        match half {
            Half::Request => read_request(bytes, &mut told),
            Half::Response => self.read_response(operation, bytes, payload, &mut told),
        }
        told
    }

    /// A document without an envelope. What is enclosed may be of a schema that a service brings along.
    fn bare(&self, root: Node<'_, '_>, depth: usize) -> Explanation {
        let name = root.tag_name().name();
        if self.schemas.namespace_of(name).is_none() {
            let strange = Remark {
                rule: "payload-root".to_owned(),
                severity: Severity::Wrong.word(),
                place: Some(Place::of(&[], root)),
                message: "the element is neither a SOAP 1.1 envelope nor a root element of the contract"
                    .to_owned(),
                mend: explanation("envelope").to_owned(),
            };
            return Explanation {
                what: "XML whose root element is none of the contract's".to_owned(),
                remarks: if depth == 0 { vec![strange] } else { Vec::new() },
                codes: codes_in(root),
                ..Default::default()
            };
        }
        Explanation {
            what: format!("{name}, as a document without a SOAP envelope"),
            remarks: self.schemas.breaches(root).into_iter().map(remark).collect(),
            codes: codes_in(root),
            ..Default::default()
        }
    }

    /// What the node makes of an answer.
    fn read_response(
        &self,
        operation: Operation,
        bytes: &[u8],
        payload: Node<'_, '_>,
        told: &mut Explanation,
    ) {
        let strict = soap::read_response(bytes, operation, &Limits::default());
        if let (Err(ResponseError::Fault(fault)), true) = (&strict, told.remarks.is_empty()) {
            told.remarks.push(envelope(fault.text, fault.detail.as_ref()));
        }
        if let (Err(ResponseError::Syntax { violation, position }), true) = (&strict, told.remarks.is_empty())
        {
            told.remarks.push(at("schema", violation, *position, READABLE));
        }
        let asked = self.asked.clone().unwrap_or_else(|| Asked::about(operation, &who(payload), None));
        let content_type = "text/xml; charset=utf-8".to_owned();
        let received = Received { status: 200, content_type, body: Bytes::copy_from_slice(bytes) };
        let verdict = judge(&asked, Ok(&received), Duration::ZERO, &Expectations::default());
        told.seen_by_psp = verdict.seen_by_psp.map(|code| format!("{code} ({})", code.meaning()));
        for found in verdict.findings {
            // The schema is told of above, completely.
            if !told.remarks.is_empty()
                && (found.rule.id.starts_with("schema-") || found.rule.id == "envelope")
            {
                continue;
            }
            let path = (!found.path.is_empty()).then(|| found.path.clone());
            told.remarks.push(Remark {
                rule: found.rule.id.to_owned(),
                severity: found.rule.severity.word(),
                place: path.map(|path| locate(payload, &path)),
                message: found.message,
                mend: found.rule.explanation.to_owned(),
            });
        }
    }
}

const READABLE: &str = "Everything after this place is not looked at. SOAP 1.1 in UTF-8 is spoken, without document \
                        types and processing instructions.";

/// Whether it is XML as far as the strict reader of messages is concerned.
fn sound(bytes: &[u8]) -> Result<(), Violation> {
    let mut reader = Reader::new(bytes, Bounds::default())?;
    reader.skip()?;
    reader.finish()
}

/// Whether an element is a message, which needs an envelope, and no document that stands for itself.
fn is_message(root: &str) -> bool {
    of_root(root).is_some() || old_meaning(root).is_some()
}

/// The payload of a SOAP 1.1 message.
fn payload<'a, 'd>(root: Node<'a, 'd>) -> Option<Node<'a, 'd>> {
    let is = |node: &Node<'_, '_>, name: &str| {
        node.tag_name().name() == name && node.tag_name().namespace() == Some(SOAP)
    };
    let body = Some(root).filter(|root| is(root, "Envelope"))?.children().find(|child| is(child, "Body"))?;
    body.children().find(Node::is_element)
}

/// What only the strict reading finds: the envelope, and contradictions inside a request.
fn read_request(bytes: &[u8], told: &mut Explanation) {
    match soap::read_request(bytes, &Limits::default()) {
        Ok(_) => {}
        Err(Refusal::Fault(fault)) => told.remarks.push(envelope(fault.text, fault.detail.as_ref())),
        Err(Refusal::Syntax(refusal)) if told.remarks.is_empty() => {
            told.remarks.push(at("schema", &refusal.violation, refusal.position, READABLE));
        }
        Err(Refusal::Syntax(_)) => {}
    }
}

fn envelope(text: &str, detail: Option<&(Violation, Position)>) -> Remark {
    let place = detail.map(|(violation, position)| place(violation, *position));
    Remark {
        rule: "envelope".to_owned(),
        severity: Severity::Wrong.word(),
        place,
        message: detail
            .map_or_else(|| text.to_owned(), |(violation, _)| format!("{text}: {}", violation.rule())),
        mend: explanation("envelope").to_owned(),
    }
}

fn at(rule: &str, violation: &Violation, position: Position, mend: &str) -> Remark {
    Remark {
        rule: rule.to_owned(),
        severity: Severity::Wrong.word(),
        place: Some(place(violation, position)),
        message: violation.rule().to_string(),
        mend: mend.to_owned(),
    }
}

fn place(violation: &Violation, position: Position) -> Place {
    let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let path = format!("/{}", violation.path());
    Place { path, line: number(position.line), column: number(position.column) }
}

fn remark(breach: Breach) -> Remark {
    Remark {
        rule: breach.rule.to_owned(),
        severity: Severity::Wrong.word(),
        place: Some(breach.place),
        message: breach.message,
        mend: explanation(breach.rule).to_owned(),
    }
}

/// What the judge of answers says about a rule; it holds for requests as well.
fn explanation(rule: &str) -> &'static str {
    RULES.iter().find(|known| known.id == rule).map_or("", |known| known.explanation)
}

/// The codes of the faults in a message.
fn codes_in(root: Node<'_, '_>) -> Vec<super::report::Code> {
    let holds = |node: &Node<'_, '_>| ["faultCode", "originalFaultCode"].contains(&node.tag_name().name());
    // A name in the place of a code is not repeated: codes have an underscore.
    let form = |code: &&str| {
        code.contains('_')
            && code.len() <= 60
            && code.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
    };
    let texts = root.descendants().filter(holds).filter_map(|node| node.text().map(str::trim));
    texts.filter(form).map(|code| codes::explain(code).unwrap_or_else(|| codes::unlisted(code))).collect()
}

/// The institution that an answer names as the one that was asked.
fn who(payload: Node<'_, '_>) -> String {
    let named = |name: &str| {
        let found = payload.descendants().find(|node| node.tag_name().name() == name);
        found.and_then(|node| node.text()).map(|text| text.trim().to_owned())
    };
    named("fiscalCodePA").or_else(|| named("id")).unwrap_or_default()
}

/// The line of the element that a path leads to; that of the payload if it leads nowhere.
fn locate(payload: Node<'_, '_>, path: &str) -> Place {
    let mut node = payload;
    for name in path.trim_start_matches('/').split('/').skip(1) {
        let plain = name.split_once('[').map_or(name, |(plain, _)| plain);
        let number =
            name.split_once('[').and_then(|(_, rest)| rest.trim_end_matches(']').parse::<usize>().ok());
        let mut same = node.children().filter(|child| child.tag_name().name() == plain);
        match same.nth(number.unwrap_or(1).saturating_sub(1)) {
            Some(child) => node = child,
            None => break,
        }
    }
    let position = node.document().text_pos_at(node.range().start);
    Place { path: path.to_owned(), line: position.row, column: position.col }
}

/// A `soap:Fault`.
fn fault(payload: Node<'_, '_>) -> Explanation {
    let code = payload.children().find(|child| child.tag_name().name() == "faultcode");
    let code = code.and_then(|code| code.text()).unwrap_or_default();
    let blame = match code.rsplit(':').next().unwrap_or_default().trim() {
        "Client" => "the sender of the request: it was no message that could be read",
        "Server" => "the one who answers: it failed, and the same request may be sent again",
        "VersionMismatch" => "the sender of the request: its envelope is not of SOAP 1.1",
        "MustUnderstand" => "the sender of the request: it insists on a header that is not known",
        _ => "nobody can tell: the faultcode is none of SOAP 1.1",
    };
    Explanation {
        what: "soap:Fault: the request was not understood as a message at all".to_owned(),
        direction: Some("from whoever was asked to whoever asked".to_owned()),
        next: Some(format!(
            "the node takes it for an invalid answer (a receipt is sent again); whose fault it is: {blame}"
        )),
        remarks: vec![Remark {
            rule: "soap-fault".to_owned(),
            severity: Severity::Wrong.word(),
            place: Some(Place::of(&["Fault".to_owned()], payload)),
            message: "the answer is a soap:Fault".to_owned(),
            mend: explanation("soap-fault").to_owned(),
        }],
        codes: codes_in(payload),
        ..Default::default()
    }
}
