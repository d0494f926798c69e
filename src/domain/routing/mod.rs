//! Who answers for a notice: we, or a system of the institution behind us.
//!
//! A [`Route`] says it for the notices of one relation and one code, from a day on. Which one holds at an
//! instant is a function of all routes of an institution and the clock ([`Routes::at`]); nothing has to run for
//! a change to begin or an overlap to end.

pub mod attempt;
mod invention;
mod letter;
mod partner;
mod password;
mod route;
mod rules;
mod stand;
#[cfg(test)]
mod tests;

pub use invention::{ANONYMOUS, CATEGORY, Invention, InventionError, Wait};
pub use letter::{Delivery, Handed, LATE_AFTER, LetterForm, again};
pub use partner::{Partner, PartnerId, PartnerIdError, PasswordHash, Speaks};
pub use password::{PASSWORD_LENGTH, password_text};
pub use route::{Handler, Route, Routes, Standing};
pub use rules::{LATE, LONGEST_OVERLAP, NamedPartner, RouteError, Surroundings, WantedRoute};
pub use stand::RouteState;
