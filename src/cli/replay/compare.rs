//! Compares an expected answer with the actual one and shows the difference.

use similar::TextDiff;

use super::xml::{Child, Element, Name, parse};
use crate::node::placeholder;
use crate::recording::rewrite::Spot;

/// An answer as it came.
#[derive(Clone, Copy, Debug)]
pub struct Answered<'a> {
    /// The `Content-Type`, empty if there was none.
    pub content_type: &'a str,
    /// The body.
    pub body: &'a [u8],
}

/// Says what a text of the answer must be, from what is expected there and what stands there.
pub type Counterpart<'c> = &'c mut dyn FnMut(&Spot<'_>, &str, &str) -> String;

/// All that is wrong with an answer, its HTTP status apart.
pub fn mismatches(
    expected: Option<&Element>,
    answer: &Answered<'_>,
    counterpart: Counterpart<'_>,
) -> Vec<String> {
    let mut wrong = Vec::new();
    let text = String::from_utf8_lossy(answer.body);
    match parse(&text) {
        Ok(actual) => {
            if expected.is_some() && actual.is_some() && !answer.content_type.starts_with("text/xml") {
                wrong.push(format!("Content-Type {:?} instead of text/xml", answer.content_type));
            }
            wrong.extend(difference(expected, actual.as_ref(), counterpart));
        }
        Err(error) => {
            wrong.push(error.to_string());
            let expected = expected.map_or_else(String::new, Element::canonical);
            wrong.extend(text_difference(&expected, &text));
        }
    }
    wrong
}

/// What a fixture means: each text literally, placeholders apart.
pub fn literally(_spot: &Spot<'_>, expected: &str, actual: &str) -> String {
    if placeholder::matches(expected, actual) { actual } else { expected }.to_owned()
}

/// Where two canonical forms differ, as a unified diff; none if the actual one is as expected.
fn difference(
    expected: Option<&Element>,
    actual: Option<&Element>,
    counterpart: Counterpart<'_>,
) -> Option<String> {
    let resolved = match (expected, actual) {
        (Some(expected), Some(actual)) => Some(resolved(expected, actual, counterpart)),
        (expected, _) => expected.cloned(),
    };
    let form = |document: Option<&Element>| document.map_or_else(String::new, Element::canonical);
    text_difference(&form(resolved.as_ref()), &form(actual))
}

/// Where two texts differ, line by line, as a unified diff; none if they are the same.
fn text_difference(expected: &str, actual: &str) -> Option<String> {
    if expected == actual {
        return None;
    }
    let diff = TextDiff::from_lines(expected, actual);
    Some(diff.unified_diff().context_radius(4).header("expected", "actual").to_string())
}

/// The expected element with each text that the actual one satisfies replaced by what stands there, so that a diff
/// shows only what is wrong.
pub fn resolved(expected: &Element, actual: &Element, counterpart: Counterpart<'_>) -> Element {
    Resolving { counterpart, path: Vec::new() }.element(expected, actual)
}

struct Resolving<'c> {
    counterpart: Counterpart<'c>,
    path: Vec<String>,
}

impl Resolving<'_> {
    fn element(&mut self, expected: &Element, actual: &Element) -> Element {
        if expected.text() == Some(placeholder::ANY) {
            return Element { children: actual.children.clone(), ..expected.clone() };
        }
        self.path.push(expected.name.local.clone());
        let mut attributes = expected.attributes.clone();
        for (name, value) in &mut attributes {
            let found = actual.attributes.get(name).map(String::as_str);
            *value = self.text(Some(name), value, found.unwrap_or(value));
        }
        let mut rest = actual.children.iter();
        let children = expected.children.iter().map(|child| self.child(child, &mut rest)).collect();
        self.path.pop();
        Element { name: expected.name.clone(), attributes, children }
    }

    /// Looks for the counterpart of a child among those that follow the counterpart of the one before.
    fn child(&mut self, expected: &Child, rest: &mut std::slice::Iter<'_, Child>) -> Child {
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
            (Child::Element(expected), Some(Child::Element(actual))) => {
                Child::Element(self.element(expected, actual))
            }
            (Child::Text(expected), Some(Child::Text(actual))) => {
                Child::Text(self.text(None, expected, actual))
            }
            _ => expected.clone(),
        }
    }

    fn text(&mut self, attribute: Option<&Name>, expected: &str, actual: &str) -> String {
        let attribute = attribute.map(|name| name.local.as_str());
        (self.counterpart)(&Spot { path: &self.path, attribute }, expected, actual)
    }
}

#[cfg(test)]
mod tests {
    use super::super::xml::parse;
    use super::*;

    fn diff(expected: &str, actual: &str) -> Option<String> {
        let (expected, actual) = (parse(expected).unwrap(), parse(actual).unwrap());
        difference(expected.as_ref(), actual.as_ref(), &mut literally)
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
