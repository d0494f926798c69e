//! Documents about institutions: handed in, checked against the register, kept, and made of it.

use std::collections::BTreeSet;

use axum::http::StatusCode;

use super::Api;
use super::access::{Access, WritesError};
use super::apiconfig::refusal::failed;
use super::openapi::Routes;
use super::problem::{Problem, Violation};
use crate::documents::Refused;
use crate::domain::access::Tenant;
use crate::domain::document::{CheckItem, DocumentKind, FlowId, Institution, Known};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::governance::{Kind, Proposal, Wish};
use crate::domain::iban::Iban;
use crate::store::{DocumentHead, WriteError, document_form, document_target};

mod cdis;
mod counterparts;
mod hand_in;
mod icas;
mod kept;
mod made;
mod model;
mod schema;

/// The documents of the published contract.
pub(super) fn published() -> Routes {
    Routes::default().beside(icas::routes()).beside(counterparts::routes()).beside(cdis::routes())
}

/// Ours.
pub(super) fn ours() -> Routes {
    Routes::default().beside(made::routes()).beside(schema::routes())
}

/// Why a document is not taken.
#[derive(Debug, thiserror::Error)]
enum DocumentError {
    /// It is none of the kind that is meant.
    #[error(transparent)]
    Unreadable(#[from] Refused),
    /// It says what cannot stand.
    #[error("the document says what cannot stand")]
    Unsound(Vec<CheckItem>),
    /// It has more than fits.
    #[error("the document is too large")]
    TooLarge,
    /// There is none of that name.
    #[error("there is no such document")]
    Unknown,
    /// There is one of that name, or the one that holds is to be removed, or something else stands against it.
    #[error(transparent)]
    Writes(#[from] WritesError),
}

impl From<DocumentError> for Problem {
    fn from(error: DocumentError) -> Self {
        let bad = |code, detail: String| Problem::new(StatusCode::BAD_REQUEST, "Bad Request", code, detail);
        match error {
            DocumentError::Unreadable(refused) => {
                bad("invalid_document", format!("The document breaks its schema: {refused}."))
            }
            DocumentError::Unsound(items) => {
                let violation = |item: CheckItem| Violation {
                    pointer: format!("/{}", item.title),
                    code: "not_valid",
                    message: item.note,
                };
                let detail = "The document says what cannot stand, for the reasons that violations gives.";
                bad("document_refused", detail.to_owned())
                    .with_violations(items.into_iter().map(violation).collect())
            }
            DocumentError::TooLarge => {
                let detail = "The document exceeds the largest size that is accepted.";
                Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "Payload Too Large", "file_too_large", detail)
            }
            DocumentError::Unknown => unknown(),
            DocumentError::Writes(WritesError::Refused(failure)) => match failure.error {
                WriteError::Missing => unknown(),
                WriteError::Exists => conflict("document_exists", "There is something of that name already."),
                WriteError::Conflict(found) => {
                    Problem::new(StatusCode::CONFLICT, "Conflict", found.code, found.message)
                }
                WriteError::Store(error) => failed(error),
            },
            DocumentError::Writes(other) => other.into(),
        }
    }
}

fn unknown() -> Problem {
    let detail = "There is no document of that name about the institution.";
    Problem::new(StatusCode::NOT_FOUND, "Not Found", "unknown_document", detail)
}

fn conflict(code: &'static str, detail: &'static str) -> Problem {
    Problem::new(StatusCode::CONFLICT, "Conflict", code, detail)
}

/// The document that holds cannot be deleted; for the documentation.
fn in_use() -> Problem {
    conflict("document_in_use", "The document is the one that holds now.")
}

/// What the register knows about what a document says: of an institution, with these accounts.
async fn known(
    api: &Api,
    (ec, kind, flow): (&FiscalCode, DocumentKind, &FlowId),
    accounts: &[String],
) -> Result<Known, Problem> {
    let census = api.store.census().await.map_err(failed)?;
    let mut known = Known {
        institution: census
            .institutions
            .get(ec)
            .map(|facts| Institution { name: facts.name.to_string(), enabled: facts.enabled }),
        encodings: census.encodings.into_iter().filter(|(of, _)| of == ec).map(|(_, code)| code).collect(),
        flow_is_taken: api.store.document(ec, kind, flow).await.map_err(failed)?.is_some(),
        ..Known::default()
    };
    let read: BTreeSet<Iban> = accounts.iter().filter_map(|text| Iban::new(text).ok()).collect();
    for iban in read {
        let holders = api.store.institutions_with(&iban).await.map_err(failed)?;
        known.holders.insert(iban.to_string(), holders.iter().map(FiscalCode::to_string).collect());
    }
    Ok(known)
}

/// What is to be done with a document.
fn proposal(head: &DocumentHead, wish: Wish, body: Option<&str>) -> Proposal {
    Proposal {
        kind: Kind::Document,
        tenant: Tenant::Institution(head.ec.clone()),
        target: document_target(&head.ec, head.kind, &head.flow),
        wish,
        wanted: body.map(|body| document_form(head, body)),
    }
}

/// Refuses whose institution the caller may not speak for.
fn may(access: &Access, ec: &FiscalCode) -> Result<(), Problem> {
    access.about(&Tenant::Institution(ec.clone())).map(drop).map_err(Problem::from)
}
