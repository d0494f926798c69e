//! Events on their way out: what was committed is handed to the endpoints that want it.

mod client;
mod guard;
mod signature;

pub use client::{Answer, ClientError, ClientSettings, NoAnswer, Sender};
pub use guard::{Forbidden, Found, Guard, Lookup};
pub use signature::{Secret, Secrets};
