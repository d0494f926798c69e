//! Compares an expected answer with the actual one and shows the difference.

use std::collections::BTreeMap;

use similar::TextDiff;

use super::xml::{Child, Element};
use crate::node::placeholder;

/// Where two canonical forms differ, as a unified diff; none if the actual one is as expected.
pub fn difference(expected: Option<&Element>, actual: Option<&Element>) -> Option<String> {
    let resolved = match (expected, actual) {
        (Some(expected), Some(actual)) => Some(resolve(expected, actual)),
        (expected, _) => expected.cloned(),
    };
    let form = |document: Option<&Element>| document.map_or_else(String::new, Element::canonical);
    text_difference(&form(resolved.as_ref()), &form(actual))
}

/// Where two texts differ, line by line, as a unified diff; none if they are the same.
pub fn text_difference(expected: &str, actual: &str) -> Option<String> {
    if expected == actual {
        return None;
    }
    let diff = TextDiff::from_lines(expected, actual);
    Some(diff.unified_diff().context_radius(4).header("expected", "actual").to_string())
}

/// The expected element with each placeholder that the actual one satisfies replaced by what stands
/// there, so that a diff shows only what is wrong.
fn resolve(expected: &Element, actual: &Element) -> Element {
    if expected.text() == Some(placeholder::ANY) {
        return Element { children: actual.children.clone(), ..expected.clone() };
    }
    let attributes: BTreeMap<_, _> = expected
        .attributes
        .iter()
        .map(|(name, value)| {
            let found = actual.attributes.get(name).map(String::as_str);
            (name.clone(), resolve_text(value, found.unwrap_or(value)))
        })
        .collect();
    let mut rest = actual.children.iter();
    let children = expected.children.iter().map(|child| resolve_child(child, &mut rest)).collect();
    Element { name: expected.name.clone(), attributes, children }
}

/// Looks for the counterpart of a child among those that follow the counterpart of the one before.
fn resolve_child(expected: &Child, rest: &mut std::slice::Iter<'_, Child>) -> Child {
    let mut ahead = rest.clone();
    let counterpart = ahead.find(|actual| match (expected, actual) {
        (Child::Element(expected), Child::Element(actual)) => expected.name == actual.name,
        (Child::Text(_), Child::Text(_)) => true,
        _ => false,
    });
    if counterpart.is_some() {
        *rest = ahead;
    }
    match (expected, counterpart) {
        (Child::Element(expected), Some(Child::Element(actual))) => Child::Element(resolve(expected, actual)),
        (Child::Text(expected), Some(Child::Text(actual))) => Child::Text(resolve_text(expected, actual)),
        _ => expected.clone(),
    }
}

fn resolve_text(expected: &str, actual: &str) -> String {
    if placeholder::matches(expected, actual) { actual } else { expected }.to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::xml::parse;
    use super::*;

    fn diff(expected: &str, actual: &str) -> Option<String> {
        difference(parse(expected).unwrap().as_ref(), parse(actual).unwrap().as_ref())
    }

    #[test]
    fn answers_that_mean_the_same_do_not_differ() {
        assert_eq!(
            diff("<a><b>{{amount}}</b><c k='{{digits}}'/></a>", "<a> <b>1.00</b> <c k='7'></c></a>"),
            None
        );
        assert_eq!(diff("<a>{{any}}</a>", "<a><b/>x<c/></a>"), None);
        assert_eq!(diff("", ""), None);
    }

    #[test]
    fn a_difference_shows_the_lines_that_are_wrong_and_no_placeholder_that_holds() {
        let expected = "<a><when>{{date}}</when><outcome>OK</outcome><sum>{{amount}}</sum></a>";
        let actual = "<a><when>2026-11-22</when><outcome>KO</outcome><sum>1,5</sum></a>";
        insta::assert_snapshot!(diff(expected, actual).unwrap(), @r"
        --- expected
        +++ actual
        @@ -1,5 +1,5 @@
         <a>
           <when>2026-11-22</when>
        -  <outcome>OK</outcome>
        -  <sum>{{amount}}</sum>
        +  <outcome>KO</outcome>
        +  <sum>1,5</sum>
         </a>
        ");
    }

    #[test]
    fn a_missing_or_additional_element_differs() {
        assert!(diff("<a><b/><c>{{any}}</c></a>", "<a><b/></a>").unwrap().contains("-  <c>"));
        assert!(diff("<a><b/></a>", "<a><b/><b/></a>").is_some());
        assert!(diff("<a><c/><b/></a>", "<a><b/><c/></a>").is_some(), "order counts");
        assert!(diff("", "<a/>").is_some() && diff("<a/>", "").is_some());
    }
}
