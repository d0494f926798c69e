//! How systems behind us are reached, and how they get their receipts.

use std::path::Path;
use std::sync::Arc;

use jiff::SignedDuration;
use secrecy::ExposeSecret;

use crate::config::{Config, Partners};
use crate::domain::clock::Clock;
use crate::guard::{CircuitSettings, ClientSettings, Guard, Identity, Lookup};
use crate::legacy::desk::Desk;
use crate::observe::PartnerMetrics;
use crate::partner::courier::Courier;
use crate::partner::{Exchange, ExchangeSettings, Forwarder};
use crate::primitive;
use crate::soap::Limits;
use crate::store::Store;
use crate::tls::OwnPair;

use super::{Parts, StartError};

/// What reaches partners. Our certificate is that of the files of the configuration, if it names any; else the one
/// that people manage, which is brought in later and whenever it changes.
pub(super) fn exchange(config: &Config, store: &Store, clock: &Clock) -> Result<Exchange, StartError> {
    let partners = &config.partners;
    let identity = match (&partners.client_cert, &partners.client_key) {
        (Some(chain), Some(key)) => Some(Identity::from_pem(&file(chain)?, &file(key)?)?),
        (_, _) => None,
    };
    let client = ClientSettings {
        guard: Guard::new(partners.allow_networks.clone()),
        lookup: Lookup::system(),
        connect_timeout: partners.connect_timeout.get(),
        timeout: partners.receipt_deadline.get().max(partners.deadline.get()),
        authorities: partners.ca_file.as_deref().map(file).transpose()?.map(String::into_bytes),
        identity,
        most: config.soap.max_message.get(),
    };
    let circuit = CircuitSettings {
        failures: count(partners.failures.as_usize()),
        pause: SignedDuration::try_from(partners.pause.get()).unwrap_or(SignedDuration::MAX),
        at_once: count(partners.at_once.as_usize()),
    };
    Ok(Exchange::new(ExchangeSettings { client, circuit, store: store.clone(), clock: clock.clone() })?)
}

/// The chain and key that people manage, as what is shown to partners.
pub(super) fn identity(pair: &OwnPair) -> Result<Identity, StartError> {
    Ok(Identity::from_pem(&pair.chain, pair.key.expose_secret())?)
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn file(path: &Path) -> Result<String, StartError> {
    let unread = |source| StartError::PartnerFile { path: path.to_owned(), source };
    std::fs::read_to_string(path).map_err(unread)
}

impl Parts {
    /// How the node's questions reach partners.
    pub(super) fn partners(&self, config: &Partners, limits: Limits, old: &Desk) -> primitive::Partners {
        primitive::Partners {
            forwarder: Forwarder { exchange: self.exchange.clone(), limits },
            old: old.clone(),
            deadline: config.deadline.get(),
            stand_in_after: config.stand_in_after.get(),
        }
    }

    /// Starts to hand receipts on, and shows what becomes of calls.
    pub(super) fn start_courier(&self, config: &Partners, old: &Desk) {
        let courier = Courier {
            store: self.store.clone(),
            registry: self.registry.clone(),
            clock: self.clock.clone(),
            randomness: self.randomness.clone(),
            exchange: self.exchange.clone(),
            letters: Some(Arc::new(old.clone())),
            deadline: config.receipt_deadline.get(),
        };
        self.shutdown.tasks().spawn(courier.run(self.shutdown.soft(), self.shutdown.hard()));
        let exchange = self.exchange.clone();
        self.metrics.watch_partners(move || {
            let (counts, broken) = (exchange.tally().counts(), exchange.broken());
            PartnerMetrics {
                calls: counts.calls,
                invalid: counts.invalid,
                stood_in: counts.stood_in,
                handed: counts.handed,
                broken: vec![("open", broken.open), ("half_open", broken.half_open)],
                pending: counts.pending,
                refused: counts.refused,
                oldest_seconds: counts.oldest_seconds,
            }
        });
    }
}
