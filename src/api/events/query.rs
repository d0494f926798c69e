//! What a reader of events asks for, and what its key lets it read.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use axum::extract::Query;
use axum::http::{HeaderMap, StatusCode, Uri};

use super::page::FeedHeads;
use crate::api::Api;
use crate::api::auth::AuthError;
use crate::api::problem::{Problem, Violation};
use crate::domain::access::{ApiKey, KeyScope, Reach};
use crate::domain::cursor::{Cursor, CursorError};
use crate::domain::event::Feed;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::segregation::Segregation;
use crate::domain::subscription::{EventFilter, TypePattern};
use crate::store::{Heads, StoredEvent};

/// The most events of a page, and how many it has when nothing is said.
pub(super) const LIMITS: (u32, u32) = (1000, 100);

/// The longest wait for an event, in seconds; who asks for more gets that.
pub(super) const WAIT_MAX: u32 = 60;

/// With this header a stream is taken up again.
pub(super) const LAST_EVENT_ID: &str = "Last-Event-ID";

/// A reader's question.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    /// Where to begin.
    pub(super) after: Cursor,
    /// How long to wait for the first event.
    pub(super) wait: Duration,
    /// The most events.
    pub(super) limit: usize,
    /// Which types.
    pub(super) types: Vec<TypePattern>,
    /// Only of these creditor institutions; of all that the key opens if none is named.
    pub(super) organizations: BTreeSet<FiscalCode>,
}

/// A question that cannot be read: which part, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{part} {why}")]
pub(super) struct BadQuestion {
    part: &'static str,
    code: &'static str,
    why: &'static str,
}

const fn bad(part: &'static str, code: &'static str, why: &'static str) -> BadQuestion {
    BadQuestion { part, code, why }
}

const TWICE: &str = "must be there once at most.";

/// A cursor that was not handed out.
pub(super) const BAD_CURSOR: BadQuestion = bad("after", "cursor", "must be 0 or the next of an answer.");

/// A cursor of too many feeds.
pub(super) const LONG_CURSOR: BadQuestion = bad(
    "after",
    "cursor_too_long",
    "would be longer than 8192 bytes: ask for fewer creditor institutions with the parameter organization.",
);

impl Asked {
    /// Reads the query and the header of a stream that is taken up again, which says more than `after`.
    pub(super) fn read(uri: &Uri, headers: &HeaderMap) -> Result<Self, BadQuestion> {
        let unreadable = bad("", "query", "The query cannot be read.");
        let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri).map_err(|_| unreadable)?;
        let all = |name: &'static str| {
            pairs
                .iter()
                .filter(move |(key, value)| key == name && !value.is_empty())
                .map(|(_, value)| value.as_str())
        };
        let once = |name: &'static str| {
            let mut values = all(name);
            let value = values.next();
            if values.next().is_some() { Err(bad(name, "twice", TWICE)) } else { Ok(value) }
        };
        let number = |name, wrong| once(name)?.map(|text| text.parse::<u32>().map_err(|_| wrong)).transpose();
        let wait = number("wait", bad("wait", "number", "must be a whole number of seconds from 0."))?;
        let limit = number("limit", BAD_LIMIT)?.unwrap_or(LIMITS.1);
        if !(1..=LIMITS.0).contains(&limit) {
            return Err(BAD_LIMIT);
        }
        let types = all("types").flat_map(|list| list.split(','));
        let types =
            types.map(|text| TypePattern::new(text).map_err(|_| BAD_TYPE)).collect::<Result<_, _>>()?;
        let organizations =
            all("organization").map(|text| FiscalCode::new(text).map_err(|_| BAD_ORGANIZATION));
        Ok(Asked {
            after: after(once("after")?, headers)?,
            wait: Duration::from_secs(wait.unwrap_or(0).min(WAIT_MAX).into()),
            limit: usize::try_from(limit).unwrap_or(usize::MAX),
            types,
            organizations: organizations.collect::<Result<_, _>>()?,
        })
    }

    /// What of it that key may read now.
    pub(super) fn for_key(&self, key: &ApiKey, api: &Api) -> Result<Readable, AuthError> {
        let (registry, now) = (api.registry.current(), api.clock.now());
        let reach = key.reach(KeyScope::Events, (registry.delegations(), now))?;
        let filter = |codes: &Segregation| EventFilter { types: self.types.clone(), codes: codes.clone() };
        let mut named = BTreeMap::new();
        for ec in &self.organizations {
            let codes = reach.of(ec).ok_or(AuthError::Forbidden)?;
            if registry.institution(ec).is_none() {
                return Err(AuthError::UnknownOrganization);
            }
            named.insert(ec.clone(), filter(codes));
        }
        Ok(match &reach {
            _ if !named.is_empty() => Readable::Only(named),
            Reach::Every(codes) => Readable::Every(filter(codes)),
            Reach::Only(held) => {
                Readable::Only(held.iter().map(|(ec, codes)| (ec.clone(), filter(codes))).collect())
            }
        })
    }
}

/// Which feeds are read, and which of their events.
#[derive(Clone, Debug)]
pub(super) enum Readable {
    /// All there are, and what belongs to no institution.
    Every(EventFilter),
    /// Those of these institutions.
    Only(BTreeMap<FiscalCode, EventFilter>),
}

