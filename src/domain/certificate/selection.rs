//! Which certificates are used now.

use jiff::Timestamp;

use super::{Certificate, Environment, Fingerprint, Role};

/// The certificates that are used. Where there are none, the files of the configuration stand in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InUse<'a> {
    /// What the SOAP listener shows.
    pub soap_server: Option<&'a Certificate>,
    /// What the REST listener shows.
    pub api_server: Option<&'a Certificate>,
    /// What we show to systems that we call.
    pub client: Option<&'a Certificate>,
    /// The authorities of who may call SOAP.
    pub authorities: Vec<&'a Certificate>,
    /// Which of the certificates that they signed may call.
    pub callers: Vec<&'a Certificate>,
    /// What is revoked: not used even where a file has it.
    pub revoked: Vec<&'a Fingerprint>,
}

/// Chooses what is used at an instant.
pub fn in_use(all: &[Certificate], environment: Environment, now: Timestamp) -> InUse<'_> {
    let usable = |role: Role| {
        all.iter().filter(move |one| one.role == role && one.environment == environment && one.is_usable(now))
    };
    let latest = |role: Role| usable(role).max_by_key(|one| (one.life.activated_at, &one.id));
    let revoked = all.iter().filter(|one| one.life.revoked_at.is_some());
    InUse {
        soap_server: latest(Role::SoapServer),
        api_server: latest(Role::ApiServer),
        client: latest(Role::Client),
        authorities: usable(Role::NodeAuthority).collect(),
        callers: usable(Role::NodeCaller).collect(),
        revoked: revoked.filter_map(|one| one.facts().map(|facts| &facts.fingerprint)).collect(),
    }
}
