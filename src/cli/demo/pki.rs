//! The demo's own certificate authority, and the two certificates that it signs: the gateway's and the
//! node's.

use std::path::PathBuf;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, date_time_ymd,
};

use super::folder::{Access, Folder};
use crate::cli::Failure;

/// The node's certificate, by name, as the gateway's allow-list has it.
pub const NODE_SUBJECT: &str = "CN=demo-node.varco.invalid, O=Varco demo";
/// Who signs it.
pub const CA_SUBJECT: &str = "CN=Varco demo CA, O=Varco demo";

const ORGANISATION: &str = "Varco demo";
const CA_NAME: &str = "Varco demo CA";
const NODE_NAME: &str = "demo-node.varco.invalid";
const YEARS: i32 = 10;

const CA: (&str, &str) = ("demo-ca.pem", "demo-ca.key.pem");
const SERVER: (&str, &str) = ("server.pem", "server.key.pem");
const NODE: (&str, &str) = ("node.pem", "node.key.pem");

/// Where the certificates and keys lie.
#[derive(Clone, Debug)]
pub struct Pki {
    /// The authority's certificate.
    pub ca: PathBuf,
    /// The gateway's certificate.
    pub server: PathBuf,
    /// Its private key.
    pub server_key: PathBuf,
    /// The certificate with which the node calls.
    pub node: PathBuf,
    /// Its private key.
    pub node_key: PathBuf,
}

/// Whether there was something to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prepared {
    /// It was made now.
    Fresh,
    /// It was there from an earlier run.
    Reused,
}

/// Makes what is missing. If any file is missing all are made anew, because they belong together.
pub fn prepare(folder: &Folder, now: Timestamp) -> Result<(Pki, Prepared), Failure> {
    let pki = Pki {
        ca: folder.path(CA.0),
        server: folder.path(SERVER.0),
        server_key: folder.path(SERVER.1),
        node: folder.path(NODE.0),
        node_key: folder.path(NODE.1),
    };
    let files = [&pki.ca, &pki.server, &pki.server_key, &pki.node, &pki.node_key];
    if files.iter().all(|file| file.exists()) {
        return Ok((pki, Prepared::Reused));
    }
    make(folder, now)
        .map_err(|error| match error {
            MakeError::Certificate(error) => Failure::unusable(format!("cannot make a certificate: {error}")),
            MakeError::Folder(failure) => failure,
        })
        .map(|()| (pki, Prepared::Fresh))
}

#[derive(Debug)]
enum MakeError {
    Certificate(rcgen::Error),
    Folder(Failure),
}

impl From<rcgen::Error> for MakeError {
    fn from(error: rcgen::Error) -> Self {
        MakeError::Certificate(error)
    }
}

impl From<Failure> for MakeError {
    fn from(failure: Failure) -> Self {
        MakeError::Folder(failure)
    }
}

/// What signs a certificate, and the certificate that belongs behind it in a chain.
struct Signer<'a> {
    issuer: Issuer<'a, KeyPair>,
    certificate: String,
}

fn make(folder: &Folder, now: Timestamp) -> Result<(), MakeError> {
    let mut ca = params(CA_NAME, now, Vec::new())?;
    ca.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let ca_key = KeyPair::generate()?;
    let authority = ca.self_signed(&ca_key)?;
    folder.write(CA.1, &ca_key.serialize_pem(), Access::Private)?;
    folder.write(CA.0, &authority.pem(), Access::Public)?;
    let signer = Signer { issuer: Issuer::new(ca, ca_key), certificate: authority.pem() };

    let names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned).to_vec();
    let mut server = params("localhost", now, names)?;
    server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    sign(folder, SERVER, server, &signer)?;

    let mut node = params(NODE_NAME, now, Vec::new())?;
    node.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    sign(folder, NODE, node, &signer)
}

fn params(name: &str, now: Timestamp, names: Vec<String>) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::OrganizationName, ORGANISATION);
    params.distinguished_name.push(DnType::CommonName, name);
    let today = now.to_zoned(TimeZone::UTC).date();
    let (year, month) = (i32::from(today.year()), today.month().unsigned_abs());
    // The first of the month exists in every year, and clocks that lag behind are no trouble.
    params.not_before = date_time_ymd(year - 1, month, 1);
    params.not_after = date_time_ymd(year + YEARS, month, 1);
    Ok(params)
}

fn sign(
    folder: &Folder,
    (certificate_file, key_file): (&str, &str),
    mut params: CertificateParams,
    signer: &Signer<'_>,
) -> Result<(), MakeError> {
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.use_authority_key_identifier_extension = true;
    let key = KeyPair::generate()?;
    let certificate = params.signed_by(&key, &signer.issuer)?;
    folder.write(key_file, &key.serialize_pem(), Access::Private)?;
    let chain = certificate.pem() + &signer.certificate;
    Ok(folder.write(certificate_file, &chain, Access::Public)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use x509_parser::pem::parse_x509_pem;

    #[test]
    fn certificates_are_made_once_and_carry_their_names() {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::open(root.path()).unwrap();
        let now: Timestamp = "2028-02-29T10:00:00Z".parse().unwrap();
        let (pki, prepared) = prepare(&folder, now).unwrap();
        assert_eq!(prepared, Prepared::Fresh);
        let first = std::fs::read(&pki.node).unwrap();
        assert_eq!(prepare(&folder, now).unwrap().1, Prepared::Reused);
        assert_eq!(std::fs::read(&pki.node).unwrap(), first);

        let (_, pem) = parse_x509_pem(&first).unwrap();
        let node = pem.parse_x509().unwrap();
        let reversed = |name: &str| name.split_once(", ").map(|(cn, o)| format!("{o}, {cn}")).unwrap();
        assert_eq!(node.subject().to_string(), reversed(NODE_SUBJECT));
        assert_eq!(node.issuer().to_string(), reversed(CA_SUBJECT));
        let pem = std::fs::read(&pki.server).unwrap();
        let (_, pem) = parse_x509_pem(&pem).unwrap();
        let server = pem.parse_x509().unwrap();
        let names = server.subject_alternative_name().unwrap().unwrap();
        assert_eq!(names.value.general_names.len(), 3);
    }
}
