//! What the lists of the inbox read from the query string: a parameter comes once, but for lists of words.

use std::ops::RangeInclusive;

use axum::extract::Query;
use axum::http::Uri;
use jiff::{Timestamp, ToSpan};

use crate::api::positions::query::{BadQuery, number};
use crate::api::receipts::list::{after, next_day};
use crate::domain::amount::Cents;
use crate::domain::dates::{self, WholeDay};
use crate::domain::ids::ReceiptId;
use crate::domain::notice_number::NoticeNumber;

/// The bounds of `limit`, and what it is when left out.
pub(in crate::api) const LIMITS: RangeInclusive<u32> = 1..=100;
pub(in crate::api) const LIMIT: u32 = 50;

/// The parameters of a request, in their order.
pub(in crate::api) struct Params(Vec<(String, String)>);

impl Params {
    pub(in crate::api) fn read(uri: &Uri) -> Result<Self, BadQuery> {
        let wrong = BadQuery("The query string cannot be read.");
        let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri).map_err(|_| wrong)?;
        Ok(Params(pairs))
    }

    /// The value of a parameter; none if it is left out or empty.
    pub(in crate::api) fn one(&self, name: &str) -> Result<Option<&str>, BadQuery> {
        let mut values = self.0.iter().filter(|(key, _)| key == name);
        let first = values.next().map(|(_, value)| value.as_str());
        match values.next() {
            Some(_) => Err(BadQuery("A query parameter is there twice.")),
            None => Ok(first.filter(|value| !value.is_empty())),
        }
    }

    /// What a parameter means, if it is there.
    pub(in crate::api) fn word<T>(
        &self,
        name: &str,
        read: impl Fn(&str) -> Option<T>,
        wrong: BadQuery,
    ) -> Result<Option<T>, BadQuery> {
        self.one(name)?.map(|text| read(text).ok_or(wrong)).transpose()
    }

    /// A text without control characters, which no database takes everywhere.
    pub(in crate::api) fn text(&self, name: &str, wrong: BadQuery) -> Result<Option<String>, BadQuery> {
        let clean = |text: &str| (!text.chars().any(char::is_control)).then(|| text.to_owned());
        self.word(name, clean, wrong)
    }

    /// The words of a parameter that may come several times; each once.
    pub(super) fn words<T: PartialEq>(
        &self,
        name: &str,
        read: impl Fn(&str) -> Option<T>,
        wrong: BadQuery,
    ) -> Result<Vec<T>, BadQuery> {
        let mut words = Vec::new();
        for (_, value) in self.0.iter().filter(|(key, value)| key == name && !value.is_empty()) {
            let word = read(value).ok_or(wrong)?;
            if !words.contains(&word) {
                words.push(word);
            }
        }
        Ok(words)
    }

    pub(in crate::api) fn flag(&self, name: &str, wrong: BadQuery) -> Result<Option<bool>, BadQuery> {
        match self.one(name)? {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(_) => Err(wrong),
        }
    }

    pub(in crate::api) fn limit(&self) -> Result<u32, BadQuery> {
        let wrong = BadQuery("The query parameter limit must be a whole number from 1 to 100.");
        number(self.one("limit")?, LIMIT, LIMITS, wrong)
    }

    pub(super) fn receipt_id(&self) -> Result<Option<ReceiptId>, BadQuery> {
        let wrong = BadQuery("The query parameter receiptId must not hold control characters.");
        let Some(id) = self.one("receiptId")? else { return Ok(None) };
        if id.chars().any(char::is_control) { Err(wrong) } else { Ok(Some(ReceiptId::new(id))) }
    }

    pub(super) fn notice(&self) -> Result<Option<NoticeNumber>, BadQuery> {
        let wrong = BadQuery("The query parameter noticeNumber must be 18 digits.");
        self.one("noticeNumber")?.map(NoticeNumber::new).transpose().map_err(|_| wrong)
    }

    /// Letters and digits, at most 35.
    pub(super) fn plain(&self, name: &str, wrong: BadQuery) -> Result<Option<String>, BadQuery> {
        let Some(text) = self.one(name)? else { return Ok(None) };
        let plain = text.len() <= 35 && text.bytes().all(|b| b.is_ascii_alphanumeric());
        if plain { Ok(Some(text.to_owned())) } else { Err(wrong) }
    }

    pub(super) fn cents(&self, name: &str) -> Result<Option<Cents>, BadQuery> {
        let wrong = BadQuery("Amounts in the query must be whole numbers of cents.");
        let Some(text) = self.one(name)? else { return Ok(None) };
        let digits = text.bytes().all(|b| b.is_ascii_digit());
        let cents = text.parse().ok().filter(|_| digits).and_then(|cents| Cents::new(cents).ok());
        cents.map(Some).ok_or(wrong)
    }

    /// From when and until when, as far as that is said. Days are Italian days, the last one whole.
    pub(in crate::api) fn interval(
        &self,
        from: &str,
        to: &str,
    ) -> Result<(Option<Timestamp>, Option<Timestamp>), BadQuery> {
        let wrong = BadQuery("Dates in the query must be such as 2026-12-31 or 2026-12-31T10:00:00.");
        let backwards = BadQuery("An interval in the query ends before it begins.");
        let moment = |text| dates::parse(text, WholeDay::FromStart).map_err(|_| wrong);
        let from = self.one(from)?.map(moment).transpose()?;
        let until = match self.one(to)? {
            Some(text) if text.contains('T') => Some(after(moment(text)?).ok_or(wrong)?),
            Some(text) => Some(next_day(moment(text)?).ok_or(wrong)?),
            None => None,
        };
        match (from, until) {
            (Some(from), Some(until)) if from >= until => Err(backwards),
            bounds => Ok(bounds),
        }
    }
}

