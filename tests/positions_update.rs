//! Positions that change after their creation (GPD v1): updated, paid elsewhere, moved to another
//! account, and by several callers at once. On both databases.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod support;

use hyper::{Method, StatusCode};
use jiff::ToSpan;
use serde_json::{Value, json};
use support::api::*;
use support::trouble::Intruder;
use support::{TestDatabase, on_both, samples};
use varco::domain::payability::{NotPayable, check};
use varco::domain::receipt::ReceiptClass;

const NOT_UPDATABLE: &str = "Existing related payment found or not in updatable state";

#[tokio::test]
async fn an_update_takes_the_place_of_the_position_and_keeps_it_on_offer() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        gateway
            .create_published(&with_options("tari", &[payment_option(1), instalment(2), instalment(3)]))
            .await;
        gateway.clock.set(samples::now() + 1.hour());
        let mut body = with_options("tari", &[instalment(4), instalment(3), payment_option(1)]);
        body["companyName"] = json!("Comune di Borgo Nuovo");
        body["paymentOption"][2]["transfer"][0]["amount"] = json!(5_000);
        body["paymentOption"][2]["amount"] = json!(5_000);
        let updated = gateway.update("tari", "", &body).await;
        assert_eq!(
            (updated.status, &updated.body["status"]),
            (StatusCode::OK, &json!("VALID")),
            "{}",
            updated.body
        );
        assert_eq!(
            (&updated.headers["etag"], &updated.body["fullName"]),
            (&"\"2\"".parse().unwrap(), &json!("Maria Rossi"))
        );
        let read = gateway.read("tari").await.body;
        assert_eq!(
            (&read["companyName"], &read["status"]),
            (&json!("Comune di Borgo Nuovo"), &json!("VALID"))
        );
        assert_eq!(read["insertedDate"], "2026-11-22T10:00:00Z", "it is the same position");
        assert_eq!(read["publishDate"], "2026-11-22T10:00:00Z", "and was on offer all the time");
        assert_eq!(read["validityDate"], "2026-11-22T10:00:00Z");
        let options = read["paymentOption"].as_array().unwrap();
        let found: Vec<_> = options.iter().map(|o| (o["nav"].clone(), o["amount"].clone())).collect();
        let expected =
            [(4, 10_000), (3, 10_000), (1, 5_000)].map(|(n, amount)| (json!(nav(n)), json!(amount)));
        assert_eq!(found, expected);
        let gone = gateway.store.payable_notice(&samples::ec(), &samples::notice_number(2)).await.unwrap();
        assert_eq!(gone, None, "what the body leaves out is gone");
        assert_eq!(gateway.create(&position("other", 2)).await.status, StatusCode::CREATED, "and free");
    })
    .await;
}

#[tokio::test]
async fn to_publish_says_who_can_see_it() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        let body = position("mensa-1", 1);
        gateway.create(&body).await;
        let steps = [
            ("", "DRAFT"),
            ("?toPublish=true", "VALID"),
            ("", "VALID"),
            ("?toPublish=false", "DRAFT"),
            ("?toPublish=true", "VALID"),
            ("?toPublish=False", "DRAFT"),
            ("?toPublish=True", "VALID"),
        ];
        for (query, status) in steps {
            let updated = gateway.update("mensa-1", query, &body).await;
            assert_eq!(
                (updated.status, &updated.body["status"]),
                (StatusCode::OK, &json!(status)),
                "{query}"
            );
        }
        gateway.update("mensa-1", "?toPublish=maybe", &body).await.is_problem(
            400,
            "BAD REQUEST",
            "query_parameter",
        );
        let later = but(body.clone(), "/validityDate", json!("2026-12-01"));
        assert_eq!(gateway.update("mensa-1", "", &later).await.body["status"], "PUBLISHED");
        assert_eq!(gateway.update("mensa-1", "", &body).await.body["status"], "VALID", "no date means now");
    })
    .await;
}

