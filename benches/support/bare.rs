//! The server to compare with: axum behind hyper's HTTP/1.1 and tokio-rustls, in an accept loop like the
//! product's, answering a fixed body. It reads the request whole and looks at nothing of it.

use std::path::Path;

use axum::body::{Body, to_bytes};
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::{Router, extract::Request};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

use super::pki::Pki;

/// Serves until killed; prints its address first.
pub fn run(folder: &Path) {
    let config = Pki { folder: folder.to_owned() }.server();
    tokio::runtime::Runtime::new().unwrap().block_on(async move {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(fixed);
        let acceptor = TlsAcceptor::from(config);
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            let (acceptor, router) = (acceptor.clone(), router.clone());
            tokio::spawn(async move {
                let Ok(stream) = acceptor.accept(stream).await else { return };
                let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
                    router.clone().oneshot(request.map(Body::new))
                });
                let mut http = http1::Builder::new();
                http.timer(TokioTimer::new());
                // The other end hangs up in the middle of nothing when a round is over.
                let _ended = http.serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });
}

async fn fixed(request: Request) -> impl IntoResponse {
    let body = to_bytes(request.into_body(), 1 << 20).await.unwrap();
    assert!(!body.is_empty());
    ([(CONTENT_TYPE, "text/xml; charset=utf-8")], FIXED)
}

/// 1 KB with the words that the generator looks for.
const FIXED: &[u8; 1024] = &filled();

const fn filled() -> [u8; 1024] {
    let words = b"<outcome>OK</outcome>";
    let mut body = [b' '; 1024];
    let mut at = 0;
    while at < words.len() {
        body[512 + at] = words[at];
        at += 1;
    }
    body
}
