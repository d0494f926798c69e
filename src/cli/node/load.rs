//! `varco node load`: the node on a busy day.

use std::fs;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgGroup, Args};

use super::endpoint::Endpoint;
use crate::cli::{Failure, print};
use crate::node::Version;
use crate::node::load::{Course, LoadReport, Mix, Pace, Plan, Stock, drive};
use crate::node::scenario::{PositionApi, span};
use crate::node::variables::Variables;

/// How often the live line changes.
const LIVE: Duration = Duration::from_millis(500);

const ABOUT: &str = "\
Asks as many callers do: at a given rate, or with a given number of callers that ask again as soon as they
were answered. Each kind of request is told apart: how many, how long they took, which share was answered
rightly within two seconds, and what went wrong, by the code of the fault or by what a PSP would be told.

At a rate, times count from the instant at which a request should have gone out, so that a server that
stalls cannot hide it. Receipts pay notices of the load, each once; a notice that the load has paid is
rightly answered with PAA_PAGAMENTO_DUPLICATO. Where no payment waits for its receipt, one is begun. What
a server that hangs has held up until five seconds after the end is not sent any more, and counts as
not-sent among the errors.

It makes real receipts: never drive it against a system in production.

Exit status: 0 if every answer was right and in time as asked for, 1 if not, 2 if it could not be done.";

const EXAMPLES: &str = "\
Examples:
  varco node load --env varco-data/demo.env --make 200 --rate 50 --duration 30s
  varco node load --env varco-data/demo.env --concurrency 16 --duration 1m --notices notices.txt \\
    --mix verify=60,activate=25,receipt=15 --require-share 98 --json load.json
  varco node load --env varco-data/demo.env --rate 20 --range 302000000000000184-302000000000100080";

/// Drive an endpoint as many callers do, and measure
#[derive(Debug, Args)]
#[command(long_about = ABOUT, after_long_help = EXAMPLES)]
#[command(group(ArgGroup::new("pace").required(true).args(["rate", "concurrency"])))]
pub struct LoadArgs {
    /// Requests a second, whatever the answers do
    #[arg(long, value_name = "N", value_parser = rate)]
    rate: Option<f64>,
    /// Callers that ask again as soon as they were answered
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    concurrency: Option<u16>,
    /// The most connections at a rate
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=1024))]
    connections: u16,
    /// How long, such as 30s or 5m
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = span)]
    duration: Duration,
    /// What is asked, in which shares: verify, activate, receipt, probe
    #[arg(long, value_name = "SHARES", default_value = "verify=60,activate=25,receipt=15")]
    mix: Mix,
    /// The version of activations and receipts
    #[arg(long, value_name = "1|2", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=2))]
    version: u8,
    /// Notices to ask about, one a line
    #[arg(long, value_name = "FILE", conflicts_with = "range")]
    notices: Option<PathBuf>,
    /// Notices from one number to another of the same code
    #[arg(long, value_name = "FIRST-LAST")]
    range: Option<String>,
    /// A single notice [variable NOTICE]
    #[arg(long, value_name = "NUMBER", conflicts_with_all = ["notices", "range"])]
    notice: Option<String>,
    /// Make so many notices first, in the API for debt positions [variables API_URL, API_KEY]
    #[arg(long, value_name = "N", conflicts_with_all = ["notices", "range", "notice"])]
    make: Option<u32>,
    /// The least share of requests that must be answered rightly within two seconds, in percent
    #[arg(long, value_name = "PERCENT", default_value_t = 0.0)]
    require_share: f64,
    /// Also write what was measured as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    #[command(flatten)]
    endpoint: Endpoint,
}

/// Drives the load and prints what was measured.
pub async fn run(args: LoadArgs) -> Result<(), Failure> {
    let variables = args.endpoint.variables()?;
    let target = args.endpoint.target(&variables)?;
    let stock = match (args.make, &target.api) {
        (None, _) => notices(&args, &variables)?,
        (Some(count), Some(api)) => make(api, &variables, count).await?,
        (Some(_), None) => return Err(Failure::unusable("--make needs variables API_URL and API_KEY")),
    };
    let stock = Stock::new(stock).map_err(Failure::unusable)?;
    let pace = match (args.rate, args.concurrency) {
        (Some(per_second), _) => Pace::Rate { per_second, connections: args.connections },
        (None, callers) => Pace::Concurrency(callers.unwrap_or(1)),
    };
    let version = if args.version == 1 { Version::V1 } else { Version::V2 };
    let plan = Plan { pace, duration: args.duration, mix: args.mix.clone() };
    let course = Course::new(target, plan, version, stock);
    let live = std::io::stderr().is_terminal().then(|| tokio::spawn(show(course.clone())));
    let stopping = course.clone();
    let stop = tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            stopping.stop();
        }
    });
    let driven = drive(&course).await;
    stop.abort();
    if let Some(live) = live {
        live.abort();
        let _ = write!(std::io::stderr(), "\r\u{1b}[K");
    }
    let report = driven.map_err(Failure::unusable)?;
    if let Some(file) = &args.json {
        let text = serde_json::to_string_pretty(&report).map_err(Failure::unusable)?;
        fs::write(file, text + "\n")
            .map_err(|error| Failure::unusable(format!("{}: {error}", file.display())))?;
    }
    print(&report.told())?;
    judge(&report, args.require_share)
}

fn judge(report: &LoadReport, share: f64) -> Result<(), Failure> {
    let all = &report.all;
    if all.requests == 0 {
        return Err(Failure::unusable("nothing was asked"));
    }
    let errors = all.requests - all.right;
    if errors > 0 {
        return Err(Failure::Found(format!("{errors} answers were wrong")));
    }
    if all.in_time_percent < share {
        let met = all.in_time_percent;
        return Err(Failure::Found(format!("{met:.2} % came within two seconds, asked for was {share} %")));
    }
    Ok(())
}

fn notices(args: &LoadArgs, variables: &Variables) -> Result<Vec<String>, Failure> {
    if let Some(file) = &args.notices {
        let text = fs::read_to_string(file);
        let text = text.map_err(|error| Failure::unusable(format!("{}: {error}", file.display())))?;
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        return Ok(lines.map(str::to_owned).collect());
    }
    if let Some(range) = &args.range {
        return Stock::range(range).map_err(Failure::unusable);
    }
    let notice = args.notice.as_deref().or_else(|| variables.get("NOTICE"));
    Ok(notice.into_iter().map(str::to_owned).collect())
}

async fn make(api: &PositionApi, variables: &Variables, count: u32) -> Result<Vec<String>, Failure> {
    let mut made = Vec::new();
    for _ in 0..count {
        made.push(api.plain(variables).await.map_err(Failure::unusable)?);
    }
    Ok(made)
}

/// Shows how far it is until it is over.
async fn show(course: Course) {
    loop {
        tokio::time::sleep(LIVE).await;
        let now = course.progress();
        let seconds = now.elapsed.as_secs_f64();
        #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
        let rate = now.requests as f64 / seconds;
        // Where stderr is closed nobody follows.
        let _ = write!(
            std::io::stderr(),
            "\r\u{1b}[K{seconds:6.1} s  {:>8} requests  {rate:8.1}/s  {} errors  p99 {:.1} ms",
            now.requests,
            now.errors,
            now.p99.as_secs_f64() * 1e3
        );
    }
}

/// A rate above nothing.
fn rate(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(rate) if rate > 0.0 && rate <= 100_000.0 => Ok(rate),
        _ => Err("a rate is a number above 0, at most 100000".to_owned()),
    }
}
