//! Certificates as people bring them: PEM, with the key beside them or not, and PKCS#12.

use std::collections::BTreeSet;

use jiff::Timestamp;
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::pkcs12::Pkcs12;
use openssl::pkey::{HasPublic, Id, PKey, PKeyRef, Private};
use openssl::x509::{X509, X509Ref};
use secrecy::{ExposeSecret, SecretString};
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::domain::certificate::check::{Brought, KeyKind, Link, Read, SignatureHash};
use crate::domain::certificate::{Facts, Fingerprint};
use crate::tls::DistinguishedName;

/// Certificates and, it may be, the private key of the first.
pub(super) struct Bundle {
    pub(super) chain: Vec<X509>,
    pub(super) key: Option<PKey<Private>>,
}

/// Why what was brought can't be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// It is no PEM.
    #[error("it holds no certificate in PEM form")]
    NoCertificate,
    /// One of the certificates is broken.
    #[error("it holds a certificate that cannot be read")]
    BrokenCertificate,
    /// The key is broken, or locked by a password that was not given or is another.
    #[error("the private key cannot be read: it is broken, or its password is missing or wrong")]
    Key,
    /// It is no PKCS#12.
    #[error("it is not a PKCS#12 file")]
    NotPkcs12,
    /// The file is locked by another password.
    #[error("the password does not open the PKCS#12 file")]
    Password,
    /// It is encrypted as nobody should any more.
    #[error("the PKCS#12 file is encrypted in an outdated way (RC2): export it again, with AES")]
    Outdated,
    /// It is no list.
    #[error("it is not a revocation list, neither in PEM nor in DER form")]
    NotList,
    /// It is a list that listeners can't use.
    #[error("the list is not of the second version, or does not say by when the next one comes")]
    UnusableList,
}

impl Unreadable {
    /// What it is, for programs.
    pub const fn code(self) -> &'static str {
        match self {
            Unreadable::NoCertificate => "no_certificate",
            Unreadable::BrokenCertificate => "broken_certificate",
            Unreadable::Key => "unreadable_key",
            Unreadable::NotPkcs12 => "not_pkcs12",
            Unreadable::Password => "wrong_password",
            Unreadable::Outdated => "outdated_encryption",
            Unreadable::NotList => "not_a_list",
            Unreadable::UnusableList => "unusable_list",
        }
    }
}

/// Reads PEM: certificates in their order, and a key that is among them or beside them.
pub(super) fn pem(
    certificates: &str,
    key: Option<&SecretString>,
    password: Option<&SecretString>,
) -> Result<Bundle, Unreadable> {
    let chain = if certificates.contains("-----BEGIN") {
        X509::stack_from_pem(certificates.as_bytes()).map_err(|_| Unreadable::BrokenCertificate)?
    } else {
        Vec::new()
    };
    if chain.is_empty() {
        return Err(Unreadable::NoCertificate);
    }
    let among = certificates.contains("PRIVATE KEY-----").then_some(certificates);
    let text = key.map(|key| key.expose_secret()).or(among);
    let key = text.map(|text| private_key(text, password)).transpose()?;
    Ok(Bundle { chain, key })
}

/// Reads a private key in PEM form. Without a password a locked one is not asked for.
pub(super) fn private_key(text: &str, password: Option<&SecretString>) -> Result<PKey<Private>, Unreadable> {
    let given = password.map(|password| password.expose_secret().as_bytes()).unwrap_or_default();
    let key = PKey::private_key_from_pem_callback(text.as_bytes(), |place| {
        let room = place.get_mut(..given.len()).ok_or_else(ErrorStack::get)?;
        room.copy_from_slice(given);
        Ok(given.len())
    });
    key.map_err(|_| Unreadable::Key)
}

/// Reads PKCS#12: the certificate of the key comes first, then those that signed it, in their order.
pub(super) fn pkcs12(bytes: &[u8], password: &SecretString) -> Result<Bundle, Unreadable> {
    let file = Pkcs12::from_der(bytes).map_err(|_| Unreadable::NotPkcs12)?;
    let parsed = file.parse2(password.expose_secret()).map_err(|error| refusal(&error))?;
    let others = parsed.ca.into_iter().flatten().collect();
    let chain = match parsed.cert {
        Some(leaf) => sorted(leaf, others),
        None => others,
    };
    if chain.is_empty() {
        return Err(Unreadable::NoCertificate);
    }
    Ok(Bundle { chain, key: parsed.pkey })
}

fn refusal(error: &ErrorStack) -> Unreadable {
    let says = |word: &str| {
        error.errors().iter().any(|one| one.reason().is_some_and(|reason| reason.contains(word)))
    };
    if says("mac verify") {
        Unreadable::Password
    } else if says("unsupported") {
        Unreadable::Outdated
    } else {
        Unreadable::NotPkcs12
    }
}

/// PKCS#12 has no order of its own: each is put behind the one that it signed.
fn sorted(leaf: X509, mut others: Vec<X509>) -> Vec<X509> {
    let mut chain = vec![leaf];
    while let Some(last) = chain.last() {
        let signer = others.iter().position(|one| one.issued(last) == openssl::x509::X509VerifyResult::OK);
        match signer {
            Some(place) if !is_root(last) => chain.push(others.remove(place)),
            _ => break,
        }
    }
    chain.append(&mut others);
    chain
}

fn is_root(one: &X509Ref) -> bool {
    one.issued(one) == openssl::x509::X509VerifyResult::OK
        && one.public_key().is_ok_and(|key| one.verify(&key).unwrap_or(false))
}

