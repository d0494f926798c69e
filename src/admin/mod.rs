//! Services of the admin surface that need more than facts: what is kept secret and how.

pub mod certificates;
pub mod deletions;
mod secrets;
mod vault;

pub use secrets::{NoRandomness, Secrets};
pub use vault::{Sealed, Vault, VaultError};
