//! Checkpoints of the audit: where its chain stood at an instant, signed, on one line that is kept elsewhere.
//!
//! `varco-audit-1 42 9f86…0a08 2026-11-22T11:00:00Z c2lnbmF0dXJl` says that at eleven the chain had 42 rows
//! and ended in that digest. Whoever has the line and the public key sees later whether those rows are still
//! there: a chain alone does not show that its end was cut off.

use std::fmt;

use jiff::Timestamp;

/// The first word of a line: what it is, and in which form.
const FORM: &str = "varco-audit-1";

/// Where the chain of the audit stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// How many rows it had: the number of the last.
    pub seq: i64,
    /// The digest of the chain up to that row, in hexadecimal.
    pub chain: String,
    /// When.
    pub at: Timestamp,
}

/// A checkpoint and the signature under it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedCheckpoint {
    /// What is signed.
    pub checkpoint: Checkpoint,
    /// The signature of [`Checkpoint::to_string`], in base64 of URLs.
    pub signature: String,
}

/// A line is no checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a checkpoint is one line of {FORM}, a number, a digest, an instant and a signature")]
pub struct NotACheckpoint;

/// What is signed: the line up to the signature.
impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{FORM} {} {} {}", self.seq, self.chain, self.at)
    }
}

impl fmt::Display for SignedCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.checkpoint, self.signature)
    }
}

impl SignedCheckpoint {
    /// Reads a line as it was printed, in that one spelling.
    pub fn new(line: &str) -> Result<Self, NotACheckpoint> {
        let words: Vec<&str> = line.split(' ').collect();
        let [FORM, seq, chain, at, signature] = words.as_slice() else { return Err(NotACheckpoint) };
        let hex = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'a'..=b'f'));
        let signed = !signature.is_empty() && signature.bytes().all(|b| b.is_ascii_graphic());
        if chain.len() != 64 || !hex(chain) || !signed {
            return Err(NotACheckpoint);
        }
        let read = SignedCheckpoint {
            checkpoint: Checkpoint {
                seq: seq.parse().map_err(|_| NotACheckpoint)?,
                chain: (*chain).to_owned(),
                at: at.parse().map_err(|_| NotACheckpoint)?,
            },
            signature: (*signature).to_owned(),
        };
        if read.to_string() == line { Ok(read) } else { Err(NotACheckpoint) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_it_was_written_and_nothing_else_is_one() {
        let digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
        let line = format!("varco-audit-1 42 {digest} 2026-11-22T11:00:00Z c2lnbmF0dXJl");
        let read = SignedCheckpoint::new(&line).unwrap();
        assert_eq!(read.checkpoint.seq, 42);
        assert_eq!(read.to_string(), line);
        assert!(line.starts_with(&read.checkpoint.to_string()), "the signature is of what stands before it");
        for wrong in [
            String::new(),
            line.replace("varco-audit-1", "varco-audit-2"),
            line.replace(" 42 ", " 042 "),
            line.replace(" 42 ", " x "),
            line.replace(digest, "9f86"),
            line.replace(digest, &digest.to_uppercase()),
            line.replace("T11:00:00Z", "T12:00:00+01:00"),
            line.replace(" c2lnbmF0dXJl", ""),
            line.replace(" c2lnbmF0dXJl", " "),
            format!("{line} more"),
            format!("{line}\n"),
        ] {
            assert_eq!(SignedCheckpoint::new(&wrong), Err(NotACheckpoint), "{wrong}");
        }
    }
}
