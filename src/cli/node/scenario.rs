//! `varco node scenario`: plays scripted scenarios and shows what came of them.

use std::fs;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use clap::Args;

use super::endpoint::Endpoint;
use crate::cli::{Failure, print};
use crate::node::client::Client;
use crate::node::report::{Colour, Ending, Report, evidence, summary, told};
use crate::node::scenario::{Player, SHIPPED, Scenario};

/// Who plays, in reports.
const TOOL: &str = concat!("varco ", env!("CARGO_PKG_VERSION"));

const ABOUT: &str = "\
Plays scenarios: what the node asks in which order, and what it expects of each answer. They are TOML files
of your own, or come with the program (--list): the test cases EC-PSP of pagoPA for creditor institutions,
and cases of our own, from plain payments to receipts that come late, twice or for nothing.

Notices that a scenario needs are made in the API for debt positions (GPD), if variables API_URL and API_KEY
tell where and with which key; otherwise give one of your own for each: --set NOTICE=302000000000000184.

--evidence writes one HTML page for those who decide that an institution may go live: each case, each
step, and each message as it was sent, with its SHA-256.

Exit status: 0 if all scenarios passed, 1 if any failed, 2 if any could not be played.";

const EXAMPLES: &str = "\
Examples:
  varco node scenario --list
  varco node scenario --all --env varco-data/demo.env
  varco node scenario EC-PSP-01 EC-PSP-02 EC-PSP-02M EC-PSP-04 --env varco-data/demo.env \\
    --evidence evidence.html
  varco node scenario my-case.toml --url https://test.example.it/paForNode --ca ca.pem \\
    --cert node.pem --key node.key --pa 77777777777 --broker 77777777777 --station 77777777777_01 \\
    --set NOTICE=302000000000000184 --junit report.xml";

/// Play scripted scenarios and show what came of them
#[derive(Debug, Args)]
#[command(long_about = ABOUT, after_long_help = EXAMPLES)]
pub struct ScenarioArgs {
    /// Files, or names of scenarios that come with the program
    #[arg(value_name = "FILE|NAME", required_unless_present_any = ["list", "all", "show"])]
    scenarios: Vec<String>,
    /// Play all that come with the program
    #[arg(long, conflicts_with = "scenarios")]
    all: bool,
    /// List those that come with the program, and play nothing
    #[arg(long)]
    list: bool,
    /// Print one that comes with the program, to begin one of your own with
    #[arg(long, value_name = "NAME")]
    show: Option<String>,
    /// Also write what came of them as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Also write what came of them as JUnit XML
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Also write every message as evidence, on one HTML page
    #[arg(long, value_name = "FILE")]
    evidence: Option<PathBuf>,
    #[command(flatten)]
    endpoint: Endpoint,
}

/// Plays the scenarios and prints what came of them.
pub async fn run(args: ScenarioArgs) -> Result<(), Failure> {
    if args.list {
        return list();
    }
    if let Some(name) = &args.show {
        let shipped = SHIPPED.iter().find(|shipped| shipped.name == name);
        let shipped =
            shipped.ok_or_else(|| Failure::unusable(format!("no scenario is called {name}: see --list")))?;
        return print(shipped.text);
    }
    let scenarios = chosen(&args)?;
    let variables = args.endpoint.variables()?;
    let target = args.endpoint.target(&variables)?;
    // What is wrong with the address or a file is told once, and not by every step.
    Client::new(&target.url, &target.files, std::time::Duration::ZERO).map_err(Failure::unusable)?;
    let player = Player::new(target);
    let by_hand = args.endpoint.set_by_hand();
    let mut report = player.report(TOOL);
    let colour = colour();
    for scenario in &scenarios {
        let case = player.play(scenario, &variables, &by_hand).await;
        print(&told(&case, colour))?;
        report.cases.push(case);
    }
    write(&args, &report)?;
    print(&format!("{}\n", summary(&report)))?;
    if !report.passed() {
        return Err(Failure::Found(String::new()));
    }
    match report.count(Ending::Skipped) {
        0 => Ok(()),
        skipped => Err(Failure::unusable(format!("{skipped} scenarios could not be played"))),
    }
}

fn list() -> Result<(), Failure> {
    for scenario in shipped()? {
        print(&format!("{:<22}{}\n", scenario.name, scenario.title))?;
    }
    Ok(())
}

fn shipped() -> Result<Vec<Scenario>, Failure> {
    let read = SHIPPED.iter().map(|shipped| Scenario::read(shipped.file, shipped.text));
    read.collect::<Result<_, _>>().map_err(Failure::unusable)
}

fn chosen(args: &ScenarioArgs) -> Result<Vec<Scenario>, Failure> {
    if args.all {
        return shipped();
    }
    args.scenarios.iter().map(|name| find(name)).collect()
}

/// A scenario that comes with the program, or a file.
fn find(name: &str) -> Result<Scenario, Failure> {
    if let Some(shipped) = SHIPPED.iter().find(|shipped| shipped.name == name) {
        return Scenario::read(shipped.file, shipped.text).map_err(Failure::unusable);
    }
    let text = fs::read_to_string(name).map_err(|error| {
        let known =
            if Path::new(name).extension().is_some() { "" } else { ", and --list knows no such name" };
        Failure::unusable(format!("{name}: {error}{known}"))
    })?;
    Scenario::read(name, &text).map_err(Failure::unusable)
}

fn write(args: &ScenarioArgs, report: &Report) -> Result<(), Failure> {
    let put = |file: &Option<PathBuf>, text: &dyn Fn() -> Result<String, Failure>| match file {
        Some(file) => {
            let written = fs::write(file, text()?);
            written.map_err(|error| Failure::unusable(format!("{}: {error}", file.display())))
        }
        None => Ok(()),
    };
    put(&args.json, &|| report.json().map_err(Failure::unusable))?;
    put(&args.junit, &|| Ok(report.junit()))?;
    put(&args.evidence, &|| evidence(report).map_err(Failure::unusable))
}

fn colour() -> Colour {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    if !refused && std::io::stdout().is_terminal() { Colour::On } else { Colour::Off }
}
