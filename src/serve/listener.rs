//! The accept loop: a connection is counted, shaken hands with, known, then served.
//!
//! Why not `axum::serve`: it shakes hands one connection at a time, has no clock on headers or idling,
//! does not know the peer's certificate and keeps a refused caller's old connection.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use super::connection::{Patience, Progress, Stage, Timed};
use super::shutdown::Shutdown;
use crate::config::{Api, Soap};
use crate::observe::Metrics;
use crate::tls::{ClientCertificate, TlsReloader, refusal};

/// Why serving can't begin.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address is taken, not ours, or needs a privilege.
    #[error("{name}.listen: can't listen on {address}: {source}")]
    Bind {
        /// Section of the configuration.
        name: &'static str,
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// Signals can't be watched.
    #[error("can't watch for signals: {source}")]
    Signal {
        /// What the system said.
        source: io::Error,
    },
}

/// Who is at the other end, found once per connection; handlers have it as `Extension<Arc<Peer>>`.
#[derive(Debug, Clone)]
pub struct Peer {
    /// Address of the other end (a proxy's, when there is one).
    pub addr: SocketAddr,
    /// The verified and allowed certificate; None where none is asked for.
    pub certificate: Option<ClientCertificate>,
}

/// The bounds of a listener's connections.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Served at once; more wait in the backlog. With HTTP/1.1 it bounds requests at once too.
    pub connections: usize,
    /// From accept to the end of the TLS handshake.
    pub handshake: Duration,
    /// From the first byte of a request to the end of its headers, and from a handshake to that byte.
    pub header: Duration,
    /// Between requests.
    pub idle: Duration,
    /// For the peer to take in what is written.
    pub write: Duration,
}

/// One listener as configured.
#[derive(Debug, Clone)]
pub struct ListenerSettings {
    /// `soap` or `api`: the section, in messages and metrics.
    pub name: &'static str,
    /// Where; port 0 takes any free one.
    pub listen: SocketAddr,
    /// Bounds.
    pub limits: Limits,
}

impl From<&Soap> for ListenerSettings {
    fn from(soap: &Soap) -> Self {
        let limits = Limits {
            connections: soap.max_connections.as_usize(),
            handshake: soap.handshake_timeout.get(),
            header: soap.header_timeout.get(),
            idle: soap.idle_timeout.get(),
            write: soap.body_timeout.get(),
        };
        Self { name: "soap", listen: soap.listen, limits }
    }
}

/// For REST clients the handshake and the headers get what the SOAP side has by default.
const API_WAIT: Duration = Duration::from_secs(15);
/// As the SOAP side's default.
const API_IDLE: Duration = Duration::from_secs(75);

impl From<&Api> for ListenerSettings {
    fn from(api: &Api) -> Self {
        let limits = Limits {
            connections: api.max_connections.as_usize(),
            handshake: API_WAIT,
            header: API_WAIT,
            idle: API_IDLE,
            write: api.request_timeout.get(),
        };
        Self { name: "api", listen: api.listen, limits }
    }
}

/// A bound socket, not accepting yet.
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    settings: ListenerSettings,
    tls: Option<Arc<TlsReloader>>,
    metrics: Arc<Metrics>,
}

/// What one connection is served with.
struct Serving {
    shared: Arc<Shared>,
    router: Router,
    soft: CancellationToken,
    hard: CancellationToken,
}

/// After the handshake the first request is on its way: a stop waits this long for it.
const FIRST_REQUEST: Duration = Duration::from_secs(1);
/// When accepting fails (no file descriptors left), trying at once would only burn a core.
const AFTER_FAILED_ACCEPT: Duration = Duration::from_millis(100);
/// Bound of hyper's read buffer, so of all headers together.
const MAX_HEADER_BYTES: usize = 64 * 1024;

impl Listener {
    /// Binds the address; connections wait in the backlog until [`Listener::serve`].
    pub async fn bind(
        settings: ListenerSettings,
        tls: Option<Arc<TlsReloader>>,
        metrics: Arc<Metrics>,
    ) -> Result<Self, ServeError> {
        let (name, address) = (settings.name, settings.listen);
        let wrong = |source| ServeError::Bind { name, address, source };
        let socket = TcpListener::bind(address).await.map_err(wrong)?;
        let address = socket.local_addr().map_err(wrong)?;
        Ok(Self { socket, address, shared: Arc::new(Shared { settings, tls, metrics }) })
    }

