//! The register: institutions, brokers, stations, who is served by whom, printed codes and contacts, on both
//! databases. What is registered decides what can be paid: that is tested over the node's own calls.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod support;

#[path = "registry/at_once.rs"]
mod at_once;
#[path = "registry/beside.rs"]
mod beside;
#[path = "registry/desk.rs"]
mod desk;
#[path = "registry/lives.rs"]
mod lives;
#[path = "registry/pages.rs"]
mod pages;
#[path = "registry/relations.rs"]
mod relations;
#[path = "registry/rules.rs"]
mod rules;
#[path = "registry/switched_off.rs"]
mod switched_off;
#[path = "registry/tenants.rs"]
mod tenants;
