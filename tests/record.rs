//! Recording in front of an endpoint, and playing the recording against another installation.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "record/payment.rs"]
mod payment;
#[path = "record/persons.rs"]
mod persons;
#[path = "record/programs.rs"]
mod programs;

use std::fs;
use std::net::SocketAddr;

use programs::{Demo, Recorder, stderr, stdout, varco};

/// An address where nobody listens.
fn nobody() -> SocketAddr {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

#[test]
fn a_recorded_payment_replays_green_on_a_fresh_demo() {
    let work = tempfile::tempdir().unwrap();
    let session = work.path().join("session");
    {
        let demo = Demo::start(&work.path().join("recorded"));
        let recorder = Recorder::before(&demo, &session, &[]);
        payment::pay(&recorder.url, &demo);
        let told = recorder.stop();
        assert!(told.contains("5 exchanges recorded, 0 of them without their request"), "{told}");
    }
    let manifest = fs::read_to_string(session.join("session.toml")).unwrap();
    let files: Vec<String> = manifest
        .lines()
        .filter_map(|line| line.strip_prefix("file = "))
        .map(|name| name.replace('"', ""))
        .collect();
    assert_eq!(
        files,
        [
            "001-paVerifyPaymentNotice",
            "002-paGetPaymentV2",
            "003-paSendRTV2",
            "004-paSendRT",
            "005-paVerifyPaymentNotice"
        ]
    );

    let fresh = Demo::start(&work.path().join("fresh"));
    assert!(!manifest.contains(&fresh.value("NOTICE")), "the notice is not written down");
    let junit = work.path().join("report.junit.xml");
    let output = fresh.replay(&session, &["--junit", junit.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}{}", stdout(&output), stderr(&output));
    assert!(stdout(&output).ends_with("5 passed, 0 failed\n"), "{}", stdout(&output));
    let report = fs::read_to_string(&junit).unwrap();
    let report = roxmltree::Document::parse(&report).unwrap();
    assert_eq!(report.root_element().attribute("tests"), Some("5"));

    // What is paid is paid: the same session no longer holds there, and the difference is shown.
    let again = fresh.replay(&session, &[]);
    assert_eq!(again.status.code(), Some(1));
    assert!(stdout(&again).contains("PAA_PAGAMENTO_DUPLICATO"), "{}", stdout(&again));

    // Another notice than that of the environment may be given, by its name or by what is written down.
    let unknown = "302000000000099909";
    let output = fresh.replay(&session, &["--set", &format!("NOTICE={unknown}")]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).contains("PAA_PAGAMENTO_SCONOSCIUTO"), "{}", stdout(&output));
}

#[test]
fn nothing_of_the_persons_in_the_fixtures_is_in_a_recording_of_them_and_it_replays_green() {
    let work = tempfile::tempdir().unwrap();
    let session = work.path().join("session");
    {
        let demo = Demo::start(&work.path().join("recorded"));
        let recorder = Recorder::before(&demo, &session, &["--keep-notices"]);
        let output = demo.replay_at(&recorder.url, "fixtures/paForNode".as_ref(), &[]);
        assert_eq!(output.status.code(), Some(0), "bytes pass unchanged: {}", stdout(&output));
        recorder.stop();
    }
    let persons = persons::of_fixtures();
    assert!(persons.len() > 10, "{persons:?}");
    let found = persons::found_in(&session, &persons);
    assert!(found.is_empty(), "{found:#?}");

    let fresh = Demo::start(&work.path().join("fresh"));
    let output = fresh.replay(&session, &[]);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    assert!(stdout(&output).contains(" passed, 0 failed, "), "what could not be read is skipped");
}

#[test]
fn a_message_that_cannot_be_read_is_handed_on_and_not_written_down() {
    let work = tempfile::tempdir().unwrap();
    let session = work.path().join("session");
    let demo = Demo::start(&work.path().join("demo"));
    let recorder = Recorder::before(&demo, &session, &[]);
    let (status, answer) = payment::send(&recorder.url, "x", b"Mario Rossi <is> no XML".to_vec());
    assert_eq!(status, 500);
    assert!(answer.contains("Fault"), "the answer of the endpoint: {answer}");
    assert!(recorder.stop().contains("1 of them without their request"));
    let mut names: Vec<String> = fs::read_dir(&session)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["001-unknown.response.xml", "session.toml"]);
    let output = demo.replay(&session, &[]);
    assert_eq!(output.status.code(), Some(0));
    assert!(stdout(&output).starts_with("skip session/001-unknown: its request was not written down"));
}

