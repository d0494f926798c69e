//! Random bytes that nobody can foresee: keys, tokens, one-time links.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::rand::{SecureRandom, SystemRandom};

/// Where secrets are drawn from; cheap to clone.
#[derive(Clone)]
pub struct Secrets(Arc<dyn SecureRandom + Send + Sync>);

/// The system gave no random bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the system has no source of randomness")]
pub struct NoRandomness;

impl Default for Secrets {
    fn default() -> Self {
        Secrets(Arc::new(SystemRandom::new()))
    }
}

impl Secrets {
    /// So many random bytes.
    pub fn draw<const N: usize>(&self) -> Result<[u8; N], NoRandomness> {
        let mut drawn = [0; N];
        self.0.fill(&mut drawn).map_err(|_| NoRandomness)?;
        Ok(drawn)
    }

    /// A name that nobody else has: 128 random bits in hexadecimal.
    pub fn id(&self) -> Result<String, NoRandomness> {
        Ok(self.draw::<16>()?.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets")
    }
}
