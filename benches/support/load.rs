//! A closed loop over mutual TLS: each connection sends its next request when the answer is there.

use std::cell::Cell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::LocalSet;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// How much load.
#[derive(Clone, Copy)]
pub struct Load {
    pub connections: usize,
    /// The number of the first request and of the one after the last.
    pub from: u64,
    pub to: u64,
    /// Ends sooner if this passes first.
    pub time: Duration,
}

/// What a round of load gave.
pub struct Round {
    pub requests: u64,
    pub seconds: f64,
    pub p99_ms: f64,
}

impl Round {
    pub fn per_second(&self) -> f64 {
        self.requests as f64 / self.seconds
    }
}

/// Opens the connections, then measures; `write` makes the request of a number.
pub async fn run(
    address: SocketAddr,
    client: &Arc<ClientConfig>,
    load: Load,
    write: impl Fn(u64, &mut Vec<u8>) + 'static,
) -> Round {
    let mut streams = Vec::new();
    for _ in 0..load.connections {
        streams.push(connect(address, client).await);
    }
    let next = Rc::new(Cell::new(load.from));
    let write = Rc::new(write);
    let begun = Instant::now();
    let local = LocalSet::new();
    let senders: Vec<_> = streams
        .into_iter()
        .map(|stream| {
            let (next, write) = (Rc::clone(&next), Rc::clone(&write));
            local.spawn_local(async move { send_all(stream, next, load, begun, &*write).await })
        })
        .collect();
    let mut latencies = Vec::new();
    local
        .run_until(async {
            for sender in senders {
                latencies.append(&mut sender.await.unwrap());
            }
        })
        .await;
    let seconds = begun.elapsed().as_secs_f64();
    latencies.sort_unstable();
    let p99 = latencies.get(latencies.len() * 99 / 100).copied().unwrap_or_default();
    Round { requests: latencies.len() as u64, seconds, p99_ms: f64::from(p99) / 1000.0 }
}

async fn send_all(
    mut stream: TlsStream<TcpStream>,
    next: Rc<Cell<u64>>,
    load: Load,
    begun: Instant,
    write: &impl Fn(u64, &mut Vec<u8>),
) -> Vec<u32> {
    let mut latencies = Vec::new();
    let (mut request, mut answer) = (Vec::new(), Vec::with_capacity(8192));
    while next.get() < load.to && begun.elapsed() < load.time {
        let number = next.replace(next.get() + 1);
        request.clear();
        write(number, &mut request);
        let sent = Instant::now();
        stream.write_all(&request).await.unwrap();
        stream.flush().await.unwrap();
        read_answer(&mut stream, &mut answer).await;
        latencies.push(sent.elapsed().as_micros() as u32);
    }
    latencies
}

async fn connect(address: SocketAddr, client: &Arc<ClientConfig>) -> TlsStream<TcpStream> {
    let stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(Arc::clone(client)).connect(name, stream).await.unwrap()
}

/// Reads an answer and makes sure that it says OK.
async fn read_answer(stream: &mut TlsStream<TcpStream>, answer: &mut Vec<u8>) {
    answer.clear();
    let mut whole = None;
    while whole.is_none_or(|whole| answer.len() < whole) {
        assert!(stream.read_buf(answer).await.unwrap() > 0, "the server hung up");
        if whole.is_none() {
            whole = length(answer);
        }
    }
    let text = std::str::from_utf8(answer).unwrap();
    let good = text.starts_with("HTTP/1.1 200 ") && text.contains("<outcome>OK</outcome>");
    assert!(good, "not the answer of a success:\n{text}");
}

/// The length of head and body, once the head is complete.
fn length(answer: &[u8]) -> Option<usize> {
    let text = std::str::from_utf8(answer).ok()?;
    let (head, _) = text.split_once("\r\n\r\n")?;
    let body = head.lines().find_map(|line| line.strip_prefix("content-length: ")).expect("a length");
    Some(head.len() + 4 + body.parse::<usize>().unwrap())
}
