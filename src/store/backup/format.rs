//! What a backup is as a file.
//!
//! A gzip stream of lines of JSON: one that says what this is, then for each table one with its name and
//! columns and one for each row, and one with the number of rows and their digest of each table at the end. A
//! second, empty gzip member follows, whose comment is the SHA-256 of all bytes before it: every tool that
//! reads gzip skips it, and no byte can change unseen.

use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::super::hex;
use super::catalogue::Table;
use super::cell::{Cell, Kind};
use super::{BackupError, TableSummary};

const FORMAT: &str = "varco-backup";
const FORMAT_VERSION: i64 = 1;

/// The seal around its 64 digits: a gzip header with a comment, then an empty block, checksum and length.
const SEAL_HEAD: &[u8] = b"\x1f\x8b\x08\x10\0\0\0\0\0\xffsha256 ";
const SEAL_TAIL: &[u8] = b"\0\x03\0\0\0\0\0\0\0\0\0";
const DIGITS: usize = 64;
const SEAL: u64 = (SEAL_HEAD.len() + DIGITS + SEAL_TAIL.len()) as u64;

/// What the first line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The last migration that the schema had.
    pub schema: i64,
    /// The engine that it was taken from, `sqlite` or `postgres`; it can be restored on both.
    pub engine: String,
    /// When.
    pub taken_at: Timestamp,
}

