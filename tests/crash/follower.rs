//! A reader of events who goes on from its last cursor, whatever happens to the process in between.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hyper::Method;
use serde::Deserialize;
use serde_json::value::RawValue;
use varco::store::StoredEvent;

use super::client::ask;
use crate::support::samples::EC;

/// What was read so far, and where to go on.
#[derive(Debug)]
pub struct Read {
    pub next: String,
    pub events: Vec<String>,
}

impl Default for Read {
    fn default() -> Self {
        Read { next: "0".to_owned(), events: Vec::new() }
    }
}

#[derive(Deserialize)]
struct Page {
    events: Vec<Box<RawValue>>,
    next: String,
}

#[derive(Clone, Default)]
pub struct Follower {
    pub read: Arc<Mutex<Read>>,
}

impl Follower {
    /// Reads until the process is gone.
    pub async fn follow(&self, address: SocketAddr) {
        while self.read_page(address, 1).await.is_some() {}
    }

    /// Reads what there is.
    pub async fn catch_up(&self, address: SocketAddr) {
        while self.read_page(address, 0).await.expect("it is answered") > 0 {}
    }

    async fn read_page(&self, address: SocketAddr, wait: u32) -> Option<usize> {
        let after = self.read.lock().unwrap().next.clone();
        let path = format!("/events?after={after}&wait={wait}&limit=50&organization={EC}");
        let answer = ask(address, (Method::GET, &path), &[], "").await?;
        if answer.status >= 500 {
            tokio::time::sleep(Duration::from_millis(20)).await;
            return Some(0);
        }
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        let page: Page = serde_json::from_slice(&answer.body).unwrap();
        let mut read = self.read.lock().unwrap();
        read.next = page.next;
        read.events.extend(page.events.iter().map(|event| event.get().to_owned()));
        Some(page.events.len())
    }

    /// Events of the feed that were not read; events that were read and are not there so, or not there.
    pub fn compare(&self, feed: &[StoredEvent]) -> (usize, usize) {
        let read = self.read.lock().unwrap();
        let same = read.events.iter().zip(feed).take_while(|(read, event)| **read == event.body).count();
        (feed.len() - same, read.events.len() - same)
    }
}