#[tokio::test]
async fn a_cancelled_position_comes_back_while_nothing_is_paid() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        let body = position("mensa-1", 1);
        gateway.create_published(&body).await;
        gateway.invalidate("mensa-1").await;
        assert_eq!(gateway.update("mensa-1", "", &body).await.body["status"], "DRAFT", "not payable unasked");
        gateway.publish("mensa-1").await;
        gateway.invalidate("mensa-1").await;
        assert_eq!(gateway.update("mensa-1", "?toPublish=true", &body).await.body["status"], "VALID");
        gateway.invalidate("mensa-1").await;
        gateway.pay(1, 10_000).await;
        gateway.update("mensa-1", "", &body).await.is_problem(409, NOT_UPDATABLE, "not_updatable");
    })
    .await;
}

#[tokio::test]
async fn an_expired_position_is_extended_and_agreed_dates_may_have_passed() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        let body = but(position("mensa-1", 1), "/validityDate", json!("2026-12-01"));
        gateway.create_published(&body).await;
        gateway.clock.set("2027-01-10T10:00:00Z".parse().unwrap());
        assert_eq!(gateway.read("mensa-1").await.body["status"], "EXPIRED");
        let renamed = but(body.clone(), "/fullName", json!("Maria Bianchi"));
        assert_eq!(gateway.update("mensa-1", "", &renamed).await.body["status"], "EXPIRED");
        let passed = but(body.clone(), "/paymentOption/0/dueDate", json!("2026-12-23"));
        let passed = gateway.update("mensa-1", "", &passed).await;
        assert_eq!(passed.violations(), [("/paymentOption/0/dueDate", "due_date_passed")]);
        let begun = but(body.clone(), "/validityDate", json!("2026-12-02"));
        assert_eq!(gateway.update("mensa-1", "", &begun).await.body["status"], "EXPIRED");
        let extended = but(body.clone(), "/paymentOption/0/dueDate", json!("2027-01-31"));
        assert_eq!(gateway.update("mensa-1", "", &extended).await.body["status"], "VALID");
        gateway.update("mensa-1", "?toPublish=false", &extended).await;
        let draft = gateway.update("mensa-1", "", &body).await;
        assert_eq!(draft.violations(), [("/paymentOption/0/dueDate", "due_date_passed")]);
        let late = but(body, "/switchToExpired", json!(false));
        assert_eq!(gateway.update("mensa-1", "", &late).await.body["status"], "DRAFT", "it can be paid late");
        assert_eq!(gateway.update("mensa-1", "?toPublish=true", &late).await.body["status"], "VALID");
    })
    .await;
}

#[tokio::test]
async fn of_a_partly_paid_plan_the_rest_can_change_and_the_paid_cannot() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        let body = with_options("tari", &[instalment(1), instalment(2), instalment(3)]);
        gateway.create_published(&body).await;
        gateway.pay(2, 10_000).await;

        let changed = but(body.clone(), "/paymentOption/1/description", json!("Altro"));
        let changed = gateway.update("tari", "", &changed).await;
        changed.is_problem(409, NOT_UPDATABLE, "paid_option_changed");
        assert_eq!(changed.violations(), [("/paymentOption/1", "paid_option_changed")]);
        let single = gateway
            .update("tari", "", &but(body.clone(), "/paymentOption/1/isPartialPayment", json!(false)))
            .await;
        assert_eq!(single.violations(), [("/paymentOption/1", "paid_option_changed")]);
        let missing =
            gateway.update("tari", "", &with_options("tari", &[instalment(1), instalment(3)])).await;
        missing.is_problem(409, NOT_UPDATABLE, "paid_option_changed");
        assert_eq!(missing.violations(), [("/paymentOption", "paid_option_missing")]);
        assert_eq!(gateway.read("tari").await.headers["etag"], "\"2\"", "a refusal changes nothing");

        gateway.clock.set("2027-01-10T10:00:00Z".parse().unwrap());
        let mut rest = with_options("tari", &[instalment(4), instalment(2)]);
        rest["paymentOption"][0]["dueDate"] = json!("2027-03-31");
        let updated = gateway.update("tari", "", &rest).await;
        assert_eq!(updated.body["status"], "PARTIALLY_PAID", "{}", updated.body);
        let read = gateway.read("tari").await.body;
        let statuses: Vec<_> =
            read["paymentOption"].as_array().unwrap().iter().map(|o| &o["status"]).collect();
        assert_eq!(statuses, ["PO_UNPAID", "PO_PAID"]);
        assert_eq!(read["paymentOption"][1]["idReceipt"], "receipt-2", "the payment is still known");

        let dropped = gateway.update("tari", "", &with_options("tari", &[instalment(2)])).await;
        assert_eq!(dropped.body["status"], "PAID", "nothing is left to pay");
        let paid = gateway.update("tari", "", &with_options("tari", &[instalment(2)])).await;
        paid.is_problem(409, NOT_UPDATABLE, "not_updatable");
    })
    .await;
}

