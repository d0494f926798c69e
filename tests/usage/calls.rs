//! Calls of the node are counted for whom they were, and none that was answered is lost at a stop.

use std::sync::Arc;

use varco::domain::fiscal_code::FiscalCode;
use varco::domain::ids::BrokerCode;
use varco::domain::usage::{Answers, Month, UsageOf};
use varco::store::{NodeCall, Promptness, Store};

use crate::support::gateway::{TestGateway, on_both_gateways};
use crate::support::messages::{about, paid};
use crate::support::trouble::Intruder;
use crate::support::{TestDatabase, on_both, samples, world};

fn november() -> Month {
    Month::parse("2026-11").unwrap()
}

fn ec(code: &str) -> UsageOf {
    UsageOf::Institution(FiscalCode::new(code).unwrap())
}

fn broker(code: &str) -> UsageOf {
    UsageOf::Broker(BrokerCode::new(code).unwrap())
}

/// Calls and those within the service level, by primitive, of everybody who is asked for.
async fn calls(store: &Store, of: &UsageOf) -> Vec<(String, u64, u64)> {
    let usage = store.usage(of, &november()).await.unwrap();
    let all = usage.into_iter().flat_map(|usage| usage.answers);
    all.map(|(primitive, answers)| (primitive, answers.calls, answers.within)).collect()
}

fn expected(counts: &[(&str, u64, u64)]) -> Vec<(String, u64, u64)> {
    counts.iter().map(|(primitive, calls, within)| ((*primitive).to_owned(), *calls, *within)).collect()
}

#[tokio::test]
async fn each_call_of_the_node_counts_for_the_institution_and_broker_that_it_names() {
    on_both_gateways(async |gateway: &TestGateway| {
        gateway.owe(1, 10_000).await;
        for _ in 0..3 {
            gateway.verify(&about(1)).await;
        }
        // A refusal is an answer too.
        gateway.verify(&about(2)).await;
        gateway.get_v2(&about(1)).await;
        gateway.settle(&paid("r1", 1, 10_000)).await;
        for nobody in ["00000000000", "not a code"] {
            let mut question = about(1);
            question.ec = nobody.to_owned();
            gateway.post(&question.verify()).await.unwrap();
        }
        gateway.post("<no message of ours/>").await.unwrap();
        gateway.store().write_calls().await.unwrap();
        let counted =
            expected(&[("paGetPaymentV2", 1, 1), ("paSendRTV2", 1, 1), ("paVerifyPaymentNotice", 4, 4)]);
        for of in [ec(samples::EC), broker(samples::BROKER), UsageOf::Everybody] {
            assert_eq!(calls(gateway.store(), &of).await, counted, "{of:?}");
        }
        assert_eq!(calls(gateway.store(), &ec(world::OTHER_EC)).await, []);
        assert_eq!(calls(gateway.store(), &broker(world::OTHER_BROKER)).await, []);
    })
    .await;
}

#[tokio::test]
async fn a_stop_writes_what_was_counted() {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        let gateway = TestGateway::start(database).await;
        gateway.verify(&about(1)).await;
        gateway.verify(&about(1)).await;
        let gateway = gateway.restart().await;
        let counted = expected(&[("paVerifyPaymentNotice", 2, 2)]);
        assert_eq!(calls(gateway.store(), &ec(samples::EC)).await, counted);
        gateway.end().await;
    }
}

fn call(ec: &str, day: &str) -> NodeCall {
    let (ec, broker) = (FiscalCode::new(ec).unwrap(), BrokerCode::new(samples::BROKER).unwrap());
    NodeCall { ec, day: day.parse().unwrap(), broker, primitive: "paVerifyPaymentNotice" }
}

#[tokio::test]
async fn counts_that_cannot_be_written_wait_for_the_next_time() {
    on_both(|database| async move {
        let store = database.store().await;
        world::seed(&store).await;
        let mut intruder = Intruder::enter(&database).await;
        intruder.run("ALTER TABLE usage_call RENAME TO hidden").await;
        for day in 1..=30 {
            for code in [samples::EC, world::OTHER_EC] {
                store.count_call(call(code, &format!("2026-11-{day:02}")), Promptness::Within);
            }
        }
        // More than one commit's worth.
        for primitive in ["a", "b"] {
            for day in 1..=30 {
                let call = NodeCall { primitive, ..call(samples::EC, &format!("2026-11-{day:02}")) };
                store.count_call(call, Promptness::Late);
            }
        }
        assert!(store.write_calls().await.is_err());
        store.count_call(call(samples::EC, "2026-11-30"), Promptness::Late);
        intruder.run("ALTER TABLE hidden RENAME TO usage_call").await;
        for _ in 0..2 {
            store.write_calls().await.unwrap();
            let counted = expected(&[("a", 30, 0), ("b", 30, 0), ("paVerifyPaymentNotice", 31, 30)]);
            assert_eq!(calls(&store, &ec(samples::EC)).await, counted, "{}, once", database.engine);
        }
        assert_eq!(calls(&store, &ec(world::OTHER_EC)).await, expected(&[("paVerifyPaymentNotice", 30, 30)]));
    })
    .await;
}

#[tokio::test]
async fn a_day_belongs_to_its_month() {
    on_both(|database| async move {
        let store = database.store().await;
        world::seed(&store).await;
        for day in ["2026-10-31", "2026-11-01", "2026-11-30", "2026-12-01"] {
            store.count_call(call(samples::EC, day), Promptness::Within);
        }
        store.write_calls().await.unwrap();
        let counted = expected(&[("paVerifyPaymentNotice", 2, 2)]);
        assert_eq!(calls(&store, &ec(samples::EC)).await, counted);
    })
    .await;
}

#[tokio::test]
async fn two_instances_add_to_the_same_counts() {
    on_both(|database| async move {
        let one = Arc::new(database.store().await);
        world::seed(&one).await;
        let other = Arc::new(database.store().await);
        let writers = [&one, &other].map(|store| {
            let store = Arc::clone(store);
            tokio::spawn(async move {
                for _ in 0..20 {
                    for code in [samples::EC, world::OTHER_EC] {
                        store.count_call(call(code, "2026-11-22"), Promptness::Within);
                    }
                    store.write_calls().await.unwrap();
                }
            })
        });
        for writer in writers {
            writer.await.unwrap();
        }
        let usage = one.usage(&UsageOf::Everybody, &november()).await.unwrap();
        let answered: Vec<Answers> = usage.iter().map(|usage| usage.answered()).collect();
        assert_eq!(answered, [Answers { calls: 40, within: 40 }; 2], "{}", database.engine);
    })
    .await;
}
