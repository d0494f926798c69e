//! What happens to one notice: the cost of its notification (SEND), and the report of its transfers (FdR).
//! On both databases.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod support;

use std::sync::Arc;

use hyper::Method;
use serde_json::{Value, json};
use support::api::*;
use support::{TestDatabase, on_both, samples};
use varco::domain::fiscal_code::FiscalCode;
use varco::domain::position::OptionShape;

const BASES: [&str; 2] = ["/gpd/debt-positions-service/v1", "/pn-integration-gpd/api/v1"];

async fn put_fee(gateway: &Gateway, base: &str, notice: &str, body: &Value) -> Answer {
    let uri = format!("{base}/organizations/{EC}/paymentoptions/{notice}/notificationfee");
    gateway.call(Method::PUT, &uri, Some(body)).await
}

async fn charge(gateway: &Gateway, base: u64, fee: i64) -> Answer {
    put_fee(gateway, BASES[0], &nav(base), &json!({ "notificationFee": fee })).await
}

async fn report(gateway: &Gateway, notice: &str, transfer: &str) -> Answer {
    let path = format!("organizations/{EC}/paymentoptions/{notice}/transfers/{transfer}/report");
    gateway.call(Method::POST, &format!("{}/{path}", BASES[0]), None).await
}

/// A payment option of 100.00 euro for the creditor and another, whose transfer comes first.
fn shared(base: u64) -> Value {
    let mut option = payment_option(base);
    let (mut own, mut other) = (option["transfer"][0].clone(), option["transfer"][0].clone());
    (own["idTransfer"], own["amount"]) = (json!("2"), json!(6_000));
    (other["idTransfer"], other["amount"]) = (json!("1"), json!(4_000));
    other["organizationFiscalCode"] = json!(OTHER_EC);
    option["transfer"] = json!([other, own]);
    option
}

/// Amount, cost of notification and shares.
fn money(option: &Value) -> (i64, i64, Vec<i64>) {
    let shares = option["transfer"].as_array().unwrap().iter().map(|t| t["amount"].as_i64().unwrap());
    (option["amount"].as_i64().unwrap(), option["notificationFee"].as_i64().unwrap(), shares.collect())
}

async fn read_money(gateway: &Gateway, iupd: &str) -> (i64, i64, Vec<i64>) {
    money(&gateway.read(iupd).await.body["paymentOption"][0])
}

#[tokio::test]
async fn the_cost_of_notification_is_added_to_what_is_due() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        gateway.create_published(&with_options("sent", &[shared(1)])).await;
        let by_iuv = iuv("02", 1);
        for (base, notice, fee) in [(BASES[0], nav(1), 250), (BASES[1], nav(1), 300), (BASES[1], by_iuv, 200)]
        {
            let charged = put_fee(&gateway, base, &notice, &json!({ "notificationFee": fee })).await;
            assert_eq!(charged.status, 200, "{base} {}", charged.body);
            assert_eq!(money(&charged.body), (10_000 + fee, fee, vec![4_000, 6_000 + fee]));
            assert_eq!(money(&charged.body), read_money(&gateway, "sent").await);
        }
        assert_eq!(gateway.read("sent").await.headers["etag"], "\"4\"", "each was a change");
        charge(&gateway, 1, 200).await;
        assert_eq!(gateway.read("sent").await.headers["etag"], "\"4\"", "the same again is none");
        let found = gateway.store.payable_notice(&samples::ec(), &samples::notice_number(1)).await.unwrap();
        assert_eq!(found.unwrap().facts.amount, samples::cents(10_200));
        gateway.pay(1, 10_200).await;
        let receipts = gateway.store.receipts_of_notice(&samples::ec(), &samples::notice_number(1)).await;
        assert_eq!(receipts.unwrap()[0].class, "matched");
        charge(&gateway, 1, 0).await.is_problem(422, "The payment option is not unpaid", "payment_found");
    })
    .await;
}

#[tokio::test]
async fn an_update_writes_net_amounts_and_the_known_cost_is_added_again() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        gateway.create_published(&with_options("sent", &[shared(1)])).await;
        charge(&gateway, 1, 250).await;
        let updated = gateway.update("sent", "", &with_options("sent", &[payment_option(1)])).await;
        assert_eq!(updated.status, 200, "{}", updated.body);
        assert_eq!(money(&updated.body["paymentOption"][0]), (10_250, 250, vec![10_250]));
        let other = but(payment_option(1), "/transfer/0/organizationFiscalCode", json!(OTHER_EC));
        let refused = gateway.update("sent", "", &with_options("sent", &[payment_option(2), other])).await;
        let title = "No transfer found to which the notification fee could be added";
        refused.is_problem(422, title, "notification_fee_misfit");
        let [(pointer, code)] = refused.violations()[..] else { panic!("{}", refused.body) };
        assert!(pointer.starts_with("/paymentOption/1"), "{pointer}");
        assert_eq!(code, "notification_fee_misfit");
        assert_eq!(read_money(&gateway, "sent").await, (10_250, 250, vec![10_250]));
    })
    .await;
}

