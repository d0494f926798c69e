//! One request to an endpoint: bounded in time and size, to no address that the guard does not permit, and
//! never to where an answer points.

use std::error::Error;
use std::fmt;
use std::time::{Duration, Instant};

use bytes::Bytes;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{Certificate, Client, ClientBuilder, Response, Url, redirect};

use super::{Channel, Forbidden, Guard, Guarded, Lookup, channel};

/// The most that is read of an answer.
const READ: usize = 64 * 1024;

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
    /// The beginning of the body.
    pub body: Bytes,
    /// Whether it is the whole body.
    pub whole: bool,
}

/// Why there is no answer. The text is kept in the delivery log: it names no address that was resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoAnswer(pub String);

/// What is said of an answer that did not come in time.
const LATE: &str = "no answer in time";

impl NoAnswer {
    /// Whether time ran out.
    pub fn is_late(&self) -> bool {
        self.0 == LATE
    }
}

impl fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Sends requests. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Sender {
    guard: Guard,
    plain: Client,
    encrypted: Client,
}

impl Sender {
    /// Sends under these bounds.
    pub fn new(settings: &ClientSettings) -> Result<Self, ClientError> {
        let authorities = match &settings.authorities {
            Some(pem) => Certificate::from_pem_bundle(pem)?,
            None => Vec::new(),
        };
        let of_system = client(settings, Channel::Encrypted).tls_certs_merge(authorities.clone()).build();
        // A machine without authorities of its own must not keep the gateway from starting.
        let encrypted = of_system.or_else(|error| {
            tracing::warn!(%error, "the authorities of the system cannot be used for endpoints");
            client(settings, Channel::Encrypted).tls_certs_only(authorities).build()
        })?;
        let plain = client(settings, Channel::Plain).tls_certs_only([]).build()?;
        Ok(Sender { guard: settings.guard.clone(), plain, encrypted })
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
        let forbidden = |why: Forbidden| NoAnswer(why.to_string());
        let url: Url = self.guard.endpoint(url).map_err(forbidden)?;
        let client = match channel(&url).map_err(forbidden)? {
            Channel::Plain => &self.plain,
            Channel::Encrypted => &self.encrypted,
        };
        let sent = client.post(url).headers(headers).body(body).send().await;
        let mut response = sent.map_err(|error| reason(&error))?;
        let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        let retry_after = retry_after.map(str::to_owned);
        let (body, whole) = beginning(&mut response).await.map_err(|error| reason(&error))?;
        Ok(Answer { status: response.status().as_u16(), retry_after, body, whole })
    }
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
async fn beginning(response: &mut Response) -> Result<(Bytes, bool), reqwest::Error> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        let room = READ - body.len();
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
        return NoAnswer(why.to_string());
    }
    if error.is_timeout() {
        return NoAnswer(LATE.to_owned());
    }
    let first = if error.is_connect() { "no connection" } else { "the exchange broke off" };
    NoAnswer(causes(error).last().map_or_else(|| first.to_owned(), |cause| format!("{first}: {cause}")))
}

fn causes<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(error.source(), |cause| (*cause).source())
}
