//! Circuit breakers: a calculator that keeps failing is left alone for a while, so that payers hear at once what
//! they would hear after the deadline. Then one request tries whether it is back.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};

use super::Unavailable;

/// After how many failures in a row a calculator is left alone.
const FAILURES: u32 = 5;

/// For how long.
const PAUSE: SignedDuration = SignedDuration::from_secs(30);

/// How many requests one calculator has at once.
const AT_ONCE: u32 = 16;

/// The circuits of all calculators that fail or are being asked, by institution and address. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(super) struct Circuits(Arc<Mutex<HashMap<Box<str>, Circuit>>>);

#[derive(Debug, Default)]
struct Circuit {
    /// How many times in a row it failed.
    failures: u32,
    /// Until when it is left alone; past that it is tried.
    open_until: Option<Timestamp>,
    /// How many requests it has now.
    under_way: u32,
}

/// What a calculator did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// It answered, whatever it said.
    Alive,
    /// It did not.
    Failing,
}

/// How many circuits are not closed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Broken {
    /// Those left alone.
    pub(super) open: usize,
    /// Those that may be tried, or are being tried.
    pub(super) half_open: usize,
}

/// Leave to ask a calculator once.
#[derive(Debug)]
pub(super) struct Pass {
    circuits: Circuits,
    url: Box<str>,
}

impl Circuits {
    /// Leave to ask the calculator of that name.
    pub(super) fn enter(&self, url: &str, now: Timestamp) -> Result<Pass, Unavailable> {
        let mut all = self.all();
        let circuit = all.entry(url.into()).or_default();
        let may_have = match circuit.open_until {
            Some(until) if until > now => return Err(Unavailable::Open),
            Some(_) => 1,
            None => AT_ONCE,
        };
        if circuit.under_way >= may_have {
            let trying = circuit.open_until.is_some();
            return Err(if trying { Unavailable::Open } else { Unavailable::Busy });
        }
        circuit.under_way += 1;
        Ok(Pass { circuits: self.clone(), url: url.into() })
    }

    /// How many are not closed.
    pub(super) fn broken(&self, now: Timestamp) -> Broken {
        let all = self.all();
        let opened = all.values().filter_map(|circuit| circuit.open_until);
        opened.fold(Broken::default(), |broken, until| {
            if until > now {
                Broken { open: broken.open + 1, ..broken }
            } else {
                Broken { half_open: broken.half_open + 1, ..broken }
            }
        })
    }

    fn all(&self) -> MutexGuard<'_, HashMap<Box<str>, Circuit>> {
        // Counts stay meaningful whoever panicked while holding them.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pass {
    /// Notes how it went.
    pub(super) fn settle(self, sign: Sign, now: Timestamp) {
        let mut all = self.circuits.all();
        let Some(circuit) = all.get_mut(&self.url) else { return };
        match sign {
            Sign::Alive => (circuit.failures, circuit.open_until) = (0, None),
            Sign::Failing => {
                circuit.failures = circuit.failures.saturating_add(1);
                if circuit.failures >= FAILURES {
                    circuit.open_until = now.checked_add(PAUSE).ok();
                }
            }
        }
    }
}

/// Whether it went well or nobody waited for it any longer.
impl Drop for Pass {
    fn drop(&mut self) {
        let mut all = self.circuits.all();
        let Some(circuit) = all.get_mut(&self.url) else { return };
        circuit.under_way = circuit.under_way.saturating_sub(1);
        if circuit.under_way == 0 && circuit.failures == 0 {
            all.remove(&self.url);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://ente.example.it/tariffe";

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    fn fail(circuits: &Circuits, times: u32, now: Timestamp) {
        for _ in 0..times {
            circuits.enter(URL, now).unwrap().settle(Sign::Failing, now);
        }
    }

    #[test]
    fn five_failures_in_a_row_open_a_circuit_and_no_fewer() {
        let circuits = Circuits::default();
        fail(&circuits, 4, at(0));
        circuits.enter(URL, at(0)).unwrap().settle(Sign::Alive, at(0));
        fail(&circuits, 4, at(0));
        drop(circuits.enter(URL, at(0)).unwrap());
        fail(&circuits, 1, at(0));
        assert_eq!(circuits.enter(URL, at(29)).unwrap_err(), Unavailable::Open);
        assert!(circuits.enter("https://other.example.it/", at(29)).is_ok(), "each has its own");
        assert_eq!(circuits.broken(at(29)), Broken { open: 1, half_open: 0 });
    }

    #[test]
    fn after_a_pause_one_request_tries_and_decides() {
        let circuits = Circuits::default();
        fail(&circuits, 5, at(0));
        assert_eq!(circuits.broken(at(30)), Broken { open: 0, half_open: 1 });
        let trial = circuits.enter(URL, at(30)).unwrap();
        assert_eq!(circuits.enter(URL, at(30)).unwrap_err(), Unavailable::Open, "one at a time");
        trial.settle(Sign::Failing, at(31));
        assert_eq!(circuits.enter(URL, at(60)).unwrap_err(), Unavailable::Open, "the pause begins anew");
        drop(circuits.enter(URL, at(61)).unwrap());
        circuits.enter(URL, at(61)).unwrap().settle(Sign::Alive, at(61));
        let both = [circuits.enter(URL, at(61)), circuits.enter(URL, at(61))];
        assert!(both.iter().all(Result::is_ok), "closed again");
        assert_eq!(circuits.broken(at(61)), Broken::default());
    }

    #[test]
    fn a_calculator_has_so_many_requests_at_once_and_nothing_is_kept_of_a_good_one() {
        let circuits = Circuits::default();
        let passes: Vec<Pass> = (0..AT_ONCE).map(|_| circuits.enter(URL, at(0)).unwrap()).collect();
        assert_eq!(circuits.enter(URL, at(0)).unwrap_err(), Unavailable::Busy);
        drop(passes);
        assert!(circuits.all().is_empty());
    }
}
