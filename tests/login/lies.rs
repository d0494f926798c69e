//! What a provider could get wrong, or somebody who stands between: each is refused, and says why.

use hyper::StatusCode;
use serde_json::{Value, json};

use crate::house::{As, Browser, House, OPERATOR, ec, open_with};
use crate::liar::{Key, Liar};
use crate::support::api::Answer;
use crate::support::{TestDatabase, on_both};
use crate::{location, parameter, people, provider_settings};

const ANNA: &str = "anna@comune.example";

/// A house whose provider is a liar, and to which Anna is invited.
async fn told(database: TestDatabase, key: &Key) -> (House, Liar) {
    let liar = Liar::start(key).await;
    let house = open_with(database, people(provider_settings(&liar.issuer))).await;
    let invited = house.invite(As::Key(OPERATOR), ANNA, &ec(), "payments_referent").await;
    assert_eq!(invited.status, StatusCode::CREATED, "{}", invited.body);
    (house, liar)
}

/// A sign-in in which the provider gives a token made of the claims as they should be.
async fn with(house: &House, liar: &Liar, token: impl FnOnce(Value) -> String) -> Answer {
    let (url, cookie) = house.begin("/").await;
    let (state, nonce) = (parameter(&url, "state").unwrap(), parameter(&url, "nonce").unwrap());
    liar.gives("code", &token(liar.claims(&nonce, house.now().as_second())));
    house.come_back(&format!("code=code&state={state}"), &cookie).await
}

fn but(mut claims: Value, name: &str, value: Value) -> Value {
    claims[name] = value;
    claims
}

#[tokio::test]
async fn who_comes_back_with_a_good_token_is_in() {
    on_both(|database| async {
        let key = Key::new("k1");
        let (house, liar) = told(database, &key).await;
        let (url, _) = house.begin("/admin").await;
        for (name, value) in
            [("response_type", "code"), ("client_id", "varco"), ("code_challenge_method", "S256")]
        {
            assert_eq!(parameter(&url, name).as_deref(), Some(value), "{url}");
        }
        let answer = with(&house, &liar, |claims| key.signs(&claims)).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        assert_eq!(location(&answer), "/");
        let me = house.get(As::Browser(&Browser::of(&answer)), "/me").await;
        assert_eq!(me.body["name"], "Anna Bianchi", "{}", me.body);
        assert_eq!(me.body["grants"][0]["role"], "payments_referent");
    })
    .await;
}

#[tokio::test]
async fn a_token_that_is_wrong_in_any_way_lets_nobody_in() {
    on_both(|database| async {
        let (key, other) = (Key::new("k1"), Key::new("k1"));
        let (house, liar) = told(database, &key).await;
        let now = house.now().as_second();
        let unsigned = |alg: &str, claims: &Value| {
            use base64::Engine;
            let part = |value: String| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(value);
            format!("{}.{}.", part(json!({ "alg": alg, "typ": "JWT" }).to_string()), part(claims.to_string()))
        };
        let by_secret = |claims: &Value| {
            let secret = jsonwebtoken::EncodingKey::from_secret(b"a-secret-of-the-tests");
            jsonwebtoken::encode(&jsonwebtoken::Header::default(), claims, &secret).unwrap()
        };
        type Lie<'a> = Box<dyn Fn(Value) -> String + 'a>;
        let lies: Vec<(&str, Lie<'_>)> = vec![
            ("expired", Box::new(|claims| key.signs(&but(claims, "exp", json!(now))))),
            ("of long ago", Box::new(|claims| key.signs(&but(claims, "iat", json!(now - 3600))))),
            ("of tomorrow", Box::new(|claims| key.signs(&but(claims, "iat", json!(now + 3600))))),
            ("for another", Box::new(|claims| key.signs(&but(claims, "aud", json!("other"))))),
            (
                "for us and another",
                Box::new(|claims| key.signs(&but(claims, "aud", json!(["varco", "other"])))),
            ),
            (
                "by another issuer",
                Box::new(|claims| key.signs(&but(claims, "iss", json!("http://127.0.0.1:1")))),
            ),
            ("of another sign-in", Box::new(|claims| key.signs(&but(claims, "nonce", json!("other"))))),
            ("of no sign-in", Box::new(|claims| key.signs(&but(claims, "nonce", Value::Null)))),
            ("of nobody", Box::new(|claims| key.signs(&but(claims, "sub", json!(""))))),
            (
                "of another access token",
                Box::new(|claims| key.signs(&but(claims, "at_hash", json!("bm9uZQ")))),
            ),
            ("signed by another", Box::new(|claims| other.signs(&claims))),
            ("signed by nobody", Box::new(|claims| unsigned("none", &claims))),
            ("signed with our secret", Box::new(|claims| by_secret(&claims))),
            ("no token", Box::new(|_| "nonsense".to_owned())),
        ];
        for (what, lie) in lies {
            let answer = with(&house, &liar, lie).await;
            assert!(answer.headers.get("set-cookie").is_none(), "{what}");
            match what {
                "no token" => answer.is_problem(502, "Bad Gateway", "provider_unavailable"),
                _ => {
                    assert_eq!(answer.body["code"], "token_refused", "{what}: {}", answer.body);
                    answer.is_problem(403, "Forbidden", "token_refused");
                }
            }
            // The keys are asked for again at most every five seconds.
            house.wait(5);
        }
        let good = with(&house, &liar, |claims| key.signs(&but(claims, "exp", json!(now + 900)))).await;
        assert_eq!(good.status, StatusCode::SEE_OTHER, "{}", good.body);
    })
    .await;
}

