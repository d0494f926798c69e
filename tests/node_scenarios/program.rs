//! `varco node scenario` and `varco node load` as people call them.

use varco::node::scenario::SHIPPED;

use super::demo::{Demo, node, stderr, stdout, text};
use super::server;

#[test]
fn the_scenarios_that_come_with_it_are_listed_and_shown() {
    let listed = node(&["scenario", "--list"]);
    assert!(listed.status.success());
    assert_eq!(stdout(&listed).lines().count(), SHIPPED.len());
    assert!(stdout(&listed).starts_with("EC-PSP-01 "));
    let shown = node(&["scenario", "--show", "EC-PSP-01"]);
    assert_eq!(stdout(&shown), std::fs::read_to_string("scenarios/EC-PSP-01.toml").unwrap());
}

#[test]
fn the_evidence_for_going_live_is_written_in_one_command() {
    let demo = Demo::start();
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let (page, json, junit, environment) =
        (file("e.html"), file("e.json"), file("e.xml"), demo.environment());
    let cases = ["EC-PSP-01", "EC-PSP-02", "EC-PSP-02M", "EC-PSP-04"];
    let mut arguments = vec!["scenario", "--env", text(&environment)];
    arguments.extend(["--evidence", text(&page), "--json", text(&json), "--junit", text(&junit)]);
    arguments.extend(cases);
    let output = node(&arguments);
    assert_eq!(output.status.code(), Some(0), "{}{}", stdout(&output), stderr(&output));
    assert!(stdout(&output).ends_with("4 passed, 0 failed, 0 skipped\n"), "{}", stdout(&output));
    assert!(!stdout(&output).contains('\u{1b}'), "no colour where nobody looks");
    let page = std::fs::read_to_string(page).unwrap();
    for case in cases {
        assert!(page.contains(case));
    }
    // Everything that a whole payment says, as it was sent.
    for root in [
        "paVerifyPaymentNoticeReq",
        "paVerifyPaymentNoticeRes",
        "paGetPaymentV2Request",
        "paSendRTV2Response",
    ] {
        assert!(page.contains(root), "{root}");
    }
    let json: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(json).unwrap()).unwrap();
    assert_eq!(json["cases"].as_array().unwrap().len(), 4);
    let junit = std::fs::read_to_string(junit).unwrap();
    assert_eq!(roxmltree::Document::parse(&junit).unwrap().root_element().attribute("tests"), Some("4"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scenario_of_ones_own_fails_with_1_and_its_reason() {
    let address = server::start(|_: &str| server::says(server::payable())).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mine.toml");
    let mine = "name = \"mine\"\ntitle = \"Mine\"\ndescription = \"x\"\n\n[[steps]]\n\
                verify = { notice = \"${NOTICE}\" }\nexpect = { fault = \"PAA_PAGAMENTO_SCADUTO\" }\n";
    std::fs::write(&file, mine).unwrap();
    let url = format!("http://{address}/");
    let endpoint =
        ["--url", &url, "--pa", server::EC, "--broker", "99000020018", "--station", "99000020018_01"];
    let arguments =
        [&["scenario", text(&file), "--set", "NOTICE=302000000000000184"], &endpoint[..]].concat();
    let output = node(&arguments);
    assert_eq!(output.status.code(), Some(1));
    let told = stdout(&output);
    assert!(told.contains("expected KO PAA_PAGAMENTO_SCADUTO, met OK"), "{told}");

    let load =
        [&["load", "--rate", "20", "--duration", "300ms", "--notice", "302000000000000184"], &endpoint[..]];
    let right = node(&[&load.concat()[..], &["--mix", "verify=1"]].concat());
    assert_eq!(right.status.code(), Some(0), "{}", stderr(&right));
    assert!(stdout(&right).contains("6 requests in "), "{}", stdout(&right));
    // No share is that large.
    let short = node(&[&load.concat()[..], &["--mix", "verify=1", "--require-share", "100.5"]].concat());
    assert_eq!(short.status.code(), Some(1));
    assert!(stderr(&short).contains("came within two seconds"), "{}", stderr(&short));
    let wrong = node(&[&load.concat()[..], &["--mix", "probe=1"]].concat());
    assert_eq!(wrong.status.code(), Some(1), "a probe must not be answered OK");
}

#[test]
fn what_cannot_be_played_ends_with_2_and_names_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("wrong.toml");
    std::fs::write(&file, "name = \"x\"\ntitle = \"X\"\ndescription = \"x\"\n\n[[steps]]\nask = 1\n")
        .unwrap();
    let at = |line: &str| format!("{}:{line}", file.display());
    let nowhere = ["--url", "http://127.0.0.1:1/", "--pa", "1", "--broker", "1", "--station", "1"];
    for (arguments, reason) in [
        (vec!["scenario"], "<FILE|NAME>".to_owned()),
        (vec!["scenario", text(&file)], at("6: unknown field `ask`")),
        (vec!["scenario", "nobody"], "--list knows no such name".to_owned()),
        (vec!["scenario", "/nonexistent.toml"], "/nonexistent.toml".to_owned()),
        (vec!["scenario", "probe"], "--pa".to_owned()),
        (vec!["scenario", "pay-v2"], "could not be played".to_owned()),
        (vec!["load", "--rate", "1"], "there are no notices".to_owned()),
        (vec!["load", "--rate", "0"], "above 0".to_owned()),
        (vec!["load", "--rate", "1", "--concurrency", "1"], "cannot be used with".to_owned()),
        (vec!["load", "--rate", "1", "--mix", "pay=1"], "asks neither".to_owned()),
    ] {
        let mut arguments = arguments;
        if !reason.contains("--pa") {
            arguments.extend(nowhere);
        } else {
            arguments.extend(["--url", "http://127.0.0.1:1/"]);
        }
        let output = node(&arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", stdout(&output));
        assert!(stderr(&output).contains(&reason), "{arguments:?}: {}", stderr(&output));
    }
}
