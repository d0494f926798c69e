//! The systems behind the gateway, and who answers for which notices from when on.

pub(super) mod form;
pub(super) mod partner;
pub(super) mod route;

pub use form::{NewPassword, partner_form, route_form};
pub use partner::PartnerRecord;
pub use route::RouteRecord;
