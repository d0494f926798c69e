//! Profiles: parts of a role's permissions, to be handed to people.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::HEADING;
use super::people::PersonError;
use super::people::model::{HexName, RoleWord, TenantName, role, tenant};
use crate::api::Api;
use crate::api::access::{Access, Needs, Of};
use crate::api::openapi::form::{Text70, text};
use crate::api::openapi::{Doc, Method, Routes};
use crate::api::positions::field::{Field, Shape};
use crate::api::positions::parse::report::{Pointer, Report};
use crate::api::problem::{Problem, Violation};
use crate::domain::access::Permission;
use crate::domain::people::{GivingError, Profile, ProfileId};
use crate::domain::text::Text;

mod add;
mod list;
mod remove;
mod replace;

pub(super) fn routes() -> Routes {
    let heading = HEADING.0;
    let writing = Needs::new(Permission::PersonWrite, Of::Body);
    let reading = Needs::new(Permission::PersonRead, Of::Own);
    let one = "/profiles/{profile}";
    Routes::default()
        .guarded(reading, (Method::Get, (heading, "/profiles")), list::handler, list::doc())
        .guarded(writing, (Method::Post, (heading, "/profiles")), add::handler, add::doc())
        .guarded(writing, (Method::Put, (heading, one)), replace::handler, replace::doc())
        .guarded(writing, (Method::Delete, (heading, one)), remove::handler, remove::doc())
}

/// A profile.
#[derive(Serialize, ToSchema)]
#[schema(as = Profile)]
struct ProfileModel {
    /// The name in this API.
    #[schema(value_type = HexName)]
    id: String,
    /// Whose it is.
    #[schema(value_type = TenantName)]
    tenant: String,
    /// What people call it.
    #[schema(value_type = Text70)]
    name: String,
    /// Of which role it is a part.
    #[schema(value_type = RoleWord)]
    role: &'static str,
    /// Which part.
    #[schema(value_type = Vec<String>)]
    permissions: Vec<&'static str>,
}

impl From<&Profile> for ProfileModel {
    fn from(profile: &Profile) -> Self {
        ProfileModel {
            id: profile.id.to_string(),
            tenant: profile.tenant.to_string(),
            name: profile.name.to_string(),
            role: profile.role.name(),
            permissions: profile.permissions.iter().map(|permission| permission.name()).collect(),
        }
    }
}

/// A profile as it is wished.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = NewProfile)]
struct NewProfile {
    /// Whose it is; one of the gateway can be handed on by everybody who may give the role. It stays as it is.
    #[serde(default)]
    #[schema(value_type = TenantName, required)]
    tenant: Field<String>,
    /// What people call it.
    #[serde(default)]
    #[schema(value_type = Text70, required)]
    name: Field<String>,
    /// Of which role it is a part. It stays as it is.
    #[serde(default)]
    #[schema(value_type = RoleWord, required)]
    role: Field<String>,
    /// Which part: names of permissions, as /admin/v1/me lists them.
    #[serde(default)]
    #[schema(value_type = Vec<String>, required, max_items = 100)]
    permissions: Field<Vec<Field<String>>>,
}

impl Shape for NewProfile {
    const IS_OBJECT: bool = true;
}

/// Reads a profile of that name.
fn read(body: Value, id: ProfileId) -> Result<Profile, PersonError> {
    let mut report = Report::default();
    let root = Pointer::root();
    let field = Field::<NewProfile>::deserialize(body).unwrap_or(Field::WrongType);
    let request = report.required(field, &root).unwrap_or_default();
    let tenant = tenant(request.tenant, &root.field("tenant"), &mut report);
    let name: Option<Text<70>> = report.text(request.name, &root.field("name"));
    let role = role(request.role, &root.field("role"), &mut report);
    let at = root.field("permissions");
    let mut permissions = BTreeSet::new();
    for (index, name) in report.required(request.permissions, &at).unwrap_or_default().into_iter().enumerate()
    {
        let at = at.item(index);
        let Some(name) = report.required(name, &at) else { continue };
        match Permission::named(&name) {
            Some(permission) => drop(permissions.insert(permission)),
            None => report.add(&at, "unknown_permission", "must be the name of a permission"),
        }
    }
    match (tenant, name, role, report.is_clean()) {
        (Some(tenant), Some(name), Some(role), true) => Ok(Profile { id, tenant, name, role, permissions }),
        _ => Err(PersonError::Invalid(report.into_violations())),
    }
}

/// The profile of that name, if the caller may see it.
async fn seen(api: &Api, access: &Access, id: &str) -> Result<Profile, Problem> {
    let id = ProfileId::new(id).map_err(|_| missing())?;
    let profile = api.store.profile(&id).await.map_err(PersonError::from)?.ok_or_else(missing)?;
    if access.sees(&profile.tenant) { Ok(profile) } else { Err(missing()) }
}

fn missing() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "Not Found", "unknown_profile", "You see no profile of this name.")
}

fn conflict(code: &'static str, detail: &'static str) -> Problem {
    Problem::new(StatusCode::CONFLICT, "Conflict", code, detail)
}

fn example() -> Value {
    json!({
        "id": "0f1e2d3c4b5a69788796a5b4c3d2e1f0", "tenant": "ec:99000010019", "name": "Sola lettura",
        "role": "technical_referent", "permissions": ["institution.read", "station.read"],
    })
}

fn body_example() -> Value {
    json!({
        "tenant": "ec:99000010019", "name": "Sola lettura", "role": "technical_referent",
        "permissions": ["institution.read", "station.read"],
    })
}

/// An endpoint that writes profiles.
fn writing(doc: Doc) -> Doc {
    let wrong = Violation { pointer: "/name".into(), code: "blank", message: "must not be blank".into() };
    doc.refuses([
        PersonError::Invalid(vec![wrong]).into(),
        PersonError::Giving(GivingError::Unsound).into(),
        PersonError::Giving(GivingError::NotOfRole).into(),
        PersonError::Giving(GivingError::TooWide).into(),
        conflict("profile_exists", "The tenant has another profile of this name."),
    ])
}

/// An endpoint about one of them.
fn of_one(id: &str, summary: &str) -> Doc {
    let name = text("^[0-9a-f]{32}$", "The name of a profile.", "0f1e2d3c4b5a69788796a5b4c3d2e1f0");
    Doc::new(id, summary).path("profile", name, "The profile.").refuses([missing()])
}
