//! The folder in which the demo keeps everything, so that deleting it leaves no trace.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::cli::Failure;

/// Who may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Only the owner.
    Private,
    /// Everybody.
    Public,
}

/// The demo's folder, as an absolute path.
#[derive(Clone, Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// Creates the folder if it is not there.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        fs::create_dir_all(path).map_err(|error| named(path, &error))?;
        path.canonicalize().map(Folder).map_err(|error| named(path, &error))
    }

    /// Its own absolute path.
    pub fn root(&self) -> &Path {
        &self.0
    }

    /// The absolute path of a file in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// The text of a file in it; none if it is not there.
    pub fn read(&self, name: &str) -> Result<Option<String>, Failure> {
        let file = self.path(name);
        match fs::read_to_string(&file) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(named(&file, &error)),
        }
    }

    /// Writes a file whole: who waits for it never sees a part of it.
    pub fn write(&self, name: &str, text: &str, access: Access) -> Result<(), Failure> {
        let (file, partial) = (self.path(name), self.path(&format!("{name}.partial")));
        let mode = match access {
            Access::Private => 0o600,
            Access::Public => 0o644,
        };
        let write = || {
            remove(&partial)?;
            let mut opened = OpenOptions::new().write(true).create_new(true).mode(mode).open(&partial)?;
            opened.write_all(text.as_bytes())?;
            opened.sync_all()?;
            fs::rename(&partial, &file)
        };
        write().map_err(|error| named(&file, &error))
    }

    /// Removes a file if it is there.
    pub fn remove(&self, name: &str) -> Result<(), Failure> {
        let file = self.path(name);
        remove(&file).map_err(|error| named(&file, &error))
    }
}

fn remove(file: &Path) -> std::io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

fn named(file: &Path, error: &std::io::Error) -> Failure {
    Failure::unusable(format!("{}: {error}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_private_file_is_private_even_when_it_replaces_a_public_one() {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::open(&root.path().join("a/b")).unwrap();
        assert_eq!(folder.read("key").unwrap(), None);
        folder.write("key", "1", Access::Public).unwrap();
        folder.write("key", "2", Access::Private).unwrap();
        assert_eq!(folder.read("key").unwrap().as_deref(), Some("2"));
        let mode = fs::metadata(folder.path("key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        folder.remove("key").unwrap();
        folder.remove("key").unwrap();
        assert!(folder.path("key").is_absolute());
    }
}
