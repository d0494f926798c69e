//! A small HTTP client for the command line: one connection, kept alive, over TLS or in clear.
//!
//! Each failure names the file or the host that caused it, because a person reads it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{CONTENT_TYPE, HOST, HeaderName, HeaderValue};
use hyper::http::uri::Scheme;
use hyper::{Method, Request, Response, Uri};
use hyper_util::rt::TokioIo;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

type Sender = SendRequest<Full<Bytes>>;

/// The most bytes of an answer: a server that never ends must not fill the memory.
const LARGEST: usize = 16 * 1024 * 1024;

/// The PEM files of a connection over TLS.
#[derive(Clone, Debug, Default)]
pub struct TlsFiles {
    /// The authorities that may have signed the server's certificate.
    pub ca: Option<PathBuf>,
    /// Our own certificate, with its chain, and its private key.
    pub identity: Option<(PathBuf, PathBuf)>,
}

/// One HTTP connection to one server, opened when first needed and again when the server closed it.
#[derive(Debug)]
pub struct Client {
    url: Uri,
    host: String,
    port: u16,
    tls: Option<Arc<ClientConfig>>,
    timeout: Duration,
    connection: Option<Sender>,
}

/// What is sent.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// The method.
    pub method: Method,
    /// Path and query; none asks for those of the client's URL.
    pub path: Option<String>,
    /// Header names and values, `Host` excepted.
    pub headers: Vec<(String, String)>,
    /// The body, sent as it is.
    pub body: Bytes,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The `Content-Type`, empty if there was none.
    pub content_type: String,
    /// The body.
    pub body: Bytes,
    /// From the first byte sent to the last byte received.
    pub took: Duration,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The URL cannot be used.
    #[error("{url}: {reason}")]
    Url {
        /// The URL as given.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A PEM file cannot be used.
    #[error("{}: {reason}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A header cannot be sent.
    #[error("header {0} cannot be sent as it is written")]
    Header(String),
    /// The server does not answer in time.
    #[error("{server}: no answer within {} s", after.as_secs_f32())]
    Late {
        /// Host and port.
        server: String,
        /// How long was waited.
        after: Duration,
    },
    /// The server does not answer as it should.
    #[error("{server}: {reason}")]
    Server {
        /// Host and port.
        server: String,
        /// What happened.
        reason: String,
    },
}

impl Outgoing {
    /// A SOAP request by POST.
    pub fn soap(action: &str, body: Bytes) -> Self {
        let headers = vec![
            (CONTENT_TYPE.to_string(), "text/xml; charset=utf-8".to_owned()),
            ("SOAPAction".to_owned(), format!("\"{action}\"")),
        ];
        Outgoing { method: Method::POST, path: None, headers, body }
    }

    /// Sets a header, replacing the one of that name.
    pub fn set_header(&mut self, name: &str, value: &str) {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_owned()));
    }
}

impl Client {
    /// Prepares a client for the server of that URL; reads the PEM files, connects to nothing yet.
    pub fn new(url: &str, files: &TlsFiles, timeout: Duration) -> Result<Self, ClientError> {
        let wrong = |reason: &str| ClientError::Url { url: url.to_owned(), reason: reason.to_owned() };
        let uri: Uri = url.parse().map_err(|_| wrong("is not a URL"))?;
        let secure = match uri.scheme() {
            Some(scheme) if *scheme == Scheme::HTTPS => true,
            Some(scheme) if *scheme == Scheme::HTTP => false,
            _ => return Err(wrong("must begin with https:// or http://")),
        };
        let host = uri.host().ok_or_else(|| wrong("names no host"))?;
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
        let tls = match (secure, &files.ca) {
            (false, _) => None,
            (true, None) => return Err(wrong("needs the authorities to trust: give --ca FILE")),
            (true, Some(ca)) => Some(Arc::new(tls_config(ca, files.identity.as_ref())?)),
        };
        Ok(Client { url: uri, host, port, tls, timeout, connection: None })
    }

