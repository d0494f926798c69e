//! Documents that come with a demand: what the shipped schemas refuse and why, and libxml2 as the judge of random
//! damage, for the shipped schemas and for random ones such as forms and bodies make.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)] // helpers of tests, too

#[path = "codec/damage.rs"]
mod damage;
#[path = "payload/judged.rs"]
mod judged;
#[path = "codec/random.rs"]
mod random;
#[path = "payload/refused.rs"]
mod refused;
#[path = "payload/schemas.rs"]
mod schemas;
