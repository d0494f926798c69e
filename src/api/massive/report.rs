//! `GET …/debtpositions/file/{file-id}/report`: what became of each row, once all are done.
//!
//! `responses` groups the rows as the published service does; `rows` is ours and tells each row with
//! everything that is wrong with it. `Accept: text/csv` gives the rows as a table. A report is written as
//! it is read from the database, page by page.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use serde::Serialize;
use serde_json::json as example;
use serde_json::value::RawValue;
use tokio::sync::mpsc;
use utoipa::ToSchema;

use super::outcome::Finding;
use super::status::{self, UploadStatus};
use super::{Massive, NamedUpload, report_csv, retry_after};
use crate::api::accept::{CSV, JSON, prefers};
use crate::api::openapi::{Answer, Doc, RETRY_AFTER};
use crate::api::problem::Problem;
use crate::store::{RowOutcome, Store, StoreError, Upload};

/// How many outcomes are read at once.
const PAGE: i64 = 500;

/// Why a report is not there.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReportError {
    #[error("some rows are not done")]
    TooEarly { left: i64 },
}

/// Answers 200; 425 with a time to wait while rows are left, 404 and 410 as for the status.
pub(super) async fn handler(
    State(massive): State<Arc<Massive>>,
    NamedUpload(upload): NamedUpload,
    headers: HeaderMap,
) -> Response {
    if upload.finished.is_none() {
        return ReportError::TooEarly { left: upload.submitted - upload.processed }.into_response();
    }
    let (out, mut written) = mpsc::channel::<Result<Bytes, io::Error>>(2);
    let as_table = prefers(&headers, CSV, JSON);
    tokio::spawn(async move {
        let store = &massive.api.store;
        let out = Out(out);
        let done = match as_table {
            true => report_csv::write(store, &upload, &out).await,
            false => write_json(store, &upload, &out).await,
        };
        if let Err(Broken::Store(error)) = done {
            tracing::error!(%error, "a report broke off");
            out.fail().await;
        }
    });
    let chunks = stream::poll_fn(move |context| written.poll_recv(context));
    let form = if as_table { "text/csv; charset=utf-8" } else { "application/json" };
    let mut response = Body::from_stream(chunks).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(form));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Where a report is written to.
pub(super) struct Out(mpsc::Sender<Result<Bytes, io::Error>>);

/// Why a report ends early.
pub(super) enum Broken {
    /// The database.
    Store(StoreError),
    /// Nobody reads it any more.
    NoReader,
}

impl From<StoreError> for Broken {
    fn from(error: StoreError) -> Self {
        Broken::Store(error)
    }
}

impl Out {
    /// Hands on what is written so far.
    pub(super) async fn send(&self, bytes: Vec<u8>) -> Result<(), Broken> {
        self.0.send(Ok(bytes.into())).await.map_err(|_| Broken::NoReader)
    }

    /// Ends the answer so that its reader sees that it is not whole.
    async fn fail(&self) {
        // Nobody reads it if this fails.
        let _sent = self.0.send(Err(io::Error::other("the report broke off"))).await;
    }
}

/// Every outcome of a file, a page at a time.
pub(super) struct Pages<'a> {
    store: &'a Store,
    upload: &'a Upload,
    from: i64,
}

impl<'a> Pages<'a> {
    /// From the first row on.
    pub(super) fn of(store: &'a Store, upload: &'a Upload) -> Self {
        Pages { store, upload, from: 0 }
    }

    /// The next page; `None` behind the last row.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<RowOutcome>>, StoreError> {
        let page = self.store.row_outcomes(self.upload, self.from, PAGE).await?;
        let Some(last) = page.last() else { return Ok(None) };
        self.from = last.row_no + 1;
        Ok(Some(page))
    }
}

/// Rows that became of the same.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ResponseEntry {
    /// The status that a request for one such row would be answered with.
    status_code: i64,
    /// What it means.
    status_message: String,
    /// The names of the positions.
    iupds: Vec<String>,
}

