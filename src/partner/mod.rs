//! Systems of institutions behind the gateway: how they are asked, and how they get their receipts.
//!
//! ```text
//! question ─▶ forward ─▶ exchange ─▶ partner          receipt ─▶ store ─▶ courier ─▶ exchange ─▶ partner
//!              judged     circuit, deadline, guard      one commit         over and over, until it is taken
//! ```
//!
//! Whatever a partner does, whoever asked gets an answer in time, or the reason why there is none
//! ([`PartnerFailure`]). What a partner says is held against the contract before it is told to the node.

pub mod courier;
mod exchange;
mod failure;
mod forward;
mod judge;
mod tally;

pub use exchange::{Again, Ask, Exchange, ExchangeSettings, Which};
pub use failure::{PartnerFailure, Untrue};
pub use forward::Forwarder;
pub use tally::{PartnerCounts, Tally};
