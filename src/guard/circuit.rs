//! Circuit breakers: an endpoint that keeps failing is left alone for a while, so that whoever waits hears at once
//! what would be heard after the deadline. Then one request tries whether it is back.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};

/// When an endpoint is left alone, and how much it has to bear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CircuitSettings {
    /// After how many failures in a row it is left alone.
    pub failures: u32,
    /// For how long.
    pub pause: SignedDuration,
    /// How many requests one endpoint has at once.
    pub at_once: u32,
}

/// The circuits of all endpoints that fail or are being asked, by name. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Circuits {
    settings: CircuitSettings,
    all: Arc<Mutex<HashMap<Box<str>, Circuit>>>,
}

#[derive(Debug, Default)]
struct Circuit {
    /// How many times in a row it failed.
    failures: u32,
    /// Until when it is left alone; past that it is tried.
    open_until: Option<Timestamp>,
    /// How many requests it has now.
    under_way: u32,
}

impl Circuit {
    /// How many more requests may be under way.
    fn room(&self, settings: CircuitSettings, now: Timestamp) -> u32 {
        let may_have = match self.open_until {
            Some(until) if until > now => 0,
            Some(_) => 1,
            None => settings.at_once,
        };
        may_have.saturating_sub(self.under_way)
    }
}

/// What an endpoint did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// It answered, whatever it said.
    Alive,
    /// It did not.
    Failing,
}

/// Why an endpoint is not asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    /// It failed lately and is left alone for a while.
    Open,
    /// It has as many requests as it may have at once.
    Busy,
}

/// What a request changed of its circuit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Nothing.
    None,
    /// The endpoint is left alone from now on; it was not before.
    Opened,
    /// It is asked as ever again.
    Closed,
}

/// How many circuits are not closed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Broken {
    /// Those left alone.
    pub open: usize,
    /// Those that may be tried, or are being tried.
    pub half_open: usize,
}

/// Leave to ask an endpoint once.
#[derive(Debug)]
pub struct Pass {
    circuits: Circuits,
    name: Box<str>,
}

impl Circuits {
    /// Circuits under these settings, all closed.
    pub fn new(settings: CircuitSettings) -> Self {
        Circuits { settings, all: Arc::default() }
    }

    /// Leave to ask the endpoint of that name.
    pub fn enter(&self, name: &str, now: Timestamp) -> Result<Pass, Denied> {
        let mut all = self.all();
        let circuit = all.entry(name.into()).or_default();
        if circuit.room(self.settings, now) == 0 {
            return Err(if circuit.open_until.is_some() { Denied::Open } else { Denied::Busy });
        }
        circuit.under_way += 1;
        Ok(Pass { circuits: self.clone(), name: name.into() })
    }

    /// How many more requests the endpoint of that name may have now.
    pub fn room(&self, name: &str, now: Timestamp) -> u32 {
        self.all().get(name).map_or(self.settings.at_once, |circuit| circuit.room(self.settings, now))
    }

