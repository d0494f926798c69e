//! Every edit, removal, swap and insertion is found in the database, and named; and the chain has one order.

use std::sync::Arc;

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection};
use varco::domain::access::Tenant;
use varco::domain::governance::checkpoint::Checkpoint;
use varco::store::{AuditBreach, AuditQuery};

use super::desk::{at, filled, person, tamper};
use super::support::{TestDatabase, on_both};

const COLUMNS: &str =
    "at, actor, actor_name, role, acting_for, request, reason, action, tenant, target, before, after, chain";

/// What is done to an audit of nine entries, and what is found.
fn deeds() -> Vec<(&'static str, String, AuditBreach)> {
    vec![
        ("an edit", "UPDATE audit SET reason = 'altro' WHERE seq = 4".into(), AuditBreach::Changed(4)),
        (
            "a reason taken away",
            "UPDATE audit SET reason = NULL WHERE seq = 1".into(),
            AuditBreach::Changed(1),
        ),
        ("another hour", "UPDATE audit SET at = at + 1 WHERE seq = 9".into(), AuditBreach::Changed(9)),
        ("a removal", "DELETE FROM audit WHERE seq = 5".into(), AuditBreach::Missing(5)),
        ("the first removed", "DELETE FROM audit WHERE seq = 1".into(), AuditBreach::Missing(1)),
        ("the last removed", "DELETE FROM audit WHERE seq = 9".into(), AuditBreach::HeadElsewhere(8)),
        (
            "two swapped",
            "UPDATE audit SET seq = -3 WHERE seq = 3; UPDATE audit SET seq = 3 WHERE seq = 7; \
             UPDATE audit SET seq = 7 WHERE seq = -3"
                .into(),
            AuditBreach::Changed(3),
        ),
        (
            "one put in at the end",
            format!("INSERT INTO audit (seq, {COLUMNS}) SELECT 10, {COLUMNS} FROM audit WHERE seq = 9"),
            AuditBreach::Changed(10),
        ),
        (
            "one put in before the first",
            format!("INSERT INTO audit (seq, {COLUMNS}) SELECT 0, {COLUMNS} FROM audit WHERE seq = 9"),
            AuditBreach::Missing(1),
        ),
        ("a head that was moved", "UPDATE audit_head SET last = 8".into(), AuditBreach::HeadElsewhere(9)),
        ("all of it gone", "DELETE FROM audit".into(), AuditBreach::HeadElsewhere(0)),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_somebody_does_to_the_audit_by_hand_is_found_and_named() {
    for engine in ["sqlite", "postgres"] {
        for (what, statements, breach) in deeds() {
            let database = match engine {
                "sqlite" => TestDatabase::sqlite(),
                _ => TestDatabase::postgres().await,
            };
            let store = database.store().await;
            filled(&store, 9).await;
            assert_eq!(store.verify_audit(&[]).await.unwrap().breaches, [], "{what}");
            tamper(&database, &statements).await;
            assert_eq!(store.verify_audit(&[]).await.unwrap().breaches, [breach], "{what} on {engine}");
            store.close().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_that_was_cut_off_with_its_head_is_found_by_a_checkpoint() {
    on_both(|database| async move {
        let store = database.store().await;
        filled(&store, 9).await;
        let stand = store.audit_stand(at(10)).await.unwrap().unwrap();
        assert_eq!(stand.seq, 9);
        tamper(
            &database,
            "DELETE FROM audit WHERE seq > 6; \
             UPDATE audit_head SET last = 6, chain = (SELECT chain FROM audit WHERE seq = 6)",
        )
        .await;
        assert_eq!(store.verify_audit(&[]).await.unwrap().breaches, [], "the chain alone does not tell");
        let found = store.verify_audit(std::slice::from_ref(&stand)).await.unwrap();
        assert_eq!(found.breaches, [AuditBreach::CutOff(9)]);
        filled(&store, 3).await;
        let found = store.verify_audit(&[stand]).await.unwrap();
        assert_eq!(found.breaches, [AuditBreach::NotAsSigned(9)], "others were written in their place");
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_itself_lets_nobody_edit_or_shorten_it() {
    on_both(|database| async move {
        let store = database.store().await;
        filled(&store, 2).await;
        for statement in ["UPDATE audit SET actor = 'x'", "DELETE FROM audit"] {
            let statement = AssertSqlSafe(statement.to_owned());
            let refused = match database.engine {
                "sqlite" => {
                    let mut connection = SqliteConnection::connect(&database.url).await.unwrap();
                    connection.execute(statement).await.map(drop)
                }
                _ => {
                    let mut connection = PgConnection::connect(&database.url).await.unwrap();
                    connection.execute(statement).await.map(drop)
                }
            };
            assert!(refused.unwrap_err().to_string().contains("append-only"), "{}", database.engine);
        }
        assert_eq!(store.verify_audit(&[]).await.unwrap().entries, 2);
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn twenty_writers_at_once_on_two_instances_write_one_chain() {
    on_both(|database| async move {
        let instances = [database.store().await, database.store().await];
        let instances = Arc::new(instances);
        let writers = (0..20).map(|writer: usize| {
            let instances = Arc::clone(&instances);
            tokio::spawn(async move {
                for entry in 0..5 {
                    let (who, what) = (format!("writer-{writer}"), format!("{writer}-{entry}"));
                    let target = (&Tenant::Gateway, what.as_str());
                    instances[writer % 2].note(&person(&who, entry), "secret.read", target).await.unwrap();
                }
            })
        });
        for writer in writers.collect::<Vec<_>>() {
            writer.await.unwrap();
        }
        let verified = instances[0].verify_audit(&[]).await.unwrap();
        assert_eq!((verified.entries, verified.breaches), (100, vec![]), "{}", database.engine);
        let query = AuditQuery { limit: 100, ..AuditQuery::default() };
        let (entries, _) = instances[1].audit_page(&query).await.unwrap();
        let mut targets: Vec<&str> = entries.iter().map(|entry| entry.target.as_str()).collect();
        targets.sort_unstable();
        targets.dedup();
        assert_eq!(targets.len(), 100, "each once");
        let Checkpoint { seq, chain, .. } = instances[0].audit_stand(at(0)).await.unwrap().unwrap();
        assert_eq!((seq, &chain), (entries[0].seq, &entries[0].chain));
        for instance in instances.iter() {
            instance.close().await;
        }
    })
    .await;
}
