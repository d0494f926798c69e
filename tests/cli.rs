//! The command line as a person meets it: texts, exit codes, and the demo from end to end.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

fn varco() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_varco"));
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

fn run(arguments: &[&str]) -> Output {
    varco().args(arguments).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A demo that stays up until it is dropped.
struct Demo(Child);

impl Demo {
    fn start(folder: &Path) -> Demo {
        let mut command = varco();
        command.args(["demo", "--soap-addr", "127.0.0.1:0", "--api-addr", "127.0.0.1:0", "--data-dir"]);
        let mut demo = Demo(command.arg(folder).stdout(Stdio::piped()).spawn().unwrap());
        let mut told = String::new();
        for line in BufReader::new(demo.0.stdout.take().unwrap()).lines().map_while(Result::ok) {
            if line.starts_with("Varco is up") {
                return demo;
            }
            told.push_str(&line);
        }
        panic!("the demo did not come up: {told}");
    }

    fn replay(folder: &Path, more: &[&str]) -> Output {
        let environment = std::fs::read_to_string(folder.join("demo.env")).unwrap();
        let value = |key: &str| {
            let found = environment.lines().find_map(|line| line.strip_prefix(&format!("VARCO_{key}=")));
            found.unwrap().to_owned()
        };
        let mut command = varco();
        command.args(["replay", "fixtures/paForNode", "--env"]).arg(folder.join("demo.env"));
        command.args(["--url", &value("SOAP_URL"), "--ca", &value("CA")]);
        command.args(["--cert", &value("NODE_CERT"), "--key", &value("NODE_KEY")]).args(more);
        command.output().unwrap()
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn every_command_explains_itself() {
    for command in [
        "demo",
        "serve",
        "replay",
        "record",
        "explain",
        "migrate",
        "check-config",
        "taxonomy",
        "admin",
        "backup",
        "restore",
        "verify",
        "audit",
        "preserve",
        "node",
    ] {
        let help = run(&[command, "--help"]);
        assert!(help.status.success());
        assert!(stdout(&help).contains("Example"), "{command} shows no example");
    }
}

#[test]
fn every_command_of_the_node_explains_itself() {
    for command in ["verify", "activate", "pay", "receipt", "demand", "probe", "scenario", "load"] {
        let help = run(&["node", command, "--help"]);
        assert!(help.status.success());
        assert!(stdout(&help).contains("Example"), "node {command} shows no example");
    }
}

#[test]
fn what_cannot_be_done_ends_with_2_and_names_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("varco.toml");
    std::fs::write(&config, "[soap]\nlissten = \"127.0.0.1:0\"\n").unwrap();
    let config = config.to_str().unwrap();
    for (arguments, reason) in [
        (vec!["serve", "--config", "/nonexistent/varco.toml"], "/nonexistent/varco.toml"),
        (vec!["serve", "--config", config], "soap.lissten"),
        (vec!["check-config", "--config", config], "soap.lissten"),
        (vec!["migrate", "--config", config], "soap.lissten"),
        (vec!["replay", "fixtures", "--url", "http://127.0.0.1:1/"], "variable "),
        (vec!["replay", "/nonexistent", "--url", "http://127.0.0.1:1/"], "/nonexistent"),
        (vec!["explain", "/nonexistent/message.xml"], "/nonexistent/message.xml"),
        (vec!["sserve"], "sserve"),
        (vec!["node", "verify"], "--url"),
        (vec!["node", "verify", "--env", "/nonexistent"], "/nonexistent"),
        (vec!["node", "probe", "--url", "http://localhost/"], "--pa"),
        (vec!["node", "verify", "--url", "ftp://localhost/", "--pa", "1"], "ftp://localhost/"),
    ] {
        let output = run(&arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&output).contains(reason), "{arguments:?}: {}", stderr(&output));
        assert_eq!(stdout(&output), "", "{arguments:?}");
    }
}

#[test]
fn the_demo_pays_a_notice_and_can_be_run_again() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let arguments = |data: &Path| {
        let mut command = varco();
        command.args(["demo", "--once", "--soap-addr", "127.0.0.1:0", "--api-addr", "127.0.0.1:0"]);
        command.arg("--data-dir").arg(data).output().unwrap()
    };
    let key = |data: &Path| {
        let environment = std::fs::read_to_string(data.join("demo.env")).unwrap();
        environment.lines().find(|line| line.starts_with("VARCO_API_KEY=")).unwrap().to_owned()
    };
    let first = arguments(&data);
    assert!(first.status.success(), "{}{}", stdout(&first), stderr(&first));
    assert!(stdout(&first).contains("That was a whole payment."));
    assert!(stdout(&first).contains("From a number plate to a receipt, without a notice on paper."));
    assert!(stdout(&first).contains("/servizi"));
    assert!(!stdout(&first).contains("\u{1b}["), "no colour where nobody looks");
    let known = key(&data);
    assert!(!stdout(&first).contains(known.split_once('=').unwrap().1), "the key is not shown");
    let second = arguments(&data);
    assert!(second.status.success(), "{}{}", stdout(&second), stderr(&second));
    assert_eq!(key(&data), known);

    let config = data.join("varco.toml");
    let config = config.to_str().unwrap();
    assert!(stdout(&run(&["check-config", "--config", config])).contains("[soap.tls]"));
    assert_eq!(stdout(&run(&["migrate", "--config", config])), "The schema is up to date.\n");
}

