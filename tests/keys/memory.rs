//! Keys are held against memory: what the database is asked, and when.

use std::time::Duration;

use hyper::{Method, StatusCode};
use jiff::SignedDuration;
use serde_json::json;
use varco::admin::KeyHasher;
use varco::api::auth::hash_key;
use varco::domain::access::key_text;

use crate::desk::{Desk, on_both_desks, positions, vault};
use crate::support::api::{EC, KEY};
use crate::support::trouble::Intruder;

#[tokio::test]
async fn a_known_key_asks_nothing_of_the_database_and_a_flood_of_unknown_ones_little() {
    on_both_desks(async |desk| {
        let made = desk.make(&json!({ "label": "x", "owner": "gateway", "scopes": ["positions"] })).await;
        assert_eq!(desk.get(&made.primary, &positions(EC)).await.status, StatusCode::OK);
        desk.get(&key_text(&[1; 32]), &positions(EC)).await.is_problem(401, "Unauthorized", "unknown_key");
        let mut intruder = Intruder::enter(desk.gateway.database()).await;
        for table in ["api_key", "api_key_secret", "api_key_use"] {
            intruder.run(&format!("ALTER TABLE {table} RENAME TO {table}_away")).await;
        }
        // Whatever asks for keys fails from here on.
        for _ in 0..100 {
            for secret in [&made.primary, &made.secondary] {
                assert_eq!(desk.get(secret, &positions(EC)).await.status, StatusCode::OK);
            }
        }
        let mut questions = 0;
        for number in 0..600_u32 {
            let mut random = [2; 32];
            random[..4].copy_from_slice(&number.to_be_bytes());
            let answer = desk.get(&key_text(&random), &positions(EC)).await;
            questions += usize::from(answer.status == StatusCode::INTERNAL_SERVER_ERROR);
        }
        assert!((500..512).contains(&questions), "{questions} of 600 asked the database");
        desk.get(&key_text(&[3; 32]), &positions(EC)).await.is_problem(401, "Unauthorized", "unknown_key");
        assert_eq!(desk.get(&made.primary, &positions(EC)).await.status, StatusCode::OK);
    })
    .await;
}

#[tokio::test]
async fn what_another_instance_revokes_works_five_seconds_at_most() {
    on_both_desks(async |desk| {
        let made = desk.make(&json!({ "label": "x", "owner": "gateway", "scopes": ["positions"] })).await;
        assert_eq!(desk.get(&made.primary, &positions(EC)).await.status, StatusCode::OK);
        let mut intruder = Intruder::enter(desk.gateway.database()).await;
        intruder.run(&format!("UPDATE api_key SET revoked_at = 1 WHERE id = '{}'", made.id)).await;
        desk.gateway.clock.advance(SignedDuration::from_secs(5));
        desk.get(&made.primary, &positions(EC)).await.is_problem(401, "Unauthorized", "unknown_key");
    })
    .await;
}

#[tokio::test]
async fn the_use_of_a_key_is_written_down_once_a_minute() {
    on_both_desks(async |desk| {
        let made = desk.make(&json!({ "label": "x", "owner": "gateway", "scopes": ["positions"] })).await;
        let last = async || {
            let read = desk.admin(Method::GET, &format!("/keys/{}", made.id), None).await;
            read.body["lastUsedAt"].as_str().map(str::to_owned)
        };
        assert_eq!(last().await, None);
        for (seconds, expected) in
            [(0, "2026-11-22T10:00:00Z"), (59, "2026-11-22T10:00:00Z"), (1, "2026-11-22T10:01:00Z")]
        {
            desk.gateway.clock.advance(SignedDuration::from_secs(seconds));
            desk.get(&made.primary, &positions(EC)).await;
            // Nobody waits for it.
            for _ in 0..200 {
                if last().await.as_deref() == Some(expected) {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            assert_eq!(last().await.as_deref(), Some(expected));
        }
    })
    .await;
}

#[tokio::test]
async fn keys_of_before_work_and_are_put_under_the_master_key_at_the_start() {
    on_both_desks(async |desk: &Desk| {
        let store = &desk.gateway.store;
        assert_eq!(desk.get(KEY, &positions(EC)).await.status, StatusCode::OK, "as it is kept now");
        let hasher = KeyHasher::new(Some(&vault())).unwrap();
        assert_eq!(hasher.seal_kept(store).await.unwrap(), 3);
        assert_eq!(hasher.seal_kept(store).await.unwrap(), 0, "once");
        assert_eq!(store.api_key(&hash_key(KEY)).await.unwrap(), None, "no SHA-256 is left");
        desk.gateway.clock.advance(SignedDuration::from_secs(6));
        assert_eq!(desk.get(KEY, &positions(EC)).await.status, StatusCode::OK);
        assert_eq!(KeyHasher::default().seal_kept(store).await.unwrap(), 0, "there is no master key");
    })
    .await;
}
