//! The end of the process: soft first, then hard.

use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::listener::ServeError;

/// The stop of the whole process, cheap to clone. Soft: readiness turns red, nothing new is accepted,
/// requests in flight finish. Hard: what is left is dropped.
#[derive(Debug, Clone, Default)]
pub struct Shutdown {
    soft: CancellationToken,
    hard: CancellationToken,
    tasks: TaskTracker,
}

/// How the stop went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// Every request in flight was answered.
    Clean,
    /// Time was up, or somebody insisted: this many connections and tasks were dropped.
    Forced {
        /// Connections and tasks still there.
        left: usize,
    },
}

impl Shutdown {
    /// Nothing is stopping yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Cancelled when the soft stop begins; background loops watch it.
    pub fn soft(&self) -> CancellationToken {
        self.soft.clone()
    }

    /// Cancelled when time is up.
    pub fn hard(&self) -> CancellationToken {
        self.hard.clone()
    }

    /// Whose tasks the stop waits for; spawn what must finish here.
    pub fn tasks(&self) -> &TaskTracker {
        &self.tasks
    }

    /// Begins the soft stop.
    pub fn begin(&self) {
        self.soft.cancel();
    }

    /// Listens to SIGTERM and SIGINT from now on. The future ends at the first, or at a stop begun
    /// otherwise, and has then begun the soft stop; a second signal, at any time after, forces the end.
    pub fn on_signal(&self) -> Result<impl Future<Output = ()> + Send + use<>, ServeError> {
        let wrong = |source| ServeError::Signal { source };
        let mut terminate = signal(SignalKind::terminate()).map_err(wrong)?;
        let mut interrupt = signal(SignalKind::interrupt()).map_err(wrong)?;
        let (soft, hard) = (self.soft.clone(), self.hard.clone());
        Ok(async move {
            tokio::select! {
                _ = terminate.recv() => tracing::info!("SIGTERM: stopping softly"),
                _ = interrupt.recv() => tracing::info!("SIGINT: stopping softly"),
                () = soft.cancelled() => {}
            }
            soft.cancel();
            tokio::spawn(async move {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                    () = hard.cancelled() => return,
                }
                tracing::warn!("second signal: stopping at once");
                hard.cancel();
            });
        })
    }

    /// Begins the soft stop if nobody did, waits up to `grace` for what is in flight, drops the rest.
    pub async fn finish(&self, grace: Duration) -> Stopped {
        self.begin();
        self.tasks.close();
        tokio::select! {
            () = self.tasks.wait() => {
                self.hard.cancel();
                return Stopped::Clean;
            }
            () = tokio::time::sleep(grace) => {}
            () = self.hard.cancelled() => {}
        }
        let left = self.tasks.len();
        self.hard.cancel();
        Stopped::Forced { left }
    }
}
