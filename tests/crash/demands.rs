//! A demand whose answer is lost: the gateway is killed once its notice is on disk, and asked again.

use varco::domain::fiscal_code::FiscalCode;
use varco::store::{DemandQuery, Store};
use varco::wire::pa_for_node::{Operation, Response};

use super::{LOG, Ordeal};
use crate::support::TestDatabase;
use crate::support::child::Served;
use crate::support::node::Node;
use crate::support::offers::{asks, car_tax, fill};
use crate::support::samples::EC;

/// How often it is killed, on each database.
const KILLS: usize = 5;

/// The notices that were made on demand, the latest first.
async fn made(store: &Store) -> Vec<String> {
    let query = DemandQuery { ec: FiscalCode::new(EC).unwrap(), notice: None, after: None, limit: 100 };
    let (listed, _) = store.demands(&query).await.unwrap();
    listed.into_iter().filter_map(|one| one.notice).collect()
}

async fn asked_again(node: &Node, message: &str) -> String {
    let answer = node.post(message).await.unwrap().response(Operation::PaDemandPaymentNotice);
    let Response::PaDemandPaymentNotice(answer) = answer else { panic!("{answer:?}") };
    answer.qr_code.unwrap_or_else(|| panic!("{:?}", answer.fault)).notice_number.as_str().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_demand_whose_answer_is_lost_is_given_the_same_notice() {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        let ordeal = Ordeal::prepare(database, 1).await;
        let store = ordeal.database.store().await;
        fill(&store).await;
        for round in 0..KILLS {
            let served = Served::start(&ordeal.config, &[], &[LOG]);
            let node = Node::new(served.soap, ordeal.tls.clone());
            let message = asks("00001", &car_tax(&format!("AB10{round}CD"))).message();
            let asking = tokio::spawn({
                let message = message.clone();
                // Whatever is answered is not looked at.
                async move { drop(node.post(&message).await) }
            });
            while made(&store).await.len() <= round {
                tokio::time::sleep(std::time::Duration::from_millis(1)).await;
            }
            served.kill();
            asking.await.unwrap();
            let kept = made(&store).await;

            let served = Served::start(&ordeal.config, &[], &[LOG]);
            let node = Node::new(served.soap, ordeal.tls.clone());
            let again = asked_again(&node, &message).await;
            assert_eq!(kept.first(), Some(&again), "{} round {round}", ordeal.database.engine);
            assert_eq!(made(&store).await, kept, "nothing was made a second time");
            served.stop();
        }
        let mut broken = Vec::new();
        store.verify(&mut |violation| broken.push(violation)).await.unwrap();
        assert_eq!(broken, []);
        store.close().await;
    }
}
