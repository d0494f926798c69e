//! Debt positions over HTTP (GPD v1): the real router on a real socket, on both databases.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

#[path = "positions/http.rs"]
mod http;
mod support;

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Method, Request, StatusCode};
use jiff::{SignedDuration, ToSpan};
use serde_json::{Value, json};
use support::api::*;
use support::{TestDatabase, on_both, samples};

#[tokio::test]
async fn a_draft_is_published_cancelled_and_deleted() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        let created = gateway.create(&position("mensa-1", 1)).await;
        assert_eq!((created.status, &created.body["status"]), (StatusCode::CREATED, &json!("DRAFT")));
        assert_eq!(created.headers["etag"], "\"1\"");
        assert_eq!(created.body["paymentOption"][0]["nav"], format!("3{}", iuv("02", 1)));
        assert_eq!(created.body["paymentOption"][0]["dueDate"], "2026-12-22T10:00:00Z", "Rome, in winter");
        assert_eq!(created.body["fullName"], "Maria Rossi");

        let published = gateway.publish("mensa-1").await;
        assert_eq!((published.status, &published.body["status"]), (StatusCode::OK, &json!("VALID")));
        assert_eq!(published.headers["etag"], "\"2\"");
        let cancelled = gateway.invalidate("mensa-1").await;
        assert_eq!((cancelled.status, &cancelled.body["status"]), (StatusCode::OK, &json!("INVALID")));

        let read = gateway.read("mensa-1").await;
        assert_eq!((read.status, &read.body["status"]), (StatusCode::OK, &json!("INVALID")));
        assert_eq!(read.headers["etag"], "\"3\"");
        let deleted = gateway.delete("mensa-1").await;
        assert_eq!(deleted.status, StatusCode::OK);
        assert!(deleted.body.is_string());
        gateway.read("mensa-1").await.is_problem(404, "Not found the debt position", "unknown_position");
        assert_eq!(
            gateway.create(&position("mensa-1", 1)).await.status,
            StatusCode::CREATED,
            "names are free"
        );
    })
    .await;
}

#[tokio::test]
async fn what_creation_answers_can_be_sent_again() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        let body = but(position("mensa-1", 1), "/validityDate", json!("2026-12-01T08:00:00"));
        let created = gateway.create(&but(body, "/email", json!("maria@example.org"))).await;
        assert_eq!(created.headers["cache-control"], "no-store");
        gateway.delete("mensa-1").await;
        let again = gateway.create(&created.body).await;
        assert_eq!((again.status, again.body), (StatusCode::CREATED, created.body));
    })
    .await;
}

#[tokio::test]
async fn reading_shows_the_history_and_not_the_debtor() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        let body = but(position("mensa 1*a", 1), "/unknownField", json!("ignored"));
        assert_eq!(
            gateway.ask(Method::POST, "?toPublish=true", Some(&body)).await.status,
            StatusCode::CREATED
        );
        let read = gateway.read("mensa%201*a").await;
        assert_eq!(
            read.body,
            json!({
                "iupd": "mensa 1*a", "organizationFiscalCode": EC, "type": "F",
                "companyName": "Comune di Borgo", "status": "VALID",
                "insertedDate": "2026-11-22T10:00:00Z", "publishDate": "2026-11-22T10:00:00Z",
                "validityDate": "2026-11-22T10:00:00Z", "lastUpdatedDate": "2026-11-22T10:00:00Z",
                "paymentOption": [{
                    "nav": format!("3{}", iuv("02", 1)), "iuv": iuv("02", 1), "organizationFiscalCode": EC,
                    "amount": 10_000, "description": "Mensa scolastica", "isPartialPayment": false,
                    "dueDate": "2026-12-22T10:00:00Z", "insertedDate": "2026-11-22T10:00:00Z",
                    "lastUpdatedDate": "2026-11-22T10:00:00Z", "fee": 0, "notificationFee": 0,
                    "status": "PO_UNPAID", "paymentOptionMetadata": [],
                    "transfer": [{
                        "organizationFiscalCode": EC, "idTransfer": "1", "amount": 10_000,
                        "remittanceInformation": "Mensa di novembre", "category": "9/0101002IM/",
                        "iban": samples::IBAN, "insertedDate": "2026-11-22T10:00:00Z",
                        "status": "T_UNREPORTED", "lastUpdatedDate": "2026-11-22T10:00:00Z",
                        "transferMetadata": [],
                    }],
                }],
            })
        );
    })
    .await;
}

