//! The database goes away under load and comes back: the node is asked to come again, nothing acknowledged
//! is lost, and the gateway finds its way back by itself.

use std::collections::BTreeMap;
use std::io::Write;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use varco::store::Store;

use crate::receipts::{Books, Delivery, check_notice, deliver};
use crate::support::child::Served;
use crate::support::cluster::Cluster;
use crate::support::node::{Node, get};
use crate::support::trouble::{Line, Proxy};
use crate::support::{TestDatabase, feeds, pki, samples, world};
use varco::domain::position::OptionShape;

/// Connections that deliver at the same time.
const SENDERS: u64 = 6;
/// Notices that there are; the receipts of more are of notices that are not ours.
const NOTICES: u64 = 300;
/// By then the gateway works again, counted from the return of its database.
const RECOVERY: Duration = Duration::from_secs(5);

/// Deadlines short enough to wait for.
const SOON: [(&str, &str); 3] = [
    ("VARCO__SOAP__RECEIPT_DEADLINE", "1s"),
    ("VARCO__DATABASE__ACQUIRE_TIMEOUT", "1s"),
    ("VARCO__LOG__FILTER", "off,varco::gateway=info"),
];

/// Nodes that deliver without end.
struct Load {
    books: Arc<Mutex<Books>>,
    acknowledged: Arc<AtomicU64>,
    refused: Arc<AtomicU64>,
    done: Arc<AtomicBool>,
    senders: Vec<tokio::task::JoinHandle<()>>,
}

impl Load {
    fn begin(node: &Arc<Node>) -> Self {
        let mut load = Load {
            books: Arc::default(),
            acknowledged: Arc::default(),
            refused: Arc::default(),
            done: Arc::default(),
            senders: Vec::new(),
        };
        let next = Arc::new(AtomicU64::new(1));
        for _ in 0..SENDERS {
            let (node, next, done) = (Arc::clone(node), Arc::clone(&next), Arc::clone(&load.done));
            let (books, acknowledged) = (Arc::clone(&load.books), Arc::clone(&load.acknowledged));
            let refused = Arc::clone(&load.refused);
            load.senders.push(tokio::spawn(async move {
                while !done.load(Ordering::SeqCst) {
                    let base = next.fetch_add(1, Ordering::SeqCst);
                    let id = format!("r{base}");
                    books.lock().unwrap().insert(id.clone(), (base, Delivery::Unknown));
                    // What is asked for again is delivered again later; `deliver` holds the answer to its form.
                    if deliver(&node, &id, base).await == Delivery::Acknowledged {
                        books.lock().unwrap().insert(id, (base, Delivery::Acknowledged));
                        acknowledged.fetch_add(1, Ordering::SeqCst);
                    } else {
                        refused.fetch_add(1, Ordering::SeqCst);
                        tokio::time::sleep(Duration::from_millis(50)).await;
                    }
                }
            }));
        }
        load
    }

    fn acknowledged(&self) -> u64 {
        self.acknowledged.load(Ordering::SeqCst)
    }