#[tokio::test]
async fn what_was_read_can_be_written_back_however_often() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        gateway.create_published(&with_options("sent", &[shared(1)])).await;
        charge(&gateway, 1, 250).await;
        let read = (10_250, 250, vec![4_000, 6_250]);
        for _ in 0..3 {
            let body = gateway.read("sent").await.body;
            let body = with_options("sent", &[body["paymentOption"][0].clone()]);
            assert_eq!(gateway.update("sent", "", &body).await.status, 200);
            assert_eq!(read_money(&gateway, "sent").await, read);
            let third = format!("/gpd/debt-positions-service/v3/organizations/{EC}/debtpositions/sent");
            let body = gateway.call(Method::GET, &third, None).await.body;
            let updated = gateway.call(Method::PUT, &third, Some(&body)).await;
            assert_eq!(updated.status, 200, "{}", updated.body);
            assert_eq!(read_money(&gateway, "sent").await, read);
        }
        let stale =
            but(gateway.read("sent").await.body["paymentOption"][0].clone(), "/notificationFee", json!(200));
        let refused = gateway.update("sent", "", &with_options("sent", &[stale])).await;
        assert_eq!(refused.violations(), [("/paymentOption/0/notificationFee", "notification_fee_differs")]);
    })
    .await;
}

#[tokio::test]
async fn an_old_version_of_the_position_is_not_charged_nor_marked_as_paid() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        gateway.create_published(&position("sent", 1)).await;
        let options = format!("v1/organizations/{EC}/paymentoptions");
        let stale = Some("\"77\"");
        let (path, body) = (format!("{options}/{}/notificationfee", nav(1)), json!({ "notificationFee": 1 }));
        let charged = gateway.ask_as(KEY, Method::PUT, &path, (Some(&body), stale)).await;
        charged.is_problem(412, "Precondition Failed", "stale_version");
        let path = format!("{options}/paids/{}", nav(1));
        let paid = gateway.ask_as(KEY, Method::POST, &path, (None, stale)).await;
        paid.is_problem(412, "Precondition Failed", "stale_version");
        assert_eq!(gateway.read("sent").await.body["status"], "VALID");
    })
    .await;
}

#[tokio::test]
async fn a_cost_that_comes_during_a_payment_is_saved_and_told_as_209() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        gateway.create_published(&position("sent", 1)).await;
        let (ec, number) = (samples::ec(), samples::notice_number(1));
        gateway.store.activate_notice(&ec, &number, samples::now()).await.unwrap();
        let charged = charge(&gateway, 1, 250).await;
        assert_eq!(charged.status.as_u16(), 209, "{}", charged.body);
        assert_eq!(charged.body["paymentInProgressUntil"], "2026-11-22T10:30:00Z");
        assert_eq!(read_money(&gateway, "sent").await, (10_250, 250, vec![10_250]));
    })
    .await;
}

