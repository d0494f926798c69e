//! What the listeners use now of the certificates that people manage.

use jiff::Timestamp;
use secrecy::SecretString;

use super::{CertificateError, Certificates};
use crate::domain::certificate::{Certificate, Content, Fingerprint, KnownBy, in_use};
use crate::store::StoreError;
use crate::tls::{Allowed, Anchor, DistinguishedName, OwnPair};

/// What the listeners use. Where there is none of a kind, the files of the configuration stand in.
#[derive(Debug)]
pub struct Live {
    /// What the SOAP listener shows.
    pub soap_server: Result<Option<OwnPair>, Unusable>,
    /// What the REST listener shows.
    pub api_server: Result<Option<OwnPair>, Unusable>,
    /// What we show to systems that we call.
    pub client: Result<Option<OwnPair>, Unusable>,
    /// Who signs the certificates of callers.
    pub authorities: Option<Vec<Anchor>>,
    /// Which of them may call.
    pub callers: Option<Vec<Allowed>>,
    /// What is revoked, by its SHA-256.
    pub revoked: Vec<[u8; 32]>,
    /// Revocation lists in PEM form.
    pub lists: Vec<String>,
}

/// A certificate is to be used, and its private key can't be.
#[derive(Debug, thiserror::Error)]
#[error("the private key of the certificate {id} ({label}) can't be used: {source}")]
pub struct Unusable {
    /// Its name.
    pub id: String,
    /// What people call it.
    pub label: String,
    /// Why.
    pub source: CertificateError,
}

impl Certificates {
    /// What is used at that instant.
    pub async fn live(&self, now: Timestamp) -> Result<Live, StoreError> {
        let all = self.0.store.certificates().await?;
        let lists = self.0.store.revocation_lists().await?;
        let used = in_use(&all, self.environment(), now);
        let allowed: Vec<Allowed> = used.callers.iter().filter_map(|one| allowed(one)).collect();
        let anchors: Vec<Anchor> = used.authorities.iter().filter_map(|one| anchor(one)).collect();
        Ok(Live {
            soap_server: self.pair(used.soap_server).await,
            api_server: self.pair(used.api_server).await,
            client: self.pair(used.client).await,
            authorities: (!anchors.is_empty()).then_some(anchors),
            callers: (!allowed.is_empty()).then_some(allowed),
            revoked: used.revoked.into_iter().filter_map(bytes).collect(),
            lists: lists.into_iter().map(|list| list.pem).collect(),
        })
    }

    async fn pair(&self, one: Option<&Certificate>) -> Result<Option<OwnPair>, Unusable> {
        let Some((one, chain)) = one.and_then(|one| match &one.content {
            Content::Chain(chain) => Some((one, chain)),
            Content::Requested(_) | Content::Names(_) => None,
        }) else {
            return Ok(None);
        };
        let pair = |key: SecretString| OwnPair { name: name(one), chain: chain.pem.clone(), key };
        let key = self.private_key(&chain.facts.public_key).await;
        key.map(|key| Some(pair(key))).map_err(|source| Unusable {
            id: one.id.as_str().to_owned(),
            label: one.label.as_str().to_owned(),
            source,
        })
    }
}

fn name(one: &Certificate) -> String {
    format!("the certificate {} ({})", one.id.as_str(), one.label)
}

fn anchor(one: &Certificate) -> Option<Anchor> {
    match &one.content {
        Content::Chain(chain) => Some(Anchor { name: name(one), pem: chain.pem.clone() }),
        Content::Requested(_) | Content::Names(_) => None,
    }
}

fn allowed(one: &Certificate) -> Option<Allowed> {
    let (subject, issuer) = match &one.content {
        Content::Chain(chain) if chain.known_by == KnownBy::Fingerprint => {
            return bytes(&chain.facts.fingerprint).map(Allowed::Certificate);
        }
        Content::Chain(chain) => (&chain.facts.subject, &chain.facts.issuer),
        Content::Names(names) => (&names.subject, &names.issuer),
        Content::Requested(_) => return None,
    };
    let name = |text: &str| DistinguishedName::parse(text).ok();
    Some(Allowed::Names { subject: name(subject)?, issuer: name(issuer)? })
}

fn bytes(fingerprint: &Fingerprint) -> Option<[u8; 32]> {
    let digits = fingerprint.as_str();
    let byte = |place: usize| u8::from_str_radix(digits.get(place..place + 2)?, 16).ok();
    let bytes: Vec<u8> = (0..digits.len()).step_by(2).filter_map(byte).collect();
    bytes.try_into().ok()
}
