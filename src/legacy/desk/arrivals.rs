//! RPTs that somebody here waits for: woken in memory by one that came to this instance, and found in the store if
//! it came to another.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use crate::store::{AttemptName, Store, StoreError, StoredRpt};

/// How often the store is asked whether another instance got it.
const LOOK: Duration = Duration::from_millis(100);

/// What wakes those who wait. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(super) struct Arrivals(Arc<Mutex<Vec<Waiting>>>);

#[derive(Clone, Debug)]
struct Waiting {
    attempt: AttemptName,
    come: Arc<Notify>,
}

/// Takes who waits off the list, however that ends.
struct Listed<'a> {
    list: &'a Arrivals,
    come: Arc<Notify>,
}

impl Drop for Listed<'_> {
    fn drop(&mut self) {
        let mut list = self.list.0.lock().unwrap_or_else(PoisonError::into_inner);
        list.retain(|waiting| !Arc::ptr_eq(&waiting.come, &self.come));
    }
}

impl Arrivals {
    /// Says that the RPTs of an attempt are kept.
    pub(super) fn tell(&self, attempt: &AttemptName) {
        let list = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        list.iter()
            .filter(|waiting| waiting.attempt == *attempt)
            .for_each(|waiting| waiting.come.notify_one());
    }

    fn list(&self, attempt: &AttemptName) -> Listed<'_> {
        let come = Arc::new(Notify::new());
        let waiting = Waiting { attempt: attempt.clone(), come: Arc::clone(&come) };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(waiting);
        Listed { list: self, come }
    }

    /// The RPTs of an attempt, waited for so long; none if they do not come by then.
    pub(super) async fn wait(
        &self,
        store: &Store,
        attempt: &AttemptName,
        wait: Duration,
    ) -> Result<Vec<StoredRpt>, StoreError> {
        let until = Instant::now() + wait;
        // Listed before it is looked: what comes in between is heard.
        let listed = self.list(attempt);
        loop {
            let rpts = store.rpts_of_attempt(attempt).await?;
            if !rpts.is_empty() || Instant::now() >= until {
                return Ok(rpts);
            }
            let look = until.min(Instant::now() + LOOK);
            let _woken_or_not = timeout_at(look, listed.come.notified()).await;
        }
    }
}
