//! Services of the admin surface that need more than facts: what is kept secret and how.

pub mod certificates;
pub mod checkpoints;
pub mod deletions;
mod key_hash;
pub mod people;
mod secrets;
pub mod signin;
mod vault;

pub use key_hash::KeyHasher;
pub use secrets::{NoRandomness, Secrets};
pub use vault::{Sealed, Vault, VaultError};
