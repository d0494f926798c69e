//! Which of the secrets signs that we share with a calculator.

use jiff::Timestamp;

/// Which of the secrets of an offering signs: they follow from its name and a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecretNumber {
    /// The one that signs.
    pub current: i64,
    /// Until when the one before it signs too.
    pub previous_until: Option<Timestamp>,
}

impl SecretNumber {
    /// That of an offering whose secret nobody asked for yet.
    pub const FIRST: SecretNumber = SecretNumber { current: 1, previous_until: None };

    /// Those that sign at that moment, the current one first.
    pub fn holding(self, now: Timestamp) -> impl Iterator<Item = i64> {
        let before = self.previous_until.filter(|until| *until > now).map(|_| self.current - 1);
        std::iter::once(self.current).chain(before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_before_signs_until_its_end() {
        let until: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
        let number = SecretNumber { current: 3, previous_until: Some(until) };
        let holding = |at: &str| number.holding(at.parse().unwrap()).collect::<Vec<_>>();
        assert_eq!(holding("2026-11-22T09:59:59Z"), [3, 2]);
        assert_eq!(holding("2026-11-22T10:00:00Z"), [3]);
        assert_eq!(SecretNumber::FIRST.holding(until).collect::<Vec<_>>(), [1]);
    }
}
