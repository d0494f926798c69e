//! People who administer, what they were given, and how they sign in.

mod accounts;
mod forms;
pub(super) mod kinds;
mod sessions;

use std::collections::BTreeSet;

use crate::domain::access::{Grant, Permission, Role, Tenant};
use crate::domain::people::{
    Email, FiscalNumber, GivenGrant, GrantId, Identity, Person, Profile, ProfileId, UserId,
};
use crate::domain::text::Text;

use super::dialect::{for_both_engines, on_engine};
use super::rows::{optional_instant, read};
use super::{Store, StoreError};

pub use accounts::{Counted, LinkFor, LocalAccount, NewLocalAccount, SecondFactor};
pub use forms::{grant_form, grant_of_form, person_form, profile_form, profile_of_form};
pub use sessions::{ListedSession, NewSession, SessionKey, Sessions, SignedInFrom, StoredSession};

/// What somebody may do who has signed in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionGrants {
    /// What the person was given here.
    pub given: Vec<GivenGrant>,
    /// What the provider's claims grant for as long as the session lasts.
    pub claimed: Vec<Grant>,
}

impl SessionGrants {
    /// All of them.
    pub fn all(&self) -> Vec<Grant> {
        let given = self.given.iter().map(|given| given.grant.clone());
        given.chain(self.claimed.iter().cloned()).collect()
    }

    /// What claims grant, as it is kept.
    pub fn kept(claimed: &[Grant]) -> String {
        claimed
            .iter()
            .map(|grant| format!("{}/{}", grant.role.name(), grant.tenant))
            .collect::<Vec<_>>()
            .join(" ")
    }

    fn parse(kept: &str) -> Result<Vec<Grant>, StoreError> {
        let one = |text: &str| {
            let (role, tenant) = text.split_once('/')?;
            Some(Grant::whole(Tenant::parse(tenant).ok()?, Role::named(role)?))
        };
        let all = kept.split_ascii_whitespace().map(one);
        all.collect::<Option<_>>().ok_or(StoreError::Corrupt { what: "claimed grant" })
    }
}

/// By what a person is looked up.
#[derive(Clone, Copy, Debug)]
pub enum PersonKey<'a> {
    /// Its name here.
    Id(&'a UserId),
    /// Its address.
    Email(&'a Email),
    /// Its fiscal number.
    FiscalNumber(&'a FiscalNumber),
    /// Who it is to the provider.
    Identity(&'a Identity),
}

/// Somebody and what they were given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownPerson {
    /// Who.
    pub person: Person,
    /// What.
    pub grants: Vec<GivenGrant>,
    /// Whether it can sign in: it has an account here, or has come by the provider.
    pub enrolled: bool,
}

/// The columns of [`PersonRow`].
macro_rules! person_columns {
    () => {
        "p.id, p.name, p.email, p.fiscal_number, p.issuer, p.subject, p.suspended_at, \
         CASE WHEN p.subject IS NOT NULL OR EXISTS (SELECT 1 FROM local_account l WHERE l.person = p.id) \
         THEN 1 ELSE 0 END AS enrolled"
    };
}
pub(super) use person_columns;

#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct PersonRow {
    id: String,
    name: String,
    email: String,
    fiscal_number: Option<String>,
    issuer: Option<String>,
    subject: Option<String>,
    suspended_at: Option<i64>,
    enrolled: i32,
}

impl PersonRow {
    fn read(self) -> Result<Person, StoreError> {
        let identity = self.issuer.zip(self.subject);
        let number = self.fiscal_number.as_deref().map(FiscalNumber::new);
        Ok(Person {
            id: read(UserId::new(&self.id), "name of a person")?,
            name: read(Text::new(&self.name), "name of a person")?,
            email: read(Email::new(&self.email), "e-mail address")?,
            fiscal_number: number.map(|number| read(number, "fiscal number of a person")).transpose()?,
            identity: identity.map(|(issuer, subject)| Identity { issuer, subject }),
            suspended_at: optional_instant(self.suspended_at)?,
        })
    }
}

/// A grant, with the permissions of its profile.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct GrantRow {
    id: String,
    person: String,
    tenant: String,
    role: String,
    profile: Option<String>,
    permissions: Option<String>,
}

