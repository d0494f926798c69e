//! What a load has met: times by percentile, and what went wrong.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use hdrhistogram::Histogram;
use serde::Serialize;

use super::Asks;
use crate::node::Exchange;
use crate::node::judge::Ppt;

/// Two seconds: the answer that the service level asks for.
const IN_TIME: Duration = Duration::from_secs(2);
/// The longest time that is told apart, in microseconds; longer ones count as this.
const LONGEST: u64 = 600_000_000;
/// Significant digits of the times.
const DIGITS: u8 = 3;

/// What has been met so far.
#[derive(Debug, Default)]
pub(super) struct Tally {
    rows: BTreeMap<Asks, Counts>,
}

#[derive(Debug)]
struct Counts {
    times: Option<Histogram<u64>>,
    requests: u64,
    in_time: u64,
    wrong: BTreeMap<String, u64>,
    expected_refusals: u64,
}

impl Tally {
    /// Counts an answer. `took` is from the instant at which the request should have gone out.
    pub(super) fn count(&mut self, asks: Asks, took: Duration, met: Met) {
        let row = self.rows.entry(asks).or_insert_with(|| Counts {
            // Bounds that hdrhistogram takes; it would refuse only wrong ones.
            times: Histogram::new_with_bounds(1, LONGEST, DIGITS).ok(),
            requests: 0,
            in_time: 0,
            wrong: BTreeMap::new(),
            expected_refusals: 0,
        });
        row.requests += 1;
        if let Some(times) = &mut row.times {
            times.saturating_record(u64::try_from(took.as_micros()).unwrap_or(LONGEST).clamp(1, LONGEST));
        }
        match met {
            Met::Right | Met::Paid => {
                row.in_time += u64::from(took <= IN_TIME);
                row.expected_refusals += u64::from(met == Met::Paid);
            }
            Met::Wrong(class) => *row.wrong.entry(class).or_default() += 1,
        }
    }

    /// How many requests were answered, and how many wrongly.
    pub(super) fn totals(&self) -> (u64, u64) {
        let wrong = |row: &Counts| row.wrong.values().sum::<u64>();
        (self.rows.values().map(|row| row.requests).sum(), self.rows.values().map(wrong).sum())
    }

    /// A percentile over everything.
    pub(super) fn percentile(&self, quantile: f64) -> Duration {
        let all = self.merged();
        Duration::from_micros(all.map_or(0, |times| times.value_at_quantile(quantile)))
    }

    fn merged(&self) -> Option<Histogram<u64>> {
        let mut all: Histogram<u64> = Histogram::new_with_bounds(1, LONGEST, DIGITS).ok()?;
        for times in self.rows.values().filter_map(|row| row.times.as_ref()) {
            all.add(times).ok()?;
        }
        Some(all)
    }

    /// The whole, after so long.
    pub(super) fn report(&self, took: Duration) -> LoadReport {
        let rows: Vec<Row> = self.rows.iter().map(|(asks, counts)| counts.row(asks.word())).collect();
        let sum = |of: fn(&Row) -> u64| rows.iter().map(of).sum::<u64>();
        let mut errors: BTreeMap<String, u64> = BTreeMap::new();
        for (class, count) in rows.iter().flat_map(|row| &row.errors) {
            *errors.entry(class.clone()).or_default() += count;
        }
        let whole = Counts {
            times: self.merged(),
            requests: sum(|row| row.requests),
            in_time: self.rows.values().map(|row| row.in_time).sum(),
            wrong: errors,
            expected_refusals: sum(|row| row.already_paid),
        };
        let all = whole.row("all");
        LoadReport { seconds: took.as_secs_f64(), per_second: rate(all.requests, took), all, rows }
    }
}

/// What an answer was, as far as a load is concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Met {
    /// The right one.
    Right,
    /// That the notice is paid, which it is: the load has paid it.
    Paid,
    /// Another one: its class is the code of the fault, or what a payment service provider is told.
    Wrong(String),
}

/// What the load itself has done with a notice before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Before {
    /// It has not paid it.
    Open,
    /// It has paid it.
    Paid,
}

impl Met {
    /// What an exchange met.
    pub(super) fn new(exchange: &Exchange, asks: Asks, before: Before) -> Self {
        let verdict = &exchange.verdict;
        let code = verdict.fault().map(|fault| fault.fault_code.as_str());
        match (verdict.seen_by_psp, code) {
            (None, None) if verdict.is_right() => Met::Right,
            (Some(Ppt::ErroreEmessoDaPaa), Some("PAA_PAGAMENTO_SCONOSCIUTO")) if asks == Asks::Probe => {
                Met::Right
            }
            (Some(Ppt::ErroreEmessoDaPaa), Some("PAA_PAGAMENTO_DUPLICATO")) if before == Before::Paid => {
                Met::Paid
            }
            (Some(Ppt::ErroreEmessoDaPaa), Some(code)) => Met::Wrong(code.chars().take(60).collect()),
            (Some(seen), _) => Met::Wrong(seen.name().to_owned()),
            (None, _) => {
                let rule = verdict.findings.first().map_or("unexpected", |found| found.rule.id);
                Met::Wrong(rule.to_owned())
            }
        }
    }
}

