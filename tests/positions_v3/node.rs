//! What the node is told of positions that the API made: paying one option closes the others, whoever owes.

use std::sync::Arc;

use super::*;
use support::gateway::TestGateway;
use support::messages::{Paid, about, paid};
use support::world::API_KEY;

const OK: [&str; 3] = ["OK"; 3];
const CLOSED: [&str; 3] = ["PAA_PAGAMENTO_DUPLICATO"; 3];

/// Runs a test on a gateway over each engine, and checks the ledger that it leaves behind.
async fn on_each<F: Future<Output = ()>>(test: impl Fn(Arc<TestGateway>, Api) -> F) {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        let gateway = Arc::new(TestGateway::start(database).await);
        let api = Api { address: gateway.api_addr(), key: API_KEY };
        test(Arc::clone(&gateway), api).await;
        Arc::into_inner(gateway).expect("every task has ended").end().await;
    }
}

/// A receipt of a payment an hour after the positions were published.
fn receipt(base: u64) -> Paid {
    Paid { paid_at: Some("2026-11-22T12:00:00+01:00"), ..paid(format!("r{base}"), base, 100) }
}

async fn all_are(gateway: &TestGateway, bases: &[u64], expected: [&str; 3]) {
    for base in bases {
        assert_eq!(gateway.codes(&about(*base)).await, expected, "{} notice {base}", gateway.engine);
    }
}

#[tokio::test]
async fn paying_an_instalment_closes_the_other_options_and_not_its_own_plan() {
    on_each(|gateway, api| async move {
        api.offer(&three_ways("tari")).await;
        all_are(&gateway, &[1, 2, 3, 4, 5], OK).await;
        assert_eq!(debtor_told(&gateway, 3).await, "12345678903");
        assert_eq!(debtor_told(&gateway, 1).await, "RSSMRA80A01H501U");
        gateway.clock.set(samples::now() + 2.hours());
        gateway.settle(&receipt(3)).await;
        all_are(&gateway, &[1, 2, 3, 5], CLOSED).await;
        all_are(&gateway, &[4], OK).await;
        gateway.settle(&receipt(4)).await;
        all_are(&gateway, &[1, 2, 3, 4, 5], CLOSED).await;
        assert_eq!(gateway.classes(4).await, [("r4".to_owned(), "matched".to_owned())]);
        assert_eq!(api.read("tari").await.body["status"], "PAID");
    })
    .await;
}

async fn debtor_told(gateway: &TestGateway, base: u64) -> String {
    let data = gateway.get_v2(&about(base)).await.data.expect("a payable notice");
    data.debtor.unique_identifier.entity_unique_identifier_value.as_str().to_owned()
}

#[tokio::test]
async fn each_option_is_payable_within_its_own_dates() {
    on_each(|gateway, api| async move {
        let later = but(option_of_company(&[2]), "/validityDate", json!("2026-12-01T00:00:00Z"));
        let late = but(option(&[3]), "/switchToExpired", json!(false));
        api.offer(&position("tari", &[option(&[1]), later, late])).await;
        all_are(&gateway, &[1, 3], OK).await;
        all_are(&gateway, &[2], ["PAA_PAGAMENTO_SCONOSCIUTO"; 3]).await;
        gateway.clock.set("2026-12-02T00:00:00Z".parse().unwrap());
        all_are(&gateway, &[1, 2, 3], OK).await;
        gateway.clock.set("2027-12-02T00:00:00Z".parse().unwrap());
        all_are(&gateway, &[1, 2], ["PAA_PAGAMENTO_SCADUTO"; 3]).await;
        all_are(&gateway, &[3], OK).await;
    })
    .await;
}

/// Two debtors pay their own option of one debt in the same instant.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_debtors_who_pay_at_once_one_settles_and_the_other_is_a_kept_conflict() {
    on_each(|gateway, api| async move {
        for base in (10..=100).step_by(10) {
            let ways = [option(&[base, base + 1]), option_of_company(&[base + 2, base + 3])];
            api.offer(&position(&format!("p{base}"), &ways)).await;
        }
        gateway.clock.set(samples::now() + 2.hours());
        for base in (10..=100).step_by(10) {
            let rivals = [base, base + 2].map(|base| {
                let gateway = Arc::clone(&gateway);
                tokio::spawn(async move { gateway.settle(&receipt(base)).await })
            });
            for rival in rivals {
                rival.await.unwrap();
            }
        }
        for base in (10..=100).step_by(10) {
            let mut classes = gateway.classes(base).await;
            classes.extend(gateway.classes(base + 2).await);
            let mut classes: Vec<_> = classes.into_iter().map(|(_, class)| class).collect();
            classes.sort_unstable();
            assert_eq!(classes, ["matched", "sibling_conflict"], "{} position {base}", gateway.engine);
            let read = api.read(&format!("p{base}")).await;
            let closed = vec!["PAID", "UNPAYABLE"];
            assert_eq!(statuses(&read), ("PARTIALLY_PAID", vec![closed.clone(), closed]));
        }
    })
    .await;
}