#[tokio::test]
async fn a_new_key_of_the_provider_is_learnt_at_the_first_token_that_it_signs() {
    on_both(|database| async {
        let (first, second) = (Key::new("k1"), Key::new("k2"));
        let (house, liar) = told(database, &first).await;
        let answer = with(&house, &liar, |claims| first.signs(&claims)).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        assert_eq!(liar.asked(), 1);
        house.wait(60);
        liar.shows(&[&second]);
        let answer = with(&house, &liar, |claims| second.signs(&claims)).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        assert_eq!(liar.asked(), 2);
        let old = with(&house, &liar, |claims| first.signs(&claims)).await;
        old.is_problem(403, "Forbidden", "token_refused");
        assert_eq!(liar.asked(), 2, "it was asked just now");
    })
    .await;
}

#[tokio::test]
async fn neither_a_state_nor_a_code_comes_back_twice() {
    on_both(|database| async {
        let key = Key::new("k1");
        let (house, liar) = told(database, &key).await;
        let (url, cookie) = house.begin("/").await;
        let (state, nonce) = (parameter(&url, "state").unwrap(), parameter(&url, "nonce").unwrap());
        let token = key.signs(&liar.claims(&nonce, house.now().as_second()));
        liar.gives("code", &token);
        let query = format!("code=code&state={state}");
        assert_eq!(house.come_back(&query, &cookie).await.status, StatusCode::SEE_OTHER);
        // Even if the provider would give another token for it.
        liar.gives("code", &token);
        house.come_back(&query, &cookie).await.is_problem(400, "Bad Request", "sign_in_replayed");
        let (url, cookie) = house.begin("/").await;
        let state = parameter(&url, "state").unwrap();
        let used = house.come_back(&format!("code=used&state={state}"), &cookie).await;
        used.is_problem(400, "Bad Request", "code_refused");
    })
    .await;
}

