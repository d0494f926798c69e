//! Archives for preservation (conservazione a norma): the receipts of an institution and a period, byte for
//! byte as received, an index in the form of UNI 11386:2020 (SInCRO), and the log of all events of the period,
//! whose chain shows that nothing is missing and nothing was changed. An archive can be checked without this
//! program, and without the database.
//!
//! All that is in the index is also in the log: so an archive is checked by writing its index anew and
//! comparing. The one exception is when it was written, which is in the index alone: the same period written
//! twice gives the same bytes everywhere else, but for the digest of the index.

mod check;
mod compare;
mod index;
mod log;
mod open;
mod pack;
mod period;

use sha2::{Digest, Sha256};

pub use check::{Findings, Summary, Trouble, check, continues};
pub use log::{FORM, Filed, Head, Line, Mark, ReceiptFacts};
pub use pack::{Message, Packer};
pub use period::{Period, PeriodError};

/// The most receipts of one archive: whoever writes or reads one holds the names of its files in memory.
pub const MAX_RECEIPTS: u64 = 250_000;

const LOG: &str = "log.jsonl";
const INDEX: &str = "IndiceDiConservazione.xml";
const SUMS: &str = "SHA256SUMS";
const README: &str = "README.txt";
const SCHEMA: &str = "receipt.xsd";

/// What explains the archive to a person.
const README_TEXT: &str = include_str!("readme.txt");
/// The schema of what the index says of a receipt.
const SCHEMA_TEXT: &str = include_str!("receipt.xsd");

/// The SHA-256 of some bytes, in hexadecimal.
fn digest(bytes: &[u8]) -> String {
    hexadecimal(Sha256::new_with_prefix(bytes))
}

fn hexadecimal(hasher: Sha256) -> String {
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// As much of a digest as a file is called by.
fn short(digest: &str) -> &str {
    digest.get(..16).unwrap_or(digest)
}
