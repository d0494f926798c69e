//! Certificates as JSON. Instants are UTC.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::admin::certificates::KeyAlgorithm;
use crate::api::openapi::form::{HexSha256, Instant, form, text, words};
use crate::domain::certificate::alarm::days_left;
use crate::domain::certificate::{Certificate, Content, Environment, Facts, InUse, KnownBy, Role, State};

/// What a certificate is for.
pub(super) enum RoleWord {}
form!(
    RoleWord,
    "CertificateRole",
    words(
        Role::ALL.map(Role::word),
        "node_authority: signs the certificates of who may call SOAP; node_caller: may call SOAP; soap_server and api_server: what the listeners show; client: what we show to the systems of an institution.",
    )
);

/// Where a certificate stands.
pub(super) enum StateWord {}
form!(
    StateWord,
    "CertificateState",
    words(
        State::ALL.map(State::word),
        "requested: there is a request for it; uploaded: it is here; active: it is used; superseded: others are, it may be for a while; revoked: it is never used again; expired: it has ended.",
    )
);

/// Which node a certificate belongs to.
pub(super) enum EnvironmentWord {}
form!(
    EnvironmentWord,
    "CertificateEnvironment",
    words(
        Environment::ALL.map(Environment::word),
        "An installation uses those of its own environment alone."
    )
);

/// How a caller is known.
pub(super) enum KnownByWord {}
form!(
    KnownByWord,
    "CallerKnownBy",
    words(
        [KnownBy::Fingerprint.word(), KnownBy::Names.word()],
        "fingerprint: this certificate and no other; names: any with its subject and issuer, which survives a renewal.",
    )
);

/// What kind of key is made.
pub(super) enum AlgorithmWord {}
form!(
    AlgorithmWord,
    "KeyAlgorithm",
    words(KeyAlgorithm::ALL.map(KeyAlgorithm::word), "RSA of 3072 bits, or the curve P-256.")
);

/// Whose a certificate is.
pub(super) enum OwnerText {}
form!(
    OwnerText,
    "CertificateOwner",
    text(
        "^(gateway|ec:[0-9]{11}|broker:.{1,35})$",
        "The installation, an institution or a broker.",
        "gateway"
    )
);

/// A certificate, from the request for it to its end. No secret is ever in it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Certificate)]
pub(super) struct CertificateModel {
    /// Its id.
    id: String,
    /// Whose it is.
    #[schema(value_type = OwnerText)]
    owner: String,
    /// What it is for.
    #[schema(value_type = RoleWord)]
    role: &'static str,
    /// Which node it belongs to.
    #[schema(value_type = EnvironmentWord)]
    environment: &'static str,
    /// What people call it.
    label: String,
    /// Where it stands.
    #[schema(value_type = StateWord)]
    state: &'static str,
    /// Whether it counts now; of those that listeners show only the latest does.
    in_use: bool,
    /// When it came, as a request or as a certificate.
    #[schema(value_type = Instant)]
    created_at: String,
    /// When the signed certificate came.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant)]
    uploaded_at: Option<String>,
    /// When it was last taken into use.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant)]
    activated_at: Option<String>,
    /// When it was taken out of use.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant)]
    superseded_at: Option<String>,
    /// Until when it is used all the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant)]
    overlap_until: Option<String>,
    /// When it was revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant)]
    revoked_at: Option<String>,
    /// How a caller is known by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = KnownByWord)]
    known_by: Option<&'static str>,
    /// Whom it names.
    subject: String,
    /// Who signed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    issuer: Option<String>,
    /// Its serial number, in hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    serial: Option<String>,
    /// The hosts that it is good for.
    names: Vec<String>,
    /// From when it is valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant)]
    not_before: Option<String>,
    /// Until when it is valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant)]
    not_after: Option<String>,
    /// How many whole days are left; negative once it has ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64)]
    days_left: Option<i64>,
    /// The SHA-256 of the certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = HexSha256)]
    fingerprint: Option<String>,
    /// The SHA-256 of its public key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = HexSha256)]
    public_key: Option<String>,
}

/// Certificates.
#[derive(Serialize, ToSchema)]
#[schema(as = Certificates)]
pub(super) struct CertificatesModel {
    /// Those that the caller may see, in the order in which they came.
    pub certificates: Vec<CertificateModel>,
}

impl CertificateModel {
    pub(super) fn new(one: &Certificate, used: &InUse<'_>, now: Timestamp) -> Self {
        let text = |at: Option<Timestamp>| at.map(|at| at.to_string());
        let facts = one.facts();
        let of_facts = |value: fn(&Facts) -> String| facts.map(value);
        let (subject, names, known_by, public_key) = match &one.content {
            Content::Requested(request) => {
                (&request.subject, request.names.clone(), None, Some(&request.public_key))
            }
            Content::Chain(chain) => {
                let known_by = (one.role == Role::NodeCaller).then_some(chain.known_by.word());
                let facts = &chain.facts;
                (&facts.subject, facts.names.clone(), known_by, Some(&facts.public_key))
            }
            Content::Names(names) => (&names.subject, Vec::new(), Some(KnownBy::Names.word()), None),
        };
        let issuer = match &one.content {
            Content::Names(names) => Some(names.issuer.clone()),
            Content::Requested(_) | Content::Chain(_) => of_facts(|facts| facts.issuer.clone()),
        };
        CertificateModel {
            id: one.id.as_str().to_owned(),
            owner: one.owner.to_string(),
            role: one.role.word(),
            environment: one.environment.word(),
            label: one.label.as_str().to_owned(),
            state: one.state(now).word(),
            in_use: is_used(one, used, now),
            created_at: one.life.created_at.to_string(),
            uploaded_at: text(one.life.uploaded_at),
            activated_at: text(one.life.activated_at),
            superseded_at: text(one.life.superseded_at),
            overlap_until: text(one.life.overlap_until),
            revoked_at: text(one.life.revoked_at),
            known_by,
            subject: subject.clone(),
            issuer,
            serial: of_facts(|facts| facts.serial.clone()),
            names,
            not_before: text(facts.map(|facts| facts.not_before)),
            not_after: text(one.not_after()),
            days_left: one.not_after().map(|end| days_left(end, now)),
            fingerprint: of_facts(|facts| facts.fingerprint.as_str().to_owned()),
            public_key: public_key.map(|key| key.as_str().to_owned()),
        }
    }
}

fn is_used(one: &Certificate, used: &InUse<'_>, now: Timestamp) -> bool {
    let among = |list: &[&Certificate]| list.iter().any(|used| used.id == one.id);
    match one.role {
        Role::SoapServer => among(used.soap_server.as_slice()),
        Role::ApiServer => among(used.api_server.as_slice()),
        Role::NodeAuthority => among(&used.authorities),
        Role::NodeCaller => among(&used.callers),
        Role::Client => one.is_usable(now),
    }
}
