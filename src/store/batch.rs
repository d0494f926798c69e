//! Requests that wait together are served together: natural batching, with no added delay.
//!
//! While one statement runs, the next requests queue; whoever is free takes all that wait. A lone
//! request passes at once, and under load a round trip or a commit is shared by up to [`BATCH`].

use std::future::Future;
use std::sync::Arc;

use tokio::sync::{Mutex, mpsc};

use super::StoreError;
use super::dialect::BATCH;

/// How many requests may queue before the next one has to wait to queue.
const QUEUE: usize = 1024;

/// The queue of requests of one kind, with the workers behind it.
#[derive(Debug)]
pub(super) struct Batcher<J> {
    queue: mpsc::Sender<J>,
}

impl<J: Send + 'static> Batcher<J> {
    /// Starts `workers` tasks, each of which hands all waiting jobs to `serve`, over and over.
    pub(super) fn start<F, S>(workers: usize, serve: F) -> Self
    where
        F: Fn(Vec<J>) -> S + Clone + Send + 'static,
        S: Future<Output = ()> + Send + 'static,
    {
        let (queue, waiting) = mpsc::channel(QUEUE);
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..workers {
            let (waiting, serve) = (Arc::clone(&waiting), serve.clone());
            tokio::spawn(async move {
                loop {
                    let mut jobs = Vec::with_capacity(BATCH);
                    if waiting.lock().await.recv_many(&mut jobs, BATCH).await == 0 {
                        return;
                    }
                    // In a task of its own: should it panic, those who wait are told, and the next are served.
                    if tokio::spawn(serve(jobs)).await.is_err() {
                        tracing::error!("a batch was abandoned by a panic");
                    }
                }
            });
        }
        Batcher { queue }
    }

    /// Queues a job, waiting for room.
    pub(super) async fn submit(&self, job: J) -> Result<(), StoreError> {
        self.queue.send(job).await.map_err(|_| StoreError::Closed)
    }
}