    /// Sends a request and waits for the whole answer.
    pub async fn send(&mut self, outgoing: &Outgoing) -> Result<Answer, ClientError> {
        let begun = Instant::now();
        let timeout = self.timeout;
        let Ok(answer) = tokio::time::timeout(timeout, self.exchange(outgoing)).await else {
            self.connection = None;
            return Err(ClientError::Late { server: self.server(), after: timeout });
        };
        let (status, content_type, body) = answer?;
        Ok(Answer { status, content_type, body, took: begun.elapsed() })
    }

    async fn exchange(&mut self, outgoing: &Outgoing) -> Result<(u16, String, Bytes), ClientError> {
        let response = self.respond(self.request(outgoing)?).await?;
        let status = response.status().as_u16();
        let content_type = response.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes);
        let content_type = String::from_utf8_lossy(content_type.unwrap_or_default()).into_owned();
        let body = Limited::new(response.into_body(), LARGEST).collect().await;
        let body = body.map_err(|error| {
            self.connection = None;
            self.trouble(match error.is::<LengthLimitError>() {
                true => format!("the answer is larger than {} MiB", LARGEST >> 20),
                false => format!("the answer broke off: {error}"),
            })
        })?;
        Ok((status, content_type, body.to_bytes()))
    }

    /// Tries once more on a new connection if the request could not be written on a kept one: the
    /// server may have closed it meanwhile.
    async fn respond(
        &mut self,
        mut request: Request<Full<Bytes>>,
    ) -> Result<Response<hyper::body::Incoming>, ClientError> {
        if let Some(mut kept) = self.connection.take()
            && kept.ready().await.is_ok()
        {
            match kept.try_send_request(request).await {
                Ok(response) => {
                    self.connection = Some(kept);
                    return Ok(response);
                }
                Err(mut error) => match error.take_message() {
                    Some(unsent) => request = unsent,
                    None => return Err(self.trouble(describe(error.error()))),
                },
            }
        }
        let mut fresh = self.connect().await?;
        let response = fresh.send_request(request).await.map_err(|e| self.trouble(describe(&e)))?;
        self.connection = Some(fresh);
        Ok(response)
    }

    fn request(&self, outgoing: &Outgoing) -> Result<Request<Full<Bytes>>, ClientError> {
        let own = self.url.path_and_query().map_or("/", |path| path.as_str());
        let path = outgoing.path.as_deref().unwrap_or(own);
        let uri: Uri = path
            .parse()
            .map_err(|_| ClientError::Url { url: path.to_owned(), reason: "is not a path".to_owned() })?;
        let mut request = Request::new(Full::new(outgoing.body.clone()));
        *request.method_mut() = outgoing.method.clone();
        *request.uri_mut() = uri;
        let authority = self.url.authority().map_or("", |authority| authority.as_str());
        let unusable = |name: &str| ClientError::Header(name.to_owned());
        let host = HeaderValue::from_str(authority).map_err(|_| unusable("Host"))?;
        request.headers_mut().insert(HOST, host);
        for (name, value) in &outgoing.headers {
            let header = HeaderName::from_bytes(name.as_bytes()).map_err(|_| unusable(name))?;
            let value = HeaderValue::from_str(value).map_err(|_| unusable(name))?;
            request.headers_mut().insert(header, value);
        }
        Ok(request)
    }

    async fn connect(&self) -> Result<Sender, ClientError> {
        let tcp = TcpStream::connect((self.host.as_str(), self.port)).await;
        let tcp = tcp.map_err(|error| self.trouble(format!("cannot connect: {error}")))?;
        tcp.set_nodelay(true).map_err(|error| self.trouble(error.to_string()))?;
        let Some(tls) = &self.tls else {
            return self.speak_http(tcp).await;
        };
        let name = ServerName::try_from(self.host.clone())
            .map_err(|_| self.trouble("is no name that a certificate can carry".to_owned()))?;
        let stream = TlsConnector::from(Arc::clone(tls)).connect(name, tcp).await;
        let stream = stream.map_err(|error| self.trouble(format!("TLS handshake failed: {error}")))?;
        self.speak_http(stream).await
    }

    async fn speak_http<S>(&self, stream: S) -> Result<Sender, ClientError>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(|error| self.trouble(describe(&error)))?;
        // Its errors come back through the request that meets them.
        tokio::spawn(async move { connection.await.ok() });
        Ok(sender)
    }

    fn trouble(&self, reason: String) -> ClientError {
        ClientError::Server { server: self.server(), reason }
    }

    fn server(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}

