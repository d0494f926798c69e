//! What the reports of institutions, partners and the installation have in common.

use axum::Json;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::json;

use super::model::ReportModel;
use super::table;
use crate::api::Api;
use crate::api::accept::{CSV, JSON, prefers};
use crate::api::openapi::{Answer, Doc, form};
use crate::api::positions::query;
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::usage::{Month, Usage, UsageOf};

/// The usage of a month.
pub(super) struct Report {
    /// Which month.
    pub month: Month,
    /// When it was read.
    pub now: Timestamp,
    /// Of each institution.
    pub institutions: Vec<Usage>,
    /// Of institutions that are not named.
    pub unnamed: Vec<Usage>,
}

impl Report {
    /// With every institution by its name.
    pub(super) fn whole(month: Month, now: Timestamp, institutions: Vec<Usage>) -> Self {
        Report { month, now, institutions, unnamed: Vec::new() }
    }

    /// The same, and institutions that are not named.
    pub(super) fn and_unnamed(self, unnamed: Vec<Usage>) -> Self {
        Report { unnamed, ..self }
    }
}

/// The figures, from the facts.
pub(super) async fn read(api: &Api, of: &UsageOf, month: &Month) -> Result<Vec<Usage>, Problem> {
    let usage = api.store.usage(of, month).await;
    usage.map_err(|error| Problem::internal("Internal Server Error", &error))
}

/// The report in the form that the caller likes better.
pub(super) fn answer(report: Report, headers: &HeaderMap) -> Response {
    if !prefers(headers, CSV, JSON) {
        return unkept(Json(ReportModel::new(&report)).into_response());
    }
    let form = HeaderValue::from_static("text/csv; charset=utf-8");
    unkept(([(header::CONTENT_TYPE, form)], table::write(&report)).into_response())
}

/// Begins what is said of one.
pub(super) fn doc(id: &str, summary: &str) -> Doc {
    let month = form::text("^2[0-9]{3}-(0[1-9]|1[0-2])$", "A month.", "2026-11");
    Doc::new(id, summary)
        .about(
            "By civil months in Italy: a notice counts where its position was created and is still there, a \
             payment where the citizen paid, a call of the node on its day. What a crash cuts off of the calls \
             is at most the last five seconds of them. Accept: text/csv gives a table for spreadsheets, a \
             line for each figure.",
        )
        .query("month", form::or_empty(month), "Which month; the present one if it is left out.")
        .refuses([query::WRONG.into()])
}

/// What it answers.
pub(super) fn documented(about: &str) -> Answer {
    let tally = |count: u64, amount: i64| json!({ "count": count, "amount": amount });
    let answers = json!({ "calls": 3, "within": 3, "share": "100.00", "keepsServiceLevel": true });
    let figures = json!({
        "positions": 2, "notices": tally(3, 30_000), "payments": tally(1, 10_000), "late": tally(0, 0),
        "asBeneficiary": 0, "answers": answers,
    });
    let institution = json!({
        "fiscalCode": "99000010019", "name": "Comune di Borgo",
        "positions": 2, "notices": tally(3, 30_000), "payments": tally(1, 10_000), "late": tally(0, 0),
        "asBeneficiary": 0, "answers": answers,
        "paymentsByMethod": [{ "method": "CP", "count": 1, "amount": 10_000 }],
        "answersByPrimitive": [{
            "primitive": "paVerifyPaymentNotice",
            "calls": 3, "within": 3, "share": "100.00", "keepsServiceLevel": true,
        }],
    });
    let example = json!({
        "month": "2026-11", "from": "2026-10-31T23:00:00Z", "until": "2026-11-30T23:00:00Z",
        "readAt": "2026-11-22T10:00:00Z", "complete": false,
        "institutions": [institution], "total": figures,
    });
    Answer::json::<ReportModel<'static>>(about, example).or_text("text/csv", &table::example())
}
