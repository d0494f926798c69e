//! Durable receipts per second from 64 senders, beside raw batched commits of the same rows.
//!
//! `cargo bench --bench receipts`; see README.md beside this file.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a tool that is run by hand: what fails ends it"
)]

mod support;

use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use support::load::{self, Load};
use support::process::{self, Server};
use support::{block_on, line, machine, median, pki::Pki, postgres, ratio, raw, setting, world};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SENDERS: usize = 64;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, first, url, from, to] = arguments.as_slice()
        && first == "raw"
    {
        return raw::run(url, from.parse().unwrap()..to.parse().unwrap());
    }
    machine();
    let (rounds, each) = (setting("rounds", 5), setting("receipts", 6_000));
    // One more round warms up; no notice is paid twice.
    let notices = (rounds + 1) * each;
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let pki = Pki::create(folder.path());
    let server = postgres::server();
    let databases = block_on(async {
        let mut databases = Vec::new();
        for side in ["ours", "raw"] {
            let sqlite = format!("sqlite://{}", folder.path().join(format!("{side}.db")).display());
            let postgres = postgres::empty_database(&server, &format!("varco_receipts_{side}")).await;
            world::create(&sqlite, notices).await;
            world::create(&postgres, notices).await;
            databases.push([sqlite, postgres]);
        }
        databases
    });
    process::pin_generator();
    let client = pki.client();
    for (engine, name) in ["SQLite", "PostgreSQL"].into_iter().enumerate() {
        let varco = Server::varco(&pki, folder.path(), &databases[0][engine]);
        compare(name, &varco, &client, [&databases[0][engine], &databases[1][engine]], each);
    }
}

fn compare(name: &str, varco: &Server, client: &Arc<ClientConfig>, [own, raw]: [&str; 2], each: u64) {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let (mut cpu, mut p99) = (Vec::new(), Vec::new());
    for round in 0..=setting("rounds", 5) {
        let (from, to) = (round * each, (round + 1) * each);
        let load = Load { connections: SENDERS, from, to, time: Duration::from_secs(120) };
        let before = varco.cpu();
        let write = |number: u64, to: &mut Vec<u8>| world::http(&world::receipt_body(number), to);
        let measured = block_on(load::run(varco.address, client, load, write));
        let after = varco.cpu();
        let seconds = raw::in_own_process(raw, from, to);
        if round == 0 {
            block_on(async { tokio::join!(world::settle_down(own), world::settle_down(raw)) });
        } else {
            ours.push(measured.per_second());
            cpu.push((after - before) / each as f64);
            p99.push(measured.p99_ms);
            theirs.push(each as f64 / seconds);
        }
    }
    println!("paSendRTV2 on {name}, {SENDERS} senders, {each} receipts a round, higher is better");
    line("raw commits of 64", &theirs, "receipts/s");
    line("varco", &ours, "receipts/s");
    line("varco, processor time", &cpu, "us/receipt");
    line("varco, slowest hundredth", &p99, "ms (p99)");
    ratio(&format!("varco on {name} / raw"), median(&ours) / median(&theirs), "0.50 or more");
}