/// Says the cause as well: hyper's own text stops at "connection error".
fn describe(error: &hyper::Error) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

fn tls_config(ca: &Path, identity: Option<&(PathBuf, PathBuf)>) -> Result<ClientConfig, ClientError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(ca)? {
        roots.add(certificate).map_err(|error| unusable(ca, error))?;
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| unusable(ca, error))?
        .with_root_certificates(roots);
    let Some((certificate, key)) = identity else {
        return Ok(builder.with_no_client_auth());
    };
    let private = PrivateKeyDer::from_pem_file(key).map_err(|error| unusable(key, error))?;
    builder.with_client_auth_cert(certificates(certificate)?, private).map_err(|error| unusable(key, error))
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, ClientError> {
    let found: Result<Vec<_>, _> =
        CertificateDer::pem_file_iter(file).map_err(|error| unusable(file, error))?.collect();
    let found = found.map_err(|error| unusable(file, error))?;
    if found.is_empty() { Err(unusable(file, "holds no certificate in PEM form")) } else { Ok(found) }
}

fn unusable(file: &Path, reason: impl std::fmt::Display) -> ClientError {
    ClientError::File { file: file.to_owned(), reason: reason.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(url: &str, files: &TlsFiles) -> String {
        Client::new(url, files, Duration::from_secs(1)).unwrap_err().to_string()
    }

    #[test]
    fn a_url_that_cannot_be_used_is_named() {
        let none = TlsFiles::default();
        assert_eq!(
            refusal("ftp://localhost/", &none),
            "ftp://localhost/: must begin with https:// or http://"
        );
        assert!(refusal("https://localhost/", &none).contains("--ca"));
    }

    #[test]
    fn a_file_that_cannot_be_used_is_named() {
        let files = TlsFiles { ca: Some("/nonexistent/ca.pem".into()), identity: None };
        assert!(refusal("https://localhost/", &files).starts_with("/nonexistent/ca.pem: "));
        let empty = tempfile::NamedTempFile::new().unwrap();
        let files = TlsFiles { ca: Some(empty.path().to_owned()), identity: None };
        assert!(refusal("https://localhost/", &files).contains("no certificate"));
    }

    #[tokio::test]
    async fn a_server_that_is_not_there_is_named() {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let mut client =
            Client::new(&format!("http://{free}/"), &TlsFiles::default(), Duration::from_secs(5)).unwrap();
        let error = client.send(&Outgoing::soap("x", Bytes::new())).await.unwrap_err().to_string();
        assert!(error.starts_with(&format!("{free}: cannot connect")), "{error}");
    }

    #[tokio::test]
    async fn an_answer_that_never_ends_is_given_up() {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0; 1024];
            assert!(stream.read(&mut request).await.unwrap() > 0);
            stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n").await.unwrap();
            while stream.write_all(&[b'x'; 65536]).await.is_ok() {}
        });
        let mut client = Client::new(&url, &TlsFiles::default(), Duration::from_secs(60)).unwrap();
        let error = client.send(&Outgoing::soap("x", Bytes::new())).await.unwrap_err().to_string();
        assert!(error.ends_with("the answer is larger than 16 MiB"), "{error}");
    }

    #[tokio::test]
    async fn a_closed_connection_is_opened_again() {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut request = [0; 1024];
                assert!(stream.read(&mut request).await.unwrap() > 0);
                stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi").await.unwrap();
            }
        });
        let mut client = Client::new(&url, &TlsFiles::default(), Duration::from_secs(5)).unwrap();
        for _ in 0..3 {
            let answer = client.send(&Outgoing::soap("x", Bytes::new())).await.unwrap();
            assert_eq!((answer.status, &answer.body[..]), (200, &b"hi"[..]));
        }
    }
}
