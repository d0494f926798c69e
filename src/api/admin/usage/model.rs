//! The usage of a month as JSON. Amounts are euro cents.

use serde::Serialize;
use utoipa::ToSchema;

use super::report::Report;
use crate::api::openapi::form::{Instant, form, text};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::usage::{Answers, Tally, Usage};

/// A civil month in Italy.
pub(super) enum MonthWord {}
form!(MonthWord, "Month", text("^2[0-9]{3}-(0[1-9]|1[0-2])$", "A civil month in Italy.", "2026-11"));

/// A share in percent.
pub(super) enum Percent {}
form!(
    Percent,
    "Percent",
    text(
        "^(100|[0-9]{1,2})\\.[0-9]{2}$",
        "Percent with two decimals, cut off and never rounded up.",
        "99.98"
    )
);

/// The usage of a month.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = UsageReport)]
pub(super) struct ReportModel<'a> {
    /// Which month.
    #[schema(value_type = MonthWord)]
    month: String,
    /// Its first instant.
    #[schema(value_type = Instant)]
    from: String,
    /// The first instant behind it.
    #[schema(value_type = Instant)]
    until: String,
    /// When the report was read.
    #[schema(value_type = Instant)]
    read_at: String,
    /// Whether the month was over by then. Receipts of it may still come.
    complete: bool,
    /// Each institution, in the order of their codes.
    #[schema(value_type = Vec<InstitutionUsage<'static>>)]
    institutions: Vec<InstitutionUsage<'a>>,
    /// Institutions that the partner served and that the caller may not see, together.
    #[serde(skip_serializing_if = "Option::is_none")]
    unnamed: Option<UnnamedUsage>,
    /// All of them together.
    total: Figures,
}

/// What was done for one institution.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct InstitutionUsage<'a> {
    /// Its fiscal code.
    #[schema(value_type = FiscalCode)]
    fiscal_code: &'a str,
    /// Its name.
    #[schema(value_type = String)]
    name: &'a str,
    /// What was done.
    #[serde(flatten)]
    figures: Figures,
    /// Its payments by how they were paid.
    #[schema(value_type = Vec<MethodUsage<'static>>)]
    payments_by_method: Vec<MethodUsage<'a>>,
    /// Calls of the node by primitive.
    #[schema(value_type = Vec<PrimitiveUsage<'static>>)]
    answers_by_primitive: Vec<PrimitiveUsage<'a>>,
}

/// What was done for institutions that are not named.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct UnnamedUsage {
    /// How many they are.
    institutions: usize,
    /// What was done.
    #[serde(flatten)]
    figures: Figures,
}

/// What was done.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = UsageFigures)]
pub(super) struct Figures {
    /// Positions that were created in the month and are still there.
    positions: u64,
    /// Their notices, as they stand.
    notices: TallyModel,
    /// Payments in the month, by the receipts.
    payments: TallyModel,
    /// Those among them whose receipts came after the month.
    late: TallyModel,
    /// Receipts of notices of others in which the institution has a share.
    as_beneficiary: u64,
    /// Calls of the node.
    answers: AnswersModel,
}

/// A number of things, and the money that they stand for.
#[derive(Serialize, ToSchema)]
#[schema(as = UsageTally)]
pub(super) struct TallyModel {
    /// How many.
    count: u64,
    /// Euro cents.
    amount: i64,
}

/// Calls of the node, and how fast they were answered.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = UsageAnswers)]
pub(super) struct AnswersModel {
    /// How many.
    calls: u64,
    /// Those that were answered within 2 seconds; to be asked to come again is no answer.
    within: u64,
    /// The share of these; none where the node did not call.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Percent)]
    share: Option<String>,
    /// Whether the share is at least 98 percent.
    keeps_service_level: bool,
}

/// Payments that were made in one way.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct MethodUsage<'a> {
    /// How, in the words of the node; none of receipts that do not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    method: Option<&'a str>,
    /// How many, with how much.
    #[serde(flatten)]
    tally: TallyModel,
}

/// Calls of one primitive.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct PrimitiveUsage<'a> {
    /// Which.
    #[schema(value_type = String)]
    primitive: &'a str,
    /// How many, and how fast they were answered.
    #[serde(flatten)]
    answers: AnswersModel,
}

impl<'a> ReportModel<'a> {
    pub(super) fn new(report: &'a Report) -> Self {
        let month = &report.month;
        let unnamed = (!report.unnamed.is_empty()).then(|| UnnamedUsage {
            institutions: report.unnamed.len(),
            figures: Figures::of(&report.unnamed),
        });
        ReportModel {
            month: month.to_string(),
            from: month.from().to_string(),
            until: month.until().to_string(),
            read_at: report.now.to_string(),
            complete: report.now >= month.until(),
            institutions: report.institutions.iter().map(InstitutionUsage::new).collect(),
            unnamed,
            total: Figures::of(report.institutions.iter().chain(&report.unnamed)),
        }
    }
}

impl<'a> InstitutionUsage<'a> {
    fn new(usage: &'a Usage) -> Self {
        let method = |(method, tally): &'a (Option<String>, Tally)| MethodUsage {
            method: method.as_deref(),
            tally: (*tally).into(),
        };
        let primitive = |(primitive, answers): &'a (String, Answers)| PrimitiveUsage {
            primitive,
            answers: (*answers).into(),
        };
        InstitutionUsage {
            fiscal_code: usage.ec.as_str(),
            name: &usage.name,
            figures: Figures::of([usage]),
            payments_by_method: usage.payments.iter().map(method).collect(),
            answers_by_primitive: usage.answers.iter().map(primitive).collect(),
        }
    }
}

impl Figures {
    /// Of all of these together.
    fn of<'a>(usage: impl IntoIterator<Item = &'a Usage>) -> Self {
        let (mut notices, mut payments, mut late) = <(Tally, Tally, Tally)>::default();
        let (mut positions, mut as_beneficiary, mut answers) = (0, 0, Answers::default());
        for one in usage {
            positions += one.positions;
            as_beneficiary += one.as_beneficiary;
            notices = notices.and(one.notices);
            payments = payments.and(one.paid());
            late = late.and(one.late);
            answers = answers.and(one.answered());
        }
        Figures {
            positions,
            notices: notices.into(),
            payments: payments.into(),
            late: late.into(),
            as_beneficiary,
            answers: answers.into(),
        }
    }
}

impl From<Tally> for TallyModel {
    fn from(tally: Tally) -> Self {
        TallyModel { count: tally.count, amount: tally.cents }
    }
}

impl From<Answers> for AnswersModel {
    fn from(answers: Answers) -> Self {
        AnswersModel {
            calls: answers.calls,
            within: answers.within,
            share: answers.share().map(percent),
            keeps_service_level: answers.keeps_the_level(),
        }
    }
}

/// Hundredths of a percent as percent.
pub(super) fn percent(share: u64) -> String {
    format!("{}.{:02}", share / 100, share % 100)
}
