//! Which part of the store knows a kind: how a thing of it is read, and how it is written.

use jiff::Timestamp;

use super::Refused;
use crate::domain::governance::{Conflict, Kind, Proposal};
use crate::store::activation::write as activation;
use crate::store::dialect::for_both_engines;

for_both_engines! {
    [activation]

    /// How a thing is now, in the form of its kind.
    pub(in crate::store) async fn read(
        connection: &mut Connection,
        kind: Kind,
        target: &str,
    ) -> Result<Option<String>, Refused> {
        match kind {
            Kind::Activation => read_activation(connection, target).await,
            _ => Err(unmanaged(kind)),
        }
    }

    /// Makes a thing as it is wished to be, or takes it away.
    pub(in crate::store) async fn write(
        connection: &mut Connection,
        proposal: &Proposal,
        at: Timestamp,
    ) -> Result<(), Refused> {
        match proposal.kind {
            Kind::Activation => write_activation(connection, proposal, at).await,
            _ => Err(unmanaged(proposal.kind)),
        }
    }
}

/// What is said of a kind that nobody can change.
fn unmanaged(kind: Kind) -> Refused {
    Conflict::new("unmanaged", format!("A {} cannot be changed here.", kind.name())).into()
}
