//! Which part of the store knows a kind: how a thing of it is read, and how it is written.

use jiff::Timestamp;

use super::Refused;
use crate::domain::governance::{Conflict, Kind, Proposal};
use crate::store::dialect::for_both_engines;

for_both_engines! {
    /// How a thing is now, in the form of its kind.
    pub(in crate::store) async fn read(
        connection: &mut Connection,
        kind: Kind,
        target: &str,
    ) -> Result<Option<String>, Refused> {
        let _ = (connection, target);
        Err(unmanaged(kind))
    }

    /// Makes a thing as it is wished to be, or takes it away.
    pub(in crate::store) async fn write(
        connection: &mut Connection,
        proposal: &Proposal,
        at: Timestamp,
    ) -> Result<(), Refused> {
        let _ = (connection, at);
        Err(unmanaged(proposal.kind))
    }
}

/// What is said of a kind that nobody can change.
fn unmanaged(kind: Kind) -> Refused {
    Conflict::new("unmanaged", format!("A {} cannot be changed here.", kind.name())).into()
}
