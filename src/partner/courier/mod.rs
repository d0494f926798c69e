//! Receipts on their way to partners: each is handed over again and again until the partner has it.
//!
//! The receipts of one notice go in the order in which they came; those of others do not wait for them. A partner
//! that is down is tried with one receipt at a time, and once it takes one, all that waits is due.

mod hand_over;
mod worker;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use crate::domain::clock::Clock;
use crate::domain::randomness::Randomness;
use crate::domain::routing::{Handed, Partner};
use crate::registry::RegistryView;
use crate::store::{Letter, Store};

use super::exchange::Exchange;

/// What came of handing a letter over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandedOver {
    /// Whether the partner has it.
    pub handed: Handed,
    /// Why not, if it has not; no personal data.
    pub error: Option<String>,
}

/// What hands over letters in a form that is made of the receipt (see
/// [`LetterForm::Rt`](crate::domain::routing::LetterForm::Rt)).
pub trait Letters: fmt::Debug + Send + Sync {
    /// Hands a letter over, once.
    fn hand_over<'a>(&'a self, letter: &'a Letter, partner: &'a Partner) -> HandingOver<'a>;
}

/// A letter that is being handed over.
pub type HandingOver<'a> = Pin<Box<dyn Future<Output = HandedOver> + Send + 'a>>;

/// The parts of the courier.
#[derive(Clone, Debug)]
pub struct Courier {
    /// Where letters are.
    pub store: Store,
    /// Who the partners are.
    pub registry: RegistryView,
    /// What time it is.
    pub clock: Clock,
    /// Spreads what failed together.
    pub randomness: Randomness,
    /// What reaches partners.
    pub exchange: Exchange,
    /// What hands over letters that are made; without it they wait.
    pub letters: Option<Arc<dyn Letters>>,
    /// How long a partner may take for a receipt.
    pub deadline: Duration,
}

impl HandedOver {
    /// The partner has it.
    pub fn taken() -> Self {
        HandedOver { handed: Handed::Taken, error: None }
    }

    /// The partner refuses it, by that code.
    pub fn refused(code: impl Into<String>) -> Self {
        let code: String = code.into().chars().take(64).collect();
        let error = Some(format!("refused with {code}"));
        HandedOver { handed: Handed::Refused(code), error }
    }

    /// It is not known to have it.
    pub fn failed(why: impl fmt::Display) -> Self {
        HandedOver { handed: Handed::Failed, error: Some(why.to_string()) }
    }
}