/// The most days between two instants, and how many there are where one of them is left out.
const DAYS: i64 = 31;

/// Both ends of an interval that has to be short.
pub(super) fn short(
    bounds: (Option<Timestamp>, Option<Timestamp>),
    too_long: BadQuery,
) -> Result<Option<(Timestamp, Timestamp)>, BadQuery> {
    let hours = (DAYS * 24).hours();
    let (from, until) = match bounds {
        (None, None) => return Ok(None),
        (Some(from), Some(until)) => (from, until),
        (Some(from), None) => (from, from.checked_add(hours).map_err(|_| too_long)?),
        (None, Some(until)) => (until.checked_sub(hours).map_err(|_| too_long)?, until),
    };
    // An hour more for the day on which clocks are put back.
    let most = from.checked_add((DAYS * 24 + 1).hours()).map_err(|_| too_long)?;
    if until <= most { Ok(Some((from, until))) } else { Err(too_long) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(query: &str) -> Params {
        Params::read(&format!("/x?{query}").parse().unwrap()).unwrap()
    }

    #[test]
    fn a_parameter_comes_once_and_words_come_as_often_as_they_like() {
        assert_eq!(params("a=1&b=").one("a"), Ok(Some("1")));
        assert_eq!(params("a=1&b=").one("b"), Ok(None));
        assert!(params("a=1&a=1").one("a").is_err());
        let wrong = BadQuery("wrong");
        let word = |text: &str| (text != "x").then(|| text.to_owned());
        assert_eq!(params("w=b&w=a&w=b&w=").words("w", word, wrong), Ok(vec!["b".into(), "a".into()]));
        assert_eq!(params("w=b&w=x").words("w", word, wrong), Err(wrong));
    }

    #[test]
    fn amounts_are_whole_cents() {
        assert_eq!(params("a=100").cents("a"), Ok(Cents::new(100).ok()));
        for wrong in ["1.00", "-1", "%2B1", "99999999999999", "x"] {
            assert!(params(&format!("a={wrong}")).cents("a").is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_short_interval_has_at_most_31_days() {
        let wrong = BadQuery("wrong");
        let short_of = |query: &str| short(params(query).interval("f", "t").unwrap(), wrong);
        assert_eq!(short_of(""), Ok(None));
        assert!(short_of("f=2026-10-01&t=2026-10-31").unwrap().is_some(), "with the hour that comes twice");
        assert_eq!(short_of("f=2026-10-01&t=2026-11-02"), Err(wrong));
        let (from, until) = short_of("f=2026-11-01T00:00:00Z").unwrap().unwrap();
        assert_eq!(until.duration_since(from).as_hours(), 31 * 24);
    }
}
