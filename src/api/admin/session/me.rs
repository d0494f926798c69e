//! `GET /admin/v1/me`: who asks, and what they may.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{Extensions, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::api::Api;
use crate::api::access::{Access, SignedIn};
use crate::api::admin::people::model::{KindWord, RoleWord, TenantName};
use crate::api::openapi::form::Instant;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::access::{ActorKind, Grant, Permission, policy};

/// Who asks.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Me)]
struct Me<'a> {
    /// The name by which the audit knows them.
    #[schema(value_type = String)]
    id: &'a str,
    /// What people call them.
    #[schema(value_type = String)]
    name: &'a str,
    /// A person or an API key.
    #[schema(value_type = KindWord)]
    kind: &'static str,
    /// What they were given.
    grants: Vec<MyGrant>,
    /// The session, if somebody has signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<MySession>,
}

/// A role of who asks.
#[derive(Serialize, ToSchema)]
#[schema(as = MyGrant)]
struct MyGrant {
    /// For whom.
    #[schema(value_type = TenantName)]
    tenant: String,
    /// As what.
    #[schema(value_type = RoleWord)]
    role: &'static str,
    /// What it permits.
    #[schema(value_type = Vec<String>)]
    permissions: Vec<&'static str>,
}

/// The session of who asks.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MySession)]
struct MySession {
    /// Its name.
    id: String,
    /// What requests by cookie that change something repeat in the header X-Varco-CSRF.
    csrf_token: String,
    /// When it ends in any case.
    #[schema(value_type = Instant)]
    ends_at: String,
}

/// Answers 200.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    extensions: Extensions,
) -> Result<Response, Problem> {
    let session =
        extensions.get::<SignedIn>().zip(api.door.as_ref()).map(|(SignedIn(signed), door)| MySession {
            id: signed.session.id.to_string(),
            csrf_token: door.csrf(&signed.session.id),
            ends_at: signed.session.times.ends_at.to_string(),
        });
    let actor = &access.actor;
    let kind = match actor.kind {
        ActorKind::Person => "person",
        ActorKind::Key => "key",
    };
    let grants = actor.grants.iter().filter(|grant| policy::is_sound(grant)).map(granted).collect();
    Ok(unkept(Json(Me { id: &actor.id, name: &actor.name, kind, grants, session }).into_response()))
}

fn granted(grant: &Grant) -> MyGrant {
    let permits = Permission::ALL.iter().filter(|permission| grant.permits(**permission));
    MyGrant {
        tenant: grant.tenant.to_string(),
        role: grant.role.name(),
        permissions: permits.map(|permission| permission.name()).collect(),
    }
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer = Answer::json::<Me<'static>>(
        "Who asks, what they were given, and their session.",
        json!({
            "id": "0f1e2d3c4b5a69788796a5b4c3d2e1f0", "name": "Anna Bianchi", "kind": "person",
            "grants": [{
                "tenant": "ec:99000010019", "role": "payments_referent", "permissions": ["iban.read", "iban.write"],
            }],
            "session": {
                "id": "00112233445566778899aabbccddeeff", "csrfToken": "sTqfVg", "endsAt": "2026-11-22T19:00:00Z",
            },
        }),
    );
    Doc::new("whoAmI", "Who asks, and what they may").answers(StatusCode::OK, answer)
}
