//! Hands requests on and answers back, as they came.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{CONNECTION, CONTENT_LENGTH, HOST, HeaderName, TRANSFER_ENCODING, UPGRADE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use reqwest::{Certificate, Client, Identity, Url, redirect};

use super::RecordArgs;
use super::folder::{Asked, Folder};
use crate::cli::Failure;

/// The endpoint behind the recording.
pub struct Target {
    url: Url,
    client: Client,
}

/// What every request passes.
pub struct Proxy {
    /// Where it goes.
    pub target: Target,
    /// Where it is written down.
    pub folder: Arc<Folder>,
    /// The most bytes of a body.
    pub limit: usize,
}

/// What came back.
struct Answered {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Target {
    /// The endpoint of the arguments; its files are read, nothing is connected to.
    pub fn new(args: &RecordArgs) -> Result<Self, Failure> {
        let url = Url::parse(&args.url).map_err(|error| named(Path::new(&args.url), error))?;
        if !["http", "https"].contains(&url.scheme()) {
            return Err(Failure::unusable(format!("{url}: must begin with https:// or http://")));
        }
        let mut builder = Client::builder()
            .http1_only()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .referer(false)
            .timeout(Duration::from_secs(args.timeout));
        if let Some(ca) = &args.ca {
            let authorities = Certificate::from_pem_bundle(&read(ca)?).map_err(|error| named(ca, error))?;
            builder = builder.tls_certs_only(authorities);
        }
        if let (Some(certificate), Some(key)) = (&args.cert, &args.key) {
            let mut both = read(key)?;
            both.push(b'\n');
            both.extend(read(certificate)?);
            builder = builder.identity(Identity::from_pem(&both).map_err(|error| named(certificate, error))?);
        }
        let client = builder.build().map_err(Failure::unusable)?;
        Ok(Target { url, client })
    }

    async fn ask(
        &self,
        asked: &Asked,
        query: Option<&str>,
        limit: usize,
    ) -> Result<Answered, reqwest::Error> {
        let mut url = self.url.clone();
        if query.is_some() {
            url.set_query(query);
        }
        let request = self.client.request(asked.method.clone(), url);
        let mut response = request.headers(asked.headers.clone()).body(asked.body.clone()).send().await?;
        let (status, headers) = (response.status(), passing(response.headers()));
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if body.len() + chunk.len() > limit {
                let status = StatusCode::BAD_GATEWAY;
                return Ok(Answered { status, headers: HeaderMap::new(), body: Bytes::new() });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answered { status, headers, body: body.into() })
    }
}

impl Proxy {
    /// Everything that is asked for goes one way.
    pub fn router(self) -> Router {
        Router::new().fallback(pass).with_state(Arc::new(self))
    }
}

async fn pass(State(proxy): State<Arc<Proxy>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, proxy.limit).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let asked = Asked { method: head.method, headers: passing(&head.headers), body };
    let turn = proxy.folder.turn();
    let answered = match proxy.target.ask(&asked, head.uri.query(), proxy.limit).await {
        Ok(answered) => answered,
        Err(error) => {
            tracing::warn!(error = %error.without_url(), "the endpoint does not answer");
            proxy.folder.unanswered(turn, &asked);
            return StatusCode::BAD_GATEWAY.into_response();
        }
    };
    proxy.folder.answered(turn, &asked, answered.status.as_u16(), &answered.body);
    let mut response = Response::new(Body::from(answered.body));
    *response.status_mut() = answered.status;
    *response.headers_mut() = answered.headers;
    response
}

/// The headers without those that belong to one connection only.
fn passing(headers: &HeaderMap) -> HeaderMap {
    const OWN: [HeaderName; 5] = [CONNECTION, CONTENT_LENGTH, HOST, TRANSFER_ENCODING, UPGRADE];
    let mut passing = headers.clone();
    let named: Vec<String> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(',').map(|name| name.trim().to_ascii_lowercase()))
        .collect();
    for name in OWN.iter().map(HeaderName::as_str).chain(["keep-alive", "te", "trailer", "proxy-connection"])
    {
        passing.remove(name);
    }
    for name in &named {
        passing.remove(name.as_str());
    }
    passing
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(file).map_err(|error| named(file, error))
}

fn named(file: &Path, error: impl std::fmt::Display) -> Failure {
    Failure::unusable(format!("{}: {error}", file.display()))
}
