//! What was made on demand and not paid goes again.

use std::time::Duration;

use jiff::SignedDuration;

use super::Parts;
use crate::config::HumanDuration;
use crate::store::Purge;

/// How often it is looked for what expired long ago.
const LOOK: Duration = Duration::from_secs(600);

/// How many positions are looked at before others may write; each is deleted in a transaction of its own.
const BATCH: u32 = 50;

/// How long it is rested after so many.
const REST: Duration = Duration::from_millis(200);

/// A duration of the configuration, in the words of the clock.
pub(super) fn signed(configured: HumanDuration) -> SignedDuration {
    // A duration of the configuration is a year at most.
    SignedDuration::try_from(configured.get()).unwrap_or(SignedDuration::MAX)
}

impl Parts {
    /// Deletes positions that were made on demand once they have been expired for that long, unpaid. Receipts stay,
    /// and one that comes later is booked as that of any notice that is not known.
    pub(super) fn start_purge(&self, kept: HumanDuration) {
        let (store, clock, stop) = (self.store.clone(), self.clock.clone(), self.shutdown.soft());
        let (hold, kept) = (self.hold, signed(kept));
        tokio::spawn(async move {
            loop {
                let now = clock.now();
                let purge = Purge { expired_by: now.saturating_sub(kept).unwrap_or(now), hold, now };
                let more = match store.purge_demands(&purge, BATCH).await {
                    Ok((looked_at, deleted)) => {
                        if deleted > 0 {
                            tracing::info!(deleted, "positions on demand that nobody paid were deleted");
                        }
                        looked_at >= usize::try_from(BATCH).unwrap_or(usize::MAX)
                    }
                    Err(error) => {
                        tracing::warn!(%error, "positions on demand that nobody paid could not be deleted");
                        false
                    }
                };
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(if more { REST } else { LOOK }) => {}
                }
            }
        });
    }
}
