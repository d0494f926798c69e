//! What statements about the database as a whole need to know of each engine: its catalogue, its planner.

pub(super) mod sqlite {
    /// Table, column and declared type of all that the migrations made.
    pub const COLUMNS: &str = "SELECT t.name, c.name, lower(c.type) FROM sqlite_schema t, pragma_table_info(t.name) c \
        WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite!_%' ESCAPE '!' AND t.name <> '_sqlx_migrations' \
        ORDER BY t.name, c.cid";
    /// Table and the table that it refers to.
    pub const REFERENCES: &str = "SELECT DISTINCT t.name, f.\"table\" FROM sqlite_schema t, \
        pragma_foreign_key_list(t.name) f WHERE t.type = 'table'";
    /// Nothing: the figures of the planner do not come from the rows.
    pub const LEARN: &str = "SELECT 1";
    /// Nothing: statements over whole tables are planned as they are.
    pub const PLAN_WHOLE: &str = "SELECT 1";
}

pub(super) mod postgres {
    /// Table, column and declared type of all that the migrations made.
    pub const COLUMNS: &str = "SELECT c.table_name::text, c.column_name::text, c.data_type::text \
        FROM information_schema.columns c JOIN information_schema.tables t ON t.table_schema = c.table_schema \
        AND t.table_name = c.table_name WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE' \
        AND c.table_name <> '_sqlx_migrations' ORDER BY c.table_name, c.ordinal_position";
    /// Table and the table that it refers to.
    pub const REFERENCES: &str = "SELECT DISTINCT a.relname::text, b.relname::text FROM pg_constraint k \
        JOIN pg_class a ON a.oid = k.conrelid JOIN pg_class b ON b.oid = k.confrelid \
        WHERE k.contype = 'f' AND a.relnamespace = current_schema()::regnamespace";
    /// Has the planner look at rows that came all at once.
    pub const LEARN: &str = "ANALYZE";
    /// Has statements over whole tables planned as such, until the end of the transaction.
    pub const PLAN_WHOLE: &str = "SELECT set_config('enable_seqscan', 'on', TRUE), \
        set_config('enable_hashjoin', 'on', TRUE), set_config('enable_mergejoin', 'on', TRUE)";
}
