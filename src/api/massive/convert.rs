//! From a file as it was received to rows on the disk; or what is wrong with it as a whole.
//!
//! JSON is read position by position, and no position beyond the bound: a file of 100 MiB is never in memory.

use std::fmt;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::archive::{Form, unpack};
use super::folder::Folder;
use super::meter::Meter;
use super::spool::{Row, Spool, SpoolError};
use super::table::{self, CsvFault};
use super::{ROW_BYTES_MAX, ROWS_MAX};
use crate::api::sheet::{SheetFault, skip_mark};
use crate::domain::fiscal_code::FiscalCode;
use crate::store::Operation;

/// What is wrong with a file as a whole.
#[derive(Debug, thiserror::Error)]
pub enum FileFault {
    /// It has no byte.
    #[error("the file is empty")]
    Empty,
    /// It begins like a ZIP archive and is none.
    #[error("the file is not a whole ZIP archive")]
    NotAnArchive,
    /// The archive has no entry, or several.
    #[error("a ZIP archive must hold exactly one file")]
    NotOneEntry,
    /// The entry has a path or another ending.
    #[error("the file in a ZIP archive must have a name without a path that ends in .json or .csv")]
    EntryName,
    /// The entry is damaged, encrypted, or packed otherwise.
    #[error(
        "the file in the ZIP archive cannot be unpacked: it is damaged, encrypted or packed by another method than deflate"
    )]
    Unreadable,
    /// It is too large.
    #[error("the file is too large")]
    TooLarge,
    /// It is not JSON.
    #[error("the file is not well-formed JSON: line {line}, column {column}")]
    Json {
        /// Where, from 1.
        line: usize,
        /// Where, from 1.
        column: usize,
    },
    /// It is not the object that the operation takes.
    #[error("the file must be an object with the list {0}")]
    Positions(&'static str),
    /// It has no row.
    #[error("the file has no position")]
    NoRows,
    /// It has too many.
    #[error("the file has more than {ROWS_MAX} positions")]
    TooManyRows,
    /// A position, or something beside the list of them, is larger than a position may be.
    #[error("one of the values in the file is larger than {ROW_BYTES_MAX} bytes")]
    LargeRow {
        /// The name of the list.
        list: &'static str,
        /// The place of the position in it.
        row: Option<i64>,
    },
    /// It is not a table.
    #[error("{0}")]
    Csv(table::CsvFault),
    /// It cannot be written here.
    #[error("the file cannot be kept: {0}")]
    Disk(#[source] io::Error),
}

impl From<SpoolError> for FileFault {
    fn from(error: SpoolError) -> Self {
        match error {
            SpoolError::TooMany => FileFault::TooManyRows,
            SpoolError::Disk(error) => FileFault::Disk(error),
        }
    }
}

/// What a file is to become.
pub struct Target {
    /// Where rows are kept.
    pub folder: Folder,
    /// Whose rows they are.
    pub ec: FiscalCode,
    /// The upload's name.
    pub id: String,
    /// What the file asks for.
    pub operation: Operation,
    /// The largest file, unpacked, in bytes.
    pub max: u64,
}

/// Writes the rows of a file to the disk, to stay; says how many. Blocks.
pub fn convert(received: File, target: &Target) -> Result<i64, FileFault> {
    let half = target.folder.half(&target.id);
    let file = File::create(half.path()).map_err(FileFault::Disk)?;
    let mut spool = Spool::new(BufWriter::with_capacity(1 << 18, file));
    unpack(received, target.max, |form, source| match form {
        Form::Json => json(source, target.operation, &mut spool),
        Form::Csv => table::read(source, target.operation, &mut spool),
    })?;
    let (rows, writer) = spool.finish();
    if rows == 0 {
        return Err(FileFault::NoRows);
    }
    let file = writer.into_inner().map_err(|error| FileFault::Disk(error.into_error()))?;
    target.folder.keep(&half, &file, &target.folder.rows(&target.ec, &target.id)).map_err(FileFault::Disk)?;
    Ok(rows)
}

impl From<SheetFault> for FileFault {
    fn from(fault: SheetFault) -> Self {
        match fault {
            SheetFault::Encoding(line) => FileFault::Csv(CsvFault::Encoding(line)),
            SheetFault::Cells(line) => FileFault::Csv(CsvFault::Cells(line)),
            SheetFault::Source(error) => FileFault::Disk(error),
        }
    }
}

/// The name of the list that an operation takes.
pub const fn list_name(operation: Operation) -> &'static str {
    match operation {
        Operation::Create | Operation::Update => "paymentPositions",
        Operation::Delete => "paymentPositionIUPDs",
    }
}

