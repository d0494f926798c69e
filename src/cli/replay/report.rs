//! Tells the outcome of a replay: a line per case for people, JUnit XML for machines.

use std::fmt::Write;
use std::time::Duration;

use quick_xml::escape::escape;

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
}

/// Whether to colour the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// With terminal escapes.
    On,
    /// Plain text.
    Off,
}

impl Verdict {
    /// Whether the answer was as expected.
    pub fn passed(&self) -> bool {
        self.mismatch.is_none()
    }

    /// One line, and the difference below it.
    pub fn line(&self, colour: Colour) -> String {
        let separator = if self.suite.is_empty() { "" } else { "/" };
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
            let _ = writeln!(line, "    {}", painted(text, paint, colour));
        }
        line
    }
}

fn painted(text: &str, paint: &str, colour: Colour) -> String {
    match colour {
        Colour::On => format!("\u{1b}[{paint}m{text}\u{1b}[0m"),
        Colour::Off => text.to_owned(),
    }
}

/// The last line.
pub fn summary(verdicts: &[Verdict]) -> String {
    let passed = verdicts.iter().filter(|verdict| verdict.passed()).count();
    format!("{passed} passed, {} failed", verdicts.len() - passed)
}

/// The outcome as JUnit XML.
pub fn junit(verdicts: &[Verdict]) -> String {
    let failed = verdicts.iter().filter(|verdict| !verdict.passed()).count();
    let total: Duration = verdicts.iter().map(|verdict| verdict.took).sum();
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(
        xml,
        "<testsuite name=\"varco replay\" tests=\"{}\" failures=\"{failed}\" errors=\"0\" time=\"{:.3}\">",
        verdicts.len(),
        total.as_secs_f64()
    );
    for verdict in verdicts {
        let _ = write!(
            xml,
            "  <testcase classname=\"{}\" name=\"{}\" time=\"{:.3}\"",
            escape(verdict.suite.replace('/', ".")),
            escape(&verdict.name),
            verdict.took.as_secs_f64()
        );
        let _ = match &verdict.mismatch {
            None => writeln!(xml, "/>"),
            Some(mismatch) => writeln!(
                xml,
                ">\n    <failure message=\"the answer differs\">{}</failure>\n  </testcase>",
                escape(printable(mismatch))
            ),
        };
    }
    xml.push_str("</testsuite>\n");
    xml
}

/// XML cannot carry most control characters, not even escaped.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && !matches!(c, '\n' | '\t') { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(mismatch: Option<&str>) -> Verdict {
        Verdict {
            suite: "paForNode/verify".to_owned(),
            name: "paid".to_owned(),
            took: Duration::from_micros(1500),
            mismatch: mismatch.map(str::to_owned),
        }
    }

    #[test]
    fn a_line_per_case_and_a_summary() {
        assert_eq!(verdict(None).line(Colour::Off), "ok   paForNode/verify/paid (1.5 ms)\n");
        assert_eq!(
            verdict(Some("-a\n+b")).line(Colour::Off),
            "FAIL paForNode/verify/paid (1.5 ms)\n    -a\n    +b\n"
        );
        assert!(verdict(Some("-a")).line(Colour::On).contains("\u{1b}[31m-a\u{1b}[0m"));
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
