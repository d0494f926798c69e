//! What became of a file: told as JSON or as a table.

use axum::Json;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::api::accept::{CSV, JSON, prefers};
use crate::api::access::Written;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::render::unkept;
use crate::api::problem::{Problem, Violation};
use crate::api::sheet::{MARK, lines};

/// The most findings that are told; the file that has more is worth a look as a whole.
const FINDINGS_MAX: usize = 1_000;

/// Something that is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    /// The line; none if it is about the file as a whole.
    pub row: Option<u64>,
    /// The column.
    pub field: &'static str,
    /// What, for programs.
    pub code: &'static str,
    /// What, for people.
    pub message: String,
}

/// What became of a file.
#[derive(Debug)]
pub(super) enum Outcome {
    /// It was carried out, or would be.
    Done { dry_run: bool, rows: usize, created: usize, changed: usize, removed: usize },
    /// It waits for a second person as the change of that id.
    Waiting(String),
    /// Nothing of it was carried out.
    Refused { rows: usize, findings: Vec<Finding> },
}

/// What became of a file that was carried out.
#[derive(Serialize, ToSchema)]
#[schema(as = RegisterImport)]
#[serde(rename_all = "camelCase")]
struct ReportModel {
    /// Whether it was only tried.
    dry_run: bool,
    /// How many rows it has.
    rows: usize,
    /// How many things are new.
    created: usize,
    /// How many are changed.
    changed: usize,
    /// How many are gone.
    removed: usize,
}

impl Outcome {
    /// The answer: `done` if it was carried out, 200 if it would be, 202 if it waits, 400 with every reason.
    pub(super) fn answer(self, headers: &HeaderMap, done: StatusCode) -> Response {
        let as_table = prefers(headers, CSV, JSON);
        match self {
            Outcome::Waiting(id) => Written::Waiting(id).answer(|_| StatusCode::OK.into_response()),
            Outcome::Done { dry_run, rows, created, changed, removed } => {
                let status = if dry_run { StatusCode::OK } else { done };
                if as_table {
                    return table(status, &[]);
                }
                let report = ReportModel { dry_run, rows, created, changed, removed };
                unkept((status, Json(report)).into_response())
            }
            Outcome::Refused { findings, .. } if as_table => table(StatusCode::BAD_REQUEST, &findings),
            Outcome::Refused { rows, findings } => refused(rows, &findings).into_response(),
        }
    }
}

fn refused(rows: usize, findings: &[Finding]) -> Problem {
    let detail = format!(
        "Nothing of the file was carried out: of its {rows} rows, or of what they ask for, {} things are wrong; \
         violations gives the first {FINDINGS_MAX} of them.",
        findings.len()
    );
    let violation = |finding: &Finding| Violation {
        pointer: match finding.row {
            Some(row) => format!("/rows/{row}/{}", finding.field),
            None => format!("/{}", finding.field),
        },
        code: finding.code,
        message: finding.message.clone(),
    };
    let told = findings.iter().take(FINDINGS_MAX).map(violation).collect();
    Problem::new(StatusCode::BAD_REQUEST, "Bad Request", "import_refused", detail).with_violations(told)
}

/// The findings as a table; the heads alone if there are none.
fn table(status: StatusCode, findings: &[Finding]) -> Response {
    let heads = ["row", "field", "code", "message"].map(str::to_owned);
    let cells = |finding: &Finding| {
        let row = finding.row.map_or_else(String::new, |row| row.to_string());
        [row, finding.field.to_owned(), finding.code.to_owned(), finding.message.clone()]
    };
    let records = std::iter::once(heads).chain(findings.iter().take(FINDINGS_MAX).map(cells));
    let body = [MARK.as_bytes().to_vec(), lines(records)].concat();
    let form = [(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"))];
    unkept((status, form, body).into_response())
}

/// What is said of the answers.
pub(super) fn documented(doc: Doc, done: StatusCode) -> Doc {
    let example =
        |dry_run: bool| json!({ "dryRun": dry_run, "rows": 2, "created": 1, "changed": 1, "removed": 0 });
    let answer = |about, dry_run| {
        Answer::json::<ReportModel>(about, example(dry_run)).or_text("text/csv", "row;field;code;message\r\n")
    };
    let finding = Finding {
        row: Some(2),
        field: "iban",
        code: "iban_form",
        message: "the check digits of the IBAN are wrong".to_owned(),
    };
    let doc = doc.answers(StatusCode::ACCEPTED, Answer::waiting()).refuses([refused(1, &[finding])]);
    let doc = if done == StatusCode::OK {
        doc
    } else {
        doc.answers(done, answer("The file was carried out.", false))
    };
    doc.answers(StatusCode::OK, answer("What became of the file, or would.", done != StatusCode::OK))
}
