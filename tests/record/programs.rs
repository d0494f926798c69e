//! The programs of a recording, as processes: a demo, and the recorder in front of it.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};

pub fn varco() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_varco"));
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

pub fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A process that ends with the test.
struct Running {
    child: Child,
    out: BufReader<ChildStdout>,
}

impl Running {
    /// Starts it and waits for a line that begins so; the line is returned.
    fn start(mut command: Command, begin: &str) -> (Self, String) {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut running = Running { out: BufReader::new(child.stdout.take().unwrap()), child };
        let mut told = String::new();
        loop {
            let mut line = String::new();
            assert!(running.out.read_line(&mut line).unwrap() > 0, "it did not come up: {told}");
            if line.starts_with(begin) {
                return (running, line);
            }
            told.push_str(&line);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A demo that stays up until it is dropped.
pub struct Demo {
    folder: PathBuf,
    environment: BTreeMap<String, String>,
    _running: Running,
}

impl Demo {
    pub fn start(folder: &Path) -> Demo {
        let mut command = varco();
        command
            .args(["demo", "--soap-addr", "127.0.0.1:0", "--api-addr", "127.0.0.1:0", "--data-dir"])
            .arg(folder);
        let (running, _) = Running::start(command, "Varco is up");
        let environment = fs::read_to_string(folder.join("demo.env")).unwrap();
        let environment = environment
            .lines()
            .filter_map(|line| line.strip_prefix("VARCO_")?.split_once('='))
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        Demo { folder: folder.to_owned(), environment, _running: running }
    }

    /// A value of its environment.
    pub fn value(&self, key: &str) -> String {
        self.environment[key].clone()
    }

    pub fn replay(&self, path: &Path, more: &[&str]) -> Output {
        self.replay_at(&self.value("SOAP_URL"), path, more)
    }

    /// Replays against another address with what the demo knows.
    pub fn replay_at(&self, url: &str, path: &Path, more: &[&str]) -> Output {
        let mut command = varco();
        command.arg("replay").arg(path).args(["--url", url, "--env"]).arg(self.folder.join("demo.env"));
        command.args(["--ca", &self.value("CA"), "--cert", &self.value("NODE_CERT")]);
        command.args(["--key", &self.value("NODE_KEY")]).args(more);
        command.output().unwrap()
    }
}

/// A recorder that listens.
pub struct Recorder {
    /// Where.
    pub url: String,
    running: Running,
}

impl Recorder {
    /// In front of a demo, to which it speaks as the node does.
    pub fn before(demo: &Demo, into: &Path, more: &[&str]) -> Recorder {
        let (ca, certificate, key) = (demo.value("CA"), demo.value("NODE_CERT"), demo.value("NODE_KEY"));
        let tls = ["--ca", &ca, "--cert", &certificate, "--key", &key];
        let options: Vec<&str> = tls.into_iter().chain(more.iter().copied()).collect();
        Recorder::start(&demo.value("SOAP_URL"), into, &options)
    }

    pub fn start(target: &str, into: &Path, more: &[&str]) -> Recorder {
        let mut command = varco();
        command.args(["record", "--listen", "127.0.0.1:0", "--url", target, "--into"]).arg(into).args(more);
        let (running, line) = Running::start(command, "Recording at ");
        let url = line.split_whitespace().nth(2).unwrap().to_owned();
        Recorder { url, running }
    }

    /// Ctrl-C; returns what it says at its end.
    pub fn stop(mut self) -> String {
        let id = self.running.child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        let mut told = String::new();
        self.running.out.read_to_string(&mut told).unwrap();
        assert!(self.running.child.wait().unwrap().success(), "{told}");
        told
    }
}
