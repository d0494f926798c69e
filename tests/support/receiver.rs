//! An endpoint that does what a test tells it to.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What the endpoint does with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Does {
    /// Answers with that status.
    Answers(u16),
    /// Answers with that status, header and body.
    Says(u16, &'static str, String),
    /// Never answers.
    Hangs,
    /// Hangs up without a word.
    HangsUp,
    /// Hangs up in the middle of a good answer.
    ClosesMidway,
    /// Answers 200 and never stops talking.
    Babbles,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Seen {
    pub path: String,
    pub headers: HeaderMap,
    pub body: String,
    pub did: Does,
}

impl Seen {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn id(&self) -> &str {
        self.header("webhook-id")
    }

    /// Whether the endpoint said that it took it.
    pub fn was_taken(&self) -> bool {
        matches!(self.did, Does::Answers(200..=299) | Does::Says(200..=299, ..))
    }

    pub fn event(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

type Script = dyn Fn(usize, &Seen) -> Does + Send + Sync;

/// An endpoint on a socket of its own, gone with the test.
pub struct Receiver {
    pub address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    script: Arc<Mutex<Arc<Script>>>,
}

impl Receiver {
    /// Does with the request of each number, from 0, what the script says.
    pub async fn start(script: impl Fn(usize, &Seen) -> Does + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let script: Arc<Mutex<Arc<Script>>> = Arc::new(Mutex::new(Arc::new(script)));
        let receiver = Receiver {
            address: SocketAddr::from(([127, 0, 0, 1], port)),
            seen: Arc::clone(&seen),
            script: Arc::clone(&script),
        };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&seen), Arc::clone(&script)));
            }
        });
        receiver
    }

    /// Takes everything.
    pub async fn willing() -> Self {
        Self::start(|_, _| Does::Answers(204)).await
    }

    /// Does something else from now on.
    pub fn does(&self, script: impl Fn(usize, &Seen) -> Does + Send + Sync + 'static) {
        *self.script.lock().unwrap() = Arc::new(script);
    }

    pub fn url(&self) -> String {
        format!("http://{}/hook?key=a", self.address)
    }

    /// All that came.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// What was taken, in the order in which it came.
    pub fn taken(&self) -> Vec<Seen> {
        self.seen().into_iter().filter(Seen::was_taken).collect()
    }

    /// The numbers of the events that were taken, by subject.
    pub fn sequences(&self) -> BTreeMap<String, Vec<String>> {
        let mut sequences: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for seen in self.taken() {
            let event = seen.event();
            let subject = event["subject"].as_str().unwrap().to_owned();
            sequences.entry(subject).or_default().push(event["sequence"].as_str().unwrap().to_owned());
        }
        sequences
    }
}

async fn serve(mut stream: TcpStream, seen: Arc<Mutex<Vec<Seen>>>, script: Arc<Mutex<Arc<Script>>>) {
    let Some(mut request) = read(&mut stream).await else { return };
    let script = Arc::clone(&script.lock().unwrap());
    let did = {
        let mut seen = seen.lock().unwrap();
        request.did = script(seen.len(), &request);
        seen.push(request.clone());
        request.did
    };
    let (status, header, body) = match did {
        Does::Answers(status) => (status, "x-nothing: 1", String::new()),
        Does::Says(status, header, body) => (status, header, body),
        Does::Hangs => return tokio::time::sleep(std::time::Duration::from_secs(60)).await,
        Does::HangsUp => return,
        Does::ClosesMidway => {
            let _gone = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nhalf of").await;
            return;
        }
        Does::Babbles => {
            let _gone = stream.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n").await;
            while stream.write_all(&[b'a'; 16 * 1024]).await.is_ok() {}
            return;
        }
    };
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status} x\r\n{header}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n");
    let _gone = stream.write_all(format!("{head}{body}").as_bytes()).await;
}

async fn read(stream: &mut TcpStream) -> Option<Seen> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = std::str::from_utf8(&bytes[..end]).unwrap().to_owned();
    let mut lines = head.split("\r\n");
    let path = lines.next()?.split(' ').nth(1)?.to_owned();
    let pairs = lines.filter_map(|line| line.split_once(": "));
    let pair = |(name, value): (&str, &str)| {
        (HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value).unwrap())
    };
    let headers: HeaderMap = pairs.map(pair).collect();
    let length: usize = headers.get("content-length")?.to_str().ok()?.parse().ok()?;
    let mut body = bytes.split_off(end + 4);
    while body.len() < length {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    Some(Seen { path, headers, body: String::from_utf8(body).unwrap(), did: Does::HangsUp })
}