#[tokio::test]
async fn the_status_follows_the_clock() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        let body = but(position("mensa-1", 1), "/validityDate", json!("2026-12-01"));
        let created = gateway.ask(Method::POST, "?toPublish=true", Some(&body)).await;
        assert_eq!(created.body["validityDate"], "2026-11-30T23:00:00Z", "the start of that day in Rome");
        for (moment, status) in [
            ("2026-11-30T22:59:59Z", "PUBLISHED"),
            ("2026-11-30T23:00:00Z", "VALID"),
            ("2026-12-22T10:00:00Z", "VALID"),
            ("2026-12-22T10:00:01Z", "EXPIRED"),
        ] {
            gateway.clock.set(moment.parse().unwrap());
            assert_eq!(gateway.read("mensa-1").await.body["status"], status, "{moment}");
        }
        let late = gateway.invalidate("mensa-1").await;
        let title = "Existing related payment found or not in invalidable state";
        late.is_problem(409, title, "not_invalidable");
    })
    .await;
}

#[tokio::test]
async fn publishing_refuses_what_can_no_longer_be_published() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        gateway.create(&position("once", 1)).await;
        assert_eq!(gateway.publish("once").await.status, StatusCode::OK);
        let title = "Existing related payment found or not in publishable state";
        gateway.publish("once").await.is_problem(409, title, "not_publishable");

        gateway.create(&but(position("late", 2), "/validityDate", json!("2026-12-01"))).await;
        gateway.clock.set(samples::now() + 240.hours());
        let title = "Publish request occurred after the validity date began";
        gateway.publish("late").await.is_problem(409, title, "validity_date_passed");
        gateway.clock.set(samples::now() + 960.hours());
        let title = "Publish request occurred after the due date of a payment options has expired";
        gateway.publish("late").await.is_problem(409, title, "due_date_passed");
        assert_eq!(gateway.read("late").await.body["status"], "DRAFT", "a refusal changes nothing");
        assert_eq!(gateway.read("late").await.headers["etag"], "\"1\"");
    })
    .await;
}

#[tokio::test]
async fn a_paid_position_stays() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        gateway.ask(Method::POST, "?toPublish=true", Some(&position("mensa-1", 1))).await;
        gateway.pay(1, 10_000).await;
        let read = gateway.read("mensa-1").await.body;
        assert_eq!(read["status"], "PAID");
        assert_eq!(read["paymentDate"], "2026-11-22T10:00:00Z");
        let paid = &read["paymentOption"][0];
        assert_eq!((&paid["status"], &paid["fee"]), (&json!("PO_PAID"), &json!(150)));
        assert_eq!((&paid["idReceipt"], &paid["pspCompany"]), (&json!("receipt-1"), &json!("PSP Uno")));

        let refused = gateway.delete("mensa-1").await;
        refused.is_problem(409, "Existing related payment found", "payment_found");
        let refused = gateway.invalidate("mensa-1").await;
        refused.is_problem(
            409,
            "Existing related payment found or not in invalidable state",
            "not_invalidable",
        );
        let refused = gateway.publish("mensa-1").await;
        refused.is_problem(
            409,
            "Existing related payment found or not in publishable state",
            "not_publishable",
        );
    })
    .await;
}

#[tokio::test]
async fn instalments_make_one_plan_beside_the_whole_payments() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        let mut body = position("tari", 1);
        let instalment =
            |base| but(json!([payment_option(base)]), "/0/isPartialPayment", json!(true))[0].take();
        body["paymentOption"] = json!([instalment(2), payment_option(1), instalment(3)]);
        let created = gateway.ask(Method::POST, "?toPublish=true", Some(&body)).await;
        assert_eq!(created.status, StatusCode::CREATED, "{}", created.body);
        let iupd = varco::domain::ids::Iupd::new("tari").unwrap();
        let stored = gateway.store.position(&samples::ec(), &iupd).await.unwrap().unwrap();
        let notices: Vec<_> = stored.options.iter().map(|option| option.notices.len()).collect();
        assert_eq!(notices, [2, 1]);

        gateway.pay(2, 10_000).await;
        assert_eq!(gateway.read("tari").await.body["status"], "PARTIALLY_PAID");
        gateway.pay(3, 10_000).await;
        assert_eq!(gateway.read("tari").await.body["status"], "PAID");
    })
    .await;
}

