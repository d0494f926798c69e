//! Varco: the gateway between the pagoPA node and the systems of a public body.

pub mod cli;
pub mod domain;
pub mod registry;
pub mod store;
