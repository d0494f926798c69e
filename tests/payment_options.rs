//! Payment options: what a payer is told of every way to pay, on both databases.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod support;

use http_body_util::Full;
use hyper::{Method, Request, StatusCode};
use jiff::ToSpan;
use serde_json::{Value, json};
use support::api::*;
use support::{TestDatabase, on_both, samples};
use varco::api::auth::hash_key;
use varco::domain::fiscal_code::{PersonId, PersonKind};
use varco::domain::notice_number::TwoDigits;
use varco::domain::position::{AfterDue, OptionShape, StandIn};
use varco::domain::segregation::Segregation;
use varco::store::{ApiKey, ApiScope, KeyRights};

async fn ask(gateway: &Gateway, method: Method, path: &str, key: &str) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(format!("/payment-options/organizations/{path}"))
        .header("host", "localhost")
        .header("ocp-apim-subscription-key", key);
    gateway.send(request.body(Full::default()).unwrap()).await
}

/// Asks both ways, which must agree.
async fn options(gateway: &Gateway, nav: &str) -> Answer {
    let path = format!("{EC}/notices/{nav}");
    let got = ask(gateway, Method::GET, &path, KEY).await;
    let posted = ask(gateway, Method::POST, &path, KEY).await;
    assert_eq!((got.status, &got.body), (posted.status, &posted.body));
    assert_eq!(got.headers["cache-control"], "no-store");
    got
}

/// Each option's status, with those of its instalments.
async fn words(gateway: &Gateway, base: u64) -> Vec<String> {
    let answer = options(gateway, &nav(base)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let word = |value: &Value| value["status"].as_str().unwrap().to_owned();
    let each = |option: &Value| {
        let instalments = option["installments"].as_array().unwrap().iter().map(word);
        format!("{} {}", word(option), instalments.collect::<Vec<_>>().join(" "))
    };
    answer.body["paymentOptions"].as_array().unwrap().iter().map(each).collect()
}

#[track_caller]
fn is_fault(answer: &Answer, status: u16, code: &str) {
    let body = &answer.body;
    assert_eq!(answer.status.as_u16(), status, "{body}");
    assert_eq!((&body["httpStatusCode"], &body["appErrorCode"]), (&json!(status), &json!(code)));
    assert_eq!(body["httpStatusDescription"], answer.status.canonical_reason().unwrap());
    assert_eq!(body["timestamp"], samples::now().as_second());
    assert_eq!(body["dateTime"], "2026-11-22T10:00:00Z");
    assert!(body["errorMessage"].as_str().unwrap().starts_with("PAA_"));
    assert_eq!(body.as_object().unwrap().len(), 6);
}

#[tokio::test]
async fn any_notice_of_a_position_leads_to_all_of_its_options() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        let single = but(payment_option(1), "/dueDate", json!("2026-12-31T23:59:59"));
        let first = but(instalment(2), "/transfer/0/iban", json!(NEW_IBAN));
        let second = but(instalment(3), "/transfer/0/iban", json!(NEW_IBAN));
        let second = but(second, "/dueDate", json!("2026-12-23"));
        let body = with_options("mensa", &[single, second, first]);
        let body = but(body, "/officeName", json!("Ufficio scuola"));
        gateway.create_published(&but(body, "/validityDate", json!("2026-11-23"))).await;
        assert_eq!(options(&gateway, &nav(1)).await.status, 404, "not before it can be paid");
        gateway.clock.set("2026-11-23T10:00:00Z".parse().unwrap());
        let notice = |base: u64, due: &str| {
            json!({
                "nav": nav(base), "iuv": iuv("02", base), "amount": 10_000, "description": "Mensa scolastica",
                "dueDate": due, "validFrom": "2026-11-22T23:00:00Z", "status": "POI_UNPAID",
            })
        };
        let expected = json!({
            "organizationFiscalCode": EC, "companyName": "Comune di Borgo", "officeName": "Ufficio scuola",
            "standin": true,
            "paymentOptions": [{
                "description": "Mensa scolastica", "numberOfInstallments": 2, "amount": 20_000,
                "dueDate": "2026-12-23T22:59:59Z", "validFrom": "2026-11-22T23:00:00Z", "status": "PO_UNPAID",
                "allCCP": true,
                "installments": [notice(2, "2026-12-22T10:00:00Z"), notice(3, "2026-12-23T22:59:59Z")],
            }, {
                "description": "Mensa scolastica", "numberOfInstallments": 1, "amount": 10_000,
                "dueDate": "2026-12-31T22:59:59Z", "validFrom": "2026-11-22T23:00:00Z", "status": "PO_UNPAID",
                "allCCP": false, "installments": [notice(1, "2026-12-31T22:59:59Z")],
            }],
        });
        for base in [1, 2, 3] {
            assert_eq!(options(&gateway, &nav(base)).await.body, expected);
        }
        gateway.pay(2, 10_000).await;
        let used = ["PO_PARTIALLY_PAID POI_PAID POI_UNPAID", "PO_INVALID POI_INVALID"];
        assert_eq!(words(&gateway, 1).await, used, "a sibling of a paid notice is told, not hidden");
        gateway.pay(3, 10_000).await;
        assert_eq!(words(&gateway, 3).await, ["PO_PAID POI_PAID POI_PAID", "PO_INVALID POI_INVALID"]);
        let reason = &options(&gateway, &nav(1)).await.body["paymentOptions"][1]["statusReason"];
        assert_eq!(reason, "È già stata pagata un'altra opzione della stessa posizione");
    })
    .await;
}

