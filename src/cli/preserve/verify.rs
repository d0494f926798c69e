//! `varco preserve verify`: checks archives.

use std::fs::File;
use std::path::{Path, PathBuf};

use clap::Args;
use tokio::runtime::Handle;

use super::{ConfigFile, Failure, open, print};
use crate::domain::event::Feed;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::receipt::ReceiptOutcome;
use crate::preservation::{Findings, Head, ReceiptFacts, Summary, Trouble, check, continues};
use crate::store::Store;

const ABOUT: &str = "\
Checks archives that varco preserve export wrote: every file of the index is there as it was received and none
besides, index and log agree, the chain of events can be recomputed, and no number is missing but where the
log says why. Archives that are given together must follow each other, in this order. No database is needed.

With --against the archives are also compared with the database: each receipt is still there, unchanged.";

const EXAMPLES: &str = "\
Example:
  varco preserve verify 2026.zip 2027.zip
  varco preserve verify --against --config /etc/varco/varco.toml 2026.zip

Exit status: 0 if nothing is wrong, 1 if something is, each on a line of its own, 2 if a file or the database
cannot be opened.";

/// Check archives
#[derive(Debug, Args)]
#[command(long_about = ABOUT, after_long_help = EXAMPLES)]
pub struct VerifyArgs {
    /// Compare with the database too
    #[arg(long)]
    against: bool,
    #[command(flatten)]
    config: ConfigFile,
    /// The archives, the oldest first
    #[arg(value_name = "FILE.zip", required = true)]
    files: Vec<PathBuf>,
}

/// Prints what is wrong, one finding a line.
pub async fn run(args: VerifyArgs) -> Result<(), Failure> {
    let store = if args.against { Some(open(&args.config).await?) } else { None };
    let files = args.files.clone();
    let (handle, against) = (Handle::current(), store.clone());
    let verify = move || all(&files, against.as_ref().map(|store| Against { store, handle: &handle }));
    let verified = tokio::task::spawn_blocking(verify).await.map_err(Failure::unusable);
    if let Some(store) = store {
        store.close().await;
    }
    match verified?? {
        0 => Ok(()),
        _ => Err(Failure::Found(String::new())),
    }
}

/// Checks archives one after the other; returns how much was found.
fn all(files: &[PathBuf], against: Option<Against<'_>>) -> Result<usize, Failure> {
    let mut found = 0;
    let mut before: Option<Summary> = None;
    for path in files {
        let named =
            |reason: &dyn std::fmt::Display| Failure::unusable(format!("{}: {reason}", path.display()));
        let file = File::open(path).map_err(|error| named(&error))?;
        let mut findings = Findings::default();
        let mut each = |head: &Head, receipt: &ReceiptFacts, findings: &mut Findings| match &against {
            Some(against) => against.compare(head, receipt, findings),
            None => Ok(()),
        };
        let summary = check(file, &mut findings, &mut each).map_err(|error| named(&error))?;
        if let (Some(before), Some(after)) = (&before, &summary)
            && let Err(gap) = continues(before, after)
        {
            findings.add(gap);
        }
        if let (Some(against), Some(summary)) = (&against, &summary) {
            against.compare_end(summary, &mut findings).map_err(|error| named(&error))?;
        }
        found += tell(path, &findings, summary.as_ref())?;
        before = summary;
    }
    Ok(found)
}

fn tell(path: &Path, findings: &Findings, summary: Option<&Summary>) -> Result<usize, Failure> {
    let (lines, more) = findings.lines();
    for line in lines {
        print(&format!("{}: {line}\n", path.display()))?;
    }
    if more > 0 {
        print(&format!("{}: and {more} more\n", path.display()))?;
    }
    if let (Some(Summary { head, events, receipts, .. }), true) = (summary, findings.is_empty()) {
        let whole = if head.complete { "" } else { "; the period was not over" };
        print(&format!(
            "{}: {receipts} receipts and {events} events of {} from {} to {}, all as they should be{whole}\n",
            path.display(),
            head.organization,
            head.from,
            head.to,
        ))?;
    }
    Ok(lines.len() + more)
}

/// The database that archives are compared with.
struct Against<'a> {
    store: &'a Store,
    handle: &'a Handle,
}

impl Against<'_> {
    fn compare(&self, head: &Head, receipt: &ReceiptFacts, findings: &mut Findings) -> Result<(), Trouble> {
        let Ok(ec) = FiscalCode::new(&head.organization) else { return Ok(()) };
        let outcome = if receipt.executed { ReceiptOutcome::Executed } else { ReceiptOutcome::NotExecuted };
        let digest = self.handle.block_on(self.store.message_digest(&ec, &receipt.receipt_id, outcome))?;
        let id: String = receipt.receipt_id.chars().take(80).collect();
        match digest {
            None => findings.add(format!("receipt {id:?} is not in the database")),
            Some(digest) if digest != receipt.message_digest => {
                findings.add(format!("receipt {id:?} is another in the database"));
            }
            Some(_) => {}
        }
        Ok(())
    }

    /// The last event of the archive has the same chain in the database.
    fn compare_end(&self, summary: &Summary, findings: &mut Findings) -> Result<(), Trouble> {
        let Some(feed) = Feed::new(&summary.head.organization) else {
            findings.add("the archive is of no institution");
            return Ok(());
        };
        if summary.last.seq == 0 {
            return Ok(());
        }
        let event = self.handle.block_on(self.store.event(&feed, summary.last.seq))?;
        if event.map(|event| event.chain).as_ref() != Some(&summary.last.chain) {
            findings.add(format!("event {} is another in the database, or not there", summary.last.seq));
        }
        Ok(())
    }
}
