//! Many changes of accounts at once: all or none.

use hyper::Method;
use serde_json::{Value, json};

use crate::desk::{FREE_IBAN, OURS, PAYMENTS, on_both_desks};
use crate::support::api::{Answer, EC, NEW_IBAN, but, position};
use crate::support::samples;

const DUTCH: &str = "NL91ABNA0417164300";

async fn send(desk: &crate::desk::Desk, operations: Value) -> Answer {
    let path = format!("{OURS}/creditor-institutions/{EC}/ibans/bulk");
    desk.ask(PAYMENTS, Method::POST, &path, Some(&json!({ "operations": operations }))).await
}

fn create(iban: &str) -> Value {
    json!({ "operation": "CREATE", "iban": iban, "validFrom": "2026-12-01", "description": "Tributi" })
}

fn delete(iban: &str) -> Value {
    json!({ "operation": "DELETE", "iban": iban })
}

#[tokio::test]
async fn all_of_them_are_carried_out_and_the_only_accounts_can_be_replaced() {
    on_both_desks(async |desk| {
        let update = json!({ "operation": "UPDATE", "iban": NEW_IBAN, "validFrom": "2026-12-24" });
        let done = send(desk, json!([update])).await;
        assert_eq!(done.status, 200, "{}", done.body);
        assert_eq!(desk.own(EC, NEW_IBAN).await["validFrom"], "2026-12-24T00:00:00+01:00");
        let all = json!([delete(samples::IBAN), delete(NEW_IBAN), create(FREE_IBAN)]);
        let done = send(desk, all).await;
        assert_eq!(
            (done.status.as_u16(), done.body),
            (200, json!({ "created": 1, "updated": 0, "deleted": 2 }))
        );
        assert_eq!(desk.listed(EC).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn one_that_cannot_be_keeps_all_from_being_and_is_named() {
    on_both_desks(async |desk| {
        let before = desk.listed(EC).await;
        let wrong = json!([
            create(FREE_IBAN),
            { "operation": "CREATE", "iban": "DE00370400440532013000", "validFrom": "2026-11-01" },
            { "operation": "RENAME", "iban": DUTCH },
            create(FREE_IBAN),
            7,
        ]);
        let refused = send(desk, wrong).await;
        refused.is_problem(400, "Bad Request", "invalid_account");
        let expected = [
            ("/operations/1/iban", "iban_check_digits"),
            ("/operations/2/operation", "unknown_word"),
            ("/operations/3/iban", "duplicate_iban"),
            ("/operations/4", "wrong_type"),
        ];
        assert_eq!(refused.violations(), expected);
        for (last, code) in [
            (create(NEW_IBAN), "iban_already_associated"),
            (delete(DUTCH), "unknown_iban"),
            (json!({ "operation": "UPDATE", "iban": DUTCH, "validFrom": "2026-12-24" }), "unknown_iban"),
        ] {
            let refused = send(desk, json!([create(FREE_IBAN), last])).await;
            refused.is_problem(409, "Conflict", "account_conflict");
            assert_eq!(refused.violations(), [("/operations/1", code)]);
        }
        let at = "/paymentOption/0/transfer/0/iban";
        desk.gateway.create_published(&but(position("a", 1), at, json!(NEW_IBAN))).await;
        let refused = send(desk, json!([create(FREE_IBAN), delete(NEW_IBAN)])).await;
        assert_eq!(refused.violations(), [("/operations/1", "iban_in_use")]);
        assert_eq!(desk.listed(EC).await, before, "nothing came of any of them");
    })
    .await;
}

#[tokio::test]
async fn there_are_one_to_five_hundred() {
    on_both_desks(async |desk| {
        for wrong in [json!([]), json!(vec![delete(DUTCH); 501]), json!("x")] {
            assert_eq!(send(desk, wrong).await.status, 400);
        }
        let many: Vec<Value> = (0..500).map(|number| create(&iban(number))).collect();
        let done = send(desk, json!(many)).await;
        assert_eq!(done.status, 200, "{}", done.body);
        assert_eq!(done.body["created"], 500);
    })
    .await;
}

/// An account with that number.
fn iban(number: u32) -> String {
    let account = format!("05428111010000{number:08}");
    let digits = |text: &str| {
        text.chars().fold(0_u64, |rest, c| match c.to_digit(36).unwrap() {
            digit @ 0..=9 => (rest * 10 + u64::from(digit)) % 97,
            letter => (rest * 100 + u64::from(letter)) % 97,
        })
    };
    format!("IT{:02}X{account}", 98 - digits(&format!("X{account}IT00")))
}
