//! Documents about creditor institutions, as they were handed in or made.

use jiff::Timestamp;

use crate::domain::document::{DocumentKind, FlowId};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::text::Text;

use super::dialect::{for_both_engines, on_engine};
use super::rows::{instant, read};
use super::{Store, StoreError};

mod form;
pub(in crate::store) mod kind;

pub use form::{document_form, document_target};

/// What is known of a document without reading it.
#[derive(Clone, Debug, PartialEq)]
pub struct DocumentHead {
    /// Whom it is about.
    pub ec: FiscalCode,
    /// Which kind of document it is.
    pub kind: DocumentKind,
    /// What its author calls it.
    pub flow: FlowId,
    /// What it calls the institution.
    pub name: Text<70>,
    /// When it was made, as it says.
    pub published_at: Timestamp,
    /// From when it holds.
    pub valid_from: Timestamp,
}

#[derive(Debug, sqlx::FromRow)]
pub(super) struct HeadRow {
    ec: String,
    flow: String,
    name: String,
    published_at: i64,
    valid_from: i64,
}

impl HeadRow {
    fn read(self, kind: DocumentKind) -> Result<DocumentHead, StoreError> {
        Ok(DocumentHead {
            ec: read(FiscalCode::new(&self.ec), "fiscal code")?,
            kind,
            flow: read(Text::new(&self.flow), "name of a document")?,
            name: read(Text::new(&self.name), "name in a document")?,
            published_at: instant(self.published_at)?,
            valid_from: instant(self.valid_from)?,
        })
    }
}

impl Store {
    /// All documents of a kind, by institution, the one that holds last at the beginning.
    pub async fn documents(&self, kind: DocumentKind) -> Result<Vec<DocumentHead>, StoreError> {
        let rows = on_engine!(&self.pools, read, |pool, engine| engine::heads(pool, kind).await);
        let rows: Vec<HeadRow> = rows.map_err(StoreError::during("documents"))?;
        rows.into_iter().map(|row| row.read(kind)).collect()
    }

    /// A document as it was handed in or made.
    pub async fn document(
        &self,
        ec: &FiscalCode,
        kind: DocumentKind,
        flow: &FlowId,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        on_engine!(&self.pools, read, |pool, engine| engine::body(pool, (ec, kind, flow)).await)
            .map_err(StoreError::during("document"))
    }
}

for_both_engines! {
    pub(super) async fn heads(pool: &Pool, kind: DocumentKind) -> Result<Vec<HeadRow>, sqlx::Error> {
        sqlx::query_as(
            "SELECT ec, flow, name, published_at, valid_from FROM document WHERE kind = $1 \
             ORDER BY ec, valid_from DESC, published_at DESC, flow",
        )
        .bind(kind.word())
        .fetch_all(pool)
        .await
    }

    pub(super) async fn body(
        pool: &Pool,
        (ec, kind, flow): (&FiscalCode, DocumentKind, &FlowId),
    ) -> Result<Option<Vec<u8>>, sqlx::Error> {
        sqlx::query_scalar("SELECT body FROM document WHERE ec = $1 AND kind = $2 AND flow = $3")
            .bind(ec.as_str())
            .bind(kind.word())
            .bind(flow.as_str())
            .fetch_optional(pool)
            .await
    }
}