#[tokio::test]
async fn cancelled_expired_and_paid_elsewhere_are_told() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        gateway.create_published(&position("cancelled", 1)).await;
        assert_eq!(gateway.invalidate("cancelled").await.status, StatusCode::OK);
        assert_eq!(words(&gateway, 1).await, ["PO_INVALID POI_INVALID"]);

        gateway.create_published(&position("elsewhere", 2)).await;
        assert_eq!(gateway.mark_paid(&nav(2), None).await.status, StatusCode::OK);
        assert_eq!(words(&gateway, 2).await, ["PO_PAID POI_PAID"]);

        gateway.create_published(&position("expires", 3)).await;
        let stays = but(position("stays", 4), "/switchToExpired", json!(false));
        gateway.create_published(&stays).await;
        gateway.clock.set(samples::now() + (24 * 60).hours());
        assert_eq!(words(&gateway, 3).await, ["PO_INVALID POI_INVALID"]);
        assert_eq!(words(&gateway, 4).await, ["PO_EXPIRED_UNPAID POI_EXPIRED_UNPAID"]);
    })
    .await;
}

#[tokio::test]
async fn options_of_other_debtors_show_amounts_and_nobody_is_named() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        let mut mine = samples::option(1, OptionShape::Single, vec![samples::notice(1, 500)]);
        mine.description = Some(samples::text("Tutto in una volta"));
        let mut theirs =
            samples::option(2, OptionShape::Plan, vec![samples::notice(2, 200), samples::notice(3, 300)]);
        theirs.debtor.id = PersonId::new(PersonKind::Natural, "VRDGPP85T10A562S").unwrap();
        theirs.debtor.full_name = samples::text("Giuseppa Verdelli");
        theirs.after_due = AfterDue::StaysPayable;
        theirs.valid_from = Some(samples::now() + 1.hour());
        let mut position = samples::position("both", vec![mine, theirs]);
        position.stand_in = StandIn::Refused;
        gateway.store.create_position(&position).await.unwrap();
        let answer = options(&gateway, &nav(1)).await;
        let told = &answer.body["paymentOptions"];
        assert_eq!(answer.body["standin"], false);
        assert_eq!(
            (&told[0]["amount"], &told[0]["description"]),
            (&json!(500), &json!("Tutto in una volta"))
        );
        assert_eq!((&told[1]["amount"], &told[1]["numberOfInstallments"]), (&json!(500), &json!(2)));
        assert_eq!(told[1]["installments"][1]["statusReason"], "Sarà pagabile dalla data di inizio validità");
        let text = answer.body.to_string();
        for secret in ["RSSMRA", "VRDGPP", "Rossi", "Verdelli"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    })
    .await;
}

#[tokio::test]
async fn refusals_have_the_shape_and_the_codes_of_the_contract() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        gateway.create(&position("draft", 1)).await;
        is_fault(&options(&gateway, &nav(1)).await, 404, "ODP-107");
        is_fault(&options(&gateway, &nav(2)).await, 404, "ODP-107");
        for wrong in ["3", "30200000000000001x", "%00"] {
            is_fault(&options(&gateway, wrong).await, 400, "ODP-101");
        }
        let unknown =
            ask(&gateway, Method::GET, &format!("11111111111/notices/{}", nav(1)), MASTER_KEY).await;
        is_fault(&unknown, 400, "ODP-104");
        let foreign = ask(&gateway, Method::GET, &format!("{OTHER_EC}/notices/{}", nav(1)), KEY).await;
        foreign.is_problem(403, "Forbidden", "foreign_organization");
        let segregation = Segregation::Only([TwoDigits::new("01").unwrap()].into());
        let institutions = ApiScope::Every;
        let key = ApiKey {
            id: "some".into(),
            label: "some".into(),
            institutions,
            segregation,
            rights: KeyRights::data(),
        };
        gateway.store.add_api_key(&key, &hash_key("some-codes")).await.unwrap();
        let kept = ask(&gateway, Method::GET, &format!("{EC}/notices/{}", nav(1)), "some-codes").await;
        kept.is_problem(403, "The payment position is forbidden", "foreign_segregation");
        let nobody = ask(&gateway, Method::POST, &format!("{EC}/notices/{}", nav(1)), "").await;
        nobody.is_problem(401, "Unauthorized", "missing_key");
    })
    .await;
}

#[tokio::test]
async fn a_failure_of_ours_is_told_as_such() {
    let gateway = Gateway::start(TestDatabase::sqlite()).await;
    // The key is remembered, so that it is the position that cannot be read.
    assert_eq!(options(&gateway, &nav(1)).await.status, 404);
    gateway.store.close().await;
    is_fault(&options(&gateway, &nav(1)).await, 500, "ODP-103");
}
