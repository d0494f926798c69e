//! A receipt as a page to print, in Italian: one document without scripts, which fetches nothing.

use std::sync::OnceLock;

use askama::Template;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jiff::civil::Date;
use sha2::{Digest, Sha256};

use crate::domain::fiscal_code::FiscalCode;
use crate::domain::rome;
use crate::store::{ReceiptDetail, ReceiptShare};

const STYLE: &str = include_str!("../../../templates/receipt.css");

#[derive(Template)]
#[template(path = "receipt.html")]
struct Page<'a> {
    style: &'static str,
    executed: bool,
    creditor: Option<&'a str>,
    issuer: &'a str,
    /// Whose copy it is, if another issued the notice.
    beneficiary: Option<&'a str>,
    receipt_id: &'a str,
    notice: String,
    iuv: &'a str,
    description: Option<&'a str>,
    debtor: Option<&'a str>,
    payer: Option<&'a str>,
    amount: String,
    fee: Option<String>,
    total: Option<String>,
    paid_on: String,
    application_date: Option<String>,
    method: Option<&'a str>,
    psp_name: &'a str,
    psp: &'a str,
    channel: &'a str,
    shares: Vec<Share<'a>>,
}

struct Share<'a> {
    beneficiary: &'a str,
    remittance: &'a str,
    category: &'a str,
    iban: Option<&'a str>,
    amount: String,
}

/// The page of a receipt; none if it could not be written.
pub(super) fn render(ec: &FiscalCode, receipt: &ReceiptDetail) -> Option<Response> {
    let row = &receipt.row;
    let page = Page {
        style: STYLE,
        executed: row.executed,
        creditor: row.company_name.as_deref(),
        issuer: &row.issuer,
        beneficiary: (row.issuer != ec.as_str()).then_some(ec.as_str()),
        receipt_id: &row.receipt_id,
        notice: grouped(&row.notice_number),
        iuv: &row.creditor_reference,
        description: row.description.as_deref(),
        debtor: row.debtor_id.as_deref(),
        payer: row.payer_id.as_deref(),
        amount: euro(row.amount),
        fee: row.fee.map(euro),
        total: row.fee.and_then(|fee| row.amount.checked_add(fee)).map(euro),
        paid_on: moment(receipt.paid_on),
        application_date: row.application_date.as_deref().map(day),
        method: row.method.as_deref(),
        psp_name: &row.psp_name,
        psp: &row.psp,
        channel: &row.channel,
        shares: receipt.transfers.iter().map(share).collect(),
    };
    let mut response =
        ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], page.render().ok()?).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy()?);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // The address may carry the key.
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    Some(response)
}

fn share(share: &ReceiptShare) -> Share<'_> {
    Share {
        beneficiary: &share.beneficiary,
        remittance: &share.remittance,
        category: &share.category,
        iban: share.iban.as_deref(),
        amount: euro(share.amount),
    }
}

/// Nothing is allowed but the one style sheet inside, which its digest names.
fn policy() -> Option<HeaderValue> {
    static POLICY: OnceLock<String> = OnceLock::new();
    let policy = POLICY.get_or_init(|| {
        let digest = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
        format!(
            "default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; \
             frame-ancestors 'none'"
        )
    });
    HeaderValue::from_str(policy).ok()
}

/// Cents as Italians write euro: `1.234,56`.
fn euro(cents: i64) -> String {
    let whole = (cents / 100).unsigned_abs().to_string();
    let mut text = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            text.push('.');
        }
        text.push(digit);
    }
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}{text},{:02}", (cents % 100).unsigned_abs())
}

/// The digits of a notice in fours, as they are printed on notices.
fn grouped(number: &str) -> String {
    let digits: Vec<char> = number.chars().collect();
    let groups: Vec<String> = digits.chunks(4).map(|group| group.iter().collect()).collect();
    groups.join(" ")
}

/// The wall clock of Italy.
fn moment(instant: Timestamp) -> String {
    rome::wall_clock(instant).strftime("%d/%m/%Y, ore %H:%M:%S").to_string()
}

fn day(text: &str) -> String {
    text.parse::<Date>().map_or_else(|_| text.to_owned(), |day| day.strftime("%d/%m/%Y").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn euro_are_written_from_whole_cents() {
        let cases = [(0, "0,00"), (5, "0,05"), (12_345, "123,45"), (123_456, "1.234,56")];
        for (cents, text) in cases {
            assert_eq!(euro(cents), text);
        }
        assert_eq!(euro(99_999_999_999), "999.999.999,99");
    }

    #[test]
    fn the_clock_is_that_of_italy() {
        assert_eq!(moment("2026-12-31T23:30:00Z".parse().unwrap()), "01/01/2027, ore 00:30:00");
        assert_eq!(day("2026-12-31"), "31/12/2026");
        assert_eq!(grouped("302000000000100055"), "3020 0000 0000 1000 55");
    }
}
