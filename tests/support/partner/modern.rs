//! The system of an institution that speaks the node's own primitives, over mutual TLS. It knows the notices that it
//! was told of and takes every receipt once; and it does whatever else a test tells it to.
//!
//! Its messages are written and read by hand, so that no code of ours decides what it says.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::support::messages::euro;
use crate::support::samples::{EC, IBAN, notice_number};

/// What the system does with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Does {
    /// Answers as it should.
    Answers,
    /// Thinks about it that long, and then answers as it should.
    Slow(Duration),
    /// Answers with that status, content type and body.
    Says(u16, &'static str, String),
    /// Answers 200 with that body as XML.
    SaysXml(String),
    /// Answers with that instead of another part of what it would say.
    Instead(&'static str, &'static str),
    /// Points elsewhere.
    Redirects,
    /// Never answers.
    Hangs,
    /// Hangs up without a word.
    HangsUp,
    /// Breaks the connection in the middle of a good answer.
    ResetsMidway,
    /// Writes a byte now and then.
    Drips,
    /// Never stops writing.
    Babbles,
}

/// What the system does with a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Door {
    Open,
    /// Accepts, and then nothing.
    HalfOpen,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Seen {
    pub operation: String,
    pub head: String,
    pub body: String,
    /// The subject of the certificate that the caller showed, as bytes that hold its name.
    pub caller: Vec<u8>,
}

type Script = dyn Fn(&Seen) -> Does + Send + Sync;

#[derive(Default)]
struct State {
    seen: Vec<Seen>,
    /// Amounts in cents, by notice number.
    notices: BTreeMap<String, i64>,
    /// Ids of receipts, in the order in which they were taken.
    receipts: Vec<String>,
    script: Option<Arc<Script>>,
    door: Option<Door>,
}

/// A system on a socket of its own, gone with the test.
pub struct Modern {
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
    tls: Arc<ServerConfig>,
    serving: Mutex<Option<AbortHandle>>,
}

impl Modern {
    /// A system that shows `server.pem` of a folder and asks its callers for a certificate of the same authority.
    pub async fn start(folder: &Path) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let modern = Modern {
            address: listener.local_addr().unwrap(),
            state: Arc::default(),
            tls: tls(folder),
            serving: Mutex::default(),
        };
        modern.serve(listener);
        modern
    }

    pub fn url(&self) -> String {
        format!("https://localhost:{}/paForNode", self.address.port())
    }

    /// Knows the notice of that base from now on, with that amount in cents.
    pub fn owes(&self, base: u64, amount: i64) {
        self.state.lock().unwrap().notices.insert(notice_number(base).to_string(), amount);
    }

    /// Does something else from now on.
    pub fn does(&self, script: impl Fn(&Seen) -> Does + Send + Sync + 'static) {
        self.state.lock().unwrap().script = Some(Arc::new(script));
    }

    /// Accepts connections from now on, and does nothing with them.
    pub fn half_open(&self) {
        self.state.lock().unwrap().door = Some(Door::HalfOpen);
    }

    /// Answers as it should from now on.
    pub fn recovers(&self) {
        let mut state = self.state.lock().unwrap();
        (state.script, state.door) = (None, None);
    }

    /// Stops to listen, and breaks the connections that there are.
    pub fn goes_down(&self) {
        if let Some(serving) = self.serving.lock().unwrap().take() {
            serving.abort();
        }
    }

    /// Listens again, where it did before.
    pub async fn comes_back(&self) {
        let bound = async {
            loop {
                match TcpListener::bind(self.address).await {
                    Ok(listener) => return listener,
                    Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
                }
            }
        };
        self.serve(tokio::time::timeout(Duration::from_secs(10), bound).await.expect("its port is free"));
    }

    /// All that it was asked.
    pub fn seen(&self) -> Vec<Seen> {
        self.state.lock().unwrap().seen.clone()
    }

    /// How often an operation was called.
    pub fn calls(&self, operation: &str) -> usize {
        self.seen().iter().filter(|seen| seen.operation == operation).count()
    }

    /// Ids of the receipts that it has, in the order in which it took them.
    pub fn receipts(&self) -> Vec<String> {
        self.state.lock().unwrap().receipts.clone()
    }

    fn serve(&self, listener: TcpListener) {
        let (state, tls) = (Arc::clone(&self.state), TlsAcceptor::from(Arc::clone(&self.tls)));
        let serving = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let (state, tls) = (Arc::clone(&state), tls.clone());
                connections.spawn(async move { connection(stream, tls, state).await });
            }
        });
        *self.serving.lock().unwrap() = Some(serving.abort_handle());
    }
}

