//! Notices that a partner answers for: what the node asks reaches it, what it says reaches the node if the node can
//! take it, and its receipts arrive, whatever the partner does in between.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod support;

#[path = "forward/circuit.rs"]
mod circuit;
#[path = "forward/faults.rs"]
mod faults;
#[path = "forward/overlap.rs"]
mod overlap;
#[path = "forward/questions.rs"]
mod questions;
#[path = "forward/receipts.rs"]
mod receipts;
#[path = "forward/scene.rs"]
mod scene;
#[path = "forward/stand_in.rs"]
mod stand_in;
#[path = "forward/view.rs"]
mod view;