#[tokio::test]
async fn an_update_is_held_to_the_rules_of_creation() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        gateway.create(&position("mensa-1", 1)).await;
        gateway.create(&position("mensa-2", 2)).await;
        let title = "Error in the debt position request data";
        let other = gateway.update("mensa-1", "", &position("mensa-3", 1)).await;
        other.is_problem(400, title, "invalid_position");
        assert_eq!(other.violations(), [("/iupd", "iupd_differs")]);
        let wrong = but(position("mensa-1", 1), "/paymentOption/0/amount", json!(1));
        let wrong = gateway.update("mensa-1", "", &wrong).await;
        wrong.is_problem(400, title, "invalid_position");
        assert_eq!(wrong.violations(), [("/paymentOption/0/amount", "sum_of_transfers")]);
        let title = "The debt position violated constraints of uniqueness";
        let taken = with_options("mensa-1", &[payment_option(1), payment_option(2)]);
        let taken = gateway.update("mensa-1", "", &taken).await;
        taken.is_problem(409, title, "notice_taken");
        assert_eq!(taken.violations(), [("/paymentOption/1/iuv", "notice_taken")]);
        let twice = with_options("mensa-1", &[payment_option(1), payment_option(1)]);
        gateway.update("mensa-1", "", &twice).await.is_problem(409, title, "duplicate_notice");
        let unknown = gateway.update("none", "", &position("none", 3)).await;
        unknown.is_problem(404, "Not found the debt position", "unknown_position");
        gateway.store.close().await;
        let failed = gateway.update("mensa-1", "", &position("mensa-1", 1)).await;
        failed.is_problem(500, "The debt position update is failed", "internal_error");
    })
    .await;
}

#[tokio::test]
async fn a_change_is_made_only_to_the_version_that_was_meant() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        let body = position("mensa-1", 1);
        gateway.create(&body).await;
        let calls = [
            (Method::PUT, "/mensa-1", Some(&body)),
            (Method::POST, "/mensa-1/publish", None),
            (Method::POST, "/mensa-1/invalidate", None),
            (Method::DELETE, "/mensa-1", None),
        ];
        for (version, (method, path, body)) in (1..).zip(calls) {
            for tag in ["\"9\"", "W/\"1\"", "nonsense", "", "\"7\", \"8\""] {
                let stale = gateway.ask_if(method.clone(), path, body, Some(tag)).await;
                stale.is_problem(412, "Precondition Failed", "stale_version");
            }
            let tag = format!("\"7\", \"{version}\"");
            let meant = gateway.ask_if(method.clone(), path, body, Some(&tag)).await;
            assert_eq!(meant.status, StatusCode::OK, "{path}: {}", meant.body);
        }
        gateway.create(&body).await;
        assert_eq!(gateway.ask_if(Method::DELETE, "/mensa-1", None, Some("*")).await.status, StatusCode::OK);
        let gone = gateway.ask_if(Method::DELETE, "/mensa-1", None, Some("\"1\"")).await;
        gone.is_problem(404, "Not found the debt position", "unknown_position");
    })
    .await;
}