/// Grants with what they were narrowed to.
const GRANTS_OF_PERSON: &str = "SELECT g.id, g.person, g.tenant, g.role, g.profile, f.permissions \
    FROM person_grant g LEFT JOIN profile f ON f.id = g.profile WHERE g.person = $1 ORDER BY g.tenant, g.role";

fn permissions(names: &str) -> Result<BTreeSet<Permission>, StoreError> {
    // A permission that there is no more permits nothing.
    Ok(names.split_ascii_whitespace().filter_map(Permission::named).collect())
}

fn role(name: &str) -> Result<Role, StoreError> {
    Role::named(name).ok_or(StoreError::Corrupt { what: "role of a person" })
}

impl GrantRow {
    fn read(self) -> Result<GivenGrant, StoreError> {
        let only = self.permissions.as_deref().map(permissions).transpose()?;
        let tenant = read(Tenant::parse(&self.tenant), "tenant of a grant")?;
        let profile = self.profile.as_deref().map(ProfileId::new);
        Ok(GivenGrant {
            id: read(GrantId::new(&self.id), "name of a grant")?,
            person: read(UserId::new(&self.person), "name of a person")?,
            profile: profile.map(|profile| read(profile, "name of a profile")).transpose()?,
            grant: Grant { tenant, role: role(&self.role)?, only },
        })
    }
}

fn grants_of(rows: Vec<GrantRow>) -> Result<Vec<GivenGrant>, StoreError> {
    rows.into_iter().map(GrantRow::read).collect()
}

#[derive(Debug, sqlx::FromRow)]
pub(super) struct ProfileRow {
    id: String,
    tenant: String,
    name: String,
    role: String,
    permissions: String,
}

impl ProfileRow {
    fn read(self) -> Result<Profile, StoreError> {
        Ok(Profile {
            id: read(ProfileId::new(&self.id), "name of a profile")?,
            tenant: read(Tenant::parse(&self.tenant), "tenant of a profile")?,
            name: read(Text::new(&self.name), "name of a profile")?,
            role: role(&self.role)?,
            permissions: permissions(&self.permissions)?,
        })
    }
}

impl Store {
    /// Somebody, with what they were given.
    pub async fn person(&self, key: PersonKey<'_>) -> Result<Option<KnownPerson>, StoreError> {
        let found = on_engine!(&self.pools, read, |pool, engine| engine::person(pool, key).await);
        let found = found.map_err(StoreError::during("person"))?;
        found.map(|(row, grants)| known(row, grants)).transpose()
    }

    /// A page of people in the order of their names: those with a role for a tenant, or all.
    pub async fn people(
        &self,
        of: Option<&Tenant>,
        after: Option<&UserId>,
        limit: i64,
    ) -> Result<Vec<KnownPerson>, StoreError> {
        let of = of.map(Tenant::to_string);
        let after = after.map(UserId::as_str).unwrap_or_default();
        let rows = on_engine!(&self.pools, read, |pool, engine| {
            engine::people(pool, of.as_deref(), after, limit).await
        });
        let rows = rows.map_err(StoreError::during("people"))?;
        rows.into_iter().map(|(row, grants)| known(row, grants)).collect()
    }

    /// The profiles of a tenant, in the order of their names.
    pub async fn profiles(&self, of: &Tenant) -> Result<Vec<Profile>, StoreError> {
        let of = of.to_string();
        let rows = on_engine!(&self.pools, read, |pool, engine| engine::profiles(pool, &of).await);
        rows.map_err(StoreError::during("profiles"))?.into_iter().map(ProfileRow::read).collect()
    }

    /// One profile.
    pub async fn profile(&self, id: &ProfileId) -> Result<Option<Profile>, StoreError> {
        let row = on_engine!(&self.pools, read, |pool, engine| engine::profile(pool, id).await);
        row.map_err(StoreError::during("profile"))?.map(ProfileRow::read).transpose()
    }

    /// Whether there is an operator who can sign in.
    pub async fn has_operator(&self) -> Result<bool, StoreError> {
        on_engine!(&self.pools, read, |pool, engine| engine::has_operator(pool).await)
            .map_err(StoreError::during("has_operator"))
    }
}

fn known(row: PersonRow, grants: Vec<GrantRow>) -> Result<KnownPerson, StoreError> {
    let enrolled = row.enrolled == 1;
    Ok(KnownPerson { person: row.read()?, grants: grants_of(grants)?, enrolled })
}

