//! One secret gives way to the next, and nobody notices who moved to the other in time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use hyper::{Method, StatusCode};
use jiff::SignedDuration;
use serde_json::json;

use crate::desk::{Desk, on_both_desks, positions};
use crate::support::TestDatabase;
use crate::support::api::{EC, send};

#[tokio::test(flavor = "multi_thread")]
async fn no_request_is_refused_while_clients_move_from_one_secret_to_the_other() {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        let desk = Desk::at(database).await;
        let owner = format!("ec:{EC}");
        let made = desk.make(&json!({ "label": "x", "owner": owner, "scopes": ["positions"] })).await;
        let (moved, stop) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let (asked, address) = (Arc::new(AtomicU64::new(0)), desk.gateway.address);
        let clients: Vec<_> = (0..3)
            .map(|_| {
                let (moved, stop, asked) = (Arc::clone(&moved), Arc::clone(&stop), Arc::clone(&asked));
                let (primary, secondary) = (made.primary.clone(), made.secondary.clone());
                tokio::spawn(async move {
                    while !stop.load(Ordering::SeqCst) {
                        let key = if moved.load(Ordering::SeqCst) { &secondary } else { &primary };
                        let request = hyper::Request::get(positions(EC))
                            .header("host", "localhost")
                            .header("ocp-apim-subscription-key", key);
                        let answer = send(address, request.body(Default::default()).unwrap()).await;
                        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
                        asked.fetch_add(1, Ordering::SeqCst);
                    }
                })
            })
            .collect();
        let some_more = async || {
            let before = asked.load(Ordering::SeqCst);
            while asked.load(Ordering::SeqCst) < before + 20 {
                tokio::time::sleep(Duration::from_millis(5)).await;
                assert!(clients.iter().all(|client| !client.is_finished()), "a client was refused");
            }
        };
        some_more().await;
        moved.store(true, Ordering::SeqCst);
        some_more().await;
        let path = format!("/keys/{}/primary/regenerate", made.id);
        let regenerated = desk.admin(Method::POST, &path, None).await;
        assert_eq!(regenerated.status, StatusCode::OK, "{}", regenerated.body);
        some_more().await;
        stop.store(true, Ordering::SeqCst);
        for client in clients {
            client.await.expect("no request was refused");
        }
        desk.get(&made.primary, &positions(EC)).await.is_problem(401, "Unauthorized", "unknown_key");
        let next = regenerated.body["primary"].as_str().unwrap();
        assert_eq!(desk.get(next, &positions(EC)).await.status, StatusCode::OK);
        assert!(regenerated.body["secondary"].is_null());
    }
}

#[tokio::test]
async fn a_secret_that_was_replaced_works_for_the_hours_of_its_overlap() {
    on_both_desks(async |desk| {
        let owner = format!("ec:{EC}");
        let made = desk.make(&json!({ "label": "x", "owner": owner, "scopes": ["positions"] })).await;
        for (slot, old) in [("primary", &made.primary), ("secondary", &made.secondary)] {
            let path = format!("/keys/{}/{slot}/regenerate", made.id);
            let next = desk.admin(Method::POST, &path, Some(&json!({ "overlapHours": 2 }))).await;
            assert_eq!(next.status, StatusCode::OK, "{}", next.body);
            let next = next.body[slot].as_str().unwrap().to_owned();
            desk.gateway.clock.advance(SignedDuration::from_mins(119));
            for secret in [old, &next] {
                assert_eq!(desk.get(secret, &positions(EC)).await.status, StatusCode::OK, "{slot}");
            }
            let read = desk.admin(Method::GET, &format!("/keys/{}", made.id), None).await;
            let ending = |secret: &&serde_json::Value| !secret["worksUntil"].is_null();
            assert_eq!(read.body["secrets"].as_array().unwrap().iter().filter(ending).count(), 1);
            desk.gateway.clock.advance(SignedDuration::from_mins(1));
            desk.get(old, &positions(EC)).await.is_problem(401, "Unauthorized", "unknown_key");
            assert_eq!(desk.get(&next, &positions(EC)).await.status, StatusCode::OK, "{slot}");
        }
        let path = format!("/keys/{}/primary/regenerate", made.id);
        let long = desk.admin(Method::POST, &path, Some(&json!({ "overlapHours": 169 }))).await;
        assert_eq!(long.violations(), [("/overlapHours", "overlap_out_of_range")]);
    })
    .await;
}
