//! Systems behind the gateway, and who answers for which notices from when on, as people manage them, on both
//! databases.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod support;

#[path = "routing/approval.rs"]
mod approval;
#[path = "routing/desk.rs"]
mod desk;
#[path = "routing/moves.rs"]
mod moves;
#[path = "routing/partners.rs"]
mod partners;
#[path = "routing/routes.rs"]
mod routes;
#[path = "routing/tenants.rs"]
mod tenants;
