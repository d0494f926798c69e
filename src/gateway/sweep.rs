//! Receipts that a crash kept from their notices are matched.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::Parts;

/// How often it is looked for receipts that a crash kept from their notices, and among the changes of how
/// long, so that clocks may differ and a change may take its time.
const SWEEP: Duration = Duration::from_secs(60);
const SWEPT: SignedDuration = SignedDuration::from_mins(10);

impl Parts {
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
