//! Trying a handshake, and saying in words what fails.

use std::net::{IpAddr, SocketAddr};

use jiff::Timestamp;
use openssl::x509::X509;
use secrecy::SecretString;
use tokio::net::TcpStream;

use super::{Certificates, read};
use crate::domain::certificate::check::{Fault, shown_faults};
use crate::domain::certificate::{Facts, Host, Purpose};
use crate::guard::Channel;
use crate::tls::probe::{Failure, Probe, Seen, probe};

/// With whom a handshake is tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A listener of ours, at its own address.
    Own {
        /// Where it listens.
        address: SocketAddr,
        /// The host that it must be good for.
        host: String,
    },
    /// A host that somebody registered: only addresses that the guard permits are connected to.
    Registered {
        /// Its name or address.
        host: String,
        /// Its port.
        port: u16,
    },
}

/// How it went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The version of the protocol.
    pub protocol: Option<&'static str>,
    /// What the other side showed.
    pub chain: Vec<Facts>,
    /// The authorities whose certificates it asked for; none if it asked for no certificate.
    pub asked: Option<Vec<String>>,
    /// The status of its answer to a request for nothing.
    pub status: Option<u16>,
    /// What is wrong, or may be; nothing if the handshake is good.
    pub findings: Vec<Finding>,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What, for programs.
    pub code: &'static str,
    /// What, for people.
    pub message: String,
}

impl Finding {
    fn new(code: &'static str, message: impl Into<String>) -> Self {
        Finding { code, message: message.into() }
    }
}

impl Certificates {
    /// Tries a handshake. `client` is what is shown if the other side asks: a chain and its key, as PEM.
    pub async fn handshake(
        &self,
        target: &Target,
        client: Option<(String, SecretString)>,
        now: Timestamp,
    ) -> Report {
        let shows = client.is_some();
        let (host, stream) = match self.reach(target).await {
            Ok(reached) => reached,
            Err(finding) => return Report { findings: vec![finding], ..Report::default() },
        };
        let patience = self.0.settings.patience;
        let seen = probe(stream, &Probe { host: host.clone(), client, patience }).await;
        self.explained(seen, &host, (shows, now))
    }

    async fn reach(&self, target: &Target) -> Result<(String, TcpStream), Finding> {
        let (host, addresses) = match target {
            Target::Own { address, host } => (host, vec![*address]),
            Target::Registered { host, port } => (host, self.resolve(host, *port).await?),
        };
        let mut refused = Finding::new("no_address", "The host has no address.");
        for address in addresses {
            match tokio::time::timeout(self.0.settings.patience, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => return Ok((host.clone(), stream)),
                Ok(Err(error)) => refused = not_connected(&error),
                Err(_) => {
                    let message = "Nobody answered at the port in time: a firewall may keep us out.";
                    refused = Finding::new("connection_timeout", message);
                }
            }
        }
        Err(refused)
    }

