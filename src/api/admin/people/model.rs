//! People and what they were given, as JSON.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::access::Access;
use crate::api::openapi::form::{Instant, Text140, form, text, words};
use crate::api::positions::field::{Field, Shape};
use crate::api::positions::parse::report::{Coded, Pointer, Report};
use crate::domain::access::{Role, Tenant, TenantError};
use crate::domain::people::{FiscalNumberError, GivenGrant, HexNameError, ProfileId};
use crate::store::KnownPerson;

/// Whose something is.
pub(in crate::api) enum TenantName {}
form!(
    TenantName,
    "TenantName",
    text(
        "^(gateway|ec:[0-9]{11}|broker:[!-~]{1,35})$",
        "The installation, a creditor institution or a broker.",
        "ec:99000010019",
    )
);

/// A role.
pub(in crate::api) enum RoleWord {}
form!(
    RoleWord,
    "RoleName",
    words(
        Role::ALL.map(Role::name),
        "operator: runs the gateway; payments_referent: answers for the payments of an institution; \
         technical_referent: for its systems; partner_referent: for what a broker does.",
    )
);

/// What asks.
pub(in crate::api) enum KindWord {}
form!(KindWord, "ActorKind", words(["person", "key"], "A person, or an API key."));

/// The name of a person, a grant, a profile or a session.
pub(in crate::api) enum HexName {}
form!(
    HexName,
    "HexName",
    text("^[0-9a-f]{32}$", "A name: 32 hexadecimal digits.", "0f1e2d3c4b5a69788796a5b4c3d2e1f0")
);

/// Somebody who may sign in.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Person)]
pub(super) struct PersonModel {
    /// The name in this API.
    #[schema(value_type = HexName)]
    id: String,
    /// What people call it.
    #[schema(value_type = Text140)]
    name: String,
    /// The address.
    email: String,
    /// Whether it can sign in: it has set its account up, or has come by the provider.
    enrolled: bool,
    /// Since when it may not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant, required = false)]
    suspended_at: Option<String>,
    /// What it was given, as far as the caller may see.
    grants: Vec<GrantModel>,
}

/// What somebody was given.
#[derive(Serialize, ToSchema)]
#[schema(as = Grant)]
pub(super) struct GrantModel {
    /// The name in this API.
    #[schema(value_type = HexName)]
    id: String,
    /// For whom.
    #[schema(value_type = TenantName)]
    tenant: String,
    /// As what.
    #[schema(value_type = RoleWord)]
    role: &'static str,
    /// The profile that narrows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = HexName, required = false)]
    profile: Option<String>,
}

impl PersonModel {
    /// What the caller may see of somebody.
    pub fn new(known: &KnownPerson, access: &Access) -> Self {
        let seen = known.grants.iter().filter(|given| access.sees(&given.grant.tenant));
        PersonModel {
            id: known.person.id.to_string(),
            name: known.person.name.to_string(),
            email: known.person.email.as_str().to_owned(),
            enrolled: known.enrolled,
            suspended_at: known.person.suspended_at.map(|at| at.to_string()),
            grants: seen.map(GrantModel::from).collect(),
        }
    }
}

impl From<&GivenGrant> for GrantModel {
    fn from(given: &GivenGrant) -> Self {
        GrantModel {
            id: given.id.to_string(),
            tenant: given.grant.tenant.to_string(),
            role: given.grant.role.name(),
            profile: given.profile.as_ref().map(ToString::to_string),
        }
    }
}

/// What somebody is to be given.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[schema(as = NewGrant)]
pub(super) struct NewGrant {
    /// For whom.
    #[serde(default)]
    #[schema(value_type = TenantName, required)]
    tenant: Field<String>,
    /// As what.
    #[serde(default)]
    #[schema(value_type = RoleWord, required)]
    role: Field<String>,
    /// A profile that narrows it: of the same tenant or of the gateway, and of the same role.
    #[serde(default)]
    #[schema(value_type = HexName)]
    profile: Field<String>,
}

impl Shape for NewGrant {
    const IS_OBJECT: bool = true;
}

/// A role for a tenant, narrowed or not.
pub(super) struct Wanted {
    pub tenant: Tenant,
    pub role: Role,
    pub profile: Option<ProfileId>,
}

impl NewGrant {
    /// Reads it, or notes what is wrong.
    pub fn read(self, at: &Pointer, report: &mut Report) -> Option<Wanted> {
        let tenant = tenant(self.tenant, &at.field("tenant"), report);
        let role = role(self.role, &at.field("role"), report);
        let place = at.field("profile");
        let profile = report.optional_string(self.profile, &place);
        let profile = profile.map(|profile| report.read(&place, ProfileId::new(&profile)));
        match (tenant, role, profile) {
            (Some(tenant), Some(role), None) => Some(Wanted { tenant, role, profile: None }),
            (Some(tenant), Some(role), Some(Some(profile))) => {
                Some(Wanted { tenant, role, profile: Some(profile) })
            }
            _ => None,
        }
    }
}

/// Reads a tenant.
pub(in crate::api) fn tenant(field: Field<String>, at: &Pointer, report: &mut Report) -> Option<Tenant> {
    let text = report.required(field, at)?;
    report.read(at, Tenant::parse(&text))
}

/// Reads a role.
pub(in crate::api) fn role(field: Field<String>, at: &Pointer, report: &mut Report) -> Option<Role> {
    let text = report.required(field, at)?;
    let role = Role::named(&text);
    if role.is_none() {
        report.add(at, "unknown_role", "must be one of the roles that the documentation names");
    }
    role
}

impl Coded for TenantError {
    fn code(&self) -> &'static str {
        "tenant_form"
    }
}

impl Coded for HexNameError {
    fn code(&self) -> &'static str {
        "name_form"
    }
}

impl Coded for FiscalNumberError {
    fn code(&self) -> &'static str {
        "fiscal_number_form"
    }
}
