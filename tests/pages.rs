//! The pages where people get a notice, read by Chromium: with the keyboard alone, judged by axe-core, in both
//! languages; and what is behind them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod support;

#[path = "pages/http.rs"]
mod http;
#[path = "support/npm.rs"]
mod npm;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use hyper::Method;
use serde_json::{Value, json};

use npm::has;
use support::TestDatabase;
use support::api::{EC, Gateway};

/// The folder with the packages; none without node or Chromium, which is said once.
fn folder() -> Option<&'static Path> {
    static FOLDER: OnceLock<Option<PathBuf>> = OnceLock::new();
    FOLDER.get_or_init(install).as_deref()
}

fn chromium() -> PathBuf {
    std::env::var_os("CHROMIUM").map_or_else(|| PathBuf::from("/usr/bin/chromium"), PathBuf::from)
}

fn install() -> Option<PathBuf> {
    if !has("node") || !has("npm") || !chromium().exists() {
        println!("skipped: there is no node, npm and Chromium to read pages with");
        return None;
    }
    Some(npm::install("pages", "browser.mjs", "axe-core"))
}

/// Lets a browser that likes a language play a scenario; returns what it saw.
async fn play(
    gateway: &Gateway,
    scenario: &'static str,
    language: &'static str,
    input: Value,
) -> Option<Value> {
    let (folder, base) = (folder()?, format!("http://{}", gateway.address));
    let played = tokio::task::spawn_blocking(move || {
        let mut command = Command::new("node");
        command
            .args(["browser.mjs", scenario, &base, language])
            .env("CHROMIUM", chromium())
            .current_dir(folder);
        // Where somebody wants to look at the pages themselves.
        command.args(std::env::var_os("VARCO_TEST_PICTURES"));
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = piped.spawn().unwrap();
        process.stdin.take().unwrap().write_all(input.to_string().as_bytes()).unwrap();
        process.wait_with_output().unwrap()
    });
    let played = played.await.unwrap();
    let said = String::from_utf8_lossy(&played.stdout).into_owned();
    assert!(played.status.success(), "{scenario} in {language}: {}", String::from_utf8_lossy(&played.stderr));
    Some(serde_json::from_str(said.lines().last().unwrap_or_default()).expect("what was seen"))
}

/// What somebody does who wants to make a donation: first with mistakes.
fn donation((search, service): (&str, &str)) -> Value {
    json!({
        "search": search, "service": service,
        "wrong": { "amount": "0x10", "name": "Mario Rossi", "code": "RSSMRA80A01H501X" },
        "mistakes": ["amount", "code"],
        "right": { "amount": "25,00", "name": "Mario Rossi", "code": "RSSMRA80A01H501U", "note": "Per Natale" },
    })
}

async fn positions(gateway: &Gateway) -> Value {
    let path = format!("/gpd/debt-positions-service/v1/organizations/{EC}/debtpositions?page=0&limit=10");
    gateway.call(Method::GET, &path, None).await.body["payment_position_list"].clone()
}

/// What was seen is the one notice that there is.
async fn is_the_one(gateway: &Gateway, seen: &Value) {
    let positions = positions(gateway).await;
    assert_eq!(
        positions.as_array().unwrap().len(),
        1,
        "one notice, though it was looked at again: {positions}"
    );
    let option = &positions[0]["paymentOption"][0];
    assert_eq!(seen["number"].as_str().unwrap().replace(' ', ""), option["nav"], "{seen}");
    assert_eq!(option["amount"], 2_500);
    assert!(seen["text"].as_str().unwrap().contains(EC), "{seen}");
}

#[tokio::test]
async fn somebody_gets_a_notice_by_keyboard_alone_in_italian() {
    let gateway = Gateway::start_public(TestDatabase::sqlite(), 1_000).await;
    let input = donation(("DONAZIONE bórgo", "Donazione"));
    let Some(seen) = play(&gateway, "walk", "it", input).await else { return };
    is_the_one(&gateway, &seen).await;
    assert!(seen["amount"].as_str().unwrap().contains("25,00 €"), "{seen}");
    let errors = &seen["errors"];
    assert!(errors[0]["text"].as_str().unwrap().contains("deve essere un numero"), "{errors}");
    assert!(errors[1]["text"].as_str().unwrap().contains("carattere di controllo"), "{errors}");
}

#[tokio::test]
async fn somebody_gets_a_notice_by_keyboard_alone_in_english() {
    let gateway = Gateway::start_public(TestDatabase::sqlite(), 1_000).await;
    let Some(seen) = play(&gateway, "walk", "en", donation(("donation", "Donation"))).await else { return };
    is_the_one(&gateway, &seen).await;
    assert!(seen["amount"].as_str().unwrap().contains("€25.00"), "{seen}");
    assert!(seen["errors"][0]["text"].as_str().unwrap().contains("must be a number"), "{seen}");
}

#[tokio::test]
async fn the_pages_fit_a_screen_of_320_pixels() {
    let gateway = Gateway::start_public(TestDatabase::sqlite(), 1_000).await;
    let Some(seen) = play(&gateway, "narrow", "it", donation(("donazione", "Donazione"))).await else {
        return;
    };
    is_the_one(&gateway, &seen).await;
}

#[tokio::test]
async fn lists_days_and_yes_or_no_are_filled_in_by_keyboard_too() {
    let gateway = Gateway::start_public(TestDatabase::sqlite(), 1_000).await;
    // A day that reads the same whether the browser writes the day or the month first.
    let input = json!({
        "search": "piazza", "service": "Posteggio in piazza", "wrong": {}, "mistakes": ["day", "kind", "power"],
        "right": { "kind": "Fru", "day": "12122026", "power": "S" },
    });
    let Some(seen) = play(&gateway, "walk", "it", input).await else { return };
    assert!(seen["amount"].as_str().unwrap().contains("12,50 €"), "{seen}");
    assert!(seen["text"].as_str().unwrap().contains("Posteggio fruit 12/12/2026"), "{seen}");
}

#[tokio::test]
async fn the_pages_speak_the_language_that_is_chosen_and_keep_to_it() {
    let gateway = Gateway::start_public(TestDatabase::sqlite(), 1_000).await;
    for language in ["it", "en"] {
        play(&gateway, "language", language, json!({})).await;
    }
}

#[tokio::test]
async fn pages_that_say_what_went_wrong_are_accessible_too() {
    let gateway = Gateway::start_public(TestDatabase::sqlite(), 1_000).await;
    for language in ["it", "en"] {
        play(&gateway, "problems", language, json!({ "ec": EC })).await;
    }
}
