//! Who may call: a certificate of a configured authority, and a name on the list.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use jiff::Timestamp;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{CertificateError, DigitallySignedStruct, OtherError, SignatureScheme};
use sha2::{Digest, Sha256};
use x509_parser::prelude::{FromDer, X509Certificate};

use super::held::Sha256Digest;
use super::names::DistinguishedName;

/// What we keep of a caller's certificate, read once per connection.
#[derive(Debug, Clone)]
pub struct ClientCertificate {
    /// Whom it names.
    pub subject: DistinguishedName,
    /// Who signed it.
    pub issuer: DistinguishedName,
    /// Serial number in hexadecimal, as authorities print it.
    pub serial: String,
    /// End of validity.
    pub not_after: Timestamp,
    /// The SHA-256 of the whole.
    pub fingerprint: Sha256Digest,
}

/// Bytes that are no X.509 certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an X.509 certificate")]
pub struct NotACertificate;

impl ClientCertificate {
    /// Reads the DER form.
    pub fn read(der: &[u8]) -> Result<Self, NotACertificate> {
        let (_, certificate) = X509Certificate::from_der(der).map_err(|_| NotACertificate)?;
        let not_after = certificate.validity().not_after.timestamp();
        Ok(Self {
            subject: DistinguishedName::of(certificate.subject()),
            issuer: DistinguishedName::of(certificate.issuer()),
            serial: certificate.raw_serial_as_string(),
            not_after: Timestamp::from_second(not_after).map_err(|_| NotACertificate)?,
            fingerprint: Sha256::digest(der).into(),
        })
    }
}

/// The callers let in.
#[derive(Debug, Clone)]
pub enum AllowList {
    /// These.
    Listed(Vec<Allowed>),
    /// Every certificate that verifies.
    AnyOfCa,
}

/// A caller let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Allowed {
    /// By subject and issuer together: a subject alone could be had from another of the configured
    /// authorities.
    Names {
        /// Whom it names.
        subject: DistinguishedName,
        /// Who signed it.
        issuer: DistinguishedName,
    },
    /// The certificate of that SHA-256.
    Certificate(Sha256Digest),
}

impl Allowed {
    fn permits(&self, certificate: &ClientCertificate) -> bool {
        match self {
            Self::Names { subject, issuer } => {
                subject.matches(&certificate.subject) && issuer.matches(&certificate.issuer)
            }
            Self::Certificate(fingerprint) => *fingerprint == certificate.fingerprint,
        }
    }
}

impl AllowList {
    /// Whether a verified certificate is on the list.
    pub fn permits(&self, certificate: &ClientCertificate) -> bool {
        match self {
            Self::AnyOfCa => true,
            Self::Listed(listed) => listed.iter().any(|one| one.permits(certificate)),
        }
    }
}

/// Why a certificate that verifies is refused still; written for the log, the peer sees an alert only.
#[derive(Debug, thiserror::Error)]
#[error(
    "the caller is not in soap.tls.allowed_clients: subject \"{}\", issuer \"{}\"",
    certificate.subject,
    certificate.issuer
)]
struct NotAllowed {
    certificate: ClientCertificate,
}

/// Why a certificate is refused that is on the list, or would be.
#[derive(Debug, thiserror::Error)]
#[error("a certificate is revoked here: subject \"{subject}\", serial {serial}")]
struct Revoked {
    subject: DistinguishedName,
    serial: String,
}

/// What went wrong in a handshake, in words for the log; rustls shows our own refusal as a structure.
pub fn refusal(error: &io::Error) -> String {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(rustls::Error::InvalidCertificate(CertificateError::Other(own))) => own.to_string(),
        Some(other) => other.to_string(),
        None => error.to_string(),
    }
}

/// The usual verification, then the list. Authentication is not authorisation: a public authority
/// signs for anyone.
#[derive(Debug)]
pub(super) struct AllowedClientVerifier {
    pub(super) chain: Arc<dyn ClientCertVerifier>,
    pub(super) allowed: AllowList,
    pub(super) revoked: BTreeSet<Sha256Digest>,
}

impl AllowedClientVerifier {
    /// Refuses what people revoked here, whatever its authority says of it.
    fn refuse_revoked(&self, shown: &[&CertificateDer<'_>]) -> Result<(), rustls::Error> {
        if self.revoked.is_empty() {
            return Ok(());
        }
        for one in shown {
            let one =
                ClientCertificate::read(one).map_err(|NotACertificate| CertificateError::BadEncoding)?;
            if self.revoked.contains(&one.fingerprint) {
                let revoked = Revoked { subject: one.subject, serial: one.serial };
                return Err(CertificateError::Other(OtherError(Arc::new(revoked))).into());
            }
        }
        Ok(())
    }
}

impl ClientCertVerifier for AllowedClientVerifier {
    fn root_hint_subjects(&self) -> &[rustls::DistinguishedName] {
        self.chain.root_hint_subjects()
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        let verified = self.chain.verify_client_cert(end_entity, intermediates, now)?;
        self.refuse_revoked(&std::iter::once(end_entity).chain(intermediates).collect::<Vec<_>>())?;
        let certificate =
            ClientCertificate::read(end_entity).map_err(|NotACertificate| CertificateError::BadEncoding)?;
        if self.allowed.permits(&certificate) {
            return Ok(verified);
        }
        Err(CertificateError::Other(OtherError(Arc::new(NotAllowed { certificate }))).into())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.chain.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.chain.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.chain.supported_verify_schemes()
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, DnType, DnValue, KeyPair};

    use super::*;

    fn certificate(names: &[(DnType, DnValue)]) -> ClientCertificate {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name = rcgen::DistinguishedName::new();
        for (kind, value) in names {
            params.distinguished_name.push(kind.clone(), value.clone());
        }
        let signed = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
        ClientCertificate::read(signed.der()).unwrap()
    }

    fn pair(subject: &str, issuer: &str) -> Allowed {
        let name = |text| DistinguishedName::parse(text).unwrap();
        Allowed::Names { subject: name(subject), issuer: name(issuer) }
    }

    #[test]
    fn both_names_must_match_the_same_pair() {
        let node = certificate(&[
            (DnType::CountryName, DnValue::PrintableString("IT".try_into().unwrap())),
            (DnType::OrganizationName, DnValue::Utf8String("Nodo, prova".into())),
            (DnType::CommonName, DnValue::BmpString("node.example".try_into().unwrap())),
        ]);
        assert_eq!(node.subject.to_string(), r"C=IT, O=Nodo\, prova, CN=node.example");
        let own = r#"CN=node.example, O="Nodo, Prova", C=IT"#;
        let other = "CN=other";
        let permits = |pairs: &[(&str, &str)]| {
            AllowList::Listed(pairs.iter().map(|(s, i)| pair(s, i)).collect()).permits(&node)
        };
        assert!(permits(&[(other, other), (own, own)]));
        assert!(permits(&[(&node.subject.to_string(), &node.issuer.to_string())]));
        assert!(!permits(&[(own, other), (other, own)]));
        assert!(!permits(&[]));
        assert!(AllowList::AnyOfCa.permits(&node));
        let other_one = [[0; 32], node.fingerprint].map(Allowed::Certificate);
        assert!(AllowList::Listed(other_one.to_vec()).permits(&node));
        assert!(!AllowList::Listed(other_one[..1].to_vec()).permits(&node));
    }

    #[test]
    fn noise_is_no_certificate() {
        assert_eq!(ClientCertificate::read(b"\x30\x03abc").unwrap_err(), NotACertificate);
    }
}
