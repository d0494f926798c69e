//! Who may ask for what: every route has a rule, one guard judges it before any handler, and the policy of the
//! domain decides. A route without a rule is closed.

mod guard;
mod held;
mod identify;
mod pace;
mod rules;
mod signed_in;
mod writes;

pub(super) use guard::Guard;
pub(super) use held::{Access, Public};
pub use pace::{Callers, Pace, TooOften};
pub(super) use rules::{Needs, Of, Rule, Rules};
pub use signed_in::ClientAddress;
pub(super) use signed_in::{
    LOGIN_COOKIE, NoDoor, SESSION_COOKIE, SignedIn, away, client_address, cookie, door, dropped, kept,
    provider_away, same_origin, user_agent,
};
pub(super) use writes::{Every, WritesError, Written, carry_out, carry_out_every};

/// What an endpoint of the admin surface can refuse before its handler, for its documentation.
pub(super) fn refusals() -> [super::problem::Problem; 7] {
    use super::auth::AuthError;
    [
        AuthError::NoKey.into(),
        AuthError::UnknownKey.into(),
        AuthError::NoSession.into(),
        AuthError::BadToken.into(),
        AuthError::NotOwn.into(),
        AuthError::Denied.into(),
        held::ReasonError.into(),
    ]
}