#[test]
fn all_fixtures_replay_against_the_demo_any_number_of_times() {
    let folder = tempfile::tempdir().unwrap();
    let _demo = Demo::start(folder.path());
    let junit = folder.path().join("report.junit.xml");
    for round in 1..=2 {
        let output = Demo::replay(folder.path(), &["--junit", junit.to_str().unwrap()]);
        let told = stdout(&output);
        assert_eq!(output.status.code(), Some(0), "round {round}: {told}{}", stderr(&output));
        assert!(told.trim_end().ends_with(" passed, 0 failed"), "{told}");
    }
    let report = std::fs::read_to_string(&junit).unwrap();
    let report = roxmltree::Document::parse(&report).unwrap();
    assert_eq!(report.root_element().attribute("failures"), Some("0"));
}

#[test]
fn ctrl_c_stops_the_demo_cleanly_and_a_server_can_take_over() {
    let folder = tempfile::tempdir().unwrap();
    let mut demo = Demo::start(folder.path());
    let stop = Command::new("kill").args(["-INT", &demo.0.id().to_string()]).status().unwrap();
    assert!(stop.success());
    assert!(demo.0.wait().unwrap().success());

    let mut command = varco();
    command
        .args(["serve", "--config"])
        .arg(folder.path().join("varco.toml"))
        .env("VARCO__LOG__FORMAT", "json");
    let mut server = Demo(command.stderr(Stdio::piped()).spawn().unwrap());
    let mut lines = BufReader::new(server.0.stderr.take().unwrap()).lines().map_while(Result::ok);
    assert!(lines.any(|line| line.contains("\"ready\"")));
    // A server that nobody listens to would wait for its log to be read.
    std::thread::spawn(move || lines.for_each(drop));
    let output = Demo::replay(folder.path(), &[]);
    assert_eq!(output.status.code(), Some(0), "{}{}", stdout(&output), stderr(&output));
}

#[test]
fn an_answer_that_differs_is_shown_and_ends_with_1() {
    let folder = tempfile::tempdir().unwrap();
    let _demo = Demo::start(folder.path());
    let output = Demo::replay(folder.path(), &["--set", "IBAN=IT00"]);
    assert_eq!(output.status.code(), Some(1));
    let told = stdout(&output);
    let shown = told.lines().any(|line| line.starts_with("    -") && line.ends_with("<IBAN>IT00</IBAN>"));
    assert!(shown, "{told}");
}

/// Plays the node against a demo; returns the exit status and what was told.
fn node(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = varco();
    command.arg("node").args(arguments).arg("--env").arg(folder.join("demo.env"));
    // The machine that runs the tests is slower than a service may be.
    let output = command.args(["--timeout", "60"]).output().unwrap();
    (output.status.code(), format!("{}{}", stdout(&output), stderr(&output)))
}

