//! What is looked after while the gateway runs: the parties and keys in memory, and receipts without notices.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{Parts, StartError};
use crate::admin::KeyHasher;

/// How often the parties are read again, for changes made by another instance.
const REGISTRY_REFRESH: Duration = Duration::from_secs(4);

/// How often it is looked for receipts that a crash kept from their notices, and among the changes of how
/// long, so that clocks may differ and a change may take its time.
const SWEEP: Duration = Duration::from_secs(60);
const SWEPT: SignedDuration = SignedDuration::from_mins(10);

impl Parts {
    /// Puts the keys of before under the master key, once there is one.
    pub(super) async fn seal_keys(&self) -> Result<(), StartError> {
        let sealed = KeyHasher::new(self.admin.vault.as_ref())?.seal_kept(&self.store).await?;
        if sealed > 0 {
            tracing::info!(sealed, "the hashes of API keys were put under vault.master_key");
        }
        Ok(())
    }

    pub(super) fn start_refresh(&self) {
        let (store, registry, stop) = (self.store.clone(), self.registry.clone(), self.shutdown.soft());
        let clock = self.clock.clone();
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
                if let Err(error) = registry.keys().refresh(&store, clock.now()).await {
                    tracing::warn!(%error, "the keys could not be read again");
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
}
