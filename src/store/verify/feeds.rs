//! Feeds: dense but for the gaps that are on record, chained, each event told as its row says.

use std::collections::{BTreeMap, HashMap};

use futures_util::TryStreamExt;
use serde::Deserialize;

use crate::domain::invariants::{Invariant, Violation};

use super::super::dialect::for_both_engines;
use super::super::events::{StoredEvent, link_chain};
use super::Found;

const HEADS: &str = "SELECT feed, last, chain FROM event_head";

const GAPS: &str = "SELECT feed, after_seq, last_seq FROM event_gap";

const EVENTS: &str = "SELECT feed, seq, type, subject, codes, receipt_key, occurred_at, body, chain \
    FROM event ORDER BY feed, seq";

/// What the body of an event says of the event itself.
#[derive(Deserialize)]
struct Envelope {
    id: String,
    source: String,
    #[serde(rename = "type")]
    kind: String,
    subject: String,
    sequence: String,
}

/// How far a feed was read.
#[derive(Default)]
struct Walk {
    /// Feed → number and chain of its head.
    heads: BTreeMap<String, (i64, String)>,
    /// Feed and number → the number after which it goes on.
    gaps: HashMap<(String, i64), i64>,
    feed: String,
    last: i64,
    chain: String,
}

impl Walk {
    fn step(&mut self, event: &StoredEvent, found: Found<'_>) {
        if self.feed != event.feed {
            self.end(found);
            (self.feed, self.last, self.chain) = (event.feed.clone(), 0, String::new());
        }
        let mut broken = |invariant| {
            found(Violation { invariant, subject: format!("{} event {}", event.feed, event.seq) });
        };
        self.skip_gap();
        if event.seq != self.last + 1 {
            broken(Invariant::FeedIsDense);
        }
        if event.chain != link_chain(&self.chain, &event.body) {
            broken(Invariant::FeedIsChained);
        }
        if !says_what_it_is(event) {
            broken(Invariant::EventSaysWhatItIs);
        }
        self.last = event.seq;
        self.chain.clone_from(&event.chain);
    }

    /// Where numbers were left out, the feed goes on behind them.
    fn skip_gap(&mut self) {
        if let Some(behind) = self.gaps.remove(&(self.feed.clone(), self.last)) {
            self.last = behind;
        }
    }

    /// The head of the feed that was read stands where its last event is.
    fn end(&mut self, found: Found<'_>) {
        if self.feed.is_empty() {
            return;
        }
        self.skip_gap();
        let stands = self.heads.remove(&self.feed);
        if stands.is_none_or(|(last, chain)| last != self.last || chain != self.chain) {
            let subject = format!("{} head", self.feed);
            found(Violation { invariant: Invariant::HeadIsLastEvent, subject });
        }
    }

    /// Feeds that have a head and no event.
    fn finish(mut self, found: Found<'_>) {
        self.end(found);
        for (feed, (last, chain)) in std::mem::take(&mut self.heads) {
            (self.feed, self.last) = (feed, 0);
            self.skip_gap();
            if last != self.last || !chain.is_empty() {
                let subject = format!("{} head", self.feed);
                found(Violation { invariant: Invariant::HeadIsLastEvent, subject });
            }
        }
    }
}

fn says_what_it_is(event: &StoredEvent) -> bool {
    serde_json::from_str::<Envelope>(&event.body).is_ok_and(|body| {
        body.id == event.id()
            && body.source == format!("urn:varco:{}", event.feed)
            && body.kind == event.kind
            && body.subject == event.subject
            && body.sequence == format!("{:020}", event.seq)
    })
}

for_both_engines! {
    /// Walks through all feeds; says how many events they have.
    pub(in crate::store) async fn whole_feeds(connection: &mut Connection, found: Found<'_>) -> Result<u64, sqlx::Error> {
        let heads: Vec<(String, i64, String)> = sqlx::query_as(HEADS).fetch_all(&mut *connection).await?;
        let gaps: Vec<(String, i64, i64)> = sqlx::query_as(GAPS).fetch_all(&mut *connection).await?;
        let mut walk = Walk {
            heads: heads.into_iter().map(|(feed, last, chain)| (feed, (last, chain))).collect(),
            gaps: gaps.into_iter().map(|(feed, after, last)| ((feed, after), last)).collect(),
            ..Walk::default()
        };
        let mut count = 0;
        let mut events = sqlx::query_as::<_, StoredEvent>(EVENTS).fetch(connection);
        while let Some(event) = events.try_next().await? {
            count += 1;
            walk.step(&event, found);
        }
        walk.finish(found);
        Ok(count)
    }
}
