//! Nobody hands on more than they have, and nobody sees the keys of others.

use std::collections::BTreeSet;

use hyper::Method;
use serde_json::json;
use varco::domain::access::{KeyScope, Role, Tenant};
use varco::domain::fiscal_code::FiscalCode;
use varco::store::KeyRights;

use crate::desk::{Desk, on_both_desks};
use crate::support::api::{EC, KEY, OTHER_EC};

/// The secret of the key of a technical referent of [`EC`], for positions and administration.
const TECHNICAL: &str = "key-of-the-technical-referent";

async fn add_technical(desk: &Desk) {
    let rights = KeyRights {
        owner: Tenant::Institution(FiscalCode::new(EC).unwrap()),
        scopes: BTreeSet::from([KeyScope::Positions, KeyScope::Administration]),
        role: Some(Role::TechnicalReferent),
    };
    desk.add("technical", TECHNICAL, rights).await;
}

#[tokio::test]
async fn a_key_is_never_for_more_than_who_makes_it() {
    on_both_desks(async |desk| {
        add_technical(desk).await;
        let (own, other) = (format!("ec:{EC}"), format!("ec:{OTHER_EC}"));
        let make = async |body| desk.ask(TECHNICAL, Method::POST, "/admin/v1/keys", Some(&body)).await;
        let fine = make(json!({ "label": "x", "owner": own, "scopes": ["positions"] })).await;
        assert_eq!(fine.status.as_u16(), 201, "{}", fine.body);
        for owner in [other.as_str(), "gateway"] {
            let foreign = make(json!({ "label": "x", "owner": owner, "scopes": ["positions"] })).await;
            foreign.is_problem(403, "Forbidden", "not_permitted");
        }
        for wider in [
            json!({ "label": "x", "owner": own, "scopes": ["receipts"] }),
            json!({ "label": "x", "owner": own, "scopes": ["administration"], "role": "payments_referent" }),
            json!({ "label": "x", "owner": own, "scopes": ["administration"], "role": "operator" }),
        ] {
            make(wider).await.is_problem(403, "Forbidden", "wider_than_own");
        }
        let id = fine.body["id"].as_str().unwrap();
        let widen = json!({ "scopes": ["positions", "events"] });
        let path = format!("/admin/v1/keys/{id}");
        let widened = desk.ask(TECHNICAL, Method::PATCH, &path, Some(&widen)).await;
        widened.is_problem(403, "Forbidden", "wider_than_own");
    })
    .await;
}

#[tokio::test]
async fn the_keys_of_others_are_not_there() {
    on_both_desks(async |desk| {
        add_technical(desk).await;
        let foreign = json!({ "label": "x", "owner": format!("ec:{OTHER_EC}"), "scopes": ["positions"] });
        let foreign = desk.make(&foreign).await;
        let list = desk.get(TECHNICAL, "/admin/v1/keys").await;
        let ids: Vec<&str> =
            list.body["keys"].as_array().unwrap().iter().map(|key| key["id"].as_str().unwrap()).collect();
        assert_eq!(ids, ["technical"]);
        for (method, path) in [
            (Method::GET, ""),
            (Method::PATCH, ""),
            (Method::POST, "/revoke"),
            (Method::POST, "/primary/regenerate"),
        ] {
            let path = format!("/admin/v1/keys/{}{path}", foreign.id);
            let body = (method == Method::PATCH).then(|| json!({}));
            let answer = desk.ask(TECHNICAL, method, &path, body.as_ref()).await;
            answer.is_problem(404, "Not Found", "unknown_api_key");
        }
        desk.get(KEY, "/admin/v1/keys").await.is_problem(403, "Forbidden", "missing_scope_administration");
    })
    .await;
}
