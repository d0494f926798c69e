//! Files of positions (GPD massive, second version): received whole and kept before the answer, carried
//! out in the background, told row by row.
//!
//! A file takes this way: [`receive`] keeps what the caller sends in a temporary file; [`convert`] unpacks
//! it and writes one row for each position to the file that lasts, synced to the disk; then the upload is
//! committed and answered. [`worker`] reads the rows and has them carried out, each with its outcome in
//! one commit.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::extract::{FromRequestParts, Path};
use axum::http::StatusCode;
use axum::http::request::Parts;
use jiff::SignedDuration;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use tokio::sync::{Notify, Semaphore};

use super::auth::{self, Organization};
use super::idempotency::IdempotencyKey;
use super::openapi::{Doc, Heading, Method, Routes, form};
use super::problem::Problem;
use super::{Api, ApiState, problem, shared};
use crate::domain::access::{KeyScope, Tenant};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::ids::BrokerCode;
use crate::domain::segregation::Segregation;
use crate::store::{StoreError, Upload};

mod archive;
mod convert;
mod files;
mod folder;
mod judge;
mod meter;
mod outcome;
mod receive;
mod report;
mod report_csv;
mod spool;
mod status;
mod table;
mod upload;
mod worker;

pub use worker::Worker;

/// How long outcomes are kept (GPD massive v2); then 410.
const KEPT: SignedDuration = SignedDuration::from_hours(60 * 24);

/// The most rows of a file.
const ROWS_MAX: i64 = 100_000;

/// The largest row, in bytes: as large as a request for one position may be.
const ROW_BYTES_MAX: usize = 4 << 20;

/// How many files are received at once; more wait. Each takes room on the disk.
const RECEIVED_AT_ONCE: usize = 8;

/// How many rows a second are promised, for the times to wait that answers name.
const ROWS_A_SECOND: i64 = 2_000;

/// How files are taken in.
#[derive(Clone, Debug)]
pub struct UploadSettings {
    /// Where they are until they are done.
    pub folder: PathBuf,
    /// The largest file, unpacked, in bytes.
    pub max_file: u64,
    /// A number that no other process draws: it makes the names of files and tells workers apart.
    pub seed: u64,
}

/// The endpoints for files, and what carries the files out.
#[derive(Clone)]
pub struct Uploads(Arc<Massive>);

pub(super) struct Massive {
    api: Arc<Api>,
    settings: UploadSettings,
    drawn: AtomicU64,
    receiving: Semaphore,
    arrived: Notify,
}

impl Uploads {
    /// Files in this folder, in this store.
    pub fn new(state: ApiState, settings: UploadSettings) -> Self {
        Uploads(Arc::new(Massive {
            api: shared(state),
            settings,
            drawn: AtomicU64::new(0),
            receiving: Semaphore::new(RECEIVED_AT_ONCE),
            arrived: Notify::new(),
        }))
    }

    /// The endpoints. Their bodies are larger and slower than those of the others.
    pub fn router(&self) -> Router {
        routes()
            .into_router(&self.0.api)
            .method_not_allowed_fallback(async || problem::unknown_method())
            .with_state(Arc::clone(&self.0))
    }

    /// One that carries files out, until it is told to stop.
    pub fn worker(&self) -> Worker {
        Worker::new(Arc::clone(&self.0))
    }
}

impl Massive {
    /// A name that no other file has.
    fn draw(&self) -> String {
        let digest = self.digest();
        digest.iter().take(12).map(|byte| format!("{byte:02x}")).collect()
    }

    /// A number that no other worker has.
    fn draw_worker(&self) -> i64 {
        let digest = self.digest();
        let mut bytes = [0; 8];
        bytes.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
        i64::from_be_bytes(bytes)
    }

    fn digest(&self) -> [u8; 32] {
        let count = self.drawn.fetch_add(1, Ordering::Relaxed);
        let mut hash = Sha256::new();
        hash.update(self.settings.seed.to_be_bytes());
        hash.update(count.to_be_bytes());
        hash.finalize().into()
    }
}

/// Its heading in the documentation.
pub(super) const HEADING: Heading =
    ("Massive upload", "Files of up to 100 000 positions, carried out in the background (GPD massive v2).");

/// The endpoints, with what is said of them.
pub(super) fn routes() -> Routes<Arc<Massive>> {
    let base = "/upload/gpd/debt-positions-service/v2/brokers/{broker-code}/organizations\
                /{organization-fiscal-code}/debtpositions";
    let [file, files] = ["file", "files"].map(|end| format!("{base}/{end}"));
    let [status, report] = ["status", "report"].map(|end| format!("{base}/file/{{file-id}}/{end}"));
    let [file, files, status, report] =
        [&file, &files, &status, &report].map(|path| (HEADING.0, path.as_str()));
    Routes::default()
        .on(Method::Post, file, upload::create, upload::doc("createByFile", "Create positions by a file"))
        .on(Method::Put, file, upload::update, upload::doc("updateByFile", "Update positions by a file"))
        .on(Method::Delete, file, upload::delete, upload::doc("deleteByFile", "Delete positions by a file"))
        .on(Method::Get, status, status::handler, status::doc())
        .on(Method::Get, report, report::handler, report::doc())
        .on(Method::Get, files, files::handler, files::doc())
        .opened_by(KeyScope::Positions)
}