impl Drop for Modern {
    fn drop(&mut self) {
        self.goes_down();
    }
}

fn tls(folder: &Path) -> Arc<ServerConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(folder.join("ca.pem")).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
    let chain = vec![CertificateDer::from_pem_file(folder.join("server.pem")).unwrap()];
    let key = PrivateKeyDer::from_pem_file(folder.join("server.key")).unwrap();
    let builder =
        ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let builder = builder.with_client_cert_verifier(verifier.build().unwrap());
    Arc::new(builder.with_single_cert(chain, key).unwrap())
}

async fn connection(stream: TcpStream, tls: TlsAcceptor, state: Arc<Mutex<State>>) {
    if state.lock().unwrap().door == Some(Door::HalfOpen) {
        return std::future::pending().await;
    }
    let Ok(mut stream) = tls.accept(stream).await else { return };
    let caller = stream.get_ref().1.peer_certificates().map(|chain| chain[0].to_vec()).unwrap_or_default();
    while let Some(seen) = read(&mut stream, &caller).await {
        let (does, answer) = {
            let mut state = state.lock().unwrap();
            let does = state.script.as_ref().map_or(Does::Answers, |script| script(&seen));
            let would =
                matches!(does, Does::Answers | Does::Slow(_) | Does::Instead(..) | Does::ResetsMidway);
            let answer = if would { state.answer(&seen) } else { String::new() };
            state.seen.push(seen);
            (does, answer)
        };
        if !act(&mut stream, does, answer).await {
            return;
        }
    }
}

/// Whether the connection lives on.
async fn act(stream: &mut TlsStream<TcpStream>, does: Does, answer: String) -> bool {
    let xml = "text/xml; charset=utf-8";
    let (status, kind, body) = match does {
        Does::Answers => (200, xml, answer),
        Does::Slow(pause) => {
            tokio::time::sleep(pause).await;
            (200, xml, answer)
        }
        Does::Instead(part, other) => {
            assert!(answer.contains(part), "{part} is no part of {answer}");
            (200, xml, answer.replace(part, other))
        }
        Does::Says(status, kind, body) => (status, kind, body),
        Does::SaysXml(body) => (200, xml, body),
        Does::Redirects => {
            let head = "HTTP/1.1 307 x\r\nlocation: https://localhost/elsewhere\r\ncontent-length: 0\r\n\r\n";
            return stream.write_all(head.as_bytes()).await.is_ok();
        }
        Does::Hangs => return std::future::pending().await,
        Does::HangsUp => return false,
        Does::ResetsMidway => {
            let head =
                format!("HTTP/1.1 200 x\r\ncontent-type: {xml}\r\ncontent-length: {}\r\n\r\n", answer.len());
            let half = &answer.as_bytes()[..answer.len() / 2];
            let _gone = stream.write_all(&[head.as_bytes(), half].concat()).await;
            let _gone = stream.flush().await;
            let _gone = stream.get_ref().0.set_zero_linger();
            return false;
        }
        Does::Drips => {
            let head = format!("HTTP/1.1 200 x\r\ncontent-type: {xml}\r\ncontent-length: 1000\r\n\r\n");
            let _gone = stream.write_all(head.as_bytes()).await;
            while stream.write_all(b" ").await.is_ok() && stream.flush().await.is_ok() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            return false;
        }
        Does::Babbles => {
            let _gone =
                stream.write_all(format!("HTTP/1.1 200 x\r\ncontent-type: {xml}\r\n\r\n").as_bytes()).await;
            while stream.write_all(&[b' '; 16 * 1024]).await.is_ok() {}
            return false;
        }
    };
    let head =
        format!("HTTP/1.1 {status} x\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n", body.len());
    let written = stream.write_all(format!("{head}{body}").as_bytes()).await;
    written.is_ok() && stream.flush().await.is_ok()
}

async fn read(stream: &mut TlsStream<TcpStream>, caller: &[u8]) -> Option<Seen> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = std::str::from_utf8(&bytes[..end]).unwrap().to_ascii_lowercase();
    let length: usize = head.split("content-length: ").nth(1)?.split("\r\n").next()?.parse().ok()?;
    let mut body = bytes.split_off(end + 4);
    while body.len() < length {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    let body = String::from_utf8(body).unwrap();
    let root = body.split("<pafn:").nth(1)?.split(['>', ' ']).next()?;
    let operation = root.trim_end_matches("Request").trim_end_matches("Req").to_owned();
    Some(Seen { operation, head, body, caller: caller.to_vec() })
}

/// The text of the first element of that name.
fn text<'a>(body: &'a str, name: &str) -> &'a str {
    let after = body.split(&format!("<{name}>")).nth(1).unwrap_or_default();
    after.split('<').next().unwrap_or_default()
}

