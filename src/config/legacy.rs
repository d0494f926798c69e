//! `[legacy]`: the listener that old systems of institutions call, as they used to call the node.

use std::net::SocketAddr;
use std::path::PathBuf;

use toml::Table;

use super::source::Section;
use super::table;
use super::values::{HumanDuration, Setting};

/// The listener of old systems; off unless it is told where to listen. Its bounds are those of `[soap]`.
#[derive(Debug, Clone)]
pub struct Legacy {
    /// Where it listens, and with which certificates; none: it does not.
    pub listener: Option<LegacyListener>,
    /// How often its files are looked at for a change.
    pub reload_interval: HumanDuration,
    /// How long an activation waits for its receipt before the institution is told that nobody paid.
    pub token_validity: HumanDuration,
}

/// Where old systems call.
#[derive(Debug, Clone)]
pub struct LegacyListener {
    /// Address and port; port 0 takes any free one.
    pub listen: SocketAddr,
    /// PEM file: what we show, with its chain.
    pub certificate: PathBuf,
    /// PEM file of its private key.
    pub key: PathBuf,
    /// PEM files of the authorities that sign the callers' certificates; who of them may call is said of each
    /// partner.
    pub client_ca: Vec<PathBuf>,
}

impl Legacy {
    pub(super) fn read(section: &mut Section<'_>) -> Self {
        let listen = section.optional::<SocketAddr>("listen");
        let token_validity = section.or("token_validity", HumanDuration::from_secs(30 * 60));
        let reload_interval = section.or("reload_interval", HumanDuration::from_secs(5));
        let certificate = section.optional::<PathBuf>("certificate");
        let key = section.optional::<PathBuf>("key");
        let client_ca = section.optional::<Vec<PathBuf>>("client_ca");
        let listener = listen.map(|listen| {
            let needed = [
                ("certificate", certificate.is_none(), "give the PEM file of what old systems are shown"),
                ("key", key.is_none(), "give the PEM file of the certificate's private key"),
                ("client_ca", client_ca.is_none(), "list the PEM files of the authorities of the callers"),
            ];
            for (key, missing, what) in needed {
                if missing {
                    section.refuse(key, format!("is missing: {what}"));
                }
            }
            let path = |path: Option<PathBuf>, section: &Section<'_>| {
                path.map(|path| section.in_folder(&path)).unwrap_or_default()
            };
            LegacyListener {
                listen,
                certificate: path(certificate, section),
                key: path(key, section),
                client_ca: client_ca.unwrap_or_default().iter().map(|file| section.in_folder(file)).collect(),
            }
        });
        Legacy { listener, reload_interval, token_validity }
    }

    pub(super) fn to_table(&self) -> Table {
        let mut shown = table([
            ("reload_interval", self.reload_interval.to_value()),
            ("token_validity", self.token_validity.to_value()),
        ]);
        if let Some(listener) = &self.listener {
            shown.extend(table([
                ("listen", listener.listen.to_value()),
                ("certificate", listener.certificate.to_value()),
                ("key", listener.key.to_value()),
                ("client_ca", listener.client_ca.to_value()),
            ]));
        }
        shown
    }
}
