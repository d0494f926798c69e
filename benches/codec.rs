//! Decoding and validating a 4 KB receipt, beside a bare token pass and beside libxml2.
//!
//! `cargo bench --bench codec`; see README.md beside this file.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a tool that is run by hand: what fails ends it"
)]

mod support;

use std::hint::black_box;
use std::process::{Command, Stdio};
use std::time::Instant;

use quick_xml::events::Event;
use support::{line, machine, median, ratio, setting, world};
use varco::soap::{self, Limits};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How many messages make one figure.
const MESSAGES: usize = 5_000;
/// How many documents the long and the short run of xmllint read.
const MANY: usize = 3_000;
const FEW: usize = 200;

fn main() {
    machine();
    let message = world::receipt_body(17);
    let folder = tempfile::tempdir().unwrap();
    let payload = message.split_once("<soapenv:Body>").unwrap().1.split_once("</soapenv:Body>").unwrap().0;
    let file = folder.path().join("receipt.xml");
    std::fs::write(&file, payload).unwrap();
    let (mut ours, mut tokens, mut libxml2) = (Vec::new(), Vec::new(), Vec::new());
    // The first round warms up.
    for round in 0..=setting("rounds", 9) {
        let figures = (decode(&message), token_pass(&message), xmllint(file.to_str().unwrap()));
        if round > 0 {
            ours.push(figures.0);
            tokens.push(figures.1);
            libxml2.push(figures.2);
        }
    }
    println!("one paSendRTV2Request of {} bytes, microseconds each, lower is better", message.len());
    line("varco: decode and validate", &ours, "us");
    line("quick-xml 0.42: tokens only", &tokens, "us");
    line("xmllint: parse and validate", &libxml2, "us");
    ratio("varco / tokens", median(&ours) / median(&tokens), "2.00 or less");
    ratio("xmllint / varco", median(&libxml2) / median(&ours), "3.00 or more");
}

fn decode(message: &str) -> f64 {
    let limits = Limits::default();
    per_message(|| {
        black_box(soap::read_request(black_box(message.as_bytes()), &limits)).unwrap();
    })
}

fn token_pass(message: &str) -> f64 {
    per_message(|| {
        let mut reader = quick_xml::Reader::from_reader(black_box(message.as_bytes()));
        while !matches!(black_box(reader.read_event()).unwrap(), Event::Eof) {}
    })
}

fn per_message(work: impl Fn()) -> f64 {
    let begun = Instant::now();
    for _ in 0..MESSAGES {
        work();
    }
    begun.elapsed().as_secs_f64() * 1e6 / MESSAGES as f64
}

/// The difference of two runs, so that the start of the process and the schema do not count.
fn xmllint(file: &str) -> f64 {
    let run = |documents: usize| {
        let begun = Instant::now();
        let mut command = Command::new("xmllint");
        command.args(["--noout", "--schema", concat!(env!("CARGO_MANIFEST_DIR"), "/xsd/paForNode.xsd")]);
        command.args(std::iter::repeat_n(file, documents)).stderr(Stdio::null());
        assert!(command.status().expect("xmllint, from libxml2-utils, is installed").success());
        begun.elapsed().as_secs_f64() * 1e6
    };
    (run(MANY) - run(FEW)) / (MANY - FEW) as f64
}
