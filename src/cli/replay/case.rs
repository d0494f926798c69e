//! Finds the fixtures and reads them: a request, the answer that is expected, and how to send it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use bytes::Bytes;

use super::xml::{Child, Element, parse};
use crate::node::client::Outgoing;
use crate::node::placeholder;
use crate::node::variables::Variables;

const REQUEST: &str = ".request.xml";
const RESPONSE: &str = ".response.xml";

/// One request with the answer that is expected.
#[derive(Clone, Debug)]
pub struct Case {
    /// The folder that it lies in, from the last name of the path that was asked for.
    pub suite: String,
    /// The file name without its ending.
    pub name: String,
    /// What is sent.
    pub request: Outgoing,
    /// The HTTP status that is expected.
    pub status: u16,
    /// The body that is expected; none if it must be empty.
    pub body: Option<Element>,
}

/// Why a fixture cannot be replayed.
#[derive(Debug, thiserror::Error)]
#[error("{}: {reason}", file.display())]
pub struct CaseError {
    file: PathBuf,
    reason: String,
}

/// Reads all fixtures under the paths, sorted, with variables put in.
pub fn load(paths: &[PathBuf], variables: &Variables) -> Result<Vec<Case>, CaseError> {
    let mut cases = Vec::new();
    for path in paths {
        let mut found = BTreeSet::new();
        collect(path, &mut found)?;
        if found.is_empty() {
            return Err(wrong(path, format!("holds no file NAME{REQUEST}")));
        }
        for request in found {
            cases.push(read(path, &request, variables)?);
        }
    }
    Ok(cases)
}

fn collect(path: &Path, found: &mut BTreeSet<PathBuf>) -> Result<(), CaseError> {
    let kind = fs::metadata(path).map_err(|error| wrong(path, error))?;
    if kind.is_dir() {
        for entry in fs::read_dir(path).map_err(|error| wrong(path, error))? {
            collect(&entry.map_err(|error| wrong(path, error))?.path(), found)?;
        }
    } else if path.to_string_lossy().ends_with(REQUEST) {
        found.insert(path.to_owned());
    }
    Ok(())
}

fn read(root: &Path, file: &Path, variables: &Variables) -> Result<Case, CaseError> {
    let folder = file.parent().unwrap_or(root);
    let outside = if root == file { folder.parent() } else { root.parent() };
    let suite = outside.and_then(|outside| folder.strip_prefix(outside).ok()).unwrap_or(folder);
    let suite = suite.to_string_lossy().into_owned();
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let name = name.strip_suffix(REQUEST).unwrap_or(&name).to_owned();
    let response_file = file.with_file_name(format!("{name}{RESPONSE}"));

    let body = read_file(file, variables)?;
    let expected = read_file(&response_file, variables)?;
    let expected = String::from_utf8(expected).map_err(|error| wrong(&response_file, error))?;
    let mut request = Outgoing::soap(&operation(&body).unwrap_or_default(), Bytes::from(body));
    let status = directives(&expected, &mut request).map_err(|reason| wrong(&response_file, reason))?;
    let body = parse(&expected).map_err(|error| wrong(&response_file, error))?;
    if let Some(body) = &body {
        check_placeholders(body).map_err(|error| wrong(&response_file, error))?;
    }
    Ok(Case { suite, name, request, status, body })
}

fn read_file(file: &Path, variables: &Variables) -> Result<Vec<u8>, CaseError> {
    let template = fs::read(file).map_err(|error| wrong(file, error))?;
    variables.fill(&template).map_err(|error| wrong(file, error))
}

/// The operation whose payload a request carries, as its SOAPAction names it; none if the request is
/// one of those that no server can read.
pub fn operation(request: &[u8]) -> Option<String> {
    let envelope = parse(std::str::from_utf8(request).ok()?).ok()??;
    let body = envelope.elements().find(|element| element.name.local == "Body")?;
    let root = &body.elements().next()?.name.local;
    ["Request", "Req"].iter().find_map(|ending| root.strip_suffix(ending)).map(str::to_owned)
}

