//! What is not restored, and leaves the database as it was.

use super::desk::{Desk, filled};
use super::support::trouble::Intruder;
use super::support::{TestDatabase, on_both};

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_cut_or_changed_is_refused_and_no_database_is_made() {
    let desk = Desk::new();
    let gateway = filled(TestDatabase::sqlite()).await;
    let file = desk.backup(&gateway.database, "whole.backup").await;
    let whole = std::fs::read(&file).unwrap();
    let at = whole.len();
    let mut broken: Vec<(String, Vec<u8>)> =
        [0, 9, 10, 50, at / 4, at / 2, at - 90, at - 80, at - 12, at - 1]
            .into_iter()
            .flat_map(|at| {
                let mut changed = whole.clone();
                changed[at] ^= 0x10;
                [(format!("byte {at} changed"), changed), (format!("cut at {at}"), whole[..at].to_vec())]
            })
            .collect();
    broken.push(("more behind it".to_owned(), [&whole[..], b"x"].concat()));
    broken.push(("something else".to_owned(), b"SQLite format 3\0".repeat(20)));
    for (what, bytes) in broken {
        let bad = desk.file("bad.backup");
        std::fs::write(&bad, bytes).unwrap();
        let target = TestDatabase::sqlite();
        let done = desk.restore(&target, &bad).await;
        assert_eq!(done.code, Some(2), "{what}: {}{}", done.stdout, done.stderr);
        assert!(done.stderr.contains("no whole backup"), "{what}: {}", done.stderr);
        assert!(!std::path::Path::new(target.url.trim_start_matches("sqlite://")).exists(), "{what}");
    }
    let missing = desk.restore(&TestDatabase::sqlite(), &desk.file("missing.backup")).await;
    assert_eq!(missing.code, Some(2));
    assert!(missing.stderr.contains("missing.backup"), "{}", missing.stderr);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_with_a_row_is_left_as_it_is() {
    on_both(|database| async move {
        let desk = Desk::new();
        let gateway = filled(database).await;
        let file = desk.backup(&gateway.database, "whole.backup").await;
        let target = match gateway.engine {
            "sqlite" => TestDatabase::sqlite(),
            _ => TestDatabase::postgres().await,
        };
        target.store().await.close().await;
        Intruder::enter(&target).await.run("INSERT INTO broker (broker, name) VALUES ('1', 'x')").await;
        let before = super::desk::rows(&desk.backup(&target, "before.backup").await);
        let done = desk.restore(&target, &file).await;
        assert_eq!(done.code, Some(2), "{}", done.stdout);
        assert!(done.stderr.contains("not empty: table broker has rows"), "{}", done.stderr);
        assert_eq!(super::desk::rows(&desk.backup(&target, "after.backup").await), before);
        gateway.end().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_cannot_be_written_ends_with_2_and_leaves_nothing() {
    let desk = Desk::new();
    let database = TestDatabase::sqlite();
    let file = desk.file("none.backup");
    let done = desk.run(&database, &["backup", file.to_str().unwrap()]).await;
    assert_eq!(done.code, Some(2), "a database without a schema");
    database.store().await.close().await;
    let nowhere = desk.file("nowhere/none.backup");
    let done = desk.run(&database, &["backup", nowhere.to_str().unwrap()]).await;
    assert_eq!(done.code, Some(2));
    assert!(done.stderr.contains("nowhere/none.backup"), "{}", done.stderr);
    let names: Vec<_> =
        std::fs::read_dir(desk.folder.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert!(names.iter().all(|name| !name.to_string_lossy().contains("backup")), "{names:?}");
}
