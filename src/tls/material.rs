//! What a configuration is made of, as it was at one moment: files, and what is held over them.

use std::path::{Path, PathBuf};

use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};

use super::acceptor::{Fingerprint, TlsError, TlsSettings};
use super::held::{Anchor, Held, List, OwnPair};

/// A piece of PEM, and where it is from.
pub(super) struct Pem {
    pub(super) from: Origin,
    pub(super) bytes: Vec<u8>,
}

pub(super) enum Origin {
    File { key: &'static str, path: PathBuf },
    Held(String),
}

impl Pem {
    pub(super) fn wrong(&self, section: &str, problem: String) -> TlsError {
        match &self.from {
            Origin::File { key, path } => {
                TlsError::File { setting: format!("{section}.{key}"), path: path.clone(), problem }
            }
            Origin::Held(name) => TlsError::Held { name: name.clone(), problem },
        }
    }
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Origin::File { path, .. } => write!(f, "{}", path.display()),
            Origin::Held(name) => f.write_str(name),
        }
    }
}

/// What there was at one moment; comparing contents sees a change behind a symbolic link and one within
/// the clock's grain, which times of modification don't.
pub(super) struct Material {
    pub(super) certificate: Pem,
    pub(super) key: Pem,
    pub(super) anchors: Vec<Pem>,
    pub(super) lists: Vec<List>,
    /// Of what we show.
    pub(super) own: Fingerprint,
    /// Of whom we let in.
    pub(super) callers: Fingerprint,
}

impl Material {
    pub(super) fn read(settings: &TlsSettings, held: &Held) -> Result<Self, TlsError> {
        let (certificate, key, own) = match &held.own {
            Some(pair) => of_pair(pair),
            None => {
                let certificate = file(settings, "certificate", &settings.certificate)?;
                let key = file(settings, "key", &settings.key)?;
                let own = Sha256::new().chain_update(Sha256::digest(&certificate.bytes));
                let own = own.chain_update(&key.bytes).finalize().into();
                (certificate, key, own)
            }
        };
        let mut anchors = Vec::new();
        let mut lists = Vec::new();
        let mut callers = Sha256::new();
        if let Some(wanted) = &settings.callers {
            match &held.allowed {
                None => callers.update(format!("{:?}", wanted.allowed)),
                Some(allowed) => callers.update(format!("held {allowed:?}")),
            }
            callers.update(format!("{:?}", held.revoked));
            anchors = match &held.anchors {
                None => {
                    let files = wanted.client_ca.iter().map(|path| file(settings, "client_ca", path));
                    files.collect::<Result<Vec<_>, _>>()?
                }
                Some(held) => held.iter().map(of_anchor).collect(),
            };
            anchors.iter().for_each(|pem| callers.update(Sha256::digest(&pem.bytes)));
            lists = held.revocation.read()?;
            lists.iter().for_each(|list| callers.update(Sha256::digest(&list.bytes)));
            callers.update(format!("{:?}", held.revocation.outdated));
        }
        Ok(Self { certificate, key, anchors, lists, own, callers: callers.finalize().into() })
    }
}

fn file(settings: &TlsSettings, key: &'static str, path: &Path) -> Result<Pem, TlsError> {
    let bytes = std::fs::read(path).map_err(|source| TlsError::Unreadable {
        setting: format!("{}.{key}", settings.section),
        path: path.to_owned(),
        source,
    })?;
    Ok(Pem { from: Origin::File { key, path: path.to_owned() }, bytes })
}

fn of_pair(pair: &OwnPair) -> (Pem, Pem, Fingerprint) {
    let pem = |bytes: &str| Pem { from: Origin::Held(pair.name.clone()), bytes: bytes.as_bytes().to_vec() };
    (pem(&pair.chain), pem(pair.key.expose_secret()), pair.digest())
}

fn of_anchor(anchor: &Anchor) -> Pem {
    Pem { from: Origin::Held(anchor.name.clone()), bytes: anchor.pem.clone().into_bytes() }
}
