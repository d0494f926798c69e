//! What came of scenarios, for people at a terminal.

use std::fmt::Write;
use std::time::Duration;

use super::{CaseReport, Ending, Report, StepReport};

/// Whether to colour what is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// With terminal escapes.
    On,
    /// Plain text.
    Off,
}

/// A text in a colour: the number of an escape of terminals, 31 red, 32 green, 33 yellow.
pub fn painted(text: &str, paint: &str, colour: Colour) -> String {
    match colour {
        Colour::On => format!("\u{1b}[{paint}m{text}\u{1b}[0m"),
        Colour::Off => text.to_owned(),
    }
}

/// A scenario and its steps.
pub fn told(case: &CaseReport, colour: Colour) -> String {
    let mut text = format!(
        "{} {}: {} ({})\n",
        word(case.ending, colour),
        case.name,
        case.title,
        milliseconds(case.took)
    );
    if let Some(reason) = &case.reason {
        let _ = writeln!(text, "       {}", one_line(reason));
    }
    for step in &case.steps {
        let _ =
            writeln!(text, "  {:>4} {} {}{}", step.number, word(step.ending, colour), step.name, met(step));
        for reason in &step.reasons {
            let _ = writeln!(text, "            {}", painted(&one_line(reason), "31", colour));
        }
        for finding in step.exchanges.iter().flat_map(|shown| &shown.findings) {
            let what = format!(
                "{} ({}) at {}: {}",
                finding.rule,
                finding.severity,
                place(&finding.path),
                finding.message
            );
            let _ = writeln!(text, "            {}", painted(&one_line(&what), "33", colour));
            let _ = writeln!(text, "            {}", one_line(finding.explanation));
        }
    }
    text
}

/// The last line.
pub fn summary(report: &Report) -> String {
    let count = |ending| report.count(ending);
    format!(
        "{} passed, {} failed, {} skipped",
        count(Ending::Passed),
        count(Ending::Failed),
        count(Ending::Skipped)
    )
}

/// The steps that failed, and why.
pub(super) fn failures(case: &CaseReport) -> String {
    let mut text = String::new();
    for step in case.steps.iter().filter(|step| step.ending == Ending::Failed) {
        let _ = writeln!(text, "step {}: {}{}", step.number, step.name, met(step));
        for reason in &step.reasons {
            let _ = writeln!(text, "  {reason}");
        }
    }
    text
}

/// The answers of a step.
fn met(step: &StepReport) -> String {
    let answers =
        step.exchanges.iter().map(|shown| format!("{} in {}", shown.outcome, milliseconds(shown.took)));
    let answers: Vec<String> = answers.collect();
    if answers.is_empty() { String::new() } else { one_line(&format!(" → {}", answers.join(", "))) }
}

fn word(ending: Ending, colour: Colour) -> String {
    match ending {
        Ending::Passed => painted("ok  ", "32", colour),
        Ending::Failed => painted("FAIL", "31", colour),
        Ending::Skipped => painted("skip", "33", colour),
    }
}

fn place(path: &str) -> &str {
    if path.is_empty() { "the answer" } else { path }
}

/// What a server says must not steer the terminal, nor look like a line of ours.
pub fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// What a server says must not steer the terminal; its lines stay.
pub fn lines_only(text: &str) -> String {
    let steers = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    text.replace("\r\n", "\n").chars().map(|c| if steers(c) { '\u{fffd}' } else { c }).collect()
}

/// A duration in milliseconds.
pub(super) fn milliseconds(took: Duration) -> String {
    format!("{:.1} ms", took.as_secs_f64() * 1e3)
}
