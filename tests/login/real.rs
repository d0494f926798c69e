//! Sign-in at npm `oidc-provider`, which the tests start.

use std::io::{BufRead, BufReader, Lines};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::OnceLock;

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, StatusCode};
use serde_json::json;
use varco::domain::clock::Clock;

use crate::house::{As, Browser, House, OPERATOR, ec, open_with};
use crate::npm::{self, has};
use crate::support::api::{Answer, send};
use crate::support::{TestDatabase, on_both};
use crate::{CALLBACK, location, parameter, people, provider_settings};

/// The provider's process.
struct Real {
    issuer: String,
    port: u16,
    process: Child,
    /// It ends when nobody can hear it.
    _heard: Lines<BufReader<ChildStdout>>,
}

/// The folder with the packages; none without node, which is said once.
fn folder() -> Option<&'static Path> {
    static FOLDER: OnceLock<Option<PathBuf>> = OnceLock::new();
    FOLDER.get_or_init(install).as_deref()
}

fn install() -> Option<PathBuf> {
    if !has("node") || !has("npm") {
        println!("skipped: there is no node and npm to start oidc-provider with");
        return None;
    }
    Some(npm::install("login", "provider.mjs", "oidc-provider"))
}

impl Real {
    fn start(key: &str) -> Option<Real> {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Real::start_at(port, key)
    }

    fn start_at(port: u16, key: &str) -> Option<Real> {
        let mut command = Command::new("node");
        command.args(["provider.mjs", &port.to_string(), key, CALLBACK]).current_dir(folder()?);
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let up = lines.any(|line| line.is_ok_and(|line| line == "listening"));
        assert!(up, "the provider did not start");
        Some(Real { issuer: format!("http://127.0.0.1:{port}"), port, process, _heard: lines })
    }

    /// The same provider with another key, as after its rotation.
    fn rotated(self, key: &str) -> Real {
        let port = self.port;
        drop(self);
        Real::start_at(port, key).unwrap()
    }

    async fn get(&self, path: &str, cookies: &mut Vec<(String, String)>) -> Answer {
        let sent =
            cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
        let request =
            Request::get(path).header("host", format!("127.0.0.1:{}", self.port)).header("cookie", sent);
        let address = ([127, 0, 0, 1], self.port).into();
        let answer = send(address, request.body(Full::<Bytes>::default()).unwrap()).await;
        for cookie in answer.headers.get_all("set-cookie") {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            cookies.retain(|(known, _)| known != name);
            cookies.push((name.to_owned(), value.to_owned()));
        }
        answer
    }

    /// Signs in as that account; returns the query that the browser comes back with.
    async fn sign_in(&self, url: &str, account: &str) -> String {
        let mut cookies = Vec::new();
        self.get(&format!("/become?account={account}"), &mut cookies).await;
        let mut next = url.to_owned();
        for _ in 0..10 {
            if let Some(query) = next.strip_prefix(&format!("{CALLBACK}?")) {
                return query.to_owned();
            }
            let path = next.strip_prefix(&self.issuer).unwrap_or(&next).to_owned();
            let answer = self.get(&path, &mut cookies).await;
            assert!(answer.status.is_redirection(), "{path}: {} {}", answer.status, answer.body);
            next = location(&answer);
        }
        panic!("the provider leads in circles: {next}");
    }
}

