//! How callers without a key are let in, to the API and to the pages.

use std::num::NonZeroU32;
use std::sync::Arc;

use crate::api::{Callers, Pace};
use crate::catalogue::desk::Desk;
use crate::config::{Catalogue, Config};
use crate::domain::clock::Clock;
use crate::pages::{NOTICES, Pages};

/// How callers without a key are let in. Those of the API and those of the pages count together.
pub(super) struct Channels {
    callers: Callers,
    public: bool,
    pages: bool,
}

impl Channels {
    /// As it is configured.
    pub fn new(config: &Config, clock: &Clock) -> Self {
        let Catalogue { public, pages, requests_per_minute, .. } = config.catalogue;
        let requests = NonZeroU32::new(requests_per_minute.get()).unwrap_or(NonZeroU32::MIN);
        let header = config.people.address_header.as_ref().map(ToString::to_string);
        Channels { callers: Callers::new(Pace::new(requests, clock.clone()), header), public, pages }
    }

    /// Callers of the API, if it is open to them.
    pub fn public(&self) -> Option<Callers> {
        self.public.then(|| self.callers.clone())
    }

    /// Where notices have pages, if pages are served.
    pub fn notice_pages(&self) -> Option<&'static str> {
        self.pages.then_some(NOTICES)
    }

    /// The pages, if they are served.
    pub fn pages(&self, desk: &Desk, clock: &Clock) -> Option<Pages> {
        let callers = self.callers.clone();
        self.pages.then(|| Pages {
            desk: desk.clone(),
            clock: clock.clone(),
            admit: Arc::new(move |parts| callers.admit(parts).map_err(|error| error.seconds)),
        })
    }
}
