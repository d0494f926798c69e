//! What lists of the admin surface read from the query string: each parameter once.

use std::ops::RangeInclusive;

use axum::extract::Query;
use axum::http::Uri;
use jiff::Timestamp;

use crate::api::positions::dates::{self, WholeDay};
use crate::api::positions::query::{BadQuery, number};

/// The bounds of `limit`, and what it is when left out.
pub(in crate::api) const LIMITS: RangeInclusive<u32> = 1..=100;
pub(in crate::api) const LIMIT: u32 = 50;

/// The parameters of a request, in their order.
pub(in crate::api) struct Params(Vec<(String, String)>);

impl Params {
    /// Reads a query string.
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

    /// A text without control characters, which no stored text has and a database may not take.
    pub(in crate::api) fn text(&self, name: &str) -> Result<Option<String>, BadQuery> {
        let wrong = BadQuery("A query parameter has control characters.");
        let clean = |text: &str| (!text.chars().any(char::is_control)).then(|| text.to_owned());
        self.word(name, clean, wrong)
    }

    /// An instant; a day is its first instant in Italy.
    pub(in crate::api) fn moment(&self, name: &str) -> Result<Option<Timestamp>, BadQuery> {
        let wrong = BadQuery("Dates in the query must be such as 2026-12-31 or 2026-12-31T10:00:00.");
        self.word(name, |text| dates::parse(text, WholeDay::FromStart).ok(), wrong)
    }

    /// How many make a page.
    pub(in crate::api) fn limit(&self) -> Result<u32, BadQuery> {
        let wrong = BadQuery("The query parameter limit must be a whole number from 1 to 100.");
        number(self.one("limit")?, LIMIT, LIMITS, wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_comes_once_and_means_what_it_says() {
        let params = |query: &str| Params::read(&format!("/x?{query}").parse().unwrap()).unwrap();
        assert_eq!(params("a=1&b=").one("a"), Ok(Some("1")));
        assert_eq!(params("a=1&b=").one("b"), Ok(None));
        assert!(params("a=1&a=1").one("a").is_err());
        assert!(params("a=%00").text("a").is_err());
        assert_eq!(params("a=x").text("a"), Ok(Some("x".to_owned())));
        assert!(params("at=yesterday").moment("at").is_err());
        assert_eq!(params("").limit(), Ok(LIMIT));
        assert!(params("limit=101").limit().is_err());
    }
}
