//! What touches the whole process: signals and logs.

use std::io::Write;
use std::process::Command;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::signal::unix::{SignalKind, signal};
use varco::serve::{Shutdown, Stopped};

use super::support::{Gateway, PATIENCE, call, client, install, read_reply, request};

fn send(name: &str) {
    let own = std::process::id().to_string();
    assert!(Command::new("kill").args([name, &own]).status().unwrap().success());
}

#[tokio::test]
async fn hangup_reloads_the_files() {
    // Registered before the first signal, which would otherwise end the test's process.
    let _guard = signal(SignalKind::hangup()).unwrap();
    let gateway = Gateway::start("").await;
    let folder = gateway.folder.path().join("varco.toml");
    let toml = std::fs::read_to_string(&folder).unwrap().replace("'20ms'", "'1h'");
    std::fs::write(&folder, toml).unwrap();
    let soap = varco::config::Config::load(&folder, []).unwrap().soap;
    gateway.tls.replace(varco::tls::TlsSettings::from(&soap.tls)).unwrap();
    tokio::spawn(Arc::clone(&gateway.tls).watch(gateway.shutdown.soft()));
    install(gateway.folder.path(), &gateway.ca.issue("gateway"));
    let reloaded = async {
        while gateway.tls.current().number == 1 {
            send("-HUP");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, reloaded).await.expect("reloaded");
}

#[tokio::test]
async fn the_first_signal_stops_softly_and_the_second_at_once() {
    let _guard = signal(SignalKind::terminate()).unwrap();
    let shutdown = Shutdown::new();
    shutdown.tasks().spawn(std::future::pending::<()>());
    let waiting = shutdown.clone();
    let signalled = tokio::spawn(waiting.on_signal().unwrap());
    let stopping = async {
        while !shutdown.soft().is_cancelled() {
            send("-TERM");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, stopping).await.expect("a soft stop");
    signalled.await.unwrap();
    let finish = tokio::spawn({
        let shutdown = shutdown.clone();
        async move { shutdown.finish(PATIENCE * 2).await }
    });
    let hard = async {
        while !shutdown.hard().is_cancelled() {
            send("-TERM");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, hard).await.expect("a hard stop");
    assert_eq!(finish.await.unwrap(), Stopped::Forced { left: 1 });
}

/// Everything this process logs, at any level.
#[derive(Clone)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn log() -> &'static Log {
    static LOG: OnceLock<Log> = OnceLock::new();
    LOG.get_or_init(|| {
        let log = Log(Arc::default());
        let writer = log.clone();
        let builder = tracing_subscriber::fmt().json().flatten_event(true);
        builder.with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone()).init();
        log
    })
}

/// Waits for a line that holds all of `parts`.
async fn line(parts: &[&str]) -> String {
    let found = async {
        loop {
            let text = String::from_utf8(log().0.lock().unwrap().clone()).unwrap();
            if let Some(line) = text.lines().find(|line| parts.iter().all(|part| line.contains(part))) {
                return line.to_owned();
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, found).await.unwrap_or_else(|_| panic!("no line with {parts:?}"))
}

#[tokio::test]
async fn a_request_is_one_line_without_its_content() {
    log();
    let gateway = Gateway::start("").await;
    let headers = "X-Request-Id: log-test-1\r\nContent-Type: text/xml\r\n";
    let secret = "RSSMRA80A01H501U";
    let sent = request(&format!("POST /{secret}?q={secret}"), headers, secret);
    assert_eq!(call(&mut gateway.caller().await, &sent).await.status, 200);
    let line = line(&["log-test-1", "soap request"]).await;
    for part in [r#""primitive":"paVerifyPaymentNotice""#, r#""outcome":"ok""#, r#""status":200"#, r#""ms":"#]
    {
        assert!(line.contains(part), "{part} is not in {line}");
    }
    let all = String::from_utf8(log().0.lock().unwrap().clone()).unwrap();
    assert_eq!(
        all.lines().filter(|line| line.contains("log-test-1") && line.contains("soap request")).count(),
        1
    );
    assert!(!all.contains(secret), "content was logged");
}

#[tokio::test]
async fn a_refused_caller_is_named_as_it_would_be_allowed() {
    log();
    let gateway = Gateway::start("").await;
    let stranger = gateway.ca.issue("stranger, with comma");
    let config = client(&[&gateway.ca], Some(&stranger), rustls::ALL_VERSIONS);
    assert!(gateway.exchange(config).await.is_err());
    let line = line(&["TLS handshake refused", "stranger"]).await;
    assert!(line.contains("soap.tls.allowed_clients"), "{line}");
    // JSON doubles the backslash.
    assert!(line.contains(r"CN=stranger\\, with comma"), "{line}");
}

#[tokio::test]
async fn a_caller_that_hangs_up_is_counted() {
    let mut gateway = Gateway::start("").await;
    let mut stream = gateway.caller().await;
    stream.write_all(request("POST /", "", "wait").as_bytes()).await.unwrap();
    gateway.started().await;
    drop(stream);
    let counted = async {
        while !gateway.metrics.render().unwrap().contains(r#"outcome="abandoned"} 1"#) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, counted).await.expect("counted");
    let mut other = gateway.caller().await;
    other.write_all(request("POST /", "", "x").as_bytes()).await.unwrap();
    assert_eq!(read_reply(&mut other).await.unwrap().status, 200);
}
