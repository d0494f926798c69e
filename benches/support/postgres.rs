//! A PostgreSQL that commits durably: the one of `VARCO_BENCH_POSTGRES_URL`, else a throwaway cluster with
//! the settings of a fresh installation (the tests' own cluster does not wait for the disk).

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

/// The server's URL, up to the database's name.
pub fn server() -> String {
    let given = std::env::var("VARCO_BENCH_POSTGRES_URL").ok();
    given.map_or_else(start, |url| url.rsplit_once('/').expect("the URL names a database").0.to_owned())
}

/// Makes an empty database and returns its URL.
pub async fn empty_database(server: &str, name: &str) -> String {
    let mut admin = PgConnection::connect(&format!("{server}/postgres")).await.unwrap();
    admin.execute(AssertSqlSafe(format!("DROP DATABASE IF EXISTS {name}"))).await.unwrap();
    admin.execute(AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.unwrap();
    format!("{server}/{name}")
}

/// Starts a cluster that a shell stops when this process ends, however it ends.
fn start() -> String {
    let folder = std::env::temp_dir().join(format!("varco-bench-{}", std::process::id()));
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let root = std::fs::read_dir("/root").is_ok();
    let script = format!(
        "set -e; mkdir -p '{folder}'; {owner} cd '{folder}'; \
         {run} '{bin}/initdb' -D '{folder}/data' -A trust -U varco -E UTF8 >/dev/null; \
         {run} '{bin}/postgres' -D '{folder}/data' -p {port} -k '{folder}' -c listen_addresses=127.0.0.1 \
             >'{folder}/log' 2>&1 & server=$!; \
         n=0; until '{bin}/pg_isready' -q -h 127.0.0.1 -p {port}; do \
             n=$((n+1)); test $n -lt 300; sleep 0.1; done; echo ready; \
         read -r _ || true; kill -INT $server; wait $server || true; rm -rf '{folder}'",
        folder = folder.display(),
        bin = binaries().display(),
        owner = if root { format!("chown postgres '{}';", folder.display()) } else { String::new() },
        run = if root { "setpriv --reuid postgres --regid postgres --clear-groups" } else { "" },
    );
    let mut shell = Command::new("sh");
    let mut child = shell.arg("-c").arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line.trim(), "ready", "PostgreSQL did not start: see {}", folder.display());
    // The pipe must stay open for as long as this process lives.
    std::mem::forget(child);
    format!("postgres://varco@127.0.0.1:{port}")
}

fn binaries() -> PathBuf {
    let installed = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = installed.map(|entry| entry.path().join("bin")).collect();
    folders.sort_unstable_by(|a, b| b.cmp(a));
    folders.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    let complete = |folder: &PathBuf| ["initdb", "postgres"].iter().all(|name| folder.join(name).exists());
    folders.into_iter().find(complete).expect("PostgreSQL is installed")
}
