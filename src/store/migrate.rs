//! The schema, brought up to date at start-up. Each migration works for the old and the new binary.

use sqlx::migrate::{Migrate, Migrator};

use super::StoreError;
use super::dialect::Pools;

/// Applies what is missing and returns the names of what was applied.
pub(super) async fn run(pools: &Pools) -> Result<Vec<String>, StoreError> {
    let migrated = match pools {
        Pools::Sqlite { write, .. } => {
            let mut connection = write.acquire().await.map_err(StoreError::Open)?;
            apply(sqlx::migrate!("migrations/sqlite"), &mut *connection).await
        }
        Pools::Postgres(pool) => {
            let mut connection = pool.acquire().await.map_err(StoreError::Open)?;
            apply(sqlx::migrate!("migrations/postgres"), &mut *connection).await
        }
    };
    migrated.map_err(|error| StoreError::Migrate(Box::new(error)))
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
