//! Rows on the disk: one a line, as JSON, in the shape of the first version of the contract.
//!
//! Whatever form a file had, this is what the worker reads: it can skip what is done without
//! understanding it.

use std::io::{self, BufRead, Write};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{ROW_BYTES_MAX, ROWS_MAX};

/// A row with where it was in a CSV file.
#[derive(Deserialize, Serialize)]
pub struct Row<'a> {
    /// The position, or its name in quotes.
    #[serde(borrow)]
    pub row: &'a RawValue,
    /// The line of each of its payment options; empty for JSON.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<u64>,
    /// The numbers of the transfers of each of its payment options; empty for JSON.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transfers: Vec<Vec<usize>>,
    /// The payment options whose only transfer has no amount of its own, so that all goes to it; empty for JSON.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filled: Vec<usize>,
    /// Columns that say something else than the first line of the position, by line and name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differs: Vec<(u64, String)>,
}

/// Why a row cannot be taken in.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    /// There are too many.
    #[error("the file has more than {ROWS_MAX} rows")]
    TooMany,
    /// The disk.
    #[error(transparent)]
    Disk(#[from] io::Error),
}

/// Writes rows.
pub struct Spool<W> {
    to: W,
    rows: i64,
}

impl<W: Write> Spool<W> {
    /// Writes to that.
    pub fn new(to: W) -> Self {
        Spool { to, rows: 0 }
    }

    /// Adds a row.
    pub fn push(&mut self, row: &Row<'_>) -> Result<(), SpoolError> {
        if self.rows == ROWS_MAX {
            return Err(SpoolError::TooMany);
        }
        self.rows += 1;
        let mut line = serde_json::to_vec(row).map_err(io::Error::other)?;
        // Line ends inside are blanks of JSON: within a string they are written otherwise.
        line.iter_mut().filter(|byte| matches!(byte, b'\n' | b'\r')).for_each(|byte| *byte = b' ');
        line.push(b'\n');
        Ok(self.to.write_all(&line)?)
    }

    /// How many rows there are, and what they were written to.
    pub fn finish(self) -> (i64, W) {
        (self.rows, self.to)
    }
}

/// The next line; `None` at the end.
pub fn next_line<'a>(from: &mut impl BufRead, line: &'a mut Vec<u8>) -> io::Result<Option<&'a [u8]>> {
    line.clear();
    from.read_until(b'\n', line)?;
    Ok(line.strip_suffix(b"\n"))
}

/// Reads a line; `None` if it was changed by hand.
pub fn read(line: &[u8]) -> Option<Row<'_>> {
    serde_json::from_slice(line).ok()
}

impl<'a> Row<'a> {
    /// A row that was in no table.
    pub fn plain(row: &'a RawValue) -> Self {
        Row { row, lines: Vec::new(), transfers: Vec::new(), filled: Vec::new(), differs: Vec::new() }
    }
}

impl Row<'_> {
    /// Whether the row is larger than a request for one position may be.
    pub fn is_too_large(&self) -> bool {
        self.row.get().len() > ROW_BYTES_MAX
    }

    /// The name that a row gives, if it gives one, without reading the rest.
    pub fn iupd(&self) -> Option<String> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Named {
            Alone(String),
            Position { iupd: Option<String> },
        }
        match serde_json::from_str(self.row.get()).ok()? {
            Named::Alone(iupd) => Some(iupd),
            Named::Position { iupd } => iupd,
        }
    }
}
