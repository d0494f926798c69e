//! When the counts of calls, which the usage report is made of, are written.

use std::time::Duration;

use crate::store::Store;

use super::Parts;

/// How often they are written: what a crash loses of them.
const WRITTEN: Duration = Duration::from_secs(5);

impl Parts {
    /// Writes them as long as the gateway serves; the last ones are written at its stop.
    pub(super) fn start_counting(&self) {
        let (store, stop) = (self.store.clone(), self.shutdown.soft());
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(WRITTEN) => {}
                }
                write(&store).await;
            }
        });
    }
}

/// Adds what was counted to the database; what cannot be added waits for the next time.
pub(super) async fn write(store: &Store) {
    if let Err(error) = store.write_calls().await {
        tracing::warn!(%error, "the counts of calls could not be written");
    }
}
