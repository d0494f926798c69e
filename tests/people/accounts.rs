//! Local accounts: each rule, and what whoever guesses learns.

use hyper::{Method, StatusCode};
use serde_json::json;
use varco::admin::Secrets;
use varco::admin::people::{Door, PeopleSettings};
use varco::store::LinkFor;

use crate::house::*;
use crate::support::TestDatabase;
use crate::support::api::Gateway;

const ANNA: &str = "anna@comune.example";

#[tokio::test]
async fn somebody_who_was_invited_sets_an_account_up_and_signs_in() {
    on_both_houses(async |house| {
        let invited = house.invite(As::Key(OPERATOR), ANNA, &ec(), "payments_referent").await;
        assert_eq!(invited.status, StatusCode::CREATED, "{}", invited.body);
        assert_eq!(invited.headers["cache-control"], "no-store");
        assert_eq!(invited.body["person"]["enrolled"], false);
        let link = invited.body["link"]["link"].as_str().unwrap();
        let looked = house.post(As::Nobody, "/session/enrolment/look", json!({ "link": link })).await;
        assert_eq!((&looked.body["name"], &looked.body["email"]), (&json!("Anna Bianchi"), &json!(ANNA)));
        let uri = looked.body["uri"].as_str().unwrap();
        assert!(uri.starts_with("otpauth://totp/Varco:anna@comune.example?secret="), "{uri}");
        let account = house.enrolled(link, ANNA).await;
        assert_eq!(account.recovery.len(), 10);
        let browser = house.sign_in(&account).await;
        let me = house.get(As::Browser(&browser), "/me").await;
        assert_eq!(me.status, StatusCode::OK, "{}", me.body);
        assert_eq!(me.body["id"], account.person);
        assert_eq!(me.body["kind"], "person");
        assert_eq!(me.body["grants"][0]["tenant"], ec());
        assert_eq!(me.body["session"]["csrfToken"], browser.csrf);
        let permissions = me.body["grants"][0]["permissions"].as_array().unwrap();
        assert!(permissions.contains(&json!("iban.write")) && !permissions.contains(&json!("key.write")));
    })
    .await;
}

#[tokio::test]
async fn whoever_guesses_learns_only_that_something_was_wrong() {
    on_both_houses(async |house| {
        let account = house.member(ANNA, &ec(), "payments_referent").await;
        let code = house.code(&account.secret);
        let wrong = [
            (ANNA, "another password, no less", code.as_str()),
            (ANNA, PASSWORD, "000000"),
            ("berta@comune.example", PASSWORD, code.as_str()),
            ("no address", PASSWORD, code.as_str()),
        ];
        let mut bodies = Vec::new();
        for (email, password, code) in wrong {
            let answer = house.try_to_sign_in(email, password, code).await;
            answer.is_problem(401, "Unauthorized", "sign_in_refused");
            assert!(answer.headers.get("set-cookie").is_none());
            bodies.push(answer.body);
        }
        assert!(bodies.windows(2).all(|pair| pair[0] == pair[1]), "all answers are alike");
        let right = house.try_to_sign_in(" Anna@Comune.Example ", PASSWORD, &code).await;
        assert_eq!(right.status, StatusCode::CREATED, "the address is read in one form: {}", right.body);
    })
    .await;
}

#[tokio::test]
async fn a_code_is_taken_once_and_so_is_each_recovery_code() {
    on_both_houses(async |house| {
        let account = house.member(ANNA, &ec(), "payments_referent").await;
        let code = house.code(&account.secret);
        assert_eq!(house.try_to_sign_in(ANNA, PASSWORD, &code).await.status, StatusCode::CREATED);
        house.try_to_sign_in(ANNA, PASSWORD, &code).await.is_problem(401, "Unauthorized", "sign_in_refused");
        house.wait(30);
        // Still good by the clock, but used.
        house.try_to_sign_in(ANNA, PASSWORD, &code).await.is_problem(401, "Unauthorized", "sign_in_refused");
        let by = |code: &str| json!({ "email": ANNA, "password": PASSWORD, "recoveryCode": code });
        let shouted = account.recovery[0].to_uppercase();
        let first = house.post(As::Nobody, "/session/local", by(&shouted)).await;
        assert_eq!(first.status, StatusCode::CREATED, "{}", first.body);
        let again = house.post(As::Nobody, "/session/local", by(&account.recovery[0])).await;
        again.is_problem(401, "Unauthorized", "sign_in_refused");
        let other = house.post(As::Nobody, "/session/local", by(&account.recovery[1])).await;
        assert_eq!(other.status, StatusCode::CREATED, "{}", other.body);
    })
    .await;
}

