//! `varco preserve export`: writes an archive.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use clap::Args;
use jiff::Timestamp;
use jiff::civil::Date;

use super::{ConfigFile, Failure, open, print};
use crate::domain::clock::Clock;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::receipt::ReceiptOutcome;
use crate::preservation::{FORM, Head, Mark, Message, Packer, Period, ReceiptFacts};
use crate::store::{PreserveError, Preserved, PreservedMessage, PreservedStart, Span, Store, UntoldReceipt};

const ABOUT: &str = "\
Writes all receipts of an institution that were received in a period: those of its own notices and the copies
that it got of others', also of payments that were not carried out. What counts is when a receipt arrived, not
when it was paid: a receipt that comes late is then in a later archive, and archives of periods that meet
follow each other without a gap.

A period can be exported an hour after its last day has ended in Italy. The same period gives the same archive
again, but for the time of the export. The archive is not signed: the preservation system does that.";

const EXAMPLES: &str = "\
Example:
  varco preserve export --config /etc/varco/varco.toml --organization 77777777777 \\
    --from 2026-01-01 --to 2026-12-31 2026.zip

Exit status: 0 if the archive is on disk, under its name; 2 if not.";

/// Write the receipts of a period as an archive
#[derive(Debug, Args)]
#[command(long_about = ABOUT, after_long_help = EXAMPLES)]
pub struct ExportArgs {
    #[command(flatten)]
    config: ConfigFile,
    /// The institution, by its fiscal code
    #[arg(long, value_name = "EC")]
    organization: String,
    /// The first day
    #[arg(long, value_name = "YYYY-MM-DD")]
    from: Date,
    /// The last day
    #[arg(long, value_name = "YYYY-MM-DD")]
    to: Date,
    /// Also if the period is not over: what is received later is not in the archive
    #[arg(long)]
    so_far: bool,
    /// The archive to write; it must not be there yet
    #[arg(value_name = "FILE.zip")]
    file: PathBuf,
}

/// Writes the archive beside its place, and puts it there once it is whole.
pub async fn run(args: ExportArgs) -> Result<(), Failure> {
    let named =
        |reason: &dyn std::fmt::Display| Failure::unusable(format!("{}: {reason}", args.file.display()));
    let ec = FiscalCode::new(&args.organization).map_err(Failure::unusable)?;
    let period = Period::new(args.from, args.to).map_err(Failure::unusable)?;
    let now = Clock::system().now();
    if !period.is_over(now) && !args.so_far {
        let open = "the period is not over: wait until an hour after its last day, or say --so-far";
        return Err(Failure::unusable(open));
    }
    if args.file.exists() {
        return Err(named(&"is there already"));
    }
    let store = open(&args.config).await?;
    let part = PartFile::create(&args.file).map_err(|error| named(&error))?;
    let (from, until) = period.instants();
    let export = Export { span: Span { ec, from, until }, period, now };
    let packed = export.write(&store, &part).await;
    store.close().await;
    let (late, (receipts, events)) = packed.map_err(|error| named(&error))?;
    part.put(&args.file).map_err(|error| named(&error))?;
    if late > 0 {
        let told =
            format!("varco: {late} events of this period were told after it: they are in a later archive\n");
        // Where stderr is closed there is nobody to tell.
        let _ = io::stderr().write_all(told.as_bytes());
    }
    print(&format!("{}: {receipts} receipts, {events} events\n", args.file.display()))
}

struct Export {
    span: Span,
    period: Period,
    now: Timestamp,
}

impl Export {
    /// Writes what the span holds; returns how many events are told late, and how much was written.
    async fn write(&self, store: &Store, part: &PartFile) -> Result<(i64, (u64, u64)), PreserveError> {
        let mut packer: Option<Packer> = None;
        let mut late = 0;
        let mut take = |piece| {
            if let Preserved::Start(start) = piece {
                late = start.late;
                let head = self.head(start);
                packer = Some(Packer::begin(part.file.try_clone()?, part.folder(), head, self.now)?);
                return Ok(());
            }
            let packer = packer.as_mut().ok_or_else(|| io::Error::other("the beginning is missing"))?;
            add(packer, piece)
        };
        store.preserve(&self.span, &mut take).await?;
        let packer = packer.ok_or(PreserveError::Unknown)?;
        Ok((late, packer.finish()?))
    }

    fn head(&self, start: PreservedStart) -> Head {
        Head {
            form: FORM.to_owned(),
            program: env!("CARGO_PKG_VERSION").to_owned(),
            organization: self.span.ec.to_string(),
            name: start.name,
            from: self.period.first().to_string(),
            to: self.period.last().to_string(),
            complete: self.period.is_over(self.now),
            previous: Mark { seq: start.previous, chain: start.chain },
        }
    }
}

fn add(packer: &mut Packer, piece: Preserved) -> io::Result<()> {
    match piece {
        Preserved::Start(_) => Ok(()),
        Preserved::Event(event) => {
            let at = Mark { seq: event.seq, chain: event.chain };
            packer.event(at, event.body, event.message.as_ref().map(message))
        }
        Preserved::Gap(after, last) => packer.gap(after, last),
        Preserved::Untold(receipt) => packer.untold(facts(&receipt), message(&receipt.message)),
    }
}

fn message(message: &PreservedMessage) -> Message<'_> {
    Message { psp: &message.psp, psp_name: &message.psp_name, raw: &message.raw }
}

fn facts(receipt: &UntoldReceipt) -> ReceiptFacts {
    ReceiptFacts {
        receipt_id: receipt.id.clone(),
        notice_number: receipt.notice.clone(),
        iuv: receipt.creditor_reference.clone(),
        amount: receipt.amount,
        class: receipt.class.clone(),
        executed: receipt.outcome == ReceiptOutcome::Executed,
        paid_at: receipt.paid_at.map(|at| at.to_string()),
        received_at: receipt.received_at.to_string(),
        primitive: receipt.primitive.clone(),
        message_digest: String::new(),
    }
}

/// A file that goes away again, unless it is put in its place.
struct PartFile {
    path: PathBuf,
    file: File,
}

impl PartFile {
    fn create(place: &Path) -> io::Result<Self> {
        let mut path = place.as_os_str().to_owned();
        path.push(".part");
        let path = PathBuf::from(path);
        let file = File::options().read(true).write(true).create_new(true).mode(0o600).open(&path);
        let file = file.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => io::Error::other(format!(
                "{} is there: another export runs, or one was cut off",
                path.display()
            )),
            _ => error,
        })?;
        Ok(PartFile { path, file })
    }

    fn folder(&self) -> &Path {
        match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        }
    }

    fn put(self, place: &Path) -> io::Result<()> {
        fs::rename(&self.path, place)?;
        File::open(self.folder())?.sync_all()
    }
}

impl Drop for PartFile {
    fn drop(&mut self) {
        // Once it is in its place there is nothing left to remove.
        let _ = fs::remove_file(&self.path);
    }
}
