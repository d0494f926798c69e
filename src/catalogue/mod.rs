//! The catalogue of spontaneous services at work: its definitions as JSON, what forms look like to those who fill
//! them in, what a price rule says, and the desk that makes a notice of it.
//!
//! It stands between the domain, whose rules it applies, and [`api`](crate::api) and
//! [`primitive`](crate::primitive), which ask.

pub mod definition;
pub mod desk;
pub mod listing;
pub mod payload;
pub mod price;
pub mod render;
pub mod shelf;
pub mod shipped;
pub mod view;
