//! Documents as JSON.

use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::api::apiconfig::paging::PageInfo;
use crate::api::openapi::form::Instant;
use crate::documents::Refused;
use crate::domain::document::{Action, CheckItem};
use crate::store::DocumentHead;

/// One thing that a document says, and what is to be thought of it.
#[derive(Serialize, ToSchema)]
#[schema(as = CheckItem)]
pub(super) struct CheckModel {
    /// What it is.
    #[schema(value_type = String)]
    title: &'static str,
    /// What the document says.
    value: String,
    /// `VALID` or `NOT_VALID`.
    #[schema(value_type = String)]
    valid: &'static str,
    /// Why not, or what follows from it.
    note: String,
    /// What is added to the register with it: `ADD_QRCODE` or `ADD_ENCODING`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    action: Option<&'static str>,
}

impl From<CheckItem> for CheckModel {
    fn from(item: CheckItem) -> Self {
        CheckModel {
            title: item.title,
            value: item.value,
            valid: if item.valid { "VALID" } else { "NOT_VALID" },
            note: item.note,
            action: item.action.map(Action::word),
        }
    }
}

/// That a document keeps its schema, or where it does not.
pub(super) fn schema_item(refused: Option<&Refused>) -> CheckModel {
    CheckModel {
        title: "XML schema",
        value: String::new(),
        valid: if refused.is_none() { "VALID" } else { "NOT_VALID" },
        note: refused.map(Refused::to_string).unwrap_or_default(),
        action: None,
    }
}

/// The checks of one file of an archive.
#[derive(Serialize, ToSchema)]
#[schema(as = MassiveCheck)]
#[serde(rename_all = "camelCase")]
pub(super) struct MassiveCheckModel {
    /// Its name in the archive.
    pub file_name: String,
    /// What it says.
    pub check_items: Vec<CheckModel>,
}

/// Whether a document keeps its schema.
#[derive(Serialize, ToSchema)]
#[schema(as = XSDValidation)]
#[serde(rename_all = "camelCase")]
pub(super) struct ValidationModel {
    /// Whether it does.
    pub xsd_compliant: bool,
    /// Where the schema is.
    #[schema(value_type = String)]
    pub xsd_schema: &'static str,
    /// Line, column and reason if it does not.
    pub detail: String,
}

/// A document about accounts.
#[derive(Serialize, ToSchema)]
#[schema(as = Ica)]
pub(super) struct IcaModel {
    /// The name of the document.
    id_ica: String,
    /// Whom it is about.
    creditor_institution_code: String,
    /// What it calls the institution.
    business_name: String,
    /// From when it holds.
    #[schema(value_type = Instant)]
    validity_date: String,
    /// When it was made.
    #[schema(value_type = Instant)]
    publication_date: String,
}

/// A page of documents about accounts.
#[derive(Serialize, ToSchema)]
#[schema(as = Icas)]
pub(super) struct IcasPage {
    /// Those of the page.
    pub icas: Vec<IcaModel>,
    /// Where the page stands.
    pub page_info: PageInfo,
}

/// A document about who an institution is.
#[derive(Serialize, ToSchema)]
#[schema(as = CounterpartTable)]
pub(super) struct CounterpartModel {
    /// The name of the document.
    id_counterpart_table: String,
    /// Whom it is about.
    creditor_institution_code: String,
    /// What it calls the institution.
    business_name: String,
    /// From when it holds.
    #[schema(value_type = Instant)]
    validity_date: String,
    /// When it was made.
    #[schema(value_type = Instant)]
    publication_date: String,
}

/// A page of documents about who institutions are.
#[derive(Serialize, ToSchema)]
#[schema(as = CounterpartTables)]
pub(super) struct CounterpartsPage {
    /// Those of the page.
    pub counterpart_tables: Vec<CounterpartModel>,
    /// Where the page stands.
    pub page_info: PageInfo,
}

impl From<DocumentHead> for IcaModel {
    fn from(head: DocumentHead) -> Self {
        IcaModel {
            id_ica: head.flow.to_string(),
            creditor_institution_code: head.ec.to_string(),
            business_name: head.name.to_string(),
            validity_date: head.valid_from.to_string(),
            publication_date: head.published_at.to_string(),
        }
    }
}

impl From<DocumentHead> for CounterpartModel {
    fn from(head: DocumentHead) -> Self {
        CounterpartModel {
            id_counterpart_table: head.flow.to_string(),
            creditor_institution_code: head.ec.to_string(),
            business_name: head.name.to_string(),
            validity_date: head.valid_from.to_string(),
            publication_date: head.published_at.to_string(),
        }
    }
}

/// A document in a list of ours.
#[derive(Serialize, ToSchema)]
#[schema(as = RegisterDocument)]
#[serde(rename_all = "camelCase")]
pub(super) struct DocumentModel {
    /// `ICA` or `TDC`.
    #[schema(value_type = String)]
    kind: &'static str,
    /// The name of the document.
    flow: String,
    /// What it calls the institution.
    name: String,
    /// From when it holds.
    #[schema(value_type = Instant)]
    valid_from: String,
    /// When it was made.
    #[schema(value_type = Instant)]
    published_at: String,
}

impl From<&DocumentHead> for DocumentModel {
    fn from(head: &DocumentHead) -> Self {
        DocumentModel {
            kind: head.kind.word(),
            flow: head.flow.to_string(),
            name: head.name.to_string(),
            valid_from: head.valid_from.to_string(),
            published_at: head.published_at.to_string(),
        }
    }
}

/// The documents about an institution.
#[derive(Serialize, ToSchema)]
#[schema(as = RegisterDocuments)]
pub(super) struct DocumentsModel {
    /// Each of them, the one that holds last at the beginning of its kind.
    pub documents: Vec<DocumentModel>,
}

/// What a document of ours looks like.
pub(super) fn example() -> Value {
    json!({
        "kind": "ICA", "flow": "ICA-99000010019-20261122120000", "name": "Comune di Borgo Esempio",
        "validFrom": "2026-11-22T11:00:00Z", "publishedAt": "2026-11-22T11:00:00Z",
    })
}

/// What checks look like.
pub(super) fn checks_example() -> Value {
    json!([{
        "title": "ibanAccredito", "value": "IT60X0542811101000000123456", "valid": "VALID", "note": "a new account",
    }])
}
