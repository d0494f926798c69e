//! One request to an endpoint: bounded in time and size, to no address that the guard does not permit, and
//! never to where an answer points.

use std::error::Error;
use std::fmt;
use std::time::{Duration, Instant};

use bytes::Bytes;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{Certificate, Client, ClientBuilder, Response, Url, redirect};

use super::{Channel, Forbidden, Guard, Guarded, Lookup, channel};

/// How long a connection that nobody uses stays open. It leads to an address that was permitted.
const IDLE: Duration = Duration::from_secs(20);

/// How endpoints are reached.
#[derive(Clone, Debug)]
pub struct ClientSettings {
    /// What may be reached.
    pub guard: Guard,
    /// How names are resolved.
    pub lookup: Lookup,
    /// Until a connection stands.
    pub connect_timeout: Duration,
    /// From the first byte sent to the last one received, the connection included.
    pub timeout: Duration,
    /// Authorities besides those of the system, as PEM.
    pub authorities: Option<Vec<u8>>,
    /// Who we are to endpoints that ask.
    pub identity: Option<Identity>,
    /// The most that is read of an answer, in bytes.
    pub most: usize,
}

impl ClientSettings {
    /// What is read of an answer of which only the beginning is looked at.
    pub const BEGINNING: usize = 64 * 1024;
}

/// A certificate that we show, with its chain and key.
#[derive(Clone)]
pub struct Identity(reqwest::Identity);

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity")
    }
}

impl Identity {
    /// A chain, leaf first, and its private key, both in PEM form.
    pub fn from_pem(chain: &str, key: &str) -> Result<Self, ClientError> {
        Ok(Identity(reqwest::Identity::from_pem(format!("{chain}\n{key}").as_bytes())?))
    }
}

/// The endpoints cannot be reached as it was asked for.
#[derive(Debug, thiserror::Error)]
#[error("the client of endpoints cannot be made: {0}")]
pub struct ClientError(#[from] reqwest::Error);

/// What an endpoint answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The header of that name.
    pub retry_after: Option<String>,
    /// What the header says that the body is.
    pub content_type: Option<String>,
    /// The beginning of the body.
    pub body: Bytes,
    /// Whether it is the whole body.
    pub whole: bool,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoAnswer {
    /// How far the exchange came.
    pub stage: Stage,
    /// What went wrong, for logs: it names no address that was resolved.
    pub text: String,
}

/// How far an exchange came that brought no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The endpoint is not one that may be reached: nothing was sent.
    Forbidden,
    /// No connection stood: nothing was sent.
    NotConnected,
    /// Time ran out on a connection that stood: the endpoint may have what was sent.
    Late,
    /// It broke off: the endpoint may have what was sent.
    Broken,
}

/// What is said of an answer that did not come in time.
const LATE: &str = "no answer in time";

impl NoAnswer {
    /// Whether time ran out.
    pub fn is_late(&self) -> bool {
        self.text == LATE
    }
}

impl fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Sends requests. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Sender {
    guard: Guard,
    plain: Client,
    encrypted: Client,
    most: usize,
}

impl Sender {
    /// Sends under these bounds.
    pub fn new(settings: &ClientSettings) -> Result<Self, ClientError> {
        let authorities = match &settings.authorities {
            Some(pem) => Certificate::from_pem_bundle(pem)?,
            None => Vec::new(),
        };
        let encrypted = || match settings.identity.clone() {
            Some(Identity(identity)) => client(settings, Channel::Encrypted).identity(identity),
            None => client(settings, Channel::Encrypted),
        };
        let of_system = encrypted().tls_certs_merge(authorities.clone()).build();
        // A machine without authorities of its own must not keep the gateway from starting.
        let encrypted = of_system.or_else(|error| {
            tracing::warn!(%error, "the authorities of the system cannot be used for endpoints");
            encrypted().tls_certs_only(authorities).build()
        })?;
        let plain = client(settings, Channel::Plain).tls_certs_only([]).build()?;
        Ok(Sender { guard: settings.guard.clone(), plain, encrypted, most: settings.most })
    }

