//! `[nats]`: events to NATS JetStream.

use std::fmt;
use std::path::PathBuf;

use secrecy::SecretString;
use toml::{Table, Value};

use super::source::Section;
use super::table;
use super::values::{HumanDuration, Setting};

/// Where events are published, if anywhere.
#[derive(Debug, Clone)]
pub struct Nats {
    /// The servers of one cluster; none: nothing is published.
    pub url: Option<NatsServers>,
    /// The stream, made if it is not there.
    pub stream: NatsName,
    /// What subjects begin with.
    pub subject_prefix: NatsName,
    /// The name by which the servers know us.
    pub user: Option<NatsName>,
    /// The password of that name.
    pub password: Option<SecretString>,
    /// A file of credentials instead.
    pub credentials_file: Option<PathBuf>,
    /// A PEM file of the authorities that sign the servers' certificates, instead of those of the system.
    pub ca: Option<PathBuf>,
    /// How long a stream that is made knows message ids.
    pub duplicate_window: HumanDuration,
}

/// Addresses of servers, as URLs without names and passwords.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NatsServers(Vec<String>);

/// A name that can be a stream, a word of a subject, or a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NatsName(String);

impl NatsServers {
    /// The URLs, at least one.
    pub fn urls(&self) -> &[String] {
        &self.0
    }
}

impl Setting for NatsServers {
    const EXPECTED: &'static str = "one or more addresses such as nats://host:4222 or tls://host, separated by \
                                    commas; name and password go in nats.user and nats.password";

    fn from_text(text: &str) -> Option<Self> {
        let server = |url: &str| {
            let url = url.trim();
            let rest = url.strip_prefix("nats://").or_else(|| url.strip_prefix("tls://"))?;
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | ':' | '-' | '[' | ']');
            (!rest.is_empty() && rest.chars().all(plain)).then(|| url.to_owned())
        };
        text.split(',').map(server).collect::<Option<Vec<_>>>().map(Self)
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.join(","))
    }
}

impl fmt::Display for NatsName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Setting for NatsName {
    const EXPECTED: &'static str = "a word of letters, digits, - and _";

    fn from_text(text: &str) -> Option<Self> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        (!text.is_empty() && text.bytes().all(plain)).then(|| Self(text.to_owned()))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

impl Nats {
    pub(super) fn read(section: &mut Section<'_>) -> Self {
        let file = |section: &mut Section<'_>, key| {
            section.optional::<PathBuf>(key).map(|path| section.in_folder(&path))
        };
        let nats = Self {
            url: section.optional("url"),
            stream: section.or("stream", NatsName("VARCO".to_owned())),
            subject_prefix: section.or("subject_prefix", NatsName("varco".to_owned())),
            user: section.optional("user"),
            password: section.secret("password"),
            credentials_file: file(section, "credentials_file"),
            ca: file(section, "ca"),
            duplicate_window: section.or("duplicate_window", HumanDuration::from_secs(600)),
        };
        if nats.user.is_some() != nats.password.is_some() {
            section.refuse("password", "stands beside nats.user: give both or neither".to_owned());
        }
        if nats.user.is_some() && nats.credentials_file.is_some() {
            section.refuse("credentials_file", "stands beside nats.user: give one of the two".to_owned());
        }
        nats
    }

    pub(super) fn to_table(&self) -> Table {
        let mut entries = table([
            ("stream", self.stream.to_value()),
            ("subject_prefix", self.subject_prefix.to_value()),
            ("duplicate_window", self.duplicate_window.to_value()),
        ]);
        let given = [
            ("url", self.url.as_ref().map(Setting::to_value)),
            ("user", self.user.as_ref().map(Setting::to_value)),
            ("password", self.password.as_ref().map(|_| Value::String("<redacted>".to_owned()))),
            ("credentials_file", self.credentials_file.as_ref().map(Setting::to_value)),
            ("ca", self.ca.as_ref().map(Setting::to_value)),
        ];
        let given = given.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
        entries.extend(given);
        entries
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_named_without_passwords() {
        for text in
            ["nats://localhost:4222", "tls://nats.comune.example", "nats://10.0.0.1,nats://[::1]:4222"]
        {
            assert_eq!(NatsServers::from_text(text).unwrap().to_value().as_str(), Some(text));
        }
        for wrong in
            ["", "nats://", "localhost", "nats://user:secret@host", "http://host", "nats://a,,nats://b"]
        {
            assert_eq!(NatsServers::from_text(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn names_have_no_dots_and_no_wildcards() {
        assert!(NatsName::from_text("VARCO-1_a").is_some());
        for wrong in ["", "a.b", "*", ">", "a b", "à"] {
            assert_eq!(NatsName::from_text(wrong), None, "{wrong}");
        }
    }
}
