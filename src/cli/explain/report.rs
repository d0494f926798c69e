//! What is told about a message: for people, and as JSON for programs.

use std::fmt::Write;

use roxmltree::Node;
use serde::Serialize;

/// A place in a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The elements around it, from the payload on.
    pub path: String,
    /// The line, from one.
    pub line: u32,
    /// The character in the line, from one.
    pub column: u32,
}

impl Place {
    /// The place of an element inside the elements of a path.
    pub fn of(path: &[String], node: Node<'_, '_>) -> Self {
        let position = node.document().text_pos_at(node.range().start);
        Place { path: format!("/{}", path.join("/")), line: position.row, column: position.col }
    }
}

/// Something that is wrong, or could be better.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Remark {
    /// The name of the rule.
    pub rule: String,
    /// `wrong` or `advice`.
    pub severity: &'static str,
    /// Where, if it is somewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// What is wrong there.
    pub message: String,
    /// What to do about it, and why.
    pub mend: String,
}

/// What a fault code says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Code {
    /// The code.
    pub code: String,
    /// Who sends it to whom.
    pub sent_by: &'static str,
    /// What it means.
    pub meaning: String,
    /// Whose fault it is.
    pub blame: &'static str,
    /// What to do.
    pub advice: &'static str,
}

/// All about one message, document or code.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// What it is.
    pub what: String,
    /// Who sends it to whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<String>,
    /// What happens next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// What is found.
    pub remarks: Vec<Remark>,
    /// What a payment service provider would see.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seen_by_psp: Option<String>,
    /// The codes in it.
    pub codes: Vec<Code>,
    /// What is enclosed in it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub enclosed: Vec<Explanation>,
}

impl Explanation {
    /// Whether nothing is wrong; advice does not count.
    pub fn is_right(&self) -> bool {
        self.remarks.iter().all(|remark| remark.severity != "wrong")
            && self.enclosed.iter().all(Explanation::is_right)
    }

    /// The text for people.
    pub fn text(&self) -> String {
        let mut text = String::new();
        self.write(&mut text, "");
        text
    }

    fn write(&self, out: &mut String, indent: &str) {
        let _ = writeln!(out, "{indent}{}", self.what);
        for (label, line) in [("direction", &self.direction), ("next", &self.next)] {
            if let Some(line) = line {
                let _ = writeln!(out, "{indent}  {label}: {line}");
            }
        }
        if let Some(seen) = &self.seen_by_psp {
            let _ = writeln!(out, "{indent}  a payment service provider sees: {seen}");
        }
        for code in &self.codes {
            let Code { code, sent_by, meaning, blame, advice } = code;
            let _ = writeln!(out, "\n{indent}  {code}");
            for (label, line) in [
                ("meaning", meaning.as_str()),
                ("sent by", sent_by),
                ("whose fault", blame),
                ("to do", advice),
            ] {
                let _ = writeln!(out, "{indent}    {label}: {line}");
            }
        }
        for remark in &self.remarks {
            let _ = writeln!(out, "\n{indent}  {} [{}] {}", remark.severity, remark.rule, remark.message);
            if let Some(Place { path, line, column }) = &remark.place {
                let _ = writeln!(out, "{indent}    at line {line}, column {column}, {path}");
            }
            let _ = writeln!(out, "{indent}    {}", remark.mend);
        }
        if self.remarks.is_empty() && !self.what.starts_with("a fault code") {
            let _ = writeln!(out, "\n{indent}  Nothing is wrong with it.");
        }
        for enclosed in &self.enclosed {
            let _ = writeln!(out);
            enclosed.write(out, &format!("{indent}  "));
        }
    }
}
