//! A key that is bound to segregation codes works with positions all of whose notices have one of them.

use std::collections::BTreeSet;

use super::*;
use varco::api::auth::hash_key;
use varco::domain::ids::{Iupd, StationCode};
use varco::domain::notice_number::{AuxDigit, NoticeNumber, TwoDigits};
use varco::domain::party::StationLink;
use varco::domain::segregation::Segregation;
use varco::store::{ApiKey, ApiScope, KeyRights};

const TITLE: &str = "The payment position is forbidden";
const KEY_02: &str = "key-of-code-02";
const KEY_OF_NONE: &str = "key-of-no-code";

async fn add_key(gateway: &Gateway, secret: &str, codes: &[&str]) {
    let codes = codes.iter().map(|code| TwoDigits::new(code).unwrap());
    let key = ApiKey {
        id: secret.into(),
        label: secret.into(),
        institutions: ApiScope::Only(BTreeSet::from([samples::ec()])),
        segregation: Segregation::Only(codes.collect()),
        rights: KeyRights::data(),
    };
    gateway.store.add_api_key(&key, &hash_key(secret)).await.unwrap();
    assert_eq!(gateway.store.api_key(&hash_key(secret)).await.unwrap(), Some(key));
}

async fn ask(gateway: &Gateway, method: Method, path: &str, body: Option<&Value>) -> Answer {
    gateway.ask_as(KEY_02, method, &path.replace("{ec}", EC), (body, None)).await
}

/// Notices of the codes 02, which is the key's, and 01, which is not.
fn mixed(iupd: &str, base: u64) -> Value {
    let foreign = but(payment_option(base), "/iuv", json!(iuv("01", base)));
    with_options(iupd, &[payment_option(base), foreign])
}

#[tokio::test]
async fn every_notice_of_a_body_must_be_the_callers() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        add_key(&gateway, KEY_02, &["02"]).await;
        let all = "v1/organizations/{ec}/debtpositions";
        let refused = ask(&gateway, Method::POST, all, Some(&mixed("a", 1))).await;
        refused.is_problem(403, TITLE, "foreign_segregation");
        assert_eq!(refused.violations(), [("/paymentOption/1/iuv", "foreign_segregation")]);
        assert_eq!(refused.body["statusCode"], 403);
        let mut v3 = position_v3("a", 1);
        v3["paymentOption"][0]["installments"] = mixed("a", 1)["paymentOption"].take();
        let refused = ask(&gateway, Method::POST, &all.replace("v1", "v3"), Some(&v3)).await;
        refused.is_problem(403, TITLE, "foreign_segregation");
        let pointer = "/paymentOption/0/installments/1/iuv";
        assert_eq!(refused.violations(), [(pointer, "foreign_segregation")]);

        assert_eq!(ask(&gateway, Method::POST, all, Some(&position("a", 1))).await.status, 201);
        let refused = ask(&gateway, Method::PUT, &format!("{all}/a"), Some(&mixed("a", 1))).await;
        refused.is_problem(403, TITLE, "foreign_segregation");
        assert_eq!(refused.violations(), [("/paymentOption/1/iuv", "foreign_segregation")]);
        assert_eq!(gateway.read("a").await.headers["etag"], "\"1\"", "nothing changed");
    })
    .await;
}

#[tokio::test]
async fn a_position_with_one_foreign_notice_is_closed_to_the_caller() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        add_key(&gateway, KEY_02, &["02"]).await;
        gateway.create_published(&mixed("mixed", 1)).await;
        gateway.create(&mixed("draft", 2)).await;
        let one = |iupd: &str| format!("v1/organizations/{{ec}}/debtpositions/{iupd}");
        let paids = "v1/organizations/{ec}/paymentoptions/paids/";
        for (method, path, body) in [
            (Method::GET, one("mixed"), None),
            (Method::GET, one("mixed").replace("v1", "v3"), None),
            (Method::PUT, one("mixed"), Some(position("mixed", 1))),
            (Method::DELETE, one("mixed"), None),
            (Method::POST, one("draft/publish"), None),
            (Method::POST, one("mixed/invalidate"), None),
            (Method::POST, format!("{paids}{}", nav(1)), None),
            (Method::POST, format!("{paids}3{}", iuv("01", 1)), None),
        ] {
            let answer = ask(&gateway, method.clone(), &path, body.as_ref()).await;
            answer.is_problem(403, TITLE, "foreign_segregation");
            assert!(answer.violations().is_empty(), "{method} {path}");
        }
        for iupd in ["mixed", "draft"] {
            assert_eq!(gateway.read(iupd).await.headers["etag"], "\"1\"", "nothing changed");
        }
        let unknown = ask(&gateway, Method::GET, &one("none"), None).await;
        unknown.is_problem(404, "Not found the debt position", "unknown_position");
    })
    .await;
}

