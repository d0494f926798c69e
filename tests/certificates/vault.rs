//! Private keys at rest: unreadable without the master key, and said so at the start.

use hyper::{Method, StatusCode};
use serde_json::json;
use varco::config::Config;
use varco::domain::clock::Clock;
use varco::gateway::Gateway;

use super::office::{MASTER, Office, authority, column, on_both_offices, server};
use super::paper::{Paper, wanted};
use crate::support::{TestDatabase, pki, samples};

#[tokio::test]
async fn no_private_key_is_in_clear_in_the_database_nor_in_the_audit() {
    on_both_offices(async |office| {
        let root = Paper::root("Radice");
        let leaf = root.issue(&wanted("borgo"));
        let id = office.bring(&server(&leaf, &[&root])).await;
        office.activate(&id).await;
        let sealed = if office.gateway.engine == "sqlite" {
            "SELECT hex(sealed) FROM certificate_key"
        } else {
            "SELECT encode(sealed, 'hex') FROM certificate_key"
        };
        let sealed = column(office, sealed).await;
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let [sealed] = sealed.as_slice() else { panic!("one key") };
        let sealed = sealed.to_lowercase();
        let secret = leaf.key.ec_key().unwrap().private_key().to_vec();
        assert!(!sealed.contains(&hex(b"PRIVATE KEY")) && !sealed.contains(&hex(&secret)));
        let audit = column(office, "SELECT COALESCE(after, '') FROM audit").await;
        assert_eq!(audit.len(), 2);
        for entry in audit {
            assert!(entry.contains(&leaf.pem().lines().nth(1).unwrap().to_owned()), "what is public is told");
            assert!(!entry.contains("PRIVATE KEY"));
        }
    })
    .await;
}

#[tokio::test]
async fn with_another_master_key_the_gateway_says_at_the_start_which_certificate_it_cannot_use() {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        let office = Office::open(database, &[]).await;
        let root = Paper::root("Radice");
        let id = office.bring(&server(&root.issue(&wanted("borgo")), &[&root])).await;
        office.activate(&id).await;
        let (url, folder) = (office.gateway.database.url.clone(), tempfile::tempdir().unwrap());
        pki::issue(folder.path());
        let start = async |settings: &[(&str, &str)]| {
            let settings = settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
            let config = Config::load(&pki::write_config(folder.path(), &url), settings).unwrap();
            Gateway::start(config, Clock::manual(samples::now()).0).await
        };
        const KEY: &str = "VARCO__VAULT__MASTER_KEY";
        let other = start(&[(KEY, "another master key, as long as that")]).await.err().unwrap().to_string();
        assert!(other.contains(&id) && other.contains("another vault.master_key"), "{other}");
        let none = start(&[]).await.err().unwrap().to_string();
        assert!(none.contains(&id) && none.contains("there is no vault.master_key"), "{none}");
        start(&[(KEY, MASTER)]).await.unwrap().stop().await;
        office.gateway.end().await;
    }
}

#[tokio::test]
async fn without_a_master_key_no_private_key_is_taken_in() {
    let office = Office::open_without_vault(TestDatabase::sqlite()).await;
    let root = Paper::root("Radice");
    let body = server(&root.issue(&wanted("borgo")), &[&root]);
    let refused = office.ask(Method::POST, "/certificates", Some(&body)).await;
    assert_eq!((refused.status.as_u16(), &refused.body["code"]), (503, &json!("no_master_key")));
    office.bring(&authority(&root)).await;
    office.gateway.end().await;
}

#[tokio::test]
async fn a_restart_shows_what_was_in_use() {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        let mut office = Office::open(database, &[]).await;
        let root = Paper::root("Radice");
        let leaf = root.issue(&wanted("borgo"));
        let id = office.bring(&server(&leaf, &[&root])).await;
        office.activate(&id).await;
        office = office.restart().await;
        assert_eq!(office.shown().await, leaf.certificate.to_der().unwrap());
        let answer = office.ask(Method::GET, &format!("/certificates/{id}"), None).await;
        assert_eq!((answer.status, &answer.body["inUse"]), (StatusCode::OK, &json!(true)));
        office.gateway.end().await;
    }
}
