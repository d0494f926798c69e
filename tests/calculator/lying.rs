//! Calculators that lie: nothing that a position could not say gets through.

use serde_json::{Value, json};
use varco::catalogue::price::PriceError;

use crate::setup::{Setup, option, says};
use crate::support::{api, samples};

/// Another institution's account, or nobody's.
const FOREIGN: &str = "IT33X0542811101000000123457";

/// What is wrong with what a calculator says: place and word of each.
async fn wrong(said: &Value) -> Vec<(String, &'static str)> {
    let priced = Setup::saying(200, said).await.price().await;
    let Err(PriceError::Wrong(wrong)) = priced else { panic!("{said} gives {priced:?}") };
    for one in &wrong {
        let values = [samples::IBAN, FOREIGN, "12.5", "secret"];
        assert!(values.iter().all(|value| !one.message.contains(value)), "{}", one.message);
    }
    wrong.into_iter().map(|one| (one.pointer, one.code)).collect()
}

/// An option of one transfer of 1250 cents with these members besides.
fn with(members: Value) -> Value {
    let mut transfer = json!({ "idTransfer": "1", "amount": 1250, "iban": samples::IBAN });
    transfer.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    transfer.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    option(1250, json!([transfer]))
}

#[tokio::test]
async fn sums_that_are_wrong() {
    let own = |id: &str, amount: i64| json!({ "idTransfer": id, "amount": amount, "iban": samples::IBAN });
    let (at, one) = ("/paymentOption/0/transfer", "/paymentOption/0/transfer/0/amount");
    for (said, place, code) in [
        (option(1250, json!([own("1", 1249)])), at, "transfers"),
        (option(1250, json!([own("1", 1000), own("2", 251)])), at, "transfers"),
        (option(1250, json!([own("1", 99_999_999_999), own("2", 1)])), at, "transfers"),
        (option(2, json!([own("1", 1), own("1", 1)])), at, "transfers"),
        (option(6, Value::Array((0..6).map(|_| json!({ "amount": 1 })).collect())), at, "transfers"),
        (option(0, json!([own("1", 0)])), "/paymentOption/0/amount", "zero"),
        (option(-1250, json!([])), "/paymentOption/0/amount", "negative"),
        (option(-1250, json!([own("1", -1250)])), "/paymentOption/0/amount", "negative"),
        (option(100_000_000_000, json!([])), "/paymentOption/0/amount", "too_large"),
        (option(1250, json!([own("1", 1250), own("2", 0)])), "/paymentOption/0/transfer/1/amount", "zero"),
        (option(1250, json!([own("1", -1), own("2", 1251)])), one, "negative"),
        (option(1250, json!([own("6", 1250)])), "/paymentOption/0/transfer/0/idTransfer", "transfer_id"),
    ] {
        let found = wrong(&said).await;
        assert!(found.contains(&(place.to_owned(), code)), "{said}: {found:?}");
    }
    let hundred: Vec<Value> = (0..100).map(|_| json!({ "amount": 1 })).collect();
    assert!(!wrong(&option(100, Value::Array(hundred))).await.is_empty());
}

#[tokio::test]
async fn accounts_and_beneficiaries_that_are_not_theirs() {
    let at = |member: &str| format!("/paymentOption/0/transfer/0/{member}");
    for (said, place, code) in [
        (with(json!({ "iban": FOREIGN })), at("iban"), "iban_not_in_census"),
        (with(json!({ "postalIban": FOREIGN })), at("postalIban"), "iban_not_in_census"),
        (
            with(json!({ "organizationFiscalCode": api::OTHER_EC, "iban": api::NEW_IBAN })),
            at("iban"),
            "iban_not_in_census",
        ),
        (with(json!({ "iban": "IT60X0542811101000000123457" })), at("iban"), "invalid"),
        (with(json!({ "iban": "ABCD" })), at("iban"), "invalid"),
        (
            with(json!({ "organizationFiscalCode": "12345678901" })),
            at("organizationFiscalCode"),
            "unknown_beneficiary",
        ),
        (
            with(json!({ "organizationFiscalCode": "RSSMRA80A01H501U" })),
            at("organizationFiscalCode"),
            "invalid",
        ),
        (
            with(json!({ "organizationFiscalCode": api::OTHER_EC, "iban": null })),
            "/paymentOption/0/transfer/0".to_owned(),
            "iban_or_stamp",
        ),
        (with(json!({ "iban": null, "postalIban": api::NEW_IBAN })), at("postalIban"), "postal_iban_alone"),
    ] {
        let found = wrong(&said).await;
        assert!(found.contains(&(place.clone(), code)), "{said}: {found:?}");
    }
}

