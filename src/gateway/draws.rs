//! What the composition root draws, so that nothing else need have a source of randomness.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use sha2::{Digest, Sha256};

use crate::domain::randomness::Randomness;

use super::StartError;

/// Numbers that nobody can foresee who does not know the seed: the hash of the seed and a count. Drawn at
/// the start, so that no request can fail for want of randomness.
pub(super) fn randomness(seed: [u8; 32]) -> Randomness {
    let count = AtomicU64::new(0);
    Randomness::new(move || {
        let drawn = Sha256::new().chain_update(seed).chain_update(count.fetch_add(1, Relaxed).to_ne_bytes());
        drawn.finalize().iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
    })
}

#[expect(clippy::disallowed_methods, reason = "the composition root draws what must not repeat")]
pub(super) fn random<const N: usize>() -> Result<[u8; N], StartError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(StartError::Random)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_follow_from_the_seed_and_do_not_repeat() {
        let (one, same, other) = (randomness([1; 32]), randomness([1; 32]), randomness([2; 32]));
        let first = one.notice_base();
        assert_eq!(first, same.notice_base());
        assert_ne!(first, one.notice_base());
        assert_ne!(first, other.notice_base());
    }
}
