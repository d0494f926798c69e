//! People who administer: how they come in, what they may give each other, and how they are shut out again,
//! on both databases.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod support;

#[path = "people/accounts.rs"]
mod accounts;
#[path = "people/giving.rs"]
mod giving;
#[allow(dead_code, reason = "tests of sign-in and of people each use their part")]
#[path = "people/house.rs"]
mod house;
#[path = "people/profiles.rs"]
mod profiles;
#[path = "people/sessions.rs"]
mod sessions;
