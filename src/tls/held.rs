//! What stands in place of the files of the configuration: certificates that people manage.
//!
//! Where there is none of a kind, the files of that kind count. Where they are kept is not known here.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rustls::pki_types::CertificateRevocationListDer;
use rustls::pki_types::pem::PemObject;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use x509_parser::prelude::{CertificateRevocationList, FromDer};

use super::acceptor::TlsError;
use super::identity::Allowed;

/// A SHA-256.
pub type Sha256Digest = [u8; 32];

/// Certificates for one listener, over the files of the configuration.
#[derive(Clone, Debug, Default)]
pub struct Held {
    /// What it shows.
    pub own: Option<OwnPair>,
    /// The authorities of its callers.
    pub anchors: Option<Vec<Anchor>>,
    /// Which of their certificates may call.
    pub allowed: Option<Vec<Allowed>>,
    /// Certificates that are never let in, nor count as authorities, by their SHA-256.
    pub revoked: BTreeSet<Sha256Digest>,
    /// Which certificates their authorities took back.
    pub revocation: Revocation,
}

/// A chain with its key.
#[derive(Clone, Debug)]
pub struct OwnPair {
    /// What people call it, for messages.
    pub name: String,
    /// The chain in PEM form, leaf first.
    pub chain: String,
    /// Its private key in PEM form.
    pub key: SecretString,
}

/// An authority.
#[derive(Clone, Debug)]
pub struct Anchor {
    /// What people call it, for messages.
    pub name: String,
    /// The certificate, or several, in PEM form.
    pub pem: String,
}

/// Revocation lists, and what they count for.
#[derive(Clone, Debug, Default)]
pub struct Revocation {
    /// Files, and folders of files, in PEM or DER form.
    pub files: Vec<PathBuf>,
    /// Lists in PEM form.
    pub lists: Vec<String>,
    /// What to do when a list is older than it says it may be.
    pub outdated: Outdated,
}

/// What a list counts for that should have been renewed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Outdated {
    /// It goes on counting: who is not on it is let in.
    #[default]
    Counts,
    /// Nobody whose authority has only such a list is let in.
    Refuses,
}

impl OwnPair {
    pub(super) fn digest(&self) -> Sha256Digest {
        let chain = Sha256::digest(&self.chain);
        Sha256::new().chain_update(chain).chain_update(self.key.expose_secret()).finalize().into()
    }
}

/// A list as it came, with where it came from.
pub(super) struct List {
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
}

impl Revocation {
    /// Reads the files anew; a folder's in the order of their names.
    pub(super) fn read(&self) -> Result<Vec<List>, TlsError> {
        let mut lists: Vec<List> = Vec::new();
        for path in &self.files {
            for file in files(path)? {
                let bytes = std::fs::read(&file).map_err(|source| unreadable(&file, source))?;
                lists.push(List { name: file.display().to_string(), bytes });
            }
        }
        let kept = self.lists.iter().enumerate().map(|(number, pem)| List {
            name: format!("uploaded list {}", number + 1),
            bytes: pem.clone().into_bytes(),
        });
        lists.extend(kept);
        Ok(lists)
    }
}

impl List {
    /// The lists in it: several of PEM form, or one of DER form.
    pub(super) fn parse(&self) -> Result<Vec<CertificateRevocationListDer<'static>>, TlsError> {
        let pem: Result<Vec<_>, _> = CertificateRevocationListDer::pem_slice_iter(&self.bytes).collect();
        let lists = pem.ok().filter(|lists| !lists.is_empty());
        let lists = lists.unwrap_or_else(|| vec![CertificateRevocationListDer::from(self.bytes.clone())]);
        if lists.iter().any(|list| CertificateRevocationList::from_der(list).is_err()) {
            let problem = "is no revocation list, neither in PEM nor in DER form".to_owned();
            return Err(TlsError::Held { name: self.name.clone(), problem });
        }
        Ok(lists)
    }
}

fn files(path: &Path) -> Result<Vec<PathBuf>, TlsError> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = std::fs::read_dir(path).map_err(|source| unreadable(path, source))?;
    let files = entries.filter_map(|entry| entry.ok().map(|entry| entry.path()));
    let hidden =
        |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
    let mut files: Vec<PathBuf> = files.filter(|path| path.is_file() && !hidden(path)).collect();
    files.sort();
    Ok(files)
}

fn unreadable(path: &Path, source: std::io::Error) -> TlsError {
    TlsError::Unreadable {
        setting: "certificates.revocation_lists".to_owned(),
        path: path.to_owned(),
        source,
    }
}
