//! Accounts go on their day.

use std::time::Duration;

use jiff::SignedDuration;

use super::Parts;
use crate::admin::deletions::carry_out_due;
use crate::api::MaintenanceNotice;
use crate::config::HumanDuration;

/// How often it is looked for accounts whose day has come.
const LOOK: Duration = Duration::from_secs(60);

/// How long before they begin maintenances are announced.
pub(super) fn notice(configured: HumanDuration) -> MaintenanceNotice {
    // A duration of the configuration is a year at most.
    SignedDuration::try_from(configured.get()).map(MaintenanceNotice).unwrap_or_default()
}

impl Parts {
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
