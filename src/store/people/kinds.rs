//! How people, grants and profiles are read and written as things that are managed, and the rules between
//! them: the last operator stays, a profile stays as long as somebody has it.

use jiff::Timestamp;

use super::forms::{GrantForm, PersonForm, ProfileForm, profile_form, text};
use super::{BY_ID, OPERATORS, PersonRow, ProfileRow};
use crate::domain::access::{Permission, Role, Tenant};
use crate::domain::governance::Conflict;
use crate::domain::people::{Email, FiscalNumber, Person, UserId};
use crate::domain::text::Text;
use crate::store::StoreError;
use crate::store::dialect::for_both_engines;
use crate::store::governance::Refused;

fn conflict(code: &'static str, message: &'static str) -> Refused {
    Conflict::new(code, message).into()
}

/// What is wished is not of the form of its kind: no endpoint of ours proposes such a thing.
fn unreadable() -> Refused {
    StoreError::Corrupt { what: "proposal about people" }.into()
}

fn parsed<T: serde::de::DeserializeOwned>(wanted: &str) -> Result<T, Refused> {
    serde_json::from_str(wanted).map_err(|_| unreadable())
}

impl PersonForm {
    fn of(person: Person) -> Self {
        let (issuer, subject) = person.identity.map(|identity| (identity.issuer, identity.subject)).unzip();
        PersonForm {
            id: person.id.to_string(),
            name: person.name.to_string(),
            email: person.email.as_str().to_owned(),
            fiscal_number: person.fiscal_number.map(|number| number.as_str().to_owned()),
            issuer,
            subject,
            suspended_at: person.suspended_at.map(|at| at.to_string()),
        }
    }

    /// Read again by the rules, since a draft may have waited for long.
    fn judged(wanted: &str, target: &str) -> Result<(Self, Option<i64>), Refused> {
        let form: PersonForm = parsed(wanted)?;
        let suspended: Option<Timestamp> =
            form.suspended_at.as_deref().map(str::parse).transpose().map_err(|_| unreadable())?;
        let number = form.fiscal_number.as_deref().map(FiscalNumber::new).transpose();
        let sound = form.id == target
            && UserId::new(&form.id).is_ok()
            && Text::<140>::new(&form.name).is_ok()
            && Email::new(&form.email).is_ok_and(|email| email.as_str() == form.email)
            && number.is_ok()
            && form.issuer.is_some() == form.subject.is_some();
        if sound { Ok((form, suspended.map(|at| at.as_microsecond()))) } else { Err(unreadable()) }
    }
}

/// Whether a role fits a tenant, and a tenant's text is one.
fn sound_role(role: &str, tenant: &str) -> Result<(), Refused> {
    match (Role::named(role), Tenant::parse(tenant)) {
        (Some(_), Ok(_)) => Ok(()),
        _ => Err(unreadable()),
    }
}

const LAST_OPERATOR: &str = "Somebody must remain who can sign in as an operator: name another one first.";

