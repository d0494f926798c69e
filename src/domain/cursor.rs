//! How far a reader of events has come: one place for each feed, as text that it can read itself.
//!
//! `77777777777-42.12345678901-7` says that of the feed 77777777777 everything up to event 42 was handed
//! out, of 12345678901 everything up to 7, and of all others nothing yet; `0` is the beginning of all. The
//! first feed is the one that was handed out last, the others follow in their order: so a reader of many
//! feeds is given one event of each in turn, however small its pages are.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Bound;

use super::event::Feed;

/// The longest cursor that is read, in bytes: a line of a request must pass proxies too.
pub const CURSOR_BYTES_MAX: usize = 8 * 1024;

/// Where a reader stands in each feed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    places: BTreeMap<Feed, i64>,
    /// The feed that was handed out last; none at the beginning.
    last: Option<Feed>,
}

/// Why a text is no cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CursorError {
    /// It is not what was handed out.
    #[error("a cursor is 0 or the next of an answer")]
    Malformed,
    /// It names more feeds than a request can carry.
    #[error("a cursor has at most {CURSOR_BYTES_MAX} bytes")]
    TooLong,
}

impl Cursor {
    /// Reads a cursor; nothing, or `0`, is the beginning.
    pub fn new(text: &str) -> Result<Self, CursorError> {
        if text.len() > CURSOR_BYTES_MAX {
            return Err(CursorError::TooLong);
        }
        let mut cursor = Cursor::default();
        if text.is_empty() || text == "0" {
            return Ok(cursor);
        }
        for entry in text.split('.') {
            let (feed, seq) = entry.rsplit_once('-').ok_or(CursorError::Malformed)?;
            let (feed, seq) = Feed::new(feed).zip(number(seq)).ok_or(CursorError::Malformed)?;
            cursor.last.get_or_insert_with(|| feed.clone());
            if cursor.places.insert(feed, seq).is_some() {
                return Err(CursorError::Malformed);
            }
        }
        Ok(cursor)
    }

    /// The number of the last event of a feed that was handed out or passed over; 0 if none was.
    pub fn place(&self, feed: &Feed) -> i64 {
        self.places.get(feed).copied().unwrap_or(0)
    }

    /// The feeds that it names, and where the reader stands in each.
    pub fn places(&self) -> impl Iterator<Item = (&Feed, i64)> {
        self.places.iter().map(|(feed, seq)| (feed, *seq))
    }

    /// The feed that was handed out last.
    pub fn last(&self) -> Option<&Feed> {
        self.last.as_ref()
    }

    /// Takes note that an event was handed out: the turn is with the next feed.
    pub fn advance(&mut self, feed: &Feed, seq: i64) {
        self.pass(feed, seq);
        if self.last.as_ref() != Some(feed) {
            self.last = Some(feed.clone());
        }
    }

    /// Takes note that an event is not for the reader.
    pub fn pass(&mut self, feed: &Feed, seq: i64) {
        match self.places.get_mut(feed) {
            Some(place) => *place = seq,
            None => drop(self.places.insert(feed.clone(), seq)),
        }
    }

    /// The same with no place behind the last event of a feed, where that is known.
    pub fn clipped(&self, head: impl Fn(&Feed) -> Option<i64>) -> Cursor {
        let mut clipped = self.clone();
        for (feed, place) in &mut clipped.places {
            *place = head(feed).map_or(*place, |head| head.min(*place));
        }
        clipped.places.retain(|_, place| *place > 0);
        clipped.last = clipped.last.filter(|last| clipped.places.contains_key(last));
        clipped
    }

    /// Whether it is short enough to be read again.
    pub fn is_readable(&self) -> bool {
        let bytes = |(feed, seq): (&Feed, &i64)| feed.as_str().len() + 2 + digits(*seq);
        self.places.iter().map(bytes).sum::<usize>() <= CURSOR_BYTES_MAX
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from_last, before) = match &self.last {
            Some(last) => (
                self.places.range(last..),
                Some(self.places.range((Bound::Unbounded, Bound::Excluded(last)))),
            ),
            None => (self.places.range::<Feed, _>(..), None),
        };
        for (number, (feed, seq)) in from_last.chain(before.into_iter().flatten()).enumerate() {
            let dot = if number == 0 { "" } else { "." };
            write!(f, "{dot}{}-{seq}", feed.as_str())?;
        }
        if self.places.is_empty() { f.write_str("0") } else { Ok(()) }
    }
}

