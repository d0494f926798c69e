//! Outcomes as JUnit XML, which build servers show.

use std::fmt::Write;
use std::time::Duration;

use quick_xml::escape::escape;

/// One case of a suite.
#[derive(Clone, Debug)]
pub struct JunitCase {
    /// The group that it belongs to, names separated by dots.
    pub class: String,
    /// Its name.
    pub name: String,
    /// How long it took.
    pub took: Duration,
    /// How it ended.
    pub ending: JunitEnding,
}

/// How a case ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JunitEnding {
    /// As expected.
    Passed,
    /// Not carried out, and why.
    Skipped(String),
    /// Otherwise.
    Failed {
        /// In a few words.
        message: String,
        /// All that there is to say.
        text: String,
    },
}

/// A suite with its cases.
pub fn junit(suite: &str, cases: &[JunitCase]) -> String {
    let count = |wanted: fn(&JunitEnding) -> bool| cases.iter().filter(|case| wanted(&case.ending)).count();
    let failed = count(|ending| matches!(ending, JunitEnding::Failed { .. }));
    let skipped = count(|ending| matches!(ending, JunitEnding::Skipped(_)));
    let total: Duration = cases.iter().map(|case| case.took).sum();
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(
        xml,
        "<testsuite name=\"{}\" tests=\"{}\" failures=\"{failed}\" errors=\"0\" skipped=\"{skipped}\" \
         time=\"{:.3}\">",
        escape(suite),
        cases.len(),
        total.as_secs_f64()
    );
    for case in cases {
        let _ = write!(
            xml,
            "  <testcase classname=\"{}\" name=\"{}\" time=\"{:.3}\"",
            escape(printable(&case.class)),
            escape(printable(&case.name)),
            case.took.as_secs_f64()
        );
        let _ = match &case.ending {
            JunitEnding::Passed => writeln!(xml, "/>"),
            JunitEnding::Skipped(why) => {
                writeln!(xml, ">\n    <skipped message=\"{}\"/>\n  </testcase>", escape(printable(why)))
            }
            JunitEnding::Failed { message, text } => writeln!(
                xml,
                ">\n    <failure message=\"{}\">{}</failure>\n  </testcase>",
                escape(printable(message)),
                escape(printable(text))
            ),
        };
    }
    xml.push_str("</testsuite>\n");
    xml
}

/// XML cannot carry most control characters, not even escaped.
fn printable(text: &str) -> String {
    let carried = |c: char| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}');
    text.chars().map(|c| if carried(c) || matches!(c, '\n' | '\t') { c } else { '\u{fffd}' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suite_is_well_formed_whatever_is_said() {
        let failed =
            JunitEnding::Failed { message: "a \"b\" <c>".into(), text: "<a> & \u{1}\u{ffff}".into() };
        let endings = [JunitEnding::Passed, failed, JunitEnding::Skipped("no <notice>".into())];
        let cases = endings.map(|ending| JunitCase {
            class: "a.b".into(),
            name: "x & y".into(),
            took: Duration::from_micros(1500),
            ending,
        });
        let xml = junit("varco", &cases);
        let document = roxmltree::Document::parse(&xml).unwrap();
        let suite = document.root_element();
        let said = ["tests", "failures", "skipped"].map(|name| suite.attribute(name).unwrap());
        assert_eq!(said, ["3", "1", "1"]);
        let failure = suite.descendants().find(|node| node.has_tag_name("failure")).unwrap();
        assert_eq!(failure.attribute("message"), Some("a \"b\" <c>"));
        assert_eq!(failure.text(), Some("<a> & \u{fffd}\u{fffd}"));
    }
}