#[test]
fn the_node_finds_nothing_wrong_with_the_demo() {
    let folder = tempfile::tempdir().unwrap();
    let _demo = Demo::start(folder.path());
    for arguments in [
        &["probe"][..],
        &["verify"],
        &["verify", "--notice", "paid", "--expect", "PAA_PAGAMENTO_DUPLICATO"],
        &["verify", "--notice", "unknown", "--expect", "PAA_PAGAMENTO_SCONOSCIUTO"],
        &["verify", "--notice", "12", "--expect", "PAA_SINTASSI_EXTRAXSD"],
        &["verify", "--broker", "00000000000", "--expect", "PAA_ID_INTERMEDIARIO_ERRATO"],
        &["verify", "--code", "44", "--expect", "PPT_STAZIONE_INT_PA_SCONOSCIUTA"],
        &["activate", "--amount", "84.50", "--note", "carrello", "--due-date", "2027-01-31"],
        &["activate", "--notice", "postal", "--version", "1", "--transfer-type", "postal"],
        &["activate", "--notice", "stamp", "--version", "1", "--expect", "PAA_SEMANTICA"],
        &["activate", "--notice", "expired", "--expect", "PAA_PAGAMENTO_SCADUTO"],
        &["pay", "--notice", "shared", "--broadcast", "--reversed", "--again", "1"],
        &["pay", "--notice", "postal", "--version", "1", "--transfer-type", "postal"],
        &[
            "pay",
            "--notice",
            "overdue",
            "--version",
            "2",
            "--receipt-version",
            "1",
            "--payer",
            "99000030017=Provincia",
        ],
        &["receipt", "--notice", "stamp", "--late", "48"],
        &["receipt", "--notice", "paid", "--unasked", "--amount", "120.00", "--stand-in", "--version", "1"],
        &["demand"],
    ] {
        let (status, told) = node(folder.path(), arguments);
        assert_eq!(status, Some(0), "{arguments:?}: {told}");
        let called = !arguments.contains(&"PPT_STAZIONE_INT_PA_SCONOSCIUTA");
        assert_eq!(told.contains("\n  wrong "), !called, "{arguments:?}: {told}");
    }
    let (_, told) = node(folder.path(), &["verify"]);
    assert!(told.contains("answered  OK after") && told.contains("84.50 euro, due "), "{told}");

    let (status, told) = node(folder.path(), &["verify", "--notice", "paid"]);
    assert_eq!(status, Some(1), "{told}");
    assert!(told.contains("a payment service provider sees PPT_ERRORE_EMESSO_DA_PAA"), "{told}");
    assert!(told.contains("expected OK, got KO PAA_PAGAMENTO_DUPLICATO"), "{told}");
}

#[test]
fn the_node_tells_as_json_what_is_wrong_and_how_to_mend_it() {
    let folder = tempfile::tempdir().unwrap();
    let _demo = Demo::start(folder.path());
    let (status, told) =
        node(folder.path(), &["activate", "--json", "--known-iban", "IT60X0542811101000000123456"]);
    assert_eq!(status, Some(1), "{told}");
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!(told["right"], false);
    let exchange = &told["exchanges"][0];
    assert_eq!((&exchange["operation"], &exchange["outcome"]), (&"paGetPaymentV2".into(), &"OK".into()));
    assert_eq!(exchange["seenByPsp"], "PPT_STAZIONE_INT_PA_ERRORE_RESPONSE");
    let finding = &exchange["findings"][0];
    assert_eq!(finding["rule"], "unknown-iban");
    assert_eq!(finding["path"], "/paGetPaymentV2Response/data/transferList/transfer[1]/IBAN");
    assert!(finding["explanation"].as_str().unwrap().contains("registered"));
    assert!(exchange["request"].as_str().unwrap().contains("paGetPaymentV2Request"));

    let (status, told) = node(folder.path(), &["verify", "--json", "--url", "http://127.0.0.1:1/"]);
    assert_eq!(status, Some(1), "{told}");
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!(told["exchanges"][0]["seenByPsp"], "PPT_STAZIONE_INT_PA_IRRAGGIUNGIBILE");
}
