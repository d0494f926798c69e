//! One rustls configuration out of files: our certificate, the authorities, the list.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::time_provider::TimeProvider;
use rustls::{RootCertStore, ServerConfig};
use sha2::{Digest, Sha256};

use super::identity::{AllowList, AllowedClientVerifier, ClientCertificate};
use super::names::{DistinguishedName, NameError};
use crate::config::{AllowedClients, ApiTls, HumanDuration, SoapTls};
use crate::domain::clock::Clock;

/// The TLS side of one listener.
#[derive(Debug, Clone)]
pub struct TlsSettings {
    /// Section of the configuration, for messages: `soap.tls` or `api`.
    pub section: &'static str,
    /// PEM file of our chain, leaf first.
    pub certificate: PathBuf,
    /// PEM file of its key.
    pub key: PathBuf,
    /// Present: a client certificate is required. Absent: none is asked for.
    pub callers: Option<CallerSettings>,
    /// How often the files are looked at.
    pub reload_interval: Duration,
}

/// Which callers are let in.
#[derive(Debug, Clone)]
pub struct CallerSettings {
    /// PEM files of the authorities; intermediates count as anchors too.
    pub client_ca: Vec<PathBuf>,
    /// Which of their certificates.
    pub allowed: AllowedClients,
}

impl From<&SoapTls> for TlsSettings {
    fn from(tls: &SoapTls) -> Self {
        let callers =
            CallerSettings { client_ca: tls.client_ca.clone(), allowed: tls.allowed_clients.clone() };
        Self {
            section: "soap.tls",
            certificate: tls.certificate.clone(),
            key: tls.key.clone(),
            callers: Some(callers),
            reload_interval: tls.reload_interval.get(),
        }
    }
}

impl TlsSettings {
    /// The REST listener: no client certificate; `interval` is that of the SOAP side.
    pub fn for_api(tls: &ApiTls, interval: HumanDuration) -> Self {
        Self {
            section: "api",
            certificate: tls.certificate.clone(),
            key: tls.key.clone(),
            callers: None,
            reload_interval: interval.get(),
        }
    }
}

/// Why a TLS configuration can't be built; each names the setting and the file.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The file is not there or not readable.
    #[error("{setting}: can't read {}: {source}", path.display())]
    Unreadable {
        /// Dotted name of the setting.
        setting: String,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file holds nothing of use.
    #[error("{setting}: {} {problem}", path.display())]
    File {
        /// Dotted name of the setting.
        setting: String,
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// A name of the list can't be read.
    #[error("{setting}: {text:?} {source}")]
    Name {
        /// Dotted name of the setting, with the entry's number from 1.
        setting: String,
        /// As configured.
        text: String,
        /// What is wrong with it.
        source: NameError,
    },
    /// Certificate and key, each fine, don't go together or can't be used.
    #[error("{section}.certificate and {section}.key can't be used together: {source}")]
    Pair {
        /// Section of the configuration.
        section: &'static str,
        /// What rustls said.
        source: rustls::Error,
    },
    /// rustls refused something else.
    #[error("{section}: TLS can't be set up: {problem}")]
    Setup {
        /// Section of the configuration.
        section: &'static str,
        /// What rustls said.
        problem: String,
    },
}

/// Fingerprint of a part of the configuration, to see whether it changed.
pub(super) type Fingerprint = [u8; 32];

/// The files as they were at one moment; comparing contents sees a change behind a symbolic link and
/// one within the clock's grain, which times of modification don't.
pub(super) struct Material {
    certificate: Vec<u8>,
    key: Vec<u8>,
    anchors: Vec<(PathBuf, Vec<u8>)>,
    /// Of what we show.
    pub(super) own: Fingerprint,
    /// Of whom we let in.
    pub(super) callers: Fingerprint,
}

impl Material {
    pub(super) fn read(settings: &TlsSettings) -> Result<Self, TlsError> {
        let read = |key: &str, path: &Path| {
            std::fs::read(path).map_err(|source| TlsError::Unreadable {
                setting: format!("{}.{key}", settings.section),
                path: path.to_owned(),
                source,
            })
        };
        let certificate = read("certificate", &settings.certificate)?;
        let key = read("key", &settings.key)?;
        let mut anchors = Vec::new();
        let mut callers = Sha256::new();
        if let Some(wanted) = &settings.callers {
            callers.update(format!("{:?}", wanted.allowed));
            for path in &wanted.client_ca {
                let pem = read("client_ca", path)?;
                callers.update(Sha256::digest(&pem));
                anchors.push((path.clone(), pem));
            }
        }
        let own = Sha256::new().chain_update(Sha256::digest(&certificate)).chain_update(&key).finalize();
        Ok(Self { certificate, key, anchors, own: own.into(), callers: callers.finalize().into() })
    }
}

/// A configuration ready to accept, and when our certificate ends.
pub(super) struct Built {
    pub(super) config: Arc<ServerConfig>,
    pub(super) not_after: Timestamp,
}

/// Builds the configuration. Tickets are new each time, so that a session resumed from before a
/// change of callers is verified anew (resumption asks no verifier).
pub(super) fn build(settings: &TlsSettings, material: &Material, clock: &Clock) -> Result<Built, TlsError> {
    let section = settings.section;
    let setup = |error: &dyn std::error::Error| TlsError::Setup { section, problem: error.to_string() };
    let chain = certificates(settings, "certificate", &settings.certificate, &material.certificate)?;
    let not_after = check_own_chain(settings, &chain, clock)?;
    let key = PrivateKeyDer::from_pem_slice(&material.key).map_err(|error| TlsError::File {
        setting: format!("{section}.key"),
        path: settings.key.clone(),
        problem: format!("holds no usable private key in PEM form: {error}"),
    })?;
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder =
        ServerConfig::builder_with_details(Arc::clone(&provider), Arc::new(ClockTime(clock.clone())))
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
            .map_err(|error| setup(&error))?;
    let builder = match &settings.callers {
        None => builder.with_no_client_auth(),
        Some(callers) => {
            let anchors = Arc::new(anchors(settings, material)?);
            let chain = WebPkiClientVerifier::builder_with_provider(anchors, provider)
                .build()
                .map_err(|error| setup(&error))?;
            let allowed = allow_list(section, &callers.allowed)?;
            builder.with_client_cert_verifier(Arc::new(AllowedClientVerifier { chain, allowed }))
        }
    };
    let mut config =
        builder.with_single_cert(chain, key).map_err(|source| TlsError::Pair { section, source })?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.ticketer = aws_lc_rs::Ticketer::new().map_err(|error| setup(&error))?;
    Ok(Built { config: Arc::new(config), not_after })
}

/// Reads a PEM file that must hold one certificate at least.
fn certificates(
    settings: &TlsSettings,
    key: &str,
    path: &Path,
    pem: &[u8],
) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let wrong = |problem: String| TlsError::File {
        setting: format!("{}.{key}", settings.section),
        path: path.to_owned(),
        problem,
    };
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let found = read.map_err(|error| wrong(format!("is not a PEM file of certificates: {error}")))?;
    if found.is_empty() { Err(wrong("holds no certificate in PEM form".to_owned())) } else { Ok(found) }
}

