//! Accounts as a kind of thing that is proposed, carried out and audited.
//!
//! Whoever writes here holds the audit, so that no two changes of the registry are under way at once: what is
//! read about other accounts still holds when this one is written.

use jiff::Timestamp;

use super::form::{AccountForm, form_of, parsed};
use super::purposes::built_in;
use crate::domain::governance::Conflict;
use crate::domain::iban::Iban;
use crate::domain::rome;
use crate::store::StoreError;
use crate::store::dialect::for_both_engines;
use crate::store::governance::Refused;
use crate::store::rows::optional_instant;

/// How the account stands among those of other creditors.
#[derive(Debug)]
struct Shared {
    /// Whether the first that has it is another.
    foreign: bool,
    /// Until when it lasts, as its owner says.
    due: Option<Timestamp>,
    /// The first moment that nobody has registered it before or at.
    free: i64,
}

/// The creditor and the account that a proposal names.
fn parts(target: &str) -> Result<(&str, &str), Refused> {
    let parts = target.split_once('/').ok_or(StoreError::Corrupt { what: "name of an account" });
    Ok(parts?)
}

fn last_one() -> Refused {
    let why =
        "It is the only account of the creditor institution, which must have one: register another first.";
    Conflict::new("last_iban", why).into()
}

fn offered() -> Refused {
    let why =
        "Services that the creditor institution offers are paid into the account: name another there first.";
    Conflict::new("iban_offered", why).into()
}

fn postal_elsewhere() -> Refused {
    let why =
        "An account at the post office is of one creditor institution only, and another has registered it.";
    Conflict::new("postal_iban_elsewhere", why).into()
}

fn due_of_owner() -> Refused {
    let why = "Until when the account lasts is for the creditor institution to say that registered it first.";
    Conflict::new("due_date_of_owner", why).into()
}

fn unknown_purpose() -> Refused {
    Conflict::new("unknown_label", "A label of the account is not one that accounts can have.").into()
}

/// Until when an account of a creditor lasts that is not its owner: as the owner says, whether repeated or not.
fn due_of(wanted: Option<Timestamp>, shared: &Shared) -> Result<Option<Timestamp>, Refused> {
    let same_day = wanted.map(rome::day) == shared.due.map(rome::day);
    match (shared.foreign, wanted) {
        (false, wanted) => Ok(wanted),
        (true, None) => Ok(shared.due),
        (true, Some(_)) if same_day => Ok(shared.due),
        (true, Some(_)) => Err(due_of_owner()),
    }
}

/// The code on the slips of an account at the post office, which comes and goes with it.
fn slip_code(iban: &str) -> Option<String> {
    Iban::kept(iban).ok().and_then(|iban| iban.postal_code().map(str::to_owned))
}

const PUT: &str = "INSERT INTO iban (ec, iban, label, company_name, description, active, valid_from, due_at, \
    published_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (ec, iban) DO UPDATE \
    SET label = excluded.label, company_name = excluded.company_name, description = excluded.description, \
    active = excluded.active, valid_from = excluded.valid_from, due_at = excluded.due_at";

