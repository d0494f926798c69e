//! The codec as its users see it: every message type, every envelope, known attacks, and libxml2 as the judge of
//! random messages.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)] // helpers of tests, too

#[path = "../src/codegen/mod.rs"]
#[allow(dead_code)]
mod codegen;

#[path = "codec/attacks.rs"]
mod attacks;
#[path = "codec/damage.rs"]
mod damage;
#[path = "codec/documents.rs"]
mod documents;
#[path = "codec/envelopes.rs"]
mod envelopes;
#[path = "codec/legacy.rs"]
mod legacy;
#[path = "codec/legacy_contract.rs"]
mod legacy_contract;
#[path = "codec/mutants.rs"]
mod mutants;
#[path = "codec/payload.rs"]
mod payload;
#[path = "codec/random.rs"]
mod random;
#[path = "codec/round_trips.rs"]
mod round_trips;
#[path = "codec/sample.rs"]
mod sample;
#[path = "codec/violations.rs"]
mod violations;

use varco::schema;
