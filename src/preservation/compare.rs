//! What a file of an archive should be, compared with what it is while both are written and read.

use std::io::{self, Read};

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::hexadecimal;
use super::index::Sink;

/// The length of an instant as the index has it: `2027-01-02T10:00:00Z`.
const MOMENT: usize = 20;

/// A file that is read as far as it is expected.
pub struct Compare<R> {
    file: R,
    hasher: Sha256,
    at: u64,
    differs: Option<u64>,
}

impl<R: Read> Compare<R> {
    /// Compares this file from its beginning.
    pub fn new(file: R) -> Self {
        Compare { file, hasher: Sha256::new(), at: 0, differs: None }
    }

    /// Reads on and expects that; after the first difference nothing is expected any more.
    pub fn expect(&mut self, mut text: &[u8]) {
        let mut buffer = [0; 4096];
        while !text.is_empty() && self.differs.is_none() {
            let length = text.len().min(buffer.len());
            let (expected, rest) = text.split_at(length);
            let Some(read) = buffer.get_mut(..length) else { return };
            if self.file.read_exact(read).is_err() || read != expected {
                self.differs = Some(self.at);
            }
            self.hasher.update(&*read);
            self.at += length as u64;
            text = rest;
        }
    }

    /// Reads to the end: about where the file differs from what was expected, if it does, and its digest if
    /// it does not.
    pub fn finish(mut self) -> Result<String, u64> {
        let mut byte = [0];
        if let Some(at) = self.differs {
            return Err(at);
        }
        match self.file.read(&mut byte) {
            Ok(0) => Ok(hexadecimal(self.hasher)),
            _ => Err(self.at),
        }
    }
}

impl<R: Read> Sink for Compare<R> {
    fn put(&mut self, text: &str) -> io::Result<()> {
        self.expect(text.as_bytes());
        Ok(())
    }

    fn moment(&mut self) -> io::Result<()> {
        let mut read = [0; MOMENT];
        if self.differs.is_none() {
            let whole = self.file.read_exact(&mut read).is_ok();
            let text = std::str::from_utf8(&read).unwrap_or_default();
            let is_one = text.parse().is_ok_and(|instant: Timestamp| instant.to_string() == text);
            if !whole || !is_one {
                self.differs = Some(self.at);
            }
            self.hasher.update(read);
            self.at += MOMENT as u64;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compared(file: &[u8], expected: &[&str]) -> Result<String, u64> {
        let mut compare = Compare::new(file);
        expected.iter().for_each(|text| compare.expect(text.as_bytes()));
        compare.finish()
    }

    #[test]
    fn a_file_is_what_was_expected_to_the_last_byte() {
        assert_eq!(compared(b"abcdef", &["abc", "def"]), Ok(super::super::digest(b"abcdef")));
        assert_eq!(compared(b"abcxef", &["abc", "def"]), Err(3));
        assert_eq!(compared(b"abcde", &["abc", "def"]), Err(3));
        assert_eq!(compared(b"abcdefg", &["abc", "def"]), Err(6));
    }

    #[test]
    fn only_an_instant_may_stand_where_one_is_expected() {
        for (file, is_one) in [
            ("<2027-01-02T10:00:00Z>", true),
            ("<2027-01-02T10:00:60Z>", false),
            ("<2027-13-02T10:00:00Z>", false),
            ("<2027-01-02t10:00:00Z>", false),
            ("<2027-01-02T10", false),
        ] {
            let mut compare = Compare::new(file.as_bytes());
            compare.put("<").unwrap();
            compare.moment().unwrap();
            compare.put(">").unwrap();
            assert_eq!(compare.finish().is_ok(), is_one, "{file}");
        }
    }
}
