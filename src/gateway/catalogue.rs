//! Once a day it is kept what payment service providers are told of the catalogue.

use std::time::Duration;

use jiff::Timestamp;

use super::Parts;
use crate::catalogue::listing::listed;
use crate::catalogue::view::CatalogueView;
use crate::documents::{Version, write_services};
use crate::domain::rome;
use crate::store::{Snapshot, Store, StoreError};

/// How often it is looked whether a new day has begun.
const LOOK: Duration = Duration::from_secs(300);

impl Parts {
    /// Keeps the document of each day in Italy that differs from the one before. What can be paid never depends
    /// on it.
    pub(super) fn start_snapshots(&self) {
        let (store, clock, stop) = (self.store.clone(), self.clock.clone(), self.shutdown.soft());
        let catalogue = self.catalogue.clone();
        tokio::spawn(async move {
            let mut done = None;
            loop {
                let now = clock.now();
                let today = Some(rome::day(now));
                if done != today {
                    match keep(&store, &catalogue, now).await {
                        Ok(()) => done = today,
                        Err(error) => tracing::warn!(%error, "the catalogue of the day could not be kept"),
                    }
                }
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(LOOK) => {}
                }
            }
        });
    }
}

async fn keep(store: &Store, catalogue: &CatalogueView, now: Timestamp) -> Result<(), StoreError> {
    let catalogue = catalogue.refresh(store).await?;
    let document = match write_services(&listed(&catalogue, |_| true, now), Version::Two) {
        Ok(document) => document,
        Err(error) => {
            // The facts will not fit better in five minutes: the day goes without.
            tracing::error!(%error, "the catalogue of the day could not be written");
            return Ok(());
        }
    };
    store.keep_snapshot(&Snapshot { day: rome::day(now), made_at: now, document }).await.map(drop)
}
