//! Which part of the store knows a kind: how a thing of it is read, and how it is written.

use jiff::Timestamp;

use super::Refused;
use crate::domain::governance::{Conflict, Kind, Proposal};
use crate::store::dialect::for_both_engines;
use crate::store::people::kinds as people;

for_both_engines! {
    [people]

    /// How a thing is now, in the form of its kind.
    pub(in crate::store) async fn read(
        connection: &mut Connection,
        kind: Kind,
        target: &str,
    ) -> Result<Option<String>, Refused> {
        match kind {
            Kind::Person => read_person(connection, target).await,
            Kind::Grant => read_grant(connection, target).await,
            Kind::Profile => read_profile(connection, target).await,
            kind => Err(unmanaged(kind)),
        }
    }

    /// Makes a thing as it is wished to be, or takes it away.
    pub(in crate::store) async fn write(
        connection: &mut Connection,
        proposal: &Proposal,
        at: Timestamp,
    ) -> Result<(), Refused> {
        let wished = (proposal.target.as_str(), proposal.wanted.as_deref());
        match proposal.kind {
            Kind::Person => write_person(connection, wished, at).await,
            Kind::Grant => write_grant(connection, wished, at).await,
            Kind::Profile => write_profile(connection, wished, at).await,
            kind => Err(unmanaged(kind)),
        }
    }
}

/// What is said of a kind that nobody can change.
fn unmanaged(kind: Kind) -> Refused {
    Conflict::new("unmanaged", format!("A {} cannot be changed here.", kind.name())).into()
}
