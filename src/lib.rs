//! Varco: the gateway between the pagoPA node and the systems of a public body.

pub mod api;
pub mod domain;
pub mod registry;
pub mod store;
