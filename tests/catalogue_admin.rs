//! The catalogue and who manages it: categories, services, what creditor institutions offer, and forms of XML.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod support;

#[path = "catalogue_admin/desk.rs"]
mod desk;
#[path = "catalogue_admin/kept.rs"]
mod kept;
#[path = "catalogue_admin/lives.rs"]
mod lives;
#[path = "catalogue_admin/rules.rs"]
mod rules;
#[path = "catalogue_admin/tenants.rs"]
mod tenants;
