//! Systems of creditor institutions behind the gateway, played by the tests.

pub mod legacy;
pub mod legacy_words;
pub mod modern;

use jiff::{Timestamp, ToSpan};

use super::samples::{self, EC, STATION};

/// Who answers for the notices of [`EC`] of one code.
#[derive(Clone, Copy)]
pub struct Way {
    pub station: &'static str,
    pub code: &'static str,
    /// The name of a partner; none for ourselves.
    pub partner: Option<&'static str>,
    /// Hours from [`samples::now`].
    pub from: i64,
    pub overlap_until: Option<i64>,
    pub moved_from: Option<&'static str>,
}

/// A modern partner of the institution of the samples.
pub fn partner_row(name: &str, url: &str) -> String {
    format!(
        "INSERT INTO partner (id, owner, name, speaks, url, due_days, wait_for_rpt, enabled, created_at, updated_at) \
         VALUES ('{name}', 'ec:{EC}', 'Partner {name}', 'pa_for_node', '{url}', 1, 1000, TRUE, 0, 0)"
    )
}

fn micros(hours: i64) -> i64 {
    let at: Timestamp = samples::now() + hours.hours();
    at.as_microsecond()
}

impl Way {
    /// A partner answers for the notices of the samples, and did so yesterday.
    pub fn to(partner: &'static str) -> Way {
        let partner = Some(partner);
        Way { station: STATION, code: "02", partner, from: -24, overlap_until: None, moved_from: None }
    }

    /// As the database keeps it.
    pub fn row(&self) -> String {
        let Way { station, code, partner, from, overlap_until, moved_from } = *self;
        let text = |text: Option<&str>| text.map_or("NULL".to_owned(), |text| format!("'{text}'"));
        let handler = if partner.is_some() { "forward" } else { "managed" };
        let until = overlap_until.map_or("NULL".to_owned(), |hours| micros(hours).to_string());
        format!(
            "INSERT INTO route (ec, station, aux_digit, code, from_at, id, handler, partner, overlap_until, \
             moved_from, made_at) VALUES ('{EC}', '{station}', 3, '{code}', {}, '{station}-{code}-{from}', \
             '{handler}', {}, {until}, {}, 0)",
            micros(from),
            text(partner),
            text(moved_from)
        )
    }
}