#[tokio::test]
async fn each_failure_after_a_few_makes_the_account_wait_longer() {
    on_both_houses(async |house| {
        let account = house.member(ANNA, &ec(), "payments_referent").await;
        for _ in 0..5 {
            let answer = house.try_to_sign_in(ANNA, "not the password, no", "123456").await;
            answer.is_problem(401, "Unauthorized", "sign_in_refused");
        }
        let code = house.code(&account.secret);
        let waiting = house.try_to_sign_in(ANNA, PASSWORD, &code).await;
        waiting.is_problem(429, "Too Many Requests", "too_many_attempts");
        assert_eq!(waiting.headers["retry-after"], "1");
        // An account that is not there waits as well.
        for _ in 0..5 {
            house.try_to_sign_in("nobody@comune.example", "not the password, no", "123456").await;
        }
        let nobody = house.try_to_sign_in("nobody@comune.example", PASSWORD, "123456").await;
        assert_eq!(nobody.body, waiting.body);
        house.wait(1);
        let sixth = house.try_to_sign_in(ANNA, "not the password, no", "123456").await;
        sixth.is_problem(401, "Unauthorized", "sign_in_refused");
        let waiting = house.try_to_sign_in(ANNA, PASSWORD, &code).await;
        assert_eq!(waiting.headers["retry-after"], "2");
        house.wait(2);
        let right = house.try_to_sign_in(ANNA, PASSWORD, &house.code(&account.secret)).await;
        assert_eq!(right.status, StatusCode::CREATED, "{}", right.body);
        house.wait(30);
        let typo = house.try_to_sign_in(ANNA, "not the password, no", "123456").await;
        typo.is_problem(401, "Unauthorized", "sign_in_refused");
        house.sign_in(&account).await;
    })
    .await;
}

#[tokio::test]
async fn guesses_that_come_together_are_no_more_than_one_after_the_other() {
    on_both_houses(async |house| {
        house.member(ANNA, &ec(), "payments_referent").await;
        let guesses = (0..12).map(|_| house.try_to_sign_in(ANNA, "not the password, no", "123456"));
        let answers = futures_util::future::join_all(guesses).await;
        let judged = answers.iter().filter(|answer| answer.status == StatusCode::UNAUTHORIZED).count();
        let waiting = answers.iter().filter(|answer| answer.status == StatusCode::TOO_MANY_REQUESTS).count();
        assert_eq!((judged, waiting), (5, 7));
    })
    .await;
}

#[tokio::test]
async fn an_address_that_tries_many_accounts_waits_too() {
    let house = open(TestDatabase::sqlite()).await;
    let account = house.member(ANNA, &ec(), "payments_referent").await;
    for number in 0..30 {
        let answer = house.try_to_sign_in(&format!("a{number}@comune.example"), PASSWORD, "123456").await;
        answer.is_problem(401, "Unauthorized", "sign_in_refused");
    }
    let waiting = house.try_to_sign_in(ANNA, PASSWORD, &house.code(&account.secret)).await;
    waiting.is_problem(429, "Too Many Requests", "too_many_attempts");
}

#[tokio::test]
async fn a_password_that_anybody_would_try_is_not_taken() {
    on_both_houses(async |house| {
        let invited = house.invite(As::Key(OPERATOR), ANNA, &ec(), "payments_referent").await;
        let link = invited.body["link"]["link"].as_str().unwrap();
        let looked = house.post(As::Nobody, "/session/enrolment/look", json!({ "link": link })).await;
        let secret = looked.body["secret"].as_str().unwrap();
        let cases = [
            ("civetta", "password_too_short"),
            ("password2026", "password_common"),
            ("anna anna anna 1", "password_of_address"),
        ];
        for (password, code) in cases {
            let body = json!({ "link": link, "password": password, "code": house.code(secret) });
            let answer = house.post(As::Nobody, "/session/enrolment", body).await;
            answer.is_problem(400, "Bad Request", "invalid_body");
            assert_eq!(answer.violations(), [("/password", code)]);
        }
        let body = json!({ "link": link, "password": PASSWORD, "code": "000000" });
        let answer = house.post(As::Nobody, "/session/enrolment", body).await;
        assert_eq!(answer.violations(), [("/code", "wrong_code")]);
        house.enrolled(link, ANNA).await;
    })
    .await;
}

