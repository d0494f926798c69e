//! The desk of a clerk who sends files and reads what became of them.

use std::io::{Cursor, Write};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::header::HeaderMap;
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use zip::write::SimpleFileOptions;

use crate::support::api::{but, position};
use crate::support::gateway::TestGateway;
use crate::support::samples::{BROKER, EC};
use crate::support::world::API_KEY;

pub const UPLOADS: &str = "/upload/gpd/debt-positions-service/v2";
const BOUNDARY: &str = "the-boundary-of-the-tests";

pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Bytes,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// Checks that it is a problem of that status and code.
    #[track_caller]
    pub fn is_problem(&self, status: u16, code: &str) {
        assert_eq!(self.status, status, "{}", self.text());
        assert_eq!(self.headers["content-type"], "application/problem+json");
        assert_eq!(self.json()["code"], code, "{}", self.text());
    }

    /// Pointer and code of each violation.
    pub fn violations(&self) -> Vec<(String, String)> {
        let body = self.json();
        let all = body["violations"].as_array().cloned().unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        all.iter().map(|one| (text(&one["pointer"]), text(&one["code"]))).collect()
    }
}

/// Asks with a key; headers are names and values.
pub async fn ask(
    address: SocketAddr,
    (method, path): (Method, &str),
    headers: &[(&str, &str)],
    body: impl Into<Bytes>,
) -> Answer {
    ask_as(address, (method, path), (Some(API_KEY), headers), body).await
}

async fn ask_as(
    address: SocketAddr,
    (method, path): (Method, &str),
    (key, headers): (Option<&str>, &[(&str, &str)]),
    body: impl Into<Bytes>,
) -> Answer {
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let mut request = Request::builder().method(method).uri(path).header("host", "localhost");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    if let Some(key) = key {
        request = request.header("ocp-apim-subscription-key", key);
    }
    let response = sender.send_request(request.body(Full::<Bytes>::new(body.into())).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    Answer { status: parts.status.as_u16(), headers: parts.headers, bytes }
}

pub fn base(ec: &str, broker: &str) -> String {
    format!("{UPLOADS}/brokers/{broker}/organizations/{ec}/debtpositions")
}

/// Sends a file in a form, as a browser does.
pub async fn send(address: SocketAddr, method: Method, path: &str, file: &[u8]) -> Answer {
    send_as(address, (method, path), Some(API_KEY), file).await
}

/// The same with that key in a header, or with none there.
pub async fn send_as(
    address: SocketAddr,
    (method, path): (Method, &str),
    key: Option<&str>,
    file: &[u8],
) -> Answer {
    let mut body = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nx\r\n--{BOUNDARY}\r\n\
         Content-Disposition: form-data; name=\"file\"; filename=\"../positions.zip\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(file);
    body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
    let form = format!("multipart/form-data; boundary={BOUNDARY}");
    ask_as(address, (method, path), (key, &[("content-type", &form)]), body).await
}

/// Sends a file for [`EC`] by [`BROKER`].
pub async fn upload(gateway: &TestGateway, method: Method, query: &str, file: &[u8]) -> Answer {
    send(gateway.api_addr(), method, &format!("{}/file{query}", base(EC, BROKER)), file).await
}

/// Sends a file that is accepted; the path of its status without the last part.
pub async fn accepted(gateway: &TestGateway, method: Method, query: &str, file: &[u8]) -> String {
    let answer = upload(gateway, method, query, file).await;
    assert_eq!(answer.status, 202, "{}", answer.text());
    assert!(answer.headers["retry-after"].to_str().unwrap().parse::<u32>().is_ok(), "whole seconds");
    place(&answer)
}

pub fn place(answer: &Answer) -> String {
    answer.headers["location"].to_str().unwrap().strip_suffix("/status").unwrap().to_owned()
}

/// Asks until the file is done, for up to a minute; its status.
pub async fn done(address: SocketAddr, place: &str) -> Value {
    let begun = Instant::now();
    loop {
        let answer = ask(address, (Method::GET, &format!("{place}/status")), &[], "").await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let status = answer.json();
        if status["operationStatus"] != "IN_PROGRESS" {
            return status;
        }
        assert!(begun.elapsed() < Duration::from_secs(90), "{status}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The report of a file that is accepted, once it is done.
pub async fn carried_out(gateway: &TestGateway, method: Method, query: &str, file: &[u8]) -> Value {
    let place = accepted(gateway, method, query, file).await;
    done(gateway.api_addr(), &place).await;
    let report = ask(gateway.api_addr(), (Method::GET, &format!("{place}/report")), &[], "").await;
    assert_eq!((report.status, &report.headers["content-type"]), (200, &"application/json".parse().unwrap()));
    report.json()
}

/// Status, name and code of each row.
pub fn rows(report: &Value) -> Vec<(i64, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let rows = report["rows"].as_array().unwrap();
    rows.iter()
        .map(|row| (row["statusCode"].as_i64().unwrap(), text(&row["iupd"]), text(&row["code"])))
        .collect()
}

/// A position of the version 1 API.
pub async fn read(gateway: &TestGateway, iupd: &str) -> Answer {
    let path = format!("/gpd/debt-positions-service/v1/organizations/{EC}/debtpositions/{iupd}");
    ask(gateway.api_addr(), (Method::GET, &path), &[], "").await
}

/// How many positions there are.
pub async fn count(address: SocketAddr) -> u64 {
    let path = format!("/gpd/debt-positions-service/v1/organizations/{EC}/debtpositions?limit=1");
    let answer = ask(address, (Method::GET, &path), &[], "").await;
    answer.json()["page_info"]["total_items"].as_u64().unwrap()
}

/// A file of these positions.
pub fn file(positions: &[Value]) -> Vec<u8> {
    json!({ "paymentPositions": positions }).to_string().into_bytes()
}

pub fn names(iupds: &[&str]) -> Vec<u8> {
    json!({ "paymentPositionIUPDs": iupds }).to_string().into_bytes()
}

/// A position that is due in the far future: the real program lives by the real clock.
pub fn lasting(base: u64) -> Value {
    but(position(&format!("P{base}"), base), "/paymentOption/0/dueDate", json!("2049-12-31"))
}

/// An archive of these files.
pub fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}
