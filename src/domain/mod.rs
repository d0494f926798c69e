//! The rules of payment notices and receipts, as plain functions over plain data.
//!
//! No database, no HTTP, no XML: what a rule needs is a parameter, the clock included.

pub mod access;
pub mod account;
pub mod activation;
pub mod amount;
pub mod anomaly;
pub mod catalogue;
pub mod certificate;
pub mod clock;
pub mod cursor;
pub mod dates;
pub mod delivery;
pub mod document;
pub mod event;
pub mod fiscal_code;
pub mod governance;
pub mod hold;
pub mod iban;
pub mod ids;
pub mod invariants;
pub mod lifecycle;
pub mod maintenance;
pub mod notice_code;
pub mod notice_number;
pub mod notification_fee;
pub mod party;
pub mod payability;
pub mod payment_options;
pub mod people;
pub mod position;
pub mod randomness;
pub mod receipt;
pub mod registry;
pub mod reporting;
pub mod rome;
pub mod routing;
pub mod segregation;
pub mod status;
pub mod subscription;
pub mod taxonomy;
pub mod text;
pub mod update;
pub mod usage;

#[cfg(test)]
mod tests;
