//! A throwaway authority with a server's and the node's certificate, as files.

use std::path::Path;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};

/// What the node's client needs to be let in, and to trust the gateway.
pub fn issue(folder: &Path) -> Arc<ClientConfig> {
    let mut authority = named("Test CA");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    std::fs::write(folder.join("ca.pem"), authority.pem()).unwrap();
    for name in ["server", "node", "partner", "stranger"] {
        let key = KeyPair::generate().unwrap();
        let certificate = named(name).signed_by(&key, &authority).unwrap();
        std::fs::write(folder.join(format!("{name}.pem")), certificate.pem()).unwrap();
        std::fs::write(folder.join(format!("{name}.key")), key.serialize_pem()).unwrap();
    }
    client(folder)
}

fn named(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

fn client(folder: &Path) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(folder.join("ca.pem")).unwrap()).unwrap();
    let certificate = CertificateDer::from_pem_file(folder.join("node.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(folder.join("node.key")).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.unwrap().with_root_certificates(roots);
    Arc::new(builder.with_client_auth_cert(vec![certificate], key).unwrap())
}

/// A configuration that serves with these certificates on free ports.
pub fn write_config(folder: &Path, database: &str) -> std::path::PathBuf {
    let text = format!(
        "[soap]\nlisten = '127.0.0.1:0'\n\
         [soap.tls]\ncertificate = 'server.pem'\nkey = 'server.key'\nclient_ca = ['ca.pem']\n\
         allowed_clients = [{{ subject = 'CN=node', issuer = 'CN=Test CA' }}]\n\
         [api]\nlisten = '127.0.0.1:0'\n\
         [database]\nurl = '{database}'\n"
    );
    let path = folder.join("varco.toml");
    std::fs::write(&path, text).unwrap();
    path
}