/// How many operators there are who can sign in and are not narrowed.
const OPERATORS: &str = "SELECT COUNT(*) FROM person_grant g JOIN person p ON p.id = g.person \
    WHERE g.tenant = 'gateway' AND g.given_at <> 0 AND g.role = 'operator' AND g.profile IS NULL \
    AND p.suspended_at IS NULL AND (p.subject IS NOT NULL \
    OR EXISTS (SELECT 1 FROM local_account l WHERE l.person = p.id))";

const BY_ID: &str = concat!("SELECT ", person_columns!(), " FROM person p WHERE p.id = $1");
const BY_EMAIL: &str = concat!("SELECT ", person_columns!(), " FROM person p WHERE p.email = $1");
const BY_NUMBER: &str = concat!("SELECT ", person_columns!(), " FROM person p WHERE p.fiscal_number = $1");
const BY_IDENTITY: &str =
    concat!("SELECT ", person_columns!(), " FROM person p WHERE p.issuer = $1 AND p.subject = $2");
const PAGE: &str =
    concat!("SELECT ", person_columns!(), " FROM person p WHERE p.id > $1 ORDER BY p.id LIMIT $2");
const PAGE_OF: &str = concat!(
    "SELECT ",
    person_columns!(),
    " FROM (SELECT DISTINCT person FROM person_grant WHERE tenant = $3 AND given_at <> 0 AND person > $1 \
     ORDER BY person LIMIT $2) w JOIN person p ON p.id = w.person ORDER BY p.id"
);

for_both_engines! {
    pub(super) async fn person(
        pool: &Pool,
        key: PersonKey<'_>,
    ) -> Result<Option<(PersonRow, Vec<GrantRow>)>, sqlx::Error> {
        let query = match key {
            PersonKey::Id(id) => sqlx::query_as(BY_ID).bind(id.as_str()),
            PersonKey::Email(email) => sqlx::query_as(BY_EMAIL).bind(email.as_str()),
            PersonKey::FiscalNumber(number) => sqlx::query_as(BY_NUMBER).bind(number.as_str()),
            PersonKey::Identity(identity) => {
                sqlx::query_as(BY_IDENTITY).bind(&identity.issuer).bind(&identity.subject)
            }
        };
        let row: Option<PersonRow> = query.fetch_optional(pool).await?;
        let Some(row) = row else { return Ok(None) };
        let grants = sqlx::query_as(GRANTS_OF_PERSON).bind(&row.id).fetch_all(pool).await?;
        Ok(Some((row, grants)))
    }

    pub(super) async fn people(
        pool: &Pool,
        of: Option<&str>,
        after: &str,
        limit: i64,
    ) -> Result<Vec<(PersonRow, Vec<GrantRow>)>, sqlx::Error> {
        let query = match of {
            None => sqlx::query_as(PAGE).bind(after).bind(limit),
            Some(of) => sqlx::query_as(PAGE_OF).bind(after).bind(limit).bind(of),
        };
        let rows: Vec<PersonRow> = query.fetch_all(pool).await?;
        let mut people = Vec::with_capacity(rows.len());
        for row in rows {
            let grants = sqlx::query_as(GRANTS_OF_PERSON).bind(&row.id).fetch_all(pool).await?;
            people.push((row, grants));
        }
        Ok(people)
    }

    pub(super) async fn profiles(pool: &Pool, of: &str) -> Result<Vec<ProfileRow>, sqlx::Error> {
        sqlx::query_as("SELECT id, tenant, name, role, permissions FROM profile WHERE tenant = $1 ORDER BY name")
            .bind(of)
            .fetch_all(pool)
            .await
    }

    pub(super) async fn profile(pool: &Pool, id: &ProfileId) -> Result<Option<ProfileRow>, sqlx::Error> {
        sqlx::query_as("SELECT id, tenant, name, role, permissions FROM profile WHERE id = $1")
            .bind(id.as_str())
            .fetch_optional(pool)
            .await
    }

    pub(super) async fn has_operator(pool: &Pool) -> Result<bool, sqlx::Error> {
        let operators: i64 = sqlx::query_scalar(OPERATORS).fetch_one(pool).await?;
        Ok(operators > 0)
    }
}
