//! Signatures under checkpoints of the audit: Ed25519, by a key that the vault derives, so that whoever can
//! write the database cannot sign what they made of it.

use std::fmt;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::domain::governance::checkpoint::{Checkpoint, SignedCheckpoint};

use super::vault::Vault;

/// What the vault derives the key for.
const PURPOSE: &str = "audit-checkpoints";

/// The key cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no signing key can be made of the master key")]
pub struct NoKey;

/// Signs checkpoints.
pub struct Signer(Ed25519KeyPair);

impl Signer {
    /// The signer of an installation: one for each master key.
    pub fn new(vault: &Vault) -> Result<Self, NoKey> {
        let seed = vault.derive(PURPOSE).map_err(|_| NoKey)?;
        Ed25519KeyPair::from_seed_unchecked(&seed).map(Signer).map_err(|_| NoKey)
    }

    /// What the signatures are checked with.
    pub fn public_key(&self) -> PublicKey {
        PublicKey(self.0.public_key().as_ref().to_vec())
    }

    /// Signs a checkpoint.
    pub fn sign(&self, checkpoint: Checkpoint) -> SignedCheckpoint {
        let signature = self.0.sign(checkpoint.to_string().as_bytes());
        SignedCheckpoint { signature: URL_SAFE_NO_PAD.encode(signature), checkpoint }
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer(…)")
    }
}

/// Checks the signatures of an installation. No secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey(Vec<u8>);

/// A text is no public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a public key is 32 bytes in base64, as varco audit key prints it")]
pub struct NotAKey;

impl PublicKey {
    /// Reads what [`Display`](fmt::Display) writes.
    pub fn parse(text: &str) -> Result<Self, NotAKey> {
        let bytes = URL_SAFE_NO_PAD.decode(text.trim()).map_err(|_| NotAKey)?;
        if bytes.len() == 32 { Ok(PublicKey(bytes)) } else { Err(NotAKey) }
    }

    /// Whether the checkpoint was signed by the owner of this key.
    pub fn signed(&self, signed: &SignedCheckpoint) -> bool {
        let Ok(signature) = URL_SAFE_NO_PAD.decode(&signed.signature) else { return false };
        let message = signed.checkpoint.to_string();
        UnparsedPublicKey::new(&ED25519, &self.0).verify(message.as_bytes(), &signature).is_ok()
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(&self.0))
    }
}