#[tokio::test]
async fn a_sign_in_ends_in_the_browser_in_which_it_began_and_in_time() {
    on_both(|database| async {
        let key = Key::new("k1");
        let (house, _) = told(database, &key).await;
        let (url, cookie) = house.begin("/").await;
        let (other_url, other_cookie) = house.begin("/").await;
        let (state, other) = (parameter(&url, "state").unwrap(), parameter(&other_url, "state").unwrap());
        for (query, cookie) in [
            (format!("code=code&state={state}"), ""),
            (format!("code=code&state={state}"), "varco_login=nonsense"),
            (format!("code=code&state={state}"), other_cookie.as_str()),
            (format!("code=code&state={other}"), cookie.as_str()),
            ("code=code".to_owned(), cookie.as_str()),
            (format!("code=code&state={state}&iss=http%3A%2F%2Fevil.example"), cookie.as_str()),
        ] {
            let answer = house.come_back(&query, cookie).await;
            answer.is_problem(400, "Bad Request", "sign_in_not_under_way");
        }
        let declined = house.come_back(&format!("error=access_denied&state={state}"), &cookie).await;
        declined.is_problem(400, "Bad Request", "sign_in_declined");
        house.wait(600);
        let late = house.come_back(&format!("code=code&state={other}"), &other_cookie).await;
        late.is_problem(400, "Bad Request", "sign_in_not_under_way");
    })
    .await;
}

#[tokio::test]
async fn who_was_not_invited_is_told_so_unless_the_claims_give_a_role_and_that_is_enough_here() {
    on_both(|database| async {
        let key = Key::new("k1");
        let (house, liar) = told(database, &key).await;
        let stranger = |claims: Value| {
            let claims = but(but(claims, "sub", json!("rita")), "email", json!("rita@comune.example"));
            key.signs(&but(
                but(claims, "org_vat", json!("77777777777")),
                "org_role",
                json!(["admin", "guest"]),
            ))
        };
        let answer = with(&house, &liar, stranger).await;
        answer.is_problem(403, "Forbidden", "unknown_person");
        let unverified =
            |claims: Value| key.signs(&but(but(claims, "sub", json!("eva")), "email_verified", json!(false)));
        let answer = with(&house, &liar, unverified).await;
        answer.is_problem(403, "Forbidden", "unknown_person");
    })
    .await;
    let key = Key::new("k1");
    let liar = Liar::start(&key).await;
    let settings =
        varco::admin::signin::ProviderSettings { provisions: true, ..provider_settings(&liar.issuer) };
    let house = open_with(TestDatabase::sqlite(), people(settings)).await;
    let guest = with(&house, &liar, |claims| key.signs(&claims)).await;
    guest.is_problem(403, "Forbidden", "unknown_person");
    let answer = with(&house, &liar, |claims| {
        key.signs(&but(but(claims, "org_vat", json!("77777777777")), "org_role", json!("admin")))
    })
    .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let browser = Browser::of(&answer);
    let me = house.get(As::Browser(&browser), "/me").await;
    assert_eq!(me.body["grants"][0]["tenant"], ec(), "{}", me.body);
    // The role is the provider's to give: it lasts as long as the session, and is no grant of ours.
    let person = house.get(As::Key(OPERATOR), "/people").await;
    assert_eq!(person.body["people"][0]["grants"], json!([]), "{}", person.body);
}

#[tokio::test]
async fn who_is_suspended_does_not_come_in_by_the_provider_either() {
    on_both(|database| async {
        let key = Key::new("k1");
        let (house, liar) = told(database, &key).await;
        let people = house.get(As::Key(OPERATOR), "/people").await;
        let id = people.body["people"][0]["id"].as_str().unwrap().to_owned();
        let suspended = house.post(As::Key(OPERATOR), &format!("/people/{id}/suspend"), json!({})).await;
        assert_eq!(suspended.status, StatusCode::OK, "{}", suspended.body);
        let answer = with(&house, &liar, |claims| key.signs(&claims)).await;
        answer.is_problem(403, "Forbidden", "suspended");
    })
    .await;
}

#[tokio::test]
async fn a_provider_that_is_away_is_said_to_be() {
    let house = open_with(TestDatabase::sqlite(), people(provider_settings("http://127.0.0.1:1"))).await;
    let answer = house.get(As::Nobody, "/session/login").await;
    answer.is_problem(502, "Bad Gateway", "provider_unavailable");
    let without = crate::house::open(TestDatabase::sqlite()).await;
    without.get(As::Nobody, "/session/login").await.is_problem(404, "Not Found", "no_provider");
}
