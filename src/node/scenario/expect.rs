//! Whether an answer is the one that a step expects.

use super::super::Exchange;
use super::super::judge::Severity;
use super::super::placeholder;
use super::super::variables::{VariableError, Variables};
use super::expectation::{Expect, Expected, Field};
use super::fields;

/// An answer in a few words: `OK`, `KO PAA_PAGAMENTO_SCONOSCIUTO`, or why it is none.
pub fn outcome(exchange: &Exchange) -> String {
    let Some(received) = &exchange.received else {
        return format!("no answer: {}", exchange.error.as_deref().unwrap_or("nothing came back"));
    };
    let body = String::from_utf8_lossy(&received.body);
    match (fields::at(&body, "outcome"), fields::at(&body, "fault/faultCode")) {
        (Some(outcome), Some(code)) => format!("{outcome} {code}"),
        (Some(outcome), None) => outcome,
        (None, _) => format!("HTTP {} without an outcome", received.status),
    }
}

/// What is expected, in a few words.
pub fn told(expect: &Expect) -> String {
    let mut parts = vec![match &expect.outcome {
        Expected::Ok => "OK".to_owned(),
        Expected::Ko => "KO".to_owned(),
        Expected::Fault(code) => format!("KO {code}"),
        Expected::Nothing => "no answer".to_owned(),
        Expected::Any => "any answer".to_owned(),
    }];
    parts.extend(expect.psp.iter().map(|code| format!("the PSP is told {code}")));
    parts.extend(expect.fields.iter().map(|(path, field)| match field {
        Field::Present => format!("{path} is there"),
        Field::Absent => format!("no {path}"),
        Field::Is(text) => format!("{path} is {text}"),
    }));
    parts.extend(expect.within.map(|within| format!("within {} s", within.as_secs_f32())));
    parts.extend(expect.required.iter().map(|rule| format!("it breaks the rule {rule}")));
    parts.join("; ")
}

/// Why an answer is not what was expected; nothing if it is.
pub fn check(
    expect: &Expect,
    exchange: &Exchange,
    variables: &Variables,
) -> Result<Vec<String>, VariableError> {
    let mut reasons = Vec::new();
    let met = outcome(exchange);
    let wanted = match &expect.outcome {
        Expected::Fault(code) => Some(format!("KO {}", variables.fill_text(code)?)),
        Expected::Ok => Some("OK".to_owned()),
        Expected::Ko | Expected::Nothing | Expected::Any => None,
    };
    let fits = match &expect.outcome {
        Expected::Ok | Expected::Fault(_) => wanted.as_ref() == Some(&met),
        Expected::Ko => met.starts_with("KO "),
        Expected::Nothing => exchange.received.is_none(),
        Expected::Any => true,
    };
    if !fits {
        let wanted =
            wanted.unwrap_or_else(|| told(&Expect { outcome: expect.outcome.clone(), ..Expect::default() }));
        reasons.push(format!("expected {wanted}, met {met}"));
    }
    reasons.extend(findings(expect, exchange));
    if let Some(wanted) = &expect.psp {
        let wanted = variables.fill_text(wanted)?;
        let seen = exchange.verdict.seen_by_psp.map_or("nothing", |seen| seen.name());
        if seen != wanted {
            reasons.push(format!("the PSP should be told {wanted}, and is told {seen}"));
        }
    }
    let body = exchange.received.as_ref().map(|received| String::from_utf8_lossy(&received.body));
    for (path, field) in &expect.fields {
        let actual = body.as_ref().and_then(|body| fields::at(body, path));
        reasons.extend(differs(path, field, actual.as_deref(), variables)?);
    }
    if let Some(within) = expect.within
        && exchange.took > within
    {
        let took = exchange.took.as_secs_f32();
        reasons.push(format!("the answer took {took:.3} s, at most {} s are allowed", within.as_secs_f32()));
    }
    Ok(reasons)
}

fn findings(expect: &Expect, exchange: &Exchange) -> Vec<String> {
    let found = &exchange.verdict.findings;
    let mut reasons = Vec::new();
    // Whoever expects no answer at all expects what the judge says of it.
    let expected = |rule: &str| {
        let named = expect.allowed.iter().chain(&expect.required).any(|known| known == rule);
        named || expect.outcome == Expected::Nothing && exchange.received.is_none()
    };
    for finding in found.iter().filter(|finding| finding.rule.severity == Severity::Wrong) {
        if !expected(finding.rule.id) {
            let seen = exchange.verdict.seen_by_psp.map_or("", |seen| seen.name());
            let (rule, path, message) = (finding.rule.id, &finding.path, &finding.message);
            reasons.push(format!("the node refuses the answer ({seen}): {rule} at {path}: {message}"));
        }
    }
    for rule in expect.required.iter().filter(|rule| !found.iter().any(|finding| finding.rule.id == **rule)) {
        reasons.push(format!("the answer should break the rule {rule}, and does not"));
    }
    reasons
}

fn differs(
    path: &str,
    field: &Field,
    actual: Option<&str>,
    variables: &Variables,
) -> Result<Option<String>, VariableError> {
    Ok(match (field, actual) {
        (Field::Present, Some(_)) | (Field::Absent, None) => None,
        (Field::Present, None) => Some(format!("{path} is missing")),
        (Field::Absent, Some(_)) => Some(format!("{path} should not be there")),
        (Field::Is(wanted), actual) => {
            let wanted = variables.fill_text(wanted)?;
            match actual {
                None => Some(format!("{path} is missing, expected {wanted:?}")),
                Some(actual) if placeholder::matches(&wanted, actual) => None,
                Some(actual) => Some(format!("{path} is {actual:?}, expected {wanted:?}")),
            }
        }
    })
}