impl Readable {
    fn filter(&self, feed: &Feed) -> Option<&EventFilter> {
        match (self, feed) {
            (Readable::Every(filter), _) => Some(filter),
            (Readable::Only(held), Feed::Institution(ec)) => held.get(ec),
            (Readable::Only(_), Feed::Gateway) => None,
        }
    }

    /// Whether a feed is read at all.
    pub(super) fn has(&self, feed: &Feed) -> bool {
        self.filter(feed).is_some()
    }

    /// Whether an event of a feed is for the reader.
    pub(super) fn admits(&self, feed: &Feed, event: &StoredEvent) -> bool {
        self.filter(feed).is_some_and(|filter| filter.admits(&event.kind, &event.codes))
    }

    /// The heads of the feeds that are read.
    pub(super) fn heads(&self, all: &Heads) -> FeedHeads {
        let named = all.iter().filter_map(|(name, head)| Some((Feed::new(name)?, *head)));
        named.filter(|(feed, _)| self.has(feed)).collect()
    }

    /// Where the feeds end, if the cursor is beyond the end of one: it is of a later life of the database.
    pub(super) fn ahead(&self, cursor: &Cursor, heads: &FeedHeads) -> Option<Cursor> {
        let head = |feed: &Feed| heads.get(feed).copied().unwrap_or(0);
        let ahead = cursor.places().any(|(feed, place)| self.has(feed) && place > head(feed));
        ahead.then(|| cursor.clipped(|feed| self.has(feed).then(|| head(feed))))
    }
}

const BAD_LIMIT: BadQuestion = bad("limit", "number", "must be a whole number from 1 to 1000.");
const BAD_TYPE: BadQuestion = bad(
    "types",
    "type",
    "must be types such as varco.receipt.booked or varco.receipt.* with commas between.",
);
const BAD_ORGANIZATION: BadQuestion =
    bad("organization", "fiscal_code", "must be a fiscal code of 11 digits.");

fn after(parameter: Option<&str>, headers: &HeaderMap) -> Result<Cursor, BadQuestion> {
    let header = headers.get(LAST_EVENT_ID).map(|value| value.to_str().unwrap_or("?"));
    let (part, text) = match header.filter(|text| !text.is_empty()) {
        Some(text) => (LAST_EVENT_ID, text),
        None => ("after", parameter.unwrap_or_default()),
    };
    Cursor::new(text).map_err(|error| match error {
        CursorError::Malformed => BadQuestion { part, ..BAD_CURSOR },
        CursorError::TooLong => BadQuestion { part, ..LONG_CURSOR },
    })
}

impl From<BadQuestion> for Problem {
    fn from(error: BadQuestion) -> Self {
        let BadQuestion { part, code, why } = error;
        let detail = "A parameter cannot be read; violations says which and why.";
        let problem = Problem::new(StatusCode::BAD_REQUEST, "BAD REQUEST", "query_parameter", detail);
        let message = if part.is_empty() { why.to_owned() } else { format!("{part} {why}") };
        problem.with_violations(vec![Violation { pointer: format!("/{part}"), code, message }])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Result<Asked, BadQuestion> {
        Asked::read(&format!("/events?{query}").parse().unwrap(), &HeaderMap::new())
    }

    #[test]
    fn nothing_asked_is_the_first_hundred_from_the_beginning() {
        let asked = read("").unwrap();
        assert_eq!((asked.after, asked.wait, asked.limit), (Cursor::default(), Duration::ZERO, 100));
        assert!(asked.types.is_empty() && asked.organizations.is_empty());
    }

    #[test]
    fn lists_may_be_repeated_and_a_long_wait_is_a_minute() {
        let asked = read(
            "after=gateway-3&wait=3600&limit=1000&types=varco.receipt.*,varco.anomaly.opened&types=*\
                          &organization=77777777777&organization=66666666666&subscription-key=k",
        )
        .unwrap();
        assert_eq!(asked.after.place(&Feed::Gateway), 3);
        assert_eq!((asked.wait, asked.limit), (Duration::from_secs(60), 1000));
        assert_eq!((asked.types.len(), asked.organizations.len()), (3, 2));
    }

    #[test]
    fn each_wrong_parameter_is_named() {
        for (query, part) in [
            ("after=x", "after"),
            ("after=0&after=0", "after"),
            ("wait=-1", "wait"),
            ("wait=soon", "wait"),
            ("limit=0", "limit"),
            ("limit=1001", "limit"),
            ("types=a,,b", "types"),
            ("types=Varco", "types"),
            ("organization=7", "organization"),
        ] {
            assert_eq!(read(query).unwrap_err().part, part, "{query}");
        }
    }

    #[test]
    fn the_header_of_a_stream_wins() {
        let uri = "/events?after=0".parse().unwrap();
        let mut headers = HeaderMap::new();
        headers.insert(LAST_EVENT_ID, "gateway-7".parse().unwrap());
        assert_eq!(Asked::read(&uri, &headers).unwrap().after.place(&Feed::Gateway), 7);
        headers.insert(LAST_EVENT_ID, "seven".parse().unwrap());
        assert_eq!(Asked::read(&uri, &headers).unwrap_err().part, LAST_EVENT_ID);
        headers.insert(LAST_EVENT_ID, "".parse().unwrap());
        assert_eq!(Asked::read(&uri, &headers).unwrap().after, Cursor::default());
    }
}
