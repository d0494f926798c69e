//! A PostgreSQL for tests: the one of `VARCO_TEST_POSTGRES_URL`, else a throwaway cluster.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

static SERVER: OnceLock<String> = OnceLock::new();
static DATABASES: AtomicU32 = AtomicU32::new(0);

/// Makes an empty database and returns its URL.
pub async fn empty_database() -> String {
    let server = tokio::task::spawn_blocking(|| SERVER.get_or_init(find_or_start).clone()).await.unwrap();
    let name = format!("varco_{}_{}", std::process::id(), DATABASES.fetch_add(1, Ordering::Relaxed));
    let mut admin = PgConnection::connect(&server).await.expect("the PostgreSQL server answers");
    admin.execute(AssertSqlSafe(format!("DROP DATABASE IF EXISTS {name}"))).await.unwrap();
    admin.execute(AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.unwrap();
    let (base, _) = server.rsplit_once('/').expect("the URL names a database");
    format!("{base}/{name}")
}

fn find_or_start() -> String {
    std::env::var("VARCO_TEST_POSTGRES_URL").unwrap_or_else(|_| start_cluster())
}

/// Starts a cluster in a temporary folder. A shell at the other end of a pipe stops it when this
/// process ends, however it ends.
fn start_cluster() -> String {
    let binaries = binaries();
    let folder = std::env::temp_dir().join(format!("varco-postgres-{}", std::process::id()));
    let port = free_port();
    let script = format!(
        "set -e; mkdir -p '{folder}'; {owner} cd '{folder}'; \
         {run} '{bin}/initdb' -D '{folder}/data' -A trust -U varco -E UTF8 --no-sync >/dev/null; \
         {run} '{bin}/postgres' -D '{folder}/data' -p {port} -k '{folder}' -c listen_addresses=127.0.0.1 \
             -c fsync=off -c max_connections=200 >'{folder}/log' 2>&1 & server=$!; \
         n=0; until '{bin}/pg_isready' -q -h 127.0.0.1 -p {port}; do \
             n=$((n+1)); test $n -lt 300; sleep 0.1; done; echo ready; \
         read -r _ || true; kill -INT $server; wait $server || true; rm -rf '{folder}'",
        folder = folder.display(),
        bin = binaries.display(),
        owner = if is_root() { format!("chown postgres '{}';", folder.display()) } else { String::new() },
        run = if is_root() { "setpriv --reuid postgres --regid postgres --clear-groups" } else { "" },
    );
    let child = Command::new("sh").arg("-c").arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut child: Child = child.expect("a shell starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line.trim(), "ready", "the PostgreSQL cluster did not start: see {}", folder.display());
    // The pipe must stay open for as long as this process lives.
    std::mem::forget(child);
    std::thread::sleep(Duration::from_millis(50));
    format!("postgres://varco@127.0.0.1:{port}/postgres")
}

fn binaries() -> PathBuf {
    installed().expect(
        "the tests need PostgreSQL: install it (apt-get install postgresql) or set VARCO_TEST_POSTGRES_URL",
    )
}

/// The folder of the programs of PostgreSQL, if they are here.
pub fn installed() -> Option<PathBuf> {
    let installed = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = installed.map(|entry| entry.path().join("bin")).collect();
    folders.sort_unstable_by(|a, b| b.cmp(a));
    let on_path = std::env::var_os("PATH").unwrap_or_default();
    folders.extend(std::env::split_paths(&on_path));
    let complete = |folder: &PathBuf| {
        ["initdb", "postgres", "pg_isready", "pg_ctl"].iter().all(|b| folder.join(b).exists())
    };
    folders.into_iter().find(complete)
}

pub fn is_root() -> bool {
    Path::new("/root").read_dir().is_ok()
}

pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().unwrap().port()
}
