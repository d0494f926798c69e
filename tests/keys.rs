//! API keys: two secrets each, what each opens, and how they come and go, on both databases.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod support;

#[path = "keys/desk.rs"]
mod desk;
#[path = "keys/limits.rs"]
mod limits;
#[path = "keys/memory.rs"]
mod memory;
#[path = "keys/rotation.rs"]
mod rotation;

use hyper::{Method, StatusCode};
use jiff::SignedDuration;
use serde_json::json;

use desk::{Desk, FAMILIES, OPERATOR, on_both_desks, positions};
use support::api::{EC, OTHER_EC};
use support::trouble::Intruder;

#[tokio::test]
async fn a_key_is_made_and_its_secrets_are_shown_once() {
    on_both_desks(async |desk| {
        let body = json!({ "label": " Ragioneria ", "owner": format!("ec:{EC}"), "scopes": ["positions"] });
        let made = desk.admin(Method::POST, "/keys", Some(&body)).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        assert_eq!(made.headers["cache-control"], "no-store");
        let id = made.body["id"].as_str().unwrap();
        assert_eq!(made.headers["location"], format!("/admin/v1/keys/{id}"));
        let secrets = ["primary", "secondary"].map(|slot| made.body[slot].as_str().unwrap().to_owned());
        for secret in &secrets {
            assert!(secret.starts_with("vk_") && secret.len() == 52, "{secret}");
            assert_eq!(desk.get(secret, &positions(EC)).await.status, StatusCode::OK);
        }
        let read = desk.admin(Method::GET, &format!("/keys/{id}"), None).await;
        assert_eq!(read.body["label"], "Ragioneria");
        assert_eq!(read.body["status"], "active");
        assert_eq!(read.body["createdBy"], "key:operator");
        assert_eq!(read.body["secrets"].as_array().unwrap().len(), 2);
        let list = desk.admin(Method::GET, "/keys", None).await;
        assert!(list.body["keys"].as_array().unwrap().contains(&read.body));
        for (secret, shown) in secrets.iter().flat_map(|secret| [(secret, &read), (secret, &list)]) {
            assert!(!shown.body.to_string().contains(secret.as_str()));
        }
        desk.holds_none_of(&secrets).await;
    })
    .await;
}

