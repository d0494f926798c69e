//! Varco: the gateway between the pagoPA node and the systems of a public body.

pub mod cli;
pub mod config;
pub mod domain;
pub mod observe;
pub mod registry;
pub mod serve;
pub mod soap;
pub mod store;
pub mod tls;
pub mod wire;
