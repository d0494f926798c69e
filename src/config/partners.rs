//! `[partners]`: how systems of institutions behind the gateway are reached.

use std::path::PathBuf;

use ipnet::IpNet;
use toml::Table;

use super::source::Section;
use super::table;
use super::values::{Count, HumanDuration, Setting};

/// How partners are reached.
#[derive(Debug, Clone)]
pub struct Partners {
    /// How long an answer to verify, get or demand may take; the node is answered before its own time is over.
    pub deadline: HumanDuration,
    /// How long a partner is waited for where the institution loaded the position here.
    pub stand_in_after: HumanDuration,
    /// How long the answer to a receipt may take.
    pub receipt_deadline: HumanDuration,
    /// Until a connection stands.
    pub connect_timeout: HumanDuration,
    /// Requests under way to one partner.
    pub at_once: Count,
    /// After how many failures in a row a partner is left alone.
    pub failures: Count,
    /// For how long, before it is tried again.
    pub pause: HumanDuration,
    /// Networks that partners may be in although they are not public; these are reached by http too.
    pub allow_networks: Vec<IpNet>,
    /// PEM file of authorities, besides those of the system, that sign the certificates of partners.
    pub ca_file: Option<PathBuf>,
    /// PEM file of what we show to partners, with its chain; else what people manage under the role `client`.
    pub client_cert: Option<PathBuf>,
    /// PEM file of its private key.
    pub client_key: Option<PathBuf>,
}

impl Partners {
    /// `answered_within` is how long our own answer to the node may take.
    pub(super) fn read(section: &mut Section<'_>, answered_within: HumanDuration) -> Self {
        // Who shortens our own answers has shortened those of partners.
        let share = |of: HumanDuration, hundredths: u32, most: u64| {
            let millis = u64::try_from(of.get().as_millis()).unwrap_or(u64::MAX);
            HumanDuration::from_millis((millis.saturating_mul(hundredths.into()) / 100).clamp(1, most))
        };
        let deadline = section.or("deadline", share(answered_within, 90, 4500));
        let partners = Self {
            deadline,
            stand_in_after: section.or("stand_in_after", share(deadline, 34, 1500)),
            receipt_deadline: section.or("receipt_deadline", HumanDuration::from_secs(15)),
            connect_timeout: section.or("connect_timeout", HumanDuration::from_secs(1)),
            at_once: section.or("at_once", Count::new(64)),
            failures: section.or("failures", Count::new(5)),
            pause: section.or("pause", HumanDuration::from_secs(10)),
            allow_networks: section.or("allow_networks", Vec::new()),
            ca_file: section.optional::<PathBuf>("ca_file").map(|file| section.in_folder(&file)),
            client_cert: section.optional::<PathBuf>("client_cert").map(|file| section.in_folder(&file)),
            client_key: section.optional::<PathBuf>("client_key").map(|file| section.in_folder(&file)),
        };
        partners.check(section, answered_within);
        partners
    }

    fn check(&self, section: &mut Section<'_>, answered_within: HumanDuration) {
        let deadline = self.deadline;
        if deadline >= answered_within {
            section.refuse(
                "deadline",
                format!("{deadline} is not below soap.verify_deadline ({answered_within})"),
            );
        }
        if self.stand_in_after >= deadline {
            let after = self.stand_in_after;
            section.refuse("stand_in_after", format!("{after} is not below partners.deadline ({deadline})"));
        }
        if self.client_cert.is_some() != self.client_key.is_some() {
            let missing = if self.client_cert.is_some() { "client_key" } else { "client_cert" };
            section.refuse(missing, "is needed: a certificate and its key go together".to_owned());
        }
    }

    pub(super) fn to_table(&self) -> Table {
        let mut shown = table([
            ("deadline", self.deadline.to_value()),
            ("stand_in_after", self.stand_in_after.to_value()),
            ("receipt_deadline", self.receipt_deadline.to_value()),
            ("connect_timeout", self.connect_timeout.to_value()),
            ("at_once", self.at_once.to_value()),
            ("failures", self.failures.to_value()),
            ("pause", self.pause.to_value()),
            ("allow_networks", self.allow_networks.to_value()),
        ]);
        let files = [
            ("ca_file", &self.ca_file),
            ("client_cert", &self.client_cert),
            ("client_key", &self.client_key),
        ];
        for (key, file) in files {
            shown.extend(file.as_ref().map(|file| (key.to_owned(), file.to_value())));
        }
        shown
    }
}