impl Drop for Real {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A house at the present moment, since the provider's tokens are of it, with people who are invited.
async fn invited(database: TestDatabase, provider: &Real) -> House {
    let house = open_with(database, people(provider_settings(&provider.issuer))).await;
    house.at(Clock::system().now());
    let invited = house.invite(As::Key(OPERATOR), "anna@comune.example", &ec(), "payments_referent").await;
    assert_eq!(invited.status, StatusCode::CREATED, "{}", invited.body);
    let body = json!({
        "name": "Sara Verdi", "email": "sara.verdi@comune.example", "fiscalNumber": "VRDSRA80A41H501X",
        "grant": { "tenant": ec(), "role": "technical_referent" },
    });
    let invited = house.post(As::Key(OPERATOR), "/people", body).await;
    assert_eq!(invited.status, StatusCode::CREATED, "{}", invited.body);
    house
}

async fn signed_in(house: &House, provider: &Real, account: &str) -> Answer {
    house.at(Clock::system().now());
    let (url, cookie) = house.begin("/admin/people").await;
    let query = provider.sign_in(&url, account).await;
    house.come_back(&query, &cookie).await
}

#[tokio::test]
async fn somebody_who_was_invited_signs_in_and_out() {
    let Some(provider) = Real::start("k1") else { return };
    on_both(|database| async {
        let house = invited(database, &provider).await;
        let answer = signed_in(&house, &provider, "anna").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        assert_eq!(location(&answer), "/admin/people");
        let mut browser = Browser::of(&answer);
        let me = house.get(As::Browser(&browser), "/me").await;
        assert_eq!(me.body["name"], "Anna Bianchi", "{}", me.body);
        assert_eq!(me.body["grants"][0]["role"], "payments_referent");
        browser.csrf = me.body["session"]["csrfToken"].as_str().unwrap().to_owned();
        let out = house.delete(As::Browser(&browser), "/session").await;
        let url = out.body["endSessionUrl"].as_str().unwrap_or_default();
        assert!(url.starts_with(&format!("{}/session/end?", provider.issuer)), "{}", out.body);
        let page = provider.get(url.strip_prefix(&provider.issuer).unwrap(), &mut Vec::new()).await;
        assert_eq!(
            page.status,
            StatusCode::OK,
            "the provider takes its token and our address to come back to"
        );
        house.get(As::Browser(&browser), "/me").await.is_problem(401, "Unauthorized", "session_ended");
        // The second time it is known by its subject.
        let again = signed_in(&house, &provider, "anna").await;
        assert_eq!(again.status, StatusCode::SEE_OTHER, "{}", again.body);
    })
    .await;
}

#[tokio::test]
async fn spid_is_who_was_invited_by_fiscal_number_and_an_address_alone_is_nobody() {
    let Some(provider) = Real::start("k1") else { return };
    on_both(|database| async {
        let house = invited(database, &provider).await;
        let answer = signed_in(&house, &provider, "sara").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        let me = house.get(As::Browser(&Browser::of(&answer)), "/me").await;
        assert_eq!(me.body["grants"][0]["role"], "technical_referent", "{}", me.body);
        // Eva claims Anna's address, and the provider does not vouch for it.
        let eva = signed_in(&house, &provider, "eva").await;
        eva.is_problem(403, "Forbidden", "unknown_person");
        let rita = signed_in(&house, &provider, "rita").await;
        rita.is_problem(403, "Forbidden", "unknown_person");
        let nobody = signed_in(&house, &provider, "nobody").await;
        nobody.is_problem(400, "Bad Request", "sign_in_declined");
    })
    .await;
}

#[tokio::test]
async fn a_code_is_good_once_and_only_with_its_verifier() {
    let Some(provider) = Real::start("k1") else { return };
    let house = invited(TestDatabase::sqlite(), &provider).await;
    let (url, cookie) = house.begin("/").await;
    let query = provider.sign_in(&url, "anna").await;
    // Somebody else's sign-in with the code of this one: the verifier is another.
    let (other_url, other_cookie) = house.begin("/").await;
    let code = parameter(&format!("?{query}"), "code").unwrap();
    let stolen = format!("code={code}&state={}", parameter(&other_url, "state").unwrap());
    let answer = house.come_back(&stolen, &other_cookie).await;
    answer.is_problem(400, "Bad Request", "code_refused");
    let (url, cookie_2) = house.begin("/").await;
    let second = provider.sign_in(&url, "anna").await;
    assert_eq!(house.come_back(&second, &cookie_2).await.status, StatusCode::SEE_OTHER);
    house.come_back(&second, &cookie_2).await.is_problem(400, "Bad Request", "sign_in_replayed");
    // Who was robbed still comes in, and then the code is used up for everybody.
    assert_eq!(house.come_back(&query, &cookie).await.status, StatusCode::SEE_OTHER);
    let (url, cookie) = house.begin("/").await;
    let again = format!("code={code}&state={}", parameter(&url, "state").unwrap());
    house.come_back(&again, &cookie).await.is_problem(400, "Bad Request", "code_refused");
}

#[tokio::test]
async fn the_providers_keys_may_change_under_way() {
    let Some(provider) = Real::start("k1") else { return };
    let house = invited(TestDatabase::sqlite(), &provider).await;
    assert_eq!(signed_in(&house, &provider, "anna").await.status, StatusCode::SEE_OTHER);
    let provider = provider.rotated("k2");
    // What it says of its keys was learnt longer ago than it is asked again at most.
    house.at(Clock::system().now());
    house.wait(6);
    let (url, cookie) = house.begin("/").await;
    let query = provider.sign_in(&url, "anna").await;
    let answer = house.come_back(&query, &cookie).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
}

#[tokio::test]
async fn a_token_that_has_expired_on_its_way_is_refused() {
    let Some(provider) = Real::start("k1") else { return };
    let house = invited(TestDatabase::sqlite(), &provider).await;
    let (url, cookie) = house.begin("/").await;
    let query = provider.sign_in(&url, "anna").await;
    // The provider's clock is two hours behind ours: its token, good for one, is over when it is issued.
    let ours = Clock::system().now() + jiff::SignedDuration::from_hours(2);
    let (late_url, late_cookie) = {
        house.at(ours);
        house.begin("/").await
    };
    let late = provider.sign_in(&late_url, "anna").await;
    house.come_back(&late, &late_cookie).await.is_problem(403, "Forbidden", "token_refused");
    house.at(Clock::system().now());
    assert_eq!(house.come_back(&query, &cookie).await.status, StatusCode::SEE_OTHER);
}
