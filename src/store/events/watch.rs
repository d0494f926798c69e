//! Who waits for events is woken when a feed has moved, whichever process moved it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::super::{Store, StoreError};

/// The number of the last event of each feed that has one.
pub type Heads = BTreeMap<String, i64>;

/// The heads of all feeds as they were a moment ago. Cheap to clone; each clone waits for itself.
#[derive(Clone, Debug)]
pub struct FeedWatch {
    heads: watch::Receiver<Arc<Heads>>,
}

impl FeedWatch {
    /// The heads as last seen.
    pub fn heads(&self) -> Arc<Heads> {
        Arc::clone(&self.heads.borrow())
    }

    /// Waits until some feed has moved since this was last called on this clone. Never ends once the
    /// store is closed.
    pub async fn moved(&mut self) {
        if self.heads.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl Store {
    /// Looks at the heads of the feeds over and over, for as long as somebody watches.
    pub fn watch_feeds(&self, every: Duration) -> FeedWatch {
        let (told, heads) = watch::channel(Arc::new(Heads::new()));
        let store = self.clone();
        tokio::spawn(async move {
            let mut fails = false;
            while !told.is_closed() {
                match store.feed_heads().await {
                    Ok(heads) => {
                        fails = false;
                        told.send_if_modified(|known| {
                            let moved = **known != heads;
                            if moved {
                                *known = Arc::new(heads);
                            }
                            moved
                        });
                    }
                    Err(StoreError::Database { source: sqlx::Error::PoolClosed, .. }) => return,
                    Err(error) if !fails => {
                        fails = true;
                        tracing::warn!(%error, "the heads of the feeds cannot be read");
                    }
                    Err(_) => {}
                }
                tokio::time::sleep(every).await;
            }
        });
        FeedWatch { heads }
    }
}
