//! The lines of a table as spreadsheets write them: with a first line that only names the separator, with
//! columns that have no name and no content, and without the empty cells at the end of a line.

use std::io::{self, BufRead, BufReader, Chain, Cursor, Read};

use csv::StringRecord;

/// Why a table cannot be read. Lines count from 1.
#[derive(Debug, thiserror::Error)]
pub enum SheetFault {
    /// A line is not UTF-8.
    #[error("line {0} is not UTF-8: save the table as \"CSV UTF-8\"")]
    Encoding(u64),
    /// A line has something behind the last column.
    #[error("line {0} has more cells than the first line has columns")]
    Cells(u64),
    /// What it is read from failed.
    #[error("the table cannot be read")]
    Source(#[from] io::Error),
}

/// The longest line of columns.
const HEADER_MAX: u64 = 64 * 1024;

/// A table that is read line by line.
pub struct Sheet<R> {
    table: csv::Reader<Chain<Cursor<Vec<u8>>, BufReader<R>>>,
    record: StringRecord,
    /// Lines before the one with the names.
    passed: u64,
    /// How many columns have a name, up to the last that has one.
    width: usize,
}

impl<R: Read> Sheet<R> {
    /// Opens a table and reads the line with the names.
    pub fn open(source: R) -> Result<Self, SheetFault> {
        let mut reader = BufReader::with_capacity(1 << 18, source);
        skip_mark(&mut reader)?;
        let mut names = line(&mut reader)?;
        let told = told_separator(&names);
        if told.is_some() {
            names = line(&mut reader)?;
        }
        let count = |sign| names.iter().filter(|byte| **byte == sign).count();
        let guessed = if count(b';') >= count(b',') { b';' } else { b',' };
        let table = csv::ReaderBuilder::new()
            .delimiter(told.unwrap_or(guessed))
            .has_headers(false)
            .flexible(true)
            // A carriage return before it is trimmed: the reader would count such lines wrongly.
            .terminator(csv::Terminator::Any(b'\n'))
            .trim(csv::Trim::All)
            .from_reader(Cursor::new(names).chain(reader));
        let (record, passed) = (StringRecord::new(), u64::from(told.is_some()));
        let mut sheet = Sheet { table, record, passed, width: 0 };
        sheet.read()?;
        sheet.width =
            (1..).zip(&sheet.record).filter(|(_, name)| !name.is_empty()).last().map_or(0, |(n, _)| n);
        Ok(sheet)
    }

    /// The cells of the line that was read last, those of columns with a name.
    pub fn cells(&self) -> impl Iterator<Item = &str> {
        self.record.iter().take(self.width)
    }

    /// Goes on to the next line that is not empty; its number in the file, from 1, or none at the end.
    pub fn next(&mut self) -> Result<Option<u64>, SheetFault> {
        while self.read()? {
            let number = self.passed + self.record.position().map_or(0, csv::Position::line);
            if self.record.iter().skip(self.width).any(|cell| !cell.is_empty()) {
                return Err(SheetFault::Cells(number));
            }
            if self.cells().any(|cell| !cell.is_empty()) {
                return Ok(Some(number));
            }
        }
        Ok(None)
    }

    /// Reads the next record; `false` at the end.
    fn read(&mut self) -> Result<bool, SheetFault> {
        self.table.read_record(&mut self.record).map_err(|error| {
            let line = error.position().map_or(0, csv::Position::line);
            match error.into_kind() {
                csv::ErrorKind::Utf8 { pos, .. } => {
                    let line = pos.map_or(line, |pos| pos.line());
                    SheetFault::Encoding(self.passed + line)
                }
                csv::ErrorKind::Io(error) => SheetFault::Source(error),
                other => SheetFault::Source(io::Error::other(format!("{other:?}"))),
            }
        })
    }
}

fn line(reader: &mut impl BufRead) -> Result<Vec<u8>, SheetFault> {
    let mut line = Vec::new();
    reader.take(HEADER_MAX).read_until(b'\n', &mut line)?;
    Ok(line)
}

/// The separator, if the line is there to name it.
fn told_separator(line: &[u8]) -> Option<u8> {
    let line = line.trim_ascii();
    let bare = line.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\"")).unwrap_or(line);
    match bare.to_ascii_lowercase().as_slice() {
        b"sep=;" => Some(b';'),
        b"sep=," => Some(b','),
        _ => None,
    }
}

/// Passes over a byte order mark.
pub fn skip_mark<R: Read>(reader: &mut BufReader<R>) -> io::Result<()> {
    if reader.fill_buf()?.starts_with(b"\xEF\xBB\xBF") {
        reader.consume(3);
    }
    Ok(())
}
