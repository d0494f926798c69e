//! A PostgreSQL of one test alone, which it can have crash and start again.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::postgres::{free_port, installed, is_root};

/// A server in a folder of its own, gone when dropped.
pub struct Cluster {
    pub url: String,
    binaries: PathBuf,
    folder: TempDir,
    port: u16,
}

impl Cluster {
    /// None if there is no PostgreSQL here, only one elsewhere.
    pub fn start() -> Option<Self> {
        let binaries = installed()?;
        let folder = tempfile::tempdir().unwrap();
        if is_root() {
            let given = Command::new("chown").arg("postgres").arg(folder.path()).status().unwrap();
            assert!(given.success());
        }
        let port = free_port();
        let url = format!("postgres://varco@127.0.0.1:{port}/postgres");
        let cluster = Cluster { url, binaries, folder, port };
        let data = cluster.data();
        cluster.run("initdb", &["-D", &data, "-A", "trust", "-U", "varco", "-E", "UTF8", "--no-sync"]);
        cluster.begin();
        Some(cluster)
    }

    /// Starts it, and waits until it answers.
    pub fn begin(&self) {
        let (data, log) = (self.data(), self.path("log"));
        let options =
            format!("-p {} -k {} -c listen_addresses=127.0.0.1", self.port, self.folder.path().display());
        self.run("pg_ctl", &["-D", &data, "-l", &log, "-o", &options, "-w", "start"]);
    }

    /// Has it crash: nothing is written that is not written yet, and every connection is cut.
    pub fn crash(&self) {
        self.run("pg_ctl", &["-D", &self.data(), "-m", "immediate", "-w", "stop"]);
    }

    fn data(&self) -> String {
        self.path("data")
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let done = self.command(&self.binaries.join(program)).args(arguments).status().unwrap();
        assert!(done.success(), "{program} {arguments:?}");
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid", "postgres", "--regid", "postgres", "--clear-groups"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir(self.folder.path()).stdin(Stdio::null()).stdout(Stdio::null());
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let stop = ["-D", &self.data(), "-m", "immediate", "-w", "stop"];
        let _ = self.command(&self.binaries.join("pg_ctl")).args(stop).stderr(Stdio::null()).status();
    }
}
