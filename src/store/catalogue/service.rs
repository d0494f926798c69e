//! Categories, services and forms of XML as kinds of things that are proposed, carried out and audited.
//!
//! Whoever writes here holds the audit, so that no two changes of the catalogue are under way at once.

use jiff::Timestamp;
use serde::Deserialize;

use super::form::{conflict, named, wanted};
use crate::store::catalogue;
use crate::store::dialect::for_both_engines;
use crate::store::governance::Refused;
use crate::store::registry::{self, Hanging};

/// The most categories, services and forms of XML of an installation: all of them are held in memory.
const MOST_CATEGORIES: i64 = 500;
const MOST_SERVICES: i64 = 2_000;
const MOST_SCHEMAS: i64 = 200;

/// How deep categories go. It ends the walk, should they turn in a circle.
const DEEPEST: usize = 5;

/// What the store reads of a category.
#[derive(Debug, Deserialize)]
struct CategoryHead {
    id: String,
    parent: Option<String>,
}

/// What the store reads of a service.
#[derive(Debug, Deserialize)]
struct ServiceHead {
    id: String,
    owner: Option<String>,
    category: String,
    binding: Option<BindingHead>,
}

/// The schema that a service is bound to.
#[derive(Debug, Deserialize)]
struct BindingHead {
    schema: String,
}

impl ServiceHead {
    /// Whose it is, as it is kept.
    fn owner(&self) -> String {
        self.owner.as_ref().map_or_else(|| "gateway".to_owned(), |ec| format!("ec:{ec}"))
    }
}

/// What the store reads of a form of XML.
#[derive(Debug, Deserialize)]
struct SchemaHead {
    name: String,
}

fn too_many() -> Refused {
    conflict("too_many", "The catalogue holds as many things of this kind as it can.")
}

const HANGING_ON_CATEGORY: [Hanging; 2] = [
    ("categories below it", "SELECT CAST(1 AS BIGINT) FROM service_category WHERE parent = $1 LIMIT 1"),
    ("services", "SELECT CAST(1 AS BIGINT) FROM service WHERE category = $1 LIMIT 1"),
];

const HANGING_ON_SERVICE: [Hanging; 1] = [(
    "creditor institutions that offer it",
    "SELECT CAST(1 AS BIGINT) FROM offering WHERE service = $1 AND updated_at <> 0 LIMIT 1",
)];

const HANGING_ON_SCHEMA: [Hanging; 1] = [(
    "services that are bound to it",
    "SELECT CAST(1 AS BIGINT) FROM service WHERE schema_name = $1 LIMIT 1",
)];

const CATEGORY: &str = "SELECT definition FROM service_category WHERE id = $1";
const SERVICE: &str = "SELECT definition FROM service WHERE id = $1";
const SCHEMA: &str = "SELECT definition FROM service_schema WHERE name = $1";

const IS_CATEGORY: &str = "SELECT CAST(1 AS BIGINT) FROM service_category WHERE id = $1";
const IS_INSTITUTION: &str = "SELECT CAST(1 AS BIGINT) FROM creditor_institution WHERE ec = $1";
const OFFERED_BY_OTHERS: &str = "SELECT CAST(1 AS BIGINT) FROM offering WHERE service = $1 AND updated_at <> 0 \
    AND ec <> $2 LIMIT 1";

const PUT_CATEGORY: &str = "INSERT INTO service_category (id, parent, updated_at, definition) \
    VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO UPDATE SET parent = excluded.parent, \
    updated_at = excluded.updated_at, definition = excluded.definition";

const PUT_SERVICE: &str = "INSERT INTO service (id, owner, category, schema_name, updated_at, definition) \
    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO UPDATE SET owner = excluded.owner, \
    category = excluded.category, schema_name = excluded.schema_name, updated_at = excluded.updated_at, \
    definition = excluded.definition";

const PUT_SCHEMA: &str = "INSERT INTO service_schema (name, updated_at, definition) VALUES ($1, $2, $3) \
    ON CONFLICT (name) DO UPDATE SET updated_at = excluded.updated_at, definition = excluded.definition";