#[tokio::test]
async fn a_key_opens_what_its_scopes_name_and_is_told_what_it_lacks() {
    on_both_desks(async |desk| {
        for (scope, _) in FAMILIES {
            let owner = format!("ec:{EC}");
            let mut body = json!({ "label": scope, "owner": owner, "scopes": [scope] });
            if scope == "administration" {
                body["role"] = json!("technical_referent");
            }
            let secret = desk.make(&body).await.primary;
            for (other, path) in FAMILIES {
                let answer = desk.get(&secret, &path.replace("{ec}", EC)).await;
                if other == scope {
                    assert!(answer.status.is_success(), "{scope} {path}: {}", answer.body);
                } else {
                    let missing = format!("missing_scope_{other}");
                    answer.is_problem(403, "Forbidden", &missing);
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_key_is_for_its_owner_and_for_no_other() {
    on_both_desks(async |desk| {
        let body = json!({ "label": "x", "owner": format!("ec:{EC}"), "scopes": ["positions"] });
        let of_ec = desk.make(&body).await.primary;
        assert_eq!(desk.get(&of_ec, &positions(EC)).await.status, StatusCode::OK);
        desk.get(&of_ec, &positions(OTHER_EC)).await.is_problem(403, "Forbidden", "foreign_organization");
        let body =
            json!({ "label": "x", "owner": "gateway", "scopes": ["positions"], "organizations": [OTHER_EC] });
        let limited = desk.make(&body).await.primary;
        assert_eq!(desk.get(&limited, &positions(OTHER_EC)).await.status, StatusCode::OK);
        desk.get(&limited, &positions(EC)).await.is_problem(403, "Forbidden", "foreign_organization");
    })
    .await;
}

#[tokio::test]
async fn a_key_ends_with_its_time_and_at_once_when_it_is_revoked() {
    on_both_desks(async |desk| {
        let owner = format!("ec:{EC}");
        let until = "2026-11-22T11:00:00Z";
        let body = json!({ "label": "x", "owner": owner, "scopes": ["positions"], "expiresAt": until });
        let expiring = desk.make(&body).await;
        let lasting = desk.make(&json!({ "label": "x", "owner": owner, "scopes": ["positions"] })).await;
        for secret in [&expiring.primary, &lasting.primary, &lasting.secondary] {
            assert_eq!(desk.get(secret, &positions(EC)).await.status, StatusCode::OK);
        }
        desk.gateway.clock.advance(SignedDuration::from_mins(61));
        desk.get(&expiring.primary, &positions(EC)).await.is_problem(401, "Unauthorized", "expired_key");
        let read = desk.admin(Method::GET, &format!("/keys/{}", expiring.id), None).await;
        assert_eq!(read.body["status"], "expired");

        let revoked = desk.admin(Method::POST, &format!("/keys/{}/revoke", lasting.id), None).await;
        assert_eq!(revoked.status, StatusCode::NO_CONTENT, "{}", revoked.body);
        for secret in [&lasting.primary, &lasting.secondary] {
            desk.get(secret, &positions(EC)).await.is_problem(401, "Unauthorized", "unknown_key");
        }
        let read = desk.admin(Method::GET, &format!("/keys/{}", lasting.id), None).await;
        assert_eq!(
            (&read.body["status"], &read.body["revokedBy"]),
            (&json!("revoked"), &json!("key:operator"))
        );
        for path in ["revoke", "primary/regenerate"] {
            let again = desk.admin(Method::POST, &format!("/keys/{}/{path}", lasting.id), None).await;
            again.is_problem(409, "Conflict", "key_revoked");
        }
    })
    .await;
}

#[tokio::test]
async fn a_key_is_changed_and_every_change_is_in_the_audit() {
    on_both_desks(async |desk| {
        let owner = format!("ec:{EC}");
        let made = desk.make(&json!({ "label": "x", "owner": owner, "scopes": ["receipts"] })).await;
        desk.get(&made.primary, &positions(EC)).await.is_problem(403, "Forbidden", "missing_scope_positions");
        let change = json!({ "label": "y", "scopes": ["positions", "receipts"] });
        let changed = desk.admin(Method::PATCH, &format!("/keys/{}", made.id), Some(&change)).await;
        assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
        assert_eq!(changed.body["label"], "y");
        assert_eq!(desk.get(&made.primary, &positions(EC)).await.status, StatusCode::OK, "at once");
        let mut intruder = Intruder::enter(desk.gateway.database()).await;
        let acts = "SELECT action AS name, COUNT(*) AS number FROM audit GROUP BY action ORDER BY action";
        assert_eq!(intruder.read(acts).await, [("key.create".into(), 1), ("key.replace".into(), 1)]);
    })
    .await;
}

#[tokio::test]
async fn everything_that_is_wrong_with_a_key_is_told_at_once() {
    on_both_desks(async |desk| {
        let body = json!({
            "owner": "ec:12345678901", "scopes": ["position", "administration"], "organizations": ["7"],
            "segregationCodes": ["x"], "expiresAt": "2026-11-22T09:00:00Z",
        });
        let refused = desk.admin(Method::POST, "/keys", Some(&body)).await;
        refused.is_problem(400, "Bad Request", "invalid_api_key");
        let mut wrong = refused.violations();
        wrong.sort_unstable();
        assert_eq!(
            wrong,
            [
                ("/expiresAt", "past"),
                ("/label", "required"),
                ("/organizations/0", "fiscal_code"),
                ("/owner", "unknown_owner"),
                ("/role", "required"),
                ("/scopes", "limited_administration"),
                ("/scopes/0", "unknown_scope"),
                ("/segregationCodes/0", "segregation_code_form"),
            ]
        );
        let none = desk.admin(Method::GET, "/keys/nothing", None).await;
        none.is_problem(404, "Not Found", "unknown_api_key");
    })
    .await;
}

#[tokio::test]
async fn the_scope_registry_reads_what_is_registered_of_the_owner_and_changes_nothing() {
    let desk = Desk::sqlite().await;
    let owner = format!("ec:{EC}");
    let made = desk.make(&json!({ "label": "x", "owner": owner, "scopes": ["registry"] })).await;
    let accounts = |ec| format!("/apiconfig/auth/api/v1/creditorinstitutions/{ec}/ibans");
    let read = desk.get(&made.primary, &accounts(EC)).await;
    assert_eq!(read.status, StatusCode::OK, "{}", read.body);
    desk.get(&made.primary, &accounts(OTHER_EC)).await.is_problem(403, "Forbidden", "not_permitted");
    desk.get(&made.primary, "/admin/v1/keys").await.is_problem(403, "Forbidden", "not_permitted");
    desk.get(&made.primary, &positions(EC)).await.is_problem(403, "Forbidden", "missing_scope_positions");
}

#[tokio::test]
async fn a_typo_is_told_from_an_unknown_key() {
    let desk = Desk::sqlite().await;
    let made = desk.make(&json!({ "label": "x", "owner": "gateway", "scopes": ["positions"] })).await;
    let mut typo = made.primary.clone();
    let last = typo.pop().unwrap();
    typo.push(if last == 'x' { 'y' } else { 'x' });
    desk.get(&typo, &positions(EC)).await.is_problem(401, "Unauthorized", "mistyped_key");
    let unknown = varco::domain::access::key_text(&[7; 32]);
    desk.get(&unknown, &positions(EC)).await.is_problem(401, "Unauthorized", "unknown_key");
    desk.get(OPERATOR, &positions(EC)).await.status.is_success().then_some(()).expect("one of before");
}
