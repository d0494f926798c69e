//! People who have signed in: by the cookie of a page, or by a bearer token.
//!
//! A cookie is sent by the browser whoever made it ask. So a request by cookie that changes something must
//! repeat a token that only our pages can read, and must say that it comes from here.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use jiff::Timestamp;

use crate::admin::people::{AdmissionError, Door, PeopleSettings, Signed};
use crate::admin::signin::ProviderError;
use crate::api::Api;
use crate::api::auth::AuthError;
use crate::api::problem::Problem;
use crate::domain::access::Actor;

/// The cookie of a session, and of a sign-in that is under way at the provider.
pub(in crate::api) const SESSION_COOKIE: &str = "varco_session";
pub(in crate::api) const LOGIN_COOKIE: &str = "varco_login";

/// What a browser only takes from, and sends to, this host over an encrypted connection.
const HOST_ONLY: &str = "__Host-";

/// The header in which the session's token is repeated.
const CSRF: &str = "x-varco-csrf";

/// Where a request came from, as far as the listener knows; in the extensions of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

/// The session that a request came with.
#[derive(Clone, Debug)]
pub(in crate::api) struct SignedIn(pub Signed);

impl<S: Sync> FromRequestParts<S> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<SignedIn>().cloned().ok_or_else(SignedIn::missing)
    }
}

impl SignedIn {
    /// What is answered to who has none.
    pub fn missing() -> Problem {
        Problem::new(
            StatusCode::FORBIDDEN,
            "Forbidden",
            "no_session",
            "This is for who has signed in: an API key has no session.",
        )
    }
}

/// Nobody can sign in: nothing that this needs can be kept.
#[derive(Clone, Copy, Debug)]
pub(in crate::api) struct NoDoor;

impl From<NoDoor> for Problem {
    fn from(_: NoDoor) -> Self {
        Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "Service Unavailable",
            "no_master_key",
            "This installation keeps no secrets: it lacks the setting vault.master_key.",
        )
    }
}

/// By which people come in.
pub(in crate::api) fn door(api: &Api) -> Result<&Door, NoDoor> {
    api.door.as_ref().ok_or(NoDoor)
}

/// Who has signed in, if the request says that somebody has.
pub(super) async fn actor(parts: &mut Parts, api: &Api) -> Result<Option<Arc<Actor>>, Problem> {
    let internal = |error| Problem::internal("Internal Server Error", &error);
    if let Some(token) = bearer(&parts.headers) {
        let door = door(api)?;
        if !Door::is_own_kind(&token) {
            return of_provider(door, &token, api.clock.now()).await.map(Some);
        }
        let found = door.session_of_bearer(&token, api.clock.now()).await.map_err(internal)?;
        return Ok(Some(remembered(parts, found.ok_or(AuthError::BadToken)?)));
    }
    let Some(door) = &api.door else { return Ok(None) };
    let Some(token) = cookie(&parts.headers, door.settings(), SESSION_COOKIE) else { return Ok(None) };
    let found = door.session_of(&token, api.clock.now()).await.map_err(internal)?;
    let signed = found.ok_or(AuthError::NoSession)?;
    if !matches!(parts.method, Method::GET | Method::HEAD) {
        let given = parts.headers.get(CSRF).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let repeats = door.csrf_matches(&signed.session.id, given);
        if !repeats || same_origin(&parts.headers, door.settings()) != Some(true) {
            return Err(AuthError::NotOwn.into());
        }
    }
    Ok(Some(remembered(parts, signed)))
}

fn remembered(parts: &mut Parts, signed: Signed) -> Arc<Actor> {
    let actor = Arc::clone(&signed.actor);
    parts.extensions.insert(SignedIn(signed));
    actor
}

/// Who asks by an access token of the provider.
async fn of_provider(door: &Door, token: &str, now: Timestamp) -> Result<Arc<Actor>, Problem> {
    let provider = door.settings().provider.as_ref().filter(|provider| provider.takes_access_tokens());
    let provider = provider.ok_or(AuthError::BadToken)?;
    let claimed = provider.access_token(token, now).await.map_err(|error| match error {
        ProviderError::Unavailable(_) | ProviderError::Unusable(_) => provider_away(&error),
        error => {
            tracing::info!(%error, "a token of the provider is refused");
            AuthError::BadToken.into()
        }
    })?;
    match door.actor_of(claimed).await {
        Ok(actor) => Ok(Arc::new(actor)),
        Err(AdmissionError::Failed(error)) => Err(Problem::internal("Internal Server Error", &error)),
        Err(AdmissionError::Unknown | AdmissionError::Suspended) => Err(AuthError::Denied.into()),
    }
}

/// The provider cannot be asked.
pub(in crate::api) fn provider_away(error: &ProviderError) -> Problem {
    tracing::warn!(%error, "the provider of sign-ins");
    away()
}

/// The same in words.
pub(in crate::api) fn away() -> Problem {
    Problem::new(
        StatusCode::BAD_GATEWAY,
        "Bad Gateway",
        "provider_unavailable",
        "The provider of sign-ins did not answer as it should: try again in a while.",
    )
}

fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

/// Whether a request says that it comes from our own site; none if it says nothing.
pub(in crate::api) fn same_origin(headers: &HeaderMap, settings: &PeopleSettings) -> Option<bool> {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    if let Some(site) = text("sec-fetch-site") {
        return Some(site == "same-origin");
    }
    let origin = text("origin")?;
    let own = match &settings.public_url {
        Some(own) => origin.eq_ignore_ascii_case(own),
        None => {
            let host = text("host").unwrap_or_default();
            let authority = origin.split_once("://").map(|(_, authority)| authority);
            !host.is_empty() && authority.is_some_and(|authority| authority.eq_ignore_ascii_case(host))
        }
    };
    Some(own)
}

