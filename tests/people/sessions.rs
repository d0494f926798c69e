//! Sessions: how long they stand, what they ask of a browser, and how they end.

use hyper::{Method, Request, StatusCode};
use serde_json::json;
use varco::admin::people::PeopleSettings;

use crate::house::*;
use crate::support::api::Answer;

const ANNA: &str = "anna@comune.example";

async fn anna(house: &House) -> (Account, Browser) {
    let account = house.member(ANNA, &ec(), "payments_referent").await;
    let browser = house.sign_in(&account).await;
    (account, browser)
}

async fn me(house: &House, browser: &Browser) -> Answer {
    house.get(As::Browser(browser), "/me").await
}

#[tokio::test]
async fn a_session_ends_after_half_an_hour_without_a_request() {
    on_both_houses(async |house| {
        let (_, browser) = anna(&house).await;
        for _ in 0..3 {
            house.wait(29 * 60);
            assert_eq!(me(&house, &browser).await.status, StatusCode::OK);
        }
        house.wait(30 * 60);
        me(&house, &browser).await.is_problem(401, "Unauthorized", "session_ended");
    })
    .await;
}

#[tokio::test]
async fn a_session_ends_after_eight_hours_in_any_case() {
    on_both_houses(async |house| {
        let (_, browser) = anna(&house).await;
        for _ in 0..23 {
            house.wait(20 * 60);
            assert_eq!(me(&house, &browser).await.status, StatusCode::OK);
        }
        house.wait(20 * 60);
        me(&house, &browser).await.is_problem(401, "Unauthorized", "session_ended");
    })
    .await;
}

#[tokio::test]
async fn who_signs_out_is_out_at_once() {
    on_both_houses(async |house| {
        let (_, browser) = anna(&house).await;
        let out = house.delete(As::Browser(&browser), "/session").await;
        assert_eq!(out.status, StatusCode::OK, "{}", out.body);
        let cookie = out.headers["set-cookie"].to_str().unwrap();
        assert!(cookie.starts_with("varco_session=;") && cookie.contains("Max-Age=0"), "{cookie}");
        me(&house, &browser).await.is_problem(401, "Unauthorized", "session_ended");
    })
    .await;
}

#[tokio::test]
async fn somebody_sees_their_own_sessions_and_ends_any_of_them() {
    on_both_houses(async |house| {
        let (account, first) = anna(&house).await;
        let second = house.sign_in(&account).await;
        let other = house.member("berta@comune.example", &ec(), "payments_referent").await;
        let stranger = house.sign_in(&other).await;
        let listed = house.get(As::Browser(&second), "/sessions").await;
        let sessions = listed.body["sessions"].as_array().unwrap();
        let current: Vec<bool> = sessions.iter().map(|one| one["current"].as_bool().unwrap()).collect();
        assert_eq!(current, [true, false]);
        let path = format!("/sessions/{}", sessions[1]["id"].as_str().unwrap());
        let foreign = house.delete(As::Browser(&stranger), &path).await;
        foreign.is_problem(404, "Not Found", "unknown_session");
        assert_eq!(house.delete(As::Browser(&second), &path).await.status, StatusCode::NO_CONTENT);
        me(&house, &first).await.is_problem(401, "Unauthorized", "session_ended");
        assert_eq!(me(&house, &second).await.status, StatusCode::OK);
        let gone = house.delete(As::Browser(&second), &path).await;
        gone.is_problem(404, "Not Found", "unknown_session");
    })
    .await;
}

#[tokio::test]
async fn a_sign_in_always_begins_a_session_of_its_own() {
    on_both_houses(async |house| {
        let account = house.member(ANNA, &ec(), "payments_referent").await;
        // Somebody has planted a cookie, of their own making or of a session of theirs.
        let planted =
            house.sign_in(&house.member("eva@comune.example", &ec(), "payments_referent").await).await;
        for cookie in ["varco_session=planted".to_owned(), planted.cookies.clone()] {
            let body = json!({ "email": ANNA, "password": PASSWORD, "code": house.code(&account.secret) });
            let request = Request::post("/admin/v1/session/local")
                .header("host", "127.0.0.1")
                .header("content-type", "application/json")
                .header("cookie", &cookie);
            let answer = house.gateway.send(request.body(body.to_string().into()).unwrap()).await;
            assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
            assert_ne!(Browser::of(&answer).cookies, cookie);
            house.wait(30);
        }
        me(&house, &planted).await.is_problem(401, "Unauthorized", "session_ended");
    })
    .await;
}

