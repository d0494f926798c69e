//! One page of events: within a feed in the order of its numbers, of several feeds one event each in turn.
//!
//! The turn goes on where the cursor says, so that many small pages hold what one large page does, in the
//! same order. What a reader may not see or did not ask for is passed over and not read again.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Bound;

use super::types::EventFilter;
use crate::domain::cursor::Cursor;
use crate::domain::event::Feed;
use crate::store::{Store, StoreError, StoredEvent};

/// How many events are read from the store for one page; a reader who asks for few types goes on from there.
const READ_MAX: usize = 4_000;

/// How many events of one feed are read at once.
const AT_ONCE: (usize, usize) = (8, 256);

/// The last event of each feed.
pub(super) type Heads = BTreeMap<Feed, i64>;

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
    pub(super) filter: &'a EventFilter,
    /// How large the page may be.
    pub(super) bounds: Bounds,
}

impl Pager<'_> {
    /// The events behind a cursor, of these feeds.
    pub(super) async fn page(&self, from: &Cursor, heads: &Heads) -> Result<Page, StoreError> {
        let mut lanes = lanes(from, heads);
        let mut page = Page { events: Vec::new(), next: from.clone(), more: true };
        let mut room = Room { bytes: self.bounds.bytes, reads: READ_MAX };
        while page.events.len() < self.bounds.events {
            let Some(feed) = next_in_turn(&lanes, page.next.last()).cloned() else {
                page.more = false;
                break;
            };
            let share = (self.bounds.events - page.events.len()).div_ceil(lanes.len());
            let Some(lane) = lanes.get_mut(&feed) else { break };
            let first = page.events.is_empty();
            let turn = self.turn(&feed, lane, share.clamp(AT_ONCE.0, AT_ONCE.1), (&mut room, first)).await?;
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
        feed: &Feed,
        lane: &mut Lane,
        at_once: usize,
        (room, first): (&mut Room, bool),
    ) -> Result<Turn, StoreError> {
        loop {
            let Some(event) = lane.read.pop_front() else {
                if lane.at >= lane.head {
                    return Ok(Turn::Spent);
                }
                lane.read = self.store.events_after(feed, lane.at, at_once).await?.into();
                if lane.read.is_empty() {
                    return Ok(Turn::Spent);
                }
                continue;
            };
            if self.filter.admits(&event) {
                if !first && event.body.len() > room.bytes {
                    return Ok(Turn::Full);
                }
                room.bytes = room.bytes.saturating_sub(event.body.len());
                lane.at = event.seq;
                return Ok(Turn::Event(event));
            }
            lane.at = event.seq;
            room.reads = room.reads.saturating_sub(1);
            if room.reads == 0 {
                return Ok(Turn::Full);
            }
        }
    }
}

/// What a page can still take.
struct Room {
    bytes: usize,
    reads: usize,
}

/// The feeds that have news.
fn lanes(from: &Cursor, heads: &Heads) -> BTreeMap<Feed, Lane> {
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
