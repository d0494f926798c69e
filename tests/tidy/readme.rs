//! The README says what the code does: settings, metrics, commands, files, version.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use varco::config::{Config, ConfigError};
use varco::observe::{CalculatorMetrics, DeliveryCounts, Metrics, Outcome, PartnerMetrics};

use super::none;

const README: &str = include_str!("../../README.md");

/// The rows of the table below a heading: the cells, without backticks.
fn table(heading: &str) -> Vec<Vec<String>> {
    let (_, below) = README.split_once(&format!("\n## {heading}\n")).expect(heading);
    let (section, _) = below.split_once("\n## ").unwrap_or((below, ""));
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| row.split('|').skip(1).map(|cell| cell.trim().replace('`', "")).collect()).collect()
}

/// The least that a configuration must say.
const LEAST: &str = "[soap.tls]\ncertificate = \"server.pem\"\nkey = \"server.key\"\nclient_ca = [\"ca.pem\"]\n\
                     allowed_clients = [{ subject = \"CN=a\", issuer = \"CN=b\" }]\n";

fn load(text: &str) -> (String, Result<Config, ConfigError>) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("varco.toml");
    std::fs::write(&file, text).unwrap();
    (format!("{}/", folder.path().display()), Config::load(&file, []))
}

/// Every setting that the code knows: it lists them when it refuses an unknown one.
fn known_settings() -> BTreeSet<String> {
    let sections = [
        "api",
        "approval",
        "catalogue",
        "certificates",
        "database",
        "delivery",
        "legacy",
        "log",
        "maintenance",
        "nats",
        "oidc",
        "partners",
        "people",
        "positions",
        "soap",
        "upload",
        "vault",
    ]
    .map(|section| format!("[{section}]\nzz = 1\n"));
    let (_, refused) = load(&format!("{}{}zz = 1\n", sections.concat(), LEAST));
    let text = refused.unwrap_err().to_string();
    let lists = text.lines().filter_map(|line| line.split_once("] takes ")).map(|(_, list)| list);
    lists.flat_map(|list| list.split(", ")).map(str::to_owned).collect()
}

#[test]
fn the_configuration_table_is_that_of_the_code() {
    let rows = table("Configuration");
    let written: BTreeSet<String> = rows.iter().map(|row| row[0].clone()).collect();
    assert_eq!(written.len(), rows.len(), "each setting once");
    assert_eq!(written, known_settings());

    let (folder, config) = load(LEAST);
    let dump: toml::Table = toml::from_str(&config.unwrap().to_string().replace(&folder, "")).unwrap();
    let mut findings = Vec::new();
    for row in rows {
        let (setting, said) = (row[0].as_str(), row[1].as_str());
        let value =
            setting.split('.').try_fold(&toml::Value::Table(dump.clone()), |at, key| at.get(key)).cloned();
        let is_given = LEAST.contains(&format!("{} =", setting.rsplit('.').next().unwrap()));
        let expected = match value {
            _ if setting.starts_with("soap.tls.") && is_given => "required".to_owned(),
            Some(toml::Value::String(text)) => text,
            Some(value) => value.to_string(),
            None => "none".to_owned(),
        };
        if said != expected {
            findings.push(format!("{setting}: the default is {expected}, the README says {said}"));
        }
    }
    none(findings);
}

