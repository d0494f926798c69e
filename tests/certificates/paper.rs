//! Authorities that sign whatever a test wants: right certificates, and every kind of wrong one.

use openssl::asn1::{Asn1Integer, Asn1Time};
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, PKeyRef, Private, Public};
use openssl::rsa::Rsa;
use openssl::x509::extension::{BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectAlternativeName};
use openssl::x509::{X509, X509Name, X509NameBuilder, X509NameRef, X509Req};

use crate::support::samples;

const DAY: i64 = 86_400;

/// What a certificate is to say.
#[derive(Clone)]
pub struct Wanted {
    pub name: &'static str,
    pub hosts: Vec<&'static str>,
    /// Days from now of its beginning and end.
    pub days: (i64, i64),
    pub is_authority: bool,
    /// `server`, `client`, both, or neither said.
    pub usage: &'static [&'static str],
    pub hash: MessageDigest,
    pub serial: u32,
}

pub fn wanted(name: &'static str) -> Wanted {
    Wanted {
        name,
        hosts: vec!["localhost"],
        days: (-1, 365),
        is_authority: false,
        usage: &["server", "client"],
        hash: MessageDigest::sha256(),
        serial: 7,
    }
}

/// A certificate with its key.
#[derive(Clone)]
pub struct Paper {
    pub certificate: X509,
    pub key: PKey<Private>,
}

impl Paper {
    pub fn pem(&self) -> String {
        String::from_utf8(self.certificate.to_pem().unwrap()).unwrap()
    }

    pub fn key_pem(&self) -> String {
        String::from_utf8(self.key.private_key_to_pem_pkcs8().unwrap()).unwrap()
    }

    /// An authority of its own.
    pub fn root(name: &'static str) -> Paper {
        Paper::self_signed(&Wanted { is_authority: true, hosts: Vec::new(), usage: &[], ..wanted(name) })
    }

    pub fn self_signed(wanted: &Wanted) -> Paper {
        let key = curve();
        let name = named(wanted.name);
        let certificate = sign(wanted, &public(&key), (&name, &key));
        Paper { certificate, key }
    }

    /// An authority below this one.
    pub fn below(&self, name: &'static str) -> Paper {
        self.issue(&Wanted { is_authority: true, hosts: Vec::new(), usage: &[], ..wanted(name) })
    }

    pub fn issue(&self, wanted: &Wanted) -> Paper {
        self.issue_for(wanted, curve())
    }

    pub fn issue_for(&self, wanted: &Wanted, key: PKey<Private>) -> Paper {
        let certificate = sign(wanted, &public(&key), (self.certificate.subject_name(), &self.key));
        Paper { certificate, key }
    }

    /// Signs a request, as an authority would: names and usage are those that it asks for here.
    pub fn answer(&self, request: &str, wanted: &Wanted) -> String {
        let request = X509Req::from_pem(request.as_bytes()).unwrap();
        let key = request.public_key().unwrap();
        assert!(request.verify(&key).unwrap());
        let signed = sign(wanted, &key, (self.certificate.subject_name(), &self.key));
        String::from_utf8(signed.to_pem().unwrap()).unwrap()
    }
}

pub fn curve() -> PKey<Private> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap()
}

pub fn rsa(bits: u32) -> PKey<Private> {
    PKey::from_rsa(Rsa::generate(bits).unwrap()).unwrap()
}

fn public(key: &PKey<Private>) -> PKey<Public> {
    PKey::public_key_from_der(&key.public_key_to_der().unwrap()).unwrap()
}

fn named(name: &str) -> X509Name {
    let mut builder = X509NameBuilder::new().unwrap();
    builder.append_entry_by_text("CN", name).unwrap();
    builder.build()
}

fn sign(wanted: &Wanted, key: &PKey<Public>, (issuer, signer): (&X509NameRef, &PKeyRef<Private>)) -> X509 {
    let mut builder = X509::builder().unwrap();
    builder.set_version(2).unwrap();
    let serial = Asn1Integer::from_bn(&BigNum::from_u32(wanted.serial).unwrap()).unwrap();
    builder.set_serial_number(&serial).unwrap();
    builder.set_subject_name(&named(wanted.name)).unwrap();
    builder.set_issuer_name(issuer).unwrap();
    builder.set_pubkey(key).unwrap();
    let now = samples::now().as_second();
    let (begin, end) = wanted.days;
    builder.set_not_before(&Asn1Time::from_unix(now + begin * DAY).unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::from_unix(now + end * DAY).unwrap()).unwrap();
    if wanted.is_authority {
        builder.append_extension(BasicConstraints::new().critical().ca().build().unwrap()).unwrap();
        let usage = KeyUsage::new().critical().key_cert_sign().crl_sign().build().unwrap();
        builder.append_extension(usage).unwrap();
    }
    if !wanted.hosts.is_empty() {
        let mut names = SubjectAlternativeName::new();
        for host in &wanted.hosts {
            match host.parse::<std::net::IpAddr>() {
                Ok(_) => names.ip(host),
                Err(_) => names.dns(host),
            };
        }
        let names = names.build(&builder.x509v3_context(None, None)).unwrap();
        builder.append_extension(names).unwrap();
    }
    if !wanted.usage.is_empty() {
        let mut usage = ExtendedKeyUsage::new();
        for word in wanted.usage {
            match *word {
                "server" => usage.server_auth(),
                "client" => usage.client_auth(),
                _ => usage.email_protection(),
            };
        }
        builder.append_extension(usage.build().unwrap()).unwrap();
    }
    builder.sign(signer, wanted.hash).unwrap();
    builder.build()
}
