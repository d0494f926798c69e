//! Varco

pub mod config;
pub mod domain;
pub mod observe;
pub mod serve;
pub mod tls;
