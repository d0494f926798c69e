//! By what the secrets of API keys and the passwords of partners are known.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};
use sha2::{Digest, Sha256};

use super::vault::{Vault, VaultError};
use crate::domain::routing::PasswordHash;
use crate::store::{Store, StoreError};

/// What the key of the vault is for.
const PURPOSE: &str = "api-keys";

/// Computes by what secrets are known: SHA-256, and with a master key a code over that (HMAC-SHA256). Cheap to
/// clone.
#[derive(Clone, Default)]
pub struct KeyHasher(Option<Arc<Key>>);

impl KeyHasher {
    /// The hasher under the master key of a vault, or without one.
    pub fn new(vault: Option<&Vault>) -> Result<Self, VaultError> {
        let key = vault.map(|vault| vault.derive(PURPOSE)).transpose()?;
        Ok(KeyHasher(key.map(|key| Arc::new(Key::new(HMAC_SHA256, &key)))))
    }

    /// The SHA-256 of a secret.
    pub fn digest(secret: &str) -> [u8; 32] {
        Sha256::digest(secret.as_bytes()).into()
    }

    /// The code over a SHA-256; none without a master key.
    pub fn code(&self, digest: &[u8; 32]) -> Option<[u8; 32]> {
        self.0.as_ref().map(|key| code(key, digest))
    }

    /// By what the password of a partner will be known.
    pub fn of_password(&self, password: &str) -> PasswordHash {
        let digest = Self::digest(password);
        self.code(&digest).map_or(PasswordHash::Digest(digest), PasswordHash::Code)
    }

    /// Whether a text is the password that is known by that; it takes as long whatever the text is. Without the
    /// master key under which it is known, none is.
    pub fn is_password(&self, known: &PasswordHash, text: &str) -> bool {
        let digest = Self::digest(text);
        let (known, given) = match known {
            PasswordHash::Digest(known) => (known, Some(digest)),
            PasswordHash::Code(known) => (known, self.code(&digest)),
        };
        given.is_some_and(|given| verify_slices_are_equal(known, &given).is_ok())
    }

    /// Puts what was kept as SHA-256 alone under the master key, if there is one; how many secrets that were.
    pub async fn seal_kept(&self, store: &Store) -> Result<u64, StoreError> {
        match &self.0 {
            Some(key) => store.seal_keys(&|digest| code(key, digest)).await,
            None => Ok(0),
        }
    }
}

fn code(key: &Key, digest: &[u8; 32]) -> [u8; 32] {
    let mut code = [0; 32];
    code.iter_mut().zip(sign(key, digest).as_ref()).for_each(|(byte, signed)| *byte = *signed);
    code
}

impl fmt::Debug for KeyHasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyHasher")
    }
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;

    use super::*;

    #[test]
    fn a_password_is_known_with_and_without_a_master_key_and_never_by_another() {
        let vault = Vault::new(SecretString::from("a master key of thirty-two letters".to_owned()));
        let (plain, keyed) = (KeyHasher::default(), KeyHasher::new(Some(&vault)).unwrap());
        let (digest, code) = (plain.of_password("PASSWORD"), keyed.of_password("PASSWORD"));
        assert!(matches!(digest, PasswordHash::Digest(_)) && matches!(code, PasswordHash::Code(_)));
        assert!(plain.is_password(&digest, "PASSWORD") && !plain.is_password(&digest, "PASSWORT"));
        assert!(keyed.is_password(&digest, "PASSWORD"), "of before there was a master key");
        assert!(keyed.is_password(&code, "PASSWORD") && !keyed.is_password(&code, "PASSWORT"));
        assert!(!plain.is_password(&code, "PASSWORD"), "the master key is gone");
    }

    #[test]
    fn a_code_needs_the_master_key() {
        let hasher =
            |master: &str| KeyHasher::new(Some(&Vault::new(SecretString::from(master.to_owned())))).unwrap();
        let digest = KeyHasher::digest("a secret");
        let own = hasher("a master key of thirty-two letters");
        assert_eq!(own.code(&digest), own.code(&digest));
        assert_ne!(own.code(&digest), Some(digest));
        assert_ne!(own.code(&digest), hasher("another master key of such length").code(&digest));
        assert_eq!(KeyHasher::default().code(&digest), None);
    }
}
