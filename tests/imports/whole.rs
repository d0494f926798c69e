//! What holds for all files: a dry run does nothing, a file is one commit, and large ones are taken.

use crate::desk::{Desk, OPERATOR, PUBLISHED, on_both_desks};
use crate::support::api::{EC, OTHER_EC};

fn csv() -> String {
    format!("{PUBLISHED}/creditorinstitutions/ibans/csv")
}

/// An Italian account of that number, with the right check digits.
fn iban(number: usize) -> String {
    let account = format!("X0542811101{number:012}");
    let digits = |text: &str| {
        text.chars().fold(0_u32, |rest, c| match c.to_digit(36) {
            Some(digit) if digit < 10 => (rest * 10 + digit) % 97,
            Some(digit) => (rest * 100 + digit) % 97,
            None => rest,
        })
    };
    let check = 98 - digits(&format!("{account}IT00"));
    format!("IT{check:02}{account}")
}

fn file(rows: usize) -> Vec<u8> {
    let mut table = "iddominio,iban,dataattivazioneiban,operazione\n".to_owned();
    for row in 0..rows {
        let ec = if row % 2 == 0 { EC } else { OTHER_EC };
        table += &format!("{ec},{},2026-12-01,I\n", iban(row));
    }
    table.into_bytes()
}

#[tokio::test]
async fn a_dry_run_tells_the_same_and_does_nothing() {
    on_both_desks(async |desk: &Desk| {
        let before = desk.whole().await;
        let dry = desk.hand_in(OPERATOR, &format!("{}?dryRun=true", csv()), &file(20)).await;
        assert_eq!(dry.status, 200, "{}", dry.text);
        assert_eq!(desk.whole().await, before, "neither register nor audit");
        let real = desk.hand_in(OPERATOR, &csv(), &file(20)).await;
        let (dry, real) = (dry.json(), real.json());
        assert_eq!((&dry["created"], &dry["dryRun"]), (&real["created"], &true.into()));
        assert_ne!(desk.whole().await, before);
        let dry = desk.hand_in(OPERATOR, &format!("{}?dryRun=true", csv()), &file(20)).await;
        let real = desk.hand_in(OPERATOR, &csv(), &file(20)).await;
        assert_eq!(dry.findings(), real.findings());
        let wrong = desk.hand_in(OPERATOR, &format!("{}?dryRun=x", csv()), &file(1)).await;
        assert_eq!(wrong.status, 400);
    })
    .await;
}

#[tokio::test]
async fn what_is_only_to_be_drafted_is_not_done() {
    on_both_desks(async |desk: &Desk| {
        let before = desk.accounts(EC).await;
        let drafted = desk.draft_in(OPERATOR, &csv(), &file(20)).await;
        assert_eq!(drafted.status, 202, "{}", drafted.text);
        assert!(drafted.headers["location"].to_str().unwrap().starts_with("/admin/v1/changes/"));
        assert_eq!(desk.accounts(EC).await, before);
    })
    .await;
}

#[tokio::test]
async fn ten_thousand_rows_are_one_commit_and_one_more_is_too_many() {
    on_both_desks(async |desk: &Desk| {
        let started = std::time::Instant::now();
        let told = desk.hand_in(OPERATOR, &csv(), &file(10_000)).await;
        assert_eq!(told.status, 200, "{}", told.text);
        println!("{:?}", started.elapsed());
        assert_eq!(told.json()["created"], 10_000);
        let told = desk.hand_in(OPERATOR, &csv(), &file(10_001)).await;
        assert_eq!(told.findings(), crate::desk::expected(&[("/", "too_many_rows")]));
    })
    .await;
}

#[tokio::test]
async fn a_body_without_a_file_is_told() {
    on_both_desks(async |desk: &Desk| {
        let told = desk.ask(OPERATOR, hyper::Method::POST, &csv(), Some(&serde_json::json!({}))).await;
        assert_eq!(
            (told.status.as_u16(), told.json()["code"].as_str()),
            (415, Some("unsupported_media_type"))
        );
        let told = desk.hand_in(OPERATOR, &csv(), b"").await;
        assert_eq!(told.findings(), crate::desk::expected(&[("/rows/1/iddominio", "csv_header")]));
    })
    .await;
}
