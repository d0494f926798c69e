//! Whatever is changed in an archive is found.

use std::path::Path;

use sha2::{Digest, Sha256};

use super::archive::{INDEX, Place, book_some, checked, checked_file, files, packed, text};
use crate::support::trouble::Intruder;
use crate::support::{TestDatabase, on_both};

type Files = Vec<(String, Vec<u8>)>;

async fn january() -> Files {
    let place = Place::new(TestDatabase::sqlite()).await;
    book_some(&place.store).await;
    let archive = place.export("2026-01-01", "2026-01-31", "january.zip");
    assert_eq!(checked(&archive).0, Vec::<String>::new());
    let files = files(&archive);
    assert_eq!(checked(&packed(&files)).0, Vec::<String>::new(), "the same files are the same archive");
    files
}

/// The changed archive is found out.
fn found(files: &Files, what: &str) -> Vec<String> {
    let (findings, _) = checked(&packed(files));
    assert!(!findings.is_empty(), "not found: {what}");
    findings
}

fn lines(files: &Files, place: usize) -> Vec<Vec<u8>> {
    files[place].1.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_change_to_a_file_is_found() {
    let whole = january().await;
    for place in 0..whole.len() {
        let (name, bytes) = &whole[place];
        for at in (0..bytes.len()).step_by(bytes.len() / 40 + 1).chain([bytes.len() - 1]) {
            // When it was written is all that may change without anything else; the digest of the index tells.
            let mut changed = whole.clone();
            changed[place].1[at] ^= 1;
            found(&changed, &format!("byte {at} of {name}"));
        }
        let mut changed = whole.clone();
        changed.remove(place);
        let findings = found(&changed, &format!("{name} removed"));
        assert!(findings.iter().any(|line| line.contains(name.as_str())), "{name}: {findings:?}");
        let mut changed = whole.clone();
        changed[place].1.extend(b"\n");
        found(&changed, &format!("a line more in {name}"));
        let lines = lines(&whole, place);
        for line in 0..lines.len() {
            let mut fewer = lines.clone();
            fewer.remove(line);
            let mut changed = whole.clone();
            changed[place].1 = fewer.concat();
            found(&changed, &format!("line {line} of {name} removed"));
            let mut swapped = lines.clone();
            swapped.swap(line, (line + 1) % lines.len());
            if swapped != lines {
                let mut changed = whole.clone();
                changed[place].1 = swapped.concat();
                found(&changed, &format!("line {line} of {name} swapped with the next"));
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_do_not_belong_there_are_found_whatever_they_are_called() {
    let whole = january().await;
    for name in
        ["extra.txt", "receipts/000099-0000000000000000.xml", "../outside", "/etc/passwd", "receipts/"]
    {
        let mut changed = whole.clone();
        changed.push((name.to_owned(), b"x".to_vec()));
        let findings = found(&changed, name);
        assert!(findings[0].contains("does not belong there"), "{findings:?}");
    }
    let mut changed = whole.clone();
    changed.swap(0, 1);
    let names = [changed[1].0.clone(), changed[0].0.clone()];
    [changed[0].0, changed[1].0] = names;
    found(&changed, "two receipts that change places");
}

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn replace(files: &mut Files, name: &str, from: &str, to: &str) {
    let (_, bytes) = files.iter_mut().find(|(known, _)| known == name).unwrap();
    let before = text(bytes);
    assert!(before.contains(from), "{name} has no {from}");
    *bytes = before.replace(from, to).into_bytes();
}

/// Makes the digests fit again, as somebody would who knows the form.
fn redo_digests(files: &mut Files, before: &Files) {
    for name in ["log.jsonl", INDEX] {
        let of = |files: &Files| digest(&files.iter().find(|(known, _)| known == name).unwrap().1);
        let (old, new) = (of(before), of(files));
        if name != INDEX {
            replace(files, INDEX, &old, &new);
        }
        replace(files, "SHA256SUMS", &old, &new);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_chain_finds_what_digests_that_were_made_to_fit_do_not() {
    let whole = january().await;
    let log = text(&whole.iter().find(|(name, _)| name == "log.jsonl").unwrap().1);
    let booked: Vec<&str> = log.lines().filter(|line| line.contains("varco.receipt.booked")).collect();

    let mut changed = whole.clone();
    let (name, _) = changed.remove(3);
    replace(&mut changed, "log.jsonl", &format!("{}\n", booked[3]), "");
    replace(&mut changed, "log.jsonl", "\"receipts\":4", "\"receipts\":3");
    for list in [INDEX, "SHA256SUMS"] {
        let listed = text(&changed.iter().find(|(known, _)| known == list).unwrap().1);
        let line = listed.lines().find(|line| line.contains(&name)).unwrap();
        replace(&mut changed, list, &format!("{line}\n"), "");
    }
    redo_digests(&mut changed, &whole);
    let findings = found(&changed, "a receipt that was taken out");
    assert!(
        findings.iter().any(|line| line.contains("continue the chain") || line.contains("counts")),
        "{findings:?}"
    );

    let mut changed = whole.clone();
    replace(&mut changed, "log.jsonl", "\\\"amount\\\":2500", "\\\"amount\\\":2400");
    replace(&mut changed, INDEX, "<Amount>2500</Amount>", "<Amount>2400</Amount>");
    redo_digests(&mut changed, &whole);
    let findings = found(&changed, "an amount");
    assert!(findings.iter().all(|line| line.contains("does not continue the chain")), "{findings:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bit_that_flips_in_the_archive_changes_no_file_unseen() {
    let place = Place::new(TestDatabase::sqlite()).await;
    book_some(&place.store).await;
    let archive = place.export("2026-02-01", "2026-02-28", "february.zip");
    let whole = files(&archive);
    let path = place.path("flipped.zip");
    let mut unseen = 0;
    for at in 0..archive.len() {
        let mut flipped = archive.clone();
        flipped[at] ^= 1 << (at % 8);
        let (findings, _) = checked_file(&path, &flipped);
        if findings.is_empty() {
            unseen += 1;
            assert_eq!(files(&flipped), whole, "byte {at}");
        }
    }
    assert!(
        unseen < archive.len() / 5,
        "only what ZIP itself does not look at: {unseen} of {}",
        archive.len()
    );
    for length in (0..archive.len()).step_by(97) {
        assert!(!checked_file(&path, &archive[..length]).0.is_empty(), "cut off at {length}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_archives_end_soon() {
    let whole = january().await;
    let mut bomb = whole.clone();
    bomb[0].1 = vec![0; 65 << 20];
    let findings = found(&bomb, "a bomb");
    assert!(findings[0].contains("larger than anything"), "{findings:?}");
    let mut endless = whole.clone();
    let log = endless.iter_mut().find(|(name, _)| name == "log.jsonl").unwrap();
    log.1 = vec![b' '; 9 << 20];
    found(&endless, "a line without an end");
    for bytes in [
        &b""[..],
        b"PK",
        b"PK\x05\x06",
        &[0; 5000],
        b"PK\x05\x06\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\0\0",
    ] {
        assert!(checked(bytes).0[0].contains("ZIP"), "{bytes:?}");
    }
    for line in ["null", "{}", "[[[[", "{\"kind\":\"end\"}"] {
        let mut changed = whole.clone();
        let log = changed.iter_mut().find(|(name, _)| name == "log.jsonl").unwrap();
        log.1 = format!("{line}\n").into_bytes();
        found(&changed, line);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_not_what_the_archive_says_is_found() {
    on_both(|database| async move {
        let place = Place::new(database).await;
        let mut intruder = Intruder::enter(&place.database).await;
        book_some(&place.store).await;
        place.export("2026-01-01", "2026-01-31", "january.zip");
        let verify = ["verify", "--against", "january.zip"];
        assert!(place.preserve(&verify).status.success());
        intruder.run("UPDATE receipt SET raw = (SELECT raw FROM receipt WHERE receipt_id = 'r5') WHERE receipt_id = 'r1'").await;
        intruder.run("DELETE FROM receipt_transfer WHERE receipt_key = 'r1-again'").await;
        intruder.run("DELETE FROM receipt WHERE receipt_id = 'r1-again'").await;
        let output = place.preserve(&verify);
        assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
        let said = text(&output.stdout);
        assert!(said.contains("\"r1\" is another") && said.contains("\"r1-again\" is not in"), "{said}");
        let again = [
            "export",
            "--organization",
            "77777777777",
            "--from",
            "2026-01-01",
            "--to",
            "2026-01-31",
            "b.zip",
        ];
        let output = place.preserve(&again);
        assert_eq!(output.status.code(), Some(2), "what was tampered with is not exported");
        assert!(!Path::new(&place.path("b.zip")).exists());
    })
    .await;
}