#[tokio::test]
async fn everything_wrong_is_said_at_once_and_without_personal_data() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        let body = json!({
            "type": "X", "fiscalCode": "RSSMRA80A01H501U", "fullName": "Maria Rossi ".repeat(10),
            "email": "maria", "country": "Italia", "switchToExpired": "yes", "companyName": " ",
            "validityDate": "2026-11-22T10:00:00Z",
            "paymentOption": [
                {
                    "iuv": "02000000000000185", "amount": 10_001, "description": "è".repeat(141),
                    "dueDate": "2026-11-22T09:59:59Z", "retentionDate": "yesterday",
                    "transfer": [
                        { "idTransfer": "1", "amount": 5_000, "remittanceInformation": "x",
                          "category": "TARI", "iban": "IT61X0542811101000000123456" },
                        { "idTransfer": "1", "amount": 5_000, "remittanceInformation": "x",
                          "category": "9/0101002IM/", "postalIban": samples::IBAN },
                        7
                    ],
                },
                { "iuv": iuv("09", 1), "nav": "302000000000000184", "amount": 0, "isPartialPayment": false,
                  "description": "x", "dueDate": "2026-12-22", "transfer": [] },
            ],
        });
        let answer = gateway.create(&body).await;
        answer.is_problem(400, "Error in the debt position request data", "invalid_position");
        let found: BTreeSet<_> = answer.violations().into_iter().collect();
        let expected = BTreeSet::from([
            ("/iupd", "required"),
            ("/companyName", "blank"),
            ("/switchToExpired", "wrong_type"),
            ("/validityDate", "validity_date_passed"),
            ("/type", "person_kind"),
            ("/fullName", "too_long"),
            ("/email", "email_form"),
            ("/country", "too_long"),
            ("/paymentOption/0/iuv", "notice_number_check_digits"),
            ("/paymentOption/0/description", "too_long"),
            ("/paymentOption/0/isPartialPayment", "required"),
            ("/paymentOption/0/dueDate", "due_date_passed"),
            ("/paymentOption/0/dueDate", "due_date_before_validity"),
            ("/paymentOption/0/retentionDate", "date_form"),
            ("/paymentOption/0/transfer/0/category", "category_form"),
            ("/paymentOption/0/transfer/0/iban", "iban_check_digits"),
            ("/paymentOption/0/transfer/1", "iban_or_stamp"),
            ("/paymentOption/0/transfer/2", "wrong_type"),
            ("/paymentOption/1/nav", "nav_not_of_iuv"),
            ("/paymentOption/1/amount", "amount_too_small"),
            ("/paymentOption/1/transfer", "transfer_count"),
        ]);
        assert_eq!(found, expected);
        let text = answer.body.to_string();
        assert!(text.contains("must end in the check digits 84"), "{text}");
        assert!(!text.contains("RSSMRA") && !text.contains("Maria") && !text.contains("maria"), "{text}");
        gateway.read("mensa-1").await.is_problem(404, "Not found the debt position", "unknown_position");
    })
    .await;
}

