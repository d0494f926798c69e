//! What is kept secret at rest: sealed, or known only by a keyed hash, under keys derived from one master key.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use secrecy::{ExposeSecret, SecretString};

/// What keys are derived under, so that no other program derives the same ones.
const SALT: &[u8] = b"varco vault 1";

/// The bytes of a nonce, which stand before what is sealed.
const NONCE: usize = 12;

/// The master key of an installation, and what is derived from it. Cheap to clone; it is never printed.
#[derive(Clone)]
pub struct Vault(Arc<SecretString>);

/// Something sealed: a nonce, and the encrypted bytes with their tag.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(pub Vec<u8>);

/// Why something could not be sealed or opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// It was sealed under another key, for something else, or was changed since.
    #[error("it was sealed with another vault.master_key, or was changed since")]
    Unreadable,
    /// The library failed.
    #[error("encryption failed")]
    Failed,
}

impl Vault {
    /// The vault of a master key.
    pub fn new(master: SecretString) -> Self {
        Vault(Arc::new(master))
    }

    /// A key of 256 bits for one purpose; the same each time, and unlike that of any other purpose.
    pub fn derive(&self, purpose: &str) -> Result<[u8; 32], VaultError> {
        let secret = Salt::new(HKDF_SHA256, SALT).extract(self.0.expose_secret().as_bytes());
        let info = [purpose.as_bytes()];
        let expanded = secret.expand(&info, Length32).map_err(|_| VaultError::Failed)?;
        let mut key = [0; 32];
        expanded.fill(&mut key).map_err(|_| VaultError::Failed)?;
        Ok(key)
    }

    /// Seals bytes for one purpose and one thing (AES-256-GCM): they open for no other.
    pub fn seal(&self, purpose: &str, thing: &str, plain: &[u8]) -> Result<Sealed, VaultError> {
        let mut sealed = plain.to_vec();
        let key = self.key(purpose)?;
        let nonce = key.seal_in_place_append_tag(Aad::from(thing), &mut sealed);
        let nonce = nonce.map_err(|_| VaultError::Failed)?;
        let mut whole = nonce.as_ref().to_vec();
        whole.append(&mut sealed);
        Ok(Sealed(whole))
    }

    /// Opens what was sealed for that purpose and thing.
    pub fn open(&self, purpose: &str, thing: &str, sealed: &Sealed) -> Result<Vec<u8>, VaultError> {
        let (nonce, rest) = sealed.0.split_at_checked(NONCE).ok_or(VaultError::Unreadable)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| VaultError::Unreadable)?;
        let mut rest = rest.to_vec();
        let opened = self.key(purpose)?.open_in_place(nonce, Aad::from(thing), &mut rest);
        opened.map(|plain| plain.to_vec()).map_err(|_| VaultError::Unreadable)
    }

    fn key(&self, purpose: &str) -> Result<RandomizedNonceKey, VaultError> {
        let key = self.derive(&format!("seal {purpose}"))?;
        RandomizedNonceKey::new(&AES_256_GCM, &key).map_err(|_| VaultError::Failed)
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault")
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({} bytes)", self.0.len())
    }
}

struct Length32;

impl KeyType for Length32 {
    fn len(&self) -> usize {
        32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vault(master: &str) -> Vault {
        Vault::new(SecretString::from(master.to_owned()))
    }

    #[test]
    fn what_is_sealed_opens_only_for_its_purpose_its_thing_and_its_key() {
        let own = vault("a master key of thirty-two letters");
        let sealed = own.seal("totp", "person-1", b"secret").unwrap();
        assert_eq!(own.open("totp", "person-1", &sealed).unwrap(), b"secret");
        assert_ne!(own.seal("totp", "person-1", b"secret").unwrap(), sealed, "never twice the same");
        let refused = Err(VaultError::Unreadable);
        assert_eq!(own.open("totp", "person-2", &sealed), refused);
        assert_eq!(own.open("certificate", "person-1", &sealed), refused);
        assert_eq!(vault("another master key of such length").open("totp", "person-1", &sealed), refused);
        for place in 0..sealed.0.len() {
            let mut changed = sealed.clone();
            changed.0[place] ^= 1;
            assert_eq!(own.open("totp", "person-1", &changed), refused, "byte {place}");
        }
        assert_eq!(own.open("totp", "person-1", &Sealed(vec![1; 5])), refused);
    }

    #[test]
    fn purposes_have_keys_of_their_own() {
        let own = vault("a master key of thirty-two letters");
        assert_eq!(own.derive("keys").unwrap(), own.derive("keys").unwrap());
        assert_ne!(own.derive("keys").unwrap(), own.derive("tokens").unwrap());
    }
}
