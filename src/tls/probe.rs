//! A handshake for the sake of knowing how it goes: nothing is trusted, and everything is told.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustls::client::ResolvesClientCert;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::sign::CertifiedKey;
use rustls::{
    AlertDescription, ClientConfig, DigitallySignedStruct, InvalidMessage, ProtocolVersion, SignatureScheme,
};
use secrecy::{ExposeSecret, SecretString};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use x509_parser::prelude::{FromDer, X509Name};

use super::names::DistinguishedName;

/// How a handshake is tried.
#[derive(Clone, Debug)]
pub struct Probe {
    /// The host that is asked for.
    pub host: String,
    /// The certificate that is shown if one is asked for: the chain and its key, in PEM form.
    pub client: Option<(String, SecretString)>,
    /// For the handshake, and for what follows it.
    pub patience: Duration,
}

/// How it went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// The version of the protocol.
    pub protocol: Option<&'static str>,
    /// The certificates that were shown, in DER form.
    pub chain: Vec<Vec<u8>>,
    /// The authorities whose certificates the other side asked for; none if it asked for no certificate.
    pub asked: Option<Vec<String>>,
    /// The status of the answer to a request for nothing (HEAD).
    pub status: Option<u16>,
    /// Why it failed.
    pub failure: Option<Failure>,
}

/// Why a handshake failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// It took too long.
    Timeout,
    /// The other side hung up.
    Closed,
    /// The other side does not speak TLS.
    NotTls,
    /// There is no version of the protocol, or no cipher, that both sides accept.
    Protocol,
    /// The other side wants a certificate, and got none.
    CertificateRequired,
    /// The other side does not accept what it was shown.
    CertificateRefused(&'static str),
    /// The host is no name that can be asked for.
    Host,
    /// The certificate that was to be shown can't be used.
    OwnCertificate,
    /// Anything else, in the words of the library.
    Other(String),
}

/// Tries a handshake on an open connection, and asks for nothing: with TLS 1.3 the other side says only then
/// that it refuses the certificate.
pub async fn probe(stream: TcpStream, probe: &Probe) -> Seen {
    let shown = Arc::new(Mutex::new(Shown::default()));
    let connected = tokio::time::timeout(probe.patience, connect(stream, probe, &shown)).await;
    let mut seen = Seen::default();
    match connected {
        Err(_) => seen.failure = Some(Failure::Timeout),
        Ok(Err(failure)) => seen.failure = Some(failure),
        Ok(Ok(stream)) => {
            seen.protocol = stream.get_ref().1.protocol_version().map(protocol);
            match tokio::time::timeout(probe.patience, ask(stream, &probe.host)).await {
                Err(_) => {}
                Ok(Ok(status)) => seen.status = status,
                Ok(Err(failure)) => seen.failure = Some(failure),
            }
        }
    }
    let shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
    Seen { chain: shown.chain.clone(), asked: shown.asked.clone(), ..seen }
}

async fn connect(
    stream: TcpStream,
    probe: &Probe,
    shown: &Arc<Mutex<Shown>>,
) -> Result<TlsStream<TcpStream>, Failure> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let host = ServerName::try_from(probe.host.clone()).map_err(|_| Failure::Host)?;
    let own = match &probe.client {
        None => None,
        Some((chain, key)) => Some(Arc::new(certified(chain, key, &provider)?)),
    };
    let witness = Arc::new(Witness { shown: Arc::clone(shown), provider: Arc::clone(&provider), own });
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Failure::Other(error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(&witness) as Arc<dyn ServerCertVerifier>)
        .with_client_cert_resolver(witness);
    TlsConnector::from(Arc::new(config)).connect(host, stream).await.map_err(|error| failure(&error))
}

fn certified(chain: &str, key: &SecretString, provider: &CryptoProvider) -> Result<CertifiedKey, Failure> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(chain.as_bytes()).collect();
    let key = PrivateKeyDer::from_pem_slice(key.expose_secret().as_bytes());
    let (Ok(chain), Ok(key)) = (chain, key) else { return Err(Failure::OwnCertificate) };
    CertifiedKey::from_der(chain, key, provider).map_err(|_| Failure::OwnCertificate)
}

