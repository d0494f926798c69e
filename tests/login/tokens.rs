//! Access tokens that the provider issued for this API.

use hyper::StatusCode;
use serde_json::{Value, json};
use varco::admin::signin::ProviderSettings;

use crate::house::{As, OPERATOR, ec, open_with};
use crate::liar::{Key, Liar};
use crate::support::{TestDatabase, on_both};
use crate::{people, provider_settings};

const AUDIENCE: &str = "https://varco.comune.example";

#[tokio::test]
async fn a_token_for_this_api_is_whoever_signed_in_by_the_provider() {
    on_both(|database| async {
        let (key, other) = (Key::new("k1"), Key::new("k2"));
        let liar = Liar::start(&key).await;
        let settings =
            ProviderSettings { audience: Some(AUDIENCE.to_owned()), ..provider_settings(&liar.issuer) };
        let house = open_with(database, people(settings)).await;
        house.invite(As::Key(OPERATOR), "anna@comune.example", &ec(), "payments_referent").await;
        let now = house.now().as_second();
        let claims =
            json!({ "iss": liar.issuer, "aud": AUDIENCE, "sub": "anna", "iat": now, "exp": now + 300 });
        let but = |name: &str, value: Value| {
            let mut claims = claims.clone();
            claims[name] = value;
            claims
        };
        let by = async |token: String| house.get(As::Bearer(&token), "/me").await;
        by(key.signs(&claims)).await.is_problem(403, "Forbidden", "not_permitted");
        // The first time by a browser: it is known who the subject is.
        let (url, cookie) = house.begin("/").await;
        let (state, nonce) =
            (crate::parameter(&url, "state").unwrap(), crate::parameter(&url, "nonce").unwrap());
        liar.gives("code", &key.signs(&liar.claims(&nonce, now)));
        let back = house.come_back(&format!("code=code&state={state}"), &cookie).await;
        assert_eq!(back.status, StatusCode::SEE_OTHER, "{}", back.body);
        let me = by(key.signs(&claims)).await;
        assert_eq!(me.status, StatusCode::OK, "{}", me.body);
        assert_eq!(me.body["grants"][0]["role"], "payments_referent");
        for wrong in [
            key.signs(&but("aud", json!("varco"))),
            key.signs(&but("iss", json!("http://127.0.0.1:1"))),
            key.signs(&but("exp", json!(now))),
            key.signs(&but("exp", Value::Null)),
            key.signs(&but("nbf", json!(now + 61))),
            other.signs(&claims),
        ] {
            by(wrong).await.is_problem(401, "Unauthorized", "bad_token");
        }
        let asked = liar.asked();
        for _ in 0..10 {
            by(other.signs(&claims)).await.is_problem(401, "Unauthorized", "bad_token");
        }
        assert_eq!(liar.asked(), asked, "a flood of unknown keys is no flood of questions");
        house.wait(6);
        liar.shows(&[&key, &other]);
        assert_eq!(by(other.signs(&claims)).await.status, StatusCode::OK, "a new key is learnt");
    })
    .await;
}

#[tokio::test]
async fn without_an_audience_no_token_of_the_provider_is_taken() {
    let key = Key::new("k1");
    let liar = Liar::start(&key).await;
    let house = open_with(TestDatabase::sqlite(), people(provider_settings(&liar.issuer))).await;
    let now = house.now().as_second();
    let claims = json!({ "iss": liar.issuer, "aud": "varco", "sub": "anna", "iat": now, "exp": now + 300 });
    let answer = house.get(As::Bearer(&key.signs(&claims)), "/me").await;
    answer.is_problem(401, "Unauthorized", "bad_token");
}
