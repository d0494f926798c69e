//! How the desk is put together at which services are asked for.

use super::delivery::Deliverer;
use super::demands::signed;
use super::{Parts, StartError};
use crate::admin::Vault;
use crate::catalogue::desk::Desk;
use crate::catalogue::price::{CalculatorSecrets, CalculatorSettings, Calculators, Pricer};
use crate::catalogue::view::CatalogueView;
use crate::config::Catalogue;
use crate::domain::clock::Clock;
use crate::domain::randomness::Randomness;
use crate::observe::CalculatorMetrics;
use crate::registry::RegistryView;
use crate::store::Store;

/// What the desk shares with the rest.
pub(super) struct Needs<'a> {
    pub store: &'a Store,
    pub registry: &'a RegistryView,
    pub clock: &'a Clock,
    pub randomness: &'a Randomness,
}

/// The desk, whose catalogue is not read yet. Without a vault no calculator can be asked.
pub(super) fn desk(
    config: &Catalogue,
    needs: &Needs<'_>,
    (webhooks, vault): (&Deliverer, Option<&Vault>),
) -> Result<Desk, StartError> {
    let deadline = config.calculator_deadline.get();
    let key = vault.map(|vault| vault.derive(CalculatorSecrets::PURPOSE)).transpose()?;
    let calculators = Calculators::new(CalculatorSettings {
        sender: webhooks.sender_within(deadline)?,
        secrets: key.map(CalculatorSecrets::under),
        store: needs.store.clone(),
        clock: needs.clock.clone(),
        randomness: needs.randomness.clone(),
        deadline,
    });
    Ok(Desk {
        catalogue: CatalogueView::default(),
        registry: needs.registry.clone(),
        store: needs.store.clone(),
        pricer: Pricer { registry: needs.registry.clone(), calculators },
        randomness: needs.randomness.clone(),
        same_demand: signed(config.same_demand),
    })
}

impl Parts {
    /// Shows what becomes of questions to calculators.
    pub(super) fn show_calculators(&self) {
        let calculators = self.desk.pricer.calculators.clone();
        self.metrics.watch_calculators(move || {
            let counts = calculators.counts();
            let broken = vec![("open", counts.open), ("half_open", counts.half_open)];
            CalculatorMetrics { outcomes: counts.outcomes, broken }
        });
    }
}
