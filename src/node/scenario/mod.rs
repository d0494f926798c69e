//! Scripted scenarios: what the node asks, in which order, and what it expects of each answer.
//!
//! A scenario is a TOML file; `varco node scenario --help` and the README tell its form. Notices that it needs are
//! given by name, or made through the published API for debt positions, so that a scenario can be played again
//! and again.

mod expect;
mod expectation;
mod fields;
mod form;
mod made;
mod play;
mod session;
mod shipped;
mod step;

pub use expect::outcome;
pub use expectation::span;
pub use form::Scenario;
pub use made::PositionApi;
pub use play::{Player, Target};
pub use shipped::{SHIPPED, Shipped};

/// Why a scenario cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {reason}")]
pub struct ScenarioError {
    /// The file and, where it is known, the line.
    pub place: String,
    /// What is wrong.
    pub reason: String,
}

impl Scenario {
    /// Reads a scenario; `file` is named in errors.
    pub fn read(file: &str, text: &str) -> Result<Self, ScenarioError> {
        let scenario: Scenario = toml::from_str(text).map_err(|error| {
            let line = error.span().map(|span| {
                let before = text.get(..span.start.min(text.len())).unwrap_or_default();
                before.matches('\n').count()
            });
            let place =
                line.map_or_else(|| file.to_owned(), |line| format!("{file}:{}", step_line(text, line) + 1));
            ScenarioError { place, reason: error.message().to_owned() }
        })?;
        if scenario.steps.is_empty() {
            return Err(ScenarioError { place: file.to_owned(), reason: "there are no steps".to_owned() });
        }
        Ok(scenario)
    }
}

/// The line of a mistake, from 0 on. One that is a whole step is told at the first step, wherever it is.
fn step_line(text: &str, line: usize) -> usize {
    let is_step = |line: &str| line.trim_start().starts_with("[[steps]]");
    if !text.lines().nth(line).is_some_and(is_step) {
        return line;
    }
    let steps = toml::from_str::<toml::Table>(text).ok().and_then(|mut table| table.remove("steps"));
    let steps = steps.and_then(|steps| steps.as_array().cloned()).unwrap_or_default();
    let wrong = steps.into_iter().position(|step| step.try_into::<step::Step>().is_err());
    let mut headers = text.lines().enumerate().filter(|(_, line)| is_step(line)).map(|(number, _)| number);
    wrong.and_then(|wrong| headers.nth(wrong)).unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAST: &str =
        "name = \"a\"\ntitle = \"A\"\ndescription = \"a\"\n\n[[steps]]\nverify = { notice = \"1\" }\n";

    fn refusal(text: &str) -> String {
        Scenario::read("a.toml", text).unwrap_err().to_string()
    }

    #[test]
    fn the_least_scenario_has_one_step() {
        assert_eq!(Scenario::read("a.toml", LEAST).unwrap().steps.len(), 1);
        let head = LEAST.split_once("\n\n").unwrap().0;
        assert_eq!(refusal(&format!("{head}\nsteps = []\n")), "a.toml: there are no steps");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (wrong, line, reason) in [
            ("verify = { notise = \"1\" }", 9, "unknown field `notise`"),
            ("verify = { notice = \"1\" }\nprobe = {}", 8, "a step does one thing"),
            (
                "verify = { notice = \"1\" }\nexpect = { outcome = \"ok\" }",
                10,
                "the outcome is OK, KO, unknown",
            ),
            (
                "verify = { notice = \"1\" }\nexpect = { outcome = \"OK\", fault = \"X\" }",
                10,
                "a fault comes with",
            ),
            ("verify = { notice = \"1\" }\nexpect.fields.a = \"{{x}}\"", 10, "{{x}} is no placeholder"),
            ("verify = { notice = \"1\" }\nexpect.fields.a = 1", 10, "a text, true"),
            ("activate = { notice = \"1\", version = 3 }", 9, "the version is 1 or 2"),
            ("activate = { notice = \"1\", channel = \"POST\" }", 9, "unknown variant `POST`"),
            ("wait = \"soon\"", 9, "a length of time is such as"),
            ("wait = \"2h\"", 9, "at most an hour"),
            ("wait = \"1s\"\nexpect = {}", 8, "only a step that asks"),
            ("wait = ", 9, ""),
        ] {
            let said = refusal(&format!("{LEAST}\n[[steps]]\n{wrong}\n"));
            assert!(
                said.starts_with(&format!("a.toml:{line}: ")) && said.contains(reason),
                "{wrong}: {said}"
            );
        }
    }

    #[test]
    fn a_notice_comes_from_one_source() {
        let said = refusal(&format!("{LEAST}\n[notices.A]\nwhat = \"payable\"\n"));
        assert!(said.contains("either a number or a position"), "{said}");
    }
}
