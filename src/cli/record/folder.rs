//! Writes exchanges into a folder, masked, in the form that `varco replay` reads.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use jiff::Timestamp;
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderMap};

use crate::cli::Failure;
use crate::domain::clock::Clock;
use crate::node::client::Outgoing;
use crate::recording::mask::{Masked, Masker};
use crate::recording::session::{Half, MANIFEST, Session, Step};
use crate::wire::pa_for_node::Operation;

/// A request on its way.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Its method.
    pub method: Method,
    /// Its headers, without those of the connection.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

/// The place of an exchange in the session.
#[derive(Clone, Copy, Debug)]
pub struct Turn {
    number: usize,
    at: Timestamp,
}

/// The folder of a session that is being recorded.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
    clock: Clock,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    masker: Masker,
    session: Session,
    turns: usize,
    trouble: Option<String>,
}

impl Folder {
    /// Makes the folder, or takes an empty one: a session that is there already is not written over.
    pub fn open(root: &Path, masker: Masker, clock: Clock) -> Result<Self, Failure> {
        let named =
            |reason: &dyn std::fmt::Display| Failure::unusable(format!("{}: {reason}", root.display()));
        fs::create_dir_all(root).map_err(|error| named(&error))?;
        if fs::read_dir(root).map_err(|error| named(&error))?.next().is_some() {
            return Err(named(&"is not empty"));
        }
        let session = Session::begun(clock.now());
        let state = Mutex::new(State { masker, session, turns: 0, trouble: None });
        Ok(Folder { root: root.to_owned(), clock, state })
    }

    /// The place of the exchange that begins now.
    pub fn turn(&self) -> Turn {
        let mut state = self.state();
        state.turns += 1;
        Turn { number: state.turns, at: self.clock.now() }
    }

    /// Writes an exchange down.
    pub fn answered(&self, turn: Turn, asked: &Asked, status: u16, body: &[u8]) {
        self.keep(turn, asked, Some((status, body)));
    }

    /// Writes a request down that got no answer.
    pub fn unanswered(&self, turn: Turn, asked: &Asked) {
        self.keep(turn, asked, None);
    }

    /// What was recorded until now.
    pub fn session(&self) -> Session {
        self.state().session.clone()
    }

    /// The first thing that could not be written.
    pub fn trouble(&self) -> Option<String> {
        self.state().trouble.clone()
    }

    fn keep(&self, turn: Turn, asked: &Asked, answer: Option<(u16, &[u8])>) {
        let took = self.clock.now().duration_since(turn.at);
        let mut guard = self.state();
        let state = &mut *guard;
        let begun = state.session.recorded_at;
        let masked = state.masker.mask(&asked.body);
        let operation = masked.as_ref().map_or_else(|_| "unknown".to_owned(), Masked::operation);
        let mut step = Step {
            file: format!("{:03}-{operation}", turn.number),
            operation,
            after_ms: millis(turn.at.duration_since(begun)),
            took_ms: millis(took),
            status: answer.map(|(status, _)| status),
            request_withheld: masked.as_ref().err().map(ToString::to_string),
            answer_withheld: None,
        };
        let mut files = Vec::new();
        if let Ok(masked) = masked {
            state.session.note(turn.number, Half::Asked, &masked.seen);
            files.push((format!("{}.request.xml", step.file), masked.bytes));
        }
        if let Some((status, body)) = answer {
            let masked = if body.is_empty() { None } else { Some(state.masker.mask(body)) };
            let written = match masked {
                Some(Ok(masked)) => {
                    state.session.note(turn.number, Half::Answered, &masked.seen);
                    masked.bytes
                }
                Some(Err(reason)) => {
                    step.answer_withheld = Some(reason.to_string());
                    Vec::new()
                }
                None => Vec::new(),
            };
            let directives = directives(status, asked, &step.operation);
            files.push((format!("{}.response.xml", step.file), with_directives(&written, &directives)));
        }
        state.session.steps.push(step);
        state.session.settle();
        if let Err(error) = self.write(&state.session, files) {
            state.trouble.get_or_insert(error);
        }
    }