/// Passes bytes on, and their digest is known at the end.
struct Hashing<W> {
    out: W,
    digest: Sha256,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.digest.update(bytes.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Writes a backup, one row at a time.
pub(super) struct Writer<W: Write> {
    out: BufWriter<GzEncoder<Hashing<W>>>,
    tables: Vec<TableSummary>,
    digest: Sha256,
    line: Vec<u8>,
}

impl<W: Write> Writer<W> {
    pub(super) fn new(out: W, head: &Head) -> Result<Self, BackupError> {
        let hashing = Hashing { out, digest: Sha256::new() };
        let out = BufWriter::with_capacity(128 * 1024, GzEncoder::new(hashing, Compression::new(3)));
        let mut writer = Writer { out, tables: Vec::new(), digest: Sha256::new(), line: Vec::new() };
        writer.line(&json!({
            "format": FORMAT,
            "formatVersion": FORMAT_VERSION,
            "varco": env!("CARGO_PKG_VERSION"),
            "schema": head.schema,
            "engine": head.engine,
            "takenAt": head.taken_at.to_string(),
        }))?;
        Ok(writer)
    }

    /// Begins a table, and ends the one before.
    pub(super) fn table(&mut self, table: &Table) -> Result<(), BackupError> {
        self.end_table();
        let columns: Vec<[&str; 2]> =
            table.columns.iter().map(|(name, kind)| [name.as_str(), kind.word()]).collect();
        self.line(&json!({ "table": table.name, "columns": columns }))?;
        self.tables.push(TableSummary { table: table.name.clone(), rows: 0, sha256: String::new() });
        Ok(())
    }

    /// Adds a row to the table.
    pub(super) fn row(&mut self, cells: &[Cell]) -> Result<(), BackupError> {
        let row = Value::Array(cells.iter().map(Cell::to_json).collect());
        self.line(&row)?;
        self.digest.update(&self.line);
        if let Some(table) = self.tables.last_mut() {
            table.rows += 1;
        }
        Ok(())
    }

    /// Ends the backup and gives back what it was written to, not flushed.
    pub(super) fn finish(mut self) -> Result<(W, Vec<TableSummary>), BackupError> {
        self.end_table();
        let tables: Vec<Value> = self
            .tables
            .iter()
            .map(|table| json!({ "table": table.table, "rows": table.rows, "sha256": table.sha256 }))
            .collect();
        self.line(&json!({ "end": tables }))?;
        let encoder = self.out.into_inner().map_err(io::IntoInnerError::into_error)?;
        let Hashing { mut out, digest } = encoder.finish()?;
        out.write_all(SEAL_HEAD)?;
        out.write_all(hex(&digest.finalize()).as_bytes())?;
        out.write_all(SEAL_TAIL)?;
        Ok((out, self.tables))
    }

    fn end_table(&mut self) {
        let digest = std::mem::take(&mut self.digest).finalize();
        if let Some(table) = self.tables.last_mut() {
            table.sha256 = hex(&digest);
        }
    }

    fn line(&mut self, value: &Value) -> Result<(), BackupError> {
        self.line.clear();
        serde_json::to_writer(&mut self.line, value).map_err(io::Error::from)?;
        self.line.push(b'\n');
        Ok(self.out.write_all(&self.line)?)
    }
}

/// What the next line of a backup is.
pub(super) enum Entry {
    Table(Table),
    Row(Vec<Cell>),
    End,
}

/// A backup that is whole and unchanged, read one row at a time.
pub struct Archive<R> {
    lines: BufReader<GzDecoder<io::Take<BufReader<R>>>>,
    head: Head,
    table: Option<Table>,
    summary: TableSummary,
    seen: Vec<TableSummary>,
    digest: Sha256,
    line: Vec<u8>,
}

impl<R: Read + Seek> Archive<R> {
    /// Opens a backup: reads all of it once to see that it is whole and that no byte of it has changed.
    pub fn open(source: R) -> Result<Self, BackupError> {
        let mut source = BufReader::with_capacity(128 * 1024, source);
        let content = sealed(&mut source)?;
        source.seek(SeekFrom::Start(0))?;
        let lines = BufReader::with_capacity(128 * 1024, GzDecoder::new(source.take(content)));
        let mut archive = Archive {
            lines,
            head: Head { schema: 0, engine: String::new(), taken_at: Timestamp::UNIX_EPOCH },
            table: None,
            summary: TableSummary::default(),
            seen: Vec::new(),
            digest: Sha256::new(),
            line: Vec::new(),
        };
        let first = archive.next_line()?;
        archive.head = head(&first)?;
        Ok(archive)
    }

    /// What it says of itself.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// The tables that were read whole.
    pub(super) fn seen(self) -> Vec<TableSummary> {
        self.seen
    }

    /// The next table, row, or the end, behind which the tables are as they were written.
    pub(super) fn entry(&mut self) -> Result<Entry, BackupError> {
        let value = self.next_line()?;
        match value {
            Value::Array(values) => self.row(values).map(Entry::Row),
            Value::Object(mut object) => {
                self.end_table();
                if let Some(Value::Array(told)) = object.remove("end") {
                    self.compare(&told)?;
                    return Ok(Entry::End);
                }
                let table = table(&object).ok_or(BackupError::Unreadable)?;
                self.summary.table.clone_from(&table.name);
                self.table = Some(table.clone());
                Ok(Entry::Table(table))
            }
            _ => Err(BackupError::Unreadable),
        }
    }

    fn row(&mut self, values: Vec<Value>) -> Result<Vec<Cell>, BackupError> {
        let table = self.table.as_ref().ok_or(BackupError::Unreadable)?;
        if values.len() != table.columns.len() {
            return Err(BackupError::Unreadable);
        }
        self.summary.rows += 1;
        self.digest.update(&self.line);
        let cells = table.columns.iter().zip(values).map(|((_, kind), value)| Cell::from_json(*kind, value));
        cells.collect::<Option<_>>().ok_or(BackupError::Unreadable)
    }

    fn end_table(&mut self) {
        let digest = std::mem::take(&mut self.digest).finalize();
        if self.table.take().is_some() {
            self.summary.sha256 = hex(&digest);
            self.seen.push(std::mem::take(&mut self.summary));
        }
    }

    fn compare(&self, told: &[Value]) -> Result<(), BackupError> {
        let same = |(seen, told): (&TableSummary, &Value)| {
            told.get("table") == Some(&json!(seen.table))
                && told.get("rows") == Some(&json!(seen.rows))
                && told.get("sha256") == Some(&json!(seen.sha256))
        };
        let all = told.len() == self.seen.len() && self.seen.iter().zip(told).all(same);
        if all { Ok(()) } else { Err(BackupError::Unreadable) }
    }

    fn next_line(&mut self) -> Result<Value, BackupError> {
        self.line.clear();
        // The content was sealed: what does not unpack was never a backup of ours.
        self.lines.read_until(b'\n', &mut self.line).map_err(|_| BackupError::Unreadable)?;
        serde_json::from_slice(&self.line).map_err(|_| BackupError::Unreadable)
    }
}

/// Checks the seal and returns how long what it seals is.
fn sealed(source: &mut (impl Read + Seek)) -> Result<u64, BackupError> {
    let length = source.seek(SeekFrom::End(0))?;
    let content = length.checked_sub(SEAL).ok_or(BackupError::NotWhole)?;
    source.seek(SeekFrom::Start(0))?;
    let mut digest = Sha256::new();
    let mut sealed = source.take(content);
    let mut buffer = vec![0; 128 * 1024];
    loop {
        let count = sealed.read(&mut buffer)?;
        if count == 0 {
            break;
        }
        digest.update(buffer.get(..count).unwrap_or_default());
    }
    let mut seal = Vec::new();
    sealed.into_inner().take(SEAL).read_to_end(&mut seal)?;
    let expected = [SEAL_HEAD, hex(&digest.finalize()).as_bytes(), SEAL_TAIL].concat();
    if seal == expected { Ok(content) } else { Err(BackupError::NotWhole) }
}

fn head(line: &Value) -> Result<Head, BackupError> {
    let text = |key: &str| line.get(key).and_then(Value::as_str).ok_or(BackupError::Unreadable);
    let number = |key: &str| line.get(key).and_then(Value::as_i64).ok_or(BackupError::Unreadable);
    if text("format")? != FORMAT {
        return Err(BackupError::Unreadable);
    }
    let version = number("formatVersion")?;
    if version != FORMAT_VERSION {
        return Err(BackupError::OtherFormat { version });
    }
    Ok(Head {
        schema: number("schema")?,
        engine: text("engine")?.to_owned(),
        taken_at: text("takenAt")?.parse().map_err(|_| BackupError::Unreadable)?,
    })
}

fn table(line: &serde_json::Map<String, Value>) -> Option<Table> {
    let column = |column: &Value| {
        let (name, word) = (column.get(0)?.as_str()?, column.get(1)?.as_str()?);
        let kinds = [Kind::Number, Kind::Truth, Kind::Text, Kind::Bytes];
        Some((name.to_owned(), kinds.into_iter().find(|kind| kind.word() == word)?))
    };
    let columns = line.get("columns")?.as_array()?.iter().map(column).collect::<Option<Vec<_>>>()?;
    Some(Table { name: line.get("table")?.as_str()?.to_owned(), columns })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn small() -> Vec<u8> {
        let head = Head { schema: 7, engine: "sqlite".to_owned(), taken_at: Timestamp::UNIX_EPOCH };
        let mut writer = Writer::new(Vec::new(), &head).unwrap();
        let table = Table {
            name: "t".to_owned(),
            columns: vec![("a".to_owned(), Kind::Number), ("b".to_owned(), Kind::Bytes)],
        };
        writer.table(&table).unwrap();
        for number in 0..50 {
            writer.row(&[Cell::Number(Some(number)), Cell::Bytes(Some(vec![0xff; 3]))]).unwrap();
        }
        writer.finish().unwrap().0
    }

    fn read(bytes: &[u8]) -> Result<usize, BackupError> {
        let mut archive = Archive::open(Cursor::new(bytes))?;
        let mut rows = 0;
        loop {
            match archive.entry()? {
                Entry::Row(_) => rows += 1,
                Entry::Table(_) => {}
                Entry::End => return Ok(rows),
            }
        }
    }

    #[test]
    fn what_was_written_is_read() {
        assert_eq!(read(&small()).unwrap(), 50);
    }

    #[test]
    fn no_byte_can_change_and_none_be_missing_or_added() {
        let whole = small();
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            assert!(matches!(read(&changed), Err(BackupError::NotWhole)), "byte {at} changed");
            assert!(matches!(read(&whole[..at]), Err(BackupError::NotWhole)), "cut at {at}");
        }
        assert!(matches!(read(&[&whole[..], b"\n"].concat()), Err(BackupError::NotWhole)));
    }

    #[test]
    fn a_seal_around_something_else_makes_no_backup() {
        let seal = |content: &[u8]| {
            let digits = hex(&Sha256::digest(content));
            [content, SEAL_HEAD, digits.as_bytes(), SEAL_TAIL].concat()
        };
        assert!(matches!(read(&seal(b"")), Err(BackupError::Unreadable)));
        assert!(matches!(read(&seal(b"SQLite format 3\0")), Err(BackupError::Unreadable)));
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(b"{\"format\":\"varco-backup\",\"formatVersion\":2}\n").unwrap();
        let newer = seal(&packed.finish().unwrap());
        assert!(matches!(read(&newer), Err(BackupError::OtherFormat { version: 2 })));
    }

    #[test]
    fn other_tools_read_it_as_gzip() {
        let mut text = String::new();
        flate2::read::MultiGzDecoder::new(&small()[..]).read_to_string(&mut text).unwrap();
        assert_eq!(text.lines().count(), 53);
        assert!(text.starts_with("{\"engine\":\"sqlite\",\"format\":\"varco-backup\""), "{text}");
    }
}
