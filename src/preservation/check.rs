//! Checks an archive: the log is read once, and everything else is compared with what it says.

use std::cmp::Ordering;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};

use sha2::{Digest, Sha256};
use zip::read::ZipFile;

use super::compare::Compare;
use super::index::{Index, documents};
use super::log::{FORM, Filed, Head, Line, Mark, ReceiptFacts, booked};
use super::open::{Archive, BufferedShared, open};
use super::{INDEX, LOG, README, SCHEMA, SUMS, hexadecimal};

/// The most findings that are kept; the rest are counted.
const MAX_FINDINGS: usize = 100;
/// The longest line of a log.
const MAX_LINE: u64 = 8 * 1024 * 1024;
/// The largest file of an archive but for the log and the index; the node's largest message is far smaller.
const MAX_FILE: u64 = 64 * 1024 * 1024;

/// Something that keeps a check from being carried out.
pub type Trouble = Box<dyn std::error::Error + Send + Sync>;

/// What is wrong with an archive, one line each.
#[derive(Debug, Default)]
pub struct Findings {
    lines: Vec<String>,
    more: usize,
}

impl Findings {
    /// Adds one.
    pub fn add(&mut self, finding: impl Into<String>) {
        if self.lines.len() < MAX_FINDINGS {
            self.lines.push(finding.into());
        } else {
            self.more += 1;
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The lines, and how many more there are.
    pub fn lines(&self) -> (&[String], usize) {
        (&self.lines, self.more)
    }
}

/// What an archive is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// What it says of itself.
    pub head: Head,
    /// The last event before it ends.
    pub last: Mark,
    /// How many events it has.
    pub events: u64,
    /// How many receipts it has.
    pub receipts: u64,
}

/// Checks an archive, and hands each of its receipts to `each`, which adds what it finds. What is wrong is
/// found, never an error; an archive of which nothing can be said has no summary.
pub fn check(
    file: File,
    findings: &mut Findings,
    each: &mut dyn FnMut(&Head, &ReceiptFacts, &mut Findings) -> Result<(), Trouble>,
) -> Result<Option<Summary>, Trouble> {
    let archive = match open(file) {
        Ok(archive) => archive,
        Err(reason) => {
            findings.add(format!("the archive {reason}"));
            return Ok(None);
        }
    };
    let missing: Vec<&str> = [LOG, INDEX, SUMS, README, SCHEMA]
        .into_iter()
        .filter(|name| archive.index_for_name(name).is_none())
        .collect();
    missing.iter().for_each(|name| findings.add(format!("{name} is missing")));
    if !missing.is_empty() {
        return Ok(None);
    }
    let (mut logs, mut indexes, mut sums) = (archive.clone(), archive.clone(), archive.clone());
    let opened = (logs.by_name(LOG), indexes.by_name(INDEX), sums.by_name(SUMS));
    let (Ok(log), Ok(index), Ok(sums)) = opened else {
        findings.add("the log, the index or the list of digests cannot be read");
        return Ok(None);
    };
    let mut log = Log { file: BufReader::new(log), hasher: Sha256::new() };
    let Some(Line::Head(head)) = log.next(findings) else {
        findings.add("the log does not begin with what the archive is of");
        return Ok(None);
    };
    if head.form != FORM {
        findings.add(format!("the archive is of a form that this version does not know: it knows {FORM}"));
        return Ok(None);
    }
    let mut walk = Walk {
        seen: vec![false; archive.len()],
        archive: archive.clone(),
        index: Index::begin(Compare::new(index), &head)?,
        sums: Compare::new(sums),
        summary: Summary { last: head.previous.clone(), head, events: 0, receipts: 0 },
        expected: None,
        findings,
    };
    walk.read(&mut log, each)?;
    let log = log.finish(walk.findings);
    walk.finish(&log).map(Some)
}

/// What is wrong between an archive and the one that follows it.
pub fn continues(before: &Summary, after: &Summary) -> Result<(), String> {
    let (end, begin) = (&before.last, &after.head.previous);
    if before.head.organization != after.head.organization {
        return Err("is of another institution than the one before".into());
    }
    if begin == end {
        return Ok(());
    }
    Err(match begin.seq.cmp(&end.seq) {
        Ordering::Greater => {
            let first = end.seq.saturating_add(1);
            format!("begins after event {}: events {first} to {} are missing", begin.seq, begin.seq)
        }
        Ordering::Equal => format!("has another chain up to event {} than the one before", end.seq),
        Ordering::Less => {
            format!("goes back to event {}, and the one before ends with {}", begin.seq, end.seq)
        }
    })
}

type Entry<'a> = ZipFile<'a, BufferedShared>;

struct Log<'a> {
    file: BufReader<Entry<'a>>,
    hasher: Sha256,
}