fn json<W: Write>(source: impl Read, operation: Operation, spool: &mut Spool<W>) -> Result<(), FileFault> {
    let mut reader = BufReader::with_capacity(1 << 18, source);
    skip_mark(&mut reader).map_err(FileFault::Disk)?;
    let (meter, reader) = Meter::on(reader);
    let mut file =
        PositionsFile { name: list_name(operation), spool, meter, row: None, found: false, fault: None };
    let mut json = serde_json::Deserializer::from_reader(reader);
    let read = (&mut file).deserialize(&mut json).and_then(|()| json.end());
    if let Some(fault) = file.fault {
        return Err(fault.into());
    }
    if file.meter.is_over() {
        return Err(FileFault::LargeRow { list: file.name, row: file.row });
    }
    match read {
        Ok(()) if file.found => Ok(()),
        Ok(()) => Err(FileFault::Positions(file.name)),
        Err(error) if error.is_data() => Err(FileFault::Positions(file.name)),
        Err(error) => Err(FileFault::Json { line: error.line(), column: error.column() }),
    }
}

/// Reads the object of a file, row by row.
struct PositionsFile<'s, W> {
    name: &'static str,
    spool: &'s mut Spool<W>,
    meter: Meter,
    /// Which row is being read.
    row: Option<i64>,
    found: bool,
    fault: Option<SpoolError>,
}

impl<'de, W: Write> DeserializeSeed<'de> for &mut PositionsFile<'_, W> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, W: Write> Visitor<'de> for &mut PositionsFile<'_, W> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with the list {}", self.name)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key_seed(Held::<String>::by(&self.meter))? {
            if name != self.name {
                map.next_value_seed(Held::<IgnoredAny>::by(&self.meter))?;
                continue;
            }
            if self.found {
                return Err(A::Error::custom("the list is there twice"));
            }
            self.found = true;
            map.next_value_seed(Positions(self))?;
        }
        Ok(())
    }
}

struct Positions<'f, 's, W>(&'f mut PositionsFile<'s, W>);

impl<'de, W: Write> DeserializeSeed<'de> for Positions<'_, '_, W> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, W: Write> Visitor<'de> for Positions<'_, '_, W> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        for number in 0.. {
            self.0.row = Some(number);
            let row = list.next_element_seed(Held::<Box<RawValue>>::by(&self.0.meter))?;
            let Some(row) = row else { break };
            if let Err(fault) = self.0.spool.push(&Row::plain(&row)) {
                self.0.fault = Some(fault);
                return Err(A::Error::custom("the row cannot be taken in"));
            }
        }
        self.0.row = None;
        Ok(())
    }
}

/// Reads what is in memory while it is read, within the bound: from its first byte on, without the blanks
/// around it.
struct Held<'f, T>(&'f Meter, PhantomData<T>);

impl<'f, T> Held<'f, T> {
    fn by(meter: &'f Meter) -> Self {
        Held(meter, PhantomData)
    }
}

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for Held<'_, T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        self.0.bound();
        let value = T::deserialize(deserializer)?;
        self.0.open();
        Ok(value)
    }
}
