//! Which changes need a second person.

use std::collections::BTreeSet;

use super::kind::Kind;

/// The kinds whose changes wait for a second person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Approval(BTreeSet<Kind>);

impl Approval {
    /// These.
    pub fn of(kinds: impl IntoIterator<Item = Kind>) -> Self {
        Approval(kinds.into_iter().collect())
    }

    /// Whether a change of a thing of that kind waits.
    pub fn asks_for(&self, kind: Kind) -> bool {
        self.0.contains(&kind)
    }
}