/// Reads our leaf and warns of what the node would refuse but a server can start with.
fn check_own_chain(
    settings: &TlsSettings,
    chain: &[CertificateDer<'_>],
    clock: &Clock,
) -> Result<Timestamp, TlsError> {
    let leaf = chain.first().and_then(|leaf| ClientCertificate::read(leaf).ok());
    let leaf = leaf.ok_or_else(|| TlsError::File {
        setting: format!("{}.certificate", settings.section),
        path: settings.certificate.clone(),
        problem: "does not begin with an X.509 certificate".to_owned(),
    })?;
    let file = settings.certificate.display();
    if leaf.not_after < clock.now() {
        tracing::warn!(%file, not_after = %leaf.not_after, "our certificate has expired: callers will refuse it");
    }
    if chain.len() == 1 && !leaf.subject.matches(&leaf.issuer) {
        tracing::warn!(%file, issuer = %leaf.issuer, "the file holds our certificate only: add the intermediates, callers need the whole chain");
    }
    Ok(leaf.not_after)
}

fn anchors(settings: &TlsSettings, material: &Material) -> Result<RootCertStore, TlsError> {
    let mut store = RootCertStore::empty();
    for (path, pem) in &material.anchors {
        for certificate in certificates(settings, "client_ca", path, pem)? {
            store.add(certificate).map_err(|error| TlsError::File {
                setting: format!("{}.client_ca", settings.section),
                path: path.clone(),
                problem: format!("holds a certificate that can't be an authority: {error}"),
            })?;
        }
    }
    Ok(store)
}

fn allow_list(section: &str, allowed: &AllowedClients) -> Result<AllowList, TlsError> {
    let AllowedClients::Listed(listed) = allowed else {
        return Ok(AllowList::AnyOfCa);
    };
    let name = |entry: usize, field: &str, text: &str| {
        DistinguishedName::parse(text).map_err(|source| TlsError::Name {
            setting: format!("{section}.allowed_clients, entry {}, {field}", entry + 1),
            text: text.to_owned(),
            source,
        })
    };
    let pairs = listed.iter().enumerate().map(|(entry, names)| {
        Ok((name(entry, "subject", &names.subject)?, name(entry, "issuer", &names.issuer)?))
    });
    Ok(AllowList::Pairs(pairs.collect::<Result<_, TlsError>>()?))
}

/// rustls asks our clock, so that a test can let a certificate expire.
#[derive(Debug)]
struct ClockTime(Clock);

impl TimeProvider for ClockTime {
    fn current_time(&self) -> Option<UnixTime> {
        let seconds = u64::try_from(self.0.now().as_second()).ok()?;
        Some(UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
    }
}
