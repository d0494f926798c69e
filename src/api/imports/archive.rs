//! The files of a ZIP archive: a few, small, without paths, and nothing packed inside them again.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::FILE_MAX;

/// The most files of an archive.
pub(in crate::api) const ENTRIES_MAX: usize = 10;

/// A file of an archive.
pub(in crate::api) struct Entry {
    /// Its name, for answers: it never becomes a path.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// Why an archive is not unpacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::api) enum ArchiveError {
    /// It is no archive.
    #[error("the file is not a whole ZIP archive")]
    NotAnArchive,
    /// It has no file, or too many.
    #[error("the ZIP archive must hold 1 to {ENTRIES_MAX} files")]
    Entries,
    /// A file has a path, is a folder or has another ending.
    #[error("a file in the ZIP archive must have a name without a path and end as the endpoint says")]
    EntryName,
    /// Two files have one name.
    #[error("two files in the ZIP archive have the same name")]
    SameName,
    /// A file is damaged, encrypted or packed otherwise.
    #[error("a file in the ZIP archive is damaged, encrypted or packed by another method than deflate")]
    Unreadable,
    /// They are too large together.
    #[error("the files in the ZIP archive are too large when unpacked")]
    TooLarge,
}

impl ArchiveError {
    /// The word for programs.
    pub(in crate::api) const fn code(self) -> &'static str {
        match self {
            ArchiveError::NotAnArchive => "not_a_zip",
            ArchiveError::Entries => "zip_entries",
            ArchiveError::EntryName | ArchiveError::SameName => "zip_entry_name",
            ArchiveError::Unreadable => "unzip_failed",
            ArchiveError::TooLarge => "file_too_large",
        }
    }
}

/// Unpacks an archive whose files all have an ending such as `json`.
pub(in crate::api) fn unpack(bytes: &[u8], ending: &str) -> Result<Vec<Entry>, ArchiveError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| ArchiveError::NotAnArchive)?;
    if archive.is_empty() || archive.len() > ENTRIES_MAX {
        return Err(ArchiveError::Entries);
    }
    let mut left = FILE_MAX as u64;
    let mut entries: Vec<Entry> = Vec::new();
    for at in 0..archive.len() {
        let entry = archive.by_index(at).map_err(|_| ArchiveError::Unreadable)?;
        let name = entry.name().map_err(|_| ArchiveError::EntryName)?.to_string();
        if !is_plain(&name, ending) {
            return Err(ArchiveError::EntryName);
        }
        if entries.iter().any(|other| other.name == name) {
            return Err(ArchiveError::SameName);
        }
        let mut bytes = Vec::new();
        // What it says of its size is not believed: one byte more than there may be is too many.
        entry.take(left + 1).read_to_end(&mut bytes).map_err(|_| ArchiveError::Unreadable)?;
        left = left.checked_sub(bytes.len() as u64).ok_or(ArchiveError::TooLarge)?;
        entries.push(Entry { name, bytes });
    }
    Ok(entries)
}

fn is_plain(name: &str, ending: &str) -> bool {
    let path = name.contains(['/', '\\', ':']) || name.chars().any(char::is_control);
    let ends =
        name.rsplit_once('.').is_some_and(|(stem, end)| !stem.is_empty() && end.eq_ignore_ascii_case(ending));
    !path && ends && name.len() <= 255
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::write::SimpleFileOptions;

    use super::*;

    fn packed(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in files {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn small_plain_files_are_unpacked_in_their_order() {
        let entries = unpack(&packed(&[("b.json", b"1"), ("a.JSON", b"22")]), "json").unwrap();
        let told: Vec<_> = entries.iter().map(|entry| (entry.name.as_str(), entry.bytes.len())).collect();
        assert_eq!(told, [("b.json", 1), ("a.JSON", 2)]);
    }

    #[test]
    fn archives_that_mean_harm_are_refused() {
        let code = |bytes: &[u8]| unpack(bytes, "json").err();
        assert_eq!(code(b"PK\x03\x04"), Some(ArchiveError::NotAnArchive));
        assert_eq!(code(b"{}"), Some(ArchiveError::NotAnArchive));
        assert_eq!(code(&packed(&[])), Some(ArchiveError::Entries));
        for name in ["../a.json", "x/a.json", "a\\b.json", "a.zip", ".json", "json", "c:a.json"] {
            assert_eq!(code(&packed(&[(name, b"{}")])), Some(ArchiveError::EntryName), "{name}");
        }
        let many: Vec<String> = (0..11).map(|n| format!("{n}.json")).collect();
        let many: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), b"{}".as_slice())).collect();
        assert_eq!(code(&packed(&many)), Some(ArchiveError::Entries));
        let bomb = vec![0_u8; FILE_MAX + 1];
        let small = packed(&[("a.json", &bomb)]);
        assert!(small.len() < 100_000);
        assert_eq!(code(&small), Some(ArchiveError::TooLarge));
        let mut broken = packed(&[("a.json", &[7; 1000])]);
        let place = broken.len() / 3;
        broken[place] ^= 0xFF;
        assert!(code(&broken).is_some());
    }
}
