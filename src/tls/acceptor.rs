//! One rustls configuration out of files, and out of what is held over them: our certificate, the
//! authorities, the list.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use openssl::x509::{X509, X509Crl};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer, UnixTime};
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{VerifierBuilderError, WebPkiClientVerifier};
use rustls::time_provider::TimeProvider;
use rustls::{RootCertStore, ServerConfig};
use sha2::{Digest, Sha256};

use super::held::{Held, Outdated};
use super::identity::{AllowList, Allowed, AllowedClientVerifier, ClientCertificate};
use super::material::{Material, Origin, Pem};
use super::names::{DistinguishedName, NameError};
use crate::config::{AllowedClients, ApiTls, HumanDuration, LegacyListener, SoapTls};
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
    /// The listener of old systems: which certificates are whose is said of each partner.
    pub fn for_legacy(listener: &LegacyListener, interval: HumanDuration) -> Self {
        let callers =
            CallerSettings { client_ca: listener.client_ca.clone(), allowed: AllowedClients::AnyOfCa };
        Self {
            section: "legacy",
            certificate: listener.certificate.clone(),
            key: listener.key.clone(),
            callers: Some(callers),
            reload_interval: interval.get(),
        }
    }

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
    /// What is held over the files can't be used.
    #[error("{name}: {problem}")]
    Held {
        /// What people call it.
        name: String,
        /// What is wrong with it.
        problem: String,
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

/// A configuration ready to accept, and what we show with it.
pub(super) struct Built {
    pub(super) config: Arc<ServerConfig>,
    pub(super) shown: ClientCertificate,
    /// Who judges callers; none where none is asked for a certificate.
    pub(super) judge: Option<Arc<AllowedClientVerifier>>,
}

/// Builds the configuration. Tickets are new each time, so that a session resumed from before a
/// change of callers is verified anew (resumption asks no verifier).
pub(super) fn build(
    settings: &TlsSettings,
    held: &Held,
    material: &Material,
    clock: &Clock,
) -> Result<Built, TlsError> {
    let section = settings.section;
    let setup = |error: &dyn std::error::Error| TlsError::Setup { section, problem: error.to_string() };
    let chain = certificates(section, &material.certificate)?;
    let shown = check_own_chain(section, &material.certificate, &chain, clock)?;
    let key = PrivateKeyDer::from_pem_slice(&material.key.bytes).map_err(|error| {
        material.key.wrong(section, format!("holds no usable private key in PEM form: {error}"))
    })?;
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder =
        ServerConfig::builder_with_details(Arc::clone(&provider), Arc::new(ClockTime(clock.clone())))
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
            .map_err(|error| setup(&error))?;
    let callers = settings.callers.as_ref();
    let judge =
        callers.map(|callers| verifier(section, callers, held, material).map(Arc::new)).transpose()?;
    let builder = match &judge {
        None => builder.with_no_client_auth(),
        Some(judge) => builder.with_client_cert_verifier(Arc::clone(judge) as Arc<dyn ClientCertVerifier>),
    };
    let mut config =
        builder.with_single_cert(chain, key).map_err(|source| match &material.certificate.from {
            Origin::File { .. } => TlsError::Pair { section, source },
            Origin::Held(name) => TlsError::Held {
                name: name.clone(),
                problem: format!("the certificate and its key can't be used together: {source}"),
            },
        })?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.ticketer = aws_lc_rs::Ticketer::new().map_err(|error| setup(&error))?;
    Ok(Built { config: Arc::new(config), shown, judge })
}

fn verifier(
    section: &'static str,
    callers: &CallerSettings,
    held: &Held,
    material: &Material,
) -> Result<AllowedClientVerifier, TlsError> {
    let setup = |error: &dyn std::error::Error| TlsError::Setup { section, problem: error.to_string() };
    let anchors = anchors(section, held, material)?;
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut builder = WebPkiClientVerifier::builder_with_provider(Arc::clone(&anchors.store), provider);
    let mut lists = Vec::new();
    for list in &material.lists {
        for one in list.parse()? {
            lists.extend(counts(&one, &anchors.store, material).then_some(one));
        }
    }
    if !lists.is_empty() {
        // Of an authority without a list nothing is known: that is no reason to refuse.
        builder = builder.with_crls(lists).allow_unknown_revocation_status();
        if held.revocation.outdated == Outdated::Refuses {
            builder = builder.enforce_revocation_expiration();
        }
    }
    let chain = builder.build().map_err(|error| setup(&error))?;
    let allowed = match &held.allowed {
        _ if anchors.nobody => AllowList::Listed(Vec::new()),
        Some(allowed) => AllowList::Listed(allowed.clone()),
        None => allow_list(section, &callers.allowed)?,
    };
    Ok(AllowedClientVerifier { chain, allowed, revoked: held.revoked.clone() })
}

/// Whether a list may count. One that rustls cannot read would keep every configuration from being built, and
/// one that its authority did not sign would keep all its callers out: neither counts for anything.
fn counts(
    list: &CertificateRevocationListDer<'static>,
    anchors: &Arc<RootCertStore>,
    material: &Material,
) -> bool {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let alone = WebPkiClientVerifier::builder_with_provider(Arc::clone(anchors), provider);
    let problem = match alone.with_crls([list.clone()]).build() {
        Err(VerifierBuilderError::InvalidCrl(error)) => format!("can't be read: {error:?}"),
        _ if !is_signed(list, material) => "is not signed by the authority that it names".to_owned(),
        _ => return true,
    };
    tracing::error!(problem, "a revocation list does not count");
    false
}

/// Whether an authority signed a list that names it. Of one that is not known here nothing can be said.
fn is_signed(list: &[u8], material: &Material) -> bool {
    let Ok(list) = X509Crl::from_der(list) else { return true };
    let issuer = list.issuer_name().to_der().ok();
    let known = material.anchors.iter().flat_map(|pem| X509::stack_from_pem(&pem.bytes).unwrap_or_default());
    let mut named = known.filter(|one| one.subject_name().to_der().ok() == issuer).peekable();
    let signed = |one: X509| one.public_key().is_ok_and(|key| list.verify(&key).unwrap_or(false));
    named.peek().is_none() || named.any(signed)
}

/// Reads what must hold one certificate at least.
fn certificates(section: &str, pem: &Pem) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem.bytes).collect();
    let found =
        read.map_err(|error| pem.wrong(section, format!("is not a PEM file of certificates: {error}")))?;
    if found.is_empty() {
        return Err(pem.wrong(section, "holds no certificate in PEM form".to_owned()));
    }
    Ok(found)
}