    /// How many are not closed.
    pub fn broken(&self, now: Timestamp) -> Broken {
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
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pass {
    /// Notes how it went.
    pub fn settle(self, sign: Sign, now: Timestamp) -> Turn {
        let CircuitSettings { failures, pause, .. } = self.circuits.settings;
        let mut all = self.circuits.all();
        let Some(circuit) = all.get_mut(&self.name) else { return Turn::None };
        let was_open = circuit.open_until.is_some();
        match sign {
            Sign::Alive => (circuit.failures, circuit.open_until) = (0, None),
            Sign::Failing => {
                circuit.failures = circuit.failures.saturating_add(1);
                if circuit.failures >= failures {
                    circuit.open_until = now.checked_add(pause).ok();
                }
            }
        }
        match (was_open, circuit.open_until.is_some()) {
            (false, true) => Turn::Opened,
            (true, false) => Turn::Closed,
            (true, true) | (false, false) => Turn::None,
        }
    }
}

/// Whether it went well or nobody waited for it any longer.
impl Drop for Pass {
    fn drop(&mut self) {
        let mut all = self.circuits.all();
        let Some(circuit) = all.get_mut(&self.name) else { return };
        circuit.under_way = circuit.under_way.saturating_sub(1);
        if circuit.under_way == 0 && circuit.failures == 0 {
            all.remove(&self.name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://ente.example.it/tariffe";
    const AT_ONCE: u32 = 16;

    fn circuits() -> Circuits {
        let pause = SignedDuration::from_secs(30);
        Circuits::new(CircuitSettings { failures: 5, pause, at_once: AT_ONCE })
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    fn fail(circuits: &Circuits, times: u32, now: Timestamp) -> Turn {
        (0..times).fold(Turn::None, |_, _| circuits.enter(URL, now).unwrap().settle(Sign::Failing, now))
    }

    #[test]
    fn five_failures_in_a_row_open_a_circuit_and_no_fewer() {
        let circuits = circuits();
        assert_eq!(fail(&circuits, 4, at(0)), Turn::None);
        assert_eq!(circuits.enter(URL, at(0)).unwrap().settle(Sign::Alive, at(0)), Turn::None);
        assert_eq!(fail(&circuits, 4, at(0)), Turn::None);
        drop(circuits.enter(URL, at(0)).unwrap());
        assert_eq!(fail(&circuits, 1, at(0)), Turn::Opened);
        assert_eq!(circuits.enter(URL, at(29)).unwrap_err(), Denied::Open);
        assert!(circuits.enter("https://other.example.it/", at(29)).is_ok(), "each has its own");
        assert_eq!(circuits.broken(at(29)), Broken { open: 1, half_open: 0 });
    }

    #[test]
    fn after_a_pause_one_request_tries_and_decides() {
        let circuits = circuits();
        fail(&circuits, 5, at(0));
        assert_eq!(circuits.broken(at(30)), Broken { open: 0, half_open: 1 });
        let trial = circuits.enter(URL, at(30)).unwrap();
        assert_eq!(circuits.enter(URL, at(30)).unwrap_err(), Denied::Open, "one at a time");
        assert_eq!(trial.settle(Sign::Failing, at(31)), Turn::None, "it was told when it opened");
        assert_eq!(circuits.enter(URL, at(60)).unwrap_err(), Denied::Open, "the pause begins anew");
        drop(circuits.enter(URL, at(61)).unwrap());
        assert_eq!(circuits.enter(URL, at(61)).unwrap().settle(Sign::Alive, at(61)), Turn::Closed);
        let both = [circuits.enter(URL, at(61)), circuits.enter(URL, at(61))];
        assert!(both.iter().all(Result::is_ok), "closed again");
        assert_eq!(circuits.broken(at(61)), Broken::default());
    }

    #[test]
    fn an_endpoint_has_so_many_requests_at_once_and_nothing_is_kept_of_a_good_one() {
        let circuits = circuits();
        let passes: Vec<Pass> = (0..AT_ONCE).map(|_| circuits.enter(URL, at(0)).unwrap()).collect();
        assert_eq!(circuits.enter(URL, at(0)).unwrap_err(), Denied::Busy);
        drop(passes);
        assert!(circuits.all().is_empty());
    }

    #[test]
    fn the_room_of_an_endpoint_is_what_would_be_let_in() {
        let circuits = circuits();
        assert_eq!(circuits.room(URL, at(0)), AT_ONCE);
        let pass = circuits.enter(URL, at(0)).unwrap();
        assert_eq!(circuits.room(URL, at(0)), AT_ONCE - 1);
        drop(pass);
        fail(&circuits, 5, at(0));
        assert_eq!(circuits.room(URL, at(29)), 0);
        assert_eq!(circuits.room(URL, at(30)), 1);
    }
}
