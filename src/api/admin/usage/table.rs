//! The usage of a month as a table for spreadsheets: a line for each figure, so that it can be added up and
//! turned around. UTF-8 with a byte order mark, semicolons; amounts are euro cents.

use super::model::percent;
use super::report::Report;
use crate::api::sheet::table;
use crate::domain::usage::{Answers, Tally, Usage};

const COLUMNS: [&str; 8] = ["month", "fiscalCode", "name", "figure", "detail", "count", "amount", "share"];

type Line = [String; 8];

/// Every figure as a line.
pub(super) fn write(report: &Report) -> Vec<u8> {
    let month = report.month.to_string();
    let named = report.institutions.iter().map(|usage| (usage.ec.as_str(), usage.name.as_str(), usage));
    let unnamed = report.unnamed.iter().map(|usage| ("", "", usage));
    let figures = named.chain(unnamed).flat_map(|(code, name, usage)| {
        let head = [month.clone(), code.to_owned(), name.to_owned()];
        figures(usage).into_iter().map(move |figure| line(head.clone(), figure))
    });
    table(COLUMNS, figures)
}

/// A table, in the documentation.
pub(super) fn example() -> String {
    let head = String::from_utf8_lossy(&table(COLUMNS, [])).into_owned();
    format!("{head}2026-11;99000010019;Comune di Borgo;payments;CP;1;10000;\r\n")
}

/// What a figure is, what of it, how many, how much, and which share.
type Figure<'a> = (&'static str, &'a str, u64, Option<i64>, Option<u64>);

fn figures(usage: &Usage) -> Vec<Figure<'_>> {
    let tally = |name, detail, tally: Tally| (name, detail, tally.count, Some(tally.cents), None);
    let mut figures = vec![
        ("positions", "", usage.positions, None, None),
        tally("notices", "", usage.notices),
        tally("late", "", usage.late),
        ("asBeneficiary", "", usage.as_beneficiary, None, None),
    ];
    for (method, paid) in &usage.payments {
        figures.push(tally("payments", method.as_deref().unwrap_or_default(), *paid));
    }
    for (primitive, answers) in &usage.answers {
        let Answers { calls, within } = *answers;
        figures.push(("calls", primitive, calls, None, None));
        figures.push(("callsWithin2s", primitive, within, None, answers.share()));
    }
    figures
}

fn line([month, code, name]: [String; 3], (figure, detail, count, amount, share): Figure<'_>) -> Line {
    let amount = amount.map_or_else(String::new, |amount| amount.to_string());
    let share = share.map_or_else(String::new, percent);
    [month, code, name, figure.to_owned(), detail.to_owned(), count.to_string(), amount, share]
}
