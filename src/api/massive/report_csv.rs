//! The report as a table that spreadsheets open: UTF-8 with a byte order mark, semicolons.

use super::outcome::Finding;
use super::report::{Broken, Out, Pages};
use crate::api::sheet::{MARK, lines};
use crate::store::{RowOutcome, Store, Upload};

const COLUMNS: [&str; 8] =
    ["row", "line", "iupd", "statusCode", "statusMessage", "code", "detail", "violations"];

/// Writes every outcome as a line.
pub async fn write(store: &Store, upload: &Upload, out: &Out) -> Result<(), Broken> {
    out.send(head()).await?;
    let mut pages = Pages::of(store, upload);
    while let Some(page) = pages.next().await? {
        out.send(lines(page.into_iter().map(cells))).await?;
    }
    Ok(())
}

fn head() -> Vec<u8> {
    [MARK.as_bytes().to_vec(), lines([COLUMNS.map(str::to_owned)])].concat()
}

/// A table, in the documentation.
pub fn example() -> String {
    let head = String::from_utf8_lossy(&head()).into_owned();
    format!("{head}1;2;MENSA-2026-000123;201;Created;;;\r\n")
}

fn cells(outcome: RowOutcome) -> [String; 8] {
    let number = |number: Option<i64>| number.map_or_else(String::new, |number| number.to_string());
    let findings: Option<Vec<Finding>> =
        outcome.violations.as_deref().and_then(|json| serde_json::from_str(json).ok());
    [
        (outcome.row_no + 1).to_string(),
        number(outcome.line_no),
        outcome.iupd.unwrap_or_default(),
        outcome.status.to_string(),
        outcome.message,
        outcome.code.unwrap_or_default(),
        outcome.detail.unwrap_or_default(),
        findings.as_deref().map_or_else(String::new, sentences),
    ]
}

/// What is wrong with a row, in one cell.
fn sentences(findings: &[Finding]) -> String {
    let sentence = |finding: &Finding| {
        let line = finding.line.map_or_else(String::new, |line| format!("line {line}, "));
        let column = finding.column.as_ref().or(finding.pointer.as_ref());
        let column = column.map_or_else(String::new, |column| format!("{column}: "));
        format!("{line}{column}{}", finding.message)
    };
    findings.iter().map(sentence).collect::<Vec<_>>().join(" | ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_has_a_cell_for_each_column() {
        let example = example();
        let cells: Vec<usize> = example.lines().map(|line| line.split(';').count()).collect();
        assert!(example.starts_with("\u{feff}row;line;iupd;"), "{example}");
        assert_eq!(cells, [COLUMNS.len(); 2]);
    }
}
