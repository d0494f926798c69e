//! What must agree with each other: the two engines' migrations, requests and their answers, faults and
//! the fixtures that show them.

use std::collections::BTreeSet;

use super::none;
use super::source::{files, tokens};

/// What the two texts of a migration may differ in: type words, how SQLite lays out a table, and how the audit is
/// kept from being changed.
const WORDS: [(&str, &str); 4] = [
    ("BLOB", "BYTEA"),
    ("WITHOUT ROWID", ""),
    (
        "CREATE TRIGGER audit_is_not_edited BEFORE UPDATE ON audit\nBEGIN\n    \
         SELECT RAISE(ABORT, 'the audit is append-only');\nEND;\n",
        "CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n    \
         RAISE EXCEPTION 'the audit is append-only';\nEND;\n$$;\n",
    ),
    (
        "CREATE TRIGGER audit_is_not_shortened BEFORE DELETE ON audit\nBEGIN\n    \
         SELECT RAISE(ABORT, 'the audit is append-only');\nEND;\n",
        "CREATE TRIGGER audit_is_not_edited BEFORE UPDATE OR DELETE OR TRUNCATE ON audit\n\
         FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();\n",
    ),
];

#[test]
fn both_engines_have_the_same_migrations() {
    let all = |engine: &str| files(&[&format!("migrations/{engine}")], &[".sql"]);
    let (sqlite, postgres) = (all("sqlite"), all("postgres"));
    let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    let names = |files: &[super::source::Source]| files.iter().map(|f| name(&f.path)).collect::<Vec<_>>();
    assert_eq!(names(&sqlite), names(&postgres), "the same numbers and names on both sides");
    assert!(!sqlite.is_empty());

    let mut findings = Vec::new();
    for ((number, one), other) in (1..).zip(&sqlite).zip(&postgres) {
        if !name(&one.path).starts_with(&format!("{number:04}_")) {
            findings.push(format!("{}: migrations count up from 0001, this is number {number}", one.path));
        }
        let translated = WORDS.iter().fold(one.text.clone(), |text, (from, to)| text.replace(from, to));
        let words = |text: &str| text.replace(';', " ; ").split_whitespace().collect::<Vec<_>>().join(" ");
        let (left, right) = (words(&translated), words(&other.text));
        if left != right {
            let same = left.bytes().zip(right.bytes()).take_while(|(a, b)| a == b).count();
            let rest: String = String::from_utf8_lossy(&right.as_bytes()[same..]).chars().take(60).collect();
            findings
                .push(format!("{}: says something else than {} from here on: {rest}", other.path, one.path));
        }
    }
    none(findings);
}

#[test]
fn every_request_has_its_answer() {
    let stems = |ending: &str| -> BTreeSet<String> {
        let found = files(&["fixtures"], &[ending]);
        found.iter().map(|file| file.path.trim_end_matches(ending).to_owned()).collect()
    };
    let (requests, responses) = (stems(".request.xml"), stems(".response.xml"));
    assert!(!requests.is_empty());
    let alone = requests.symmetric_difference(&responses);
    none(alone.map(|stem| format!("{stem}: has only one of .request.xml and .response.xml")).collect());
}

#[test]
fn every_fault_is_shown_by_a_fixture() {
    let faults = include_str!("../../src/primitive/fault.rs");
    let codes: BTreeSet<&str> = faults.split('"').filter(|text| text.starts_with("PAA_")).collect();
    assert!(codes.len() > 10, "{codes:?}");
    let responses = files(&["fixtures"], &[".response.xml"]);
    let shown = |code: &str| {
        let element = format!("<faultCode>{code}</faultCode>");
        responses.iter().any(|response| response.text.contains(&element))
    };
    let missing = codes.iter().filter(|code| !shown(code));
    none(missing.map(|code| format!("{code}: no fixture under fixtures/ is answered with it")).collect());
}

#[test]
fn every_operation_has_a_file_and_fixtures() {
    let wsdl = include_str!("../../wsdl/paForNode.wsdl");
    let (_, port) = wsdl.split_once("portType").unwrap();
    let (port, _) = port.split_once("portType>").unwrap();
    let names: BTreeSet<&str> =
        port.split("operation name=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(names.len(), 6, "{names:?}");
    let modules = tokens(include_str!("../../src/primitive/mod.rs"));
    let mut findings = Vec::new();
    for name in names {
        let module = snake(name);
        if !modules.iter().any(|token| token.text == module) {
            findings.push(format!("{name}: src/primitive/mod.rs has no module {module}"));
        }
        let folder = format!("fixtures/paForNode/{name}");
        if files(&[&folder], &[".request.xml"]).is_empty() {
            findings.push(format!("{folder}: holds no fixture"));
        }
    }
    none(findings);
}

/// `paSendRTV2` as `pa_send_rt_v2`.
fn snake(name: &str) -> String {
    let name = name.replace("RT", "Rt");
    name.chars().fold(String::new(), |mut text, c| {
        if c.is_uppercase() {
            text.push('_');
        }
        text.extend(c.to_lowercase());
        text
    })
}
