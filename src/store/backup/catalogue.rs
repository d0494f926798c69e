//! The tables that there are, as the database itself tells: none that a migration adds can be forgotten.

use super::super::dialect::{for_both_engines, of_catalogue, quoted};
use super::BackupError;
use super::cell::Kind;

/// A table of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) name: String,
    /// Name and kind of each column, in the order of the migrations.
    pub(super) columns: Vec<(String, Kind)>,
}

impl Table {
    /// The names of its columns as a list of SQL.
    pub(super) fn column_list(&self) -> String {
        self.columns.iter().map(|(name, _)| quoted(name)).collect::<Vec<_>>().join(", ")
    }

    /// A column of that name and kind.
    fn has(&self, column: &(String, Kind)) -> bool {
        self.columns.contains(column)
    }

    /// The first column that `other` has and this table has not.
    pub(super) fn lacks<'a>(&self, other: &'a Table) -> Option<&'a str> {
        other.columns.iter().find(|column| !self.has(column)).map(|(name, _)| name.as_str())
    }
}

/// Puts the rows of the catalogue together.
fn tables(rows: Vec<(String, String, String)>) -> Result<Vec<Table>, BackupError> {
    let mut tables: Vec<Table> = Vec::new();
    for (name, column, declared) in rows {
        let Some(kind) = Kind::of_type(&declared) else {
            return Err(BackupError::UnknownKind { table: name, column, declared });
        };
        match tables.last_mut().filter(|table| table.name == name) {
            Some(table) => table.columns.push((column, kind)),
            None => tables.push(Table { name, columns: vec![(column, kind)] }),
        }
    }
    Ok(tables)
}

/// Each table behind those that it refers to, else by name: the same on both engines.
fn in_order(mut tables: Vec<Table>, references: &[(String, String)]) -> Vec<Table> {
    tables.sort_by(|a, b| a.name.cmp(&b.name));
    let mut ordered: Vec<Table> = Vec::with_capacity(tables.len());
    while !tables.is_empty() {
        let waits = |table: &Table| {
            let mut needed = references.iter().filter(|(from, to)| *from == table.name && from != to);
            needed.any(|(_, to)| tables.iter().any(|left| left.name == *to))
        };
        // Tables that refer to each other in a ring would be left: they come as they are.
        let next = tables.iter().position(|table| !waits(table)).unwrap_or(0);
        ordered.push(tables.remove(next));
    }
    ordered
}

for_both_engines! {
    /// All tables of ours, those that others refer to first.
    pub(in crate::store) async fn our_tables(connection: &mut Connection) -> Result<Vec<Table>, BackupError> {
        let columns = sqlx::query_as(COLUMNS).fetch_all(&mut *connection).await?;
        let references: Vec<(String, String)> = sqlx::query_as(REFERENCES).fetch_all(connection).await?;
        Ok(in_order(tables(columns)?, &references))
    }

    /// The first table that holds a row.
    pub(in crate::store) async fn first_with_rows(
        connection: &mut Connection,
        tables: &[Table],
    ) -> Result<Option<String>, BackupError> {
        for table in tables {
            let any = of_catalogue(format!("SELECT 1 FROM {} LIMIT 1", quoted(&table.name)));
            if sqlx::query(any).fetch_optional(&mut *connection).await?.is_some() {
                return Ok(Some(table.name.clone()));
            }
        }
        Ok(None)
    }

    /// The last migration that the schema has.
    pub(in crate::store) async fn schema(connection: &mut Connection) -> Result<i64, BackupError> {
        let last: Option<i64> =
            sqlx::query_scalar("SELECT MAX(version) FROM _sqlx_migrations").fetch_one(connection).await?;
        last.ok_or(BackupError::NoSchema)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(name: &str) -> Table {
        Table { name: name.to_owned(), columns: vec![("a".to_owned(), Kind::Text)] }
    }

    #[test]
    fn a_table_comes_behind_those_that_it_refers_to() {
        let refers = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        let tables = ["a", "b", "c", "d"].map(table).to_vec();
        let references = [refers("a", "c"), refers("c", "d"), refers("b", "b")];
        let names: Vec<String> = in_order(tables, &references).into_iter().map(|table| table.name).collect();
        assert_eq!(names, ["b", "d", "c", "a"]);
    }

    #[test]
    fn a_type_that_no_backup_can_hold_is_refused() {
        let row = ("t".to_owned(), "c".to_owned(), "double precision".to_owned());
        assert!(matches!(tables(vec![row]), Err(BackupError::UnknownKind { .. })));
    }
}
