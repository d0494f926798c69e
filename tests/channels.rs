//! The catalogue for channels: what can be paid for without a notice, found, quoted and paid for, with a key and
//! without one where the installation is public.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod support;

#[path = "channels/browse.rs"]
mod browse;
#[path = "channels/pay.rs"]
mod pay;
#[path = "channels/public.rs"]
mod public;
#[path = "channels/published.rs"]
mod published;

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Method, Request};
use serde_json::Value;

use support::api::{Answer, Gateway, KEY};

/// Somebody who asks.
#[derive(Clone, Copy)]
pub enum As<'a> {
    /// With a key.
    Key(&'a str),
    /// Without one, from an address.
    Nobody(&'a str),
}

/// Whoever holds the key of the institution.
pub const OWN: As<'static> = As::Key(KEY);

/// What somebody sends besides.
pub type Headers<'a> = &'a [(&'a str, &'a str)];

/// Asks for a path of the catalogue.
pub async fn ask(
    gateway: &Gateway,
    who: As<'_>,
    (method, path): (Method, &str),
    (headers, body): (Headers<'_>, Option<&Value>),
) -> Answer {
    let request = Request::builder().method(method).uri(format!("/catalogue/v1{path}"));
    let mut request = request.header("host", "localhost").header("content-type", "application/json");
    request = match who {
        As::Key(key) => request.header("ocp-apim-subscription-key", key),
        As::Nobody(address) => request.header("x-forwarded-for", address),
    };
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = body.map(Value::to_string).unwrap_or_default();
    gateway.send(request.body(Full::<Bytes>::from(body)).unwrap()).await
}

/// Reads a path of the catalogue with the key of the institution.
pub async fn read(gateway: &Gateway, path: &str) -> Answer {
    ask(gateway, OWN, (Method::GET, path), (&[], None)).await
}

/// The values of a member of each element of a list.
pub fn each<'a>(list: &'a Value, member: &str) -> Vec<&'a str> {
    list.as_array().unwrap().iter().map(|one| one[member].as_str().unwrap()).collect()
}
