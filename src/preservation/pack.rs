//! Writes an archive, one piece after the other, without holding it.

use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use jiff::{Timestamp, Unit};
use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::index::{Index, Sink, documents};
use super::log::{Filed, Head, Line, Mark, ReceiptFacts, booked};
use super::{INDEX, LOG, MAX_RECEIPTS, README, README_TEXT, SCHEMA, SCHEMA_TEXT, SUMS, digest, hexadecimal};

/// The message of a receipt.
#[derive(Clone, Copy)]
pub struct Message<'m> {
    /// The payment service provider, by its code.
    pub psp: &'m str,
    /// Its name.
    pub psp_name: &'m str,
    /// The message as received.
    pub raw: &'m [u8],
}

/// An archive that is being written.
#[derive(Debug)]
pub struct Packer {
    zip: ZipWriter<BufWriter<File>>,
    head: Head,
    log: Spool,
    sums: Spool,
    index: Index<Spool>,
    last: Mark,
    events: u64,
    receipts: u64,
}

impl Packer {
    /// Begins an archive in a file. What can be written only at its end is kept until then in nameless files
    /// in that folder.
    pub fn begin(file: File, folder: &Path, head: Head, now: Timestamp) -> io::Result<Self> {
        let moment = now.round(Unit::Second).unwrap_or(now).to_string();
        let spool = |name: &str| {
            Spool::new(folder.join(format!(".varco-preserve-{}-{name}", std::process::id())), &moment)
        };
        let mut log = spool("log")?;
        log.line(&Line::Head(head.clone()))?;
        Ok(Packer {
            zip: ZipWriter::new(BufWriter::new(file)),
            index: Index::begin(spool("index")?, &head)?,
            sums: spool("sums")?,
            last: head.previous.clone(),
            head,
            log,
            events: 0,
            receipts: 0,
        })
    }

    /// Adds the next event; with its message, if it tells of a receipt that was booked.
    pub fn event(&mut self, at: Mark, body: String, message: Option<Message<'_>>) -> io::Result<()> {
        let receipt = booked(&self.head.organization, at.seq, &body);
        let receipt = receipt.map_err(|wrong| io::Error::other(format!("event {} {wrong}", at.seq)))?;
        if at.chain != self.last.chain_with(&body) {
            return Err(io::Error::other(format!("event {} does not continue the chain", at.seq)));
        }
        let file = match (receipt, message) {
            (Some(receipt), Some(message)) => Some(self.receipt(&receipt, message)?),
            (None, None) => None,
            _ => return Err(io::Error::other(format!("event {} and its receipt do not fit", at.seq))),
        };
        self.last = at.clone();
        self.events += 1;
        self.log.line(&Line::Event { seq: at.seq, chain: at.chain, file, body })
    }

    /// Adds numbers that no event has: after the one and up to the other.
    pub fn gap(&mut self, after: i64, last: i64) -> io::Result<()> {
        self.log.line(&Line::Gap { after, last })
    }

    /// Adds a receipt that no event tells of.
    pub fn untold(&mut self, mut receipt: ReceiptFacts, message: Message<'_>) -> io::Result<()> {
        receipt.message_digest = digest(message.raw);
        let file = self.receipt(&receipt, message)?;
        self.log.line(&Line::Untold { file, receipt })
    }

    /// Ends the archive, and says how many receipts and events it has. It is on disk then.
    pub fn finish(mut self) -> io::Result<(u64, u64)> {
        let (events, receipts) = (self.events, self.receipts);
        self.log.line(&Line::End { last: self.last.clone(), events, receipts })?;
        let readme = self.add(README, README_TEXT.as_bytes())?;
        let schema = self.add(SCHEMA, SCHEMA_TEXT.as_bytes())?;
        let Packer { mut zip, head, log, index, mut sums, .. } = self;
        let log = log.copy_into(&mut zip, LOG)?;
        sums.write_all(format!("{log}  {LOG}\n").as_bytes())?;
        let index = index.finish(&documents([&readme, &schema, &log]), &head)?;
        let index = index.copy_into(&mut zip, INDEX)?;
        sums.write_all(format!("{index}  {INDEX}\n").as_bytes())?;
        sums.copy_into(&mut zip, SUMS)?;
        let file = zip.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        Ok((receipts, events))
    }

    fn receipt(&mut self, receipt: &ReceiptFacts, message: Message<'_>) -> io::Result<Filed> {
        self.receipts += 1;
        if self.receipts > MAX_RECEIPTS {
            let many = format!("has more than {MAX_RECEIPTS} receipts; write shorter periods");
            return Err(io::Error::other(many));
        }
        let path = Filed::name(self.receipts, &receipt.message_digest);
        if self.add(&path, message.raw)? != receipt.message_digest {
            let what = format!("the message of receipt {path} is not the one that was told");
            return Err(io::Error::other(what));
        }
        let (psp, psp_name) = (message.psp.to_owned(), message.psp_name.to_owned());
        let filed = Filed { path, psp, psp_name };
        self.index.receipt(&filed, receipt)?;
        Ok(filed)
    }

    fn add(&mut self, name: &str, bytes: &[u8]) -> io::Result<String> {
        self.zip.start_file(name, options())?;
        self.zip.write_all(bytes)?;
        let digest = digest(bytes);
        self.sums.write_all(format!("{digest}  {name}\n").as_bytes())?;
        Ok(digest)
    }
}

/// All that a file in the archive has besides its bytes is the same in every archive.
fn options() -> SimpleFileOptions {
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    options.last_modified_time(DateTime::default()).unix_permissions(0o600)
}

/// A file without a name that grows until it goes into the archive.
#[derive(Debug)]
struct Spool {
    file: BufWriter<File>,
    hasher: Sha256,
    moment: String,
}

impl Spool {
    fn new(path: PathBuf, moment: &str) -> io::Result<Self> {
        let mut options = File::options();
        let file = options.read(true).write(true).create_new(true).mode(0o600).open(&path)?;
        std::fs::remove_file(&path)?;
        Ok(Spool { file: BufWriter::new(file), hasher: Sha256::new(), moment: moment.to_owned() })
    }

    fn line(&mut self, line: &Line) -> io::Result<()> {
        let mut text = serde_json::to_string(line)?;
        text.push('\n');
        self.write_all(text.as_bytes())
    }

    /// Puts it in the archive; returns its digest.
    fn copy_into(self, zip: &mut ZipWriter<BufWriter<File>>, name: &str) -> io::Result<String> {
        let mut file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.seek(SeekFrom::Start(0))?;
        zip.start_file(name, options().large_file(true))?;
        io::copy(&mut file, zip)?;
        Ok(hexadecimal(self.hasher))
    }
}

impl Write for Spool {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hasher.update(bytes.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Sink for Spool {
    fn put(&mut self, text: &str) -> io::Result<()> {
        self.write_all(text.as_bytes())
    }

    fn moment(&mut self) -> io::Result<()> {
        let moment = self.moment.clone();
        self.write_all(moment.as_bytes())
    }
}
