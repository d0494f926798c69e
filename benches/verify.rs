//! Verifications per second over mutual TLS, beside a bare axum server that returns a fixed body.
//!
//! `cargo bench --bench verify`; see README.md beside this file.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a tool that is run by hand: what fails ends it"
)]

mod support;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use support::load::{self, Load};
use support::process::{self, Server};
use support::{bare, block_on, line, machine, median, pki::Pki, postgres, ratio, setting, world};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const POSITIONS: u64 = 5_000;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.get(1).is_some_and(|first| first == "bare") {
        return bare::run(Path::new(arguments.get(2).unwrap()));
    }
    machine();
    let folder = tempfile::tempdir().unwrap();
    let pki = Pki::create(folder.path());
    let sqlite = format!("sqlite://{}", folder.path().join("bench.db").display());
    let postgres = block_on(async {
        world::create(&sqlite, POSITIONS).await;
        let postgres = postgres::empty_database(&postgres::server(), "varco_verify").await;
        world::create(&postgres, POSITIONS).await;
        postgres
    });
    process::pin_generator();
    let mut contestants = [
        Contestant::new("bare axum + rustls", Server::bare(&pki)),
        Contestant::new("varco on SQLite", Server::varco(&pki, folder.path(), &sqlite)),
        Contestant::new("varco on PostgreSQL", Server::varco(&pki, folder.path(), &postgres)),
    ];
    let bodies: Arc<Vec<String>> = Arc::new((0..POSITIONS).map(world::verify_body).collect());
    let client = pki.client();
    for connections in [32, 64] {
        block_on(rounds(&mut contestants, connections, &bodies, &client));
        report(&contestants, connections);
    }
}

struct Contestant {
    name: &'static str,
    server: Server,
    per_second: Vec<f64>,
    cpu: Vec<f64>,
    p99: Vec<f64>,
}

impl Contestant {
    fn new(name: &'static str, server: Server) -> Self {
        Contestant { name, server, per_second: Vec::new(), cpu: Vec::new(), p99: Vec::new() }
    }
}

/// Takes turns, so that what else the machine does meets all alike; the first turn warms up.
async fn rounds(
    contestants: &mut [Contestant],
    connections: usize,
    bodies: &Arc<Vec<String>>,
    client: &Arc<ClientConfig>,
) {
    for contestant in contestants.iter_mut() {
        contestant.per_second.clear();
        contestant.cpu.clear();
        contestant.p99.clear();
    }
    let time = Duration::from_millis(setting("millis", 2_000));
    for round in 0..=setting("rounds", 5) {
        for contestant in contestants.iter_mut() {
            let bodies = Arc::clone(bodies);
            let load = Load { connections, from: 0, to: u64::MAX, time };
            let before = contestant.server.cpu();
            let measured = load::run(contestant.server.address, client, load, move |number, to| {
                // Notices in no order, so that no page of the database is favoured.
                let place = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
                world::http(&bodies[(place % POSITIONS) as usize], to);
            });
            let measured = measured.await;
            if round > 0 {
                contestant.per_second.push(measured.per_second());
                contestant.cpu.push((contestant.server.cpu() - before) / measured.requests as f64);
                contestant.p99.push(measured.p99_ms);
            }
        }
    }
}

fn report(contestants: &[Contestant], connections: usize) {
    println!("paVerifyPaymentNotice over {connections} kept connections, higher is better");
    for contestant in contestants {
        line(contestant.name, &contestant.per_second, "requests/s");
    }
    println!("processor time of the server (handshakes included), and the slowest hundredth");
    for contestant in contestants {
        line(contestant.name, &contestant.cpu, "us/request");
        line("", &contestant.p99, "ms (p99)");
    }
    let (bare, ours) = contestants.split_first().unwrap();
    for contestant in ours {
        let share = median(&contestant.per_second) / median(&bare.per_second);
        ratio(&format!("{} / bare, requests", contestant.name), share, "0.35 or more");
        let share = median(&bare.cpu) / median(&contestant.cpu);
        ratio(&format!("{} / bare, processor time", contestant.name), share, "0.35 or more");
    }
}
