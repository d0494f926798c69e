//! A gateway that people administer, and how they call it.

use std::cell::Cell;
use std::future::Future;

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Method, Request, StatusCode};
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use serde_json::{Value, json};
use totp_rs::{Builder, Secret};
use varco::admin::Vault;
use varco::admin::people::PeopleSettings;
use varco::api::Admin;
use varco::api::auth::hash_key;
use varco::domain::segregation::Segregation;
use varco::store::{ApiKey, ApiScope, KeyRights};

use crate::support::api::{Answer, EC, Gateway};
use crate::support::{TestDatabase, samples};

/// The key of an operator.
pub const OPERATOR: &str = "key-of-an-operator";
pub const PASSWORD: &str = "tre civette sul comò";
/// The institution of the tests as a tenant.
pub fn ec() -> String {
    format!("ec:{EC}")
}

/// A gateway, and what time it is there.
pub struct House {
    pub gateway: Gateway,
    now: Cell<Timestamp>,
}

/// Somebody with a browser and a device.
#[derive(Clone, Default)]
pub struct Browser {
    /// Cookies, as they are sent.
    pub cookies: String,
    pub csrf: String,
}

/// Somebody with an account.
#[derive(Clone)]
pub struct Account {
    pub person: String,
    pub email: String,
    pub secret: String,
    pub recovery: Vec<String>,
}

/// What a request comes with.
#[derive(Clone, Copy)]
pub enum As<'a> {
    Nobody,
    Key(&'a str),
    Bearer(&'a str),
    Browser(&'a Browser),
}

pub fn vault() -> Vault {
    Vault::new(SecretString::from("a master key of thirty-two letters"))
}

pub async fn open(database: TestDatabase) -> House {
    open_with(database, PeopleSettings::default()).await
}

pub async fn open_with(database: TestDatabase, people: PeopleSettings) -> House {
    let admin = Admin { vault: Some(vault()), people, ..Admin::default() };
    let gateway = Gateway::start_admin(database, admin).await;
    let key = ApiKey {
        id: "operator".into(),
        label: "Operator".into(),
        institutions: ApiScope::Every,
        segregation: Segregation::Every,
        rights: KeyRights::operator(),
    };
    gateway.store.add_api_key(&key, &hash_key(OPERATOR)).await.unwrap();
    House { gateway, now: Cell::new(samples::now()) }
}

/// Runs a test in a house of each engine.
pub async fn on_both_houses<F: Future<Output = ()>>(test: impl Fn(House) -> F) {
    crate::support::on_both(|database| async { test(open(database).await).await }).await;
}

impl House {
    pub fn now(&self) -> Timestamp {
        self.now.get()
    }

    /// Puts the house at a moment.
    pub fn at(&self, now: Timestamp) {
        self.gateway.clock.set(now);
        self.now.set(now);
    }

    pub fn wait(&self, seconds: i64) {
        let by = SignedDuration::from_secs(seconds);
        self.gateway.clock.advance(by);
        self.now.set(self.now.get() + by);
    }

    pub async fn ask(&self, who: As<'_>, method: Method, path: &str, body: Option<Value>) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/admin/v1{path}"))
            .header("host", "127.0.0.1")
            .header("content-type", "application/json");
        match who {
            As::Nobody => {}
            As::Key(key) => request = request.header("ocp-apim-subscription-key", key),
            As::Bearer(token) => request = request.header("authorization", format!("Bearer {token}")),
            As::Browser(browser) => {
                request = request
                    .header("cookie", &browser.cookies)
                    .header("x-varco-csrf", &browser.csrf)
                    .header("origin", "http://127.0.0.1");
            }
        }
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        self.gateway.send(request.body(Full::<Bytes>::from(body)).unwrap()).await
    }

    pub async fn get(&self, who: As<'_>, path: &str) -> Answer {
        self.ask(who, Method::GET, path, None).await
    }

    pub async fn post(&self, who: As<'_>, path: &str, body: Value) -> Answer {
        self.ask(who, Method::POST, path, Some(body)).await
    }

    pub async fn delete(&self, who: As<'_>, path: &str) -> Answer {
        self.ask(who, Method::DELETE, path, None).await
    }

    /// Invites somebody.
    pub async fn invite(&self, who: As<'_>, email: &str, tenant: &str, role: &str) -> Answer {
        let body =
            json!({ "name": "Anna Bianchi", "email": email, "grant": { "tenant": tenant, "role": role } });
        self.post(who, "/people", body).await
    }

    /// Somebody who was invited by the operator and has set its account up.
    pub async fn member(&self, email: &str, tenant: &str, role: &str) -> Account {
        let invited = self.invite(As::Key(OPERATOR), email, tenant, role).await;
        assert_eq!(invited.status, StatusCode::CREATED, "{}", invited.body);
        self.enrolled(invited.body["link"]["link"].as_str().unwrap(), email).await
    }

    /// The account of who has a link.
    pub async fn enrolled(&self, link: &str, email: &str) -> Account {
        let looked = self.post(As::Nobody, "/session/enrolment/look", json!({ "link": link })).await;
        assert_eq!(looked.status, StatusCode::OK, "{}", looked.body);
        let secret = looked.body["secret"].as_str().unwrap().to_owned();
        let body = json!({ "link": link, "password": PASSWORD, "code": self.code(&secret) });
        let done = self.post(As::Nobody, "/session/enrolment", body).await;
        assert_eq!(done.status, StatusCode::CREATED, "{}", done.body);
        let recovery = done.body["recoveryCodes"].as_array().unwrap().iter();
        // The code of the enrolment is used up.
        self.wait(30);
        Account {
            person: done.body["person"].as_str().unwrap().to_owned(),
            email: email.to_owned(),
            secret,
            recovery: recovery.map(|code| code.as_str().unwrap().to_owned()).collect(),
        }
    }

    /// What a device shows now.
    pub fn code(&self, secret: &str) -> String {
        let secret = Secret::try_from_base32(secret).unwrap();
        let totp = Builder::new().with_secret(secret).build().unwrap();
        totp.generate(u64::try_from(self.now().as_second()).unwrap()).to_string()
    }

    pub async fn try_to_sign_in(&self, email: &str, password: &str, code: &str) -> Answer {
        let body = json!({ "email": email, "password": password, "code": code });
        self.post(As::Nobody, "/session/local", body).await
    }

    /// Signs in; the next code of the account is another.
    pub async fn sign_in(&self, account: &Account) -> Browser {
        let answer = self.try_to_sign_in(&account.email, PASSWORD, &self.code(&account.secret)).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
        self.wait(30);
        Browser::of(&answer)
    }
}

impl Browser {
    /// A browser that has got that answer.
    pub fn of(answer: &Answer) -> Browser {
        let cookies = answer.headers.get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap());
        let pairs = cookies.map(|cookie| cookie.split(';').next().unwrap());
        let csrf = answer.body["csrfToken"].as_str().unwrap_or_default().to_owned();
        Browser { cookies: pairs.collect::<Vec<_>>().join("; "), csrf }
    }
}
