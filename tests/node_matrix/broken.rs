//! An endpoint that answers every request with the same bytes, and a node that asks it.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use varco::domain::clock::Clock;
use varco::node::client::{Client, TlsFiles};
use varco::node::judge::{Expectations, Severity};
use varco::node::receipt::{Payment, plan};
use varco::node::{Activation, Demand, Exchange, Node, Parties, Version, paid_data};
use varco::soap::{Limits, read_response};
use varco::wire::common::TransferChannel;
use varco::wire::pa_for_node::Operation;

use super::answers::{self, EC, NOTICE, PROVINCE};

/// What the endpoint answers.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub content_type: Option<&'static str>,
    pub body: Vec<u8>,
    pub after: Duration,
}

impl Reply {
    pub fn xml(body: impl Into<Vec<u8>>) -> Self {
        Reply {
            status: 200,
            content_type: Some("text/xml; charset=utf-8"),
            body: body.into(),
            after: Duration::ZERO,
        }
    }
}

/// What the node asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    Verify,
    Probe,
    Get(Version),
    GetFor(TransferChannel),
    Receipt(Version),
    Demand,
}

impl Ask {
    pub fn operation(self) -> Operation {
        match self {
            Ask::Verify | Ask::Probe => Operation::PaVerifyPaymentNotice,
            Ask::Get(version) => version.get(),
            Ask::GetFor(_) => Operation::PaGetPaymentV2,
            Ask::Receipt(version) => version.receipt(),
            Ask::Demand => Operation::PaDemandPaymentNotice,
        }
    }

    pub fn root(self) -> &'static str {
        self.operation().response_root().local
    }
}

/// The address of an endpoint that gives this reply to everything, until the test ends.
pub async fn endpoint(reply: Reply) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/paForNode", listener.local_addr().unwrap());
    let reply = Arc::new(reply);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, Arc::clone(&reply)));
        }
    });
    url
}

async fn serve(mut stream: TcpStream, reply: Arc<Reply>) {
    let mut request = Vec::new();
    while !is_whole(&request) {
        let mut chunk = [0; 8192];
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => return,
            Ok(read) => request.extend_from_slice(&chunk[..read]),
        }
    }
    tokio::time::sleep(reply.after).await;
    let declared = reply.content_type.map(|kind| format!("Content-Type: {kind}\r\n")).unwrap_or_default();
    let head = format!(
        "HTTP/1.1 {} Answer\r\n{declared}Content-Length: {}\r\nConnection: close\r\n\r\n",
        reply.status,
        reply.body.len()
    );
    let _ = stream.write_all(&[head.as_bytes(), &reply.body].concat()).await;
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    body.len() >= length.unwrap_or(0)
}

/// A node whose registry knows the town, the province and their accounts.
pub fn node(url: &str) -> Node {
    let client = Client::new(url, &TlsFiles::default(), Duration::from_secs(60)).unwrap();
    let parties =
        Parties { pa: EC.to_owned(), broker: "99000020018".to_owned(), station: "99000020018_01".to_owned() };
    let set = |texts: &[&str]| Some(texts.iter().map(|text| (*text).to_owned()).collect());
    let known = Expectations {
        known_ecs: set(&[EC, PROVINCE]),
        ibans: set(&[answers::IBAN, answers::POSTAL_IBAN, answers::PROVINCE_IBAN]),
        codes: set(&["02"]),
        ..Expectations::default()
    };
    Node::new(client, parties, Clock::system()).knowing(known)
}

/// Asks an endpoint that gives this reply.
pub async fn ask(what: Ask, reply: Reply) -> Exchange {
    let mut node = node(&endpoint(reply).await);
    ask_with(&mut node, what).await
}

pub async fn ask_with(node: &mut Node, what: Ask) -> Exchange {
    match what {
        Ask::Verify => node.verify(NOTICE).await,
        Ask::Probe => node.probe().await,
        Ask::Get(version) => node.activate(&Activation::of(version, NOTICE)).await,
        Ask::GetFor(channel) => {
            let activation = Activation { channel: Some(channel), ..Activation::of(Version::V2, NOTICE) };
            node.activate(&activation).await
        }
        Ask::Demand => {
            let (service, subject) = ("00001".to_owned(), "00001".to_owned());
            node.demand(&Demand { service, subject, document: b"<a/>".to_vec() }).await
        }
        Ask::Receipt(version) => {
            let operation = Operation::PaGetPaymentV2;
            let answer = read_response(answers::get_v2().as_bytes(), operation, &Limits::default()).unwrap();
            let paid_at = "2026-11-22T10:00:00Z".parse().unwrap();
            let payment = Payment { version, ..Payment::of(EC, NOTICE, "receipt-1", paid_at) };
            let plan = plan(&payment, &paid_data(&answer, EC).unwrap()).unwrap();
            node.receipt(&plan, EC).await
        }
    }
}

/// What was found, one line each: `wrong schema-missing /root/data`.
pub fn told(exchange: &Exchange) -> Vec<String> {
    let findings = &exchange.verdict.findings;
    findings.iter().map(|f| format!("{} {} {}", f.rule.severity.word(), f.rule.id, f.path)).collect()
}

/// Asserts that an answer breaks exactly this rule at exactly this place, and what a payment service provider sees.
#[track_caller]
pub fn assert_found(exchange: &Exchange, rule: &str, path: &str, seen: Option<&str>) {
    let found = exchange.verdict.findings.iter().map(|f| (f.rule.id, f.path.as_str()));
    assert_eq!(found.collect::<Vec<_>>(), [(rule, path)], "{}", text(exchange));
    assert_eq!(exchange.verdict.seen_by_psp.map(|code| code.name()), seen);
    let finding = &exchange.verdict.findings[0];
    assert!(!finding.message.is_empty());
    assert_eq!(exchange.verdict.is_right(), finding.rule.severity == Severity::Advice);
}

pub fn text(exchange: &Exchange) -> String {
    let body =
        exchange.received.as_ref().map(|received| String::from_utf8_lossy(&received.body).into_owned());
    format!("{:?}\n{}", exchange.verdict.findings, body.unwrap_or_default())
}

pub const INVALID: &str = "PPT_STAZIONE_INT_PA_ERRORE_RESPONSE";
