//! Servers in processes of their own: the side under test has the first core, the generator the second.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::pki::Pki;

/// A process that is stopped when dropped.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
    /// Where REST is, of the product.
    pub api: SocketAddr,
}

impl Server {
    /// The product as released: `varco serve`, logging as by default.
    pub fn varco(pki: &Pki, folder: &Path, database: &str) -> Self {
        Self::varco_by(on_core(0, env!("CARGO_BIN_EXE_varco")), pki, folder, database)
    }

    /// The same on all cores of the machine.
    pub fn varco_on_all_cores(pki: &Pki, folder: &Path, database: &str) -> Self {
        Self::varco_by(Command::new(env!("CARGO_BIN_EXE_varco")), pki, folder, database)
    }

    fn varco_by(mut command: Command, pki: &Pki, folder: &Path, database: &str) -> Self {
        let (soap, api) = (free(), free());
        let file = |name: &str| pki.folder.join(name).display().to_string();
        let config = folder.join(format!("varco-{}.toml", soap.port()));
        let text = format!(
            "[soap]\nlisten = '{soap}'\n[soap.tls]\ncertificate = '{}'\nkey = '{}'\nclient_ca = ['{}']\n\
             allowed_clients = [{{ subject = 'CN=node', issuer = 'CN=CA' }}]\n[api]\nlisten = '{api}'\n\
             [database]\nurl = '{database}'\n",
            file("server.pem"),
            file("server.key"),
            file("ca.pem"),
        );
        std::fs::write(&config, text).unwrap();
        let log = std::fs::File::create(folder.join("varco.log")).unwrap();
        let child = command.arg("serve").arg("--config").arg(config).stderr(log).spawn().unwrap();
        let server = Server { child, address: soap, api };
        for _ in 0..100 {
            if TcpStream::connect(soap).is_ok() {
                return server;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("varco does not listen: see {}", folder.join("varco.log").display());
    }

    /// The bare server of [`super::bare`], which is this program under another argument.
    pub fn bare(pki: &Pki) -> Self {
        let mut child = this_program().arg("bare").arg(&pki.folder).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().parse().unwrap();
        Server { child, address, api: address }
    }

    /// Processor time so far, in microseconds.
    pub fn cpu(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap_or_default();
        let after_name = stat.rsplit(')').next().unwrap_or_default();
        let fields: Vec<f64> =
            after_name.split_whitespace().map(|field| field.parse().unwrap_or(0.0)).collect();
        // User and system time, in ticks of 10 ms.
        fields.get(11..13).map_or(0.0, |times| times.iter().sum::<f64>() * 10_000.0)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}

/// This benchmark again, on the core of the side under test.
pub fn this_program() -> Command {
    on_core(0, std::env::current_exe().unwrap().to_str().unwrap())
}

/// Keeps what this process starts from now on, and its own threads, on the second core.
pub fn pin_generator() {
    std::io::stdout().flush().unwrap();
    let own = std::process::id().to_string();
    if cores() > 1 {
        let pinned =
            Command::new("taskset").args(["-a", "-c", "-p", "1", &own]).stdout(Stdio::null()).status();
        assert!(pinned.unwrap().success(), "taskset is part of util-linux");
    }
}

fn on_core(core: usize, program: &str) -> Command {
    if cores() < 2 {
        return Command::new(program);
    }
    let mut command = Command::new("taskset");
    command.arg("-c").arg(core.to_string()).arg(program);
    command
}

fn cores() -> usize {
    let online = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    online.lines().filter(|line| line.starts_with("processor")).count()
}

fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}