#[tokio::test]
async fn a_link_is_good_once_and_for_three_days_and_only_the_last_one() {
    on_both_houses(async |house| {
        let account = house.member(ANNA, &ec(), "payments_referent").await;
        let renew = format!("/people/{}/link", account.person);
        let browser = house.sign_in(&account).await;
        let first = house.post(As::Key(OPERATOR), &renew, json!({})).await;
        assert_eq!(first.status, StatusCode::CREATED, "{}", first.body);
        let second = house.post(As::Key(OPERATOR), &renew, json!({})).await;
        let link = |answer: &crate::support::api::Answer| answer.body["link"].as_str().unwrap().to_owned();
        let look = async |link: &str| {
            house.post(As::Nobody, "/session/enrolment/look", json!({ "link": link })).await
        };
        look(&link(&first)).await.is_problem(404, "Not Found", "unknown_link");
        assert_eq!(look(&link(&second)).await.status, StatusCode::OK);
        assert_eq!(
            house.get(As::Browser(&browser), "/me").await.status,
            StatusCode::OK,
            "nothing has changed yet"
        );
        house.enrolled(&link(&second), ANNA).await;
        look(&link(&second)).await.is_problem(404, "Not Found", "unknown_link");
        let ended = house.get(As::Browser(&browser), "/me").await;
        ended.is_problem(401, "Unauthorized", "session_ended");
        let third = link(&house.post(As::Key(OPERATOR), &renew, json!({})).await);
        house.wait(72 * 3600 - 1);
        assert_eq!(look(&third).await.status, StatusCode::OK);
        house.wait(1);
        look(&third).await.is_problem(404, "Not Found", "unknown_link");
    })
    .await;
}

#[tokio::test]
async fn whoever_has_the_link_of_the_bootstrap_becomes_an_operator_once() {
    on_both_houses(async |house| {
        assert!(!house.gateway.store.has_operator().await.unwrap());
        let door =
            Door::new(house.gateway.store.clone(), vault(), Secrets::default(), PeopleSettings::default());
        let (now, day) = (house.now(), jiff::SignedDuration::from_hours(24));
        let link = door.unwrap().add_link(&LinkFor::FirstOperator, (now, now + day)).await.unwrap();
        let looked = house.post(As::Nobody, "/session/enrolment/look", json!({ "link": link })).await;
        assert!(looked.body.get("email").is_none(), "{}", looked.body);
        let secret = looked.body["secret"].as_str().unwrap();
        let mut body = json!({ "link": link, "password": PASSWORD, "code": house.code(secret) });
        let nameless = house.post(As::Nobody, "/session/enrolment", body.clone()).await;
        assert_eq!(nameless.violations(), [("/email", "required")]);
        body["name"] = json!("Olga Verdi");
        body["email"] = json!("olga@gestore.example");
        let done = house.post(As::Nobody, "/session/enrolment", body.clone()).await;
        assert_eq!(done.status, StatusCode::CREATED, "{}", done.body);
        house.post(As::Nobody, "/session/enrolment", body).await.is_problem(404, "Not Found", "unknown_link");
        assert!(house.gateway.store.has_operator().await.unwrap());
        house.wait(30);
        let code = house.code(secret);
        let answer = house.try_to_sign_in("olga@gestore.example", PASSWORD, &code).await;
        let browser = Browser::of(&answer);
        let me = house.get(As::Browser(&browser), "/me").await;
        assert_eq!(me.body["grants"][0]["role"], "operator", "{}", me.body);
        let people = house.get(As::Browser(&browser), "/people").await;
        assert_eq!(people.body["people"].as_array().unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn without_a_master_key_nobody_comes_in_and_is_told_why() {
    let gateway = Gateway::start(TestDatabase::sqlite()).await;
    let house = |path: &str, body: &str| {
        let request = hyper::Request::builder()
            .method(Method::POST)
            .uri(format!("/admin/v1{path}"))
            .header("host", "127.0.0.1")
            .header("content-type", "application/json");
        request.body(http_body_util::Full::<bytes::Bytes>::from(body.to_owned())).unwrap()
    };
    let body = r#"{"email":"a@b.it","password":"x","code":"1"}"#;
    let answer = gateway.send(house("/session/local", body)).await;
    answer.is_problem(503, "Service Unavailable", "no_master_key");
}

#[tokio::test]
async fn where_a_provider_is_configured_local_accounts_are_shut() {
    let people = PeopleSettings { local_accounts: false, ..PeopleSettings::default() };
    let house = open_with(TestDatabase::sqlite(), people).await;
    let invited = house.invite(As::Key(OPERATOR), ANNA, &ec(), "payments_referent").await;
    assert_eq!(invited.status, StatusCode::CREATED);
    assert!(invited.body.get("link").is_none(), "the provider knows the person");
    let answer = house.try_to_sign_in(ANNA, PASSWORD, "123456").await;
    answer.is_problem(409, "Conflict", "local_accounts_off");
}
