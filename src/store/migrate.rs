//! The schema, brought up to date at start-up. Each migration works for the old and the new binary.

use sqlx::Executor;
use sqlx::migrate::{Migrate, Migrator};

use super::StoreError;
use super::dialect::Pools;

/// Run after each change of the schema, so that new tables and indexes are covered as well.
const PLANNER: &str = include_str!("planner.sql");
const PLANNER_POSTGRES: &str = include_str!("planner_postgres.sql");

/// Applies what is missing and returns the names of what was applied.
pub(super) async fn run(pools: &Pools) -> Result<Vec<String>, StoreError> {
    let migrated = match pools {
        Pools::Sqlite { write, .. } => {
            let mut connection = write.acquire().await.map_err(StoreError::Open)?;
            match apply(sqlx::migrate!("migrations/sqlite"), &mut *connection).await {
                Ok(applied) => {
                    if !applied.is_empty() {
                        connection.execute(sqlx::raw_sql(PLANNER)).await.map_err(StoreError::Open)?;
                    }
                    Ok(applied)
                }
                Err(error) => Err(error),
            }
        }
        Pools::Postgres(pool) => {
            let mut connection = pool.acquire().await.map_err(StoreError::Open)?;
            match apply(sqlx::migrate!("migrations/postgres"), &mut *connection).await {
                Ok(applied) => {
                    if !applied.is_empty() {
                        let told = connection.execute(sqlx::raw_sql(PLANNER_POSTGRES)).await;
                        told.map_err(StoreError::Open)?;
                    }
                    Ok(applied)
                }
                Err(error) => Err(error),
            }
        }
    };
    migrated.map_err(|error| StoreError::Migrate(Box::new(error)))
}

/// The last migration that this version has.
pub(super) fn newest() -> i64 {
    sqlx::migrate!("migrations/sqlite").iter().map(|migration| migration.version).max().unwrap_or(0)
}

/// Applies what is missing up to a migration, and returns the last that the database has then. Up to the newest
/// this is [`run`]; before that the planner is told nothing, for it is told of tables that come later.
pub(super) async fn run_to(pools: &Pools, last: i64) -> Result<i64, StoreError> {
    if last >= newest() {
        run(pools).await?;
    }
    let reached = match pools {
        Pools::Sqlite { write, .. } => {
            let mut connection = write.acquire().await.map_err(StoreError::Open)?;
            reach(sqlx::migrate!("migrations/sqlite"), &mut *connection, last).await
        }
        Pools::Postgres(pool) => {
            let mut connection = pool.acquire().await.map_err(StoreError::Open)?;
            reach(sqlx::migrate!("migrations/postgres"), &mut *connection, last).await
        }
    };
    reached.map_err(|error| StoreError::Migrate(Box::new(error)))
}

async fn reach<C>(
    mut migrator: Migrator,
    connection: &mut C,
    last: i64,
) -> Result<i64, sqlx::migrate::MigrateError>
where
    C: Migrate,
{
    migrator.set_ignore_missing(true);
    migrator.run_direct(Some(last), connection, false).await?;
    let applied = connection.list_applied_migrations(&migrator.table_name).await?;
    Ok(applied.iter().map(|migration| migration.version).max().unwrap_or(0))
}

async fn apply<C>(
    mut migrator: Migrator,
    connection: &mut C,
) -> Result<Vec<String>, sqlx::migrate::MigrateError>
where
    C: Migrate,
{
    // An older binary goes on with a newer schema, whose migrations it does not have.
    migrator.set_ignore_missing(true);
    connection.ensure_migrations_table(&migrator.table_name).await?;
    let known = connection.list_applied_migrations(&migrator.table_name).await?;
    let missing = migrator.iter().filter(|migration| known.iter().all(|k| k.version != migration.version));
    let names =
        missing.map(|migration| format!("{:04} {}", migration.version, migration.description)).collect();
    migrator.run_direct(None, connection, false).await?;
    Ok(names)
}

#[cfg(test)]
mod tests {
    use crate::store::activations::ACTIVATE;
    use crate::store::catalogue::demand::KNOWN;
    use crate::store::catalogue::demands::{EXPIRED, OF_NOTICE, PAGE};
    use crate::store::dialect::sqlite_engine::FORGET_ANSWERS;
    use crate::store::dialect::{Pools, explain};
    use crate::store::embedded::ONE_NOTICE;
    use crate::store::idempotency::ANSWERED;
    use crate::store::positions::of_notice::POSITION_OF_NOTICE;
    use crate::store::positions::read::ONE_POSITION;
    use crate::store::{Store, StoreOptions};
    use sqlx::Row;

    #[tokio::test]
    async fn no_statement_reads_all_that_a_creditor_has() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("varco.db").display());
        let store = Store::open(&url, StoreOptions::default()).await.unwrap();
        store.migrate().await.unwrap();
        let Pools::Sqlite { read, .. } = &store.pools else { panic!("it is SQLite") };
        let by_foreign_key = "SELECT 1 FROM notice WHERE ec = $1 AND iupd = $2 AND option_no = $3";
        let activate = ACTIVATE.text(64).0;
        let statements = [
            ONE_POSITION,
            by_foreign_key,
            ONE_NOTICE,
            POSITION_OF_NOTICE,
            &activate,
            ANSWERED,
            FORGET_ANSWERS,
            KNOWN,
            EXPIRED,
            PAGE,
            OF_NOTICE,
        ];
        for statement in statements {
            for step in sqlx::query(explain(statement)).fetch_all(read).await.unwrap() {
                let step: String = step.get("detail");
                assert!(!step.ends_with("(ec=?)"), "{step} in {statement}");
                let whole = ["SCAN p", "SCAN notice", "SCAN answered_request"].contains(&step.as_str());
                assert!(!whole, "{step} in {statement}");
            }
        }
    }
}