/// Reads the comments above the expected body: `status: 503` and `send: Header-Name: value`.
pub fn directives(expected: &str, request: &mut Outgoing) -> Result<u16, String> {
    let mut status = 200;
    let mut rest = expected.trim_start_matches('\u{feff}').trim_start();
    if let Some((_, after)) = rest.strip_prefix("<?xml").and_then(|declaration| declaration.split_once("?>"))
    {
        rest = after.trim_start();
    }
    while let Some((comment, after)) = rest.strip_prefix("<!--").and_then(|text| text.split_once("-->")) {
        rest = after.trim_start();
        match comment.trim().split_once(':') {
            Some(("status", value)) => {
                status = value.trim().parse().map_err(|_| format!("{value:?} is no HTTP status"))?;
            }
            Some(("send", header)) => {
                let (name, value) = header.split_once(':').ok_or("send: takes Header-Name: value")?;
                request.set_header(name.trim(), value.trim());
            }
            _ => {}
        }
    }
    Ok(status)
}

fn check_placeholders(element: &Element) -> Result<(), placeholder::UnknownPlaceholder> {
    element.attributes.values().try_for_each(|value| placeholder::check(value))?;
    element.children.iter().try_for_each(|child| match child {
        Child::Element(element) => check_placeholders(element),
        Child::Text(text) => placeholder::check(text),
    })
}

fn wrong(file: &Path, reason: impl std::fmt::Display) -> CaseError {
    CaseError { file: file.to_owned(), reason: reason.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let file = folder.path().join("set").join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        folder
    }

    fn load_one(files: &[(&str, &str)]) -> Result<Vec<Case>, CaseError> {
        let folder = folder(files);
        fs::create_dir_all(folder.path().join("set")).unwrap();
        load(&[folder.path().join("set")], &Variables::default())
    }

    #[test]
    fn cases_come_sorted_with_action_status_and_headers() {
        let request = "<E><Body><p:paGetPaymentReq xmlns:p='urn:p'/></Body></E>";
        let cases = load_one(&[
            ("b/x.request.xml", request),
            ("b/x.response.xml", "<a>{{any}}</a>"),
            ("a/y.request.xml", "no XML at all"),
            (
                "a/y.response.xml",
                "<?xml version='1.0'?>\n<!-- why -->\n<!-- status: 503 -->\n<!-- send: SOAPAction: z -->",
            ),
            ("a/readme.md", ""),
        ])
        .unwrap();
        let header = |case: &Case, wanted: &str| {
            case.request.headers.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone())
        };
        let [y, x] = cases.as_slice() else { panic!("{cases:?}") };
        assert_eq!(
            (x.suite.as_str(), x.name.as_str(), x.status, x.body.is_some()),
            ("set/b", "x", 200, true)
        );
        assert_eq!(header(x, "SOAPAction").as_deref(), Some("\"paGetPayment\""));
        assert_eq!(
            (y.suite.as_str(), y.name.as_str(), y.status, y.body.is_some()),
            ("set/a", "y", 503, false)
        );
        assert_eq!(header(y, "SOAPAction").as_deref(), Some("z"));
    }

    #[test]
    fn a_single_file_is_a_case_of_its_folder() {
        let folder = folder(&[("b/x.request.xml", ""), ("b/x.response.xml", "")]);
        let file = folder.path().join("set/b/x.request.xml");
        let cases = load(&[file], &Variables::default()).unwrap();
        assert_eq!((cases[0].suite.as_str(), cases[0].name.as_str()), ("b", "x"));
    }

    #[test]
    fn what_is_missing_or_wrong_is_named_with_its_file() {
        let message = |files: &[(&str, &str)]| load_one(files).unwrap_err().to_string();
        assert!(message(&[]).contains("holds no file NAME.request.xml"));
        assert!(message(&[("x.request.xml", "")]).contains("x.response.xml"));
        assert!(message(&[("x.request.xml", "${EC}"), ("x.response.xml", "")]).contains("variable EC"));
        assert!(message(&[("x.request.xml", ""), ("x.response.xml", "<a>{{b}}</a>")]).contains("{{b}}"));
        assert!(
            message(&[("x.request.xml", ""), ("x.response.xml", "<!-- status: x -->")]).contains("status")
        );
    }
}
