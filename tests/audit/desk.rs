//! What the tests of the audit write and how they tamper.

use jiff::{SignedDuration, Timestamp};
use varco::domain::access::{Role, Tenant};
use varco::domain::governance::Author;
use varco::domain::text::Text;
use varco::store::Store;

use super::support::trouble::Intruder;
use super::support::{TestDatabase, samples};

pub fn at(second: i64) -> Timestamp {
    samples::now() - SignedDuration::from_hours(10) + SignedDuration::from_secs(second)
}

/// Somebody of the gateway, at that second.
pub fn person(name: &str, second: i64) -> Author {
    Author {
        actor: format!("person:{name}"),
        name: name.to_owned(),
        role: Some(Role::Operator),
        tenant: Tenant::Gateway,
        request: format!("request-{second}"),
        reason: Some(Text::new("perché no").unwrap()),
        at: at(second),
    }
}

/// Writes that many entries.
pub async fn filled(store: &Store, entries: i64) {
    for second in 1..=entries {
        let target = (&Tenant::Gateway, &*format!("thing-{second}"));
        store.note(&person("anna", second), "secret.read", target).await.unwrap();
    }
}

/// Tampers as somebody who rules the database does: without the triggers.
pub async fn tamper(database: &TestDatabase, statements: &str) {
    let mut intruder = Intruder::enter(database).await;
    let off = match database.engine {
        "sqlite" => {
            "DROP TRIGGER IF EXISTS audit_is_not_edited; DROP TRIGGER IF EXISTS audit_is_not_shortened"
        }
        _ => "ALTER TABLE audit DISABLE TRIGGER ALL",
    };
    intruder.run(off).await;
    intruder.run(statements).await;
}
