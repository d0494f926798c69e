//! A gateway, those who hand files in, and files.

use std::collections::BTreeSet;
use std::io::{Cursor, Write};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{HeaderMap, Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;
use varco::api::auth::hash_key;
use varco::domain::access::{KeyScope, Role, Tenant};
use varco::domain::segregation::Segregation;
use varco::store::{ApiKey, ApiScope, KeyRights};
use zip::write::SimpleFileOptions;

use crate::support::TestDatabase;
use crate::support::api::{EC, Gateway, OTHER_EC};
use crate::support::samples;

/// The contract, and our own.
pub const PUBLISHED: &str = "/apiconfig/auth/api/v1";
pub const OURS: &str = "/admin/v1";

/// Who asks, each with a key of that name.
pub const OPERATOR: &str = "the-operator";
pub const PAYMENTS: &str = "payments-of-the-one";
pub const OTHER_PAYMENTS: &str = "payments-of-the-other";
pub const PARTNER: &str = "partner";

/// Accounts that nobody has yet; the second is at the post office.
pub const FREE_IBAN: &str = "DE89370400440532013000";
pub const POSTAL_IBAN: &str = "IT52Z0760103600000001002003";

/// What every request may write, whatever it asks for: when keys were used.
const IN_PASSING: &str = "api_key_use";

pub struct Desk {
    pub gateway: Gateway,
}

/// An answer, as it came.
#[derive(Debug)]
pub struct Told {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Told {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    /// Row, field and code of everything that is wrong with a file.
    pub fn findings(&self) -> Vec<(String, String)> {
        assert_eq!(self.status, 400, "{}", self.text);
        let body = self.json();
        assert_eq!(body["code"], "import_refused", "{}", self.text);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let all = body["violations"].as_array().unwrap();
        all.iter().map(|one| (text(&one["pointer"]), text(&one["code"]))).collect()
    }
}

/// Runs a test on each engine.
pub async fn on_both_desks(test: impl AsyncFn(&Desk)) {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        test(&Desk::open(database).await).await;
    }
}

impl Desk {
    pub async fn open(database: TestDatabase) -> Desk {
        let desk = Desk { gateway: Gateway::start_roomy(database, 16 << 20).await };
        let (one, other) = (format!("ec:{EC}"), format!("ec:{OTHER_EC}"));
        let broker = format!("broker:{}", samples::BROKER);
        for (key, tenant, role) in [
            (OPERATOR, "gateway", Role::Operator),
            (PAYMENTS, &one, Role::PaymentsReferent),
            (OTHER_PAYMENTS, &other, Role::PaymentsReferent),
            (PARTNER, &broker, Role::PartnerReferent),
        ] {
            desk.hand_out(key, tenant, role).await;
        }
        desk
    }

    async fn hand_out(&self, key: &str, tenant: &str, role: Role) {
        let rights = KeyRights {
            owner: Tenant::parse(tenant).unwrap(),
            scopes: BTreeSet::from([KeyScope::Administration]),
            role: Some(role),
        };
        let known = ApiKey {
            id: key.into(),
            label: key.into(),
            institutions: ApiScope::Only(BTreeSet::new()),
            segregation: Segregation::Every,
            rights,
        };
        self.gateway.store.add_api_key(&known, &hash_key(key)).await.unwrap();
    }

    /// Hands a file in.
    pub async fn hand_in(&self, key: &str, path: &str, file: &[u8]) -> Told {
        self.hand_in_for(key, path, file, "application/json").await
    }

    /// The same, wishing for an answer of that type.
    pub async fn hand_in_for(&self, key: &str, path: &str, file: &[u8], accept: &str) -> Told {
        let request = self.request(key, Method::POST, path).header("accept", accept);
        self.send_file(request, file).await
    }

    /// Hands a file in that is only to be drafted.
    pub async fn draft_in(&self, key: &str, path: &str, file: &[u8]) -> Told {
        let request = self.request(key, Method::POST, path).header("x-varco-draft", "new");
        self.send_file(request, file).await
    }

    async fn send_file(&self, request: hyper::http::request::Builder, file: &[u8]) -> Told {
        let head = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\n";
        let body = [head.as_bytes(), file, b"\r\n--b--\r\n"].concat();
        let request = request.header("content-type", "multipart/form-data; boundary=b");
        self.send(request.body(Full::from(body)).unwrap()).await
    }

    pub async fn ask(&self, key: &str, method: Method, path: &str, body: Option<&Value>) -> Told {
        let request = self.request(key, method, path).header("content-type", "application/json");
        let body = body.map(Value::to_string).unwrap_or_default();
        self.send(request.body(Full::from(body)).unwrap()).await
    }

    pub async fn get(&self, key: &str, path: &str) -> Told {
        self.ask(key, Method::GET, path, None).await
    }

    fn request(&self, key: &str, method: Method, path: &str) -> hyper::http::request::Builder {
        let request = Request::builder().method(method).uri(path).header("host", "localhost");
        request.header("ocp-apim-subscription-key", key)
    }

    async fn send(&self, request: Request<Full<Bytes>>) -> Told {
        let stream = TcpStream::connect(self.gateway.address).await.unwrap();
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        let (parts, body) = sender.send_request(request).await.unwrap().into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        Told { status: parts.status, headers: parts.headers, text }
    }

    /// Everything that the database holds, but for when keys were used.
    pub async fn whole(&self) -> Vec<String> {
        let (bytes, _) = self.gateway.store.backup(Vec::new(), samples::now(), &mut |_, _| {}).await.unwrap();
        let mut text = String::new();
        let mut reader = flate2::read::MultiGzDecoder::new(bytes.as_slice());
        std::io::Read::read_to_string(&mut reader, &mut text).unwrap();
        // The first line says when it was taken; each table begins with a line that names it. The last says how
        // much there is, and a digest of it.
        let mut table = String::new();
        let mut kept = Vec::new();
        for line in text.lines().skip(1) {
            let read: Value = serde_json::from_str(line).unwrap();
            if let Some(name) = read["table"].as_str() {
                name.clone_into(&mut table);
            }
            if table != IN_PASSING && !read.is_object() {
                kept.push(format!("{table} {line}"));
            }
        }
        kept
    }

    /// The accounts of an institution, as our own list tells them.
    pub async fn accounts(&self, ec: &str) -> Vec<Value> {
        let told = self.get(OPERATOR, &format!("{OURS}/creditor-institutions/{ec}/ibans")).await;
        assert_eq!(told.status, 200, "{}", told.text);
        let body = told.json();
        let list = body.as_array().or_else(|| body.as_object()?.values().find_map(Value::as_array));
        list.unwrap().clone()
    }

    /// An account of an institution, if it has it.
    pub async fn account(&self, ec: &str, iban: &str) -> Option<Value> {
        self.accounts(ec).await.into_iter().find(|account| account["iban"] == iban)
    }
}

/// A ZIP archive.
pub fn packed(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Findings as they are expected.
pub fn expected(findings: &[(&str, &str)]) -> Vec<(String, String)> {
    findings.iter().map(|(pointer, code)| ((*pointer).to_owned(), (*code).to_owned())).collect()
}