#[tokio::test]
async fn a_request_by_cookie_that_changes_something_must_be_the_persons_own() {
    on_both_houses(async |house| {
        let (account, browser) = anna(&house).await;
        let other = house.sign_in(&account).await;
        let csrf = Some(browser.csrf.as_str());
        let same = Some(("sec-fetch-site", "same-origin"));
        let origin = Some(("origin", "http://127.0.0.1"));
        // Whether the request repeats the token, what the browser says of its origin, and whether it passes.
        let cases = [
            (csrf, same, true),
            (csrf, origin, true),
            (csrf, None, false),
            (csrf, Some(("sec-fetch-site", "cross-site")), false),
            (csrf, Some(("sec-fetch-site", "same-site")), false),
            (csrf, Some(("sec-fetch-site", "none")), false),
            (csrf, Some(("origin", "http://127.0.0.1:81")), false),
            (csrf, Some(("origin", "https://evil.example")), false),
            (csrf, Some(("origin", "null")), false),
            (None, same, false),
            (None, origin, false),
            (Some(""), same, false),
            (Some("guess"), same, false),
            (Some(other.csrf.as_str()), same, false),
        ];
        for (token, site, passes) in cases {
            let mut request = Request::post("/admin/v1/session/token")
                .header("host", "127.0.0.1")
                .header("content-type", "application/json")
                .header("cookie", &browser.cookies);
            if let Some(token) = token {
                request = request.header("x-varco-csrf", token);
            }
            if let Some((name, value)) = site {
                request = request.header(name, value);
            }
            let answer = house.gateway.send(request.body("".into()).unwrap()).await;
            match passes {
                true => assert_eq!(answer.status, StatusCode::CREATED, "{token:?} {site:?}: {}", answer.body),
                false => answer.is_problem(403, "Forbidden", "cross_site"),
            }
        }
        let read =
            Request::get("/admin/v1/me").header("host", "127.0.0.1").header("cookie", &browser.cookies);
        let read = house.gateway.send(read.body("".into()).unwrap()).await;
        assert_eq!(read.status, StatusCode::OK, "reading asks for no more than the cookie");
    })
    .await;
}

#[tokio::test]
async fn cookies_are_for_this_host_alone_and_for_no_script() {
    let cookie = async |people: PeopleSettings| {
        let house = open_with(crate::support::TestDatabase::sqlite(), people).await;
        let account = house.member(ANNA, &ec(), "payments_referent").await;
        let answer = house.try_to_sign_in(ANNA, PASSWORD, &house.code(&account.secret)).await;
        let cookie = answer.headers["set-cookie"].to_str().unwrap().to_owned();
        let (name, rest) = cookie.split_once('=').unwrap();
        (name.to_owned(), rest.split_once("; ").unwrap().1.to_owned())
    };
    let plain = cookie(PeopleSettings::default()).await;
    assert_eq!(plain, ("varco_session".into(), "HttpOnly; SameSite=Lax; Path=/".into()));
    let public_url = Some("https://varco.comune.example".to_owned());
    let public = cookie(PeopleSettings { public_url, ..PeopleSettings::default() }).await;
    assert_eq!(public, ("__Host-varco_session".into(), "HttpOnly; SameSite=Lax; Secure; Path=/".into()));
}

#[tokio::test]
async fn a_bearer_token_is_its_session_for_a_quarter_of_an_hour() {
    on_both_houses(async |house| {
        let (_, browser) = anna(&house).await;
        let issue = async || {
            let answer = house.post(As::Browser(&browser), "/session/token", json!({})).await;
            assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
            answer.body["token"].as_str().unwrap().to_owned()
        };
        let token = issue().await;
        let by = async |token: &str| house.get(As::Bearer(token), "/me").await;
        let known = by(&token).await;
        assert_eq!(known.status, StatusCode::OK, "{}", known.body);
        assert_eq!(known.body["grants"][0]["role"], "payments_referent");
        // It sends no cookie, so it needs to repeat nothing.
        let listed = house.ask(As::Bearer(&token), Method::POST, "/session/token", None).await;
        assert_eq!(listed.status, StatusCode::CREATED, "{}", listed.body);
        house.wait(15 * 60 - 1);
        assert_eq!(by(&token).await.status, StatusCode::OK);
        house.wait(1);
        by(&token).await.is_problem(401, "Unauthorized", "bad_token");
        let token = issue().await;
        assert_eq!(house.delete(As::Bearer(&token), "/session").await.status, StatusCode::OK);
        by(&token).await.is_problem(401, "Unauthorized", "bad_token");
    })
    .await;
}

#[tokio::test]
async fn a_token_that_was_not_issued_here_opens_nothing() {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let house = open(crate::support::TestDatabase::sqlite()).await;
    let (_, browser) = anna(&house).await;
    let answer = house.post(As::Browser(&browser), "/session/token", json!({})).await;
    let token = answer.body["token"].as_str().unwrap();
    let [header, claims, signature]: [&str; 3] = token.split('.').collect::<Vec<_>>().try_into().unwrap();
    let written = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let read = |text: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap();
    let mut longer: serde_json::Value = read(claims);
    longer["exp"] = json!(9_999_999_999_i64);
    let none = written(&json!({ "alg": "none", "typ": "JWT" }));
    let other = written(&json!({ "alg": "HS512", "typ": "JWT" }));
    for forged in [
        format!("{header}.{}.{signature}", written(&longer)),
        format!("{none}.{claims}."),
        format!("{none}.{claims}.{signature}"),
        format!("{other}.{claims}.{signature}"),
        format!("{header}.{claims}."),
        "a.b.c".to_owned(),
        "x".to_owned(),
    ] {
        let answer = house.get(As::Bearer(&forged), "/me").await;
        answer.is_problem(401, "Unauthorized", "bad_token");
    }
}

#[tokio::test]
async fn an_api_key_has_no_session_and_nobody_has_nothing() {
    let house = open(crate::support::TestDatabase::sqlite()).await;
    let key = house.get(As::Key(OPERATOR), "/me").await;
    assert_eq!((&key.body["kind"], key.body.get("session")), (&json!("key"), None));
    house.get(As::Key(OPERATOR), "/sessions").await.is_problem(403, "Forbidden", "no_session");
    house.get(As::Nobody, "/me").await.is_problem(401, "Unauthorized", "missing_key");
    let data = house.get(As::Key(crate::support::api::KEY), "/me").await;
    data.is_problem(403, "Forbidden", "missing_scope_administration");
}