#[tokio::test]
async fn each_rule_has_its_place_and_its_code() {
    let gateway = Gateway::start(TestDatabase::sqlite()).await;
    let rules = [
        ("/iupd", json!("x".repeat(101)), "identifier_form"),
        ("/fiscalCode", json!("RSSMRA"), "fiscal_code_form"),
        ("/paymentOption", json!([]), "required"),
        ("/paymentOption", json!(null), "required"),
        ("/paymentOption", json!(vec![json!({}); 101]), "too_many"),
        ("/paymentOption/0/iuv", json!("123"), "iuv_form"),
        ("/paymentOption/0/iuv", json!(iuv("09", 1)), "notice_not_served"),
        ("/paymentOption/0/nav", json!("3020"), "notice_number_form"),
        ("/paymentOption/0/nav", json!("402000000000000184"), "notice_number_form"),
        ("/paymentOption/0/amount", json!("10000"), "wrong_type"),
        ("/paymentOption/0/amount", json!(9_999), "sum_of_transfers"),
        ("/paymentOption/0/amount", json!(100_000_000_000_i64), "amount_too_large"),
        ("/paymentOption/0/dueDate", json!("22/12/2026"), "date_form"),
        ("/paymentOption/0/retentionDate", json!("2026-12-21"), "retention_date_before_due_date"),
        ("/paymentOption/0/paymentOptionMetadata", json!(vec![json!({}); 11]), "too_many"),
        ("/paymentOption/0/transfer/0/idTransfer", json!("6"), "transfer_id"),
        ("/paymentOption/0/transfer/0/stamp", json!({}), "iban_or_stamp"),
        ("/paymentOption/0/transfer/0/organizationFiscalCode", json!("123"), "fiscal_code_form"),
        ("/paymentOption/0/transfer/0/postalIban", json!("IT0"), "iban_form"),
    ];
    for (pointer, value, code) in rules {
        let answer = gateway.create(&but(position("mensa-1", 1), pointer, value)).await;
        answer.is_problem(400, "Error in the debt position request data", "invalid_position");
        assert_eq!(answer.violations(), [(pointer, code)]);
    }
    for wrong in [json!([]), json!(null), json!("text"), json!(5)] {
        let answer = gateway.create(&wrong).await;
        answer.is_problem(400, "Error in the debt position request data", "invalid_position");
        assert_eq!(answer.violations().len(), 1);
    }
}

#[tokio::test]
async fn a_stamp_needs_a_station_of_the_second_version() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        let stamp = json!({
            "hashDocument": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "stampType": "01",
            "provincialResidence": "RM",
        });
        let body = but(position("bollo", 1), "/paymentOption/0/transfer/0/iban", json!(null));
        let body = but(body, "/paymentOption/0/transfer/0/stamp", stamp.clone());
        let wrong = json!({ "hashDocument": "no base64!", "stampType": "02", "provincialResidence": "rm" });
        let wrong = gateway.create(&but(body.clone(), "/paymentOption/0/transfer/0/stamp", wrong)).await;
        let codes: Vec<_> = wrong.violations().into_iter().map(|(_, code)| code).collect();
        assert_eq!(codes, ["base64_form", "stamp_type", "province_form"]);
        let first = gateway.create(&but(body.clone(), "/paymentOption/0/iuv", json!(iuv("01", 1)))).await;
        assert_eq!(first.violations(), [("/paymentOption/0/transfer/0/stamp", "stamp_needs_v2")]);
        let second = gateway.create(&body).await;
        assert_eq!(second.status, StatusCode::CREATED, "{}", second.body);
        assert_eq!(gateway.read("bollo").await.body["paymentOption"][0]["transfer"][0]["stamp"], stamp);
    })
    .await;
}

#[tokio::test]
async fn what_is_taken_is_a_conflict() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        let title = "The debt position violated constraints of uniqueness";
        assert_eq!(gateway.create(&position("mensa-1", 1)).await.status, StatusCode::CREATED);
        let same_name = gateway.create(&position("mensa-1", 2)).await;
        same_name.is_problem(409, title, "iupd_taken");
        assert_eq!(same_name.violations(), [("/iupd", "iupd_taken")]);

        let mut two = position("mensa-2", 2);
        two["paymentOption"] = json!([payment_option(2), payment_option(1)]);
        let same_notice = gateway.create(&two).await;
        same_notice.is_problem(409, title, "notice_taken");
        assert_eq!(same_notice.violations(), [("/paymentOption/1/iuv", "notice_taken")]);
        gateway.read("mensa-2").await.is_problem(404, "Not found the debt position", "unknown_position");

        two["paymentOption"] = json!([payment_option(2), payment_option(2)]);
        let twice = gateway.create(&two).await;
        twice.is_problem(409, title, "duplicate_notice");
        assert_eq!(twice.violations(), [("/paymentOption/1/iuv", "duplicate_notice")]);
    })
    .await;
}