for_both_engines! {
    [super]

    /// How an account is now.
    pub(in crate::store) async fn read_account(
        connection: &mut Connection,
        target: &str,
    ) -> Result<Option<String>, Refused> {
        let (ec, iban) = parts(target)?;
        let known = stored_account(connection, ec, iban).await?;
        Ok(known.map(|known| form_of(&known.account)))
    }

    /// Makes an account as it is wished to be, or takes it away.
    pub(in crate::store) async fn write_account(
        connection: &mut Connection,
        target: &str,
        wanted: Option<&str>,
        at: Timestamp,
    ) -> Result<(), Refused> {
        let (ec, iban) = parts(target)?;
        match wanted {
            Some(json) => put_account(connection, (ec, iban), &parsed(json)?, at).await,
            None => remove_account(connection, ec, iban).await,
        }
    }

    async fn put_account(
        connection: &mut Connection,
        (ec, iban): (&str, &str),
        wanted: &AccountForm,
        at: Timestamp,
    ) -> Result<(), Refused> {
        let shared = shared(&mut *connection, ec, iban).await?;
        let due = due_of(wanted.due, &shared)?;
        sqlx::query(PUT)
            .bind(ec)
            .bind(iban)
            .bind(&wanted.label)
            .bind(&wanted.company_name)
            .bind(&wanted.description)
            .bind(wanted.active)
            .bind(wanted.valid_from.map(Timestamp::as_microsecond))
            .bind(due.map(Timestamp::as_microsecond))
            .bind(shared.free.max(at.as_microsecond()))
            .execute(&mut *connection)
            .await?;
        if !shared.foreign {
            sqlx::query("UPDATE iban SET due_at = $2 WHERE iban = $1 AND ec <> $3")
                .bind(iban)
                .bind(due.map(Timestamp::as_microsecond))
                .bind(ec)
                .execute(&mut *connection)
                .await?;
        }
        if let Some(code) = slip_code(iban) {
            sqlx::query(
                "INSERT INTO encoding (ec, kind, code) VALUES ($1, 'BARCODE_128_AIM', $2) ON CONFLICT DO NOTHING",
            )
            .bind(ec)
            .bind(code)
            .execute(&mut *connection)
            .await?;
        }
        choose(connection, (ec, iban), &wanted.purposes).await
    }

    /// How an account stands among those of others; refused where it could be of one only.
    async fn shared(connection: &mut Connection, ec: &str, iban: &str) -> Result<Shared, Refused> {
        let rows: Vec<(String, Option<i64>, i64)> =
            sqlx::query_as("SELECT ec, due_at, published_at FROM iban WHERE iban = $1 ORDER BY published_at, ec")
                .bind(iban)
                .fetch_all(connection)
                .await?;
        let elsewhere = rows.iter().any(|(other, ..)| other != ec);
        let is_postal = Iban::kept(iban).is_ok_and(|iban| iban.is_postal());
        if elsewhere && is_postal && !rows.iter().any(|(own, ..)| own == ec) {
            return Err(postal_elsewhere());
        }
        let free = rows.last().map_or(0, |(.., last)| last.saturating_add(1));
        let Some((owner, due, _)) = rows.first() else { return Ok(Shared { foreign: false, due: None, free }) };
        Ok(Shared { foreign: owner != ec, due: optional_instant(*due)?, free })
    }

    /// Chooses the account for these purposes, in the place of the one that was chosen, and for no others.
    async fn choose(
        connection: &mut Connection,
        (ec, iban): (&str, &str),
        purposes: &[String],
    ) -> Result<(), Refused> {
        sqlx::query("DELETE FROM iban_label WHERE ec = $1 AND iban = $2")
            .bind(ec)
            .bind(iban)
            .execute(&mut *connection)
            .await?;
        for purpose in purposes {
            let known: Option<i32> = sqlx::query_scalar("SELECT 1 FROM iban_purpose WHERE purpose = $1")
                .bind(purpose)
                .fetch_optional(&mut *connection)
                .await?;
            if known.is_none() && built_in(purpose).is_none() {
                return Err(unknown_purpose());
            }
            sqlx::query(
                "INSERT INTO iban_label (ec, label, iban) VALUES ($1, $2, $3) \
                 ON CONFLICT (ec, label) DO UPDATE SET iban = excluded.iban",
            )
            .bind(ec)
            .bind(purpose)
            .bind(iban)
            .execute(&mut *connection)
            .await?;
        }
        Ok(())
    }

    async fn remove_account(connection: &mut Connection, ec: &str, iban: &str) -> Result<(), Refused> {
        let another: Option<i32> = sqlx::query_scalar("SELECT 1 FROM iban WHERE ec = $1 AND iban <> $2 LIMIT 1")
            .bind(ec)
            .bind(iban)
            .fetch_optional(&mut *connection)
            .await?;
        another.ok_or_else(last_one)?;
        let paid_into: Option<i32> = sqlx::query_scalar(
            "SELECT 1 FROM offering WHERE ec = $1 AND (iban = $2 OR postal_iban = $2) LIMIT 1",
        )
        .bind(ec)
        .bind(iban)
        .fetch_optional(&mut *connection)
        .await?;
        if paid_into.is_some() {
            return Err(offered());
        }
        for statement in [
            "DELETE FROM iban_label WHERE ec = $1 AND iban = $2",
            "DELETE FROM iban WHERE ec = $1 AND iban = $2",
        ] {
            sqlx::query(statement).bind(ec).bind(iban).execute(&mut *connection).await?;
        }
        if let Some(code) = slip_code(iban) {
            sqlx::query("DELETE FROM encoding WHERE ec = $1 AND kind = 'BARCODE_128_AIM' AND code = $2")
                .bind(ec)
                .bind(code)
                .execute(connection)
                .await?;
        }
        Ok(())
    }
}