/// Asks for nothing, and returns the status.
async fn ask(mut stream: TlsStream<TcpStream>, host: &str) -> Result<Option<u16>, Failure> {
    let request = format!("HEAD / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    if let Err(error) = stream.write_all(request.as_bytes()).await {
        return Err(failure(&error));
    }
    let mut answer = [0; 64];
    match stream.read(&mut answer).await {
        Ok(read) => {
            let line = answer.get(..read).and_then(|line| std::str::from_utf8(line).ok()).unwrap_or_default();
            Ok(line.strip_prefix("HTTP/1.1 ").and_then(|line| line.get(..3)?.parse().ok()))
        }
        // It may end the connection without a word: the handshake was good.
        Err(error) => match failure(&error) {
            Failure::Closed | Failure::Other(_) => Ok(None),
            refused => Err(refused),
        },
    }
}

fn failure(error: &std::io::Error) -> Failure {
    use rustls::Error as Tls;
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Tls>()) {
        Some(Tls::AlertReceived(alert)) => of_alert(*alert),
        Some(Tls::InvalidMessage(
            InvalidMessage::InvalidContentType
            | InvalidMessage::UnknownProtocolVersion
            | InvalidMessage::MessageTooLarge
            | InvalidMessage::MessageTooShort,
        )) => Failure::NotTls,
        Some(Tls::PeerIncompatible(_)) => Failure::Protocol,
        Some(other) => Failure::Other(other.to_string()),
        None => Failure::Closed,
    }
}

fn of_alert(alert: AlertDescription) -> Failure {
    match alert {
        AlertDescription::ProtocolVersion
        | AlertDescription::HandshakeFailure
        | AlertDescription::InsufficientSecurity => Failure::Protocol,
        AlertDescription::CertificateRequired | AlertDescription::NoCertificate => {
            Failure::CertificateRequired
        }
        AlertDescription::UnknownCA => Failure::CertificateRefused("it does not know its authority"),
        AlertDescription::CertificateExpired => Failure::CertificateRefused("it has ended"),
        AlertDescription::CertificateRevoked => Failure::CertificateRefused("it is revoked"),
        AlertDescription::AccessDenied => Failure::CertificateRefused("its holder is not let in"),
        AlertDescription::BadCertificate
        | AlertDescription::UnsupportedCertificate
        | AlertDescription::CertificateUnknown => Failure::CertificateRefused("it gives no reason"),
        other => Failure::Other(format!("the other side answered with the alert {other:?}")),
    }
}

fn protocol(version: ProtocolVersion) -> &'static str {
    match version {
        ProtocolVersion::TLSv1_3 => "TLS 1.3",
        ProtocolVersion::TLSv1_2 => "TLS 1.2",
        _ => "another",
    }
}

#[derive(Debug, Default)]
struct Shown {
    chain: Vec<Vec<u8>>,
    asked: Option<Vec<String>>,
}

/// Lets every server pass and writes down what it shows and asks for.
#[derive(Debug)]
struct Witness {
    shown: Arc<Mutex<Shown>>,
    provider: Arc<CryptoProvider>,
    own: Option<Arc<CertifiedKey>>,
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let chain = std::iter::once(end_entity).chain(intermediates).map(|one| one.to_vec());
        self.shown.lock().unwrap_or_else(PoisonError::into_inner).chain = chain.collect();
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

impl ResolvesClientCert for Witness {
    fn resolve(
        &self,
        root_hint_subjects: &[&[u8]],
        _sigschemes: &[SignatureScheme],
    ) -> Option<Arc<CertifiedKey>> {
        let name = |raw: &&[u8]| {
            let (_, name) = X509Name::from_der(raw).ok()?;
            Some(DistinguishedName::of(&name).to_string())
        };
        let asked = root_hint_subjects.iter().filter_map(name).collect();
        self.shown.lock().unwrap_or_else(PoisonError::into_inner).asked = Some(asked);
        self.own.clone()
    }

    fn has_certs(&self) -> bool {
        true
    }
}
