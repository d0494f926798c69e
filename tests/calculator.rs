//! Calculators: programs of creditor institutions that say what something costs. They are asked by HTTP, signed,
//! and whatever they do — say nothing, say it too late, lie — the answer comes within the deadline and is clear.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

#[path = "calculator/asked.rs"]
mod asked;
#[path = "calculator/down.rs"]
mod down;
#[path = "calculator/lying.rs"]
mod lying;
#[path = "calculator/secret.rs"]
mod secret;
#[path = "calculator/setup.rs"]
mod setup;
mod support;
#[path = "calculator/whole.rs"]
mod whole;
