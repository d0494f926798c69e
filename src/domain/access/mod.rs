//! Who may do what: tenants, roles, permissions, delegations, and the one policy that decides.
//!
//! Whoever asks is an [`Actor`] with [`Grant`]s; what is asked is a [`Permission`] about a [`Tenant`];
//! [`policy::decide`] answers, and what it does not expressly allow is denied.

mod actor;
mod delegation;
mod key;
mod mandate;
mod permission;
pub mod policy;
mod product;
mod role;
mod tenant;

pub use actor::{Actor, ActorKind, Grant};
pub use delegation::{Delegation, Delegations, DomainError, TaxonomyDomain};
pub use key::{ApiKey, ApiScope, KeyDenied, KeyForm, KeyRights, Reach, Slot, handed_on, key_text};
pub use mandate::{Act, Deed, Mandate, MandateStatus, WrongStatus};
pub use permission::Permission;
pub use policy::{Acting, Denied};
pub use product::{KeyScope, Product};
pub use role::Role;
pub use tenant::{Tenant, TenantError};
