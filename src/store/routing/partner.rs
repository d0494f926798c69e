//! Partners: systems behind the gateway.

use jiff::Timestamp;

use super::form::NewPassword;
use super::form::{form_of_partner, parts, wished_partner};
use crate::domain::access::Tenant;
use crate::domain::governance::Conflict;
use crate::domain::routing::{Partner, PartnerId, Speaks};
use crate::store::dialect::{for_both_engines, on_engine};
use crate::store::governance::Refused;
use crate::store::registry;
use crate::store::registry::Hanging;
use crate::store::rows::{instant, optional_instant};
use crate::store::{Store, StoreError};

/// The columns of [`PartnerRow`].
macro_rules! partner_columns {
    () => {
        "id, owner, name, speaks, url, rt_url, demand_url, caller, password_hash, password_keyed, due_days, \
         debtor_name, category, wait_for_rpt, redirect, enabled"
    };
}

/// All of them.
pub(in crate::store) const ALL: &str = concat!("SELECT ", partner_columns!(), " FROM partner");

const RECORDS: &str =
    concat!("SELECT ", partner_columns!(), ", password_at, created_at, updated_at FROM partner ORDER BY id");

const RECORD: &str = concat!(
    "SELECT ",
    partner_columns!(),
    ", password_at, created_at, updated_at FROM partner WHERE id = $1"
);

const PUT: &str = "INSERT INTO partner (id, owner, name, speaks, url, rt_url, demand_url, caller, due_days, \
    debtor_name, category, wait_for_rpt, redirect, enabled, created_at, updated_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15) \
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, speaks = excluded.speaks, url = excluded.url, \
    rt_url = excluded.rt_url, demand_url = excluded.demand_url, caller = excluded.caller, \
    due_days = excluded.due_days, debtor_name = excluded.debtor_name, category = excluded.category, \
    wait_for_rpt = excluded.wait_for_rpt, redirect = excluded.redirect, enabled = excluded.enabled, \
    updated_at = excluded.updated_at";

const SET_PASSWORD: &str =
    "UPDATE partner SET password_hash = $2, password_keyed = $3, password_at = $4 WHERE id = $1";

const TAKE_PASSWORD: &str = "UPDATE partner SET password_hash = NULL, password_keyed = FALSE, password_at = NULL \
    WHERE id = $1 AND password_hash IS NOT NULL";

const HANGING: [Hanging; 1] =
    [("routes, planned or of before", "SELECT CAST(1 AS BIGINT) FROM route WHERE partner = $1 LIMIT 1")];

/// A partner with what is known of its row.
#[derive(Clone, Debug)]
pub struct PartnerRecord {
    /// The partner.
    pub partner: Partner,
    /// When it got the password that it has.
    pub password_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// A row. It holds by what a password is known, so that it has no `Debug`.
#[derive(sqlx::FromRow)]
pub(in crate::store) struct PartnerRow {
    pub(super) id: String,
    pub(super) owner: String,
    pub(super) name: String,
    pub(super) speaks: String,
    pub(super) url: String,
    pub(super) rt_url: Option<String>,
    pub(super) demand_url: Option<String>,
    pub(super) caller: Option<String>,
    pub(super) password_hash: Option<Vec<u8>>,
    pub(super) password_keyed: bool,
    pub(super) due_days: i64,
    pub(super) debtor_name: Option<String>,
    pub(super) category: Option<String>,
    pub(super) wait_for_rpt: i64,
    pub(super) redirect: Option<String>,
    pub(super) enabled: bool,
}

/// The same with its instants.
#[derive(sqlx::FromRow)]
pub(in crate::store) struct RecordRow {
    #[sqlx(flatten)]
    row: PartnerRow,
    password_at: Option<i64>,
    created_at: i64,
    updated_at: i64,
}

impl RecordRow {
    fn record(&self) -> Result<PartnerRecord, StoreError> {
        Ok(PartnerRecord {
            partner: self.row.partner()?,
            password_at: optional_instant(self.password_at)?,
            created_at: instant(self.created_at)?,
            updated_at: instant(self.updated_at)?,
        })
    }
}

impl Store {
    /// All partners, in the order of their names.
    pub async fn partner_records(&self) -> Result<Vec<PartnerRecord>, StoreError> {
        let rows = on_engine!(&self.pools, read, |pool, engine| engine::records(pool).await);
        rows.map_err(StoreError::during("partner_records"))?.iter().map(RecordRow::record).collect()
    }

    /// The partner of that name.
    pub async fn partner_record(&self, id: &PartnerId) -> Result<Option<PartnerRecord>, StoreError> {
        let row = on_engine!(&self.pools, read, |pool, engine| engine::record(pool, id.as_str()).await);
        row.map_err(StoreError::during("partner_record"))?.map(|row| row.record()).transpose()
    }
}

fn refused(code: &'static str, message: &'static str) -> Refused {
    Conflict::new(code, message).into()
}

for_both_engines! {
    [registry]

    pub(super) async fn records(pool: &Pool) -> Result<Vec<RecordRow>, sqlx::Error> {
        sqlx::query_as(RECORDS).fetch_all(pool).await
    }

    pub(super) async fn record<'c>(
        executor: impl sqlx::Executor<'c, Database = <Connection as sqlx::Connection>::Database>,
        id: &str,
    ) -> Result<Option<RecordRow>, sqlx::Error> {
        sqlx::query_as(RECORD).bind(id).fetch_optional(executor).await
    }

