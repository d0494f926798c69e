//! The folder of files that are not done: what is in it, and how it gets there so that it lasts.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};

use crate::domain::fiscal_code::FiscalCode;

/// How long a file that no upload knows may be one that is still being received.
const UNKNOWN_KEPT: SignedDuration = SignedDuration::from_hours(1);

/// The folder.
#[derive(Clone, Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// That folder; it is made when it is first needed.
    pub fn new(path: &Path) -> Self {
        Folder(path.to_owned())
    }

    /// Makes the folder if it is not there.
    pub fn make(&self) -> io::Result<()> {
        fs::create_dir_all(&self.0)
    }

    /// The rows of an upload.
    pub fn rows(&self, ec: &FiscalCode, id: &str) -> PathBuf {
        self.0.join(format!("{ec}_{id}.rows"))
    }

    /// What is being received.
    pub fn part(&self, id: &str) -> Part {
        Part(self.0.join(format!("{id}.part")))
    }

    /// What is being written.
    pub fn half(&self, id: &str) -> Part {
        Part(self.0.join(format!("{id}.half")))
    }

    /// Gives a file that is written its name, so that file and name outlast a power cut.
    pub fn keep(&self, half: &Part, file: &File, rows: &Path) -> io::Result<()> {
        file.sync_all()?;
        fs::rename(half.path(), rows)?;
        File::open(&self.0)?.sync_all()
    }

    /// Old files: what a process left that ended while it received, and rows of uploads by their names.
    pub fn old(&self, now: Timestamp) -> Vec<OldFile> {
        let Ok(entries) = fs::read_dir(&self.0) else { return Vec::new() };
        let old = entries.filter_map(Result::ok).filter(|entry| is_old(entry, now));
        old.map(|entry| OldFile::new(entry.path())).collect()
    }
}

/// A file that has been there for long.
#[derive(Debug)]
pub struct OldFile {
    /// Where it is.
    pub path: PathBuf,
    /// Whose rows it holds, and of which upload; none if it holds no rows.
    pub upload: Option<(FiscalCode, String)>,
}

impl OldFile {
    fn new(path: PathBuf) -> Self {
        let upload = path.extension().filter(|ending| *ending == "rows").and(path.file_stem());
        let name = upload.and_then(|stem| stem.to_str()).and_then(|stem| stem.split_once('_'));
        let upload = name.and_then(|(ec, id)| Some((FiscalCode::new(ec).ok()?, id.to_owned())));
        OldFile { path, upload }
    }
}

fn is_old(entry: &fs::DirEntry, now: Timestamp) -> bool {
    let ours = ["rows", "part", "half"];
    let path = entry.path();
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    let changed = entry.metadata().and_then(|metadata| metadata.modified());
    let changed = changed.ok().and_then(|at| Timestamp::try_from(at).ok());
    ours.contains(&ending) && changed.is_some_and(|at| now.duration_since(at) > UNKNOWN_KEPT)
}

/// A file that goes when nobody needs it any more.
#[derive(Debug)]
pub struct Part(PathBuf);

impl Part {
    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // One that was given its name is not there any more.
        let _gone = fs::remove_file(&self.0);
    }
}
