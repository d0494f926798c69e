//! From a TCP connection to the bytes of one request, everything bounded on the way.
//!
//! [`listener`] accepts and knows the peer, [`stack`] is what every request passes, [`soap_endpoint`]
//! hands SOAP bytes to a [`SoapHandler`], [`health`] answers the operator, [`shutdown`] ends it all.

mod catch;
mod connection;
mod contract;
pub mod health;
pub mod listener;
pub mod shutdown;
pub mod soap_endpoint;
pub mod stack;

use std::pin::Pin;

pub use health::{Check, Health};
pub use listener::{Limits, Listener, ListenerSettings, Peer, ServeError};
pub use shutdown::{Shutdown, Stopped};
pub use soap_endpoint::{Contract, SoapCall, SoapHandler, SoapReply, SoapSettings};
pub use stack::{Interface, RequestId, RequestIds, Stack};

/// A future behind a trait object.
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send + 'static>>;
