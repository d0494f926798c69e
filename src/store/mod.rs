//! Where facts are kept: one file per aggregate, one commit per decision, on SQLite or PostgreSQL.
//!
//! A [`Store`] speaks the verbs of the field (`payable_notice`, `book_receipt`); no connection and no
//! transaction leaves it.

mod accounts;
mod activation;
mod activations;
mod anomalies;
mod audit;
mod backup;
mod batch;
mod catalogue;
mod certificates;
mod delegations;
mod deliveries;
mod dialect;
mod documents;
mod embedded;
mod events;
#[doc(hidden)]
pub mod fault;
mod governance;
mod health;
mod idempotency;
mod keys;
mod legacy;
mod maintenance;
mod migrate;
mod notices;
mod numbers;
mod parties;
mod partners;
mod people;
#[cfg(test)]
mod plans;
mod positions;
mod preservation;
mod publisher;
mod receipts;
mod registry;
mod routing;
mod rows;
mod subscriptions;
mod taxonomy;
mod unbooked;
mod uploads;
mod usage;
mod verify;

use std::sync::Arc;
use std::time::Duration;

use dialect::Pools;
use sha2::{Digest, Sha256};

pub use accounts::{
    AccountFilter, NamedAccount, PurposeRow, account_form, account_of_form, account_target, deletion_form,
    deletion_of_form, deletion_target, purpose_form,
};
pub use activation::{EvidenceForm, FileForm, ShownEvidence, ShownFile, StepForm, WaiverForm};
pub use anomalies::{
    Acted, Anomaly, AnomalyAct, AnomalyEntry, AnomalyPage, AnomalyPlace, AnomalyQuery, AnomalyState,
    MessageFacts,
};
pub use audit::{AuditBreach, AuditEntry, AuditQuery, AuditVerified};
pub use backup::{Archive, BackupError, Head, Progress, TableSummary};
pub use catalogue::{
    CatalogueRows, Demand, DemandPage, DemandPlace, DemandQuery, ListedDemand, Ordered, Organization, Purge,
    Snapshot, SnapshotHead, definition_form, definition_tag, offering_target, organization_form, secret_form,
};
pub use certificates::{
    Ending, RevocationList, certificate_form, read_certificate_form, revocation_list_form,
};
pub use delegations::delegation_json;
pub use deliveries::{
    Backlog, Claimed, DeliveryName, FannedOut, FeedPlace, Hold, Room, Settlement, Tried, Written,
};
pub use documents::{DocumentHead, document_form, document_target};
pub use events::{FeedWatch, Heads, StoredEvent};
pub use governance::{
    Change, ChangeAct, ChangeError, ChangePage, ChangePlace, ChangeQuery, ChangeStep, Judged, NewChange,
    WriteError, WriteFailure, WriteMode,
};
pub use idempotency::{Before, GivenAnswer, Once, OnceRequest, Outcome};
pub use keys::{
    ApiKey, ApiScope, KeyHash, KeyRecord, KeyRights, KeySecret, KeyWish, LiveKey, NewSecret, SealKey,
    key_of_form,
};
pub use legacy::{
    Answered, Asked, AttemptName, AttemptPage, AttemptPlace, AttemptQuery, BegunByPartner, KeptRpts,
    LegacyAttempt, NewRpt, NewRt, Pending, PendingQuery, RptName, RtFate, StoredRpt, StoredRt,
};
pub use maintenance::{MaintenanceFilter, maintenance_form, maintenance_of_form, maintenance_target};
pub use numbers::Numbered;
pub use parties::Parties;
pub use partners::{
    Activates, AnsweredBy, Letter, LetterPlace, LetterQuery, LetterState, LetterTried, LettersWaiting,
    ListedLetter, StandIn,
};
pub use people::{
    Counted, KnownPerson, LinkFor, ListedSession, LocalAccount, NewLocalAccount, NewSession, PersonKey,
    SecondFactor, SessionGrants, SessionKey, Sessions, SignedInFrom, StoredSession, grant_form,
    grant_of_form, person_form, profile_form, profile_of_form,
};
pub use positions::{
    BulkError, CreateError, Direction, Interval, ListStart, NoticeName, Place, PositionFilter, PositionOrder,
    PositionPage, PositionQuery, ReplaceError, Shapes,
};
pub use preservation::{
    PreserveError, Preserved, PreservedEvent, PreservedMessage, PreservedStart, Span, Take, UntoldReceipt,
};
pub use publisher::{Published, Publishing};
pub use receipts::{
    BookReceipt, Booked, ListedReceipt, Novelty, PageStart, ReceiptDetail, ReceiptFilter, ReceiptPage,
    ReceiptPlace, ReceiptQuery, ReceiptRow, ReceiptShare, StoredReceipt,
};
pub use registry::{Wanted, encoding_target, relation_target};
pub use routing::{NewPassword, PartnerRecord, RouteRecord, partner_form, route_form};
pub use subscriptions::{
    DeliveryPage, DeliveryPlace, DeliveryState, FirstEvents, LoggedAttempt, LoggedDelivery, LoggedEvent,
    Replay, SUBSCRIPTIONS_MAX, SubscribeError, Switch, TermsChange,
};
pub use unbooked::{NamedReceipt, UnbookedMessage};
pub use uploads::{
    Applied, Finished, Lease, Mode, Offer, Operation, RowEnd, RowJob, RowOutcome, Upload, UploadPage,
    Verdict, Work,
};
pub use usage::{NodeCall, Promptness};
pub use verify::{Found, Verified};

/// The database, and the tasks that read and write it in batches. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    pools: Pools,
    notices: Arc<notices::NoticeReader>,
    receipts: Arc<receipts::ReceiptWriter>,
    activations: Arc<activations::ActivationWriter>,
    calls: Arc<usage::CallCounts>,
}