    pub(in crate::store) async fn read_partner(
        connection: &mut Connection,
        target: &str,
    ) -> Result<Option<String>, Refused> {
        let Some(row) = record(connection, target).await? else { return Ok(None) };
        let known = row.record()?;
        Ok(Some(form_of_partner(&known.partner, known.password_at)))
    }

    pub(in crate::store) async fn write_partner(
        connection: &mut Connection,
        target: &str,
        wanted: Option<&str>,
        at: Timestamp,
    ) -> Result<(), Refused> {
        let Some(wanted) = wanted else {
            free_of(&mut *connection, target, &HANGING).await?;
            sqlx::query("DELETE FROM partner WHERE id = $1").bind(target).execute(connection).await?;
            return Ok(());
        };
        let (partner, password) = wished_partner(wanted)?;
        if partner.id.as_str() != target {
            return Err(StoreError::Corrupt { what: "wish for a partner" }.into());
        }
        let known = record(&mut *connection, target).await?.map(|row| row.record()).transpose()?;
        match known {
            Some(known) => stays_itself(&mut *connection, &known.partner, &partner).await?,
            None => owner_is_known(&mut *connection, &partner.owner).await?,
        }
        put(&mut *connection, &partner, at).await?;
        if partner.speaks != Speaks::Legacy {
            // Relayed messages carry no password.
            sqlx::query(TAKE_PASSWORD).bind(target).execute(connection).await?;
        } else if let NewPassword::Is(hash) = password {
            let (hash, keyed) = parts(&hash);
            sqlx::query(SET_PASSWORD)
                .bind(target)
                .bind(hash.as_slice())
                .bind(keyed)
                .bind(at.as_microsecond())
                .execute(connection)
                .await?;
        }
        Ok(())
    }

    /// Refuses to make another partner of one: routes count on whose it is and on what it speaks.
    async fn stays_itself(connection: &mut Connection, known: &Partner, wanted: &Partner) -> Result<(), Refused> {
        if known.owner != wanted.owner {
            return Err(refused("partner_owner_fixed", "Whose a partner is does not change; make another one."));
        }
        if known.speaks == wanted.speaks {
            return Ok(());
        }
        let routed: Option<i64> =
            sqlx::query_scalar("SELECT CAST(1 AS BIGINT) FROM route WHERE partner = $1 LIMIT 1")
                .bind(known.id.as_str())
                .fetch_optional(connection)
                .await?;
        let why = "A partner that routes name speaks as it did; make another one.";
        if routed.is_some() { Err(refused("partner_language_fixed", why)) } else { Ok(()) }
    }

    async fn owner_is_known(connection: &mut Connection, owner: &Tenant) -> Result<(), Refused> {
        let (find, code) = match owner {
            Tenant::Institution(ec) => {
                ("SELECT CAST(1 AS BIGINT) FROM creditor_institution WHERE ec = $1", ec.as_str())
            }
            Tenant::Broker(code) => ("SELECT CAST(1 AS BIGINT) FROM broker WHERE broker = $1", code.as_str()),
            Tenant::Gateway => return Err(refused("unknown_owner", "A partner is an institution's or a broker's.")),
        };
        let known: Option<i64> = sqlx::query_scalar(find).bind(code).fetch_optional(connection).await?;
        let why = "The institution or the broker is not registered here.";
        if known.is_some() { Ok(()) } else { Err(refused("unknown_owner", why)) }
    }

    async fn put(connection: &mut Connection, partner: &Partner, at: Timestamp) -> Result<(), sqlx::Error> {
        let invention = &partner.invention;
        sqlx::query(PUT)
            .bind(partner.id.as_str())
            .bind(partner.owner.to_string())
            .bind(partner.name.as_str())
            .bind(partner.speaks.word())
            .bind(partner.url.as_str())
            .bind(partner.rt_url.as_ref().map(|url| url.as_str()))
            .bind(partner.demand_url.as_ref().map(|url| url.as_str()))
            .bind(partner.caller.as_ref().map(|caller| caller.as_str()))
            .bind(i64::from(invention.due_days))
            .bind(invention.debtor_name.as_ref().map(|name| name.as_str()))
            .bind(invention.category.as_ref().map(|category| category.as_str()))
            .bind(i64::from(invention.wait_for_rpt.as_millis()))
            .bind(invention.redirect.as_ref().map(|url| url.as_str()))
            .bind(partner.enabled)
            .bind(at.as_microsecond())
            .execute(connection)
            .await
            .map(drop)
    }
}
