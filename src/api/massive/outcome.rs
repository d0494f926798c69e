//! How a row's end is told: as a request for the row alone would be answered, with the place in the file.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::convert::list_name;
use super::spool::Row;
use super::table;
use crate::api::problem::{Problem, Violation};
use crate::store::{Mode, Operation, Upload, Verdict};

/// The most violations of a row that are kept.
const VIOLATIONS_MAX: usize = 50;

/// Something wrong with a row, with its place in the file.
#[derive(Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = RowViolation)]
pub struct Finding {
    /// In a JSON file: a pointer into it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    pub pointer: Option<String>,
    /// In a CSV file: the line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u64)]
    pub line: Option<u64>,
    /// In a CSV file: the column's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    pub column: Option<String>,
    /// What, for programs.
    pub code: String,
    /// What, for people.
    pub message: String,
}

/// Where a row is in its file.
#[derive(Clone)]
pub struct Place {
    row_no: i64,
    list: &'static str,
    lines: Vec<u64>,
    transfers: Vec<Vec<usize>>,
    filled: Vec<usize>,
}

impl Place {
    /// The place of a row.
    pub fn of(row: &Row<'_>, row_no: i64, operation: Operation) -> Self {
        let (lines, transfers, filled) = (row.lines.clone(), row.transfers.clone(), row.filled.clone());
        Place { row_no, list: list_name(operation), lines, transfers, filled }
    }

    /// Its number, from 0.
    pub fn row_no(&self) -> i64 {
        self.row_no
    }

    /// Its first line in a CSV file.
    pub fn line(&self) -> Option<i64> {
        self.lines.first().and_then(|line| i64::try_from(*line).ok())
    }

    fn finding(&self, violation: &Violation) -> Finding {
        let (code, message) = (violation.code.to_owned(), violation.message.clone());
        if self.lines.is_empty() {
            // A row of a deletion is the name itself.
            let inside = if self.list == list_name(Operation::Delete) { "" } else { &violation.pointer };
            let pointer = Some(format!("/{}/{}{inside}", self.list, self.row_no));
            return Finding { pointer, line: None, column: None, code, message };
        }
        let (line, column) = table::cell(&self.lines, &self.transfers, &self.read_from(&violation.pointer));
        let message = table::words(&column, violation.code).map_or(message, str::to_owned);
        Finding { pointer: None, line, column: Some(column), code, message }
    }

    /// Where a value was read from: that of an only transfer without an amount is the one of its option.
    fn read_from(&self, pointer: &str) -> String {
        let option = pointer.strip_suffix("/transfer/0/amount");
        let number = option.and_then(|option| option.strip_prefix("/paymentOption/")?.parse().ok());
        match option.zip(number) {
            Some((option, number)) if self.filled.contains(&number) => format!("{option}/amount"),
            _ => pointer.to_owned(),
        }
    }

    /// What is wrong, each thing once, and no more of it than is kept.
    fn findings(&self, violations: &[Violation]) -> Vec<Finding> {
        let mut findings: Vec<Finding> = Vec::new();
        let mut left = 0;
        for violation in violations {
            let finding = self.finding(violation);
            if findings.contains(&finding) {
                continue;
            }
            if findings.len() < VIOLATIONS_MAX {
                findings.push(finding);
            } else {
                left += 1;
            }
        }
        if let Some(last) = findings.last_mut().filter(|_| left > 0) {
            last.message.push_str(&format!(" ({left} more things are wrong with the row)"));
        }
        findings
    }

    /// How a refusal is told.
    pub fn refused(&self, problem: &Problem) -> Verdict {
        let findings = self.findings(problem.violations());
        Verdict {
            status: problem.status().as_u16(),
            code: Some(problem.code().to_owned()),
            message: problem.title().to_owned(),
            detail: Some(problem.detail().to_owned()),
            violations: if findings.is_empty() { None } else { serde_json::to_string(&findings).ok() },
        }
    }
}

/// How success is told.
pub fn done(upload: &Upload) -> Verdict {
    let (status, message) = match (upload.operation, upload.mode) {
        (Operation::Create, Mode::Real) => (201, "Created"),
        (Operation::Update, Mode::Real) => (200, "Updated"),
        (Operation::Delete, Mode::Real) => (200, "Deleted"),
        (Operation::Create, Mode::DryRun) => (201, "Can be created"),
        (Operation::Update, Mode::DryRun) => (200, "Can be updated"),
        (Operation::Delete, Mode::DryRun) => (200, "Can be deleted"),
    };
    Verdict { status, code: None, message: message.to_owned(), detail: None, violations: None }
}
