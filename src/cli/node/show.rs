//! Tells what was asked, what came back, and what the node makes of it.

use std::fmt::Write;

use super::target::Target;
use crate::cli::{Failure, print};
use crate::node::Exchange;
use crate::node::expected::Expected;
use crate::node::judge::{Finding, Ppt};
use crate::node::report::{lines_only, one_line};
use crate::node::tell;
use crate::wire::pa_for_node::{Operation, Outcome};

/// What a command has asked so far, told as it happens, or at the end as JSON.
#[derive(Debug)]
pub struct Told {
    as_json: bool,
    verbose: bool,
    exchanges: Vec<serde_json::Value>,
    right: bool,
}

impl Told {
    /// Nothing yet.
    pub fn new(target: &Target) -> Self {
        Told { as_json: target.json, verbose: target.verbose, exchanges: Vec::new(), right: true }
    }

    /// Tells of an exchange, and whether the answer is the one that was expected.
    pub fn add(&mut self, mut exchange: Exchange, expected: Expected) -> Result<(), Failure> {
        let met = expected.is_met_by(&exchange.verdict);
        exchange.verdict.findings.extend(expected.difference(&exchange.verdict));
        self.right &= met;
        if self.as_json {
            self.exchanges.push(tell::json(&exchange, &expected));
            return Ok(());
        }
        let mut text = told(&exchange, met);
        if self.verbose {
            let _ = write!(text, "\n{}", String::from_utf8_lossy(&exchange.sent));
            let body = exchange.received.iter().map(|received| String::from_utf8_lossy(&received.body));
            let _ = writeln!(text, "\n\n{}", lines_only(&body.collect::<String>()));
        }
        print(&text)
    }

    /// Tells of something that was found between two answers.
    pub fn note(&mut self, findings: &[Finding]) -> Result<(), Failure> {
        if self.as_json {
            let found: Vec<_> = findings.iter().map(tell::finding).collect();
            if !found.is_empty() {
                self.exchanges.push(serde_json::json!({ "compared": found }));
            }
            return Ok(());
        }
        let mut text = String::new();
        for finding in findings {
            find(&mut text, finding);
        }
        print(&text)
    }

    /// Whether all was right so far.
    pub fn is_right(&self) -> bool {
        self.right
    }

    /// The end of the command.
    pub fn end(self) -> Result<(), Failure> {
        if self.as_json {
            let all = serde_json::json!({ "right": self.right, "exchanges": self.exchanges });
            print(&format!("{all:#}\n"))?;
        }
        if self.right { Ok(()) } else { Err(Failure::Found(String::new())) }
    }
}

fn told(exchange: &Exchange, met: bool) -> String {
    let asked = &exchange.asked;
    let mut text = String::from(asked.operation.name());
    let whose = match asked.operation {
        Operation::PaSendRT | Operation::PaSendRTV2 => "for",
        _ => "of",
    };
    let notice = asked.notice.iter().map(|notice| format!("notice {notice} ")).collect::<String>();
    let _ = writeln!(text, "  {notice}{whose} {}", asked.ec);
    let millis = exchange.took.as_secs_f64() * 1e3;
    let fault = exchange.verdict.fault().map(|fault| fault.fault_code.as_str());
    let _ = match (exchange.verdict.outcome(), &exchange.error, &exchange.received) {
        (Some(Outcome::Ok), _, _) => writeln!(text, "  answered  OK after {millis:.1} ms"),
        (Some(Outcome::Ko), _, _) => {
            let fault = one_line(fault.unwrap_or("without a fault"));
            writeln!(text, "  answered  KO {fault} after {millis:.1} ms")
        }
        (None, Some(error), _) => writeln!(text, "  no answer {error}"),
        (None, None, received) => {
            let status = received.as_ref().map_or(0, |received| received.status);
            writeln!(text, "  answered  HTTP {status} after {millis:.1} ms, of no use")
        }
    };
    for line in exchange.verdict.answer.iter().flat_map(tell::summary) {
        let _ = writeln!(text, "            {}", one_line(&line));
    }
    for finding in &exchange.verdict.findings {
        find(&mut text, finding);
    }
    if let Some(seen) = exchange.verdict.seen_by_psp {
        let _ = writeln!(text, "  {}", consequence(asked.operation, seen));
    }
    let _ = writeln!(text, "  {}", if met { "right" } else { "NOT RIGHT" });
    text
}

fn find(text: &mut String, finding: &Finding) {
    let place = if finding.path.is_empty() { String::new() } else { format!(" in {}", finding.path) };
    let _ = writeln!(text, "  {:<8}  {}{place}", finding.rule.severity.word(), finding.rule.id);
    let _ = writeln!(text, "            {}", one_line(&finding.message));
    for line in wrapped(finding.rule.explanation, 96) {
        let _ = writeln!(text, "            > {line}");
    }
}

/// What a refusal or a broken answer leads to. Of a receipt no payment service provider hears.
fn consequence(operation: Operation, seen: Ppt) -> String {
    match operation {
        Operation::PaSendRT | Operation::PaSendRTV2 if seen == Ppt::ErroreEmessoDaPaa => {
            "the node takes the refusal as final and does not send the receipt again".to_owned()
        }
        Operation::PaSendRT | Operation::PaSendRTV2 => {
            format!("the node notes {seen} ({}) and sends the receipt again within the hour", seen.meaning())
        }
        _ => format!("a payment service provider sees {seen}: {}", seen.meaning()),
    }
}

/// The words of a text in lines of at most so many characters.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("incomprehensible", 3), ["incomprehensible"]);
        assert_eq!(wrapped("", 3), [""; 0]);
    }
}
