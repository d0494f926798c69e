//! A file of 100 000 positions on SQLite, from its first byte to its last row, beside raw commits of the same
//! rows; and how long receipts take meanwhile.
//!
//! `cargo bench --bench massive`; see README.md beside this file.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a tool that is run by hand: what fails ends it"
)]

mod support;

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::ClientConfig;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions, Executor};
use support::load::{self, Load};
use support::process::Server;
use support::{block_on, line, machine, median, pki::Pki, ratio, setting, world};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Notices that are there before, for receipts.
const PAYABLE: u64 = 5_000;
const KEY: &str = "key-of-the-benchmark";
/// Rows of a commit of ours, and of the raw writer.
const BATCH: u64 = 128;

fn main() {
    machine();
    let positions = setting("positions", 100_000);
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let pki = Pki::create(folder.path());
    let [own, raw] = ["ours", "raw"]
        .map(|side| format!("sqlite://{}", folder.path().join(format!("{side}.db")).display()));
    let file = file(PAYABLE..PAYABLE + positions);
    println!("{positions} positions of one notice and three transfers, {} MiB of JSON", file.len() >> 20);
    block_on(async {
        world::create(&own, PAYABLE).await;
        world::admit(&own, KEY).await;
        world::create(&raw, PAYABLE).await;
        let raw_seconds = raw_commits(&raw, PAYABLE..PAYABLE + positions).await;
        let varco = Server::varco_on_all_cores(&pki, folder.path(), &own);
        let client = pki.client();
        let calm =
            receipts(&varco, &client, 0, async { tokio::time::sleep(Duration::from_secs(3)).await }).await;
        let begun = Instant::now();
        let (mut accepted, mut done) = (0.0, 0.0);
        let during = receipts(&varco, &client, calm.len() as u64, async {
            let place = upload(varco.api, &file).await;
            accepted = begun.elapsed().as_secs_f64();
            wait(varco.api, &place).await;
            done = begun.elapsed().as_secs_f64();
        })
        .await;
        line("raw commits of 128", &[raw_seconds], "s");
        line("varco, until 202", &[accepted], "s");
        line("varco, until the last row", &[done], "s");
        line("varco", &[positions as f64 / done], "positions/s");
        line("a receipt, before", &calm, "ms");
        line("a receipt, meanwhile", &during, "ms");
        let mut sorted = during.clone();
        sorted.sort_by(f64::total_cmp);
        line("a receipt, meanwhile, p99", &[sorted[sorted.len() * 99 / 100]], "ms");
        ratio("varco / raw, time", done / raw_seconds, "60 s for 100 000 positions");
        ratio("a receipt meanwhile / before", median(&during) / median(&calm), "no starving");
    });
}

/// Delivers a receipt every 20 ms until `work` is done; how long each took, in milliseconds.
async fn receipts(
    varco: &Server,
    client: &Arc<ClientConfig>,
    first: u64,
    work: impl Future<Output = ()>,
) -> Vec<f64> {
    let mut took = Vec::new();
    let delivering = async {
        for number in first.. {
            let load = Load { connections: 1, from: number, to: number + 1, time: Duration::from_secs(30) };
            let write = |number: u64, to: &mut Vec<u8>| world::http(&world::receipt_body(number), to);
            took.push(load::run(varco.address, client, load, write).await.p99_ms);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::select! {
        () = delivering => {}
        () = work => {}
    }
    took
}

/// The rows that the upload makes, written by statements of text that are made beforehand.
async fn raw_commits(url: &str, numbers: std::ops::Range<u64>) -> f64 {
    let first = numbers.clone().step_by(BATCH as usize);
    let batches: Vec<_> = first.map(|first| world::inserts(first, numbers.end.min(first + BATCH))).collect();
    let options: SqliteConnectOptions = url.parse().unwrap();
    let options =
        options.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full).foreign_keys(true);
    let mut database = options.statement_cache_capacity(0).connect().await.unwrap();
    let begun = Instant::now();
    for batch in batches {
        database.execute("BEGIN IMMEDIATE").await.unwrap();
        for statement in batch {
            database.execute(AssertSqlSafe(statement)).await.unwrap();
        }
        database.execute("COMMIT").await.unwrap();
    }
    begun.elapsed().as_secs_f64()
}

fn file(numbers: std::ops::Range<u64>) -> String {
    let mut text = String::from("{\"paymentPositions\":[");
    for number in numbers.clone() {
        let comma = if number == numbers.start { "" } else { "," };
        let transfer = |id: u8, amount: u32| {
            format!(
                "{{\"idTransfer\":\"{id}\",\"amount\":{amount},\"remittanceInformation\":\"Tributo comunale sui \
                 rifiuti\",\"category\":\"9/0101101IM/\",\"iban\":\"{}\"}}",
                world::IBAN
            )
        };
        write!(
            text,
            "{comma}{{\"iupd\":\"P{number}\",\"type\":\"F\",\"fiscalCode\":\"VRCGNN80A01H501H\",\"fullName\":\
             \"Gianna Varchi\",\"streetName\":\"Via del Passo\",\"civicNumber\":\"3\",\"postalCode\":\"99100\",\
             \"city\":\"Borgo Varco\",\"province\":\"BV\",\"country\":\"IT\",\"switchToExpired\":false,\"companyName\":\"Comune di Borgo Varco\",\
             \"paymentOption\":[{{\"iuv\":\"{}\",\"amount\":12000,\"description\":\"Tributo comunale sui rifiuti, \
             anno 2026\",\"isPartialPayment\":false,\"dueDate\":\"2049-12-31\",\"paymentOptionMetadata\":\
             [{{\"key\":\"pratica\",\"value\":\"TARI/2026\"}}],\"transfer\":[{},{},{}]}}]}}",
            world::notice(number).iuv(),
            transfer(1, 8000),
            transfer(2, 3000),
            transfer(3, 1000),
        )
        .unwrap();
    }
    text + "]}"
}

async fn upload(api: SocketAddr, file: &str) -> String {
    let head = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.json\"\r\n\r\n";
    let tail = "\r\n--b--\r\n";
    let path = format!(
        "/upload/gpd/debt-positions-service/v2/brokers/{}/organizations/{}/debtpositions/file",
        world::BROKER,
        world::EC
    );
    let length = head.len() + file.len() + tail.len();
    let start = format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nOcp-Apim-Subscription-Key: {KEY}\r\n\
         Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {length}\r\n\r\n{head}"
    );
    let answer = exchange(api, &[&start, file, tail]).await;
    assert!(answer.starts_with("HTTP/1.1 202 "), "{answer}");
    let place = answer.lines().find_map(|line| line.strip_prefix("location: ")).expect("a place");
    place.trim().to_owned()
}

async fn wait(api: SocketAddr, place: &str) {
    let ask = format!(
        "GET {place} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nOcp-Apim-Subscription-Key: {KEY}\r\n\r\n"
    );
    loop {
        let answer = exchange(api, &[&ask]).await;
        if !answer.contains("IN_PROGRESS") {
            assert!(answer.contains("\"COMPLETED\""), "{answer}");
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn exchange(address: SocketAddr, parts: &[&str]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    for part in parts {
        stream.write_all(part.as_bytes()).await.unwrap();
    }
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}
