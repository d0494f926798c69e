//! One page of events: within a feed in the order of its numbers, of several feeds one event each in turn.
//!
//! The turn goes on where the cursor says, so that many small pages hold what one large page does, in the
//! same order. What a reader may not see or did not ask for is passed over and not read again.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Bound;

use crate::domain::cursor::Cursor;
use crate::domain::event::Feed;
use crate::store::{Store, StoreError, StoredEvent};

use super::query::Readable;

/// How many events are read from the store for one page; a reader who asks for few types goes on from there.
const READ_MAX: usize = 4_000;

/// How many events of one feed are read at once.
const AT_ONCE: (u32, u32) = (8, 256);

/// The last event of each feed.
pub(super) type FeedHeads = BTreeMap<Feed, i64>;

/// How large a page may be. It holds at least one event, however large.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// The most events.
    pub(super) events: usize,
    /// The most bytes of events.
    pub(super) bytes: usize,
}

/// Some events, and where to go on.
#[derive(Debug)]
pub(super) struct Page {
    /// The events, in order.
    pub(super) events: Vec<StoredEvent>,
    /// Behind them and behind what was passed over.
    pub(super) next: Cursor,
    /// Whether there may be more at once.
    pub(super) more: bool,
}

/// What a feed has for the reader.
struct Lane {
    /// The last event that was looked at.
    at: i64,
    head: i64,
    read: VecDeque<StoredEvent>,
}

/// How a turn of a feed ended.
enum Turn {
    Event(StoredEvent),
    /// There is nothing more for the reader.
    Spent,
    /// The page is full, or enough was read.
    Full,
}

/// Puts a page together.
pub(super) struct Pager<'a> {
    /// Where events are.
    pub(super) store: &'a Store,
    /// Which of them are for the reader.
    pub(super) readable: &'a Readable,
    /// How large the page may be.
    pub(super) bounds: Bounds,
}

impl Pager<'_> {
    /// The events behind a cursor, of these feeds.
    pub(super) async fn page(&self, from: &Cursor, heads: &FeedHeads) -> Result<Page, StoreError> {
        let mut lanes = lanes(from, heads);
        let mut page = Page { events: Vec::new(), next: from.clone(), more: true };
        let mut room = Room { empty: true, bytes: self.bounds.bytes, reads: READ_MAX };
        while page.events.len() < self.bounds.events {
            let Some(feed) = next_in_turn(&lanes, page.next.last()).cloned() else {
                page.more = false;
                break;
            };
            let share = (self.bounds.events - page.events.len()).div_ceil(lanes.len());
            let Some(lane) = lanes.get_mut(&feed) else { break };
            let at_once = u32::try_from(share).unwrap_or(AT_ONCE.1).clamp(AT_ONCE.0, AT_ONCE.1);
            let turn = self.turn((&feed, at_once), lane, &mut room).await?;
            if lane.at > page.next.place(&feed) {
                page.next.pass(&feed, lane.at);
            }
            match turn {
                Turn::Event(event) => {
                    page.next.advance(&feed, event.seq);
                    page.events.push(event);
                }
                Turn::Spent => drop(lanes.remove(&feed)),
                Turn::Full => break,
            }
        }
        Ok(page)
    }

    /// The next event of a feed that is for the reader.
    async fn turn(
        &self,
        (feed, at_once): (&Feed, u32),
        lane: &mut Lane,
        room: &mut Room,
    ) -> Result<Turn, StoreError> {
        loop {
            if lane.read.is_empty() {
                if lane.at < lane.head {
                    lane.read = self.store.events_after(feed, lane.at, at_once).await?.into();
                }
                if lane.read.is_empty() {
                    return Ok(Turn::Spent);
                }
            }
            let Some(event) = lane.read.pop_front() else { return Ok(Turn::Spent) };
            let admitted = self.readable.admits(feed, &event);
            if !(if admitted { room.takes(&event) } else { room.reads() }) {
                return Ok(Turn::Full);
            }
            lane.at = event.seq;
            if admitted {
                return Ok(Turn::Event(event));
            }
        }
    }
}

/// What a page can still take.
struct Room {
    empty: bool,
    bytes: usize,
    reads: usize,
}

impl Room {
    /// Whether there is room for an event; there is always for one.
    fn takes(&mut self, event: &StoredEvent) -> bool {
        let fits = self.empty || event.body.len() <= self.bytes;
        self.empty = false;
        self.bytes = self.bytes.saturating_sub(event.body.len());
        fits
    }

    /// Whether one more may be passed over.
    fn reads(&mut self) -> bool {
        let left = self.reads > 0;
        self.reads = self.reads.saturating_sub(1);
        left
    }
}

/// The feeds that have news.
fn lanes(from: &Cursor, heads: &FeedHeads) -> BTreeMap<Feed, Lane> {
    let behind = heads.iter().filter(|(feed, head)| **head > from.place(feed));
    let lane = |(feed, head): (&Feed, &i64)| {
        (feed.clone(), Lane { at: from.place(feed), head: *head, read: VecDeque::new() })
    };
    behind.map(lane).collect()
}

/// The feed after the one that was handed out last, in a circle.
fn next_in_turn<'a>(lanes: &'a BTreeMap<Feed, Lane>, last: Option<&Feed>) -> Option<&'a Feed> {
    let after = |last| lanes.range((Bound::Excluded(last), Bound::Unbounded)).next();
    let next = last.and_then(after).or_else(|| lanes.first_key_value());
    next.map(|(feed, _)| feed)
}
