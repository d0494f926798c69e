//! Debian's nats-server with JetStream in a temporary folder, which can be stopped and started again.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use async_nats::jetstream::{self, Context};
use serde_json::Value;
use tempfile::TempDir;

use crate::support::child::Served;

/// A server, gone when dropped.
pub struct Server {
    address: SocketAddr,
    folder: TempDir,
    more: Vec<String>,
    child: Option<Child>,
}

/// A message as the stream keeps it.
pub struct Kept {
    pub subject: String,
    pub id: String,
    pub body: String,
}

impl Server {
    pub fn start() -> Server {
        Server::start_with(&[])
    }

    /// Starts it with more arguments.
    pub fn start_with(more: &[&str]) -> Server {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let more = more.iter().map(|&argument| argument.to_owned()).collect();
        let mut server = Server { address, folder: tempfile::tempdir().unwrap(), more, child: None };
        server.start_again();
        server
    }

    /// Starts it on the same port with what it kept.
    pub fn start_again(&mut self) {
        let mut command = Command::new(program());
        command.args(["-a", "127.0.0.1", "-p", &self.address.port().to_string(), "-js", "-sd"]);
        command.arg(self.folder.path()).args(&self.more).stdout(Stdio::null()).stderr(Stdio::null());
        self.child = Some(command.spawn().unwrap());
        let until = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(self.address).is_err() {
            assert!(Instant::now() < until, "nats-server does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Kills it.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    pub fn url(&self) -> String {
        format!("nats://{}", self.address)
    }

    pub async fn jetstream(&self) -> Context {
        jetstream::new(async_nats::connect(self.url()).await.unwrap())
    }

    /// How many messages the stream has; none if there is no stream.
    pub async fn count(&self) -> u64 {
        let jetstream = self.jetstream().await;
        jetstream.get_stream(STREAM).await.map_or(0, |stream| stream.cached_info().state.messages)
    }

    /// Waits until the stream has so many messages.
    pub async fn wait_for(&self, count: u64) {
        let until = Instant::now() + Duration::from_secs(40);
        loop {
            let now = self.count().await;
            if now >= count {
                return;
            }
            assert!(Instant::now() < until, "the stream has {now} of {count} messages");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// All that the stream has, in its order.
    pub async fn kept(&self) -> Vec<Kept> {
        let stream = self.jetstream().await.get_stream(STREAM).await.unwrap();
        let mut kept = Vec::new();
        for number in 1..=stream.cached_info().state.last_sequence {
            let message = stream.get_raw_message(number).await.unwrap();
            kept.push(Kept {
                subject: message.subject.to_string(),
                id: message.headers.get("Nats-Msg-Id").unwrap().to_string(),
                body: String::from_utf8(message.payload.to_vec()).unwrap(),
            });
        }
        kept
    }
}

fn program() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    // Debian's lies where only root looks.
    let folders = std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
    let found = folders.map(|folder| folder.join("nats-server")).find(|program| program.exists());
    found.expect("the tests need nats-server: install it (apt-get install nats-server)")
}

/// The stream that is made when nothing is said.
pub const STREAM: &str = "VARCO";

impl Kept {
    pub fn event(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The metrics of a process.
pub async fn metrics(served: &Served) -> String {
    crate::support::node::get(served.api, "/metrics").await.1
}
