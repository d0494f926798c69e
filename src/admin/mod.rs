//! Services of the admin surface that need more than facts: what is kept secret and how.

pub mod deletions;
pub mod people;
mod secrets;
pub mod signin;
mod vault;

pub use secrets::{NoRandomness, Secrets};
pub use vault::{Sealed, Vault, VaultError};
