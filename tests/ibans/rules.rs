//! What an account must be: each rule with what breaks it.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use varco::domain::registry::EncodingKind;

use crate::desk::{Desk, FREE_IBAN, OPERATOR, OTHER_PAYMENTS, PAYMENTS, POSTAL_IBAN, account, on_both_desks};
use crate::support::api::{EC, OTHER_EC, but};
use crate::support::samples;

#[tokio::test]
async fn everything_that_is_wrong_is_told_at_once() {
    on_both_desks(async |desk| {
        let wrong = json!({ "iban": "DE88370400440532013000", "is_active": "yes", "validity_date": "soon" });
        let refused = desk.register(PAYMENTS, EC, &wrong).await;
        refused.is_problem(400, "Bad Request", "invalid_account");
        let expected = [
            ("/iban", "iban_check_digits"),
            ("/is_active", "wrong_type"),
            ("/validity_date", "date_form"),
            ("/due_date", "required"),
        ];
        assert_eq!(refused.violations(), expected);
    })
    .await;
}

#[tokio::test]
async fn each_rule_of_an_account_is_held() {
    on_both_desks(async |desk| {
        for (pointer, value, status, code) in [
            ("/iban", json!("DE00370400440532013000"), 422, "iban_check_digits"),
            ("/iban", json!("IT60X054281110100000012345"), 422, "iban_form"),
            ("/iban", json!("US88370400440532013000"), 422, "iban_country"),
            ("/validity_date", json!("2026-11-22"), 400, "validity_date_passed"),
            ("/due_date", json!("2026-12-01T00:00:00+01:00"), 400, "due_date_before_validity"),
            ("/description", json!("x".repeat(301)), 400, "too_long"),
        ] {
            let refused = desk.register(PAYMENTS, EC, &but(account(FREE_IBAN), pointer, value)).await;
            assert_eq!(refused.status, status, "{pointer}: {}", refused.body);
            assert_eq!(refused.violations(), [(pointer, code)]);
        }
        let body = but(account(FREE_IBAN), "/labels", json!({ "name": "ACA" }));
        assert_eq!(desk.register(PAYMENTS, EC, &body).await.violations(), [("/labels", "wrong_type")]);
        assert_eq!(desk.register(PAYMENTS, EC, &json!([])).await.violations()[0], ("", "wrong_type"));
        assert_eq!(desk.listed(EC).await.len(), 2, "nothing came of any of them");
        let tomorrow = but(account(FREE_IBAN), "/validity_date", json!("2026-11-23"));
        assert_eq!(desk.register(PAYMENTS, EC, &tomorrow).await.status, 201);
        let again = desk.register(PAYMENTS, EC, &tomorrow).await;
        again.is_problem(409, "Iban already associated", "iban_already_associated");
        desk.register(OPERATOR, "12345678901", &tomorrow).await.is_problem(
            404,
            "Creditor Institution not found",
            "unknown_creditor_institution",
        );
    })
    .await;
}

#[tokio::test]
async fn an_account_at_the_post_office_has_one_creditor_and_the_code_of_its_slips() {
    on_both_desks(async |desk| {
        assert_eq!(desk.register(PAYMENTS, EC, &account(POSTAL_IBAN)).await.status, 201);
        assert!(slips(desk, EC).await.contains("000001002003"));
        let refused = desk.register(OTHER_PAYMENTS, OTHER_EC, &account(POSTAL_IBAN)).await;
        refused.is_problem(409, "Conflict", "postal_iban_elsewhere");
        assert!(!slips(desk, OTHER_EC).await.contains("000001002003"));
        assert_eq!(desk.change(PAYMENTS, EC, &account(POSTAL_IBAN)).await.status, 201);
        assert_eq!(desk.remove(PAYMENTS, EC, POSTAL_IBAN).await.status, 200);
        assert!(!slips(desk, EC).await.contains("000001002003"), "it goes with the account");
        let moved = desk.register(OTHER_PAYMENTS, OTHER_EC, &account(POSTAL_IBAN)).await;
        assert_eq!(moved.status, 201, "{}", moved.body);
    })
    .await;
}

