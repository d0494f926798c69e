//! The register: who is served, through which stations, and under which codes, with all that is known of
//! each.
//!
//! The hot path reads a few of these facts, as the parties of [`party`](super::party); the rest is for the
//! people who keep the register and for the documents that are made of it.

pub mod broker;
pub mod census;
pub mod contact;
pub mod encoding;
pub mod institution;
pub mod relation;
pub mod station;
pub mod visible;

pub use broker::BrokerFacts;
pub use census::{Census, RegisteredStation};
pub use contact::{Contact, EmailAddress, Telephone};
pub use encoding::{Encoding, EncodingError, EncodingKind};
pub use institution::{CbillCode, InstitutionAddress, InstitutionFacts, Reporting};
pub use relation::{Codes, CodesError, LinkCode, Relation, RelationFlags};
pub use station::{
    Address, Port, Protocol, Proxy, Redirect, Service, StationFacts, StationVersion, Target, Tuning,
};
pub use visible::{Visible, VisibleError};
