//! Numbers that the gateway chooses when a notice comes without one.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::*;
use varco::api::auth::hash_key;
use varco::domain::fiscal_code::FiscalCode;
use varco::domain::ids::StationCode;
use varco::domain::notice_number::{AuxDigit, NoticeNumber, TwoDigits};
use varco::domain::party::StationLink;
use varco::domain::segregation::Segregation;
use varco::store::{ApiKey, ApiScope, KeyRights};

/// A position whose only notice has no number.
fn unnumbered(iupd: &str) -> Value {
    but(position(iupd, 1), "/paymentOption/0/iuv", json!(null))
}

#[track_caller]
fn number(answer: &Answer) -> String {
    assert!(answer.status.is_success(), "{}", answer.body);
    let notice = &answer.body["paymentOption"][0];
    let (nav, iuv) = (notice["nav"].as_str().unwrap(), notice["iuv"].as_str().unwrap());
    let number = NoticeNumber::new(nav).unwrap();
    assert_eq!(number.verify_check_digits(), Ok(()));
    assert_eq!(number.iuv().as_str(), iuv);
    nav.to_owned()
}

/// Lets the next number be drawn from that base.
fn draw_from(gateway: &Gateway, base: u64) {
    gateway.draws.store(2 * base, Ordering::SeqCst);
}

#[tokio::test]
async fn a_notice_without_number_gets_one_that_can_be_paid() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        let created = gateway.ask(Method::POST, "?toPublish=true", Some(&unnumbered("a"))).await;
        assert_eq!(number(&created), nav(1), "code 02 is served by the V2 station");
        assert_eq!(number(&gateway.read("a").await), nav(1));
        gateway.pay(1, 10_000).await;
        assert_eq!(gateway.read("a").await.body["status"], "PAID");

        let mut v3 = position_v3("b", 1);
        v3["paymentOption"][0]["installments"][0]["iuv"] = json!(null);
        let created = create_in(&gateway, "v3", &v3).await;
        assert_eq!(created.body["paymentOption"][0]["installments"][0]["nav"], nav(2), "{}", created.body);
    })
    .await;
}

#[tokio::test]
async fn one_of_the_two_numbers_gives_the_other() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        let by_nav = but(unnumbered("a"), "/paymentOption/0/nav", json!(nav(7)));
        assert_eq!(number(&gateway.create(&by_nav).await), nav(7));
        assert_eq!(number(&gateway.create(&position("b", 8)).await), nav(8));
        let blank = but(unnumbered("c"), "/paymentOption/0/nav", json!(" "));
        assert_eq!(number(&gateway.create(&blank).await), nav(1), "a blank is none");
    })
    .await;
}

#[tokio::test]
async fn a_number_that_anybody_has_seen_is_never_generated() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        gateway.create(&position("live", 10)).await;
        gateway.create(&position("deleted", 11)).await;
        gateway.delete("deleted").await;
        gateway.create(&with_options("dropped", &[payment_option(12), payment_option(20)])).await;
        gateway.update("dropped", "", &position("dropped", 20)).await;
        gateway.pay(13, 10_000).await;
        draw_from(&gateway, 10);
        assert_eq!(number(&gateway.create(&unnumbered("a")).await), nav(14));
        gateway.delete("a").await;
        draw_from(&gateway, 14);
        let other = gateway.update("live", "", &unnumbered("live")).await;
        assert_eq!(number(&other), nav(15), "an update looks too");
        gateway.read("a").await.is_problem(404, "Not found the debt position", "unknown_position");

        let again = gateway.create(&position("again", 11)).await;
        assert_eq!(number(&again), nav(11), "clients may use a number of their own again");
    })
    .await;
}

#[tokio::test]
async fn several_notices_get_numbers_of_their_own() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        let row = |_| but(instalment(1), "/iuv", json!(null));
        let body = with_options("plan", &[1, 2, 3].map(row));
        let created = gateway.create(&body).await;
        let numbers: BTreeSet<_> = created.body["paymentOption"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["nav"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(numbers, BTreeSet::from([nav(1), nav(2), nav(3)]), "{}", created.body);
    })
    .await;
}

#[tokio::test]
async fn requests_that_draw_the_same_number_at_once_get_different_ones() {
    on_both(|database| async move {
        let gateway = Arc::new(Gateway::start(database).await);
        let tasks: Vec<_> = (0..12)
            .map(|index| {
                let gateway = Arc::clone(&gateway);
                let body = unnumbered(&format!("p{index}"));
                tokio::spawn(async move { number(&gateway.create(&body).await) })
            })
            .collect();
        let mut numbers = BTreeSet::new();
        for task in tasks {
            assert!(numbers.insert(task.await.unwrap()), "a number came twice");
        }
        assert_eq!(numbers.len(), 12);
    })
    .await;
}

#[tokio::test]
async fn the_number_is_of_a_code_that_the_caller_may_use() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        for code in ["01", "09"] {
            let key = ApiKey {
                id: code.into(),
                label: code.into(),
                institutions: ApiScope::Every,
                segregation: Segregation::Only(BTreeSet::from([TwoDigits::new(code).unwrap()])),
                rights: KeyRights::data(),
            };
            gateway.store.add_api_key(&key, &hash_key(code)).await.unwrap();
        }
        let path = format!("v1/organizations/{EC}/debtpositions");
        let body = unnumbered("a");
        let created = gateway.ask_as("01", Method::POST, &path, (Some(&body), None)).await;
        assert_eq!(number(&created), format!("3{}", iuv("01", 1)));
        let body = unnumbered("b");
        let refused = gateway.ask_as("09", Method::POST, &path, (Some(&body), None)).await;
        refused.is_problem(400, TITLE, "invalid_position");
        assert_eq!(refused.violations(), [("/paymentOption/0/iuv", "required")]);
    })
    .await;
}

#[tokio::test]
async fn a_creditor_with_application_codes_only_gets_numbers_of_aux_digit_0() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        let path = format!("v1/organizations/{OTHER_EC}/debtpositions");
        let body = unnumbered("a");
        let create = || gateway.ask_as(MASTER_KEY, Method::POST, &path, (Some(&body), None));
        let refused = create().await;
        assert_eq!(refused.violations(), [("/paymentOption/0/iuv", "required")], "it has no station");
        let link = StationLink {
            ec: FiscalCode::new(OTHER_EC).unwrap(),
            station: StationCode::new("88888888888_02").unwrap(),
            aux_digit: AuxDigit::Zero,
            code: TwoDigits::new("04").ok(),
        };
        gateway.store.put_link(&link).await.unwrap();
        gateway.refresh().await;
        let expected = NoticeNumber::issue_of_application(TwoDigits::new("04").unwrap(), 1).unwrap();
        assert_eq!(number(&create().await), expected.to_string());
    })
    .await;
}