impl State {
    /// What it says as it should.
    fn answer(&mut self, seen: &Seen) -> String {
        let notice = text(&seen.body, "noticeNumber");
        match seen.operation.as_str() {
            "paSendRT" => self.taken("paSendRTRes", &seen.body),
            "paSendRTV2" => self.taken("paSendRTV2Response", &seen.body),
            "paDemandPaymentNotice" => demanded(),
            operation => {
                let root = root_of(operation);
                match self.notices.get(notice) {
                    None => refused(root, "PAA_PAGAMENTO_SCONOSCIUTO", "Non lo conosco"),
                    Some(amount) if operation == "paVerifyPaymentNotice" => verified(root, *amount),
                    Some(amount) => payment(root, notice, *amount, operation == "paGetPaymentV2"),
                }
            }
        }
    }

    fn taken(&mut self, root: &str, body: &str) -> String {
        let id = text(body, "receiptId").to_owned();
        if self.receipts.contains(&id) {
            return refused(root, "PAA_RECEIPT_DUPLICATA", "Già ricevuta");
        }
        self.receipts.push(id);
        envelope(root, "<outcome>OK</outcome>")
    }
}

fn root_of(operation: &str) -> &'static str {
    match operation {
        "paVerifyPaymentNotice" => "paVerifyPaymentNoticeRes",
        "paGetPayment" => "paGetPaymentRes",
        "paGetPaymentV2" => "paGetPaymentV2Response",
        other => panic!("the partner was asked for {other}"),
    }
}

fn listed(amount: i64) -> String {
    format!(
        "<paymentList><paymentOptionDescription><amount>{}</amount><options>EQ</options>\
         <dueDate>2026-12-31</dueDate><detailDescription>Rata unica</detailDescription><allCCP>false</allCCP>\
         </paymentOptionDescription></paymentList><paymentDescription>Tassa del partner</paymentDescription>\
         <fiscalCodePA>{EC}</fiscalCodePA><companyName>Comune di Borgo (partner)</companyName>",
        euro(amount)
    )
}

fn verified(root: &str, amount: i64) -> String {
    envelope(root, &format!("<outcome>OK</outcome>{}", listed(amount)))
}

fn demanded() -> String {
    let qr = format!(
        "<qrCode><fiscalCode>{EC}</fiscalCode><noticeNumber>{}</noticeNumber></qrCode>",
        notice_number(777)
    );
    envelope("paDemandPaymentNoticeResponse", &format!("<outcome>OK</outcome>{qr}{}", listed(1600)))
}

fn payment(root: &str, notice: &str, amount: i64, second: bool) -> String {
    let company = if second { "<companyName>Comune di Borgo</companyName>" } else { "" };
    let amount = euro(amount);
    envelope(
        root,
        &format!(
            "<outcome>OK</outcome><data><creditorReferenceId>{}</creditorReferenceId>\
             <paymentAmount>{amount}</paymentAmount><dueDate>2026-12-31</dueDate>\
             <description>Tassa del partner</description><companyName>Comune di Borgo (partner)</companyName>\
             <debtor><uniqueIdentifier><entityUniqueIdentifierType>F</entityUniqueIdentifierType>\
             <entityUniqueIdentifierValue>RSSMRA80A01H501U</entityUniqueIdentifierValue></uniqueIdentifier>\
             <fullName>Maria Rossi</fullName></debtor><transferList><transfer><idTransfer>1</idTransfer>\
             <transferAmount>{amount}</transferAmount><fiscalCodePA>{EC}</fiscalCodePA>{company}<IBAN>{IBAN}</IBAN>\
             <remittanceInformation>Tassa</remittanceInformation>\
             <transferCategory>9/0101002IM/</transferCategory></transfer></transferList></data>",
            &notice[1..],
        ),
    )
}

/// A KO with that code and sentence.
pub fn refused(root: &str, code: &str, sentence: &str) -> String {
    envelope(
        root,
        &format!(
            "<outcome>KO</outcome><fault><faultCode>{code}</faultCode><faultString>{sentence}</faultString>\
             <id>{EC}</id><description>dal partner</description></fault>"
        ),
    )
}

/// A whole message.
pub fn envelope(root: &str, content: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><S:Envelope \
         xmlns:S=\"http://schemas.xmlsoap.org/soap/envelope/\"><S:Body><ns2:{root} \
         xmlns:ns2=\"http://pagopa-api.pagopa.gov.it/pa/paForNode.xsd\">{content}</ns2:{root}></S:Body></S:Envelope>"
    )
}
