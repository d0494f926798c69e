//! The catalogue: what can be paid on demand, who offers it, in which forms of XML it is asked
//! for, and what was.
//!
//! A definition is a text that the catalogue understands. The store knows of it what rules between rows ask
//! for, and how often anything was changed.

use super::dialect::{for_both_engines, on_engine};
use super::rows::read;
use super::{Store, StoreError};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::text::Text;

pub(super) mod demand;
pub(super) mod demands;
mod form;
pub(in crate::store) mod offering;
pub(in crate::store) mod organization;
pub(in crate::store) mod secret;
pub(in crate::store) mod service;
mod snapshots;

pub use demand::{Demand, Ordered};
pub use demands::{DemandPage, DemandPlace, DemandQuery, ListedDemand, Purge};
pub use form::{definition_form, definition_tag, offering_target, organization_form};
pub use secret::secret_form;
pub use snapshots::{Snapshot, SnapshotHead};

/// Everything of the catalogue at one moment. Definitions are JSON, as they were proposed.
#[derive(Clone, Debug, Default)]
pub struct CatalogueRows {
    /// How often it was changed until then.
    pub version: i64,
    /// The categories, by name.
    pub categories: Vec<String>,
    /// The services, by name.
    pub services: Vec<String>,
    /// Who offers which, by institution and service.
    pub offerings: Vec<String>,
    /// The forms of XML that people brought, by name.
    pub schemas: Vec<String>,
    /// Who takes part under the published contract, by institution.
    pub organizations: Vec<Organization>,
}

/// A creditor institution under the published contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    /// Who it is.
    pub ec: FiscalCode,
    /// How it is called there.
    pub company_name: Text<140>,
    /// Whether its services can be paid.
    pub enabled: bool,
}

impl Store {
    /// The whole catalogue. It is bounded: see the limits of each kind.
    pub async fn catalogue(&self) -> Result<CatalogueRows, StoreError> {
        let rows = on_engine!(&self.pools, read, |pool, engine| engine::all(pool).await);
        let (rows, organizations) = rows.map_err(StoreError::during("catalogue"))?;
        let organizations = organizations.into_iter().map(|(ec, name, enabled)| {
            Ok(Organization {
                ec: read(FiscalCode::new(&ec), "fiscal code")?,
                company_name: read(Text::new(&name), "name of an institution")?,
                enabled,
            })
        });
        Ok(CatalogueRows { organizations: organizations.collect::<Result<_, StoreError>>()?, ..rows })
    }

    /// How often the catalogue was changed: whoever has read it all sees whether it is to be read again.
    pub async fn catalogue_version(&self) -> Result<i64, StoreError> {
        let version = on_engine!(&self.pools, read, |pool, engine| engine::version(pool).await);
        version.map_err(StoreError::during("catalogue_version"))
    }
}

const VERSION: &str = "SELECT number FROM catalogue_version WHERE name = 'catalogue'";

const CHANGED: &str = "INSERT INTO catalogue_version (name, number) VALUES ('catalogue', 1) \
    ON CONFLICT (name) DO UPDATE SET number = catalogue_version.number + 1";

for_both_engines! {
    pub(super) async fn all(
        pool: &Pool,
    ) -> Result<(CatalogueRows, Vec<(String, String, bool)>), sqlx::Error> {
        let mut tx = begin(pool, BEGIN_SNAPSHOT).await?;
        let definitions = [
            "SELECT definition FROM service_category ORDER BY id",
            "SELECT definition FROM service ORDER BY id",
            "SELECT definition FROM offering ORDER BY ec, service",
            "SELECT definition FROM service_schema ORDER BY name",
        ];
        let mut found = Vec::with_capacity(definitions.len());
        for statement in definitions {
            found.push(sqlx::query_scalar(statement).fetch_all(&mut *tx).await?);
        }
        let mut found = found.into_iter();
        let mut next = || found.next().unwrap_or_default();
        let rows = CatalogueRows {
            version: sqlx::query_scalar(VERSION).fetch_optional(&mut *tx).await?.unwrap_or(0),
            categories: next(),
            services: next(),
            offerings: next(),
            schemas: next(),
            organizations: Vec::new(),
        };
        let organizations =
            sqlx::query_as("SELECT ec, company_name, enabled FROM catalogue_organization ORDER BY ec")
                .fetch_all(&mut *tx)
                .await?;
        tx.commit().await?;
        Ok((rows, organizations))
    }

    pub(super) async fn version(pool: &Pool) -> Result<i64, sqlx::Error> {
        Ok(sqlx::query_scalar(VERSION).fetch_optional(pool).await?.unwrap_or(0))
    }

    /// Says that the catalogue is another now.
    pub(super) async fn changed(connection: &mut Connection) -> Result<(), sqlx::Error> {
        sqlx::query(CHANGED).execute(connection).await.map(drop)
    }

    /// The definition that a statement finds under a name.
    pub(super) async fn definition(
        connection: &mut Connection,
        statement: &'static str,
        name: &str,
    ) -> Result<Option<String>, sqlx::Error> {
        sqlx::query_scalar(statement).bind(name).fetch_optional(connection).await
    }

    /// Whether a statement finds anything of a name.
    pub(super) async fn any(
        connection: &mut Connection,
        statement: &'static str,
        name: &str,
    ) -> Result<bool, sqlx::Error> {
        let found: Option<i64> = sqlx::query_scalar(statement).bind(name).fetch_optional(connection).await?;
        Ok(found.is_some())
    }

    /// Whether a table is as full as it may be.
    pub(super) async fn is_full(
        connection: &mut Connection,
        count: &'static str,
        most: i64,
    ) -> Result<bool, sqlx::Error> {
        let rows: i64 = sqlx::query_scalar(count).fetch_one(connection).await?;
        Ok(rows >= most)
    }
}
