//! The node's side of the wire: HTTP over mutual TLS, as many connections as there are calls at once.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::HeaderMap;
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use varco::soap::{Limits, read_response};
use varco::wire::pa_for_node::{Operation, Response};

/// A caller that keeps its idle connections.
pub struct Node {
    address: SocketAddr,
    tls: Arc<ClientConfig>,
    idle: Mutex<Vec<SendRequest<Full<Bytes>>>>,
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// Why nothing came back.
pub type Lost = Box<dyn std::error::Error + Send + Sync>;

impl Node {
    pub fn new(address: SocketAddr, tls: Arc<ClientConfig>) -> Self {
        Node { address, tls, idle: Mutex::default() }
    }

    /// Posts a message and waits for the whole answer.
    pub async fn post(&self, message: &str) -> Result<Reply, Lost> {
        self.post_with(message, &[]).await
    }

    pub async fn post_with(&self, message: &str, headers: &[(&str, &str)]) -> Result<Reply, Lost> {
        let mut request = Request::builder()
            .method(Method::POST)
            .uri("/paForNode")
            .header("host", "localhost")
            .header("content-type", "text/xml; charset=utf-8");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut connection = self.connection().await?;
        let body = Full::from(message.to_owned());
        let response = connection.send_request(request.body(body)?).await?;
        let (parts, body) = response.into_parts();
        let body = body.collect().await?.to_bytes();
        self.idle.lock().unwrap().push(connection);
        Ok(Reply { status: parts.status.as_u16(), headers: parts.headers, body })
    }

    async fn connection(&self) -> Result<SendRequest<Full<Bytes>>, Lost> {
        let kept = self.idle.lock().unwrap().pop();
        if let Some(mut kept) = kept
            && kept.ready().await.is_ok()
        {
            return Ok(kept);
        }
        let stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        let name = ServerName::try_from("localhost")?;
        let stream = TlsConnector::from(Arc::clone(&self.tls)).connect(name, stream).await?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(sender)
    }
}

impl Reply {
    /// The response of an operation, read against the contract.
    #[track_caller]
    pub fn response(&self, operation: Operation) -> Response {
        let text = String::from_utf8_lossy(&self.body);
        assert_eq!(self.status, 200, "{text}");
        assert_eq!(self.headers["content-type"], "text/xml; charset=utf-8");
        read_response(&self.body, operation, &Limits::default())
            .unwrap_or_else(|error| panic!("{error} in {text}"))
    }
}

/// A GET in clear, for health and metrics.
pub async fn get(address: SocketAddr, path: &str) -> (u16, String) {
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let request = Request::get(path).header("host", "localhost").body(Full::<Bytes>::default()).unwrap();
    let response = sender.send_request(request).await.unwrap();
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}