#[tokio::test]
async fn what_was_paid_elsewhere_cannot_be_paid_again() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        gateway.create_published(&with_options("mensa-1", &[payment_option(1), payment_option(2)])).await;
        let future = json!({ "paymentDate": "2026-11-23" });
        let future = gateway.mark_paid(&nav(1), Some(&future)).await;
        future.is_problem(400, "BAD REQUEST", "invalid_payment");
        assert_eq!(future.violations(), [("/paymentDate", "payment_date_in_future")]);
        let marked = gateway.mark_paid(&nav(1), Some(&json!({ "paymentDate": "2026-11-20" }))).await;
        assert_eq!(
            (marked.status, &marked.body["status"]),
            (StatusCode::OK, &json!("PO_PAID")),
            "{}",
            marked.body
        );
        assert_eq!(
            (&marked.body["nav"], &marked.body["paymentDate"]),
            (&json!(nav(1)), &json!("2026-11-19T23:00:00Z"))
        );
        assert_eq!(marked.body.get("idReceipt"), None);
        let read = gateway.read("mensa-1").await;
        assert_eq!(
            (&read.body["status"], &read.headers["etag"]),
            (&json!("PAID"), &"\"2\"".parse().unwrap())
        );

        let title = "Existing related payment found";
        gateway.mark_paid(&nav(1), None).await.is_problem(409, title, "payment_found");
        gateway.mark_paid(&nav(2), None).await.is_problem(409, title, "payment_found");
        for unknown in [nav(9), "x".into()] {
            let unknown = gateway.mark_paid(&unknown, None).await;
            unknown.is_problem(404, "Not found the payment option", "unknown_notice");
        }
        let notice = samples::notice_number(1);
        let seen = gateway.store.payable_notice(&samples::ec(), &notice).await.unwrap().unwrap();
        assert_eq!(check(&seen.facts, samples::now()), Err(NotPayable::Paid), "PAA_PAGAMENTO_DUPLICATO");
        gateway.pay(1, 10_000).await;
        let receipts = gateway.store.receipts_of_notice(&samples::ec(), &notice).await.unwrap();
        let classes: Vec<_> = receipts.iter().map(|receipt| receipt.class.as_str()).collect();
        assert_eq!(classes, [ReceiptClass::OverPayment.word()], "kept and told apart");
        assert_eq!(gateway.read("mensa-1").await.body["paymentOption"][0].get("idReceipt"), None);
    })
    .await;
}

#[tokio::test]
async fn a_draft_and_a_cancelled_position_can_be_paid_elsewhere_too() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        gateway.create(&position("draft", 1)).await;
        gateway.create_published(&position("cancelled", 2)).await;
        gateway.invalidate("cancelled").await;
        for (base, iupd) in [(1, "draft"), (2, "cancelled")] {
            assert_eq!(gateway.mark_paid(&nav(base), None).await.status, StatusCode::OK);
            assert_eq!(gateway.read(iupd).await.body["status"], "PAID", "money has moved");
        }
    })
    .await;
}

/// The account of the first transfer of each payment option.
async fn ibans(gateway: &Gateway, iupd: &str) -> Vec<Value> {
    let read = gateway.read(iupd).await.body;
    read["paymentOption"].as_array().unwrap().iter().map(|o| o["transfer"][0]["iban"].clone()).collect()
}

#[tokio::test]
async fn an_account_is_replaced_in_what_can_still_be_paid() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        let patch = |query: String| {
            let body = json!({ "newIban": NEW_IBAN });
            let gateway = &gateway;
            async move { gateway.ask(Method::PATCH, &format!("/transfers?oldIban={query}"), Some(&body)).await }
        };
        let none = patch(samples::IBAN.into()).await;
        none.is_problem(404, "No debt position in updatable state found", "nothing_updatable");

        let foreign = "/paymentOption/0/transfer/0/organizationFiscalCode";
        gateway.create_published(&with_options("a-plan", &[instalment(1), instalment(2), instalment(3)])).await;
        gateway.pay(2, 10_000).await;
        gateway.create(&position("b-draft", 4)).await;
        gateway.create_published(&position("c-cancelled", 5)).await;
        gateway.invalidate("c-cancelled").await;
        gateway.create(&but(position("d-foreign", 6), foreign, json!(OTHER_EC))).await;

        let first = patch(format!("{}&limit=1", samples::IBAN)).await;
        assert_eq!((first.status, &first.body["updatedTransfers"]), (StatusCode::OK, &json!(1)), "{}", first.body);
        assert!(first.body["description"].is_string());
        assert_eq!(ibans(&gateway, "a-plan").await, [NEW_IBAN, samples::IBAN, samples::IBAN]);
        assert_eq!(patch(samples::IBAN.into()).await.body["updatedTransfers"], 2);
        assert_eq!(ibans(&gateway, "a-plan").await, [NEW_IBAN, samples::IBAN, NEW_IBAN], "the paid one stays");
        assert_eq!(ibans(&gateway, "b-draft").await, [NEW_IBAN]);
        assert_eq!(ibans(&gateway, "c-cancelled").await, [samples::IBAN]);
        assert_eq!(ibans(&gateway, "d-foreign").await, [samples::IBAN], "somebody else's share");
        assert_eq!(gateway.read("a-plan").await.headers["etag"], "\"4\"", "published, paid, twice changed");
        assert_eq!(patch(samples::IBAN.into()).await.body["updatedTransfers"], 0);
    })
    .await;
}

