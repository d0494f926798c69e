//! The door by which people come in: sessions, local accounts, links, and who the provider's people are here.

mod accounts;
mod admission;
mod bearer;
mod enrolment;
mod sessions;

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::SignedDuration;
use sha2::Sha256;
use tokio::sync::Semaphore;

use super::signin::Provider;
use super::{NoRandomness, Sealed, Secrets, Vault, VaultError};
use crate::domain::people::SessionSpan;
use crate::store::{Store, StoreError};

pub use accounts::{Code, Credentials, SignInError};
pub use admission::AdmissionError;
pub use bearer::{BEARER_LASTS, Bearer};
pub use enrolment::{EnrolError, Enrolled, Enrolling, FirstOperator};
pub use sessions::{Begun, Newcomer, Signed};

/// How people sign in.
#[derive(Clone, Debug)]
pub struct PeopleSettings {
    /// Where browsers reach the API, if anybody said so.
    pub public_url: Option<String>,
    /// How long sessions last.
    pub span: SessionSpan,
    /// How long the link of an invitation is good.
    pub invitation: SignedDuration,
    /// Whether accounts with a password and one-time codes may sign in.
    pub local_accounts: bool,
    /// The header in which a proxy names its caller's address.
    pub address_header: Option<String>,
    /// By which people sign in otherwise.
    pub provider: Option<Provider>,
}

/// Sign-in by local accounts, until a provider is configured.
impl Default for PeopleSettings {
    fn default() -> Self {
        PeopleSettings {
            public_url: None,
            span: SessionSpan { idle: SignedDuration::from_mins(30), longest: SignedDuration::from_hours(8) },
            invitation: SignedDuration::from_hours(72),
            local_accounts: true,
            address_header: None,
            provider: None,
        }
    }
}

/// What failed on our side.
#[derive(Debug, thiserror::Error)]
pub enum DoorError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The source of randomness.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    /// The hashing of a password, or a token.
    #[error("{0} failed")]
    Failed(&'static str),
}

/// The keys of this room, each for one purpose.
struct Keys {
    session: [u8; 32],
    csrf: [u8; 32],
    bearer: [u8; 32],
    link: [u8; 32],
    recovery: [u8; 32],
    trouble: [u8; 32],
    secret: [u8; 32],
}

/// The door. Cheap to clone.
#[derive(Clone)]
pub struct Door {
    store: Store,
    vault: Vault,
    secrets: Secrets,
    settings: Arc<PeopleSettings>,
    keys: Arc<Keys>,
    seen: Arc<sessions::Seen>,
    /// Hashing a password takes 19 MiB for a while.
    hashing: Arc<Semaphore>,
}

impl fmt::Debug for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Door")
    }
}

/// How many passwords are hashed at once.
const HASHING: usize = 2;

impl Door {
    /// The door of an installation that has a vault.
    pub fn new(
        store: Store,
        vault: Vault,
        secrets: Secrets,
        settings: PeopleSettings,
    ) -> Result<Self, VaultError> {
        let keys = Keys {
            session: vault.derive("people sessions")?,
            csrf: vault.derive("people csrf")?,
            bearer: vault.derive("people bearer tokens")?,
            link: vault.derive("people links")?,
            recovery: vault.derive("people recovery codes")?,
            trouble: vault.derive("people failures")?,
            secret: vault.derive("people one-time codes")?,
        };
        Ok(Door {
            store,
            vault,
            secrets,
            settings: Arc::new(settings),
            keys: Arc::new(keys),
            seen: Arc::default(),
            hashing: Arc::new(Semaphore::new(HASHING)),
        })
    }

    /// How people sign in here.
    pub fn settings(&self) -> &PeopleSettings {
        &self.settings
    }

    /// 256 random bits as text.
    pub fn token(&self) -> Result<String, NoRandomness> {
        Ok(URL_SAFE_NO_PAD.encode(self.secrets.draw::<32>()?))
    }

    /// Seals what a browser carries for us.
    pub fn seal(&self, purpose: &str, plain: &[u8]) -> Result<Vec<u8>, VaultError> {
        Ok(self.vault.seal(purpose, "browser", plain)?.0)
    }

    /// Opens what a browser carried for us.
    pub fn open(&self, purpose: &str, sealed: Vec<u8>) -> Result<Vec<u8>, VaultError> {
        self.vault.open(purpose, "browser", &Sealed(sealed))
    }

    /// Whether two texts are equal, in a time that does not tell where they differ.
    pub fn same(&self, one: &str, other: &str) -> bool {
        same(one, other)
    }
}

/// A keyed hash.
fn keyed(key: &[u8; 32], text: &str) -> [u8; 32] {
    // The standard's own rule for a key of any length cannot fail; an empty code never comes of it.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().into()
}

/// Whether two texts are equal, in a time that does not tell where they differ.
fn same(one: &str, other: &str) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(one.as_bytes(), other.as_bytes()).is_ok()
}