/// The codes on slips of a creditor institution.
async fn slips(desk: &Desk, ec: &str) -> BTreeSet<String> {
    let census = desk.gateway.store.census().await.unwrap();
    let own = census
        .encodings
        .iter()
        .filter(|(whose, one)| whose.as_str() == ec && one.kind() == EncodingKind::Barcode128Aim);
    own.map(|(_, one)| one.code().to_owned()).collect()
}

#[tokio::test]
async fn the_first_creditor_of_an_account_says_until_when_it_lasts_for_all() {
    on_both_desks(async |desk| {
        desk.register(OTHER_PAYMENTS, OTHER_EC, &account(FREE_IBAN)).await;
        let longer = but(account(FREE_IBAN), "/due_date", json!("2028-12-01"));
        let refused = desk.register(PAYMENTS, EC, &longer).await;
        refused.is_problem(409, "Conflict", "due_date_of_owner");
        let made = desk.register(PAYMENTS, EC, &account(FREE_IBAN)).await;
        assert_eq!((made.status.as_u16(), &made.body["ci_owner"]), (201, &json!(OTHER_EC)));

        let refused = desk.change(PAYMENTS, EC, &longer).await;
        assert_eq!(refused.violations(), [("/due_date", "due_date_of_owner")]);
        assert_eq!(desk.change(OTHER_PAYMENTS, OTHER_EC, &longer).await.status, 201);
        let due = |account: &Value| account["due_date"].clone();
        let of_one = desk.listed(EC).await;
        let of_one = of_one.iter().find(|one| one["iban"] == FREE_IBAN).unwrap();
        assert_eq!(due(of_one), "2028-12-01T23:59:59+01:00", "for the other one too");

        desk.remove(OTHER_PAYMENTS, OTHER_EC, FREE_IBAN).await;
        let heir = desk.change(PAYMENTS, EC, &account(FREE_IBAN)).await;
        assert_eq!((heir.status.as_u16(), &heir.body["ci_owner"]), (201, &json!(EC)), "the next in turn");
    })
    .await;
}

#[tokio::test]
async fn of_one_account_that_many_register_at_once_one_is_registered() {
    on_both_desks(async |desk| {
        let body = account(FREE_IBAN);
        let asked = std::iter::repeat_with(|| desk.register(PAYMENTS, EC, &body)).take(8);
        let statuses = futures(asked).await;
        assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
        assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 7, "{statuses:?}");

        let postal = account(POSTAL_IBAN);
        let both = [(PAYMENTS, EC), (OTHER_PAYMENTS, OTHER_EC)];
        let asked = both.into_iter().cycle().take(8).map(|(key, ec)| desk.register(key, ec, &postal));
        let statuses = futures(asked).await;
        assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    })
    .await;
}

async fn futures(asked: impl Iterator<Item = impl Future<Output = crate::support::api::Answer>>) -> Vec<u16> {
    let all: Vec<_> = asked.collect();
    let answers = futures_util::future::join_all(all).await;
    answers.into_iter().map(|answer| answer.status.as_u16()).collect()
}

#[tokio::test]
async fn the_accounts_that_were_there_before_are_as_good_as_ever() {
    on_both_desks(async |desk| {
        let known = desk.own(EC, samples::IBAN).await;
        assert_eq!(known["status"], "active");
        assert!(known.get("validFrom").is_none() && known.get("publishedAt").is_none(), "{known}");
        let path = format!("/admin/v1/creditor-institutions/{EC}/ibans/{}", samples::IBAN);
        let wanted = json!({ "iban": samples::IBAN, "validFrom": "2026-11-01" });
        let refused = desk.ask(PAYMENTS, hyper::Method::PUT, &path, Some(&wanted)).await;
        assert_eq!(refused.violations(), [("/validFrom", "validity_date_passed")]);
    })
    .await;
}
