//! Demo.
pub mod blueprint;
pub mod folder;
pub mod gallery;
pub mod pki;
pub mod stories;
pub mod world;
