//! The order of system calls: the log of the database is on disk before the answer is on its way.
//!
//! SQLite only: the log of PostgreSQL is written by another process, which may be on another machine.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use crate::support::child::Served;
use crate::support::messages::paid;
use crate::support::node::Node;
use crate::support::{TestDatabase, pki, world};

/// How many receipts are delivered while the calls are recorded.
const ANSWERS: u64 = 100;

fn strace_is_missing() -> bool {
    let version = Command::new("strace").arg("-V").stdout(Stdio::null()).stderr(Stdio::null()).status();
    let missing = !version.is_ok_and(|status| status.success());
    if missing {
        eprintln!("SKIPPED: strace is not installed, so the order of writing to disk was not checked");
    }
    missing
}

/// Runs the gateway under strace and delivers receipts one by one; returns the statuses of their answers.
async fn traced(options: &[&str], record: &Path) -> Vec<u16> {
    let folder = tempfile::tempdir().unwrap();
    let database = TestDatabase::sqlite();
    let tls = pki::issue(folder.path());
    let store = database.store().await;
    world::seed(&store).await;
    store.close().await;
    let config = pki::write_config(folder.path(), &database.url);
    let mut wrapper: Vec<String> = ["strace", "-f", "-yy", "--seccomp-bpf", "-o"].map(str::to_owned).to_vec();
    wrapper.push(record.display().to_string());
    wrapper.extend(options.iter().map(|&option| option.to_owned()));
    let served = Served::start(&config, &wrapper, &[]);
    let node = Node::new(served.soap, Arc::clone(&tls));
    let mut statuses = Vec::new();
    for base in 1..=ANSWERS {
        statuses.push(node.post(&paid(format!("r{base}"), base, 100).v2()).await.unwrap().status);
    }
    drop(node);
    served.stop_wrapped();
    statuses
}

/// What a line of the record says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Call {
    /// Bytes go to the log of the database.
    LogWritten,
    /// The log is on disk.
    LogSynced,
    /// Bytes go to the node.
    Answered,
}

fn calls(record: &str, port: u16) -> Vec<Call> {
    let mut syncing: Vec<&str> = Vec::new();
    let mut calls = Vec::new();
    for line in record.lines() {
        let Some((thread, call)) = line.split_once(' ') else { continue };
        let call = call.trim_start();
        let name = call.split('(').next().unwrap_or_default();
        let to_log = call.split(['>', ',']).next().is_some_and(|file| file.ends_with("-wal"));
        match name {
            "pwrite64" | "write" if to_log => calls.push(Call::LogWritten),
            "fsync" | "fdatasync" if to_log && call.contains("unfinished") => syncing.push(thread),
            "fsync" | "fdatasync" if to_log && call.ends_with("= 0") => calls.push(Call::LogSynced),
            "write" | "writev" | "sendto" | "sendmsg" if call.contains(&format!(":{port}->")) => {
                calls.push(Call::Answered);
            }
            _ => {
                let resumed =
                    call.starts_with("<... fsync resumed") || call.starts_with("<... fdatasync resumed");
                if resumed && let Some(at) = syncing.iter().position(|waiting| *waiting == thread) {
                    syncing.remove(at);
                    if call.ends_with("= 0") {
                        calls.push(Call::LogSynced);
                    }
                }
            }
        }
    }
    calls
}

/// How many times the log was synced, and how many answers left while bytes of the log were not on disk.
fn judge(calls: &[Call]) -> (usize, usize) {
    let (mut synced, mut too_early, mut dirty) = (0, 0, false);
    for call in calls {
        match call {
            Call::LogWritten => dirty = true,
            Call::LogSynced => {
                synced += 1;
                dirty = false;
            }
            Call::Answered => too_early += usize::from(dirty),
        }
    }
    (synced, too_early)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_is_on_disk_before_the_answer_leaves() {
    if strace_is_missing() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let record = folder.path().join("record");
    let options = ["-e", "trace=pwrite64,write,writev,sendto,sendmsg,fsync,fdatasync"];
    let statuses = traced(&options, &record).await;
    assert_eq!(statuses, vec![200; ANSWERS as usize]);
    let record = std::fs::read_to_string(&record).unwrap();
    let port = soap_port(&record);
    let all = calls(&record, port);
    let answered = all.iter().filter(|call| **call == Call::Answered).count();
    let (synced, too_early) = judge(&all);
    eprintln!("sqlite: {answered} writes to the node, {synced} syncs of the log, {too_early} too early");
    assert!(answered >= ANSWERS as usize && synced >= ANSWERS as usize, "the record shows too little");
    assert_eq!(too_early, 0);

    // The control: without its syncs, the same record must be found wanting.
    let unsynced: Vec<Call> = all.into_iter().filter(|call| *call != Call::LogSynced).collect();
    assert!(judge(&unsynced).1 >= ANSWERS as usize - 1, "the check sees nothing");
}

/// The port that most sockets of the record belong to.
fn soap_port(record: &str) -> u16 {
    let ports = record.lines().filter_map(|line| {
        let (_, rest) = line.split_once("TCP:[127.0.0.1:")?;
        rest.split_once("->")?.0.parse().ok()
    });
    let mut counts = std::collections::BTreeMap::<u16, usize>::new();
    for port in ports {
        *counts.entry(port).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(_, count)| *count).expect("a connection").0
}

/// A disk that refuses to sync: the receipt is not safe, so it is asked for again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_that_cannot_be_synced_acknowledges_nothing() {
    if strace_is_missing() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let record = folder.path().join("record");
    let options = ["-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:error=EIO:when=1+"];
    let statuses = traced(&options, &record).await;
    assert_eq!(statuses, vec![503; ANSWERS as usize]);
}
