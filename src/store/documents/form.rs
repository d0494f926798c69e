//! The form in which documents are proposed and audited: what lists show of them, and the text itself.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::DocumentHead;
use crate::domain::document::{DocumentKind, FlowId};
use crate::domain::fiscal_code::FiscalCode;
use crate::store::StoreError;
use crate::store::rows::read;

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DocumentForm {
    pub(super) ec: String,
    pub(super) kind: String,
    pub(super) flow: String,
    pub(super) name: String,
    pub(super) published_at: Timestamp,
    pub(super) valid_from: Timestamp,
    pub(super) body: String,
}

/// How a document is proposed.
pub fn document_form(head: &DocumentHead, body: &str) -> String {
    written(&DocumentForm {
        ec: head.ec.to_string(),
        kind: head.kind.word().to_owned(),
        flow: head.flow.to_string(),
        name: head.name.to_string(),
        published_at: head.published_at,
        valid_from: head.valid_from,
        body: body.to_owned(),
    })
}

/// The name that proposals give a document: its own may have any character, so it is the last.
pub fn document_target(ec: &FiscalCode, kind: DocumentKind, flow: &FlowId) -> String {
    format!("{ec}/{}/{flow}", kind.word())
}

pub(super) fn written(form: &DocumentForm) -> String {
    // Texts and instants: there is nothing in it that JSON could not hold.
    serde_json::to_string(form).unwrap_or_default()
}

pub(super) fn parsed(json: &str) -> Result<DocumentForm, StoreError> {
    read(serde_json::from_str(json), "document of a proposal")
}
