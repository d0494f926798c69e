//! Tables to take away: always as the register is now, written while they are read.

use std::io;

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};

use super::openapi::{Answer, Doc, Routes};
use super::positions::render::unkept;
use super::sheet::{MARK, lines};
use crate::domain::account::AccountStatus;

mod accounts;
mod institutions;
mod served;
mod stations;

/// How many lines are written at once.
const CHUNK: usize = 500;

/// The exports of the published contract.
pub(super) fn published() -> Routes {
    Routes::default().beside(stations::routes()).beside(served::routes())
}

/// Ours.
pub(super) fn ours() -> Routes {
    Routes::default().beside(institutions::routes()).beside(accounts::routes())
}

/// The answer with a table of what is known already.
fn table<const WIDTH: usize>(
    name: &'static str,
    heads: [&str; WIDTH],
    records: Vec<[String; WIDTH]>,
) -> Response {
    let chunks: Vec<Bytes> =
        records.chunks(CHUNK).map(|records| Bytes::from(lines(records.to_vec()))).collect();
    streamed(name, heads, stream::iter(chunks.into_iter().map(Ok)))
}

/// The answer with a table whose lines are still to come.
fn streamed<const WIDTH: usize>(
    name: &'static str,
    heads: [&str; WIDTH],
    chunks: impl Stream<Item = Result<Bytes, io::Error>> + Send + 'static,
) -> Response {
    let head = [MARK.as_bytes().to_vec(), lines([heads.map(str::to_owned)])].concat();
    let body = Body::from_stream(stream::once(async { Ok(Bytes::from(head)) }).chain(chunks));
    let mut response = unkept(body.into_response());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static(name));
    response
}

/// What is said of the answer.
fn documented(doc: Doc, heads: &[&str]) -> Doc {
    let example = format!("{MARK}{}\r\n", heads.join(";"));
    let answer = Answer::empty("The table: UTF-8 with a byte order mark, semicolons.");
    doc.answers(StatusCode::OK, answer.or_text("text/csv", &example))
}

/// A yes or no as the tables have it.
fn flag(value: bool) -> String {
    value.to_string()
}

/// The status of an account as the portal has it, which knows two.
fn status(status: AccountStatus) -> String {
    if status == AccountStatus::Active { "ENABLED" } else { "DISABLED" }.to_owned()
}