impl Log<'_> {
    fn next(&mut self, findings: &mut Findings) -> Option<Line> {
        let mut line = Vec::new();
        match self.file.by_ref().take(MAX_LINE).read_until(b'\n', &mut line) {
            Ok(0) => return None,
            Ok(_) => self.hasher.update(&line),
            Err(_) => {
                findings.add("the log cannot be read to its end");
                return None;
            }
        }
        let read = if line.ends_with(b"\n") { serde_json::from_slice(&line).ok() } else { None };
        if read.is_none() {
            findings.add("the log has a line that is none");
        }
        read
    }

    /// Reads what is left, and says what the digest of all is.
    fn finish(mut self, findings: &mut Findings) -> String {
        let mut rest = Hashing(self.hasher);
        if io::copy(&mut self.file, &mut rest).is_err() {
            findings.add("the log cannot be read to its end");
        }
        hexadecimal(rest.0)
    }
}

struct Hashing(Sha256);

impl io::Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Walk<'a, 'f> {
    archive: Archive,
    /// The files of the archive that belong there, by their places.
    seen: Vec<bool>,
    index: Index<Compare<Entry<'a>>>,
    sums: Compare<Entry<'a>>,
    summary: Summary,
    /// The number of the next event, if it is not the one after the last.
    expected: Option<i64>,
    findings: &'f mut Findings,
}

impl Walk<'_, '_> {
    fn read(
        &mut self,
        log: &mut Log<'_>,
        each: &mut dyn FnMut(&Head, &ReceiptFacts, &mut Findings) -> Result<(), Trouble>,
    ) -> Result<(), Trouble> {
        loop {
            let receipt = match log.next(self.findings) {
                Some(Line::Event { seq, chain, file, body }) => {
                    self.event(Mark { seq, chain }, file, &body)?
                }
                Some(Line::Gap { after, last }) => {
                    self.gap(after, last);
                    None
                }
                Some(Line::Untold { file, receipt }) => {
                    self.file(&file, &receipt)?;
                    Some(receipt)
                }
                Some(Line::End { last, events, receipts }) => {
                    let counted = (&self.summary.last, self.summary.events, self.summary.receipts);
                    if counted != (&last, events, receipts) {
                        self.findings.add("the log does not end with what it counts");
                    }
                    return Ok(());
                }
                Some(Line::Head(_)) | None => {
                    self.findings.add("the log breaks off");
                    return Ok(());
                }
            };
            if let Some(receipt) = receipt {
                each(&self.summary.head, &receipt, self.findings)?;
            }
        }
    }

    fn event(&mut self, at: Mark, file: Option<Filed>, body: &str) -> io::Result<Option<ReceiptFacts>> {
        let (seq, last) = (at.seq, &self.summary.last);
        let next = self.expected.take().unwrap_or(last.seq.saturating_add(1));
        if seq != next {
            self.findings.add(format!("event {seq} comes where event {next} should"));
        }
        if at.chain != last.chain_with(body) {
            self.findings.add(format!("event {seq} does not continue the chain"));
        }
        self.summary.last = at;
        self.summary.events += 1;
        let receipt = match (booked(&self.summary.head.organization, seq, body), file) {
            (Ok(Some(receipt)), Some(file)) => {
                self.file(&file, &receipt)?;
                Some(receipt)
            }
            (Ok(None), None) => None,
            (Ok(Some(_)), None) => {
                self.findings.add(format!("event {seq} tells of a receipt that has no file"));
                None
            }
            (Ok(None), Some(_)) => {
                self.findings.add(format!("event {seq} has a file and tells of no receipt"));
                None
            }
            (Err(wrong), _) => {
                self.findings.add(format!("event {seq} {wrong}"));
                None
            }
        };
        Ok(receipt)
    }