    fn write(&self, session: &Session, mut files: Vec<(String, Vec<u8>)>) -> Result<(), String> {
        let manifest = session.write().map_err(|error| error.to_string())?;
        files.push((MANIFEST.to_owned(), manifest.into_bytes()));
        for (name, bytes) in files {
            let file = self.root.join(name);
            fs::write(&file, bytes).map_err(|error| format!("{}: {error}", file.display()))?;
        }
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn millis(duration: jiff::SignedDuration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or_default()
}

/// What a replay must know besides the body, as comments that it understands.
fn directives(status: u16, asked: &Asked, operation: &str) -> String {
    let mut directives = String::new();
    if status != 200 {
        directives.push_str(&format!("<!-- status: {status} -->\n"));
    }
    let usual = Outgoing::soap(operation, Bytes::new());
    for name in [CONTENT_TYPE.as_str(), "SOAPAction"] {
        let sent = asked.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let expected = usual.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        let same = expected.is_some_and(|(_, value)| value.eq_ignore_ascii_case(sent));
        let harmless = if name == "SOAPAction" { is_operation(sent) } else { is_type_of_xml(sent) };
        if !same && harmless {
            directives.push_str(&format!("<!-- send: {name}: {sent} -->\n"));
        }
    }
    directives
}

/// Whether a `Content-Type` names a type, and a charset at most. Anything may stand in other parameters.
fn is_type_of_xml(value: &str) -> bool {
    const TYPES: [&str; 7] = [
        "text/xml",
        "application/xml",
        "application/soap+xml",
        "text/plain",
        "text/html",
        "application/json",
        "application/octet-stream",
    ];
    const CHARSETS: [&str; 5] = ["utf-8", "utf8", "us-ascii", "iso-8859-1", "windows-1252"];
    let value = value.to_ascii_lowercase();
    let mut parts = value.split(';').map(str::trim);
    let kind = parts.next().unwrap_or_default();
    (kind.is_empty() || TYPES.contains(&kind))
        && parts.all(|part| {
            let charset = part.strip_prefix("charset=").map(|charset| charset.trim_matches(['"', '\'']));
            part.is_empty() || charset.is_some_and(|charset| CHARSETS.contains(&charset))
        })
}

/// The operations of the old interface (WSDLs of the node and of creditors, SANP 2).
const OLD: [&str; 13] = [
    "paaVerificaRPT",
    "paaAttivaRPT",
    "paaInviaRT",
    "paaChiediNumeroAvviso",
    "paaInviaEsitoStorno",
    "paaInviaRichiestaRevoca",
    "nodoInviaRPT",
    "nodoInviaCarrelloRPT",
    "nodoChiediStatoRPT",
    "nodoChiediCopiaRT",
    "nodoChiediListaPendentiRPT",
    "nodoChiediElencoFlussiRendicontazione",
    "nodoChiediFlussoRendicontazione",
];

/// Whether a `SOAPAction` is empty or names an operation, in one of the ways in which people write that.
fn is_operation(value: &str) -> bool {
    let name = value.trim_matches('"');
    let name = ["Request", "Req"].iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name);
    let known = Operation::ALL.iter().any(|operation| operation.name() == name);
    name.is_empty() || known || OLD.contains(&name)
}

/// The comments belong behind the declaration, which must come first.
fn with_directives(body: &[u8], directives: &str) -> Vec<u8> {
    let text = String::from_utf8_lossy(body);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    match text.split_once("?>").filter(|(declaration, _)| declaration.starts_with("<?xml")) {
        Some((declaration, rest)) => format!("{declaration}?>\n{directives}{}", rest.trim_start()),
        None => format!("{directives}{text}"),
    }
    .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_special_about_an_exchange_stands_behind_the_declaration() {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, "application/xml".parse().unwrap());
        headers.insert("soapaction", "\"paVerifyPaymentNotice\"".parse().unwrap());
        let asked = Asked { method: Method::POST, headers, body: Bytes::new() };
        let found = directives(500, &asked, "paVerifyPaymentNotice");
        assert_eq!(found, "<!-- status: 500 -->\n<!-- send: content-type: application/xml -->\n");
        let written = with_directives(b"<?xml version='1.0'?>\n<a/>", &found);
        assert_eq!(String::from_utf8(written).unwrap(), format!("<?xml version='1.0'?>\n{found}<a/>"));
    }

    #[test]
    fn headers_that_may_say_more_are_not_written() {
        assert!(
            is_operation("\"paGetPayment\"") && is_operation("") && is_operation("paVerifyPaymentNoticeReq")
        );
        assert!(is_type_of_xml("text/xml; charset=ISO-8859-1") && is_type_of_xml(""));
        for said in ["Mario Rossi", "RSSMRA80A01H501U", "paRSSMRA80A01H501U", "\"pa Mario Rossi\""] {
            assert!(!is_operation(said), "{said}");
        }
        for said in ["text/xml; name=Mario Rossi", "text/xml; charset=Mario", "application/Rossi", "Rossi"] {
            assert!(!is_type_of_xml(said), "{said}");
        }
    }
}