#[tokio::test]
async fn lists_and_changes_of_accounts_leave_foreign_positions_out() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        add_key(&gateway, KEY_02, &["02", "20"]).await;
        add_key(&gateway, KEY_OF_NONE, &[]).await;
        for (iupd, body) in [("own", position("own", 1)), ("mixed", mixed("mixed", 2))] {
            assert_eq!(gateway.create(&body).await.status, 201, "{iupd}");
        }
        let foreign = but(position("foreign", 3), "/paymentOption/0/iuv", json!(iuv("01", 3)));
        assert_eq!(gateway.create(&foreign).await.status, 201);
        let list = format!("v1/organizations/{EC}/debtpositions");
        for (key, expected) in [(KEY, 3), (KEY_02, 1), (KEY_OF_NONE, 0)] {
            for version in ["v1", "v3"] {
                let page = gateway.ask_as(key, Method::GET, &list.replace("v1", version), (None, None)).await;
                assert_eq!(page.body["page_info"]["items_found"], expected, "{key} {}", page.body);
                let pages = page.body["page_info"]["total_pages"].as_u64().unwrap();
                assert_eq!(pages, u64::from(expected > 0), "{}", page.body);
            }
        }
        let change = format!("v1/organizations/{EC}/debtpositions/transfers?oldIban={}", samples::IBAN);
        let new = json!({ "newIban": NEW_IBAN });
        let none = gateway.ask_as(KEY_OF_NONE, Method::PATCH, &change, (Some(&new), None)).await;
        let title = "No debt position in updatable state found";
        none.is_problem(404, title, "nothing_updatable");
        let changed = gateway.ask_as(KEY_02, Method::PATCH, &change, (Some(&new), None)).await;
        assert_eq!(changed.body["updatedTransfers"], 1, "{}", changed.body);
        let iban = |body: &Value| body["paymentOption"][0]["transfer"][0]["iban"].clone();
        assert_eq!(iban(&gateway.read("own").await.body), NEW_IBAN);
        assert_eq!(iban(&gateway.read("mixed").await.body), samples::IBAN);
    })
    .await;
}

/// A position whose notice has aux digit 0 and the application code 02.
async fn unsegregated(gateway: &Gateway, iupd: &str, base: u64) -> Value {
    let link = StationLink {
        ec: samples::ec(),
        station: StationCode::new("88888888888_01").unwrap(),
        aux_digit: AuxDigit::Zero,
        code: TwoDigits::new("02").ok(),
    };
    gateway.store.put_link(&link).await.unwrap();
    gateway.refresh().await;
    let number = NoticeNumber::issue_of_application(TwoDigits::new("02").unwrap(), base).unwrap();
    let body = but(position(iupd, base), "/paymentOption/0/iuv", json!(number.iuv().to_string()));
    but(body, "/paymentOption/0/nav", json!(number.to_string()))
}

#[tokio::test]
async fn the_database_and_the_rule_agree_on_whose_a_position_is() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        let foreign = but(position("foreign", 3), "/paymentOption/0/iuv", json!(iuv("01", 3)));
        let other = unsegregated(&gateway, "other", 4).await;
        let mut stored = Vec::new();
        for body in [position("own", 1), mixed("mixed", 2), foreign, other] {
            let created = gateway.create(&body).await;
            assert_eq!(created.status, 201, "{}", created.body);
            let iupd = Iupd::new(body["iupd"].as_str().unwrap()).unwrap();
            stored.push(gateway.store.position(&samples::ec(), &iupd).await.unwrap().unwrap());
        }
        for codes in [&[] as &[&str], &["01"], &["02"], &["01", "02"], &["10", "20", "00"]] {
            let secret = format!("key-of-{}-", codes.concat());
            add_key(&gateway, &secret, codes).await;
            let scope = gateway.store.api_key(&hash_key(&secret)).await.unwrap().unwrap().segregation;
            let admitted = stored.iter().filter(|position| scope.admits(position).is_ok());
            let expected: BTreeSet<String> = admitted.map(|position| position.iupd.to_string()).collect();
            let path = format!("v1/organizations/{EC}/debtpositions");
            let page = gateway.ask_as(&secret, Method::GET, &path, (None, None)).await;
            let listed = page.body["payment_position_list"].as_array().unwrap();
            let listed = listed.iter().map(|one| one["iupd"].as_str().unwrap().to_owned());
            assert_eq!(listed.collect::<BTreeSet<_>>(), expected, "{codes:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_notice_without_segregation_code_is_for_keys_of_every_notice() {
    let gateway = Gateway::start(TestDatabase::sqlite()).await;
    add_key(&gateway, KEY_02, &["02"]).await;
    let body = unsegregated(&gateway, "a", 1).await;
    let all = "v1/organizations/{ec}/debtpositions";
    let refused = ask(&gateway, Method::POST, all, Some(&body)).await;
    refused.is_problem(403, TITLE, "foreign_segregation");
    assert_eq!(refused.violations(), [("/paymentOption/0/nav", "foreign_segregation")]);
    assert_eq!(gateway.create(&body).await.status, 201);
    let read = ask(&gateway, Method::GET, &format!("{all}/a"), None).await;
    read.is_problem(403, TITLE, "foreign_segregation");
}