    fn gap(&mut self, after: i64, last: i64) {
        if after != self.summary.last.seq || last <= after || self.expected.is_some() {
            self.findings.add(format!("the gap after event {after} is not where it can be"));
        }
        self.expected = Some(last.saturating_add(1));
    }

    /// The file of a receipt has the digest that was told.
    fn file(&mut self, file: &Filed, receipt: &ReceiptFacts) -> io::Result<()> {
        self.summary.receipts += 1;
        let name = Filed::name(self.summary.receipts, &receipt.message_digest);
        if file.path != name {
            self.findings.add(format!("{name} has another name in the log"));
        }
        if self.digest(&name).is_some_and(|digest| digest != receipt.message_digest) {
            self.findings.add(format!("{name} is not the message that was received"));
        }
        self.sums.expect(format!("{}  {name}\n", receipt.message_digest).as_bytes());
        self.index.receipt(file, receipt)
    }

    /// The digest of a file, which thereby belongs into the archive.
    fn digest(&mut self, name: &str) -> Option<String> {
        let Some(place) = self.archive.index_for_name(name) else {
            self.findings.add(format!("{name} is missing"));
            return None;
        };
        if let Some(seen) = self.seen.get_mut(place) {
            *seen = true;
        }
        let mut hashing = Hashing(Sha256::new());
        let read = match self.archive.by_index(place) {
            Ok(file) => io::copy(&mut file.take(MAX_FILE + 1), &mut hashing),
            Err(error) => Err(error.into()),
        };
        match read {
            Ok(..=MAX_FILE) => Some(hexadecimal(hashing.0)),
            Ok(_) => {
                self.findings.add(format!("{name} is larger than anything that was received"));
                None
            }
            Err(_) => {
                self.findings.add(format!("{name} cannot be read"));
                None
            }
        }
    }

    /// Compares what comes after the last line of the log.
    fn finish(mut self, log: &str) -> Result<Summary, Trouble> {
        let [readme, schema] = [README, SCHEMA].map(|name| self.digest(name).unwrap_or_default());
        let Walk { archive, mut seen, index, mut sums, summary, expected, findings } = self;
        if expected.is_some() {
            findings.add("the log ends with a gap");
        }
        for (digest, name) in [(readme.as_str(), README), (&schema, SCHEMA), (log, LOG)] {
            sums.expect(format!("{digest}  {name}\n").as_bytes());
        }
        let index = index.finish(&documents([&readme, &schema, log]), &summary.head)?.finish();
        match &index {
            Ok(index) => sums.expect(format!("{index}  {INDEX}\n").as_bytes()),
            Err(at) => findings.add(format!("{INDEX} is not what the log says, from about byte {at} on")),
        }
        if let (Ok(_), Err(at)) = (index, sums.finish()) {
            findings.add(format!("{SUMS} is not what the files say, from about byte {at} on"));
        }
        for name in [LOG, INDEX, SUMS] {
            if let Some(seen) = archive.index_for_name(name).and_then(|place| seen.get_mut(place)) {
                *seen = true;
            }
        }
        for (place, _) in seen.iter().enumerate().filter(|(_, seen)| !**seen) {
            let name = archive.name_for_index(place).and_then(Result::ok).unwrap_or_default();
            let name: String = name.chars().take(80).collect();
            findings.add(format!("{name:?} is in the archive and does not belong there"));
        }
        Ok(summary)
    }
}
