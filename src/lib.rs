//! Varco: the gateway between the pagoPA node and the systems of a public body.
//!
//! A request of the node passes from top to bottom, and no layer names one above it:
//!
//! ```text
//! node ─TLS─▶ tls ─▶ serve ─▶ soap ─▶ primitive ─▶ domain ─▶ store ═commit═▶ answer
//!             who?   limits   one     one file      pure      facts
//!                             pass    each          rules
//! ```
//!
//! 1. [`tls`] shakes hands and knows the caller, or refuses.
//! 2. [`serve`] bounds size, time and connections, and hands over bytes.
//! 3. [`soap`] finds the operation by the payload's root and decodes it with [`wire`], the contract
//!    enforced while reading; or it answers that operation's syntax fault.
//! 4. [`primitive`] checks the identifiers against the [`registry`], asks the [`domain`], and maps the
//!    decision to the response: one file for each operation.
//! 5. [`domain`] decides, by pure functions over facts and the clock.
//! 6. [`store`] keeps the facts: raw message, receipt and position in one commit.
//!
//! Where a system of the institution answers in our place, [`primitive`] asks it through [`partner`], and through
//! [`legacy`] if it speaks the old primitives. [`catalogue`] is what both the node and REST meet where something is paid for without a notice.
//! REST requests enter at [`api`] and meet the same `domain` and `store`; [`admin`] is what they find there to keep
//! secrets, sign people in and manage certificates. What goes out to an address that somebody named passes
//! [`guard`]. [`gateway`] puts the parts together; [`cli`] starts it. [`node`] is the other side: it plays the
//! payment node for testers. `tests/tidy.rs` holds the layers to this order.

pub mod admin;
pub mod api;
pub mod catalogue;
pub mod cli;
pub mod config;
pub mod documents;
pub mod domain;
pub mod gateway;
pub mod guard;
pub mod legacy;
pub mod node;
pub mod observe;
pub mod outbox;
pub mod pages;
pub mod partner;
pub mod preservation;
pub mod primitive;
pub mod recording;
pub mod registry;
pub mod schema;
pub mod serve;
pub mod soap;
pub mod store;
pub mod tls;
pub mod wire;