/// What became of a row.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct RowEntry {
    /// Its number in the file, from 1.
    row: i64,
    /// Its first line in a table, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64)]
    line: Option<i64>,
    /// The name of the position, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    iupd: Option<String>,
    /// The status that a request for it would be answered with.
    status_code: i64,
    /// What it means.
    status_message: String,
    /// What is wrong, in a word for programs.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    code: Option<String>,
    /// What is wrong, in a sentence for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    detail: Option<String>,
    /// Everything that is wrong with the row.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<Finding>)]
    violations: Option<Box<RawValue>>,
}

/// A report, in the documentation: the status of the file, with what became of its rows.
#[derive(ToSchema)]
#[schema(as = UploadReport)]
#[expect(dead_code, reason = "a report is written as it is read, never whole in memory")]
struct Report {
    #[serde(flatten)]
    status: UploadStatus,
    /// The rows by what became of them, as the published service groups them.
    responses: Vec<ResponseEntry>,
    /// Each row. Ours.
    rows: Vec<RowEntry>,
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let responses =
        example!([{ "statusCode": 201, "statusMessage": "Created", "iupds": ["MENSA-2026-000123"] }]);
    let rows = example!([{
        "row": 1, "iupd": "MENSA-2026-000123", "statusCode": 201, "statusMessage": "Created",
    }]);
    let mut report = status::example();
    if let Some(fields) = report.as_object_mut() {
        fields.insert("responses".into(), responses);
        fields.insert("rows".into(), rows);
    }
    let answer =
        Answer::json::<Report>("What became of each row; as a table for who likes that better.", report)
            .or_text("text/csv", &report_csv::example());
    let early = Answer::problem("Some rows are not done yet.", &too_early()).with(RETRY_AFTER);
    super::doc_of_file("readFileReport", "Tell what became of each row of a file")
        .answers(StatusCode::OK, answer)
        .answers(StatusCode::TOO_EARLY, early)
}

impl From<RowOutcome> for RowEntry {
    fn from(outcome: RowOutcome) -> Self {
        RowEntry {
            row: outcome.row_no + 1,
            line: outcome.line_no,
            iupd: outcome.iupd,
            status_code: outcome.status,
            status_message: outcome.message,
            code: outcome.code,
            detail: outcome.detail,
            violations: outcome.violations.and_then(|json| RawValue::from_string(json).ok()),
        }
    }
}

fn json(value: &impl Serialize) -> Vec<u8> {
    // Maps with other keys than texts would fail, and there are none.
    serde_json::to_vec(value).unwrap_or_default()
}

async fn write_json(store: &Store, upload: &Upload, out: &Out) -> Result<(), Broken> {
    let mut groups: BTreeMap<(i64, String), Vec<String>> = BTreeMap::new();
    let mut pages = Pages::of(store, upload);
    while let Some(page) = pages.next().await? {
        for outcome in page {
            groups.entry((outcome.status, outcome.message)).or_default().extend(outcome.iupd);
        }
    }
    let mut head = json(&UploadStatus::of(upload));
    head.pop();
    head.extend_from_slice(b",\"responses\":[");
    out.send(head).await?;
    for (place, ((status_code, status_message), iupds)) in groups.into_iter().enumerate() {
        let mut entry = if place > 0 { vec![b','] } else { Vec::new() };
        entry.append(&mut json(&ResponseEntry { status_code, status_message, iupds }));
        out.send(entry).await?;
    }
    out.send(b"],\"rows\":[".to_vec()).await?;
    let mut pages = Pages::of(store, upload);
    while let Some(page) = pages.next().await? {
        let mut text = Vec::new();
        for outcome in page {
            if outcome.row_no > 0 {
                text.push(b',');
            }
            text.append(&mut json(&RowEntry::from(outcome)));
        }
        out.send(text).await?;
    }
    out.send(b"]}".to_vec()).await
}

impl IntoResponse for ReportError {
    fn into_response(self) -> Response {
        let ReportError::TooEarly { left } = self;
        ([(header::RETRY_AFTER, HeaderValue::from(retry_after(left)))], too_early()).into_response()
    }
}

fn too_early() -> Problem {
    Problem::new(
        StatusCode::TOO_EARLY,
        "Too Early",
        "report_not_ready",
        "Rows of the file are still being carried out; ask again later.",
    )
}
