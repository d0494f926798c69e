//! Certificates that people manage: whom the listeners let in, what they show, and what we call others with.
//!
//! What a certificate says and what was done with it are facts; where it stands follows from them and from the
//! clock. What a new one has to fulfil is in [`check`], when it is told that one ends in [`alarm`].

pub mod alarm;
pub mod check;
mod life;
mod name;
mod selection;

use jiff::Timestamp;

use super::access::Tenant;
use super::text::Text;

pub use life::{Final, Life, Standing, State};
pub use name::{Host, HostError};
pub use selection::{InUse, in_use};

/// The name of a certificate: 32 hexadecimal digits that no other has. It is no secret.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CertificateId(Box<str>);

/// A text that is no name of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 32 hexadecimal digits")]
pub struct CertificateIdError;

impl CertificateId {
    /// The name of a new certificate, from two random numbers.
    pub fn drawn(one: u64, other: u64) -> Self {
        CertificateId(format!("{one:016x}{other:016x}").into())
    }

    /// Reads a name.
    pub fn new(text: &str) -> Result<Self, CertificateIdError> {
        if text.len() == 32 && text.bytes().all(is_digit) {
            Ok(CertificateId(text.into()))
        } else {
            Err(CertificateIdError)
        }
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A SHA-256 as 64 hexadecimal digits: of a certificate as a whole, or of its public key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(Box<str>);

/// A text that is no fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be the 64 hexadecimal digits of a SHA-256")]
pub struct FingerprintError;

impl Fingerprint {
    /// Reads a fingerprint as tools print it: in either case, with or without colons.
    pub fn new(text: &str) -> Result<Self, FingerprintError> {
        let digits: String = text.chars().filter(|c| *c != ':').map(|c| c.to_ascii_lowercase()).collect();
        if digits.len() == 64 && digits.bytes().all(is_digit) {
            Ok(Fingerprint(digits.into()))
        } else {
            Err(FingerprintError)
        }
    }

    /// The fingerprint of these bytes of a digest.
    pub fn of_digest(digest: [u8; 32]) -> Self {
        let digits: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        Fingerprint(digits.into())
    }

    /// The digits, in small letters and without colons.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_digit(byte: u8) -> bool {
    byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)
}

/// What a certificate is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// An authority that signs the certificates of who may call SOAP.
    NodeAuthority,
    /// A certificate with which the node calls, by its fingerprint or by its names.
    NodeCaller,
    /// What the SOAP listener shows.
    SoapServer,
    /// What the REST listener shows.
    ApiServer,
    /// What we show to the systems of a creditor institution.
    Client,
}

/// What must stand in a certificate besides its names for it to be of use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// It signs others.
    Signs,
    /// It is shown by who accepts connections.
    Serves,
    /// It is shown by who opens them.
    Calls,
}

impl Role {
    /// All roles.
    pub const ALL: [Role; 5] =
        [Role::NodeAuthority, Role::NodeCaller, Role::SoapServer, Role::ApiServer, Role::Client];

    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Role::NodeAuthority => "node_authority",
            Role::NodeCaller => "node_caller",
            Role::SoapServer => "soap_server",
            Role::ApiServer => "api_server",
            Role::Client => "client",
        }
    }

    /// The role of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }

    /// Whether it is ours: there is a private key, and the whole chain is shown.
    pub const fn is_ours(self) -> bool {
        matches!(self, Role::SoapServer | Role::ApiServer | Role::Client)
    }

    /// Whether only the one that was activated last is used; of the others all are, side by side.
    pub const fn is_exclusive(self) -> bool {
        matches!(self, Role::SoapServer | Role::ApiServer)
    }

    /// What it must be good for.
    pub const fn purpose(self) -> Purpose {
        match self {
            Role::NodeAuthority => Purpose::Signs,
            Role::SoapServer | Role::ApiServer => Purpose::Serves,
            Role::NodeCaller | Role::Client => Purpose::Calls,
        }
    }
}

/// Which node it belongs to. An installation uses those of its own environment alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Environment {
    /// Where systems are tried out.
    Test,
    /// Where citizens pay.
    Production,
}

