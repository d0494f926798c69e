//! Callers of the admin surface, and what they ask.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Method, Request};
use serde_json::Value;
use varco::api::auth::hash_key;
use varco::domain::access::{KeyScope, Role, Tenant};
use varco::domain::segregation::Segregation;
use varco::store::{ApiKey, ApiScope, KeyRights, Store};

use super::api::{Answer, send};

/// Gives a key that administers in a role for a tenant (`gateway`, `ec:…`, `broker:…`), and nothing else.
pub async fn administrator(store: &Store, secret: &str, tenant: &str, role: Role) {
    let owner = Tenant::parse(tenant).unwrap();
    let scopes = BTreeSet::from([KeyScope::Administration]);
    let rights = KeyRights { owner, scopes, role: Some(role) };
    let (institutions, segregation) = (ApiScope::Only(BTreeSet::new()), Segregation::Every);
    let key = ApiKey { id: secret.into(), label: secret.into(), institutions, segregation, rights };
    store.add_api_key(&key, &hash_key(secret)).await.unwrap();
}

/// Asks for a path below `/admin/v1` with a key.
pub async fn ask(
    address: SocketAddr,
    key: &str,
    (method, path): (Method, &str),
    body: Option<&Value>,
) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(format!("/admin/v1{path}"))
        .header("host", "localhost")
        .header("content-type", "application/json")
        .header("ocp-apim-subscription-key", key);
    let body = body.map(Value::to_string).unwrap_or_default();
    send(address, request.body(Full::<Bytes>::from(body)).unwrap()).await
}
