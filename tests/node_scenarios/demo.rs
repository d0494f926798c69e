//! One demo for all tests of this binary, as people start it.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use tempfile::TempDir;
use varco::domain::clock::Clock;
use varco::node::Parties;
use varco::node::client::TlsFiles;
use varco::node::judge::Expectations;
use varco::node::scenario::{PositionApi, Target};
use varco::node::variables::Variables;

/// The demo, shared by whoever needs it at the time.
static SHARED: Mutex<Option<Running>> = Mutex::new(None);
static USERS: AtomicUsize = AtomicUsize::new(0);

struct Running {
    child: Child,
    folder: TempDir,
}

/// A hold on the demo: it ends with the last one.
pub struct Demo {
    folder: PathBuf,
}

impl Demo {
    pub fn start() -> Demo {
        let mut shared = SHARED.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        USERS.fetch_add(1, Ordering::SeqCst);
        let running = shared.get_or_insert_with(launch);
        Demo { folder: running.folder.path().to_owned() }
    }

    pub fn environment(&self) -> PathBuf {
        self.folder.join("demo.env")
    }

    pub fn variables(&self) -> Variables {
        let mut variables = Variables::default();
        variables.read(&std::fs::read_to_string(self.environment()).unwrap()).unwrap();
        variables
    }

    pub fn target(&self) -> Target {
        let variables = self.variables();
        let value = |name: &str| variables.get(name).unwrap().to_owned();
        let file = |name: &str| PathBuf::from(value(name));
        let identity = Some((file("NODE_CERT"), file("NODE_KEY")));
        Target {
            url: value("SOAP_URL"),
            files: TlsFiles { ca: Some(file("CA")), identity },
            parties: Parties { pa: value("EC"), broker: value("BROKER"), station: value("STATION") },
            known: Expectations::default(),
            patience: None,
            api: Some(self.api()),
            clock: Clock::system(),
        }
    }

    pub fn api(&self) -> PositionApi {
        let variables = self.variables();
        let (url, key) = (variables.get("API_URL").unwrap(), variables.get("API_KEY").unwrap());
        PositionApi::new(url, key, TlsFiles::default(), Clock::system())
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let mut shared = SHARED.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if USERS.fetch_sub(1, Ordering::SeqCst) == 1
            && let Some(mut running) = shared.take()
        {
            let _ = running.child.kill();
            let _ = running.child.wait();
        }
    }
}

fn launch() -> Running {
    let folder = tempfile::tempdir().unwrap();
    let mut command = varco();
    command.args(["demo", "--soap-addr", "127.0.0.1:0", "--api-addr", "127.0.0.1:0", "--data-dir"]);
    let mut child = command.arg(folder.path()).stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut running = Running { child, folder };
    let mut told = String::new();
    for line in lines.map_while(Result::ok) {
        if line.starts_with("Varco is up") {
            return running;
        }
        told.push_str(&line);
    }
    let _ = running.child.kill();
    let _ = running.child.wait();
    panic!("the demo did not come up: {told}");
}

/// The program.
pub fn varco() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_varco"));
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

/// Runs `varco node` with these arguments.
pub fn node(arguments: &[&str]) -> Output {
    varco().arg("node").args(arguments).output().unwrap()
}

pub fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A path as an argument.
pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
