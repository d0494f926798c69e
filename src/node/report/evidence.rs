//! The evidence that a body shows before it goes live: one HTML page with every message, nothing to load and
//! nothing that runs.

use askama::Template;
use jiff::Timestamp;

use super::text::{milliseconds, summary};
use super::{CaseReport, Ending, Report, Shown, StepReport, pretty};

/// How it looks, on a screen and on paper.
const STYLE: &str = include_str!("../../../templates/node/evidence.css");

#[derive(Template)]
#[template(path = "node/evidence.html")]
struct Page<'a> {
    style: &'static str,
    report: &'a Report,
    began: String,
    verdict: &'static str,
    summary: String,
    cases: Vec<Case<'a>>,
    count: usize,
    digest: String,
}

struct Case<'a> {
    report: &'a CaseReport,
    anchor: String,
    began: String,
    took: String,
    steps: Vec<Step<'a>>,
}

struct Step<'a> {
    report: &'a StepReport,
    exchanges: Vec<Exchange<'a>>,
}

struct Exchange<'a> {
    shown: &'a Shown,
    sent: String,
    took: String,
    content_type: &'a str,
    messages: Vec<Message<'a>>,
}

struct Message<'a> {
    title: &'static str,
    sha256: &'a str,
    pretty: String,
    body: &'a str,
}

/// Writes the page.
pub fn evidence(report: &Report) -> Result<String, askama::Error> {
    let cases = (1..).zip(&report.cases).map(|(number, case)| Case {
        report: case,
        anchor: format!("case-{number}"),
        began: moment(case.began_at),
        took: milliseconds(case.took),
        steps: case.steps.iter().map(step).collect(),
    });
    let verdict = match (report.passed(), report.count(Ending::Skipped)) {
        (false, _) => Ending::Failed,
        (true, 0) => Ending::Passed,
        (true, _) => Ending::Skipped,
    };
    let page = Page {
        style: STYLE,
        report,
        began: moment(report.began_at),
        verdict: verdict.word(),
        summary: summary(report),
        cases: cases.collect(),
        count: report.digests().len(),
        digest: report.digest(),
    };
    page.render()
}

fn step(report: &StepReport) -> Step<'_> {
    let exchanges = report.exchanges.iter().map(|shown| {
        let messages = [("Request", Some(&shown.request)), ("Response", shown.response.as_ref())];
        let messages = messages.into_iter().filter_map(|(title, message)| Some((title, message?)));
        Exchange {
            shown,
            sent: moment(shown.sent_at),
            took: milliseconds(shown.took),
            content_type: shown.content_type.as_deref().unwrap_or_default(),
            messages: messages
                .map(|(title, message)| Message {
                    title,
                    sha256: &message.sha256,
                    pretty: pretty(&message.body),
                    body: &message.body,
                })
                .collect(),
        }
    });
    Step { report, exchanges: exchanges.collect() }
}

/// To the millisecond.
fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S%.3f").to_string()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::{Message as Sent, ShownFinding};
    use super::*;

    /// A report in which everything that a stranger says tries to be markup.
    fn hostile() -> Report {
        let evil = "</pre><script>alert(1)</script>\"'&";
        let at: Timestamp = "2026-03-01T10:00:00.123Z".parse().unwrap();
        let finding = ShownFinding {
            rule: "sum-of-transfers",
            path: evil.to_owned(),
            message: evil.to_owned(),
            explanation: "mend it",
            severity: "wrong",
        };
        let shown = Shown {
            operation: "paVerifyPaymentNotice",
            sent_at: at,
            took: Duration::from_micros(1500),
            outcome: evil.to_owned(),
            seen_by_psp: Some("PPT_ERRORE_EMESSO_DA_PAA"),
            findings: vec![finding],
            request: Sent::new(b"<a><b>1</b></a>"),
            status: Some(200),
            content_type: Some(evil.to_owned()),
            response: Some(Sent::new(evil.as_bytes())),
        };
        let step = StepReport {
            number: "1".to_owned(),
            name: evil.to_owned(),
            expected: evil.to_owned(),
            ending: Ending::Failed,
            reasons: vec![evil.to_owned()],
            exchanges: vec![shown],
        };
        let case = CaseReport {
            name: evil.to_owned(),
            title: evil.to_owned(),
            description: evil.to_owned(),
            certifies: Some(evil.to_owned()),
            began_at: at,
            took: Duration::from_millis(2),
            ending: Ending::Failed,
            reason: Some(evil.to_owned()),
            notices: vec![(evil.to_owned(), evil.to_owned())],
            steps: vec![step],
        };
        Report {
            tool: "varco".to_owned(),
            target: evil.to_owned(),
            institution: evil.to_owned(),
            broker: evil.to_owned(),
            station: evil.to_owned(),
            began_at: at,
            cases: vec![case],
        }
    }

    #[test]
    fn nothing_that_was_sent_becomes_markup() {
        let page = evidence(&hostile()).unwrap();
        assert!(!page.contains("<script"), "{page}");
        assert_eq!(page.matches("</pre>").count(), 4);
        assert!(page.contains("&#60;script&#62;") || page.contains("&lt;script&gt;"), "{page}");
        assert!(page.contains("2026-03-01 10:00:00.123"), "{page}");
    }

    #[test]
    fn the_digest_of_the_whole_can_be_computed_from_those_of_the_messages() {
        let report = hostile();
        let page = evidence(&report).unwrap();
        let digests = report.digests();
        assert_eq!(digests.len(), 2);
        assert!(digests.iter().chain([&report.digest().as_str()]).all(|digest| page.contains(digest)));
        assert_eq!(super::super::sha256(b"abc")[..16], *"ba7816bf8f01cfea");
        let json: serde_json::Value = serde_json::from_str(&report.json().unwrap()).unwrap();
        assert_eq!(json["sha256"], report.digest());
        assert_eq!(json["cases"][0]["steps"][0]["exchanges"][0]["tookMs"], 1.5);
    }
}
