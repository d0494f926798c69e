//! People, grants and profiles as the audit and drafts have them. No secret is among what is said of them.

use serde::{Deserialize, Serialize};

use crate::domain::access::{Grant, Permission, Role, Tenant};
use crate::domain::people::{GivenGrant, GrantId, Person, Profile, ProfileId, UserId};
use crate::domain::text::Text;
use crate::store::StoreError;

/// A person, as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct PersonForm {
    pub id: String,
    pub name: String,
    pub email: String,
    pub fiscal_number: Option<String>,
    pub issuer: Option<String>,
    pub subject: Option<String>,
    pub suspended_at: Option<String>,
}

/// A grant, as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct GrantForm {
    pub id: String,
    pub person: String,
    pub tenant: String,
    pub role: String,
    pub profile: Option<String>,
}

/// A profile, as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ProfileForm {
    pub id: String,
    pub tenant: String,
    pub name: String,
    pub role: String,
    pub permissions: Vec<String>,
}

/// The form in which a person is proposed.
pub fn person_form(person: &Person) -> String {
    let identity = person.identity.as_ref();
    text(&PersonForm {
        id: person.id.to_string(),
        name: person.name.to_string(),
        email: person.email.as_str().to_owned(),
        fiscal_number: person.fiscal_number.as_ref().map(|number| number.as_str().to_owned()),
        issuer: identity.map(|identity| identity.issuer.clone()),
        subject: identity.map(|identity| identity.subject.clone()),
        suspended_at: person.suspended_at.map(|at| at.to_string()),
    })
}

/// The form in which a grant is proposed.
pub fn grant_form(given: &GivenGrant) -> String {
    text(&GrantForm {
        id: given.id.to_string(),
        person: given.person.to_string(),
        tenant: given.grant.tenant.to_string(),
        role: given.grant.role.name().to_owned(),
        profile: given.profile.as_ref().map(ToString::to_string),
    })
}

/// The form in which a profile is proposed.
pub fn profile_form(profile: &Profile) -> String {
    text(&ProfileForm {
        id: profile.id.to_string(),
        tenant: profile.tenant.to_string(),
        name: profile.name.to_string(),
        role: profile.role.name().to_owned(),
        permissions: profile.permissions.iter().map(|permission| permission.name().to_owned()).collect(),
    })
}

/// The grant of a form, without what its profile narrows it to.
pub fn grant_of_form(form: &str) -> Result<GivenGrant, StoreError> {
    let read = || {
        let form: GrantForm = serde_json::from_str(form).ok()?;
        let profile = form.profile.as_deref().map(ProfileId::new).transpose().ok()?;
        Some(GivenGrant {
            id: GrantId::new(&form.id).ok()?,
            person: UserId::new(&form.person).ok()?,
            profile,
            grant: Grant::whole(Tenant::parse(&form.tenant).ok()?, Role::named(&form.role)?),
        })
    };
    read().ok_or(StoreError::Corrupt { what: "form of a grant" })
}

/// The profile of a form.
pub fn profile_of_form(form: &str) -> Result<Profile, StoreError> {
    let read = || {
        let form: ProfileForm = serde_json::from_str(form).ok()?;
        Some(Profile {
            id: ProfileId::new(&form.id).ok()?,
            tenant: Tenant::parse(&form.tenant).ok()?,
            name: Text::new(&form.name).ok()?,
            role: Role::named(&form.role)?,
            permissions: form.permissions.iter().filter_map(|name| Permission::named(name)).collect(),
        })
    };
    read().ok_or(StoreError::Corrupt { what: "form of a profile" })
}

/// Structs of texts always have a form.
pub(super) fn text(form: &impl Serialize) -> String {
    serde_json::to_string(form).unwrap_or_default()
}