#[tokio::test]
async fn of_many_at_once_one_succeeds() {
    on_both(|database| async move {
        let gateway = Arc::new(Gateway::start(database).await);
        let statuses = at_once(&gateway, async |gateway| gateway.create(&position("mensa-1", 1)).await).await;
        assert_eq!(statuses, [201, 409, 409, 409, 409, 409, 409, 409]);
        let statuses = at_once(&gateway, async |gateway| gateway.publish("mensa-1").await).await;
        assert_eq!(statuses, [200, 409, 409, 409, 409, 409, 409, 409]);
        assert_eq!(gateway.read("mensa-1").await.headers["etag"], "\"2\"");
        let statuses = at_once(&gateway, async |gateway| gateway.delete("mensa-1").await).await;
        assert_eq!(statuses, [200, 404, 404, 404, 404, 404, 404, 404]);
    })
    .await;
}

#[tokio::test]
async fn a_key_is_remembered_and_a_failure_is_a_problem_too() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        gateway.create(&position("mensa-1", 1)).await;
        gateway.store.close().await;
        let title = "INTERNAL SERVER ERROR";
        gateway.read("mensa-1").await.is_problem(500, title, "internal_error");
        let title = "The debt position creation is failed";
        gateway.create(&position("mensa-2", 2)).await.is_problem(500, title, "internal_error");
        let title = "The debt position publish is failed";
        gateway.publish("mensa-1").await.is_problem(500, title, "internal_error");
        let title = "The debt position invalidate is failed";
        gateway.invalidate("mensa-1").await.is_problem(500, title, "internal_error");
        let title = "The debt position delete is failed";
        gateway.delete("mensa-1").await.is_problem(500, title, "internal_error");
        gateway.clock.advance(SignedDuration::from_secs(5));
        let forgotten = gateway.delete("mensa-1").await;
        forgotten.is_problem(500, "INTERNAL SERVER ERROR", "internal_error");
    })
    .await;
}

#[tokio::test]
async fn metadata_keys_are_the_callers_own_and_differ() {
    let gateway = Gateway::start(TestDatabase::sqlite()).await;
    let keys = |keys: &[&str]| keys.iter().map(|key| json!({ "key": key, "value": "v" })).collect::<Value>();
    let of_option = "/paymentOption/0/paymentOptionMetadata";
    let of_transfer = "/paymentOption/0/transfer/0/transferMetadata";
    let body = position("mensa-1", 1);

    let reserved = gateway.create(&but(body.clone(), of_option, keys(&["NOTIFICATION_FEE"]))).await;
    reserved.is_problem(409, "The payment option contains reserved metadata", "reserved_metadata_key");
    assert_eq!(
        reserved.violations(),
        [("/paymentOption/0/paymentOptionMetadata/0/key", "reserved_metadata_key")]
    );

    let twice = gateway.create(&but(body.clone(), of_transfer, keys(&["a", "b", "a"]))).await;
    twice.is_problem(409, "The metadata contains duplicated keys", "duplicate_metadata_key");

    let postal =
        but(body.clone(), "/paymentOption/0/transfer/0/postalIban", json!("IT57N0760114800000011050036"));
    let postal = gateway.create(&but(postal, of_transfer, keys(&["IBANAPPOGGIO"]))).await;
    postal.is_problem(409, "The payment option contains reserved metadata", "reserved_metadata_key");

    let both = but(but(body.clone(), of_option, keys(&["NOTIFICATION_FEE"])), "/iupd", json!(null));
    gateway.create(&both).await.is_problem(
        400,
        "Error in the debt position request data",
        "invalid_position",
    );

    let fine = but(but(body, of_option, keys(&["a", "b"])), of_transfer, keys(&["a", "IBANAPPOGGIO"]));
    assert_eq!(
        gateway.create(&fine).await.body["paymentOption"][0]["paymentOptionMetadata"],
        keys(&["a", "b"])
    );
}