fn rate(requests: u64, took: Duration) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
    let requests = requests as f64;
    if took.is_zero() { 0.0 } else { requests / took.as_secs_f64() }
}

impl Counts {
    fn row(&self, name: &'static str) -> Row {
        let errors: u64 = self.wrong.values().sum();
        let at = |quantile: f64| {
            let micros = self.times.as_ref().map_or(0, |times| times.value_at_quantile(quantile));
            rounded(Duration::from_micros(micros))
        };
        let max = self.times.as_ref().map_or(0, Histogram::max);
        let times = Latency {
            p50: at(0.5),
            p90: at(0.9),
            p99: at(0.99),
            p999: at(0.999),
            max: rounded(Duration::from_micros(max)),
        };
        Row {
            name,
            requests: self.requests,
            right: self.requests - errors,
            already_paid: self.expected_refusals,
            errors: self.wrong.clone(),
            in_time_percent: percent(self.in_time, self.requests),
            milliseconds: times,
        }
    }
}

fn percent(part: u64, whole: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a share for people")]
    let (part, all) = (part as f64, whole as f64);
    if whole == 0 { 100.0 } else { part * 100.0 / all }
}

/// In milliseconds, to the microsecond.
fn rounded(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

/// What a load has met.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LoadReport {
    /// How long it took.
    pub seconds: f64,
    /// Answers a second.
    pub per_second: f64,
    /// All requests together.
    pub all: Row,
    /// Each kind of request.
    pub rows: Vec<Row>,
}

/// Requests of one kind.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// Which kind.
    pub name: &'static str,
    /// How many were sent.
    pub requests: u64,
    /// How many were answered rightly.
    pub right: u64,
    /// How many of those were told that the notice is paid, which the load itself had done.
    pub already_paid: u64,
    /// How many were answered otherwise, by fault code, or by what a payment service provider is told.
    pub errors: BTreeMap<String, u64>,
    /// Which share of all requests was answered rightly within two seconds.
    pub in_time_percent: f64,
    /// How long answers took.
    pub milliseconds: Latency,
}

/// Percentiles of times, in milliseconds.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Latency {
    /// Half of them took no longer.
    pub p50: f64,
    /// Nine in ten.
    pub p90: f64,
    /// 99 in a hundred.
    pub p99: f64,
    /// 999 in a thousand.
    pub p999: f64,
    /// The longest.
    pub max: f64,
}

impl LoadReport {
    /// For people at a terminal.
    pub fn told(&self) -> String {
        let mut text = format!(
            "{:<10}{:>9}{:>9}{:>9}{:>10}{:>10}{:>10}{:>10}{:>10}\n",
            "", "requests", "errors", "< 2 s", "p50 ms", "p90 ms", "p99 ms", "p99.9 ms", "max ms"
        );
        for row in self.rows.iter().chain([&self.all]) {
            let times = row.milliseconds;
            let _ = writeln!(
                text,
                "{:<10}{:>9}{:>9}{:>8.2}%{:>10.1}{:>10.1}{:>10.1}{:>10.1}{:>10.1}",
                row.name,
                row.requests,
                row.requests - row.right,
                row.in_time_percent,
                times.p50,
                times.p90,
                times.p99,
                times.p999,
                times.max
            );
        }
        for (class, count) in &self.all.errors {
            let _ = writeln!(text, "{count:>9} × {class}");
        }
        if self.all.already_paid > 0 {
            let _ = writeln!(
                text,
                "{} were told that a notice is paid, by this load itself.",
                self.all.already_paid
            );
        }
        let _ = writeln!(
            text,
            "{} requests in {:.1} s: {:.1} a second",
            self.all.requests, self.seconds, self.per_second
        );
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_add_up_and_percentiles_go_up() {
        let mut tally = Tally::default();
        for number in 1..=1000 {
            tally.count(Asks::Verify, Duration::from_millis(number), Met::Right);
        }
        tally.count(Asks::Receipt, Duration::from_secs(3), Met::Right);
        tally.count(Asks::Receipt, Duration::from_millis(1), Met::Wrong("PAA_SYSTEM_ERROR".into()));
        tally.count(Asks::Activate, Duration::from_millis(1), Met::Paid);
        let report = tally.report(Duration::from_secs(10));
        assert_eq!((report.all.requests, report.all.right, report.all.already_paid), (1003, 1002, 1));
        assert_eq!(report.rows.iter().map(|row| row.requests).sum::<u64>(), 1003);
        let row = &report.rows[0];
        assert_eq!((row.name, row.in_time_percent), ("verify", 100.0));
        let times = row.milliseconds;
        assert!((495.0..=505.0).contains(&times.p50) && (985.0..=995.0).contains(&times.p99), "{times:?}");
        assert!(times.p90 < times.p99 && times.p99 < times.p999 && times.p999 <= times.max);
        assert_eq!(report.rows[2].in_time_percent, 0.0, "too late, and wrong");
        assert_eq!(report.all.errors["PAA_SYSTEM_ERROR"], 1);
        assert!((report.per_second - 100.3).abs() < 1e-9);
        assert!(report.told().contains("1 × PAA_SYSTEM_ERROR"), "{}", report.told());
    }
}
