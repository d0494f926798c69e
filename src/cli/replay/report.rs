//! Tells the outcome of a replay: a line per case for people, JUnit XML for machines.

use std::fmt::Write;
use std::time::Duration;

use crate::node::report::{self, Colour, JunitCase, JunitEnding, painted};

/// How one case ended.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// The folder of the case.
    pub suite: String,
    /// Its name.
    pub name: String,
    /// How long the answer took.
    pub took: Duration,
    /// What is wrong with the answer; none if it is as expected.
    pub mismatch: Option<String>,
    /// What is different and not wrong.
    pub notes: Vec<String>,
    /// Why it was not sent at all.
    pub skipped: Option<String>,
}

impl Verdict {
    /// Nothing is known yet about the case of that name.
    pub fn begun(suite: &str, name: &str) -> Self {
        Verdict {
            suite: suite.to_owned(),
            name: name.to_owned(),
            took: Duration::ZERO,
            mismatch: None,
            notes: Vec::new(),
            skipped: None,
        }
    }

    /// Whether the answer was as expected.
    pub fn passed(&self) -> bool {
        self.mismatch.is_none()
    }

    /// One line, and the difference below it.
    pub fn line(&self, colour: Colour) -> String {
        let separator = if self.suite.is_empty() { "" } else { "/" };
        if let Some(reason) = &self.skipped {
            return format!(
                "{} {}{separator}{}: {reason}\n",
                painted("skip", "33", colour),
                self.suite,
                self.name
            );
        }
        let (word, paint) = if self.passed() { ("ok  ", "32") } else { ("FAIL", "31") };
        let millis = self.took.as_secs_f64() * 1e3;
        let mut line = format!(
            "{} {}{separator}{} ({millis:.1} ms)\n",
            painted(word, paint, colour),
            self.suite,
            self.name
        );
        for text in self.mismatch.iter().flat_map(|mismatch| mismatch.lines()) {
            let paint = match text.as_bytes().first() {
                Some(b'-') => "31",
                Some(b'+') => "32",
                _ => "0",
            };
            let _ = writeln!(line, "    {}", painted(&report::lines_only(text), paint, colour));
        }
        for note in &self.notes {
            let _ = writeln!(line, "    note: {note}");
        }
        line
    }
}

/// The last line.
pub fn summary(verdicts: &[Verdict]) -> String {
    let skipped = verdicts.iter().filter(|verdict| verdict.skipped.is_some()).count();
    let passed = verdicts.iter().filter(|verdict| verdict.passed()).count() - skipped;
    let failed = verdicts.len() - passed - skipped;
    let told = format!("{passed} passed, {failed} failed");
    if skipped == 0 { told } else { format!("{told}, {skipped} skipped") }
}

/// The outcome as JUnit XML.
pub fn junit(verdicts: &[Verdict]) -> String {
    let cases = verdicts.iter().map(|verdict| JunitCase {
        class: verdict.suite.replace('/', "."),
        name: verdict.name.clone(),
        took: verdict.took,
        ending: match (&verdict.mismatch, &verdict.skipped) {
            (None, None) => JunitEnding::Passed,
            (None, Some(reason)) => JunitEnding::Skipped(reason.clone()),
            (Some(mismatch), _) => {
                JunitEnding::Failed { message: "the answer differs".to_owned(), text: mismatch.clone() }
            }
        },
    });
    report::junit("varco replay", &cases.collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(mismatch: Option<&str>) -> Verdict {
        Verdict {
            took: Duration::from_micros(1500),
            mismatch: mismatch.map(str::to_owned),
            ..Verdict::begun("paForNode/verify", "paid")
        }
    }

    #[test]
    fn what_was_not_sent_and_what_is_different_is_told() {
        let skipped = Verdict { skipped: Some("no XML".to_owned()), ..verdict(None) };
        assert_eq!(skipped.line(Colour::Off), "skip paForNode/verify/paid: no XML\n");
        assert_eq!(summary(&[skipped.clone(), verdict(None)]), "1 passed, 0 failed, 1 skipped");
        assert!(junit(&[skipped]).contains("<skipped message=\"no XML\"/>"));
        let noted = Verdict { notes: vec!["another amount".to_owned()], ..verdict(None) };
        assert!(noted.line(Colour::Off).ends_with("(1.5 ms)\n    note: another amount\n"));
    }

    #[test]
    fn a_line_per_case_and_a_summary() {
        assert_eq!(verdict(None).line(Colour::Off), "ok   paForNode/verify/paid (1.5 ms)\n");
        assert_eq!(
            verdict(Some("-a\n+b")).line(Colour::Off),
            "FAIL paForNode/verify/paid (1.5 ms)\n    -a\n    +b\n"
        );
        assert!(verdict(Some("-a")).line(Colour::On).contains("\u{1b}[31m-a\u{1b}[0m"));
        let steers = verdict(Some("+\u{1b}[2J\u{9b}2J")).line(Colour::Off);
        assert!(!steers.contains(['\u{1b}', '\u{9b}']), "{steers:?}");
        assert_eq!(summary(&[verdict(None), verdict(Some("x"))]), "1 passed, 1 failed");
    }

    #[test]
    fn junit_is_well_formed_whatever_the_answer_was() {
        let xml = junit(&[verdict(None), verdict(Some("<a> & \u{1}"))]);
        let document = roxmltree::Document::parse(&xml).unwrap();
        let suite = document.root_element();
        assert_eq!((suite.attribute("tests"), suite.attribute("failures")), (Some("2"), Some("1")));
        assert_eq!(suite.descendants().filter(|node| node.has_tag_name("failure")).count(), 1);
    }
}
