//! How often somebody without a key may ask, by the address that they ask from.
//!
//! What is remembered of addresses is bounded: while more of them ask than are told apart, they share one
//! allowance. Nothing of it is written down.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::http::StatusCode;
use axum::http::request::Parts;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter, clock};
use jiff::{SignedDuration, Timestamp};

use super::signed_in::address_of;
use crate::api::problem::Problem;
use crate::domain::clock::Clock;

/// How many addresses are told apart.
const ADDRESSES: usize = 20_000;

/// After how many requests those are forgotten that have their whole allowance again.
const TIDY_AFTER: u32 = 1_024;

/// Whom those share an allowance with who are one too many.
const CROWD: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

/// How often an address may ask. Cheap to clone; every clone counts together.
#[derive(Clone)]
pub struct Pace(Arc<Counts>);

struct Counts {
    limiter: RateLimiter<IpAddr, HashMapStateStore<IpAddr>, OurClock, NoOpMiddleware<Duration>>,
    clock: Clock,
    asked: AtomicU32,
    addresses: usize,
}

/// How often callers who are not known may ask, and where they ask from.
#[derive(Clone, Debug)]
pub struct Callers {
    pace: Pace,
    address_header: Option<String>,
}

impl Callers {
    /// Callers at that pace. The header is the one in which a proxy names their addresses (`people.address_header`).
    pub fn new(pace: Pace, address_header: Option<String>) -> Self {
        Callers { pace, address_header }
    }

    /// Takes note that somebody asks; refused if their address did so too often.
    pub fn admit(&self, parts: &Parts) -> Result<(), TooOften> {
        self.pace.admit(address_of(parts, self.address_header.as_deref()))
    }
}

/// An address has asked too often.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many requests: the next in {seconds} s")]
pub struct TooOften {
    /// When it may ask again.
    pub until: Timestamp,
    /// In how many seconds.
    pub seconds: i64,
}

/// The clock of the installation, as the limiter reads clocks.
#[derive(Clone, Debug)]
struct OurClock(Clock);

impl clock::Clock for OurClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        since_epoch(self.0.now())
    }
}

fn since_epoch(now: Timestamp) -> Duration {
    Duration::try_from(now.as_duration()).unwrap_or_default()
}

impl Pace {
    /// That many requests a minute from one address, and as many at once.
    pub fn new(requests_per_minute: NonZeroU32, clock: Clock) -> Self {
        Self::telling_apart(ADDRESSES, requests_per_minute, clock)
    }

    fn telling_apart(addresses: usize, requests_per_minute: NonZeroU32, clock: Clock) -> Self {
        let quota = Quota::per_minute(requests_per_minute);
        let limiter = RateLimiter::hashmap_with_clock(quota, OurClock(clock.clone()));
        Pace(Arc::new(Counts { limiter, clock, asked: AtomicU32::new(0), addresses }))
    }

    /// Takes note that an address asks; refused if it did so too often.
    pub fn admit(&self, address: Option<IpAddr>) -> Result<(), TooOften> {
        let counts = &self.0;
        if counts.asked.fetch_add(1, Ordering::Relaxed) % TIDY_AFTER == TIDY_AFTER - 1 {
            counts.limiter.retain_recent();
            counts.limiter.shrink_to_fit();
        }
        let is_full = counts.limiter.len() >= counts.addresses;
        let who = address.filter(|_| !is_full).map_or(CROWD, household);
        let now = counts.clock.now();
        counts.limiter.check_key(&who).map_err(|not_until| {
            let wait = not_until.wait_time_from(since_epoch(now));
            let seconds = i64::try_from(wait.as_millis().div_ceil(1_000)).unwrap_or(i64::MAX).max(1);
            TooOften { until: now.saturating_add(SignedDuration::from_secs(seconds)).unwrap_or(now), seconds }
        })
    }
}

/// One address of version 4, or the network of version 6 that one customer has.
fn household(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
    }
}

impl fmt::Debug for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pace")
    }
}

impl From<TooOften> for Problem {
    fn from(error: TooOften) -> Self {
        Problem::new(
            StatusCode::TOO_MANY_REQUESTS,
            "Too Many Requests",
            "too_many_requests",
            "Too many requests came from this address: wait a little, or ask with an API key.",
        )
        .with_hold(error.until, error.seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pace(addresses: usize) -> (Pace, crate::domain::clock::ClockHand) {
        let (clock, hand) = Clock::manual("2026-11-22T10:00:00Z".parse().unwrap());
        (Pace::telling_apart(addresses, NonZeroU32::new(3).unwrap(), clock), hand)
    }

    fn from(text: &str) -> Option<IpAddr> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn an_address_may_ask_so_often_and_again_when_it_has_waited() {
        let (pace, hand) = pace(10);
        for _ in 0..3 {
            pace.admit(from("192.0.2.1")).unwrap();
        }
        let refused = pace.admit(from("192.0.2.1")).unwrap_err();
        assert_eq!((refused.seconds, refused.until.to_string().as_str()), (20, "2026-11-22T10:00:20Z"));
        pace.admit(from("192.0.2.2")).unwrap();
        hand.advance(SignedDuration::from_secs(19));
        assert_eq!(pace.admit(from("192.0.2.1")).unwrap_err().seconds, 1);
        hand.advance(SignedDuration::from_secs(1));
        pace.admit(from("192.0.2.1")).unwrap();
        assert!(pace.admit(from("192.0.2.1")).is_err());
    }

    #[test]
    fn a_customer_has_one_network_of_version_6_however_many_addresses() {
        let (pace, _) = pace(10);
        for host in 1..=3 {
            pace.admit(from(&format!("2001:db8::{host}"))).unwrap();
        }
        assert!(pace.admit(from("2001:db8::ffff:1")).is_err());
        pace.admit(from("2001:db8:0:1::1")).unwrap();
        for _ in 0..3 {
            pace.admit(from("::ffff:192.0.2.7")).unwrap();
        }
        assert!(pace.admit(from("192.0.2.7")).is_err(), "the same address, written in another way");
    }

    #[test]
    fn more_addresses_than_are_told_apart_share_one_allowance_until_some_are_forgotten() {
        let (pace, hand) = pace(2);
        for host in 1..=2 {
            pace.admit(from(&format!("192.0.2.{host}"))).unwrap();
        }
        for host in 3..=5 {
            pace.admit(from(&format!("192.0.2.{host}"))).unwrap();
        }
        assert!(pace.admit(from("192.0.2.6")).is_err());
        assert!(pace.0.limiter.len() <= 3);
        hand.advance(SignedDuration::from_mins(2));
        for host in 0..TIDY_AFTER {
            let _ = pace.admit(from(&format!("192.0.3.{}", host % 250)));
        }
        hand.advance(SignedDuration::from_mins(2));
        for _ in 0..TIDY_AFTER {
            let _ = pace.admit(from("192.0.2.9"));
        }
        assert!(pace.0.limiter.len() <= 2, "those are forgotten that have not asked for a while");
    }

    #[test]
    fn who_has_no_address_is_of_the_crowd() {
        let (pace, _) = pace(10);
        for _ in 0..3 {
            pace.admit(None).unwrap();
        }
        assert!(pace.admit(None).is_err());
    }
}
