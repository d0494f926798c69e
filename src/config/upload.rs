//! `[upload]`: files of positions, while they are received and carried out.

use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};
use toml::Table;

use super::source::Section;
use super::table;
use super::values::{ByteSize, Count, HumanDuration, Setting};

/// How files of positions are taken in.
#[derive(Debug, Clone)]
pub struct Upload {
    /// Where files are until they are done; beside the embedded database unless told otherwise.
    pub folder: PathBuf,
    /// Largest file, unpacked.
    pub max_file: ByteSize,
    /// The whole request that brings a file.
    pub receive_timeout: HumanDuration,
    /// Files that are carried out at the same time.
    pub workers: Count,
}

const FOLDER: &str = "varco-uploads";

impl Upload {
    pub(super) fn read(section: &mut Section<'_>, database: &SecretString) -> Self {
        let folder = match section.optional::<PathBuf>("folder") {
            Some(folder) => section.in_folder(&folder),
            // Where the database can be written a folder can be, too.
            None => beside(database.expose_secret())
                .map_or_else(|| section.in_folder(FOLDER.as_ref()), |folder| folder.join(FOLDER)),
        };
        Self {
            folder,
            max_file: section.or("max_file", ByteSize::from_mebibytes(100)),
            receive_timeout: section.or("receive_timeout", HumanDuration::from_secs(300)),
            workers: section.or("workers", Count::new(2)),
        }
    }

    pub(super) fn to_table(&self) -> Table {
        table([
            ("folder", self.folder.to_value()),
            ("max_file", self.max_file.to_value()),
            ("receive_timeout", self.receive_timeout.to_value()),
            ("workers", self.workers.to_value()),
        ])
    }
}

/// The folder of the embedded database.
fn beside(database: &str) -> Option<&Path> {
    Path::new(database.strip_prefix("sqlite://")?.split('?').next()?).parent()
}
