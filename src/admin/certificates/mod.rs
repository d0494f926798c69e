//! Certificates: keys and requests are made, what is brought is judged, private keys are sealed, and what is
//! used is handed to the listeners. What a certificate must fulfil is in the domain, where it is kept in the
//! store; here is what needs cryptography.

mod endings;
mod handshake;
mod list;
mod live;
mod make;
mod read;

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use jiff::Timestamp;
use openssl::error::ErrorStack;
use openssl::pkey::{PKey, Private};
use openssl::x509::X509;
use secrecy::{ExposeSecret, SecretString};

use super::vault::{Sealed, Vault, VaultError};
use crate::domain::access::Tenant;
use crate::domain::certificate::check::{Asked, Fault, faults};
use crate::domain::certificate::{
    CallerNames, Chain, Environment, Fingerprint, Host, KnownBy, Request, Role,
};
use crate::guard::{Guard, Lookup};
use crate::store::{RevocationList, Store, StoreError};
use crate::tls::DistinguishedName;

pub use endings::Shown;
pub use handshake::{Finding, Report, Target};
pub use live::{Live, Unusable};
pub use make::{KeyAlgorithm, Subject, Wanted};
pub use read::Unreadable;

/// What private keys are sealed for.
const PURPOSE: &str = "certificate key";

/// How certificates are handled here.
#[derive(Clone, Debug)]
pub struct CertificateSettings {
    /// Whose certificates are used.
    pub environment: Environment,
    /// What the certificate of the SOAP listener must be good for.
    pub soap_hosts: Vec<Host>,
    /// What the certificate of the REST listener must be good for.
    pub api_hosts: Vec<Host>,
    /// Authorities besides those of the machine, as PEM.
    pub authorities: Option<Vec<u8>>,
    /// What a handshake may reach.
    pub guard: Guard,
    /// How its names are resolved.
    pub lookup: Lookup,
    /// How long each step of a handshake may take.
    pub patience: std::time::Duration,
}

/// What handles certificates. Cheap to clone.
#[derive(Clone)]
pub struct Certificates(Arc<Parts>);

struct Parts {
    store: Store,
    vault: Option<Vault>,
    settings: CertificateSettings,
    roots: Vec<X509>,
    apply: OnceLock<Apply>,
    listeners: Mutex<Vec<(Role, SocketAddr)>>,
}

/// Lets the listeners of this instance use what is kept now.
pub type Apply = Box<dyn Fn() -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

/// A certificate as it is brought.
#[derive(Clone, Debug)]
pub enum Material {
    /// In PEM form.
    Pem {
        /// The certificates, and it may be the key.
        certificates: String,
        /// The private key.
        key: Option<SecretString>,
        /// What the key is locked with.
        password: Option<SecretString>,
    },
    /// As a file that holds certificates and key.
    Pkcs12 {
        /// The file.
        bytes: Vec<u8>,
        /// What it is locked with.
        password: SecretString,
    },
}

