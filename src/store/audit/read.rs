//! The audit as people search it: the latest entries first.

use jiff::Timestamp;

use crate::domain::access::Tenant;
use crate::store::dialect::{Assembled, Value, for_both_engines, on_engine};
use crate::store::{Store, StoreError};

use super::AuditEntry;

/// Which entries are asked for.
#[derive(Clone, Debug, Default)]
pub struct AuditQuery {
    /// Only what was done to these tenants; to any, if it is none.
    pub sight: Option<Vec<Tenant>>,
    /// Only what was done to that tenant.
    pub tenant: Option<Tenant>,
    /// Only what that actor did.
    pub actor: Option<String>,
    /// Only that action.
    pub action: Option<String>,
    /// Only what was done to that thing.
    pub target: Option<String>,
    /// Done from then on.
    pub from: Option<Timestamp>,
    /// Done before then.
    pub until: Option<Timestamp>,
    /// How many make a page.
    pub limit: u32,
    /// The number of the last entry of the page before.
    pub after: Option<i64>,
}

impl Store {
    /// A page of the entries that a query asks for, the latest first; and the number after which the next page
    /// begins, if there is one.
    pub async fn audit_page(&self, query: &AuditQuery) -> Result<(Vec<AuditEntry>, Option<i64>), StoreError> {
        let found = on_engine!(&self.pools, read, |pool, engine| engine::list(pool, query).await);
        let mut entries = found.map_err(StoreError::during("audit_page"))?;
        let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
        let more = entries.len() > limit;
        entries.truncate(limit);
        let next = entries.last().filter(|_| more).map(|last| last.seq);
        Ok((entries, next))
    }
}

/// One page, and one entry more if there is a next one. The condition on the action is that of the indexes.
fn page(query: &AuditQuery) -> Assembled {
    let mut statement = Assembled::default();
    statement.push(concat!("SELECT ", super::columns!(), " FROM audit WHERE action <> ''"), []);
    if let Some(tenants) = &query.sight {
        // Of no tenant at all nothing is seen.
        statement.push(" AND (1 = 0", []);
        for tenant in tenants {
            statement.push(" OR tenant = #", [Value::Text(tenant.to_string())]);
        }
        statement.push(")", []);
    }
    let text = |text: &Option<String>| text.clone().map(Value::Text);
    let number = |at: Option<Timestamp>| at.map(|at| Value::Number(at.as_microsecond()));
    for (piece, value) in [
        (" AND tenant = #", query.tenant.as_ref().map(|tenant| Value::Text(tenant.to_string()))),
        (" AND actor = #", text(&query.actor)),
        (" AND action = #", text(&query.action)),
        (" AND target = #", text(&query.target)),
        (" AND at >= #", number(query.from)),
        (" AND at < #", number(query.until)),
        (" AND seq < #", query.after.map(Value::Number)),
    ] {
        if let Some(value) = value {
            statement.push(piece, [value]);
        }
    }
    statement.push(" ORDER BY seq DESC LIMIT #", [Value::Number(i64::from(query.limit) + 1)]);
    statement
}

for_both_engines! {
    pub(super) async fn list(pool: &Pool, query: &AuditQuery) -> Result<Vec<AuditEntry>, sqlx::Error> {
        let (text, values) = page(query).parts();
        let mut page = sqlx::query_as(text).persistent(KEEPS_ASSEMBLED);
        for value in values {
            page = match value {
                Value::Number(number) => page.bind(number),
                Value::Text(text) => page.bind(text),
            };
        }
        page.fetch_all(pool).await
    }
}
