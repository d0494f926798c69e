//! Where a route stands among those of the same notices.

use jiff::Timestamp;

use super::{Route, Routes};

/// Where a route stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RouteState {
    /// It is still to come, and can be withdrawn.
    Planned,
    /// It holds, and the way before works too.
    Overlap,
    /// It holds.
    InForce,
    /// Another one took its place.
    Past,
}

impl RouteState {
    /// All.
    pub const ALL: [RouteState; 4] =
        [RouteState::Planned, RouteState::Overlap, RouteState::InForce, RouteState::Past];

    /// Its word, told.
    pub const fn word(self) -> &'static str {
        match self {
            RouteState::Planned => "planned",
            RouteState::Overlap => "overlap",
            RouteState::InForce => "in_force",
            RouteState::Past => "past",
        }
    }

    /// The state of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }
}

impl Routes {
    /// Where one of these routes stands.
    pub fn state(&self, route: &Route, now: Timestamp) -> RouteState {
        if route.from > now {
            return RouteState::Planned;
        }
        let latest = self.begun((&route.station, route.code), now).0.last();
        if latest.is_some_and(|latest| latest.from > route.from) {
            RouteState::Past
        } else if route.overlaps(now) {
            RouteState::Overlap
        } else {
            RouteState::InForce
        }
    }
}
