//! What was received, unpacked: the one file of a ZIP archive, or the file itself. Nothing is unpacked
//! beyond the bound, and no name inside an archive becomes a path.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::rc::Rc;

use zip::ZipArchive;

use super::convert::FileFault;

/// The longest that can follow the last record of an archive, and that record.
const TAIL: u64 = 65_535 + 22;

/// How the rows of a file are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As the published contract has it.
    Json,
    /// As a table.
    Csv,
}

/// Opens what was received and hands it to `read`, bounded to so many bytes.
pub fn unpack<T>(
    mut file: File,
    max: u64,
    read: impl FnOnce(Form, &mut Bounded<&mut dyn Read>) -> Result<T, FileFault>,
) -> Result<T, FileFault> {
    let mut start = [0; 4];
    let length = read_start(&mut file, &mut start)?;
    if length == 0 {
        return Err(FileFault::Empty);
    }
    if !start.starts_with(b"PK") {
        let mut reader = BufReader::new(file);
        let form = form_of_start(&mut reader)?;
        return bounded(&mut reader, max, |source| read(form, source));
    }
    if !has_one_entry(&mut file)? {
        return Err(FileFault::NotOneEntry);
    }
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(|_| FileFault::NotAnArchive)?;
    if archive.len() != 1 {
        return Err(FileFault::NotOneEntry);
    }
    let mut entry = archive.by_index(0).map_err(|_| FileFault::Unreadable)?;
    let form = {
        let name = entry.name().map_err(|_| FileFault::EntryName)?;
        form_of_name(&name).ok_or(FileFault::EntryName)?
    };
    bounded(&mut entry, max, |source| read(form, source))
}

fn read_start(file: &mut File, start: &mut [u8; 4]) -> Result<usize, FileFault> {
    let mut length = 0;
    while let Some(rest) = start.get_mut(length..).filter(|rest| !rest.is_empty()) {
        match file.read(rest).map_err(FileFault::Disk)? {
            0 => break,
            read => length += read,
        }
    }
    file.seek(SeekFrom::Start(0)).map_err(FileFault::Disk)?;
    Ok(length)
}

/// Whether the last record of the archive counts one entry: a list of millions is not worth reading.
fn has_one_entry(file: &mut File) -> Result<bool, FileFault> {
    let length = file.seek(SeekFrom::End(0)).map_err(FileFault::Disk)?;
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL))).map_err(FileFault::Disk)?;
    let mut tail = Vec::new();
    file.take(TAIL).read_to_end(&mut tail).map_err(FileFault::Disk)?;
    let record = tail.windows(22).rfind(|record| record.starts_with(b"PK\x05\x06"));
    let record = record.ok_or(FileFault::NotAnArchive)?;
    file.seek(SeekFrom::Start(0)).map_err(FileFault::Disk)?;
    Ok(record.get(10..12) == Some(&[1, 0]))
}

/// JSON begins with a brace; whatever else it is, it is read as a table, whose first line tells.
fn form_of_start(reader: &mut BufReader<File>) -> Result<Form, FileFault> {
    let start = reader.fill_buf().map_err(FileFault::Disk)?;
    let start = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start);
    let first = start.iter().find(|byte| !byte.is_ascii_whitespace());
    Ok(if matches!(first, Some(b'{' | b'[')) { Form::Json } else { Form::Csv })
}

fn form_of_name(name: &str) -> Option<Form> {
    if name.contains(['/', '\\', '\0']) {
        return None;
    }
    match name.rsplit_once('.')?.1.to_ascii_lowercase().as_str() {
        "json" => Some(Form::Json),
        "csv" => Some(Form::Csv),
        _ => None,
    }
}

fn bounded<T>(
    source: &mut dyn Read,
    max: u64,
    read: impl FnOnce(&mut Bounded<&mut dyn Read>) -> Result<T, FileFault>,
) -> Result<T, FileFault> {
    let end = Rc::new(Cell::new(End::Open));
    let mut bounded = Bounded { source, left: max, end: Rc::clone(&end) };
    let done = read(&mut bounded);
    // What the reader above makes of the end of its input is not what happened.
    match end.get() {
        End::TooLarge => Err(FileFault::TooLarge),
        End::Failed => Err(FileFault::Unreadable),
        End::Open => done,
    }
}

#[derive(Clone, Copy)]
enum End {
    Open,
    TooLarge,
    Failed,
}

/// Gives so many bytes and no more.
pub struct Bounded<R> {
    source: R,
    left: u64,
    end: Rc<Cell<End>>,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.source.read(buffer) {
            Ok(length) => {
                let Some(left) = self.left.checked_sub(length as u64) else {
                    self.end.set(End::TooLarge);
                    return Err(io::Error::other("the file is too large"));
                };
                self.left = left;
                Ok(length)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => {
                self.end.set(End::Failed);
                Err(error)
            }
        }
    }
}