/// What a bundle comes to: the facts of each certificate, and how they hang together. `roots` are the
/// authorities that this machine knows.
pub(super) fn brought(
    chain: &[X509],
    key: Option<Fingerprint>,
    roots: &[X509],
) -> Result<Brought, Unreadable> {
    let read = chain.iter().map(|one| certificate(one)).collect::<Result<Vec<_>, _>>()?;
    let links = chain.windows(2).filter_map(|pair| match pair {
        [one, next] => Some(link(one, next)),
        _ => None,
    });
    let is_anchored = chain.last().is_some_and(|last| {
        roots.iter().any(|root| link(last, root) == Link::Signed || root.to_der().ok() == last.to_der().ok())
    });
    Ok(Brought { links: links.collect(), chain: read, is_anchored, key })
}

fn link(one: &X509Ref, next: &X509Ref) -> Link {
    let names = (one.issuer_name().to_der(), next.subject_name().to_der());
    if !matches!(names, (Ok(issuer), Ok(subject)) if issuer == subject) {
        return Link::OtherName;
    }
    let signed = next.public_key().and_then(|key| one.verify(&key));
    if signed.unwrap_or(false) { Link::Signed } else { Link::OtherKey }
}

/// The SHA-256 of a public key.
pub(super) fn key_fingerprint<T: HasPublic>(key: &PKeyRef<T>) -> Result<Fingerprint, ErrorStack> {
    digest(&key.public_key_to_der()?)
}

pub(super) fn digest(bytes: &[u8]) -> Result<Fingerprint, ErrorStack> {
    let digest = openssl::hash::hash(MessageDigest::sha256(), bytes)?;
    Ok(Fingerprint::of_digest(digest.as_ref().try_into().unwrap_or([0; 32])))
}

/// Signatures over SHA-1, MD5 or MD2, by their object identifiers.
const BROKEN: [&str; 6] = [
    "1.2.840.113549.1.1.2",
    "1.2.840.113549.1.1.4",
    "1.2.840.113549.1.1.5",
    "1.2.840.10045.4.1",
    "1.2.840.10040.4.3",
    "1.3.14.3.2.29",
];

/// What one certificate says.
fn certificate(one: &X509Ref) -> Result<Read, Unreadable> {
    let der = one.to_der().map_err(|_| Unreadable::BrokenCertificate)?;
    let (_, parsed) = X509Certificate::from_der(&der).map_err(|_| Unreadable::BrokenCertificate)?;
    let key = one.public_key().map_err(|_| Unreadable::BrokenCertificate)?;
    let broken = |_: ErrorStack| Unreadable::BrokenCertificate;
    let facts = Facts {
        subject: DistinguishedName::of(parsed.subject()).to_string(),
        issuer: DistinguishedName::of(parsed.issuer()).to_string(),
        serial: parsed.raw_serial_as_string(),
        names: hosts(&parsed),
        not_before: instant(parsed.validity().not_before.timestamp())?,
        not_after: instant(parsed.validity().not_after.timestamp())?,
        fingerprint: digest(&der).map_err(broken)?,
        public_key: key_fingerprint(&key).map_err(broken)?,
    };
    let usage = parsed.extended_key_usage().ok().flatten().map(|usage| usage.value);
    let extended = |fits: fn(&x509_parser::extensions::ExtendedKeyUsage<'_>) -> bool| {
        usage.is_none_or(|usage| usage.any || fits(usage))
    };
    Ok(Read {
        facts,
        key: match key.id() {
            Id::RSA | Id::RSA_PSS => KeyKind::Rsa,
            Id::EC => KeyKind::Curve,
            _ => KeyKind::Other,
        },
        bits: key.bits(),
        hash: if BROKEN.contains(&parsed.signature_algorithm.algorithm.to_id_string().as_str()) {
            SignatureHash::Broken
        } else {
            SignatureHash::Sound
        },
        signs: signs(&parsed),
        serves: extended(|usage| usage.server_auth),
        calls: extended(|usage| usage.client_auth),
        is_root: is_root(one),
    })
}

fn signs(parsed: &X509Certificate<'_>) -> bool {
    let is_ca = parsed.basic_constraints().ok().flatten().is_some_and(|basic| basic.value.ca);
    let usage = parsed.key_usage().ok().flatten();
    is_ca && usage.is_none_or(|usage| usage.value.key_cert_sign())
}

fn instant(seconds: i64) -> Result<Timestamp, Unreadable> {
    Timestamp::from_second(seconds).map_err(|_| Unreadable::BrokenCertificate)
}

fn hosts(parsed: &X509Certificate<'_>) -> Vec<String> {
    let mut names = BTreeSet::new();
    for extension in parsed.extensions() {
        let ParsedExtension::SubjectAlternativeName(alternative) = extension.parsed_extension() else {
            continue;
        };
        for name in &alternative.general_names {
            match name {
                GeneralName::DNSName(name) if !name.contains(char::is_whitespace) => {
                    names.insert((*name).to_owned());
                }
                GeneralName::IPAddress(bytes) => names.extend(address(bytes)),
                _ => {}
            }
        }
    }
    names.into_iter().collect()
}

fn address(bytes: &[u8]) -> Option<String> {
    if let Ok(four) = <[u8; 4]>::try_from(bytes) {
        return Some(std::net::Ipv4Addr::from(four).to_string());
    }
    <[u8; 16]>::try_from(bytes).ok().map(|sixteen| std::net::Ipv6Addr::from(sixteen).to_string())
}