/// Reads our leaf and warns of what the node would refuse but a server can start with.
fn check_own_chain(
    section: &str,
    pem: &Pem,
    chain: &[CertificateDer<'_>],
    clock: &Clock,
) -> Result<ClientCertificate, TlsError> {
    let leaf = chain.first().and_then(|leaf| ClientCertificate::read(leaf).ok());
    let leaf =
        leaf.ok_or_else(|| pem.wrong(section, "does not begin with an X.509 certificate".to_owned()))?;
    let file = &pem.from;
    if leaf.not_after < clock.now() {
        tracing::warn!(%file, not_after = %leaf.not_after, "our certificate has expired: callers will refuse it");
    }
    if chain.len() == 1 && !leaf.subject.matches(&leaf.issuer) {
        tracing::warn!(%file, issuer = %leaf.issuer, "the file holds our certificate only: add the intermediates, callers need the whole chain");
    }
    Ok(leaf)
}

/// The authorities.
struct Anchors {
    store: Arc<RootCertStore>,
    /// All of them are revoked here: nobody is let in, but a listener without any can't be had.
    nobody: bool,
}

/// The authorities, but those that are revoked here.
fn anchors(section: &str, held: &Held, material: &Material) -> Result<Anchors, TlsError> {
    let (mut store, mut revoked) = (RootCertStore::empty(), RootCertStore::empty());
    for pem in &material.anchors {
        for certificate in certificates(section, pem)? {
            let is_revoked = held.revoked.contains::<Fingerprint>(&Sha256::digest(&certificate).into());
            let into = if is_revoked { &mut revoked } else { &mut store };
            into.add(certificate).map_err(|error| {
                pem.wrong(section, format!("holds a certificate that can't be an authority: {error}"))
            })?;
        }
    }
    let nobody = store.is_empty() && !revoked.is_empty();
    if nobody {
        tracing::error!(section, "every authority of callers is revoked: nobody is let in");
        return Ok(Anchors { store: Arc::new(revoked), nobody });
    }
    Ok(Anchors { store: Arc::new(store), nobody })
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
    let listed = listed.iter().enumerate().map(|(entry, names)| {
        let subject = name(entry, "subject", &names.subject)?;
        Ok(Allowed::Names { subject, issuer: name(entry, "issuer", &names.issuer)? })
    });
    Ok(AllowList::Listed(listed.collect::<Result<_, TlsError>>()?))
}

/// The instant as rustls counts it; none before 1970.
pub(super) fn unix_time(clock: &Clock) -> Option<UnixTime> {
    let seconds = u64::try_from(clock.now().as_second()).ok()?;
    Some(UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
}

/// rustls asks our clock, so that a test can let a certificate expire.
#[derive(Debug)]
struct ClockTime(Clock);

impl TimeProvider for ClockTime {
    fn current_time(&self) -> Option<UnixTime> {
        unix_time(&self.0)
    }
}
