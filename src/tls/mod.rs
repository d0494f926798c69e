//! TLS: who we are, who may call, and how both change without a restart.
//!
//! [`names`] compares distinguished names, [`identity`] decides who may call, [`acceptor`] builds one
//! rustls configuration out of files and what is [`held`] over them, [`reload`] swaps it while connections
//! go on. [`probe`] tries a handshake with somebody else.

pub mod acceptor;
pub mod held;
pub mod identity;
mod material;
pub mod names;
pub mod probe;
pub mod reload;

pub use acceptor::{CallerSettings, TlsError, TlsSettings};
pub use held::{Anchor, Held, Outdated, OwnPair, Revocation};
pub use identity::{AllowList, Allowed, ClientCertificate, refusal};
pub use names::DistinguishedName;
pub use reload::{Generation, Reload, TlsReloader};
