//! Money goes only to accounts that their owner registered, as far as the owner is known here.

use super::*;

/// Of no institution registered here.
const UNKNOWN_EC: &str = "12345678903";

#[tokio::test]
async fn an_account_must_be_in_the_census_of_whose_transfer_it_is() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        for (version, notice) in NOTICE {
            let at = |field: &str| format!("{notice}/transfer/0/{field}");
            for field in ["iban", "postalIban"] {
                let body = but(body_of(version, "a", 1), &at(field), json!(FOREIGN_IBAN));
                let answer = create_in(&gateway, version, &body).await;
                answer.is_problem(400, TITLE, "invalid_position");
                assert_eq!(answer.violations(), [(&*at(field), "iban_not_in_census")]);
            }
            let whose = at("organizationFiscalCode");
            let secondary = but(body_of(version, "b", 2), &whose, json!(OTHER_EC));
            let secondary = but(secondary, &at("iban"), json!(NEW_IBAN));
            let answer = create_in(&gateway, version, &secondary).await;
            assert_eq!(answer.violations(), [(&*at("iban"), "iban_not_in_census")], "{version}");
        }
        gateway.register_iban(OTHER_EC, NEW_IBAN).await;
        for (base, version, notice) in [(3, "v1", NOTICE[0].1), (4, "v3", NOTICE[1].1)] {
            let whose = format!("{notice}/transfer/0/organizationFiscalCode");
            let body = but(body_of(version, version, base), &whose, json!(OTHER_EC));
            let body = but(body, &format!("{notice}/transfer/0/iban"), json!(NEW_IBAN));
            assert_eq!(create_in(&gateway, version, &body).await.status, 201);
        }
    })
    .await;
}

#[tokio::test]
async fn of_an_owner_who_is_not_registered_here_only_the_check_digits_can_be_judged() {
    let gateway = Gateway::start(TestDatabase::sqlite()).await;
    let at = "/paymentOption/0/transfer/0";
    let body = but(position("a", 1), &format!("{at}/organizationFiscalCode"), json!(UNKNOWN_EC));
    let wrong = but(body.clone(), &format!("{at}/iban"), json!("DE88370400440532013000"));
    let refused = gateway.create(&wrong).await;
    assert_eq!(refused.violations(), [("/paymentOption/0/transfer/0/iban", "iban_check_digits")]);
    let created = gateway.create(&but(body, &format!("{at}/iban"), json!(FOREIGN_IBAN))).await;
    assert_eq!(created.status, 201, "{}", created.body);
}

#[tokio::test]
async fn an_account_that_the_notice_has_may_stay_when_the_census_drops_it() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        let iban = "/paymentOption/0/transfer/0/iban";
        let body = but(position("a", 1), iban, json!(NEW_IBAN));
        assert_eq!(gateway.create(&body).await.status, 201);
        let mut parties = gateway.store.parties().await.unwrap();
        parties.ibans.retain(|known| known.iban.as_str() != NEW_IBAN);
        gateway.registry.replace(parties);
        assert_eq!(gateway.update("a", "", &body).await.status, 200, "it stays");

        let other_notice = but(body.clone(), "/paymentOption/0/iuv", json!(iuv("02", 2)));
        let refused = gateway.update("a", "", &other_notice).await;
        assert_eq!(refused.violations(), [(iban, "iban_not_in_census")], "it is not that notice's");
        let refused = gateway.update("a", "", &but(body, iban, json!(FOREIGN_IBAN))).await;
        assert_eq!(refused.violations(), [(iban, "iban_not_in_census")], "it is not that account");
    })
    .await;
}