/// A whole number from 1, in the one spelling that is written.
fn number(text: &str) -> Option<i64> {
    let plain = text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
    text.parse().ok().filter(|_| plain)
}

fn digits(seq: i64) -> usize {
    seq.checked_ilog10().map_or(1, |zeros| zeros as usize + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "11111111111";
    const B: &str = "22222222222";
    const C: &str = "33333333333";

    fn feed(name: &str) -> Feed {
        Feed::new(name).unwrap()
    }

    #[test]
    fn a_cursor_is_read_as_it_was_written() {
        let all = [
            "0",
            "77777777777-42",
            "77777777777-42.12345678901-7",
            "gateway-1.11111111111-9223372036854775807",
        ];
        for text in all {
            assert_eq!(Cursor::new(text).unwrap().to_string(), text);
        }
        assert_eq!(Cursor::new(""), Ok(Cursor::default()));
        let cursor = Cursor::new("77777777777-42.12345678901-7").unwrap();
        assert_eq!(cursor.place(&feed("77777777777")), 42);
        assert_eq!(cursor.place(&feed("12345678901")), 7);
        assert_eq!(cursor.place(&Feed::Gateway), 0);
        assert_eq!(cursor.last(), Some(&feed("77777777777")));
    }

    #[test]
    fn other_texts_are_no_cursors() {
        for wrong in [
            "1",
            "-",
            "gateway",
            "gateway-",
            "-1",
            "gateway-0",
            "gateway-01",
            "gateway-1.",
            ".gateway-1",
            "gateway-1.gateway-2",
            "Gateway-1",
            "7777777777-1",
            "gateway -1",
            "gateway-1x",
            "gateway--1",
            "gateway-+1",
            "gateway-9223372036854775808",
            "à-1",
            "0.gateway-1",
            " 0",
        ] {
            assert_eq!(Cursor::new(wrong), Err(CursorError::Malformed), "{wrong}");
        }
        assert_eq!(Cursor::new(&"a".repeat(CURSOR_BYTES_MAX + 1)), Err(CursorError::TooLong));
    }

    #[test]
    fn the_feed_that_was_handed_out_last_comes_first() {
        let mut cursor = Cursor::default();
        cursor.advance(&feed(B), 1);
        cursor.advance(&Feed::Gateway, 1);
        cursor.advance(&feed(A), 3);
        assert_eq!(cursor.to_string(), format!("{A}-3.{B}-1.gateway-1"));
        cursor.advance(&feed(B), 2);
        assert_eq!(cursor.to_string(), format!("{B}-2.gateway-1.{A}-3"));
        cursor.pass(&feed(C), 9);
        assert_eq!(cursor.to_string(), format!("{B}-2.{C}-9.gateway-1.{A}-3"), "nothing of C was handed out");
        assert_eq!(Cursor::new(&cursor.to_string()), Ok(cursor));
    }

    #[test]
    fn a_cursor_that_only_passed_over_is_in_order() {
        let mut cursor = Cursor::default();
        cursor.pass(&feed(B), 2);
        cursor.pass(&feed(A), 1);
        assert_eq!(cursor.to_string(), format!("{A}-1.{B}-2"));
    }

    #[test]
    fn clipping_takes_places_back_to_the_heads_that_are_known() {
        let cursor = Cursor::new(&format!("{B}-5.{C}-3.{A}-2")).unwrap();
        let heads = [(feed(B), 0), (feed(C), 2)];
        let head = |feed: &Feed| heads.iter().find(|(known, _)| known == feed).map(|(_, head)| *head);
        assert_eq!(cursor.clipped(head).to_string(), format!("{A}-2.{C}-2"));
        assert_eq!(cursor.clipped(|_| Some(9)), cursor);
    }

    #[test]
    fn a_cursor_knows_when_it_grows_too_long_to_be_read_again() {
        let mut cursor = Cursor::default();
        for number in 0..1000 {
            cursor.advance(&feed(&format!("{number:011}")), 1_000_000);
            assert_eq!(cursor.is_readable(), cursor.to_string().len() < CURSOR_BYTES_MAX);
            assert!(cursor.is_readable() || number > 400);
        }
        assert!(!cursor.is_readable());
    }
}
