//! Documents as a kind of thing that is proposed, carried out and audited.

use jiff::Timestamp;

use super::form::{DocumentForm, parsed, written};
use crate::domain::governance::Conflict;
use crate::store::StoreError;
use crate::store::dialect::for_both_engines;
use crate::store::governance::Refused;
use crate::store::rows::instant;

#[derive(Debug, sqlx::FromRow)]
struct WholeRow {
    name: String,
    published_at: i64,
    valid_from: i64,
    body: Vec<u8>,
}

/// Institution, kind and name of a document.
fn parts(target: &str) -> Result<(&str, &str, &str), StoreError> {
    let wrong = StoreError::Corrupt { what: "name of a document" };
    let parts = target.split_once('/').and_then(|(ec, rest)| Some((ec, rest.split_once('/')?)));
    parts.map(|(ec, (kind, flow))| (ec, kind, flow)).ok_or(wrong)
}

fn in_use() -> Refused {
    let why = "The document is the one that holds now; only what holds later, or no longer, can be deleted.";
    Conflict::new("document_in_use", why).into()
}

fn not_registered() -> Refused {
    Conflict::new("not_registered", "The creditor institution is not registered here.").into()
}

const INSERT: &str = "INSERT INTO document (ec, kind, flow, name, published_at, valid_from, created_at, body) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (ec, kind, flow) DO UPDATE SET name = excluded.name, \
    published_at = excluded.published_at, valid_from = excluded.valid_from, body = excluded.body";

for_both_engines! {
    /// How a document is now.
    pub(in crate::store) async fn read_document(
        connection: &mut Connection,
        target: &str,
    ) -> Result<Option<String>, Refused> {
        let (ec, kind, flow) = parts(target)?;
        let row: Option<WholeRow> = sqlx::query_as(
            "SELECT name, published_at, valid_from, body FROM document WHERE ec = $1 AND kind = $2 AND flow = $3",
        )
        .bind(ec)
        .bind(kind)
        .bind(flow)
        .fetch_optional(connection)
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(written(&DocumentForm {
            ec: ec.to_owned(),
            kind: kind.to_owned(),
            flow: flow.to_owned(),
            name: row.name,
            published_at: instant(row.published_at)?,
            valid_from: instant(row.valid_from)?,
            body: String::from_utf8_lossy(&row.body).into_owned(),
        })))
    }

    /// Keeps a document as it is wished to be, or takes it away.
    pub(in crate::store) async fn write_document(
        connection: &mut Connection,
        target: &str,
        wanted: Option<&str>,
        at: Timestamp,
    ) -> Result<(), Refused> {
        let (ec, kind, flow) = parts(target)?;
        let Some(json) = wanted else { return remove_document(connection, (ec, kind, flow), at).await };
        let form = parsed(json)?;
        let known: Option<i32> = sqlx::query_scalar("SELECT 1 FROM creditor_institution WHERE ec = $1")
            .bind(ec)
            .fetch_optional(&mut *connection)
            .await?;
        known.ok_or_else(not_registered)?;
        sqlx::query(INSERT)
            .bind(ec)
            .bind(kind)
            .bind(flow)
            .bind(&form.name)
            .bind(form.published_at.as_microsecond())
            .bind(form.valid_from.as_microsecond())
            .bind(at.as_microsecond())
            .bind(form.body.as_bytes())
            .execute(connection)
            .await?;
        Ok(())
    }

    async fn remove_document(
        connection: &mut Connection,
        (ec, kind, flow): (&str, &str, &str),
        at: Timestamp,
    ) -> Result<(), Refused> {
        let holds: Option<String> = sqlx::query_scalar(
            "SELECT flow FROM document WHERE ec = $1 AND kind = $2 AND valid_from <= $3 \
             ORDER BY valid_from DESC, published_at DESC, flow LIMIT 1",
        )
        .bind(ec)
        .bind(kind)
        .bind(at.as_microsecond())
        .fetch_optional(&mut *connection)
        .await?;
        if holds.as_deref() == Some(flow) {
            return Err(in_use());
        }
        sqlx::query("DELETE FROM document WHERE ec = $1 AND kind = $2 AND flow = $3")
            .bind(ec)
            .bind(kind)
            .bind(flow)
            .execute(connection)
            .await?;
        Ok(())
    }
}
