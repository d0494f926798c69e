//! Archives that come from anywhere are opened with bounds on what is read and held.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use zip::ZipArchive;

use super::MAX_RECEIPTS;

/// What the list of the files of an archive may take: each has a name, and a record of 46 bytes and some more.
const MAX_LIST: u64 = 128 * MAX_RECEIPTS;

/// A file that several readers read at once, each at its own place.
#[derive(Clone, Debug)]
pub struct Shared {
    file: Arc<File>,
    length: u64,
    at: u64,
    /// How many bytes may still be read, by all of them.
    left: Arc<AtomicU64>,
}

/// An opened archive; cheap to clone.
pub type Archive = ZipArchive<BufferedShared>;

/// Reads a little ahead; a clone begins with nothing read.
#[derive(Debug)]
pub struct BufferedShared(BufReader<Shared>);

/// Opens an archive whose list of files is of a sane size.
pub fn open(file: File) -> Result<Archive, &'static str> {
    open_within(file, MAX_LIST)
}

fn open_within(file: File, max_list: u64) -> Result<Archive, &'static str> {
    let length = file.metadata().map_err(|_| "cannot be read")?.len();
    let left = Arc::new(AtomicU64::new(max_list));
    let shared = Shared { file: Arc::new(file), length, at: 0, left: Arc::clone(&left) };
    let archive = ZipArchive::new(BufferedShared(BufReader::new(shared)));
    let archive = archive.map_err(|_| "is no ZIP archive, or one with far too many files")?;
    left.store(u64::MAX, Ordering::Relaxed);
    if archive.has_duplicate_names() {
        return Err("has a file twice");
    }
    match archive.clone().has_overlapping_entries() {
        Ok(false) => Ok(archive),
        Ok(true) => Err("has files that lie one upon the other"),
        Err(_) => Err("has a damaged list of files"),
    }
}

impl Read for Shared {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(buffer, self.at)?;
        self.at += read as u64;
        let spend = |left: u64| left.checked_sub(read as u64);
        match self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, spend) {
            Ok(_) => Ok(read),
            Err(_) => Err(io::Error::other("too much to read")),
        }
    }
}

impl Seek for Shared {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.length.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

impl Clone for BufferedShared {
    fn clone(&self) -> Self {
        BufferedShared(BufReader::new(self.0.get_ref().clone()))
    }
}

impl Read for BufferedShared {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Seek for BufferedShared {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn archive(files: usize) -> File {
        let mut zip = ZipWriter::new(tempfile::tempfile().unwrap());
        for number in 0..files {
            zip.start_file(number.to_string(), SimpleFileOptions::default()).unwrap();
            zip.write_all(b"x").unwrap();
        }
        zip.finish().unwrap()
    }

    #[test]
    fn a_list_of_files_is_read_up_to_its_bound() {
        assert_eq!(open_within(archive(100), 20_000).unwrap().len(), 100);
        assert!(open_within(archive(2000), 20_000).is_err());
    }

    #[test]
    fn clones_read_at_their_own_places() {
        let archive = open(archive(3)).unwrap();
        let (mut one, mut other) = (archive.clone(), archive);
        let (mut first, mut second) = (String::new(), String::new());
        let mut begun = one.by_index(0).unwrap();
        other.by_index(2).unwrap().read_to_string(&mut second).unwrap();
        begun.read_to_string(&mut first).unwrap();
        assert_eq!((first.as_str(), second.as_str()), ("x", "x"));
    }
}