    /// The addresses of a name that may be connected to.
    async fn resolve(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, Finding> {
        let literal = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        let found = match literal {
            Ok(address) => vec![address],
            Err(_) => {
                let search = self.0.settings.lookup.find(host.to_owned());
                match tokio::time::timeout(self.0.settings.patience, search).await {
                    Ok(Ok(found)) if !found.is_empty() => found,
                    _ => {
                        let message = "The name of the host cannot be resolved: it is not in the DNS.";
                        return Err(Finding::new("name_not_resolved", message));
                    }
                }
            }
        };
        let permitted =
            found.into_iter().filter(|one| self.0.settings.guard.permits(Channel::Encrypted, *one));
        let permitted: Vec<SocketAddr> = permitted.map(|one| SocketAddr::new(one, port)).collect();
        if permitted.is_empty() {
            let message = "The host has no address that may be reached: it is not of the public Internet, and \
                           delivery.allow_networks does not name it.";
            return Err(Finding::new("address_forbidden", message));
        }
        Ok(permitted)
    }

    fn explained(&self, seen: Seen, host: &str, (shows, now): (bool, Timestamp)) -> Report {
        let failure = match seen.failure {
            // TLS 1.2 has no word of its own for it.
            Some(Failure::Protocol) if seen.asked.is_some() && !shows => Some(Failure::CertificateRequired),
            ref other => other.clone(),
        };
        let mut findings: Vec<Finding> = failure.as_ref().map(failed).into_iter().collect();
        let chain: Vec<X509> = seen.chain.iter().filter_map(|der| X509::from_der(der).ok()).collect();
        let mut facts = Vec::new();
        if !seen.chain.is_empty() {
            match read::brought(&chain, None, &self.0.roots) {
                Err(_) => {
                    let message = "A certificate of the other side cannot be read.";
                    findings.push(Finding::new("broken_certificate", message));
                }
                Ok(brought) => {
                    let hosts: Vec<Host> = Host::new(host).into_iter().collect();
                    let faults = shown_faults(&brought, Purpose::Serves, &hosts, now);
                    let whole = !faults.iter().any(|fault| matches!(fault, Fault::Incomplete { .. }));
                    findings.extend(faults.iter().map(of_fault));
                    let alone = brought.chain.len() == 1 && brought.chain.iter().all(|one| one.is_root);
                    if whole && !brought.is_anchored {
                        findings.push(untrusted(alone));
                    }
                    facts = brought.chain.into_iter().map(|one| one.facts).collect();
                }
            }
        }
        let answered = failure.is_none();
        match (&seen.asked, shows) {
            (Some(_), false) if answered => findings.push(Finding::new(
                "client_certificate_optional",
                "The other side asked for a certificate of ours and went on without one.",
            )),
            (None, true) if answered => findings.push(Finding::new(
                "client_certificate_not_asked",
                "The other side asked for no certificate of ours: it lets anybody connect.",
            )),
            _ => {}
        }
        Report { protocol: seen.protocol, chain: facts, asked: seen.asked, status: seen.status, findings }
    }
}

fn of_fault(fault: &Fault) -> Finding {
    Finding::new(fault.code(), format!("What the other side shows: {fault}."))
}

fn untrusted(alone: bool) -> Finding {
    if alone {
        let message = "The other side shows a certificate that it signed itself: nobody vouches for it.";
        Finding::new("self_signed", message)
    } else {
        let message = "The chain is whole, but no authority that this machine knows stands at its end.";
        Finding::new("unknown_authority", message)
    }
}

fn not_connected(error: &std::io::Error) -> Finding {
    match error.kind() {
        std::io::ErrorKind::ConnectionRefused => Finding::new(
            "connection_refused",
            "The machine answers and nothing listens at the port: the service is down, or the port is another.",
        ),
        std::io::ErrorKind::TimedOut => Finding::new(
            "connection_timeout",
            "Nobody answered at the port in time: a firewall may keep us out.",
        ),
        _ => Finding::new("not_connected", "The machine cannot be reached: there is no way to its network."),
    }
}

fn failed(failure: &Failure) -> Finding {
    match failure {
        Failure::Timeout => {
            Finding::new("handshake_timeout", "The connection stands, and the handshake did not end in time.")
        }
        Failure::Closed => Finding::new(
            "closed",
            "The other side hung up during the handshake without a word: it may refuse the name that is asked \
             for, or our address.",
        ),
        Failure::NotTls => {
            Finding::new("not_tls", "What answers does not speak TLS: the port may be one of plain HTTP.")
        }
        Failure::Protocol => Finding::new(
            "protocol",
            "No version of TLS, or no cipher, suits both sides: TLS 1.2 or 1.3 is needed.",
        ),
        Failure::CertificateRequired => Finding::new(
            "client_certificate_required",
            "The other side wants a certificate of ours, and none was chosen.",
        ),
        Failure::CertificateRefused(why) => Finding::new(
            "client_certificate_refused",
            format!("The other side does not accept the certificate that we show: {why}."),
        ),
        Failure::Host => Finding::new("not_a_host", "The host is no name that can be asked for."),
        Failure::OwnCertificate => {
            Finding::new("own_certificate", "The certificate that was chosen cannot be shown.")
        }
        Failure::Other(words) => Finding::new("handshake_failed", format!("The handshake failed: {words}.")),
    }
}
