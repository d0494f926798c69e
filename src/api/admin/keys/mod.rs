//! API keys: who may do what by a system. A secret is shown once, when it is made.

use super::ADMIN;
use crate::api::access::{Access, Needs, Of};
use crate::api::openapi::{Doc, Method, Routes, form};
use crate::api::problem::Problem;
use crate::domain::access::{Permission, Slot};
use crate::store::{KeyRecord, Store, StoreError};

mod body;
mod change;
mod create;
pub(super) mod limits;
mod list;
mod model;
mod read;
mod regenerate;
mod revoke;

pub(super) use body::{RegenerateRequest, code_list, moment, overlap};

/// The endpoints, below `/admin/v1`.
pub(super) fn routes() -> Routes {
    let (reads, writes) =
        (Needs::new(Permission::KeyRead, Of::Own), Needs::new(Permission::KeyWrite, Of::Body));
    let of_one = Needs::new(Permission::KeyRead, Of::Body);
    Routes::default()
        .guarded(reads, (Method::Get, (ADMIN, "/keys")), list::handler, list::doc())
        .guarded(writes, (Method::Post, (ADMIN, "/keys")), create::handler, create::doc())
        .guarded(of_one, (Method::Get, (ADMIN, "/keys/{key}")), read::handler, read::doc())
        .guarded(writes, (Method::Patch, (ADMIN, "/keys/{key}")), change::handler, change::doc())
        .guarded(writes, (Method::Post, (ADMIN, "/keys/{key}/revoke")), revoke::handler, revoke::doc())
        .guarded(
            writes,
            (Method::Post, (ADMIN, "/keys/{key}/{slot}/regenerate")),
            regenerate::handler,
            regenerate::doc(),
        )
}

/// Why a key is not shown.
#[derive(Debug, thiserror::Error)]
pub(super) enum KeyError {
    #[error("no such key of a tenant of the caller")]
    Unknown,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The key of that name, if the caller may do to it what the route is for. To others it is not there.
async fn held(store: &Store, access: &Access, id: &str) -> Result<KeyRecord, KeyError> {
    let found = store.key_record(id).await?;
    found.filter(|record| access.sees(&record.key.rights.owner)).ok_or(KeyError::Unknown)
}

/// An endpoint for one key.
fn doc_of_one(id: &str, summary: &str) -> Doc {
    Doc::new(id, summary)
        .path("key", form::example_text(model::ID), "The key.")
        .refuses([KeyError::Unknown.into()])
}

/// The words for the two secrets.
fn slot_words() -> utoipa::openapi::Object {
    form::words(Slot::ALL.map(Slot::name), "Which of the two secrets.")
}

impl From<KeyError> for Problem {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::Unknown => Problem::new(
                axum::http::StatusCode::NOT_FOUND,
                "Not Found",
                "unknown_api_key",
                "There is no API key of that id.",
            ),
            KeyError::Store(error) => Problem::internal("Internal Server Error", &error),
        }
    }
}
