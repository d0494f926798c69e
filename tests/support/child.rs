//! The real program, `varco serve`, as a process that can be killed.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A running `varco serve`, killed when dropped.
pub struct Served {
    pub soap: SocketAddr,
    pub api: SocketAddr,
    pub log: Arc<Mutex<Vec<String>>>,
    child: Child,
}

impl Served {
    /// Starts it and waits until it is ready. `wrapper` is a command line to run it under, such as strace.
    pub fn start(config: &Path, wrapper: &[String], env: &[(&str, &str)]) -> Self {
        let mut line: Vec<String> = wrapper.to_vec();
        line.push(env!("CARGO_BIN_EXE_varco").to_owned());
        let mut command = Command::new(&line[0]);
        command.args(&line[1..]).args(["serve", "--config"]).arg(config);
        command.envs(env.iter().copied()).stdin(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let log = Arc::new(Mutex::new(Vec::new()));
        let (ready, told) = mpsc::channel();
        let (lines, stderr) = (Arc::clone(&log), BufReader::new(child.stderr.take().unwrap()));
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                if let Some(addresses) = addresses(&line) {
                    let _ = ready.send(addresses);
                }
                lines.lock().unwrap().push(line);
            }
        });
        let Ok((soap, api)) = told.recv_timeout(Duration::from_secs(60)) else {
            let _ = child.kill();
            panic!("varco serve did not become ready: {:#?}", log.lock().unwrap());
        };
        Served { soap, api, log, child }
    }

    /// The process, or that of its wrapper.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// SIGKILL: no destructor runs, nothing is flushed.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// As [`stop`](Served::stop), for a process under a wrapper that passes no signal on.
    pub fn stop_wrapped(mut self) {
        let id = self.child.id();
        let children = std::fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap();
        assert!(
            Command::new("kill").arg("-TERM").args(children.split_whitespace()).status().unwrap().success()
        );
        self.child.wait().unwrap();
    }

    /// SIGTERM, and waits for a clean end.
    pub fn stop(mut self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn addresses(line: &str) -> Option<(SocketAddr, SocketAddr)> {
    let value = |key: &str| line.split_whitespace().find_map(|word| word.strip_prefix(key)?.parse().ok());
    Some((value("soap=")?, value("api=")?))
}
