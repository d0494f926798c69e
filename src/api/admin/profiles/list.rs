//! `GET /admin/v1/profiles`: what can be handed on.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::ProfileModel;
use crate::api::Api;
use crate::api::access::Access;
use crate::api::admin::people::PersonError;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::access::Tenant;

/// Profiles.
#[derive(Serialize, ToSchema)]
#[schema(as = Profiles)]
struct ProfilesModel {
    /// Those of the gateway, then those of the caller's tenants.
    profiles: Vec<ProfileModel>,
}

/// Answers 200 with the profiles of the gateway and of the caller's tenants.
pub(super) async fn handler(State(api): State<Arc<Api>>, access: Access) -> Result<Response, Problem> {
    let own = access.actor.grants.iter().map(|grant| &grant.tenant).filter(|tenant| access.sees(tenant));
    let mut tenants: Vec<Tenant> = own.cloned().collect();
    tenants.push(Tenant::Gateway);
    tenants.sort();
    tenants.dedup();
    let mut profiles = Vec::new();
    for tenant in &tenants {
        let found = api.store.profiles(tenant).await.map_err(PersonError::from)?;
        profiles.extend(found.iter().map(ProfileModel::from));
    }
    Ok(unkept(Json(ProfilesModel { profiles }).into_response()))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer = Answer::json::<ProfilesModel>(
        "Those of the gateway and of the caller's tenants.",
        json!({ "profiles": [super::example()] }),
    );
    Doc::new("listProfiles", "List profiles").answers(StatusCode::OK, answer)
}
