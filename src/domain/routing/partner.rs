//! Systems of institutions behind the gateway.

use std::fmt;

use super::Invention;
use crate::domain::access::Tenant;
use crate::domain::certificate::Fingerprint;
use crate::domain::subscription::WebhookUrl;
use crate::domain::text::Text;

/// The name of a partner, chosen by people: 1 to 35 small letters, digits and hyphens.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartnerId(Box<str>);

/// A text that is no name of a partner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must have 1 to 35 small letters, digits and hyphens")]
pub struct PartnerIdError;

impl PartnerId {
    /// Reads a name.
    pub fn new(text: &str) -> Result<Self, PartnerIdError> {
        let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if (1..=35).contains(&text.len()) && text.bytes().all(fits) {
            Ok(PartnerId(text.into()))
        } else {
            Err(PartnerIdError)
        }
    }

    /// The characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PartnerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Which language a partner speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaks {
    /// The node's own primitives: messages are relayed as they are.
    PaForNode,
    /// The old primitives (`paaVerificaRPT` and their like): messages are translated.
    Legacy,
}

impl Speaks {
    /// Both.
    pub const ALL: [Speaks; 2] = [Speaks::PaForNode, Speaks::Legacy];

    /// Its word, stored and told.
    pub const fn word(self) -> &'static str {
        match self {
            Speaks::PaForNode => "pa_for_node",
            Speaks::Legacy => "legacy",
        }
    }

    /// The language of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }
}

/// By what the password of a partner is known; the password itself is kept nowhere.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum PasswordHash {
    /// Its SHA-256.
    Digest([u8; 32]),
    /// A code over its SHA-256, under the master key of the vault.
    Code([u8; 32]),
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// A system of an institution, or of its technology partner, that answers in our place.
#[derive(Clone, Debug, PartialEq)]
pub struct Partner {
    /// Its name.
    pub id: PartnerId,
    /// Whose it is: an institution's or a broker's, never the gateway's own.
    pub owner: Tenant,
    /// What people call it.
    pub name: Text<140>,
    /// Which language it speaks.
    pub speaks: Speaks,
    /// Where it listens.
    pub url: WebhookUrl,
    /// Where it listens for receipts, if that is elsewhere (old systems: PagamentiTelematiciRT).
    pub rt_url: Option<WebhookUrl>,
    /// Where it listens for demands, if that is elsewhere (old systems: RichiestaAvvisi).
    pub demand_url: Option<WebhookUrl>,
    /// The certificate with which it calls us; a system that calls needs one.
    pub caller: Option<Fingerprint>,
    /// Its password, which old systems write into every message.
    pub password: Option<PasswordHash>,
    /// What is made up where it has no word for what the node must be told.
    pub invention: Invention,
    /// Whether it is asked and let in. Receipts wait for one that is not.
    pub enabled: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_words_are_read_as_they_are_written() {
        for good in ["a", "comune-di-prova-1", &"x".repeat(35)] {
            assert_eq!(PartnerId::new(good).unwrap().as_str(), good);
        }
        for bad in ["", "A", "a b", "a_b", "à", &"x".repeat(36)] {
            assert_eq!(PartnerId::new(bad), Err(PartnerIdError), "{bad}");
        }
        for one in Speaks::ALL {
            assert_eq!(Speaks::from_word(one.word()), Some(one));
        }
    }
}