#[test]
fn the_metrics_table_is_that_of_the_code() {
    let metrics = Metrics::new(|_| {});
    metrics.soap_request("paSendRT", Outcome::Ok, Duration::ZERO);
    metrics.api_request("GET", "/", 200, Duration::ZERO);
    metrics.watch_certificate("soap", || 1);
    metrics.certificates_left(vec![("one".to_owned(), "client", 1)]);
    metrics.watch_deliveries(|| DeliveryCounts { outcomes: vec![("delivered", 1)], ..Default::default() });
    let asked = CalculatorMetrics { outcomes: vec![("charged", 1)], broken: vec![("open", 1)] };
    metrics.watch_calculators(move || asked.clone());
    let partners = PartnerMetrics {
        calls: vec![("legacy", "answered", 1)],
        invalid: vec![("legacy", 1)],
        handed: vec![("delivered", 1)],
        broken: vec![("open", 1)],
        ..Default::default()
    };
    metrics.watch_partners(move || partners.clone());
    let [booked, not_booked] = metrics.receipts();
    booked.get_or_create(&[("class", "matched")]).inc();
    not_booked.get_or_create(&[("reason", "known")]).inc();
    let _open = metrics.connection("soap");
    let text = metrics.render().unwrap();
    let mut expected: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let unlabelled = || (line.split_once(' ').unwrap().0, "}");
        let (name, rest) = line.split_once('{').unwrap_or_else(unlabelled);
        let labels = rest.split_once('}').unwrap().0.split("\",").filter_map(|label| label.split_once('='));
        let name =
            ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
        let labels = labels.map(|(label, _)| label.to_owned()).filter(|label| label != "le");
        expected.entry(name.to_owned()).or_default().extend(labels);
    }
    let labels = |cell: &str| -> BTreeSet<String> {
        cell.split(',').map(|label| label.trim().to_owned()).filter(|label| !label.is_empty()).collect()
    };
    let rows = table("Health, metrics, logs").into_iter().filter(|row| row[0].starts_with("varco_"));
    let written: BTreeMap<_, _> = rows.map(|row| (row[0].clone(), labels(&row[1]))).collect();
    assert_eq!(written, expected);
}

#[test]
fn the_readme_names_no_file_that_is_not_there() {
    let quoted = README.split('`').skip(1).step_by(2);
    let is_path = |text: &&str| {
        let first = text.split_once('/').map_or("", |(first, _)| first);
        ["src", "tests", "fixtures", "migrations", "xsd", "wsdl", "benches", ".ci"].contains(&first)
    };
    let plain = |text: &&str| !text.contains(['<', '*', '{', ' ']);
    let missing = quoted
        .filter(is_path)
        .filter(plain)
        .filter(|path| !Path::new(env!("CARGO_MANIFEST_DIR")).join(path).exists());
    none(missing.map(|path| format!("README.md: {path} does not exist")).collect());
}

#[test]
fn the_runner_runs_the_readmes_test_command() {
    let (_, first) = README.split_once("```sh\n").unwrap();
    let block = first.split_once("```").unwrap().0;
    let commands: Vec<&str> = block.lines().filter(|line| line.starts_with("cargo ")).collect();
    let [_, test] = commands.as_slice() else { panic!("two commands come first: {commands:?}") };
    let command = test.split_once('#').map_or(*test, |(command, _)| command).trim();
    let runner = include_str!("../../.ci/run");
    assert!(runner.lines().any(|line| line.trim() == command), ".ci/run does not run {command:?}");
}

#[test]
fn version_and_licence_are_the_same_everywhere() {
    let version = env!("CARGO_PKG_VERSION");
    let changes = include_str!("../../CHANGELOG.md");
    assert!(changes.contains(&format!("\n## [{version}] - ")), "CHANGELOG.md has no section for {version}");
    let publiccode = include_str!("../../publiccode.yml");
    assert!(
        publiccode.contains(&format!("\nsoftwareVersion: {version}\n")),
        "publiccode.yml: softwareVersion"
    );
    let (_, date) = changes.split_once(&format!("\n## [{version}] - ")).unwrap();
    let date = date.lines().next().unwrap();
    assert!(
        publiccode.contains(&format!("\nreleaseDate: \"{date}\"\n")),
        "publiccode.yml: releaseDate {date}"
    );
    assert!(publiccode.contains("\n  license: EUPL-1.2\n"), "publiccode.yml: licence");
    assert!(include_str!("../../LICENSE").starts_with("EUROPEAN UNION PUBLIC LICENCE v. 1.2"));
    assert_eq!(env!("CARGO_PKG_LICENSE"), "EUPL-1.2");
}
