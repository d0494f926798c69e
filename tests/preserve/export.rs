//! What an archive holds.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::time::Instant;

use bytes::Bytes;
use sha2::{Digest, Sha256};
use varco::store::BookReceipt;

use super::archive::{INDEX, Place, book, book_some, checked, file, files, text};
use crate::support::on_both;
use crate::support::samples::{EC, receipt};

const JANUARY: (&str, &str) = ("2026-01-01", "2026-01-31");
const FEBRUARY: (&str, &str) = ("2026-02-01", "2026-02-28");

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_has_every_receipt_that_came_in_its_days_as_it_came() {
    on_both(|database| async move {
        let place = Place::new(database).await;
        book_some(&place.store).await;
        let january = files(&place.export(JANUARY.0, JANUARY.1, "january.zip"));
        let names: Vec<&str> = january.iter().map(|(name, _)| name.as_str()).collect();
        assert!(names[0].starts_with("receipts/000001-") && names[3].starts_with("receipts/000004-"));
        assert_eq!(names[4..], ["README.txt", "receipt.xsd", "log.jsonl", INDEX, "SHA256SUMS"]);
        let first = "<paSendRTV2>r1 &amp; 2026-01-10T09:00:00Z</paSendRTV2>\r\n";
        assert_eq!(text(&january[0].1), first);
        let index = text(file(&january, INDEX));
        for part in [
            "<ReceiptId>r&lt;2&gt;&amp;</ReceiptId>",
            "<ReceivedAt>2026-01-12T09:00:00.123456Z</ReceivedAt><Class>unknown_notice</Class>",
            "<Executed>false</Executed>",
            "<Class>over_payment</Class>",
            "<PspName>PSP Uno</PspName>",
            "<FormalName>Comune di Borgo</FormalName>",
        ] {
            assert!(index.contains(part), "{}: {part}\n{index}", place.engine);
        }
        let february = files(&place.export(FEBRUARY.0, FEBRUARY.1, "february.zip"));
        assert!(text(&february[0].1).contains(">r4 "), "a copy that came in the first instant of February");
        assert!(text(&february[1].1).contains(">r5 "));
        assert!(february[2].0 == "README.txt");

        let mode = place.path("january.zip").metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let left: Vec<_> =
            std::fs::read_dir(place.path(".")).unwrap().map(|file| file.unwrap().file_name()).collect();
        assert_eq!(left.len(), 3, "nothing is left over: {left:?}");

        let verified = place.preserve(&["verify", "january.zip", "february.zip"]);
        assert!(verified.status.success(), "{}", text(&verified.stdout));
        assert!(text(&verified.stdout).contains("january.zip: 4 receipts"));
        let wrong_way = place.preserve(&["verify", "february.zip", "january.zip"]);
        assert_eq!(wrong_way.status.code(), Some(1));
        assert!(text(&wrong_way.stdout).contains("goes back to event 1"), "{}", text(&wrong_way.stdout));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_period_gives_the_same_bytes_but_for_the_time_of_the_export() {
    on_both(|database| async move {
        let place = Place::new(database).await;
        book_some(&place.store).await;
        let first = files(&place.export(JANUARY.0, JANUARY.1, "first.zip"));
        std::thread::sleep(std::time::Duration::from_millis(1100));
        book(&place.store, receipt("later", 9, 100), "2026-03-01T00:00:00Z").await;
        let second = files(&place.export(JANUARY.0, JANUARY.1, "second.zip"));
        assert_eq!(first.len(), second.len());
        for ((name, one), (_, other)) in first.iter().zip(&second) {
            let (one, other) = (text(one), text(other));
            let differ = one.lines().zip(other.lines()).filter(|(one, other)| one != other);
            let differ: Vec<&str> = differ.map(|(one, _)| one).collect();
            match name.as_str() {
                INDEX => assert!(differ.len() == 1 && differ[0].contains("<TimeInfo"), "{differ:?}"),
                "SHA256SUMS" => assert!(differ.len() == 1 && differ[0].ends_with(INDEX), "{differ:?}"),
                _ => assert!(differ.is_empty(), "{name}: {differ:?}"),
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_index_keeps_to_the_schema_and_a_shell_can_check_the_archive() {
    on_both(|database| async move {
        let place = Place::new(database).await;
        book_some(&place.store).await;
        place.export(JANUARY.0, JANUARY.1, "january.zip");
        place.export("2025-12-02", "2025-12-31", "empty.zip");
        let parts = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/preserve/pindex.xsd");
        for archive in ["january", "empty"] {
            let script = format!(
                "set -e; mkdir {archive}; cd {archive}; unzip -q ../{archive}.zip; sha256sum --quiet -c SHA256SUMS; \
                 test $(find . -type f | wc -l) = $(($(wc -l < SHA256SUMS) + 1)); \
                 xmllint --noout --schema {parts} {INDEX}"
            );
            let checked = Command::new("sh").args(["-c", &script]).current_dir(place.path(".")).output().unwrap();
            assert!(checked.status.success(), "{archive}: {}{}", text(&checked.stdout), text(&checked.stderr));
        }
        let verified = place.preserve(&["verify", "empty.zip", "january.zip"]);
        assert!(verified.status.success(), "{}", text(&verified.stdout));
        assert!(text(&verified.stdout).contains("empty.zip: 0 receipts and 0 events"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_exported_is_refused_and_leaves_nothing() {
    on_both(|database| async move {
        let place = Place::new(database).await;
        book_some(&place.store).await;
        place.export(JANUARY.0, JANUARY.1, "there.zip");
        std::fs::write(place.path("busy.zip.part"), "").unwrap();
        for (arguments, reason) in [
            (["--organization", EC, "--from", "2026-01-01", "--to", "2999-12-31", "a.zip"], "not over"),
            (
                ["--organization", EC, "--from", "2026-01-02", "--to", "2026-01-01", "a.zip"],
                "before the first",
            ),
            (
                ["--organization", "12345678903", "--from", "2026-01-01", "--to", "2026-01-01", "a.zip"],
                "not registered",
            ),
            (["--organization", "Comune", "--from", "2026-01-01", "--to", "2026-01-01", "a.zip"], ""),
            (["--organization", EC, "--from", "2026-01-01", "--to", "2026-02-30", "a.zip"], "2026-02-30"),
            (
                ["--organization", EC, "--from", "2026-01-01", "--to", "2026-01-01", "there.zip"],
                "is there already",
            ),
            (
                ["--organization", EC, "--from", "2026-01-01", "--to", "2026-01-01", "busy.zip"],
                "busy.zip.part",
            ),
            (
                ["--organization", EC, "--from", "2026-01-01", "--to", "2026-01-01", "no/folder.zip"],
                "no/folder.zip",
            ),
        ] {
            let mut all = vec!["export"];
            all.extend(arguments);
            let output = place.preserve(&all);
            assert_eq!(output.status.code(), Some(2), "{arguments:?}");
            assert!(text(&output.stderr).contains(reason), "{arguments:?}: {}", text(&output.stderr));
            assert!(!place.path("a.zip").exists() && !place.path("a.zip.part").exists());
        }
        let so_far = [
            "export",
            "--organization",
            EC,
            "--from",
            "2026-01-01",
            "--to",
            "2999-12-31",
            "--so-far",
            "a.zip",
        ];
        assert!(place.preserve(&so_far).status.success());
        let verified = place.preserve(&["verify", "a.zip"]);
        assert!(verified.status.success() && text(&verified.stdout).contains("the period was not over"));
        assert_eq!(place.preserve(&["verify", "nowhere.zip"]).status.code(), Some(2));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_receipts_are_exported_and_verified_in_bounded_time() {
    on_both(|database| async move {
        let place = Place::new(database).await;
        let begun = "2026-01-01T00:00:00Z".parse::<jiff::Timestamp>().unwrap();
        for batch in 0..100_i64 {
            let bookings = (0..100).map(|n| {
                let number = batch * 100 + n;
                let receipt = receipt(&format!("r{number}"), 100 + number as u64 % 50, 100);
                let raw = Bytes::from(format!("<raw n=\"{number}\">{}</raw>", "x".repeat(3000)));
                let received_at = begun + jiff::SignedDuration::from_secs(number);
                let store = place.store.clone();
                tokio::spawn(async move {
                    store
                        .book_receipt(BookReceipt {
                            receipt,
                            primitive: "paSendRTV2",
                            raw,
                            received_at,
                            deliver_to: None,
                        })
                        .await
                })
            });
            for booked in bookings.collect::<Vec<_>>() {
                booked.await.unwrap().unwrap();
            }
        }
        let started = Instant::now();
        let archive = place.export(JANUARY.0, JANUARY.1, "many.zip");
        let verified = place.preserve(&["verify", "--against", "many.zip"]);
        let took = started.elapsed();
        assert!(verified.status.success(), "{}", text(&verified.stdout));
        assert!(text(&verified.stdout).contains("10000 receipts"), "{}", text(&verified.stdout));
        assert!(took.as_secs() < 60, "{}: {took:?}", place.engine);
        assert_eq!(checked(&archive).1.unwrap().receipts, 10_000);
        eprintln!("{}: {took:?} for 10 000 receipts", place.engine);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_log_tells_is_what_the_chain_is_made_of() {
    on_both(|database| async move {
        let place = Place::new(database).await;
        book_some(&place.store).await;
        let january = files(&place.export(JANUARY.0, JANUARY.1, "january.zip"));
        let digest = |text: &str| -> String {
            Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
        };
        let mut chain = String::new();
        let mut receipts = 0;
        for line in text(file(&january, "log.jsonl")).lines() {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            if line["kind"] == "head" {
                chain = line["previous"]["chain"].as_str().unwrap().to_owned();
            }
            if line["kind"] != "event" {
                continue;
            }
            let body = line["body"].as_str().unwrap();
            chain = digest(&format!("{chain}{}", digest(body)));
            assert_eq!(line["chain"], chain.as_str());
            let event: serde_json::Value = serde_json::from_str(body).unwrap();
            if event["type"] == "varco.receipt.booked" {
                let message = text(file(&january, line["file"]["path"].as_str().unwrap()));
                assert_eq!(event["data"]["messageDigest"], digest(&message).as_str());
                receipts += 1;
            }
        }
        assert_eq!(receipts, 4, "{}", place.engine);
    })
    .await;
}
