//! What is looked after while the gateway runs: the parties, the catalogue and the keys in memory.

use std::time::Duration;

use super::{Parts, StartError};
use crate::admin::KeyHasher;
use crate::config::Config;
use crate::legacy::desk::Desk;
use crate::serve::Check;

/// How often the parties and the catalogue are read again, for changes made by another instance.
const REGISTRY_REFRESH: Duration = Duration::from_secs(4);

impl Parts {
    /// What goes on beside the listeners.
    pub(super) fn start_tasks(&self, config: &Config, old: &Desk) -> Result<(), StartError> {
        self.show_calculators();
        self.start_refresh();
        self.start_sweep();
        self.start_changes();
        self.start_checkpoints();
        self.start_deletions();
        self.start_purge(config.catalogue.kept);
        self.start_snapshots();
        self.start_counting();
        self.start_outbox(&config.delivery, self.watch.clone());
        self.start_courier(&config.partners, old);
        self.start_expiry(old);
        self.start_publisher(&config.nats)
    }

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
        let (catalogue, clock) = (self.catalogue.clone(), self.clock.clone());
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
                if let Err(error) = catalogue.refresh(&store).await {
                    tracing::warn!(%error, "the catalogue could not be read again");
                }
                if let Err(error) = registry.keys().refresh(&store, clock.now()).await {
                    tracing::warn!(%error, "the keys could not be read again");
                }
            }
        });
    }

    /// Whether the database answers.
    pub(super) fn database_check(&self) -> Check {
        let store = self.store.clone();
        Check::new("database", move || {
            let store = store.clone();
            async move { store.ping().await.map_err(|_| "the database does not answer".to_owned()) }
        })
    }
}
