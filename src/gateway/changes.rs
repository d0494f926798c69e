//! Starts what carries changes out when their instant has come, and what signs where the audit stands.

use std::time::Duration;

use crate::admin::checkpoints::Signer;
use crate::catalogue::view::CatalogueView;
use crate::config;
use crate::domain::clock::Clock;
use crate::domain::governance::change::State;
use crate::domain::governance::checkpoint::SignedCheckpoint;
use crate::domain::governance::{Approval, Kind};
use crate::registry::RegistryView;
use crate::store::{Store, StoreError};

use super::Parts;

/// How often it is looked for changes whose instant has come.
const LOOK: Duration = Duration::from_secs(2);

/// How often the stand of the audit is signed, if anything was written.
const SIGN: Duration = Duration::from_secs(60 * 60);

/// Which changes wait for a second person.
pub(super) fn approval(config: &config::Approval) -> Approval {
    Approval::of(config.second_person().filter_map(Kind::named))
}

impl Parts {
    /// Carries approved changes out from their instant on, whichever instance is first.
    pub(super) fn start_changes(&self) {
        let (store, stop) = (self.store.clone(), self.shutdown.soft());
        let (clock, views) = (self.clock.clone(), (self.registry.clone(), self.catalogue.clone()));
        tokio::spawn(async move {
            loop {
                if let Err(error) = carry_out_due(&store, &views, &clock).await {
                    tracing::warn!(%error, "changes that are due could not be carried out");
                }
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(LOOK) => {}
                }
            }
        });
    }

    /// Signs where the audit stands, at the start and then every hour, if there is a key to sign with.
    pub(super) fn start_checkpoints(&self) {
        let Some(vault) = &self.admin.vault else { return };
        let signer = match Signer::new(vault) {
            Ok(signer) => signer,
            Err(error) => return tracing::error!(%error, "the audit is not signed"),
        };
        let (store, clock, stop) = (self.store.clone(), self.clock.clone(), self.shutdown.soft());
        tokio::spawn(async move {
            loop {
                match sign(&store, &clock, &signer).await {
                    // The log is a copy elsewhere: whoever cuts the audit off does not reach it.
                    Ok(Some(checkpoint)) => tracing::info!(%checkpoint, "the audit was signed"),
                    Ok(None) => {}
                    Err(error) => tracing::warn!(%error, "the audit could not be signed"),
                }
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(SIGN) => {}
                }
            }
        });
    }
}

async fn carry_out_due(
    store: &Store,
    (registry, catalogue): &(RegistryView, CatalogueView),
    clock: &Clock,
) -> Result<(), StoreError> {
    let mut any = false;
    for id in store.due_changes(clock.now()).await? {
        let state = store.apply_change(&id, clock.now()).await?;
        if state == Some(State::Failed) {
            tracing::warn!(change = id, "a change could not be carried out; it says why");
        }
        any |= state == Some(State::Applied);
    }
    if any {
        registry.replace(store.parties().await?);
        catalogue.refresh(store).await?;
    }
    Ok(())
}

/// Signs where the audit stands, unless nothing was written since it was signed last.
async fn sign(store: &Store, clock: &Clock, signer: &Signer) -> Result<Option<SignedCheckpoint>, StoreError> {
    let Some(stand) = store.audit_stand(clock.now()).await? else { return Ok(None) };
    if stand.seq <= store.last_checkpoint().await? {
        return Ok(None);
    }
    let signed = signer.sign(stand);
    store.keep_checkpoint(&signed).await?;
    Ok(Some(signed))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_configuration_knows_every_kind_of_thing() {
        let known: BTreeSet<&str> = config::Approval::kinds().collect();
        let kinds: BTreeSet<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
        assert_eq!(known, kinds);
    }
}
