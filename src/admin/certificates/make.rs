//! Keys, requests for certificates, and files to take away.

use openssl::ec::{EcGroup, EcKey};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkcs12::Pkcs12;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::stack::Stack;
use openssl::x509::extension::{ExtendedKeyUsage, SubjectAlternativeName};
use openssl::x509::{X509, X509NameBuilder, X509Req, X509ReqBuilder};
use secrecy::{ExposeSecret, SecretString};
use x509_parser::prelude::{FromDer, X509Name};

use super::read::key_fingerprint;
use crate::domain::certificate::{Host, Purpose, Request, Role};
use crate::tls::DistinguishedName;

/// What kind of key is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyAlgorithm {
    /// RSA of 3072 bits.
    Rsa3072,
    /// On the curve P-256.
    P256,
}

impl KeyAlgorithm {
    /// All kinds.
    pub const ALL: [KeyAlgorithm; 2] = [KeyAlgorithm::Rsa3072, KeyAlgorithm::P256];

    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            KeyAlgorithm::Rsa3072 => "rsa_3072",
            KeyAlgorithm::P256 => "p_256",
        }
    }

    /// The kind of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }
}

/// Whom a request for a certificate names: the parts in the order in which they are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Short names of the parts (`C`, `O`, `CN`) and their values.
    pub parts: Vec<(&'static str, String)>,
}

/// What is asked of an authority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// What the certificate is for.
    pub role: Role,
    /// The kind of its key.
    pub algorithm: KeyAlgorithm,
    /// Whom it names.
    pub subject: Subject,
    /// The hosts that it is good for.
    pub hosts: Vec<Host>,
}

/// How often the password of a file is hashed: this slows down who tries passwords.
const ROUNDS: u32 = 100_000;

pub(super) fn key(algorithm: KeyAlgorithm) -> Result<PKey<Private>, ErrorStack> {
    match algorithm {
        KeyAlgorithm::Rsa3072 => PKey::from_rsa(Rsa::generate(3072)?),
        KeyAlgorithm::P256 => {
            let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
            PKey::from_ec_key(EcKey::generate(&group)?)
        }
    }
}

pub(super) fn request(wanted: &Wanted, key: &PKey<Private>) -> Result<Request, ErrorStack> {
    let mut name = X509NameBuilder::new()?;
    for (part, value) in &wanted.subject.parts {
        name.append_entry_by_text(part, value)?;
    }
    let name = name.build();
    let mut builder = X509ReqBuilder::new()?;
    builder.set_subject_name(&name)?;
    builder.set_pubkey(key)?;
    let mut extensions = Stack::new()?;
    if !wanted.hosts.is_empty() {
        let mut alternative = SubjectAlternativeName::new();
        for host in &wanted.hosts {
            match host {
                Host::Name(name) => alternative.dns(name),
                Host::Address(address) => alternative.ip(&address.to_string()),
            };
        }
        extensions.push(alternative.build(&builder.x509v3_context(None))?)?;
    }
    let mut usage = ExtendedKeyUsage::new();
    match wanted.role.purpose() {
        Purpose::Serves => usage.server_auth(),
        Purpose::Calls | Purpose::Signs => usage.client_auth(),
    };
    extensions.push(usage.build()?)?;
    builder.add_extensions(&extensions)?;
    builder.sign(key, MessageDigest::sha256())?;
    let built = builder.build();
    Ok(Request {
        pem: text(built.to_pem()?),
        subject: shown(&built)?,
        names: wanted.hosts.iter().map(ToString::to_string).collect(),
        public_key: key_fingerprint(key)?,
    })
}

fn shown(request: &X509Req) -> Result<String, ErrorStack> {
    let der = request.subject_name().to_der()?;
    let name = X509Name::from_der(&der).ok().map(|(_, name)| DistinguishedName::of(&name).to_string());
    Ok(name.unwrap_or_default())
}

/// The certificates in PEM form.
pub(super) fn chain_pem(chain: &[X509]) -> Result<String, ErrorStack> {
    chain.iter().map(|one| one.to_pem().map(text)).collect()
}

/// A private key in PEM form (PKCS#8).
pub(super) fn key_pem(key: &PKey<Private>) -> Result<SecretString, ErrorStack> {
    Ok(SecretString::from(text(key.private_key_to_pem_pkcs8()?)))
}

/// A file with the chain and its private key, locked by a password.
pub(super) fn pkcs12(
    chain: &[X509],
    key: &PKey<Private>,
    (label, password): (&str, &SecretString),
) -> Result<Vec<u8>, ErrorStack> {
    let mut above = Stack::new()?;
    for one in chain.iter().skip(1) {
        above.push(one.clone())?;
    }
    let mut file = Pkcs12::builder();
    file.name(label).pkey(key).ca(above);
    if let Some(leaf) = chain.first() {
        file.cert(leaf);
    }
    file.key_algorithm(Nid::AES_256_CBC).cert_algorithm(Nid::AES_256_CBC);
    file.key_iter(ROUNDS).mac_iter(ROUNDS).mac_md(MessageDigest::sha256());
    file.build2(password.expose_secret())?.to_der()
}

fn text(pem: Vec<u8>) -> String {
    String::from_utf8_lossy(&pem).into_owned()
}