#[tokio::test]
async fn a_failure_leaves_whole_positions_and_the_next_request_changes_the_rest() {
    on_both(|database| async move {
        database.store().await.close().await;
        let mut intruder = Intruder::enter(&database).await;
        let engine = database.engine;
        let gateway = Gateway::start(database).await;
        for (iupd, base) in [("a", 5), ("b", 3), ("c", 1)] {
            let options = [instalment(base), instalment(base + 1)];
            gateway.create_published(&with_options(iupd, &options)).await;
        }
        let broken = format!("NEW.notice_number = '{}'", samples::notice_number(4));
        let (spoil, mend) = if engine == "sqlite" {
            let abort = "BEGIN SELECT RAISE(ABORT, 'broken'); END";
            let spoil = format!("CREATE TRIGGER broken BEFORE UPDATE ON transfer WHEN {broken} {abort}");
            (spoil, "DROP TRIGGER broken")
        } else {
            let function = "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS \
                $$ BEGIN RAISE 'broken'; END $$; CREATE TRIGGER broken BEFORE UPDATE ON transfer";
            let spoil = format!("{function} FOR EACH ROW WHEN ({broken}) EXECUTE FUNCTION broken()");
            (spoil, "DROP TRIGGER broken ON transfer")
        };
        intruder.run(&spoil).await;
        let body = json!({ "newIban": NEW_IBAN });
        let path = format!("/transfers?oldIban={}", samples::IBAN);
        let failed = gateway.ask(Method::PATCH, &path, Some(&body)).await;
        assert!(failed.status.is_server_error(), "{}", failed.body);
        assert_eq!(ibans(&gateway, "a").await, [NEW_IBAN, NEW_IBAN]);
        assert_eq!(
            ibans(&gateway, "b").await,
            [samples::IBAN, samples::IBAN],
            "not even its other instalment"
        );
        assert_eq!(ibans(&gateway, "c").await, [samples::IBAN, samples::IBAN]);
        intruder.run(mend).await;
        assert_eq!(gateway.ask(Method::PATCH, &path, Some(&body)).await.body["updatedTransfers"], 4);
        assert_eq!(ibans(&gateway, "b").await, [NEW_IBAN, NEW_IBAN]);
        assert_eq!(gateway.read("a").await.headers["etag"], "\"2\"", "created on offer, changed once");
    })
    .await;
}

#[tokio::test]
async fn accounts_are_found_behind_any_number_of_others_that_may_not_change() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        for first in [1, 101, 201] {
            let instalments: Vec<_> = (first..first + 100).map(instalment).collect();
            gateway.create_published(&with_options(&format!("p{first}"), &instalments)).await;
            gateway.invalidate(&format!("p{first}")).await;
        }
        let instalments: Vec<_> = (301..=310).map(instalment).collect();
        gateway.create_published(&with_options("last", &instalments)).await;
        let body = json!({ "newIban": NEW_IBAN });
        let path = format!("/transfers?oldIban={}", samples::IBAN);
        let first = gateway.ask(Method::PATCH, &format!("{path}&limit=7"), Some(&body)).await;
        assert_eq!(first.body["updatedTransfers"], 7, "{}", first.body);
        assert_eq!(gateway.ask(Method::PATCH, &path, Some(&body)).await.body["updatedTransfers"], 3);
        assert_eq!(ibans(&gateway, "p1").await, vec![samples::IBAN; 100]);
    })
    .await;
}

