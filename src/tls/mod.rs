//! TLS: who we are, who may call, and how both change without a restart.
//!
//! [`names`] compares distinguished names, [`identity`] decides who may call, [`acceptor`] builds one
//! rustls configuration out of files, [`reload`] swaps it while connections go on.

pub mod acceptor;
pub mod identity;
pub mod names;
pub mod reload;

pub use acceptor::{CallerSettings, TlsError, TlsSettings};
pub use identity::{AllowList, ClientCertificate, refusal};
pub use names::DistinguishedName;
pub use reload::{Generation, Reload, TlsReloader};
