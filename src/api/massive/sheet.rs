//! The lines of a table as spreadsheets write them: with a first line that only names the separator, with
//! columns that have no name and no content, and without the empty cells at the end of a line.

use std::io::{self, BufRead, BufReader, Chain, Cursor, Read};

use csv::StringRecord;

use super::convert::{FileFault, skip_mark};
use super::table::CsvFault;

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
    pub fn open(source: R) -> Result<Self, FileFault> {
        let mut reader = BufReader::with_capacity(1 << 18, source);
        skip_mark(&mut reader).map_err(FileFault::Disk)?;
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
    pub fn next(&mut self) -> Result<Option<u64>, FileFault> {
        while self.read()? {
            let number = self.passed + self.record.position().map_or(0, csv::Position::line);
            if self.record.iter().skip(self.width).any(|cell| !cell.is_empty()) {
                return Err(FileFault::Csv(CsvFault::Cells(number)));
            }
            if self.cells().any(|cell| !cell.is_empty()) {
                return Ok(Some(number));
            }
        }
        Ok(None)
    }

    /// Reads the next record; `false` at the end.
    fn read(&mut self) -> Result<bool, FileFault> {
        self.table.read_record(&mut self.record).map_err(|error| {
            let line = error.position().map_or(0, csv::Position::line);
            match error.into_kind() {
                csv::ErrorKind::Utf8 { pos, .. } => {
                    let line = pos.map_or(line, |pos| pos.line());
                    FileFault::Csv(CsvFault::Encoding(self.passed + line))
                }
                csv::ErrorKind::Io(error) => FileFault::Disk(error),
                other => FileFault::Disk(io::Error::other(format!("{other:?}"))),
            }
        })
    }
}

fn line(reader: &mut impl BufRead) -> Result<Vec<u8>, FileFault> {
    let mut line = Vec::new();
    reader.take(HEADER_MAX).read_until(b'\n', &mut line).map_err(FileFault::Disk)?;
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
