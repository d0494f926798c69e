//! Brokers.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Hanging, Wanted, form, parsed, still_referred_to, wanted};
use crate::domain::ids::BrokerCode;
use crate::domain::registry::BrokerFacts;
use crate::domain::text::Text;
use crate::store::dialect::{for_both_engines, on_engine};
use crate::store::governance::Refused;
use crate::store::registry;
use crate::store::rows::read as read_value;
use crate::store::{Store, StoreError};

/// The columns of [`BrokerRow`].
macro_rules! broker_columns {
    () => {
        "SELECT broker AS broker_code, name AS description, enabled, extended_fault_bean FROM broker"
    };
}
pub(super) use broker_columns;

#[derive(Debug, Serialize, Deserialize, sqlx::FromRow)]
pub(super) struct BrokerRow {
    broker_code: String,
    description: String,
    enabled: bool,
    extended_fault_bean: bool,
}

impl BrokerRow {
    pub(super) fn facts(&self) -> Result<BrokerFacts, StoreError> {
        Ok(BrokerFacts {
            code: read_value(BrokerCode::new(&self.broker_code), "broker code")?,
            description: read_value(Text::new(&self.description), "name")?,
            enabled: self.enabled,
            extended_fault_bean: self.extended_fault_bean,
        })
    }
}

impl Wanted for BrokerFacts {
    fn wanted(&self) -> String {
        wanted(&BrokerRow {
            broker_code: self.code.to_string(),
            description: self.description.to_string(),
            enabled: self.enabled,
            extended_fault_bean: self.extended_fault_bean,
        })
    }
}

impl Store {
    /// The broker of that code.
    pub async fn registered_broker(&self, code: &BrokerCode) -> Result<Option<BrokerFacts>, StoreError> {
        let row = on_engine!(&self.pools, read, |pool, engine| engine::find(pool, code.as_str()).await);
        row.map_err(StoreError::during("registered_broker"))?.map(|row| row.facts()).transpose()
    }
}

const HANGING: [Hanging; 4] = [
    (
        "partners behind the gateway",
        "SELECT CAST(1 AS BIGINT) FROM partner WHERE owner = 'broker:' || CAST($1 AS TEXT) LIMIT 1",
    ),
    ("stations", "SELECT CAST(1 AS BIGINT) FROM station WHERE broker = $1 LIMIT 1"),
    ("API keys", "SELECT CAST(1 AS BIGINT) FROM api_key WHERE owner = 'broker:' || CAST($1 AS TEXT) LIMIT 1"),
    (
        "subscriptions",
        "SELECT CAST(1 AS BIGINT) FROM subscription WHERE owner_kind = 'broker' AND owner = $1 AND created_at <> 0 \
         LIMIT 1",
    ),
];

for_both_engines! {
    [registry]

    pub(super) async fn find<'c>(
        executor: impl sqlx::Executor<'c, Database = <Connection as sqlx::Connection>::Database>,
        code: &str,
    ) -> Result<Option<BrokerRow>, sqlx::Error> {
        const FIND: &str = concat!(broker_columns!(), " WHERE broker = $1");
        sqlx::query_as(FIND).bind(code).fetch_optional(executor).await
    }

    pub(in crate::store) async fn read_broker(
        connection: &mut Connection,
        target: &str,
    ) -> Result<Option<String>, Refused> {
        find(connection, target).await?.map(|row| form(&row)).transpose()
    }

    pub(in crate::store) async fn write_broker(
        connection: &mut Connection,
        target: &str,
        wanted: Option<&str>,
        _at: Timestamp,
    ) -> Result<(), Refused> {
        let Some(wanted) = wanted else {
            free_of(&mut *connection, target, &HANGING).await?;
            let deleted = sqlx::query("DELETE FROM broker WHERE broker = $1").bind(target).execute(connection).await;
            return deleted.map(drop).map_err(still_referred_to);
        };
        let row: BrokerRow = parsed(wanted)?;
        sqlx::query(
            "INSERT INTO broker (broker, name, enabled, extended_fault_bean) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (broker) DO UPDATE SET name = excluded.name, enabled = excluded.enabled, \
             extended_fault_bean = excluded.extended_fault_bean",
        )
        .bind(target)
        .bind(&row.description)
        .bind(row.enabled)
        .bind(row.extended_fault_bean)
        .execute(connection)
        .await?;
        Ok(())
    }
}