for_both_engines! {
    pub(in crate::store) async fn read_person(
        connection: &mut Connection,
        target: &str,
    ) -> Result<Option<String>, Refused> {
        let row: Option<PersonRow> = sqlx::query_as(BY_ID).bind(target).fetch_optional(connection).await?;
        Ok(row.map(PersonRow::read).transpose()?.map(|person| text(&PersonForm::of(person))))
    }

    pub(in crate::store) async fn write_person(
        connection: &mut Connection,
        (target, wanted): (&str, Option<&str>),
        at: Timestamp,
    ) -> Result<(), Refused> {
        const PUT: &str = "INSERT INTO person (id, name, email, fiscal_number, issuer, subject, created_at, suspended_at) \
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO UPDATE SET name = excluded.name, \
            email = excluded.email, fiscal_number = excluded.fiscal_number, issuer = excluded.issuer, \
            subject = excluded.subject, suspended_at = excluded.suspended_at";
        let Some(wanted) = wanted else {
            return Err(conflict("person_stays", "A person who did things here stays known: suspend it instead."));
        };
        let (form, suspended) = PersonForm::judged(wanted, target)?;
        if somebody_else(&mut *connection, &form).await? {
            return Err(conflict(
                "person_exists",
                "Another person has this e-mail address, this fiscal number or this identity.",
            ));
        }
        sqlx::query(PUT)
            .bind(&form.id)
            .bind(&form.name)
            .bind(&form.email)
            .bind(&form.fiscal_number)
            .bind(&form.issuer)
            .bind(&form.subject)
            .bind(at.as_microsecond())
            .bind(suspended)
            .execute(&mut *connection)
            .await?;
        if suspended.is_some() { shut_out(connection, &form.id, at).await } else { Ok(()) }
    }

    async fn somebody_else(connection: &mut Connection, form: &PersonForm) -> Result<bool, Refused> {
        const OTHERS: [&str; 3] = [
            "SELECT COUNT(*) FROM person WHERE id <> $1 AND email = $2",
            "SELECT COUNT(*) FROM person WHERE id <> $1 AND fiscal_number = $2",
            "SELECT COUNT(*) FROM person WHERE id <> $1 AND subject = $2 AND issuer = $3",
        ];
        let values = [Some(&form.email), form.fiscal_number.as_ref(), form.subject.as_ref()];
        for (statement, value) in OTHERS.into_iter().zip(values) {
            let Some(value) = value else { continue };
            let mut query = sqlx::query_scalar::<_, i64>(statement).bind(&form.id).bind(value);
            if statement.ends_with("$3") {
                query = query.bind(&form.issuer);
            }
            if query.fetch_one(&mut *connection).await? > 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Ends what a suspended person could still come in by.
    async fn shut_out(connection: &mut Connection, person: &str, at: Timestamp) -> Result<(), Refused> {
        const END: &str = "UPDATE session SET ended_at = $2, id_token = NULL \
            WHERE person = $1 AND began_at <> 0 AND ended_at IS NULL";
        const WAS: &str = "SELECT COUNT(*) FROM person_grant WHERE person = $1 AND tenant = 'gateway' \
            AND given_at <> 0 AND role = 'operator' AND profile IS NULL";
        sqlx::query(END).bind(person).bind(at.as_microsecond()).execute(&mut *connection).await?;
        sqlx::query("DELETE FROM enrolment_link WHERE person = $1").bind(person).execute(&mut *connection).await?;
        let was: i64 = sqlx::query_scalar(WAS).bind(person).fetch_one(&mut *connection).await?;
        if was > 0 { an_operator_remains(connection).await } else { Ok(()) }
    }

    async fn an_operator_remains(connection: &mut Connection) -> Result<(), Refused> {
        let operators: i64 = sqlx::query_scalar(OPERATORS).fetch_one(connection).await?;
        if operators > 0 { Ok(()) } else { Err(conflict("last_operator", LAST_OPERATOR)) }
    }

    pub(in crate::store) async fn read_grant(
        connection: &mut Connection,
        target: &str,
    ) -> Result<Option<String>, Refused> {
        let row: Option<(String, String, String, String, Option<String>)> =
            sqlx::query_as("SELECT id, person, tenant, role, profile FROM person_grant WHERE id = $1")
                .bind(target)
                .fetch_optional(connection)
                .await?;
        let form = |(id, person, tenant, role, profile)| GrantForm { id, person, tenant, role, profile };
        Ok(row.map(form).map(|form| text(&form)))
    }

    pub(in crate::store) async fn write_grant(
        connection: &mut Connection,
        (target, wanted): (&str, Option<&str>),
        at: Timestamp,
    ) -> Result<(), Refused> {
        const WAS: &str = "SELECT COUNT(*) FROM person_grant WHERE id = $1 AND tenant = 'gateway' \
            AND given_at <> 0 AND role = 'operator' AND profile IS NULL";
        let was: i64 = sqlx::query_scalar(WAS).bind(target).fetch_one(&mut *connection).await?;
        match wanted {
            None => {
                sqlx::query("DELETE FROM person_grant WHERE id = $1").bind(target).execute(&mut *connection).await?;
            }
            Some(wanted) => put_grant(&mut *connection, (target, wanted), at).await?,
        }
        if was > 0 { an_operator_remains(connection).await } else { Ok(()) }
    }

    async fn put_grant(
        connection: &mut Connection,
        (target, wanted): (&str, &str),
        at: Timestamp,
    ) -> Result<(), Refused> {
        const PUT: &str = "INSERT INTO person_grant (id, person, tenant, role, profile, given_at) \
            VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO UPDATE SET profile = excluded.profile";
        const SAME: &str = "SELECT COUNT(*) FROM person_grant \
            WHERE person = $1 AND tenant = $2 AND role = $3 AND given_at <> 0 AND id <> $4";
        const FITS: &str = "SELECT COUNT(*) FROM profile WHERE id = $1 AND role = $2 AND tenant IN ($3, 'gateway')";
        let form: GrantForm = parsed(wanted)?;
        sound_role(&form.role, &form.tenant)?;
        if form.id != target {
            return Err(unreadable());
        }
        let known: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM person WHERE id = $1")
            .bind(&form.person)
            .fetch_one(&mut *connection)
            .await?;
        if known == 0 {
            return Err(conflict("unknown_person", "There is no such person."));
        }
        let same: i64 = sqlx::query_scalar(SAME)
            .bind(&form.person)
            .bind(&form.tenant)
            .bind(&form.role)
            .bind(target)
            .fetch_one(&mut *connection)
            .await?;
        if same > 0 {
            return Err(conflict("grant_exists", "The person has this role for this tenant already."));
        }
        if let Some(profile) = &form.profile {
            let fits: i64 = sqlx::query_scalar(FITS)
                .bind(profile)
                .bind(&form.role)
                .bind(&form.tenant)
                .fetch_one(&mut *connection)
                .await?;
            if fits == 0 {
                return Err(conflict("unknown_profile", "There is no such profile for this role and this tenant."));
            }
        }
        sqlx::query(PUT)
            .bind(&form.id)
            .bind(&form.person)
            .bind(&form.tenant)
            .bind(&form.role)
            .bind(&form.profile)
            .bind(at.as_microsecond())
            .execute(&mut *connection)
            .await?;
        // Whoever holds a link was trusted with the person as it was, not with what it may do now.
        sqlx::query("DELETE FROM enrolment_link WHERE person = $1").bind(&form.person).execute(connection).await?;
        Ok(())
    }

    pub(in crate::store) async fn read_profile(
        connection: &mut Connection,
        target: &str,
    ) -> Result<Option<String>, Refused> {
        let row: Option<ProfileRow> =
            sqlx::query_as("SELECT id, tenant, name, role, permissions FROM profile WHERE id = $1")
                .bind(target)
                .fetch_optional(connection)
                .await?;
        Ok(row.map(ProfileRow::read).transpose()?.map(|profile| profile_form(&profile)))
    }

    pub(in crate::store) async fn write_profile(
        connection: &mut Connection,
        (target, wanted): (&str, Option<&str>),
        at: Timestamp,
    ) -> Result<(), Refused> {
        const PUT: &str = "INSERT INTO profile (id, tenant, name, role, permissions, created_at) \
            VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO UPDATE SET name = excluded.name, \
            permissions = excluded.permissions";
        const HAD: &str = "SELECT COUNT(*) FROM person_grant WHERE profile = $1";
        const SAME: &str = "SELECT COUNT(*) FROM profile WHERE tenant = $1 AND name = $2 AND id <> $3";
        let Some(wanted) = wanted else {
            let had: i64 = sqlx::query_scalar(HAD).bind(target).fetch_one(&mut *connection).await?;
            if had > 0 {
                return Err(conflict("profile_in_use", "Somebody has this profile: take it away from them first."));
            }
            sqlx::query("DELETE FROM profile WHERE id = $1").bind(target).execute(connection).await?;
            return Ok(());
        };
        let form: ProfileForm = parsed(wanted)?;
        sound_role(&form.role, &form.tenant)?;
        if form.id != target || form.permissions.iter().any(|name| Permission::named(name).is_none()) {
            return Err(unreadable());
        }
        let same: i64 = sqlx::query_scalar(SAME)
            .bind(&form.tenant)
            .bind(&form.name)
            .bind(target)
            .fetch_one(&mut *connection)
            .await?;
        if same > 0 {
            return Err(conflict("profile_exists", "The tenant has another profile of this name."));
        }
        sqlx::query(PUT)
            .bind(&form.id)
            .bind(&form.tenant)
            .bind(&form.name)
            .bind(&form.role)
            .bind(form.permissions.join(" "))
            .bind(at.as_microsecond())
            .execute(connection)
            .await?;
        Ok(())
    }
}