#[tokio::test]
async fn the_new_account_is_one_of_the_creditor() {
    let gateway = Gateway::start(TestDatabase::sqlite()).await;
    let path = format!("/transfers?oldIban={}", samples::IBAN);
    let rules = [
        (json!({}), "/newIban", "required"),
        (json!({ "newIban": "IT0" }), "/newIban", "iban_form"),
        (json!({ "newIban": "IT61X0542811101000000123456" }), "/newIban", "iban_check_digits"),
        (json!({ "newIban": "DE89370400440532013000" }), "/newIban", "iban_not_owned"),
        (json!([]), "", "wrong_type"),
    ];
    for (body, pointer, code) in rules {
        let refused = gateway.ask(Method::PATCH, &path, Some(&body)).await;
        refused.is_problem(400, "BAD REQUEST", "invalid_iban");
        assert_eq!(refused.violations(), [(pointer, code)]);
    }
    let body = json!({ "newIban": NEW_IBAN });
    for query in [
        "",
        "?oldIban=x",
        &format!("?oldIban={NEW_IBAN}&limit=1001"),
        &format!("?oldIban={NEW_IBAN}&limit=0"),
    ] {
        let refused = gateway.ask(Method::PATCH, &format!("/transfers{query}"), Some(&body)).await;
        refused.is_problem(400, "BAD REQUEST", "query_parameter");
    }
    gateway.create(&position("transfers", 1)).await;
    assert_eq!(gateway.read("transfers").await.body["iupd"], "transfers", "a position may have that name");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_updates_with_one_tag_one_wins() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        gateway.create_published(&position("mensa-1", 1)).await;
        for round in 1..=10 {
            let tag = format!("\"{round}\"");
            let body = |name: &str| but(position("mensa-1", 1), "/fullName", json!(name));
            let (one, two) = (body("Uno"), body("Due"));
            let (one, two) = tokio::join!(
                gateway.ask_if(Method::PUT, "/mensa-1", Some(&one), Some(&tag)),
                gateway.ask_if(Method::PUT, "/mensa-1", Some(&two), Some(&tag)),
            );
            let mut statuses = [one.status.as_u16(), two.status.as_u16()];
            statuses.sort_unstable();
            assert_eq!(statuses, [200, 412], "round {round}");
        }
        assert_eq!(gateway.read("mensa-1").await.headers["etag"], "\"11\"");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_is_never_lost_to_an_update_at_the_same_moment() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        for base in (10..90).step_by(2) {
            let iupd = format!("plan-{base}");
            gateway.create_published(&with_options(&iupd, &[instalment(base), instalment(base + 1)])).await;
            let dropping = with_options(&iupd, &[instalment(base + 1)]);
            let (updated, ()) = tokio::join!(gateway.update(&iupd, "", &dropping), gateway.pay(base, 10_000));
            let notice = samples::notice_number(base);
            let receipts = gateway.store.receipts_of_notice(&samples::ec(), &notice).await.unwrap();
            let class = receipts.first().map(|receipt| receipt.class.as_str()).unwrap();
            let read = gateway.read(&iupd).await.body;
            match updated.status.as_u16() {
                200 => assert_eq!((class, &read["status"]), ("unknown_notice", &json!("VALID"))),
                409 => assert_eq!((class, &read["status"]), ("matched", &json!("PARTIALLY_PAID"))),
                other => panic!("{other}: {}", updated.body),
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_is_never_lost_to_a_deletion_or_a_word_at_the_same_moment() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        for base in 100..130 {
            let iupd = format!("mensa-{base}");
            gateway.create_published(&position(&iupd, base)).await;
            let (deleted, ()) = tokio::join!(gateway.delete(&iupd), gateway.pay(base, 10_000));
            let notice = samples::notice_number(base);
            let receipts = gateway.store.receipts_of_notice(&samples::ec(), &notice).await.unwrap();
            let expected = if deleted.status == StatusCode::OK { "unknown_notice" } else { "matched" };
            let classes: Vec<_> = receipts.iter().map(|receipt| receipt.class.as_str()).collect();
            assert_eq!(classes, [expected], "{}", deleted.status);
        }
        for base in 200..230 {
            let iupd = format!("mensa-{base}");
            gateway.create_published(&position(&iupd, base)).await;
            let number = nav(base);
            let (marked, ()) = tokio::join!(gateway.mark_paid(&number, None), gateway.pay(base, 10_000));
            let notice = samples::notice_number(base);
            let receipts = gateway.store.receipts_of_notice(&samples::ec(), &notice).await.unwrap();
            let expected = if marked.status == StatusCode::OK { "over_payment" } else { "matched" };
            let classes: Vec<_> = receipts.iter().map(|receipt| receipt.class.as_str()).collect();
            assert_eq!(classes, [expected], "{}", marked.status);
        }
    })
    .await;
}