impl Environment {
    /// All environments.
    pub const ALL: [Environment; 2] = [Environment::Test, Environment::Production];

    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Environment::Test => "test",
            Environment::Production => "production",
        }
    }

    /// The environment of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|environment| environment.word() == word)
    }
}

/// A certificate that people manage, from the request for it to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Its name.
    pub id: CertificateId,
    /// Whose it is. Only client certificates can be of others than the gateway.
    pub owner: Tenant,
    /// What it is for.
    pub role: Role,
    /// Which node it belongs to.
    pub environment: Environment,
    /// What people call it.
    pub label: Text<140>,
    /// What it is.
    pub content: Content,
    /// What was done with it.
    pub life: Life,
}

/// What is there of a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// A key and a request for a certificate, to be signed by an authority.
    Requested(Request),
    /// The certificate.
    Chain(Chain),
    /// The names of a caller, whose certificate need not be known.
    Names(CallerNames),
}

/// A request for a certificate (PKCS#10).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The request, in PEM form.
    pub pem: String,
    /// Whom it names.
    pub subject: String,
    /// The hosts that it names.
    pub names: Vec<String>,
    /// The SHA-256 of its public key.
    pub public_key: Fingerprint,
}

/// A certificate with those that signed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// The certificates in PEM form, the one that it is about first.
    pub pem: String,
    /// The request that it answers, if its key was generated here.
    pub request: Option<String>,
    /// How a caller is known by it.
    pub known_by: KnownBy,
    /// What the first certificate says.
    pub facts: Facts,
}

/// How a caller is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KnownBy {
    /// This certificate and no other.
    Fingerprint,
    /// Any with its subject and issuer: that survives the yearly renewal.
    Names,
}

impl KnownBy {
    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            KnownBy::Fingerprint => "fingerprint",
            KnownBy::Names => "names",
        }
    }

    /// The way of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        [KnownBy::Fingerprint, KnownBy::Names].into_iter().find(|way| way.word() == word)
    }
}

/// A caller by the names in its certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallerNames {
    /// Distinguished name of the caller.
    pub subject: String,
    /// Distinguished name of the authority that signed it.
    pub issuer: String,
}

/// What a certificate says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Whom it names, such as `C=IT, O=Ente, CN=host.example`.
    pub subject: String,
    /// Who signed it.
    pub issuer: String,
    /// Its serial number, in hexadecimal.
    pub serial: String,
    /// The hosts that it is good for: names and addresses.
    pub names: Vec<String>,
    /// From when it is valid.
    pub not_before: Timestamp,
    /// Until when it is valid.
    pub not_after: Timestamp,
    /// The SHA-256 of the whole certificate.
    pub fingerprint: Fingerprint,
    /// The SHA-256 of its public key, by which its private key is found.
    pub public_key: Fingerprint,
}

impl Certificate {
    /// What it says, if it is there.
    pub fn facts(&self) -> Option<&Facts> {
        match &self.content {
            Content::Chain(chain) => Some(&chain.facts),
            Content::Requested(_) | Content::Names(_) => None,
        }
    }

    /// The SHA-256 of its public key, if that is known.
    pub fn public_key(&self) -> Option<&Fingerprint> {
        match &self.content {
            Content::Requested(request) => Some(&request.public_key),
            Content::Chain(chain) => Some(&chain.facts.public_key),
            Content::Names(_) => None,
        }
    }

    /// When it ends, if that is known.
    pub fn not_after(&self) -> Option<Timestamp> {
        self.facts().map(|facts| facts.not_after)
    }

    /// Where it stands.
    pub fn state(&self, now: Timestamp) -> State {
        self.life.state(self.not_after(), now)
    }

    /// Whether it counts, or would if no later one stood in its place.
    pub fn is_usable(&self, now: Timestamp) -> bool {
        let begun = self.facts().is_none_or(|facts| facts.not_before <= now);
        begun && self.life.is_used(now) && self.not_after().is_none_or(|end| now <= end)
    }
}

#[cfg(test)]
mod tests;
