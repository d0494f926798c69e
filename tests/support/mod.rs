//! What the integration tests stand on: both databases, and a clock that can be moved.

#![allow(dead_code, reason = "each test target uses its part")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

pub mod admin;
pub mod api;
pub mod catalogue;
pub mod child;
pub mod cluster;
pub mod faulty;
pub mod feeds;
pub mod gateway;
pub mod messages;
pub mod node;
pub mod offers;
pub mod partner;
pub mod pki;
pub mod postgres;
pub mod receiver;
pub mod samples;
pub mod trouble;
pub mod world;

use std::future::Future;

use tempfile::TempDir;
use varco::store::{Store, StoreOptions};

/// An empty database of one engine, gone when dropped.
pub struct TestDatabase {
    /// Its engine, to name it in a failure.
    pub engine: &'static str,
    /// Where it is.
    pub url: String,
    _folder: Option<TempDir>,
}

impl TestDatabase {
    /// An empty SQLite database.
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite://{}", folder.path().join("varco.db").display());
        TestDatabase { engine: "sqlite", url, _folder: Some(folder) }
    }

    /// An empty PostgreSQL database.
    pub async fn postgres() -> Self {
        TestDatabase { engine: "postgres", url: postgres::empty_database().await, _folder: None }
    }

    /// The database behind that URL, which somebody else keeps.
    pub fn of(engine: &'static str, url: String) -> Self {
        TestDatabase { engine, url, _folder: None }
    }

    /// Opens it, with the schema up to date.
    pub async fn store(&self) -> Store {
        let store = Store::open(&self.url, StoreOptions::default()).await.expect("the database opens");
        store.migrate().await.expect("the schema is made");
        store
    }
}

/// Runs a test on an empty database of each engine.
pub async fn on_both<F: Future<Output = ()>>(test: impl Fn(TestDatabase) -> F) {
    test(TestDatabase::sqlite()).await;
    test(TestDatabase::postgres().await).await;
}
