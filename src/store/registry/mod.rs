//! The register: institutions, brokers, stations, who is served by which, printed codes and contacts.
//!
//! Each kind of thing has one form: a serde struct, which is read from its row, proposed by callers as JSON
//! and kept by the audit. Names in it are those of the published contract (api-config).

pub(super) mod broker;
mod census;
pub(super) mod contact;
pub(super) mod encoding;
pub(super) mod institution;
pub(super) mod relation;
pub(super) mod station;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::StoreError;
use super::dialect::for_both_engines;
use super::governance::Refused;
use crate::domain::governance::Conflict;

pub(super) use relation::{NAMED_FLAGS, NamedFlags};

pub use encoding::encoding_target;
pub use relation::relation_target;

/// A thing in the form in which a change of it is proposed.
pub trait Wanted {
    /// The form, as JSON.
    fn wanted(&self) -> String;
}

fn form<T: Serialize>(value: &T) -> Result<String, Refused> {
    let unwritten = |_| StoreError::Corrupt { what: "thing of the register" };
    Ok(serde_json::to_string(value).map_err(unwritten)?)
}

/// The form of a value whose writing cannot fail: it has texts, numbers and lists only.
fn wanted<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn parsed<T: DeserializeOwned>(form: &str) -> Result<T, StoreError> {
    serde_json::from_str(form).map_err(|_| StoreError::Corrupt { what: "proposal about the register" })
}

/// What can hang on a thing: a word for people, and the statement that finds one of the thing's name.
pub(in crate::store) type Hanging = (&'static str, &'static str);

/// A thing cannot be removed because of these.
fn in_use(names: &[&'static str]) -> Conflict {
    Conflict::new("in_use", format!("It cannot be removed while it has {}.", names.join(", ")))
}

for_both_engines! {
    /// Refuses to remove a thing of which something hangs.
    pub(in crate::store) async fn free_of(
        connection: &mut Connection,
        target: &str,
        hanging: &[Hanging],
    ) -> Result<(), Refused> {
        let mut names = Vec::new();
        for (name, statement) in hanging {
            let found: Option<i64> = sqlx::query_scalar(*statement).bind(target).fetch_optional(&mut *connection).await?;
            names.extend(found.map(|_| *name));
        }
        if names.is_empty() { Ok(()) } else { Err(in_use(&names).into()) }
    }
}

/// What a deletion that breaks a reference means: something of a part that this one does not know hangs on it.
fn still_referred_to(error: sqlx::Error) -> Refused {
    let referred = error.as_database_error().is_some_and(|error| error.is_foreign_key_violation());
    if referred { in_use(&["entries elsewhere"]).into() } else { error.into() }
}
