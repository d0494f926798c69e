//! Who may ask for what: every route has a rule, one guard judges it before any handler, and the policy of the
//! domain decides. A route without a rule is closed.

mod guard;
mod held;
mod identify;
mod rules;
mod writes;

pub(super) use guard::Guard;
pub(super) use held::Access;
pub(super) use rules::{Needs, Of, Rule, Rules};
pub(super) use writes::{Every, WritesError, Written, carry_out, carry_out_every};

/// What an endpoint of the admin surface can refuse before its handler, for its documentation.
pub(super) fn refusals() -> [super::problem::Problem; 4] {
    use super::auth::AuthError;
    [
        AuthError::NoKey.into(),
        AuthError::UnknownKey.into(),
        AuthError::Denied.into(),
        held::ReasonError.into(),
    ]
}
