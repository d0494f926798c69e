//! Which answer a test expects.

use std::str::FromStr;

use super::judge::{EXPECTED, Finding, Ppt, Verdict};
use crate::wire::pa_for_node::Outcome;

/// The answer that a test expects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Expected {
    /// Outcome OK.
    #[default]
    Ok,
    /// Outcome KO, with any code.
    Ko,
    /// Outcome KO with this code.
    Fault(String),
    /// No useful answer: the node tells the payment service provider this code.
    Seen(Ppt),
}

/// Why a text names no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is neither OK, KO, a code of a fault nor a code that the node tells (PPT_...)")]
pub struct NoExpectation(String);

impl FromStr for Expected {
    type Err = NoExpectation;

    fn from_str(text: &str) -> Result<Self, NoExpectation> {
        match text {
            "OK" => Ok(Expected::Ok),
            "KO" => Ok(Expected::Ko),
            _ if text.starts_with("PPT_") => {
                let known = Ppt::ALL.into_iter().find(|code| code.name() == text);
                known.map(Expected::Seen).ok_or_else(|| NoExpectation(text.to_owned()))
            }
            _ if !text.is_empty()
                && text.bytes().all(|b| b.is_ascii_uppercase() || b"_0123456789".contains(&b)) =>
            {
                Ok(Expected::Fault(text.to_owned()))
            }
            _ => Err(NoExpectation(text.to_owned())),
        }
    }
}

impl Expected {
    /// Whether an answer is the one that is expected, and right in everything else.
    ///
    /// Who expects that the node tells the payment service provider something expects what is wrong as well.
    pub fn is_met_by(&self, verdict: &Verdict) -> bool {
        self.difference(verdict).is_none()
            && (verdict.is_right() || matches!(self, Expected::Seen(code) if *code != Ppt::ErroreEmessoDaPaa))
    }

    /// How the outcome of an answer differs from the expected one; none if it does not, or if there is no answer
    /// because of what the verdict says already.
    pub fn difference(&self, verdict: &Verdict) -> Option<Finding> {
        let code = verdict.fault().map(|fault| fault.fault_code.as_str());
        let met = match self {
            Expected::Seen(expected) => verdict.seen_by_psp == Some(*expected),
            _ if verdict.answer.is_none() && !verdict.is_right() => true,
            Expected::Ok => verdict.outcome() == Some(Outcome::Ok),
            Expected::Ko => verdict.outcome() == Some(Outcome::Ko),
            Expected::Fault(expected) => {
                verdict.outcome() == Some(Outcome::Ko) && code == Some(expected.as_str())
            }
        };
        if met {
            return None;
        }
        let wanted = match self {
            Expected::Ok => "OK".to_owned(),
            Expected::Ko => "KO".to_owned(),
            Expected::Fault(code) => format!("KO {code}"),
            Expected::Seen(code) => code.name().to_owned(),
        };
        let got = match (verdict.outcome(), code, verdict.seen_by_psp) {
            (Some(Outcome::Ok), _, _) => "OK".to_owned(),
            (Some(Outcome::Ko), Some(code), _) => format!("KO {code}"),
            (Some(Outcome::Ko), None, _) => "KO".to_owned(),
            (None, _, Some(seen)) => seen.name().to_owned(),
            (None, _, None) => "no answer".to_owned(),
        };
        Some(Finding::new(&EXPECTED, "", format!("expected {wanted}, got {got}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expectations_are_read() {
        assert_eq!("OK".parse(), Ok(Expected::Ok));
        assert_eq!("PAA_SEMANTICA".parse(), Ok(Expected::Fault("PAA_SEMANTICA".to_owned())));
        assert_eq!("PPT_STAZIONE_INT_PA_TIMEOUT".parse(), Ok(Expected::Seen(Ppt::Timeout)));
        for wrong in ["", "ok", "PPT_X", "PAA SEMANTICA"] {
            assert!(wrong.parse::<Expected>().is_err(), "{wrong}");
        }
    }
}