    /// Waits until so many more are acknowledged.
    async fn more(&self, count: u64) {
        let target = self.acknowledged() + count;
        while self.acknowledged() < target {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Ends the load, and delivers again what was not acknowledged. Receipts by notice.
    async fn finish(self, node: &Node) -> BTreeMap<u64, Vec<String>> {
        self.done.store(true, Ordering::SeqCst);
        for sender in self.senders {
            sender.await.unwrap();
        }
        let books = self.books.lock().unwrap().clone();
        let mut by_notice: BTreeMap<u64, Vec<String>> = BTreeMap::new();
        for (id, (base, delivery)) in books {
            if delivery == Delivery::Unknown {
                assert_eq!(deliver(node, &id, base).await, Delivery::Acknowledged, "{id} delivered again");
            }
            by_notice.entry(base).or_default().push(id);
        }
        by_notice
    }
}

/// Everything that was acknowledged is there, once, and told once.
async fn check(database: &TestDatabase, acknowledged: BTreeMap<u64, Vec<String>>, trouble: &str) {
    let (store, receipts) = (database.store().await, acknowledged.len());
    for (base, ids) in acknowledged {
        if base <= NOTICES {
            check_notice(&store, base, &ids).await;
        }
    }
    let events = feeds::check(&store, database).await;
    let booked = events.iter().filter(|event| event.kind == "varco.receipt.booked").count();
    assert_eq!(booked, receipts, "each that was acknowledged is there");
    store.close().await;
    eprintln!("{}, {trouble}: {receipts} receipts, none lost or doubled", database.engine);
}

/// Whoever takes the database away and brings it back.
trait Trouble {
    async fn begin(&self);
    async fn end(&self);
}

async fn seed(store: &Store) {
    world::seed(store).await;
    for base in 1..=NOTICES {
        let option = samples::option(1, OptionShape::Single, vec![samples::notice(base, 100)]);
        store.create_position(&samples::position(&format!("P{base}"), vec![option])).await.unwrap();
    }
}

/// Waits for that status of the readiness check; how long that took.
async fn readiness(served: &Served, status: u16) -> Duration {
    let begun = Instant::now();
    while get(served.api, "/health/ready").await.0 != status {
        assert!(begun.elapsed() < 2 * RECOVERY, "readiness does not become {status}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    begun.elapsed()
}

/// A gateway under load whose database goes away for a while. `store` reaches the database when it is back.
async fn outage(served: &Served, node: Arc<Node>, trouble: &impl Trouble) -> Load {
    let load = Load::begin(&node);
    load.more(50).await;
    trouble.begin().await;
    let red = readiness(served, 503).await;
    let (before, refused) = (load.acknowledged(), load.refused.load(Ordering::SeqCst));
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(load.acknowledged(), before, "nothing is acknowledged that cannot be stored");
    assert!(load.refused.load(Ordering::SeqCst) > refused, "who delivers is asked to come again");
    assert_eq!(get(served.api, "/health/live").await.0, 200, "a restart would not help");
    trouble.end().await;
    let back = Instant::now();
    load.more(1).await;
    let works = back.elapsed();
    readiness(served, 200).await;
    let green = back.elapsed();
    eprintln!("not ready after {red:?}; back: works after {works:?}, ready after {green:?}");
    assert!(works < RECOVERY && green < RECOVERY, "works after {works:?}, ready after {green:?}");
    load.more(50).await;
    load
}

impl Trouble for Cluster {
    async fn begin(&self) {
        self.crash();
    }

    async fn end(&self) {
        Cluster::begin(self);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_postgres_that_crashes_under_load_loses_nothing_and_is_found_again() {
    let Some(cluster) = tokio::task::spawn_blocking(Cluster::start).await.unwrap() else {
        eprintln!("SKIPPED: there is no PostgreSQL here that could be made to crash");
        return;
    };
    let database = TestDatabase::of("postgres", cluster.url.clone());
    let (served, node, _folder) = serve(&database, &database.url, &[]).await;
    let load = outage(&served, Arc::clone(&node), &cluster).await;
    let acknowledged = load.finish(&node).await;
    served.stop();
    check(&database, acknowledged, "crashed").await;
}

/// A line that goes silent or is cut.
struct Broken(Proxy, Line);

impl Trouble for Broken {
    async fn begin(&self) {
        self.0.set(self.1);
    }

    async fn end(&self) {
        self.0.set(Line::Up);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_line_that_goes_silent_or_is_cut_under_load_loses_nothing() {
    for line in [Line::Hangs, Line::Cut] {
        let database = TestDatabase::postgres().await;
        let broken = Broken(Proxy::start(&database.url).await, line);
        let (served, node, _folder) = serve(&database, &broken.0.url, &[]).await;
        let load = outage(&served, Arc::clone(&node), &broken).await;
        let acknowledged = load.finish(&node).await;
        served.stop();
        check(&database, acknowledged, &format!("{line:?}")).await;
    }
}

/// A disk on which there is no room, until what fills it is deleted. The gateway has it alone, in a name
/// space of its own, which ends with it.
struct FullDisk {
    process: u32,
}

/// How large the disk is.
const DISK: &str = "12m";

impl FullDisk {
    /// The command line to run the gateway under, with a copy of that file on the disk in its place.
    fn wrapper(file: &Path) -> Vec<String> {
        let (folder, file) = (file.parent().unwrap().display(), file.display());
        let script = format!(
            "cp '{file}' /tmp/varco-seed.$$ && mount -t tmpfs -o size={DISK} varco '{folder}' && \
             mv /tmp/varco-seed.$$ '{file}' && exec \"$@\""
        );
        ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", &script, "sh"]
            .map(str::to_owned)
            .to_vec()
    }

    /// Whether one may have a disk of one's own here.
    fn is_possible() -> bool {
        let try_it = ["--user", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "varco", "/mnt"];
        let tried = Command::new("unshare").args(try_it).stderr(Stdio::null()).status();
        tried.is_ok_and(|status| status.success())
    }

    /// A file of the gateway's name space, as it is seen from here.
    fn seen(&self, file: &Path) -> PathBuf {
        PathBuf::from(format!("/proc/{}/root{}", self.process, file.display()))
    }
}

impl Trouble for (FullDisk, PathBuf) {
    async fn begin(&self) {
        let mut ballast = std::fs::File::create(self.0.seen(&self.1)).unwrap();
        let page = [0_u8; 1024];
        while ballast.write_all(&page).is_ok() {}
    }

    async fn end(&self) {
        std::fs::remove_file(self.0.seen(&self.1)).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_disk_that_fills_up_under_load_loses_nothing_and_is_used_again() {
    if !FullDisk::is_possible() {
        eprintln!("SKIPPED: no disk of one's own may be mounted here, so none was filled");
        return;
    }
    let database = TestDatabase::sqlite();
    let file = PathBuf::from(database.url.strip_prefix("sqlite://").unwrap());
    let (served, node, _folder) = serve(&database, &database.url, &FullDisk::wrapper(&file)).await;
    let disk = FullDisk { process: served.id() };
    // What is open outlasts the name space.
    let kept = std::fs::File::open(disk.seen(file.parent().unwrap())).unwrap();
    let load = outage(&served, Arc::clone(&node), &(disk, file.with_file_name("ballast"))).await;
    let acknowledged = load.finish(&node).await;
    served.stop();
    let left = format!("/proc/self/fd/{}/varco.db", kept.as_raw_fd());
    std::fs::copy(&left, &file).unwrap();
    assert!(!Path::new(&format!("{left}-wal")).exists(), "the log is in the file once all is closed");
    check(&database, acknowledged, "disk full").await;
}

/// Starts the gateway on a seeded database, reached by that URL.
async fn serve(
    database: &TestDatabase,
    url: &str,
    wrapper: &[String],
) -> (Served, Arc<Node>, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let tls = pki::issue(folder.path());
    let store = database.store().await;
    seed(&store).await;
    store.close().await;
    let config = pki::write_config(folder.path(), url);
    let served = Served::start(&config, wrapper, &SOON);
    let node = Arc::new(Node::new(served.soap, tls));
    (served, node, folder)
}
