//! Payments at partners that speak the old primitives: asked for here, and told here what became of them.
//!
//! ```text
//! node ─▶ question ─▶ translate ─▶ partner     partner ─▶ calls (RPT, state, copy) ─▶ store
//!              ▲ waits for the RPT ◀───────────────────────┘
//! receipt ─▶ courier ─▶ letters ─▶ translate ─▶ partner (RT)      clock ─▶ expiry ─▶ letters (negative RT)
//! ```
//!
//! Every step is a fact in the store before anybody relies on it: another instance, or this one after a crash,
//! goes on from there.

mod about;
mod arrivals;
pub mod calls;
mod expiry;
mod letters;
mod made;
mod question;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;

use crate::domain::clock::Clock;
use crate::domain::randomness::Randomness;
use crate::domain::routing::PasswordHash;
use crate::partner::Exchange;
use crate::registry::RegistryView;
use crate::soap::Limits;
use crate::store::Store;

use arrivals::Arrivals;

/// Tells whether a text is the password that is known by a hash, in a time that tells nothing.
#[derive(Clone)]
pub struct Passwords(Arc<dyn Fn(&PasswordHash, &str) -> bool + Send + Sync>);

impl Passwords {
    /// Tells it so.
    pub fn new(is: impl Fn(&PasswordHash, &str) -> bool + Send + Sync + 'static) -> Self {
        Passwords(Arc::new(is))
    }

    fn is(&self, known: &PasswordHash, text: &str) -> bool {
        (self.0)(known, text)
    }
}

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passwords")
    }
}

/// What the desk works with.
#[derive(Clone, Debug)]
pub struct DeskParts {
    /// Where attempts, RPTs and RTs are kept.
    pub store: Store,
    /// Who the partners are, and for whom they answer.
    pub registry: RegistryView,
    /// What time it is.
    pub clock: Clock,
    /// What notice numbers are drawn from, for RPTs that name none.
    pub randomness: Randomness,
    /// What reaches partners.
    pub exchange: Exchange,
    /// Knows the passwords of partners.
    pub passwords: Passwords,
    /// What a message may be like.
    pub limits: Limits,
    /// How long an accepted RPT waits for its receipt.
    pub validity: SignedDuration,
    /// How long a partner may take for an RT.
    pub receipt_deadline: Duration,
}

/// The desk. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Desk {
    parts: Arc<DeskParts>,
    arrivals: Arrivals,
}

impl Desk {
    /// A desk with these parts.
    pub fn new(parts: DeskParts) -> Self {
        Desk { parts: Arc::new(parts), arrivals: Arrivals::default() }
    }
}