    /// The bound address, with the real port.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Accepts until the soft stop, then closes the socket. Connections run on as tasks of `shutdown`.
    pub async fn serve(self, router: Router, shutdown: Shutdown) {
        let (soft, hard) = (shutdown.soft(), shutdown.hard());
        let slots = Arc::new(Semaphore::new(self.shared.settings.limits.connections));
        loop {
            let accept = async {
                // The slot comes first: what can't be served yet waits in the backlog, not in memory.
                let slot = Arc::clone(&slots).acquire_owned().await;
                (slot, self.socket.accept().await)
            };
            let (slot, accepted) = tokio::select! {
                () = soft.cancelled() => return,
                both = accept => both,
            };
            let (stream, addr) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, listener = self.shared.settings.name, "can't accept a connection");
                    tokio::time::sleep(AFTER_FAILED_ACCEPT).await;
                    continue;
                }
            };
            let serving = Serving {
                shared: Arc::clone(&self.shared),
                router: router.clone(),
                soft: soft.clone(),
                hard: hard.clone(),
            };
            shutdown.tasks().spawn(async move {
                let _slot = slot;
                serving.connection(stream, addr).await;
            });
        }
    }
}

impl Serving {
    /// One connection from accept to its end; a hard stop drops it wherever it stands.
    async fn connection(self, stream: TcpStream, addr: SocketAddr) {
        let _count = self.shared.metrics.connection(self.shared.settings.name);
        // Answers are written whole; waiting to fill a segment would only delay them.
        let _ = stream.set_nodelay(true);
        let hard = self.hard.clone();
        let served = async {
            match &self.shared.tls {
                None => {
                    let peer = Peer { addr, certificate: None };
                    self.exchange(stream, peer, CancellationToken::new()).await;
                }
                Some(tls) => self.secure(stream, addr, tls).await,
            }
        };
        tokio::select! {
            () = served => {}
            () = hard.cancelled() => {}
        }
    }

    async fn secure(&self, stream: TcpStream, addr: SocketAddr, tls: &TlsReloader) {
        let generation = tls.current();
        let acceptor = TlsAcceptor::from(Arc::clone(&generation.config));
        let limit = self.shared.settings.limits.handshake;
        let listener = self.shared.settings.name;
        let stream = match tokio::time::timeout(limit, acceptor.accept(stream)).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) if error.kind() == io::ErrorKind::UnexpectedEof => {
                // Balancers probe the port this way, every few seconds.
                tracing::debug!(%addr, listener, "closed before the end of the TLS handshake");
                return;
            }
            Ok(Err(error)) => {
                let why = refusal(&error);
                tracing::info!(%addr, why, listener, "TLS handshake refused");
                return;
            }
            Err(_) => {
                tracing::info!(%addr, listener, "TLS handshake not finished in time");
                return;
            }
        };
        let shown = stream.get_ref().1.peer_certificates().unwrap_or_default().to_vec();
        let certificate = shown.first().and_then(|leaf| ClientCertificate::read(leaf).ok());
        if certificate.as_ref().is_some_and(|certificate| tls.has_ended(certificate)) {
            tracing::info!(%addr, listener, "the caller's certificate has ended since the session began");
            return;
        }
        let expelled = CancellationToken::new();
        let watching = async {
            let mut generation = generation;
            loop {
                generation.token.cancelled().await;
                generation = tls.current();
                if !tls.admits(&generation, &shown) {
                    expelled.cancel();
                    return std::future::pending::<()>().await;
                }
            }
        };
        tokio::select! {
            () = self.exchange(stream, Peer { addr, certificate }, expelled.clone()) => {}
            () = watching => {}
        }
    }

    /// HTTP/1.1 until the peer, a clock or a token ends it.
    async fn exchange<S>(&self, stream: S, peer: Peer, outdated: CancellationToken)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let limits = self.shared.settings.limits;
        let patience = Patience { header: limits.header, idle: limits.idle, write: limits.write };
        let progress = Progress::new();
        let peer = Arc::new(peer);
        let addr = peer.addr;
        let service = service_fn(|mut request: Request<Incoming>| {
            progress.set(Stage::Busy);
            request.extensions_mut().insert(Arc::clone(&peer));
            let (router, progress) = (self.router.clone(), progress.clone());
            async move {
                let response = router.oneshot(request.map(Body::new)).await;
                progress.set(Stage::Idle);
                response
            }
        });
        let stream = TokioIo::new(Timed::new(stream, progress.clone(), patience));
        let connection = http1::Builder::new()
            .header_read_timeout(None)
            .max_buf_size(MAX_HEADER_BYTES)
            .serve_connection(stream, service);
        let mut connection = std::pin::pin!(connection);
        let asked_to_end = async {
            tokio::select! {
                () = self.soft.cancelled() => {}
                () = outdated.cancelled() => {}
            }
            progress.between_requests(FIRST_REQUEST).await;
        };
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = asked_to_end => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(%addr, %error, "connection ended early");
        }
    }
}