/// Whether cookies may go over a connection that is not encrypted: only on this machine.
fn is_plain(headers: &HeaderMap, settings: &PeopleSettings) -> bool {
    if let Some(own) = &settings.public_url {
        return own.starts_with("http://");
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name =
        host.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok()).map_or(host, |(name, _)| name);
    ["localhost", "127.0.0.1", "[::1]"].contains(&name)
}

fn cookie_name(headers: &HeaderMap, settings: &PeopleSettings, name: &str) -> String {
    if is_plain(headers, settings) { name.to_owned() } else { format!("{HOST_ONLY}{name}") }
}

/// The cookie of that name, if the browser sent it.
pub(in crate::api) fn cookie(headers: &HeaderMap, settings: &PeopleSettings, name: &str) -> Option<String> {
    let name = cookie_name(headers, settings, name);
    let value = CookieJar::from_headers(headers).get(&name)?.value().to_owned();
    (!value.is_empty()).then_some(value)
}

/// A cookie for the browser to keep until it is closed: no script reads it, and no other site's form sends it.
pub(in crate::api) fn kept(
    headers: &HeaderMap,
    settings: &PeopleSettings,
    (name, value): (&str, &str),
) -> Cookie<'static> {
    Cookie::build((cookie_name(headers, settings, name), value.to_owned()))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(!is_plain(headers, settings))
        .build()
}

/// The same, taken away.
pub(in crate::api) fn dropped(headers: &HeaderMap, settings: &PeopleSettings, name: &str) -> Cookie<'static> {
    let mut cookie = kept(headers, settings, (name, ""));
    cookie.make_removal();
    cookie
}

/// Where a request came from: as the proxy says, if there is one, else as the listener knows.
pub(in crate::api) fn client_address(parts: &Parts, settings: &PeopleSettings) -> String {
    let address = address_of(parts, settings.address_header.as_deref());
    address.map(|address| address.to_string()).unwrap_or_default()
}

/// The same as an address; none if nobody knows it.
pub(super) fn address_of(parts: &Parts, header: Option<&str>) -> Option<IpAddr> {
    let named = header.and_then(|name| parts.headers.get(name));
    // What stands before the last was written by who is not known to us.
    let named =
        named.and_then(|value| value.to_str().ok()?.rsplit(',').next()?.trim().parse::<IpAddr>().ok());
    let known = || parts.extensions.get::<ClientAddress>().map(|ClientAddress(address)| *address);
    named.or_else(known)
}

/// What the program at the other end calls itself, cut to what a list can show.
pub(in crate::api) fn user_agent(headers: &HeaderMap) -> String {
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    agent.chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| ((*name).parse().unwrap(), value.parse().unwrap())).collect()
    }

    fn public(url: &str) -> PeopleSettings {
        PeopleSettings { public_url: Some(url.to_owned()), ..PeopleSettings::default() }
    }

    #[test]
    fn a_cookie_is_for_this_host_and_encrypted_connections_unless_it_stays_on_this_machine() {
        let cases = [
            (headers(&[("host", "varco.example")]), PeopleSettings::default(), true),
            (headers(&[("host", "127.0.0.1:8080")]), PeopleSettings::default(), false),
            (headers(&[("host", "[::1]:8080")]), PeopleSettings::default(), false),
            (headers(&[("host", "localhost.example")]), PeopleSettings::default(), true),
            (headers(&[("host", "127.0.0.1:8080")]), public("https://varco.example"), true),
            (headers(&[("host", "varco.example")]), public("http://localhost:8080"), false),
        ];
        for (headers, settings, encrypted) in cases {
            let text = kept(&headers, &settings, (SESSION_COOKIE, "t")).to_string();
            let expected = match encrypted {
                true => "__Host-varco_session=t; HttpOnly; SameSite=Lax; Secure; Path=/",
                false => "varco_session=t; HttpOnly; SameSite=Lax; Path=/",
            };
            assert_eq!(text, expected);
        }
    }

    #[test]
    fn a_request_is_of_our_site_if_the_browser_says_so() {
        let own = public("https://varco.example");
        for (pairs, expected) in [
            (vec![("sec-fetch-site", "same-origin")], Some(true)),
            (vec![("sec-fetch-site", "same-site"), ("origin", "https://varco.example")], Some(false)),
            (vec![("sec-fetch-site", "cross-site")], Some(false)),
            (vec![("sec-fetch-site", "none")], Some(false)),
            (vec![("origin", "https://varco.example")], Some(true)),
            (vec![("origin", "http://varco.example")], Some(false)),
            (vec![("origin", "https://varco.example.evil")], Some(false)),
            (vec![("origin", "null")], Some(false)),
            (vec![], None),
        ] {
            assert_eq!(same_origin(&headers(&pairs), &own), expected, "{pairs:?}");
        }
        let here = headers(&[("origin", "http://127.0.0.1:8080"), ("host", "127.0.0.1:8080")]);
        assert_eq!(same_origin(&here, &PeopleSettings::default()), Some(true));
        let foreign = headers(&[("origin", "http://127.0.0.1:8081"), ("host", "127.0.0.1:8080")]);
        assert_eq!(same_origin(&foreign, &PeopleSettings::default()), Some(false));
    }
}