#[tokio::test]
async fn a_cost_that_does_not_fit_is_refused_with_its_reason() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        gateway.create_published(&position("sent", 1)).await;
        let mut foreign = samples::notice(2, 100);
        foreign.transfers[0].beneficiary = FiscalCode::new(OTHER_EC).unwrap();
        let foreign = samples::option(1, OptionShape::Single, vec![foreign]);
        gateway.store.create_position(&samples::position("foreign", vec![foreign])).await.unwrap();
        for (body, code) in [
            (json!({}), "required"),
            (json!({ "notificationFee": "1" }), "wrong_type"),
            (json!({ "notificationFee": -1 }), "amount_too_small"),
        ] {
            let refused = put_fee(&gateway, BASES[1], &nav(1), &body).await;
            refused.is_problem(400, "BAD REQUEST", "invalid_notification_fee");
            assert_eq!(refused.violations(), [("/notificationFee", code)], "{body}");
        }
        let unknown = "Not found the payment option";
        for notice in [nav(9), "nonsense".to_owned()] {
            let refused = put_fee(&gateway, BASES[1], &notice, &json!({ "notificationFee": 1 })).await;
            refused.is_problem(404, unknown, "unknown_notice");
        }
        let title = "The notification fee does not fit the payment option";
        charge(&gateway, 1, 99_999_999_999).await.is_problem(422, title, "notification_fee_misfit");
        let title = "No transfer found to which the notification fee could be added";
        charge(&gateway, 2, 1).await.is_problem(422, title, "notification_fee_misfit");
        assert_eq!(read_money(&gateway, "sent").await, (10_000, 0, vec![10_000]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn cost_update_and_payment_at_the_same_time_leave_amounts_that_add_up() {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        let engine = database.engine;
        let gateway = Arc::new(Gateway::start(database).await);
        for base in 1..=20 {
            let iupd = format!("p{base}");
            gateway.create_published(&position(&iupd, base)).await;
            let cheaper = but(position(&iupd, base), "/paymentOption/0/amount", json!(5_000));
            let cheaper = but(cheaper, "/paymentOption/0/transfer/0/amount", json!(5_000));
            let paying = tokio::spawn({
                let gateway = Arc::clone(&gateway);
                async move {
                    if base % 2 == 0 {
                        gateway.pay(base, 10_000).await;
                    }
                }
            });
            let (charged, updated) =
                tokio::join!(charge(&gateway, base, 250), gateway.update(&iupd, "", &cheaper));
            paying.await.unwrap();
            let (amount, fee, shares) = read_money(&gateway, &iupd).await;
            let expected = if charged.status == 200 { 250 } else { 0 };
            assert!([200, 422].contains(&charged.status.as_u16()), "{engine} {}", charged.body);
            assert!([200, 409].contains(&updated.status.as_u16()), "{engine} {}", updated.body);
            assert_eq!((fee, &shares), (expected, &vec![amount]), "{engine} {base}");
            let net = if updated.status == 200 { 5_000 } else { 10_000 };
            assert_eq!(amount - fee, net, "{engine} {base}");
        }
    }
}

#[tokio::test]
async fn a_transfer_is_reported_once_and_after_the_payment() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        gateway.create_published(&with_options("flow", &[shared(1)])).await;
        let title = "The transfer is not accountable";
        report(&gateway, &iuv("02", 1), "1").await.is_problem(409, title, "not_reportable");
        gateway.pay(1, 10_000).await;
        let first = report(&gateway, &iuv("02", 1), "2").await;
        assert_eq!((first.status.as_u16(), &first.body["status"]), (200, &json!("PO_PARTIALLY_REPORTED")));
        assert_eq!(gateway.read("flow").await.body["status"], "PAID");
        report(&gateway, &nav(1), "2").await.is_problem(409, title, "not_reportable");
        let second = report(&gateway, &nav(1), "1").await;
        assert_eq!((second.status.as_u16(), &second.body["status"]), (200, &json!("PO_REPORTED")));
        let read = gateway.read("flow").await.body;
        assert_eq!(read["status"], "REPORTED");
        assert_eq!(read["paymentOption"][0]["reportingDate"], "2026-11-22T10:00:00Z");
        assert_eq!(read["paymentOption"][0]["transfer"][1]["status"], "T_REPORTED");
        for transfer in ["3", "x", "99999999999999999999"] {
            let refused = report(&gateway, &nav(1), transfer).await;
            refused.is_problem(404, "Not found the transfer", "unknown_transfer");
        }
        let refused = report(&gateway, &nav(9), "1").await;
        refused.is_problem(404, "Not found the payment option", "unknown_notice");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn all_transfers_of_a_notice_can_be_reported_at_the_same_time() {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        let engine = database.engine;
        let gateway = Arc::new(Gateway::start(database).await);
        for base in 1..=5 {
            let mut option = payment_option(base);
            let transfer = |id: u64| {
                let mut transfer = option["transfer"][0].clone();
                (transfer["idTransfer"], transfer["amount"]) = (json!(id.to_string()), json!(2_000));
                transfer
            };
            option["transfer"] = (1..=5).map(transfer).collect();
            gateway.create_published(&with_options(&format!("p{base}"), &[option])).await;
            gateway.pay(base, 10_000).await;
            let reports: Vec<_> = (1..=5)
                .map(|id: u64| {
                    let gateway = Arc::clone(&gateway);
                    tokio::spawn(async move { report(&gateway, &nav(base), &id.to_string()).await.status })
                })
                .collect();
            for report in reports {
                assert_eq!(report.await.unwrap(), 200, "{engine}");
            }
            assert_eq!(gateway.read(&format!("p{base}")).await.body["status"], "REPORTED", "{engine}");
        }
    }
}
