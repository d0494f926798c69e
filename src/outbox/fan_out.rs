//! From feeds to deliveries: every subscription has a place in each feed of its owner, and goes on from there.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::domain::clock::Clock;
use crate::domain::event::Feed;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::subscription::{Subscription, SubscriptionOwner};
use crate::registry::RegistryView;
use crate::store::{Heads, Store, StoreError};

/// How many transactions are made in a row before what came of deliveries is written.
const STEPS: usize = 4;

/// How many places are opened by one transaction: receipts must not wait.
const OPENED_AT_ONCE: usize = 256;

/// Makes deliveries of events.
pub(super) struct FanOut {
    pub(super) store: Store,
    pub(super) registry: RegistryView,
    pub(super) clock: Clock,
    /// Subscriptions and feeds between which there is a place already.
    pub(super) places: HashSet<(String, String)>,
}

impl FanOut {
    /// Makes some of the deliveries that are still to be made; whether there may be more.
    pub(super) async fn step(&mut self, heads: &Heads) -> Result<bool, StoreError> {
        let active = self.store.active_subscriptions().await?;
        self.open_places(&active, heads).await?;
        let by_id: HashMap<&str, &Subscription> = active.iter().map(|one| (one.id.as_str(), one)).collect();
        for _ in 0..STEPS {
            let behind = self.store.places_behind().await?;
            let places: Vec<(&Subscription, &str)> = behind
                .iter()
                .filter_map(|place| Some((*by_id.get(place.subscription.as_str())?, place.feed.as_str())))
                .collect();
            if places.is_empty() || self.store.fan_out(&places, self.clock.now()).await?.events == 0 {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn open_places(&mut self, active: &[Subscription], heads: &Heads) -> Result<(), StoreError> {
        let mut missing: Vec<(&Subscription, String)> = Vec::new();
        for subscription in active {
            for feed in self.feeds(subscription, heads) {
                if !self.places.contains(&(subscription.id.as_str().to_owned(), feed.clone())) {
                    missing.push((subscription, feed));
                }
            }
        }
        for missing in missing.chunks(OPENED_AT_ONCE) {
            let open: Vec<(&Subscription, &str)> =
                missing.iter().map(|(subscription, feed)| (*subscription, feed.as_str())).collect();
            self.store.open_places(&open).await?;
            let opened = missing.iter().map(|(one, feed)| (one.id.as_str().to_owned(), feed.clone()));
            self.places.extend(opened);
        }
        Ok(())
    }

    /// The feeds of its owner that there are.
    fn feeds(&self, subscription: &Subscription, heads: &Heads) -> Vec<String> {
        match &subscription.owner {
            SubscriptionOwner::Organization(ec) => vec![ec.as_str().to_owned()],
            SubscriptionOwner::Broker(broker) => {
                let (registry, now) = (self.registry.current(), self.clock.now());
                let delegated = registry.delegations().to(broker, now).map(|one| one.ec.clone());
                let served: BTreeSet<FiscalCode> =
                    registry.served_by(broker).into_iter().chain(delegated).collect();
                let feeds = served.into_iter().map(|ec| Feed::Institution(ec).as_str().to_owned());
                feeds.filter(|feed| heads.contains_key(feed)).collect()
            }
            SubscriptionOwner::Gateway => heads.keys().cloned().collect(),
        }
    }
}