#[tokio::test]
async fn stamps_texts_and_dates_that_cannot_be() {
    let at = |member: &str| format!("/paymentOption/0/transfer/0/{member}");
    let hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    let stamp = |hash: &str, kind: &str, province: &str| {
        let stamp = json!({ "hashDocument": hash, "stampType": kind, "provincialResidence": province });
        with(json!({ "iban": null, "stamp": stamp }))
    };
    let mut both = stamp(hash, "01", "RM");
    both["paymentOption"][0]["transfer"][0]["iban"] = json!(samples::IBAN);
    for (said, place) in [
        (stamp("secret", "01", "RM"), at("stamp/hashDocument")),
        (stamp("YWJj", "01", "RM"), at("stamp/hashDocument")),
        (stamp(hash, "02", "RM"), at("stamp/stampType")),
        (stamp(hash, "01", "Rm"), at("stamp/provincialResidence")),
        (both, at("stamp")),
        (with(json!({ "remittanceInformation": "x".repeat(141) })), at("remittanceInformation")),
        (with(json!({ "remittanceInformation": "a\nb" })), at("remittanceInformation")),
        (with(json!({ "companyName": "x".repeat(141) })), at("companyName")),
        (with(json!({ "category": "secret" })), at("category")),
    ] {
        let found = wrong(&said).await;
        assert!(found.iter().any(|(pointer, _)| *pointer == place), "{said}: {found:?}");
    }
    for (due, code) in [
        ("2026-11-21", "due_date_passed"),
        ("2026-11-22T09:59:59Z", "due_date_passed"),
        ("secret", "invalid"),
        ("2026-02-30", "invalid"),
    ] {
        let said = json!({ "paymentOption": [{ "amount": 1250, "dueDate": due }] });
        assert_eq!(wrong(&said).await, [("/paymentOption/0/dueDate".to_owned(), code)]);
    }
    let everything = json!({ "paymentOption": [{ "amount": 1250, "dueDate": "secret", "transfer": [
        { "idTransfer": "9", "amount": -1, "iban": FOREIGN, "category": "secret" },
    ] }] });
    assert_eq!(wrong(&everything).await.len(), 5, "all is told at once");
}

#[tokio::test]
async fn what_is_no_answer_of_the_contract() {
    let one = json!({ "amount": 1250 });
    for (said, code) in [
        (json!({ "paymentOption": [] }), "option_count"),
        (json!({ "paymentOption": [one, one] }), "option_count"),
        (json!({}), "invalid"),
        (json!([]), "invalid"),
        (json!(null), "invalid"),
        (json!({ "paymentOption": one }), "invalid"),
        (json!({ "paymentOption": [{ "amount": 12.5 }] }), "invalid"),
        (json!({ "paymentOption": [{ "amount": "1250" }] }), "invalid"),
        (json!({ "paymentOption": [{ "amount": 1e30 }] }), "invalid"),
        (json!({ "paymentOption": [{}] }), "invalid"),
        (json!({ "paymentOption": [{ "amount": 1250, "transfer": "secret" }] }), "invalid"),
    ] {
        assert_eq!(wrong(&said).await[0].1, code, "{said}");
    }
    for body in ["", "<html>secret</html>", "{\"paymentOption\":[{\"amount\":1250}]} secret", "\u{feff}{}"] {
        let priced = Setup::new(move |_, _| says(200, body)).await.price().await;
        let Err(error @ PriceError::Wrong(_)) = priced else { panic!("{body} gives {priced:?}") };
        assert!(!error.to_string().contains("secret"), "{error}");
    }
    let huge = format!("{{\"paymentOption\":[{{\"amount\":1250}}],\"x\":\"{}\"}}", "x".repeat(64 * 1024));
    let Err(PriceError::Wrong(wrong)) = Setup::new(move |_, _| says(200, huge.clone())).await.price().await
    else {
        panic!("it is too large")
    };
    assert_eq!(wrong[0].code, "too_large");
    let deep = "[".repeat(10_000);
    assert!(matches!(
        Setup::new(move |_, _| says(200, deep.clone())).await.price().await,
        Err(PriceError::Wrong(_))
    ));
}
