//! Sign-in by a provider of OpenID Connect: a real one (npm `oidc-provider`), and one that lies in every way
//! that the real one cannot be made to.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod support;

#[allow(dead_code, reason = "tests of sign-in and of people each use their part")]
#[path = "people/house.rs"]
mod house;
#[path = "login/liar.rs"]
mod liar;
#[path = "login/lies.rs"]
mod lies;
#[path = "support/npm.rs"]
mod npm;
#[path = "login/real.rs"]
mod real;
#[path = "login/tokens.rs"]
mod tokens;

use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, StatusCode};
use varco::admin::people::PeopleSettings;
use varco::admin::signin::{ClaimNames, Provider, ProviderSettings};
use varco::domain::access::Role;

use house::House;
use support::api::Answer;

/// Where the gateway says that browsers reach it.
pub const HERE: &str = "http://127.0.0.1";
/// Where the provider sends browsers back to.
pub const CALLBACK: &str = "http://127.0.0.1/admin/v1/session/callback";

/// How the provider of that issuer is asked.
pub fn provider_settings(issuer: &str) -> ProviderSettings {
    let name = |name: &str| name.to_owned();
    ProviderSettings {
        issuer: issuer.to_owned(),
        client_id: name("varco"),
        client_secret: Some("a-secret-of-the-tests".to_owned().into()),
        scopes: ["openid", "profile", "email", "ente"].map(name).to_vec(),
        redirect_url: CALLBACK.to_owned(),
        after_logout: format!("{HERE}/"),
        claims: ClaimNames {
            subject: name("sub"),
            name: name("name"),
            email: name("email"),
            fiscal_number: name("fiscal_number"),
            organization: Some(name("org_vat")),
            role: Some(name("org_role")),
        },
        roles: vec![(name("admin"), Role::PaymentsReferent), (name("operator"), Role::TechnicalReferent)],
        provisions: false,
        audience: None,
        authorities: None,
        timeout: Duration::from_secs(5),
    }
}

/// How people sign in by that provider.
pub fn people(settings: ProviderSettings) -> PeopleSettings {
    let provider = Some(Provider::new(settings).unwrap());
    PeopleSettings {
        public_url: Some(HERE.to_owned()),
        local_accounts: false,
        provider,
        ..PeopleSettings::default()
    }
}

impl House {
    /// Begins a sign-in; returns where the browser is sent, and the cookie that it keeps.
    pub async fn begin(&self, next: &str) -> (String, String) {
        let answer = self.visit(&format!("/admin/v1/session/login?next={next}"), "").await;
        assert_eq!(answer.status, StatusCode::FOUND, "{}", answer.body);
        let kept = answer.headers["set-cookie"].to_str().unwrap();
        assert!(kept.ends_with("; HttpOnly; SameSite=Lax; Path=/"), "{kept}");
        (location(&answer), kept.split(';').next().unwrap().to_owned())
    }

    /// Comes back from the provider.
    pub async fn come_back(&self, query: &str, cookie: &str) -> Answer {
        self.visit(&format!("/admin/v1/session/callback?{query}"), cookie).await
    }

    async fn visit(&self, path: &str, cookie: &str) -> Answer {
        let request = Request::get(path).header("host", "127.0.0.1").header("cookie", cookie);
        self.gateway.send(request.body(Full::<Bytes>::default()).unwrap()).await
    }
}

/// Where an answer leads.
pub fn location(answer: &Answer) -> String {
    answer.headers["location"].to_str().unwrap().to_owned()
}

/// The parameter of that name of an address.
pub fn parameter(url: &str, name: &str) -> Option<String> {
    let query = url.split_once('?')?.1;
    let found = query.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}=")))?;
    Some(found.to_owned())
}