/// How a store uses its database.
#[derive(Clone, Copy, Debug)]
pub struct StoreOptions {
    /// The most connections that are open at once (readers, for SQLite).
    pub max_connections: u32,
    /// How long a request waits for a connection or a lock.
    pub acquire_timeout: Duration,
}

impl Default for StoreOptions {
    fn default() -> Self {
        StoreOptions { max_connections: 8, acquire_timeout: Duration::from_secs(3) }
    }
}

/// Why the store could not do what was asked. Never the caller's fault.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The URL names neither SQLite nor PostgreSQL.
    #[error("the database URL must start with sqlite: or postgres:")]
    UnknownEngine,
    /// The database cannot be opened.
    #[error("the database cannot be opened: {0}")]
    Open(#[source] sqlx::Error),
    /// The schema cannot be brought up to date.
    #[error("the database schema cannot be migrated: {0}")]
    Migrate(#[source] Box<sqlx::migrate::MigrateError>),
    /// A statement or a commit failed.
    #[error("the database failed in {during}: {source}")]
    Database {
        /// The verb that failed.
        during: &'static str,
        /// What the engine said.
        #[source]
        source: sqlx::Error,
    },
    /// A row holds what no rule of ours could have written.
    #[error("a stored {what} is not readable: it was changed by hand or by another version")]
    Corrupt {
        /// Which value.
        what: &'static str,
    },
    /// A statement that served several requests at once failed; the log has the engine's words.
    #[error("the database failed in {during}")]
    Unavailable {
        /// The verb that failed.
        during: &'static str,
    },
    /// Another writer booked one of the receipts of a batch while the batch was decided.
    #[error("another writer was faster")]
    Beaten,
    /// The store is shutting down.
    #[error("the store is shutting down")]
    Closed,
}

impl StoreError {
    fn during(during: &'static str) -> impl FnOnce(sqlx::Error) -> StoreError {
        move |source| StoreError::Database { during, source }
    }

    /// Whether the same work would fail for one request and not for another: then a batch is worth
    /// taking apart. A database that is away, locked or full fails them all.
    fn is_about_one_request(&self) -> bool {
        let StoreError::Database { source, .. } = self else { return true };
        match source {
            sqlx::Error::Database(error) => {
                // 08, 53 and 57: PostgreSQL is unreachable, out of resources or shutting down. 5, 6, 8,
                // 10, 13 and 14: SQLite is locked, read-only, failing, full or gone.
                let code = error.code().unwrap_or_default();
                let ailing =
                    ["08", "53", "57"].iter().any(|class| code.len() == 5 && code.starts_with(class));
                let primary = code.parse::<u32>().map_or(0, |code| code & 0xff);
                !ailing && (code.len() == 5 || !matches!(primary, 5 | 6 | 8 | 10 | 13 | 14))
            }
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => false,
            _ => true,
        }
    }

    /// Whether there is no room left, or the disk fails.
    fn is_about_the_disk(&self) -> bool {
        let StoreError::Database { source: sqlx::Error::Database(error), .. } = self else { return false };
        // PostgreSQL: disk_full, io_error. SQLite: SQLITE_IOERR, SQLITE_FULL.
        match error.code().as_deref() {
            Some("53100" | "58030") => true,
            Some(code) => {
                code.len() < 5 && code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 10 | 13))
            }
            None => false,
        }
    }

    /// Whether the engine gave up on a conflict with another transaction, so that the same work may
    /// succeed when done again.
    fn is_conflict(&self) -> bool {
        match self {
            StoreError::Beaten => true,
            StoreError::Database { source: sqlx::Error::Database(error), .. } => {
                matches!(error.code().as_deref(), Some("40001" | "40P01"))
            }
            _ => false,
        }
    }
}

impl Store {
    /// Opens the database behind a URL such as `sqlite://varco.db` or `postgres://host/varco`. A missing
    /// SQLite file is created. The schema is not touched: see [`migrate`](Store::migrate).
    pub async fn open(url: &str, options: StoreOptions) -> Result<Store, StoreError> {
        Store::open_with(url, options, None).await
    }

    /// The same for a test, which comes between the embedded database and its work.
    #[doc(hidden)]
    pub async fn open_with_faults(
        url: &str,
        options: StoreOptions,
        faults: fault::Faults,
    ) -> Result<Store, StoreError> {
        Store::open_with(url, options, Some(faults)).await
    }

    async fn open_with(
        url: &str,
        options: StoreOptions,
        faults: Option<fault::Faults>,
    ) -> Result<Store, StoreError> {
        let pools = dialect::open(url, &options, faults).await?;
        Ok(Store {
            notices: Arc::new(notices::NoticeReader::start(&pools)),
            receipts: Arc::new(receipts::ReceiptWriter::start(pools.clone())),
            activations: Arc::new(activations::ActivationWriter::start(pools.clone())),
            calls: Arc::default(),
            pools,
        })
    }

    /// Brings the schema up to date; returns the names of the migrations that were applied.
    pub async fn migrate(&self) -> Result<Vec<String>, StoreError> {
        let applied = migrate::run(&self.pools).await?;
        events::untold::tell(&self.pools).await?;
        Ok(applied)
    }

    /// Closes the connections once the statements under way are done.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { read, write } => {
                read.close().await;
                write.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }
}

/// The SHA-256 of some bytes, in hexadecimal.
fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Bytes in hexadecimal.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Bytes that were written in hexadecimal.
fn unhex(text: &str) -> Option<Vec<u8>> {
    let pairs = (0..text.len()).step_by(2);
    pairs.map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect()
}
