//! Where a test comes between the embedded database and its work.
//!
//! PostgreSQL is reached over a socket, and a test can stand in the middle of that. SQLite works inside of
//! this process; what it lets be interrupted is a step of a statement, and a commit. The hook is set on the
//! connections of a store that a test opened for it, and on no others: in service nothing is asked.

use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;

use sqlx::SqliteConnection;

/// What SQLite is about to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Goes on with a statement.
    Work,
    /// Commits.
    Commit,
}

/// What becomes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is done.
    Passes,
    /// A statement is interrupted, which ends a transaction that has written; a commit is turned into a
    /// rollback.
    Fails,
}

/// Decides what becomes of each step; called on the threads of the driver, which wait for it.
#[derive(Clone)]
pub struct Faults(Arc<dyn Fn(Step) -> Verdict + Send + Sync>);

impl Faults {
    /// Asks this function before each step.
    pub fn new(decide: impl Fn(Step) -> Verdict + Send + Sync + 'static) -> Self {
        Faults(Arc::new(decide))
    }

    /// Comes between that connection and its work.
    pub(super) async fn attach(&self, connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
        let mut handle = connection.lock_handle().await?;
        let decide = Arc::clone(&self.0);
        handle.set_progress_handler(1, move || decide(Step::Work) == Verdict::Passes);
        let decide = Arc::clone(&self.0);
        handle.set_commit_hook(move || decide(Step::Commit) == Verdict::Passes);
        Ok(())
    }
}

impl Debug for Faults {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("Faults")
    }
}