/// Why a certificate could not be handled.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// There is no master key to seal private keys with.
    #[error("there is no vault.master_key, which private keys are sealed with")]
    NoVault,
    /// It can't be read.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// It is not fit for what it is meant for.
    #[error("the certificate is not fit")]
    Unfit(Vec<Fault>),
    /// Its private key is not here.
    #[error("the private key is not here")]
    NoKey,
    /// A private key can't be opened or sealed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The library failed.
    #[error("cryptography failed: {0}")]
    Library(#[from] ErrorStack),
    /// The work was given up.
    #[error("the work was given up")]
    Interrupted,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Certificates {
    /// Handles certificates; without a vault, only what needs no private key.
    pub fn new(store: Store, vault: Option<Vault>, settings: CertificateSettings) -> Self {
        let native = rustls_native_certs::load_native_certs().certs;
        let mut roots: Vec<X509> = native.iter().filter_map(|der| X509::from_der(der).ok()).collect();
        let own = settings.authorities.as_ref().and_then(|pem| X509::stack_from_pem(pem).ok());
        roots.extend(own.unwrap_or_default());
        let (apply, listeners) = (OnceLock::new(), Mutex::default());
        Certificates(Arc::new(Parts { store, vault, settings, roots, apply, listeners }))
    }

    /// Says what lets the listeners use what is kept; said once.
    pub fn applied_by(&self, apply: Apply) {
        // Whoever comes second would be another gateway on the same parts: there is none.
        let _ = self.0.apply.set(apply);
    }

    /// Lets the listeners of this instance use what is kept now. The others see it when they look again.
    pub async fn apply(&self) {
        if let Some(apply) = self.0.apply.get() {
            apply().await;
        }
    }

    /// Says where a listener of ours is that shows certificates of a role.
    pub fn listens(&self, role: Role, address: SocketAddr) {
        self.0.listeners.lock().unwrap_or_else(PoisonError::into_inner).push((role, address));
    }

    /// The listener that shows certificates of a role, as a handshake can be tried with it.
    pub fn listener(&self, role: Role) -> Option<Target> {
        let listeners = self.0.listeners.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, address) = listeners.iter().find(|(known, _)| *known == role)?;
        let host = self.hosts(role).first().map_or_else(|| "localhost".to_owned(), ToString::to_string);
        let mut address = *address;
        if address.ip().is_unspecified() {
            address.set_ip(match address {
                SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
                SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
            });
        }
        Some(Target::Own { address, host })
    }

    /// Whose certificates are used here.
    pub fn environment(&self) -> Environment {
        self.0.settings.environment
    }

    /// The hosts that a certificate must be good for.
    pub fn hosts(&self, role: Role) -> &[Host] {
        match role {
            Role::SoapServer => &self.0.settings.soap_hosts,
            Role::ApiServer => &self.0.settings.api_hosts,
            Role::NodeAuthority | Role::NodeCaller | Role::Client => &[],
        }
    }

    /// Makes a key, which is kept, and a request for its certificate.
    pub async fn request(&self, wanted: Wanted, now: Timestamp) -> Result<Request, CertificateError> {
        self.vault()?;
        let (request, key) = blocking(move || {
            let key = make::key(wanted.algorithm)?;
            Ok((make::request(&wanted, &key)?, key))
        })
        .await?;
        self.keep(&request.public_key, &key, now).await?;
        Ok(request)
    }

    /// Judges a certificate that is to be used so by that owner; where it is fit, its key is kept if it came
    /// along.
    pub async fn take_in(
        &self,
        material: Material,
        (role, owner): (Role, &Tenant),
        now: Timestamp,
    ) -> Result<Chain, CertificateError> {
        let (chain, key) = self.judge(material, (role, owner), now).await?;
        if let Some(key) = key.filter(|_| role.is_ours()) {
            self.keep(&chain.facts.public_key, &key, now).await?;
        }
        Ok(chain)
    }

    /// Judges a certificate that is to be used so by that owner, and keeps nothing.
    pub async fn judge(
        &self,
        material: Material,
        (role, owner): (Role, &Tenant),
        now: Timestamp,
    ) -> Result<(Chain, Option<PKey<Private>>), CertificateError> {
        let bundle = blocking(move || Ok(opened(&material)?)).await?;
        let brought_key = bundle.key.as_ref().map(|key| read::key_fingerprint(key)).transpose()?;
        let key = match brought_key {
            Some(key) => Some(key),
            None => self.kept_key(&bundle.chain, owner).await?,
        };
        let brought = read::brought(&bundle.chain, key, &self.0.roots)?;
        let found = faults(&brought, &Asked { role, hosts: self.hosts(role), now });
        let Some(leaf) = brought.chain.into_iter().next().filter(|_| found.is_empty()) else {
            return Err(CertificateError::Unfit(found));
        };
        let pem = make::chain_pem(&bundle.chain)?;
        let chain = Chain { pem, request: None, known_by: KnownBy::Fingerprint, facts: leaf.facts };
        Ok((chain, bundle.key))
    }

    /// Reads a revocation list.
    pub fn revocation_list(&self, bytes: &[u8], now: Timestamp) -> Result<RevocationList, Unreadable> {
        list::read(bytes, now)
    }

    /// A file with a chain and its private key, locked by a password (PKCS#12).
    pub async fn export(
        &self,
        chain: &Chain,
        label: String,
        password: SecretString,
    ) -> Result<Vec<u8>, CertificateError> {
        let key = self.private_key(&chain.facts.public_key).await?;
        let pem = chain.pem.clone();
        blocking(move || {
            let key = PKey::private_key_from_pem(key.expose_secret().as_bytes())?;
            let chain = X509::stack_from_pem(pem.as_bytes())?;
            Ok(make::pkcs12(&chain, &key, (&label, &password))?)
        })
        .await
    }

    /// The private key of a public key, in PEM form.
    pub async fn private_key(&self, public_key: &Fingerprint) -> Result<SecretString, CertificateError> {
        let vault = self.vault()?;
        let sealed = self.0.store.private_key(public_key).await?.ok_or(CertificateError::NoKey)?;
        let plain = vault.open(PURPOSE, public_key.as_str(), &Sealed(sealed))?;
        let text = String::from_utf8(plain).map_err(|_| VaultError::Unreadable)?;
        Ok(SecretString::from(text))
    }

    async fn keep(
        &self,
        public_key: &Fingerprint,
        key: &PKey<Private>,
        now: Timestamp,
    ) -> Result<(), CertificateError> {
        let pem = make::key_pem(key)?;
        let sealed = self.vault()?.seal(PURPOSE, public_key.as_str(), pem.expose_secret().as_bytes())?;
        Ok(self.0.store.keep_private_key(public_key, &sealed.0, now).await?)
    }

    /// The key of the first certificate, if its owner made or brought it before: certificates are public, and
    /// whoever shows that of another must not come to use the key behind it.
    async fn kept_key(
        &self,
        chain: &[X509],
        owner: &Tenant,
    ) -> Result<Option<Fingerprint>, CertificateError> {
        let Some(leaf) = chain.first() else { return Ok(None) };
        let public_key = read::key_fingerprint(leaf.public_key()?.as_ref())?;
        let all = self.0.store.certificates().await?;
        if !all.iter().any(|one| one.owner == *owner && one.public_key() == Some(&public_key)) {
            return Ok(None);
        }
        Ok(self.0.store.private_key(&public_key).await?.map(|_| public_key))
    }

    fn vault(&self) -> Result<&Vault, CertificateError> {
        self.0.vault.as_ref().ok_or(CertificateError::NoVault)
    }
}

impl std::fmt::Debug for Certificates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Certificates")
    }
}

/// The names of a caller, if both can be read; or which cannot, and why.
pub fn caller_names(subject: &str, issuer: &str) -> Result<CallerNames, (&'static str, String)> {
    for (field, text) in [("subject", subject), ("issuer", issuer)] {
        DistinguishedName::parse(text).map_err(|error| (field, error.to_string()))?;
    }
    Ok(CallerNames { subject: subject.trim().to_owned(), issuer: issuer.trim().to_owned() })
}

fn opened(material: &Material) -> Result<read::Bundle, Unreadable> {
    match material {
        Material::Pem { certificates, key, password } => {
            read::pem(certificates, key.as_ref(), password.as_ref())
        }
        Material::Pkcs12 { bytes, password } => read::pkcs12(bytes, password),
    }
}

/// Cryptography that takes long enough to hold other requests up.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, CertificateError> + Send + 'static,
) -> Result<T, CertificateError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| CertificateError::Interrupted)?
}
