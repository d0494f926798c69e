//! Killed midway: nothing that is half done passes for whole.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};

use sha2::{Digest, Sha256};

use super::desk::{Desk, filled, rows};
use super::support::trouble::Intruder;
use super::support::{TestDatabase, on_both};

/// Hexadecimal that no compression makes much smaller.
fn noise(seed: u8, length: usize) -> String {
    let mut digest = Sha256::digest([seed]);
    let mut text = String::new();
    while text.len() < length {
        digest = Sha256::digest(digest);
        text.extend(digest.iter().map(|byte| format!("{byte:02x}")));
    }
    text
}

fn kill(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_is_killed_leaves_no_file_of_that_name() {
    on_both(|database| async move {
        let desk = Desk::new();
        let gateway = filled(database).await;
        let mut intruder = Intruder::enter(&gateway.database).await;
        for seed in 0..4 {
            let value = format!("UPDATE unbooked_message SET reason = reason || '{}'", noise(seed, 200_000));
            intruder.run(&value).await;
        }
        let (file, part) = (desk.file("cut.backup"), desk.file("cut.backup.part"));
        // A pipe that is read no further holds the backup in the middle of a write.
        assert!(Command::new("mkfifo").arg(&part).status().unwrap().success());
        let child = desk
            .command(&gateway.database, &["backup", file.to_str().unwrap()])
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let reader = part.clone();
        tokio::task::spawn_blocking(move || {
            let mut pipe = std::fs::File::open(reader).unwrap();
            let mut begun = [0; 100];
            pipe.read_exact(&mut begun).unwrap();
            kill(child);
        })
        .await
        .unwrap();
        assert!(!file.exists());
        std::fs::remove_file(&part).unwrap();
        let file = desk.backup(&gateway.database, "cut.backup").await;
        assert!(rows(&file)["receipt"].len() == 5, "the next one is whole");
        gateway.end().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_backups_of_one_name_are_not_written_into_each_other() {
    let desk = Desk::new();
    let gateway = filled(TestDatabase::sqlite()).await;
    let file = desk.backup(&gateway.database, "night.backup").await;
    let before = std::fs::read(&file).unwrap();
    let part = desk.file("night.backup.part");
    std::fs::write(&part, "as far as the other one is").unwrap();
    let other = std::fs::File::open(&part).unwrap();
    other.lock().unwrap();
    let done = desk.run(&gateway.database, &["backup", file.to_str().unwrap()]).await;
    assert_eq!(done.code, Some(2));
    assert!(done.stderr.contains("another backup is being written"), "{}", done.stderr);
    assert_eq!(std::fs::read(&part).unwrap(), b"as far as the other one is");
    assert_eq!(std::fs::read(&file).unwrap(), before);
    drop(other);
    desk.backup(&gateway.database, "night.backup").await;
    assert!(!part.exists(), "what was left behind is taken over");
    gateway.end().await;
}

/// The first receipt takes for ever to be written.
fn slow(engine: &str) -> &'static str {
    match engine {
        "sqlite" => {
            "CREATE TRIGGER slow BEFORE INSERT ON receipt BEGIN SELECT COUNT(*) FROM \
             (WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c LIMIT 100000000000); END"
        }
        _ => {
            "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN PERFORM pg_sleep(600); RETURN NEW; END $$; \
             CREATE TRIGGER slow BEFORE INSERT ON receipt FOR EACH ROW EXECUTE FUNCTION slow()"
        }
    }
}

fn no_longer_slow(engine: &str) -> &'static str {
    match engine {
        "sqlite" => "DROP TRIGGER slow",
        _ => {
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() \
             AND pid <> pg_backend_pid(); DROP TRIGGER slow ON receipt"
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_that_is_killed_leaves_an_empty_database_and_can_be_done_again() {
    on_both(|database| async move {
        let desk = Desk::new();
        let gateway = filled(database).await;
        let file = desk.backup(&gateway.database, "whole.backup").await;
        let target = match gateway.engine {
            "sqlite" => TestDatabase::sqlite(),
            _ => TestDatabase::postgres().await,
        };
        target.store().await.close().await;
        Intruder::enter(&target).await.run(slow(target.engine)).await;
        let mut child = desk
            .command(&target, &["restore", file.to_str().unwrap()])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        tokio::task::spawn_blocking(move || {
            let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
            assert!(lines.any(|line| line.starts_with("position: 5 rows")), "it has begun");
            std::thread::sleep(std::time::Duration::from_millis(300));
            kill(child);
        })
        .await
        .unwrap();
        Intruder::enter(&target).await.run(no_longer_slow(target.engine)).await;
        let left = rows(&desk.backup(&target, "left.backup").await);
        assert!(left.values().all(|rows| rows.is_empty()), "{left:?}");
        let done = desk.restore(&target, &file).await;
        assert_eq!(done.code, Some(0), "{}", done.stderr);
        assert_eq!(rows(&desk.backup(&target, "again.backup").await)["receipt"].len(), 5);
        gateway.end().await;
    })
    .await;
}
