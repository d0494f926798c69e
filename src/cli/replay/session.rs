//! Plays a recorded session: in order, with the values of the target in the place of those of the recording.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;

use super::case::{directives, operation};
use super::compare::{self, Answered};
use super::report::Verdict;
use super::xml::{Element, parse};
use crate::cli::Failure;
use crate::domain::clock::Clock;
use crate::domain::randomness::Randomness;
use crate::node::client::{Client, Outgoing};
use crate::node::placeholder;
use crate::recording::fields::Kind;
use crate::recording::rebind::{Bindings, Given};
use crate::recording::rewrite::Spot;
use crate::recording::session::{MANIFEST, Session, Step};

/// A session that is ready to be played.
pub struct Recorded {
    folder: PathBuf,
    suite: String,
    session: Session,
    bindings: Bindings,
}

/// What a session is played with, besides the values that it is given.
pub struct Player<'c> {
    /// Where the requests go.
    pub client: &'c mut Client,
    /// What is told about each exchange.
    pub tell: &'c mut dyn FnMut(&Verdict) -> Result<(), Failure>,
}

/// Whether a path is the folder of a recorded session.
pub fn is_session(path: &Path) -> bool {
    path.join(MANIFEST).is_file()
}

impl Recorded {
    /// Reads a session, and checks that all it asks for is given.
    pub fn load(folder: &Path, given: &Given, clock: &Clock) -> Result<Self, Failure> {
        let manifest = folder.join(MANIFEST);
        let text = fs::read_to_string(&manifest).map_err(|error| wrong(&manifest, error))?;
        let session = Session::read(&text).map_err(|error| wrong(&manifest, error))?;
        let bindings = Bindings::new(&session, given, clock.now(), random()?).map_err(|unbound| {
            let all: Vec<String> = unbound.iter().map(ToString::to_string).collect();
            wrong(&manifest, all.join("\n"))
        })?;
        let named = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        let suite = named.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Recorded { folder: folder.to_owned(), suite, session, bindings })
    }

    /// Sends its requests one after the other.
    pub async fn play(mut self, player: &mut Player<'_>) -> Result<Vec<Verdict>, Failure> {
        let mut verdicts = Vec::with_capacity(self.session.steps.len());
        for step in self.session.steps.clone() {
            let verdict = self.step(&step, player.client).await?;
            (player.tell)(&verdict)?;
            verdicts.push(verdict);
        }
        Ok(verdicts)
    }

    async fn step(&mut self, step: &Step, client: &mut Client) -> Result<Verdict, Failure> {
        let reason = match (&step.request_withheld, step.status) {
            (Some(reason), _) => Some(format!("its request was not written down: {reason}")),
            (None, None) => Some("it got no answer when it was recorded".to_owned()),
            _ => None,
        };
        if reason.is_some() {
            return Ok(Verdict { skipped: reason, ..Verdict::begun(&self.suite, &step.file) });
        }
        let asked = self.folder.join(format!("{}.request.xml", step.file));
        let answered = self.folder.join(format!("{}.response.xml", step.file));
        let recorded = fs::read(&asked).map_err(|error| wrong(&asked, error))?;
        let expected = fs::read_to_string(&answered).map_err(|error| wrong(&answered, error))?;
        let body = self.bindings.request(&recorded).map_err(|error| wrong(&asked, error))?;
        let mut request = Outgoing::soap(&operation(&body).unwrap_or_default(), Bytes::from(body));
        let status = directives(&expected, &mut request).map_err(|error| wrong(&answered, error))?;
        let expected = parse(&expected).map_err(|error| wrong(&answered, error))?;

        let answer = client.send(&request).await;
        let answer =
            answer.map_err(|error| Failure::unusable(format!("{}/{}: {error}", self.suite, step.file)))?;
        let mut mismatch = Vec::new();
        if answer.status != status {
            mismatch.push(format!("HTTP status {} instead of {status}", answer.status));
        }
        let mark = self.bindings.mark();
        if step.answer_withheld.is_none() {
            let answered = Answered { content_type: &answer.content_type, body: &answer.body };
            let bindings = &mut self.bindings;
            mismatch.extend(compare::mismatches(
                expected.as_ref(),
                &answered,
                &mut |spot, recorded, actual| counterpart(bindings, spot, recorded, actual),
            ));
        }
        if !mismatch.is_empty() {
            // What a wrong answer says is nothing that later ones could be held against.
            self.bindings.forget(mark);
        }
        Ok(Verdict {
            took: answer.took,
            mismatch: if mismatch.is_empty() { None } else { Some(mismatch.join("\n")) },
            notes: self.bindings.notes(),
            ..Verdict::begun(&self.suite, &step.file)
        })
    }
}

/// What a text of the answer must be.
fn counterpart(bindings: &mut Bindings, spot: &Spot<'_>, recorded: &str, actual: &str) -> String {
    if placeholder::matches(recorded, actual) {
        return actual.to_owned();
    }
    if Kind::of(spot) == Kind::Enclosed
        && let (Some(recorded), Some(inside)) = (opened(recorded), opened(actual))
    {
        let resolved = compare::resolved(&recorded, &inside, &mut |spot, recorded, actual| {
            counterpart(bindings, spot, recorded, actual)
        });
        let same = resolved.canonical() == inside.canonical();
        return if same { actual.to_owned() } else { STANDARD.encode(resolved.canonical()) };
    }
    let expected = bindings.expected(spot, recorded.trim(), actual.trim());
    if expected == actual.trim() { actual.to_owned() } else { expected }
}

/// The document that is enclosed in Base64, if it is one.
fn opened(text: &str) -> Option<Element> {
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    parse(std::str::from_utf8(&STANDARD.decode(compact).ok()?).ok()?).ok()?
}

/// What `--env`, `--set` and `--bind` say.
pub fn given(named: BTreeMap<String, String>, bind: &[String]) -> Result<Given, Failure> {
    let pair = |text: &String| {
        let pair = text.split_once('=').filter(|(old, new)| !old.is_empty() && !new.is_empty());
        let pair = pair.map(|(old, new)| (old.to_owned(), new.to_owned()));
        pair.ok_or_else(|| Failure::unusable(format!("--bind: {text:?} is not OLD=NEW")))
    };
    let explicit = bind.iter().map(pair).collect::<Result<BTreeMap<_, _>, _>>()?;
    Ok(Given { named, explicit })
}

#[expect(clippy::disallowed_methods, reason = "a composition root: fresh names of messages are drawn here")]
fn random() -> Result<Randomness, Failure> {
    let mut seed = [0; 8];
    getrandom::fill(&mut seed).map_err(Failure::unusable)?;
    let count = std::sync::atomic::AtomicU64::new(u64::from_be_bytes(seed));
    // Each number is only to be another one than all before it, in this session and in any other.
    Ok(Randomness::new(move || count.fetch_add(0x9E37_79B9_7F4A_7C15, std::sync::atomic::Ordering::Relaxed)))
}

fn wrong(file: &Path, reason: impl std::fmt::Display) -> Failure {
    Failure::unusable(format!("{}: {reason}", file.display()))
}