for_both_engines! {
    [catalogue, registry]

    /// How a category is now.
    pub(in crate::store) async fn read_category(
        connection: &mut Connection,
        target: &str,
    ) -> Result<Option<String>, Refused> {
        Ok(definition(connection, CATEGORY, target).await?)
    }

    /// Makes a category as it is wished to be, or takes it away.
    pub(in crate::store) async fn write_category(
        connection: &mut Connection,
        target: &str,
        form: Option<&str>,
        at: Timestamp,
    ) -> Result<(), Refused> {
        changed(&mut *connection).await?;
        let Some(form) = form else {
            free_of(&mut *connection, target, &HANGING_ON_CATEGORY).await?;
            sqlx::query("DELETE FROM service_category WHERE id = $1").bind(target).execute(connection).await?;
            return Ok(());
        };
        let before = definition(&mut *connection, CATEGORY, target).await?;
        let (head, text): (CategoryHead, String) = wanted(form, before.as_deref(), at)?;
        named(&head.id, target)?;
        let count = "SELECT COUNT(*) FROM service_category";
        if before.is_none() && is_full(&mut *connection, count, MOST_CATEGORIES).await? {
            return Err(too_many());
        }
        fits_below(&mut *connection, &head).await?;
        sqlx::query(PUT_CATEGORY)
            .bind(target)
            .bind(&head.parent)
            .bind(at.as_microsecond())
            .bind(text)
            .execute(connection)
            .await?;
        Ok(())
    }

    /// That the category above is there, not too deep, and not below this one.
    async fn fits_below(connection: &mut Connection, head: &CategoryHead) -> Result<(), Refused> {
        let mut above = head.parent.clone();
        for _ in 1..DEEPEST {
            let Some(parent) = above else { return Ok(()) };
            if parent == head.id {
                return Err(conflict("category_circle", "A category cannot be below itself."));
            }
            let found: Option<(Option<String>,)> =
                sqlx::query_as("SELECT parent FROM service_category WHERE id = $1")
                    .bind(&parent)
                    .fetch_optional(&mut *connection)
                    .await?;
            let unknown = || conflict("unknown_category", "The category above is not there.");
            (above,) = found.ok_or_else(unknown)?;
        }
        if above.is_none() { Ok(()) } else { Err(conflict("too_deep", "Categories go five levels deep.")) }
    }

    /// How a service is now.
    pub(in crate::store) async fn read_service(
        connection: &mut Connection,
        target: &str,
    ) -> Result<Option<String>, Refused> {
        Ok(definition(connection, SERVICE, target).await?)
    }

    /// Makes a service as it is wished to be, or takes it away.
    pub(in crate::store) async fn write_service(
        connection: &mut Connection,
        target: &str,
        form: Option<&str>,
        at: Timestamp,
    ) -> Result<(), Refused> {
        changed(&mut *connection).await?;
        let Some(form) = form else {
            free_of(&mut *connection, target, &HANGING_ON_SERVICE).await?;
            sqlx::query("DELETE FROM service WHERE id = $1").bind(target).execute(connection).await?;
            return Ok(());
        };
        let before = definition(&mut *connection, SERVICE, target).await?;
        let (head, text): (ServiceHead, String) = wanted(form, before.as_deref(), at)?;
        named(&head.id, target)?;
        let count = "SELECT COUNT(*) FROM service";
        if before.is_none() && is_full(&mut *connection, count, MOST_SERVICES).await? {
            return Err(too_many());
        }
        stands_among_others(&mut *connection, &head).await?;
        sqlx::query(PUT_SERVICE)
            .bind(target)
            .bind(head.owner())
            .bind(&head.category)
            .bind(head.binding.as_ref().map(|binding| &binding.schema))
            .bind(at.as_microsecond())
            .bind(text)
            .execute(connection)
            .await?;
        Ok(())
    }

    /// That what a service names is there.
    async fn stands_among_others(connection: &mut Connection, head: &ServiceHead) -> Result<(), Refused> {
        if !any(&mut *connection, IS_CATEGORY, &head.category).await? {
            return Err(conflict("unknown_category", "The category of the service is not there."));
        }
        let Some(owner) = &head.owner else { return Ok(()) };
        if !any(&mut *connection, IS_INSTITUTION, owner).await? {
            return Err(conflict("unknown_owner", "The owner of the service is not registered here."));
        }
        let others: Option<i64> = sqlx::query_scalar(OFFERED_BY_OTHERS)
            .bind(&head.id)
            .bind(owner)
            .fetch_optional(connection)
            .await?;
        match others {
            None => Ok(()),
            Some(_) => Err(conflict("offered_by_others", "Other creditor institutions offer the service.")),
        }
    }

    /// How a form of XML is now.
    pub(in crate::store) async fn read_schema(
        connection: &mut Connection,
        target: &str,
    ) -> Result<Option<String>, Refused> {
        Ok(definition(connection, SCHEMA, target).await?)
    }

    /// Makes a form of XML as it is wished to be, or takes it away.
    pub(in crate::store) async fn write_schema(
        connection: &mut Connection,
        target: &str,
        form: Option<&str>,
        at: Timestamp,
    ) -> Result<(), Refused> {
        changed(&mut *connection).await?;
        let Some(form) = form else {
            free_of(&mut *connection, target, &HANGING_ON_SCHEMA).await?;
            sqlx::query("DELETE FROM service_schema WHERE name = $1").bind(target).execute(connection).await?;
            return Ok(());
        };
        let before = definition(&mut *connection, SCHEMA, target).await?;
        let (head, text): (SchemaHead, String) = wanted(form, before.as_deref(), at)?;
        named(&head.name, target)?;
        let count = "SELECT COUNT(*) FROM service_schema";
        if before.is_none() && is_full(&mut *connection, count, MOST_SCHEMAS).await? {
            return Err(too_many());
        }
        sqlx::query(PUT_SCHEMA)
            .bind(target)
            .bind(at.as_microsecond())
            .bind(text)
            .execute(connection)
            .await?;
        Ok(())
    }
}
