//! Who may do what with accounts, and what the audit keeps of it.

use hyper::Method;
use serde_json::json;

use crate::desk::{FREE_IBAN, OTHER_PAYMENTS, PARTNER, PAYMENTS, TECHNICAL, account, all_of, on_both_desks};
use crate::support::api::{EC, KEY};

#[tokio::test]
async fn only_the_referent_of_payments_of_a_creditor_writes_its_accounts() {
    on_both_desks(async |desk| {
        for stranger in [TECHNICAL, OTHER_PAYMENTS, PARTNER] {
            let refused = desk.register(stranger, EC, &account(FREE_IBAN)).await;
            refused.is_problem(403, "Forbidden", "not_permitted");
            desk.remove(stranger, EC, FREE_IBAN).await.is_problem(403, "Forbidden", "not_permitted");
        }
        assert_eq!(desk.register(KEY, EC, &account(FREE_IBAN)).await.status, 403, "a key of data");
        assert_eq!(desk.register("nobody", EC, &account(FREE_IBAN)).await.status, 401);
        assert_eq!(desk.register(PAYMENTS, EC, &account(FREE_IBAN)).await.status, 201);
    })
    .await;
}

#[tokio::test]
async fn accounts_are_shown_to_their_own_and_not_to_others() {
    on_both_desks(async |desk| {
        for (key, status) in [(PAYMENTS, 200), (OTHER_PAYMENTS, 403), (PARTNER, 403)] {
            let answer = desk.ask(key, Method::GET, &all_of(EC), None).await;
            assert_eq!(answer.status, status, "{key}");
            let own = format!("/admin/v1/creditor-institutions/{EC}/ibans");
            assert_eq!(desk.ask(key, Method::GET, &own, None).await.status, status, "{key}");
        }
        let invented = all_of("00000000000");
        let answer = desk.ask(OTHER_PAYMENTS, Method::GET, &invented, None).await;
        assert_eq!(answer.status, 403, "nobody learns who is registered");
    })
    .await;
}

#[tokio::test]
async fn no_problem_repeats_an_account() {
    on_both_desks(async |desk| {
        desk.register(PAYMENTS, EC, &account(FREE_IBAN)).await;
        let again = desk.register(PAYMENTS, EC, &account(FREE_IBAN)).await;
        let wrong = desk.register(PAYMENTS, EC, &json!({ "iban": "DE00370400440532013000" })).await;
        for answer in [again, wrong] {
            assert!(!answer.body.to_string().contains("3704004405"), "{}", answer.body);
        }
    })
    .await;
}