    /// Posts a body, and tells how long that took.
    pub async fn post(
        &self,
        url: &str,
        headers: HeaderMap,
        body: Bytes,
    ) -> (Result<Answer, NoAnswer>, Duration) {
        let begun = Instant::now();
        let answer = self.exchange(url, headers, body).await;
        (answer, begun.elapsed())
    }

    async fn exchange(&self, url: &str, headers: HeaderMap, body: Bytes) -> Result<Answer, NoAnswer> {
        let forbidden = |why: Forbidden| NoAnswer { stage: Stage::Forbidden, text: why.to_string() };
        let url: Url = self.guard.endpoint(url).map_err(forbidden)?;
        let client = match channel(&url).map_err(forbidden)? {
            Channel::Plain => &self.plain,
            Channel::Encrypted => &self.encrypted,
        };
        let sent = client.post(url).headers(headers).body(body).send().await;
        let mut response = sent.map_err(|error| reason(&error))?;
        let header = |name| response.headers().get(name)?.to_str().ok().map(str::to_owned);
        let (retry_after, content_type) = (header(RETRY_AFTER), header(CONTENT_TYPE));
        let (body, whole) = beginning(&mut response, self.most).await.map_err(|error| reason(&error))?;
        Ok(Answer { status: response.status().as_u16(), retry_after, content_type, body, whole })
    }
}

/// What is said of a SOAP message that is posted.
pub fn soap_headers(action: &str) -> HeaderMap {
    let action = HeaderValue::from_str(&format!("\"{action}\"")).ok();
    let content_type = HeaderValue::from_static("text/xml; charset=utf-8");
    let action = action.map(|action| (HeaderName::from_static("soapaction"), action));
    std::iter::once((CONTENT_TYPE, content_type)).chain(action).collect()
}

fn client(settings: &ClientSettings, channel: Channel) -> ClientBuilder {
    let resolver = Guarded { guard: settings.guard.clone(), lookup: settings.lookup.clone(), channel };
    Client::builder()
        .user_agent(concat!("varco/", env!("CARGO_PKG_VERSION")))
        .no_proxy()
        .redirect(redirect::Policy::none())
        .referer(false)
        .dns_resolver(resolver)
        .connect_timeout(settings.connect_timeout)
        .timeout(settings.timeout)
        .pool_idle_timeout(IDLE)
}

/// As much of the body as is read at most, and whether that is all; the rest is left where it is.
async fn beginning(response: &mut Response, most: usize) -> Result<(Bytes, bool), reqwest::Error> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        let room = most - body.len();
        if chunk.len() > room {
            body.extend_from_slice(chunk.get(..room).unwrap_or_default());
            return Ok((body.into(), false));
        }
        body.extend_from_slice(&chunk);
    }
    Ok((body.into(), true))
}

/// Why an exchange failed, without the address.
fn reason(error: &reqwest::Error) -> NoAnswer {
    if let Some(why) = causes(error).find_map(|cause| cause.downcast_ref::<Forbidden>()) {
        return NoAnswer { stage: Stage::Forbidden, text: why.to_string() };
    }
    let stage = match (error.is_connect(), error.is_timeout()) {
        (true, _) => Stage::NotConnected,
        (false, true) => Stage::Late,
        (false, false) => Stage::Broken,
    };
    if error.is_timeout() {
        return NoAnswer { stage, text: LATE.to_owned() };
    }
    let first = if error.is_connect() { "no connection" } else { "the exchange broke off" };
    let last = causes(error).last();
    let text = last.map_or_else(|| first.to_owned(), |cause| format!("{first}: {cause}"));
    NoAnswer { stage, text }
}

fn causes<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(error.source(), |cause| (*cause).source())
}
