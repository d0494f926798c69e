//! What is done over and over: the parties are read again, receipts are matched that a crash kept from their
//! notices, accounts go on their day.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::Parts;
use crate::admin::deletions::carry_out_due;
use crate::api::MaintenanceNotice;
use crate::config::HumanDuration;

/// How often the parties are read again, for changes made by another instance.
const REGISTRY_REFRESH: Duration = Duration::from_secs(5);

/// How often it is looked for receipts that a crash kept from their notices, and among the changes of how
/// long, so that clocks may differ and a change may take its time.
const SWEEP: Duration = Duration::from_secs(60);
const SWEPT: SignedDuration = SignedDuration::from_mins(10);

/// How often it is looked for accounts whose day has come.
const LOOK: Duration = Duration::from_secs(60);

/// How long before they begin maintenances are announced.
pub(super) fn notice(configured: HumanDuration) -> MaintenanceNotice {
    // A duration of the configuration is a year at most.
    SignedDuration::try_from(configured.get()).map(MaintenanceNotice).unwrap_or_default()
}

impl Parts {
    pub(super) fn start_refresh(&self) {
        let (store, registry, stop) = (self.store.clone(), self.registry.clone(), self.shutdown.soft());
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(REGISTRY_REFRESH) => {}
                }
                match store.parties().await {
                    Ok(parties) => registry.replace(parties),
                    Err(error) => tracing::warn!(%error, "the parties could not be read again"),
                }
            }
        });
    }

    /// Matches receipts that a crash kept from their notices: first among the latest changes whenever they
    /// were, for it may have been ours and long ago; then among recent ones, for it may be another instance's.
    pub(super) fn start_sweep(&self) {
        let (store, clock, stop) = (self.store.clone(), self.clock.clone(), self.shutdown.soft());
        tokio::spawn(async move {
            let mut since = Timestamp::UNIX_EPOCH;
            loop {
                match store.link_missed(since).await {
                    Ok(_) => since = clock.now() - SWEPT,
                    Err(error) => {
                        tracing::warn!(%error, "receipts without their notices could not be looked at")
                    }
                }
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(SWEEP) => {}
                }
            }
        });
    }

    /// Takes accounts away on their day; the first look is at once, for days that came while nothing ran.
    pub(super) fn start_deletions(&self) {
        let (store, clock, stop) = (self.store.clone(), self.clock.clone(), self.shutdown.soft());
        let registry = self.registry.clone();
        tokio::spawn(async move {
            loop {
                match carry_out_due(&store, clock.now()).await {
                    Ok(0) => {}
                    Ok(ended) => {
                        tracing::info!(ended, "deletions of accounts ended");
                        match store.parties().await {
                            Ok(parties) => registry.replace(parties),
                            Err(error) => tracing::warn!(%error, "the parties could not be read again"),
                        }
                    }
                    Err(error) => tracing::warn!(%error, "accounts could not be taken away"),
                }
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(LOOK) => {}
                }
            }
        });
    }
}