#[test]
fn callers_are_asked_for_a_certificate_where_that_is_wanted() {
    let work = tempfile::tempdir().unwrap();
    let session = work.path().join("session");
    let folder = work.path().join("demo");
    let demo = Demo::start(&folder);
    let file = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let (certificate, key, ca) = (file("server.pem"), file("server.key.pem"), file("demo-ca.pem"));
    let options = ["--server-cert", &certificate, "--server-key", &key, "--client-ca", &ca];
    let recorder = Recorder::before(&demo, &session, &options);
    assert!(recorder.url.starts_with("https://"), "{}", recorder.url);

    let probe = "fixtures/paForNode/paVerifyPaymentNotice/ko-recovery-probe.request.xml";
    let output = demo.replay_at(&recorder.url, probe.as_ref(), &[]);
    assert_eq!(output.status.code(), Some(0), "{}{}", stdout(&output), stderr(&output));
    let mut stranger = varco();
    stranger
        .args(["replay", probe, "--url", &recorder.url, "--ca", &ca, "--env"])
        .arg(folder.join("demo.env"));
    assert_eq!(stranger.output().unwrap().status.code(), Some(2), "no certificate, no answer");
    recorder.stop();
}

#[test]
fn what_cannot_be_recorded_is_said_before_anything_is_listened_to() {
    let work = tempfile::tempdir().unwrap();
    let target = format!("http://{}/", nobody());
    let full = work.path().join("full");
    fs::create_dir(&full).unwrap();
    fs::write(full.join("session.toml"), "").unwrap();
    let into = work.path().join("new");
    for (url, into, reason) in [
        ("ftp://example.org/", &into, "must begin with https:// or http://"),
        (target.as_str(), &full, "is not empty"),
    ] {
        let mut command = varco();
        command.args(["record", "--listen", "127.0.0.1:0", "--url", url, "--into"]).arg(into);
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        assert!(stderr(&output).contains(reason), "{}", stderr(&output));
    }
}

#[test]
fn an_endpoint_that_is_down_is_a_bad_gateway_and_a_step_without_answer() {
    let work = tempfile::tempdir().unwrap();
    let session = work.path().join("session");
    let recorder = Recorder::start(&format!("http://{}/", nobody()), &session, &[]);
    let question =
        fs::read("fixtures/paForNode/paVerifyPaymentNotice/ko-recovery-probe.request.xml").unwrap();
    assert_eq!(payment::send(&recorder.url, "paVerifyPaymentNotice", question).0, 502);
    recorder.stop();
    let manifest = fs::read_to_string(session.join("session.toml")).unwrap();
    assert!(manifest.contains("001-paVerifyPaymentNotice") && !manifest.contains("status"), "{manifest}");
}

#[test]
fn a_session_that_asks_for_what_nobody_gave_sends_nothing() {
    let work = tempfile::tempdir().unwrap();
    let session = work.path().join("session");
    fs::create_dir(&session).unwrap();
    let manifest = "form = 1\nrecorded_at = \"2026-11-22T10:00:00Z\"\n\n[[value]]\nname = \"NOTICE\"\nkind = \"notice\"\n\
                    recorded = \"302000000000000184\"\ninvented = true\nseen = [\"001 asked\"]\n";
    fs::write(session.join("session.toml"), manifest).unwrap();
    let mut command = varco();
    command.arg("replay").arg(&session).args(["--url", &format!("http://{}/", nobody())]);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("--set NOTICE=NUMBER"), "{}", stderr(&output));
}
