//! Who changes something, and why.

use jiff::Timestamp;

use crate::domain::access::{Role, Tenant};
use crate::domain::text::Text;

/// Who did something, as the audit keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct Author {
    /// The id of the person, of the API key, or of the part of the gateway.
    pub actor: String,
    /// What people call them.
    pub name: String,
    /// As what they were allowed to; none for the gateway itself.
    pub role: Option<Role>,
    /// Whose role it is.
    pub tenant: Tenant,
    /// The id of the request; empty for the gateway itself.
    pub request: String,
    /// Why, in their words.
    pub reason: Option<Text<300>>,
    /// When.
    pub at: Timestamp,
}

impl Author {
    /// A part of the gateway, which does what was decided before.
    pub fn gateway(part: &str, at: Timestamp) -> Self {
        Author {
            actor: format!("varco:{part}"),
            name: "Varco".to_owned(),
            role: None,
            tenant: Tenant::Gateway,
            request: String::new(),
            reason: None,
            at,
        }
    }
}