/// The beginning of what is said of each endpoint.
fn doc(id: &str, summary: &str) -> Doc {
    Doc::new(id, summary)
        .path(
            "broker-code",
            form::example_text("99000020018"),
            "The broker, one of whose stations serves the institution.",
        )
        .organization("organization-fiscal-code")
        .refuses([unknown_broker(), foreign_broker()])
}

/// The same for those of one file.
fn doc_of_file(id: &str, summary: &str) -> Doc {
    let name = form::example_text("99000020018_99000010019_0a1b2c3d4e5f60718293a4b5");
    doc(id, summary)
        .path("file-id", name, "The file, as Location named it when it was accepted.")
        .refuses([NoUpload::Unknown.into(), NoUpload::Gone.into()])
}

/// A creditor institution that the caller may act for, and a broker that connects it.
struct Brokered {
    ec: FiscalCode,
    broker: BrokerCode,
    /// Which notices the caller may work with.
    scope: Segregation,
}

#[derive(Deserialize)]
struct BrokerPath {
    #[serde(rename = "broker-code")]
    broker: String,
}

impl FromRequestParts<Arc<Massive>> for Brokered {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, massive: &Arc<Massive>) -> Result<Self, Problem> {
        let Organization(ec, scope) = Organization::from_request_parts(parts, &massive.api).await?;
        let Path(path) = Path::<BrokerPath>::from_request_parts(parts, massive)
            .await
            .map_err(|_| problem::unknown_path())?;
        let registry = massive.api.registry.current();
        let broker = BrokerCode::new(&path.broker).ok().filter(|code| registry.broker(code).is_some());
        let broker = broker.ok_or_else(unknown_broker)?;
        let own = auth::caller(parts)?;
        let other = matches!(&own.rights.owner, Tenant::Broker(owner) if *owner != broker);
        let connects = |station| registry.station(station).is_some_and(|station| station.broker == broker);
        if other || !registry.links(&ec).iter().any(|link| connects(&link.station)) {
            return Err(foreign_broker());
        }
        Ok(Brokered { ec, broker, scope })
    }
}

impl FromRequestParts<Arc<Massive>> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, massive: &Arc<Massive>) -> Result<Self, Problem> {
        IdempotencyKey::from_request_parts(parts, &massive.api).await
    }
}

fn unknown_broker() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "Not found the broker",
        "unknown_broker",
        "No broker with the code of the path is registered here.",
    )
}

fn foreign_broker() -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "Forbidden",
        "foreign_broker",
        "No station of the broker serves the creditor institution.",
    )
}

/// A file of the caller's that the path names.
struct NamedUpload(Upload);

#[derive(Deserialize)]
struct FilePath {
    #[serde(rename = "file-id")]
    file: String,
}

/// Why the file of a path is not there.
#[derive(Debug, thiserror::Error)]
enum NoUpload {
    #[error("no such file")]
    Unknown,
    #[error("its outcomes are deleted")]
    Gone,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl FromRequestParts<Arc<Massive>> for NamedUpload {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, massive: &Arc<Massive>) -> Result<Self, Problem> {
        let Brokered { ec, broker, scope } = Brokered::from_request_parts(parts, massive).await?;
        let path = Path::<FilePath>::from_request_parts(parts, massive).await;
        let Path(path) = path.map_err(|_| problem::unknown_path())?;
        let prefix = file_id(&broker, &ec, "");
        let id = path.file.strip_prefix(&prefix).ok_or(NoUpload::Unknown)?;
        let found = massive.api.store.upload(&ec, id).await.map_err(NoUpload::from)?;
        let own = |upload: &Upload| upload.broker == broker && may_see(&scope, upload);
        let upload = found.filter(own).ok_or(NoUpload::Unknown)?;
        let age = massive.api.clock.now().duration_since(upload.received_at);
        if upload.purged_at.is_some() || age > KEPT {
            return Err(NoUpload::Gone.into());
        }
        Ok(NamedUpload(upload))
    }
}

impl From<NoUpload> for Problem {
    fn from(error: NoUpload) -> Self {
        match error {
            NoUpload::Unknown => Problem::new(
                StatusCode::NOT_FOUND,
                "Upload not found",
                "unknown_upload",
                "The broker has sent no file of that id for the creditor institution.",
            ),
            NoUpload::Gone => Problem::new(
                StatusCode::GONE,
                "Gone",
                "upload_gone",
                "The file was received more than 60 days ago; its outcomes are deleted.",
            ),
            NoUpload::Store(error) => Problem::internal("INTERNAL SERVER ERROR", &error),
        }
    }
}

/// Whether a caller may work with all that the sender of a file may.
fn may_see(scope: &Segregation, upload: &Upload) -> bool {
    scope.narrowed(&upload.scope) == upload.scope
}

/// The public name of a file.
fn file_id(broker: &BrokerCode, ec: &FiscalCode, id: &str) -> String {
    format!("{broker}_{ec}_{id}")
}

/// In how many seconds it is worth asking again.
fn retry_after(left: i64) -> i64 {
    (left / ROWS_A_SECOND).clamp(1, 60)
}
